"""A run sheet for the driver: consignments of a day are chosen, put in the order of the stops, and printed."""

from datetime import UTC, date, datetime
from uuid import UUID

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromQuery
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker import kyiv
from asset_tracker.access.actors import Actor
from asset_tracker.consignments import driver
from asset_tracker.edge.who import AnyRequest, lang_of
from asset_tracker.errors import InvalidError
from asset_tracker.web.forms import read_id, read_number
from asset_tracker.web.pages import Instead, error_texts, page


@get("/run-sheets/driver")
async def choose(
    request: AnyRequest,
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    day: FromQuery[str] = "",
) -> Response[str]:
    return await _page(request, conn, actor, day)


@get("/run-sheets/driver.pdf")
async def print_sheet(
    request: AnyRequest, conn: NamedDependency[AsyncConnection], actor: NamedDependency[Actor]
) -> Response[bytes]:
    """``stop`` is repeated, one a consignment; ``at-ID`` is its place in the order."""
    now, base = datetime.now(UTC), request.app.state.settings.base_url
    try:
        pdf = await driver.driver_sheet_pdf(conn, actor, _stops(request), base_url=base, now=now)
    except InvalidError as wrong:
        texts = error_texts(lang_of(request), wrong.errors)
        day = request.query_params.get("day", "")
        raise Instead(await _page(request, conn, actor, day, texts)) from wrong
    headers = {"Content-Disposition": 'inline; filename="run-sheet-driver.pdf"'}
    return Response(pdf, media_type="application/pdf", headers=headers)


def _stops(request: AnyRequest) -> list[UUID]:
    """The consignments that were ticked, in the order of their numbers; those without one come last."""
    asked = request.query_params
    ticked = [found for text in asked.getall("stop", []) if (found := read_id(text, "consignment"))]

    def place(stop: UUID) -> int:
        number = read_number(asked.get(f"at-{stop}", ""))
        return 10**9 if number is None else number

    return sorted(ticked, key=place)


async def _page(
    request: AnyRequest,
    conn: AsyncConnection,
    actor: Actor,
    day: str,
    errors: dict[str, str] | None = None,
) -> Response[str]:
    try:
        shown = date.fromisoformat(day)
    except ValueError:
        shown = kyiv.today()
    return page(
        request,
        "run_sheets/driver.html",
        section="consignments",
        status=422 if errors else 200,
        day=shown,
        consignments=await driver.to_load(conn, actor, shown),
        errors=errors or {},
    )


ROUTES = (choose, print_sheet)
