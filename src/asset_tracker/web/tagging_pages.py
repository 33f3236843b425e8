"""An asset's label: printed, stuck on, replaced; foreign codes linked; a blank label's way to its asset."""

from typing import Annotated

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, URLEncodedBody
from litestar.response import Redirect
from markupsafe import Markup
from msgspec import Meta
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker.access.actors import Actor
from asset_tracker.access.permissions import may, may_record, require
from asset_tracker.assets.queries import find_asset, list_assets, look_up
from asset_tracker.assets.views import AssetView, Filters
from asset_tracker.edge.who import AnyRequest, lang_of
from asset_tracker.errors import AssetTrackerError, ConflictError, InvalidError
from asset_tracker.i18n import gettext
from asset_tracker.labels import tagging
from asset_tracker.labels.order import Order, preview_order
from asset_tracker.ledger.tags import format_tag, parse_tag
from asset_tracker.web.chrome import Flash
from asset_tracker.web.pages import Instead, page, see_other

_FOUND = 20
Short = Annotated[str, Meta(max_length=1000)]


class NewLabelForm(msgspec.Struct, frozen=True):
    """The tag of the label that was stuck on; ``why``: first, or damaged."""

    tag: Short = ""
    why: str = "damaged"
    reason: Short = ""


class CodeForm(msgspec.Struct, frozen=True):
    """What somebody else's code says."""

    code: Short = ""


class RetireForm(msgspec.Struct, frozen=True):
    """A tag to be retired, and why."""

    old: Short = ""
    reason: Short = ""


class BindForm(msgspec.Struct, frozen=True):
    """Which asset the blank label is on."""

    asset: Short = ""


@get("/a/{tag:str}/label")
async def show_label(
    request: AnyRequest,
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    tag: FromPath[str],
) -> Response[str]:
    return await _page(request, conn, actor, await _view(conn, actor, tag))


@post("/a/{tag:str}/label", status_code=303)
async def new_label(
    request: AnyRequest,
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    tag: FromPath[str],
    data: URLEncodedBody[NewLabelForm],
) -> Redirect:
    view = await _view(conn, actor, tag)
    try:
        if data.why == "first":
            await tagging.bind_label(conn, actor, view.row.id, data.tag)
        else:
            await tagging.replace_label(conn, actor, view.row.id, data.tag, data.reason.strip())
    except (InvalidError, ConflictError) as wrong:
        raise await _again(request, conn, actor, view, "tag", wrong, label=data) from wrong
    return see_other(
        request, f"/a/{format_tag(parse_tag(data.tag))}", Flash("good", "The new label is bound.")
    )


@post("/a/{tag:str}/codes", status_code=303)
async def link_code(
    request: AnyRequest,
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    tag: FromPath[str],
    data: URLEncodedBody[CodeForm],
) -> Redirect:
    view = await _view(conn, actor, tag)
    try:
        await tagging.link_code(conn, actor, view.row.id, data.code)
    except (InvalidError, ConflictError) as wrong:
        raise await _again(request, conn, actor, view, "code", wrong, code=data.code) from wrong
    return see_other(
        request, f"/a/{format_tag(view.row.tag)}/label", Flash("good", "The code now leads to this asset.")
    )


@post("/a/{tag:str}/retire", status_code=303)
async def retire_tag(
    request: AnyRequest,
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    tag: FromPath[str],
    data: URLEncodedBody[RetireForm],
) -> Redirect:
    view = await _view(conn, actor, tag)
    await tagging.retire_tag(conn, actor, data.old, data.reason.strip())
    return see_other(request, f"/a/{format_tag(view.row.tag)}/label", Flash("good", "The tag was retired."))


@get("/labels/bind/{blank:str}")
async def choose_asset(
    request: AnyRequest,
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    blank: FromPath[str],
    q: FromQuery[str] = "",
) -> Response[str]:
    """What a blank label leads to: which asset is it stuck on?"""
    require(actor, "event.record")
    text = q.strip()[:200].replace("\x00", "")
    found = await list_assets(conn, actor, Filters(q=text), limit=_FOUND) if text else None
    return page(
        request,
        "labels/bind.html",
        section="labels",
        block="found",
        blank=parse_tag(blank),
        query=text,
        assets=found.items if found else (),
    )


@post("/labels/bind/{blank:str}", status_code=303)
async def bind_blank(
    request: AnyRequest,
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    blank: FromPath[str],
    data: URLEncodedBody[BindForm],
) -> Redirect:
    await tagging.bind_label(conn, actor, await find_asset(conn, actor, data.asset), blank)
    return see_other(request, f"/a/{format_tag(parse_tag(blank))}", Flash("good", "The new label is bound."))


async def _view(conn: AsyncConnection, actor: Actor, tag: str) -> AssetView:
    return await look_up(conn, actor, tag)


async def _again(
    request: AnyRequest,
    conn: AsyncConnection,
    actor: Actor,
    view: AssetView,
    field: str,
    wrong: AssetTrackerError,
    *,
    label: NewLabelForm | None = None,
    code: str = "",
) -> Instead:
    """The page once more, with what was typed and what is wrong with it."""
    first = wrong.errors[0] if isinstance(wrong, InvalidError) and wrong.errors else wrong
    errors = {field: gettext(lang_of(request), first.message, **first.params)}
    return Instead(await _page(request, conn, actor, view, errors, label=label, code=code))


async def _page(
    request: AnyRequest,
    conn: AsyncConnection,
    actor: Actor,
    view: AssetView,
    errors: dict[str, str] | None = None,
    *,
    label: NewLabelForm | None = None,
    code: str = "",
) -> Response[str]:
    may_print = may(actor, "label.print") and view.row.gone_reason is None
    drawn = None
    if may_print:
        order = Order(tags=(view.row.tag,), stock="99012", lang=lang_of(request))
        drawn = await preview_order(conn, actor, order, None, request.app.state.settings.base_url)
    return page(
        request,
        "labels/asset.html",
        section="assets",
        status=422 if errors else 200,
        view=view,
        asset=view.row,
        state=view.state,
        errors=errors or {},
        label=label or NewLabelForm(),
        code=code,
        # Our own drawing, of numbers and glyph outlines only.
        svg=Markup(drawn.svg) if drawn else None,  # noqa: S704 - see above
        may_print=may_print,
        may_bind=may_record(actor, "label_bound") and view.row.gone_reason is None,
        may_retire=may_record(actor, "label_retired"),
        whys=[(key, gettext(lang_of(request), text)) for key, text in WHYS],
    )


WHYS = (("damaged", "The old one is damaged or lost"), ("first", "It had no label yet"))
ROUTES = (show_label, new_label, link_code, retire_tag, choose_asset, bind_blank)
