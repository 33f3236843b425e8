"""The list of assets: filters, columns of choice, order, and lists kept under a name."""

from functools import partial
from typing import Any
from uuid import UUID

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, URLEncodedBody
from litestar.response import Redirect
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker.access.actors import Actor
from asset_tracker.access.permissions import may
from asset_tracker.assets import queries, saved_views
from asset_tracker.assets.attributes import Catalogue
from asset_tracker.assets.catalogue import get_catalogue
from asset_tracker.assets.columns import ListedPage, list_columns
from asset_tracker.assets.saved_views import NewView
from asset_tracker.assets.sensitivity import coarse
from asset_tracker.assets.standing import told
from asset_tracker.assets.views import Filters
from asset_tracker.consignments.queries import consignment_numbers
from asset_tracker.edge.transaction import FROM_REPLICA
from asset_tracker.edge.who import AnyRequest, lang_of
from asset_tracker.errors import ConflictError, FieldError, InvalidError
from asset_tracker.i18n import Lang, gettext
from asset_tracker.programmes.queries import list_programmes
from asset_tracker.web import asset_columns, words
from asset_tracker.web.bulk_pages import offered
from asset_tracker.web.chrome import Flash
from asset_tracker.web.filling_pages import category_name
from asset_tracker.web.forms import read, read_id
from asset_tracker.web.list_query import Asked, asked_for, filters_of, own_fields, params_of
from asset_tracker.web.pages import error_texts, flash_of, is_fragment, page, see_other

_FILTERS = {
    "programme": "Programme",
    "consignment": "Consignment",
    "service_point": "Service point",
    "donor": "Donor",
    "kit": "Kit",
    "municipality": "Municipality",
}
_COUNTED = 1_000  # so far what no count is kept of: each row is read for it
# A page stays light, however many columns are chosen.
_ROWS, _FEW_COLUMNS = 50, 8


class KeepForm(msgspec.Struct, frozen=True):
    """A list to keep: its address, the name, and perhaps a programme to share it in."""

    state: str = ""
    name: str = ""
    programme: str = ""
    view: str = ""


@get("/assets", opt=FROM_REPLICA)
async def list_assets(
    request: AnyRequest,
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    after: FromQuery[UUID | None] = None,
) -> Response[str]:
    asked = await asked_for(conn, actor, request.query_params)
    lang = lang_of(request)
    filters, found, problems = await _found(conn, actor, lang, asked, after)
    count, more = len(found.items), False
    if found.next or after:
        count, more = await _counted(conn, actor, filters)
    known, fields = await list_programmes(conn, actor), await get_catalogue(conn)
    return page(
        request,
        "assets/list.html",
        section="assets",
        block="results",
        asked=asked,
        filters=asked.query,
        used=asked.query.narrowing,
        renewed=is_fragment(request),
        filtered=bool(msgspec.to_builtins(asked.query)),
        problems=problems,
        lines=found.items,
        columns=asset_columns.described(lang, asked.shown, fields),
        say={
            "field": partial(asset_columns.field_text, lang, fields),
            "category": partial(category_name, lang, fields),
        },
        papers=await _papers(conn, found, asked),
        count=count,
        more=more,
        next_href=asked.address(after=str(found.next)) if found.next else None,
        first_href=asked.address() if after else None,
        views=await saved_views.list_views(conn, actor),
        forms=offered(actor),
        orders=may(actor, "plan.manage"),
        **_choices(lang, known, asked, fields),
        oblasts=await asset_columns.oblasts(conn, lang),
        shareable=[(str(p.id), p.code) for p in known if saved_views.may_share(actor, p.id)],
    )


@post("/views", status_code=303)
async def keep(
    request: AnyRequest,
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    data: URLEncodedBody[KeepForm],
) -> Redirect:
    """Keep the list that the form was on under a name, or change the one of that id."""
    asked = await asked_for(conn, actor, params_of(data.state))
    here = asked.address()
    try:
        new = await _new_view(conn, asked, data)
        kept = await saved_views.save_view(conn, actor, new, read_id(data.view, "view"))
    except (ConflictError, InvalidError) as wrong:
        return see_other(request, here, flash_of(wrong))
    return see_other(request, f"/assets?view={kept.id}", Flash("good", "The list was saved."))


