"""A run sheet for the driver: several consignments in the order of the stops, as one bilingual PDF."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

import msgspec
from anyio import to_thread
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker.access.actors import Actor
from asset_tracker.access.permissions import require
from asset_tracker.assets.queries import list_assets
from asset_tracker.assets.views import AssetRow, Filters
from asset_tracker.consignments.queries import ConsignmentView, get_consignment, list_open
from asset_tracker.documents import display
from asset_tracker.documents.qr import qr_svg
from asset_tracker.documents.typeset import typeset
from asset_tracker.errors import FieldError, InvalidError
from asset_tracker.ledger.tags import format_tag
from asset_tracker.programmes.queries import councils_of
from asset_tracker.programmes.tables import programme
from asset_tracker.territory.queries import get_municipality, list_service_points

TEMPLATE = "consignments/templates/driver.typ"
MAX_STOPS = 50
_PAGE = 500


class Load(msgspec.Struct, frozen=True, kw_only=True):
    """What is unloaded at one stop: a consignment, its things, and who waits for them there."""

    consignment: ConsignmentView
    lines: tuple[AssetRow, ...]
    place: tuple[str, str]
    region: tuple[str, str]
    council: str
    places: tuple[tuple[str, str], ...]


async def to_load(conn: AsyncConnection, actor: Actor, day: date) -> list[ConsignmentView]:
    """The consignments that a driver may take along on a day, in the order of KATOTTH codes, which is by raion.

    Those that are expected on the day, and those without a day that were sent.
    """
    found = await list_open(conn, actor, day)
    return sorted(found, key=lambda each: (each.expected_on is None, each.municipality, each.number))


async def driver_sheet_pdf(
    conn: AsyncConnection, actor: Actor, stops: Sequence[UUID], *, base_url: str, now: datetime
) -> bytes:
    """The sheet, its stops in the order given. Raises InvalidError for none or too many, NotFoundError."""
    require(actor, "consignment.read")
    wanted = list(dict.fromkeys(stops))
    if not wanted:
        raise InvalidError(errors=(FieldError("consignment", "Choose at least one consignment."),))
    if len(wanted) > MAX_STOPS:
        message = "At most %(n)s stops go on one sheet."
        raise InvalidError(errors=(FieldError("consignment", message, {"n": MAX_STOPS}),))
    loads = [await _load(conn, actor, each) for each in wanted]
    made_up = await conn.scalar(
        select(programme.c.id)
        .where(programme.c.id.in_({each.consignment.programme for each in loads}), programme.c.demonstration)
        .limit(1)
    )
    tree = {
        "made": [display.instant(now, "uk"), display.instant(now, "en")],
        "days": _days(loads),
        "demonstration": made_up is not None,
        "stops": [_stop(n, each, base_url) for n, each in enumerate(loads, 1)],
        "pieces": display.number(sum(_pieces(each.lines) for each in loads), "uk"),
    }
    return await to_thread.run_sync(_typeset, tree, now)


async def _load(conn: AsyncConnection, actor: Actor, consignment_id: UUID) -> Load:
    it = await get_consignment(conn, actor, consignment_id)
    place = await get_municipality(conn, it.municipality)
    council = (await councils_of(conn, [it.municipality])).get(it.municipality)
    points = await list_service_points(conn, it.municipality)
    lines: list[AssetRow] = []
    after = None
    while True:
        page = await list_assets(conn, actor, Filters(consignment=it.id), after=after, limit=_PAGE)
        lines += page.items
        if (after := page.next) is None:
            break
    return Load(
        consignment=it,
        lines=tuple(each for each in lines if each.gone_reason is None),
        place=(place.title("uk"), place.title("en")),
        region=(place.region("uk"), place.region("en")),
        council=", ".join(part for part in (council.name_uk, council.address) if part) if council else "",
        places=tuple((each.name_uk, each.address or "") for each in points if each.status == "working"),
    )


def _stop(n: int, load: Load, base_url: str) -> dict[str, Any]:
    it = load.consignment
    enter = f"{base_url}/run-sheets/enter?consignment={it.id}"
    return {
        "no": str(n),
        "place": list(load.place),
        "region": list(load.region),
        "number": it.number,
        "waybill": it.waybill or "",
        "expected": display.day(it.expected_on, "uk") if it.expected_on else "",
        "council": load.council,
        "places": [list(each) for each in load.places],
        "lines": [_line(each) for each in grouped(load.lines)],
        "pieces": display.number(_pieces(load.lines), "uk"),
        "enter": enter,
        "qr": qr_svg(enter),
    }


def grouped(lines: Sequence[AssetRow]) -> list[tuple[AssetRow, ...]]:
    """What is the same to whoever unloads it, together: by name and model, in the order of the packing list.

    What is packed in a kit is unloaded with the kit.
    """
    found: dict[tuple[str, str | None, str | None], list[AssetRow]] = {}
    for each in sorted(lines, key=lambda each: (each.line or 0, each.tag)):
        if each.kit is None:
            found.setdefault((each.name_uk, each.manufacturer, each.model), []).append(each)
    return [tuple(each) for each in found.values()]


def _line(same: Sequence[AssetRow]) -> list[str]:
    first = same[0]
    model = " ".join(part for part in (first.manufacturer, first.model) if part)
    tags = ", ".join(format_tag(each.tag) for each in same)
    return [first.name_uk, model, tags, display.number(_pieces(same), "uk")]


def _pieces(lines: Sequence[AssetRow]) -> int:
    return sum(each.quantity for each in lines if each.kit is None)


def _days(loads: Sequence[Load]) -> str:
    days = sorted({each.consignment.expected_on for each in loads if each.consignment.expected_on})
    return ", ".join(display.day(day, "uk") for day in days)


def _typeset(tree: dict[str, Any], now: datetime) -> bytes:
    return typeset(TEMPLATE, tree, made_at=now)
