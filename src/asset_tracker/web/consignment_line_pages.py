"""A consignment is made, filled by scan or by choice, and goes along with its waybill."""

from datetime import UTC, datetime
from uuid import UUID

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, URLEncodedBody
from litestar.response import Redirect
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker.access.actors import Actor
from asset_tracker.access.permissions import require
from asset_tracker.assets.queries import find_asset, list_assets
from asset_tracker.assets.views import Filters
from asset_tracker.consignments import service
from asset_tracker.consignments.service import NewConsignment
from asset_tracker.consignments.waybill import waybill_pdf
from asset_tracker.edge.who import AnyRequest, lang_of
from asset_tracker.errors import ConflictError, FieldError, InvalidError, NotFoundError, RefusedError
from asset_tracker.i18n import gettext
from asset_tracker.ledger.tags import TagError, format_tag
from asset_tracker.programmes.queries import list_programmes
from asset_tracker.web.chrome import Flash
from asset_tracker.web.consignment_pages import show_instead
from asset_tracker.web.pages import Instead, error_texts, page, see_other
from asset_tracker.web.towns import read_with_town

MAX_LINES = 500
_UNDER_WAY = (
    "Under way or delivered already: %(list)s. "
    "Leave them out, or take the dispatch back on the page of their consignment first."
)


class ConsignmentForm(msgspec.Struct, frozen=True):
    """A consignment as typed."""

    programme: str = ""
    number: str = ""
    municipality: str = ""


@get("/consignments/new")
async def form(
    request: AnyRequest, conn: NamedDependency[AsyncConnection], actor: NamedDependency[Actor]
) -> Response[str]:
    require(actor, "consignment.manage")
    return await _form(request, conn, actor, ConsignmentForm(), {})


@post("/consignments", status_code=303)
async def add(
    request: AnyRequest,
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    data: URLEncodedBody[ConsignmentForm],
) -> Redirect:
    require(actor, "consignment.manage")
    try:
        new = await read_with_town(conn, NewConsignment, msgspec.structs.asdict(data))
        made = await service.add_consignment(conn, actor, new)
    except (InvalidError, ConflictError) as wrong:
        lang = lang_of(request)
        errors = wrong.errors if isinstance(wrong, InvalidError) else ()
        texts = error_texts(lang, errors) or {"number": gettext(lang, wrong.message, **wrong.params)}
        raise Instead(await _form(request, conn, actor, data, texts)) from wrong
    told = Flash("good", "The consignment is there. Put things on it, or import its packing list.")
    return see_other(request, f"/consignments/{made}", told)


@post("/consignments/{consignment_id:uuid}/lines", status_code=303)
async def add_lines(
    request: AnyRequest,
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    consignment_id: FromPath[UUID],
) -> Redirect:
    require(actor, "consignment.manage")
    sent = await request.form()
    typed = str(sent.get("tags") or "")[:20_000]
    chosen = [str(each) for each in sent.getall("asset", [])]
    try:
        found = await _assets(conn, actor, [*typed.splitlines(), *chosen])
        await service.consign(conn, actor, consignment_id, found)
    except (InvalidError, RefusedError) as wrong:
        raise await show_instead(request, conn, actor, consignment_id, wrong, {"tags": typed}) from wrong
    told = Flash("good", "Put on the consignment: %(n)s.", {"n": str(len(found))})
    return see_other(request, f"/consignments/{consignment_id}#lines", told)


@get("/consignments/{consignment_id:uuid}/waybill.pdf")
async def print_waybill(
    request: AnyRequest,
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    consignment_id: FromPath[UUID],
) -> Response[bytes]:
    base = request.app.state.settings.base_url
    number, pdf = await waybill_pdf(conn, actor, consignment_id, base_url=base, now=datetime.now(UTC))
    name = "".join(sign if sign.isascii() and (sign.isalnum() or sign in "-_") else "_" for sign in number)
    headers = {"Content-Disposition": f'inline; filename="waybill-{name}.pdf"'}
    return Response(pdf, media_type="application/pdf", headers=headers)


async def _assets(conn: AsyncConnection, actor: Actor, written: list[str]) -> list[UUID]:
    """The assets that tags or serial numbers name. Raises InvalidError that names each that is none, or gone."""
    wanted = list(dict.fromkeys(each.strip()[:80] for each in written if each.strip()))
    if not wanted or len(wanted) > MAX_LINES:
        raise InvalidError(errors=(FieldError("tags", "Between 1 and 500 tags are expected."),))
    found, unknown = [], []
    for each in wanted:
        try:
            found.append(await find_asset(conn, actor, each))
        except (TagError, NotFoundError):
            by_serial = [
                row.id
                for row in (await list_assets(conn, actor, Filters(q=each), limit=10)).items
                if (row.serial or "").casefold() == each.casefold()
            ]
            found += by_serial[:1]
            unknown += [] if len(by_serial) == 1 else [each]
    if unknown:
        params = {"list": ", ".join(unknown[:10])}
        raise InvalidError(errors=(FieldError("tags", "Not found, or more than one: %(list)s", params),))
    if under_way := await service.not_waiting(conn, found):
        params = {"list": ", ".join(map(format_tag, under_way[:10]))}
        raise InvalidError(errors=(FieldError("tags", _UNDER_WAY, params),))
    return list(dict.fromkeys(found))


async def _form(
    request: AnyRequest,
    conn: AsyncConnection,
    actor: Actor,
    values: ConsignmentForm,
    errors: dict[str, str],
) -> Response[str]:
    return page(
        request,
        "consignments/new.html",
        section="consignments",
        status=422 if errors else 200,
        values=values,
        errors=errors,
        programmes=[(str(p.id), p.code) for p in await list_programmes(conn, actor)],
    )


ROUTES = (form, add, add_lines, print_waybill)