@post("/views/{view_id:uuid}/forget", status_code=303)
async def forget(
    request: AnyRequest,
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    view_id: FromPath[UUID],
) -> Redirect:
    await saved_views.forget_view(conn, actor, view_id)
    return see_other(
        request, "/assets", Flash("good", "The saved list was deleted; its assets are as they were.")
    )


async def _new_view(conn: AsyncConnection, asked: Asked, data: KeepForm) -> NewView:
    """Raises InvalidError."""
    if not data.name.strip():
        raise InvalidError(errors=(FieldError("name", "Give the list a name."),))
    given = {
        "name": data.name,
        "programme": data.programme,
        "filters": msgspec.to_builtins(await filters_of(conn, asked.query)),
        "columns": asked.columns,
        "sort": asked.sort,
    }
    return read(NewView, given)


async def _found(
    conn: AsyncConnection, actor: Actor, lang: Lang, asked: Asked, after: UUID | None
) -> tuple[Filters, ListedPage, list[str]]:
    """The filters, a page of the list, and what could not be done of what was asked."""
    problems: list[FieldError] = []
    try:
        filters = await filters_of(conn, asked.query)
    except InvalidError as wrong:
        return Filters(), ListedPage((), None), _named(lang, wrong)
    sort, limit = asked.sort, _ROWS if len(asked.shown) <= _FEW_COLUMNS else _ROWS // 2
    try:
        found = await list_columns(conn, actor, filters, asked.shown, after=after, sort=sort, limit=limit)
    except InvalidError as wrong:
        problems += wrong.errors
        found = await list_columns(conn, actor, filters, asked.shown, after=after, limit=limit)
    return filters, found, list(error_texts(lang, problems).values())


def _named(lang: Lang, wrong: InvalidError) -> list[str]:
    """What is wrong with filters, each with the name of its own: an address may be from elsewhere."""
    texts = error_texts(lang, wrong.errors)
    return [
        f"{gettext(lang, _FILTERS[name])}: {text}" if name in _FILTERS else text
        for name, text in texts.items()
    ]


async def _counted(conn: AsyncConnection, actor: Actor, filters: Filters) -> tuple[int, bool]:
    """How many there are, and whether there are more than that."""
    known = await coarse(conn, actor)
    kept = await told(conn, actor, filters, known)
    if kept is not None:
        return kept, False
    many = await queries.count_reached(conn, actor, filters, known, _COUNTED)
    return min(many, _COUNTED), many > _COUNTED


async def _papers(conn: AsyncConnection, found: ListedPage, asked: Asked) -> dict[UUID, str]:
    """The numbers of the consignments on the page, where a column shows them."""
    if "consignment" not in asked.shown:
        return {}
    return await consignment_numbers(conn, [c for line in found.items if (c := line.row.consignment)])


def _choices(lang: Lang, known: Any, asked: Asked, fields: Catalogue) -> dict[str, Any]:
    return {
        "programmes": [(str(p.id), p.code) for p in known],
        "stages": _options(lang, "stage"),
        "conditions": _options(lang, "condition"),
        "categories": _options(lang, "category"),
        "titles": _options(lang, "title"),
        "waits": [(key, gettext(lang, text)) for key, text in asset_columns.WAITS.items()],
        "missing": asset_columns.lacking(lang, fields),
        "own": asset_columns.sought(lang, fields, own_fields(asked.query.fields)),
        "offered": asset_columns.described(lang, asset_columns.offered(asked.shown, fields), fields),
    }


def _options(lang: Lang, family: str) -> list[tuple[str, str]]:
    return [(key, gettext(lang, each.text)) for key, each in words.VOCABULARY[family].items()]


ROUTES = (list_assets, keep, forget)
