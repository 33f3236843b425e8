"""The waybill of a consignment as a bilingual PDF: what goes along, from whom, to where, and who signs for it."""

from datetime import datetime
from typing import Any
from uuid import UUID

from anyio import to_thread
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker.access.actors import Actor
from asset_tracker.assets.queries import list_assets
from asset_tracker.assets.views import AssetRow, Filters
from asset_tracker.consignments.queries import get_consignment
from asset_tracker.documents import display
from asset_tracker.documents.qr import qr_svg
from asset_tracker.documents.typeset import typeset
from asset_tracker.ledger.tags import format_tag
from asset_tracker.programmes.queries import get_programme
from asset_tracker.territory.queries import get_municipality

TEMPLATE = "consignments/templates/waybill.typ"
_PAGE = 500


async def waybill_pdf(
    conn: AsyncConnection, actor: Actor, consignment_id: UUID, *, base_url: str, now: datetime
) -> tuple[str, bytes]:
    """The consignment's number and the PDF. Raises NotFoundError."""
    it = await get_consignment(conn, actor, consignment_id)
    place = await get_municipality(conn, it.municipality)
    programme = await get_programme(conn, actor, it.programme)
    lines: list[AssetRow] = []
    after = None
    while True:
        page = await list_assets(conn, actor, Filters(consignment=consignment_id), after=after, limit=_PAGE)
        lines += page.items
        if (after := page.next) is None:
            break
    lines.sort(key=lambda each: (each.line or 0, each.kit is not None, each.tag))
    tree: dict[str, Any] = {
        "number": it.number,
        "waybill": it.waybill or "",
        "carrier": it.carrier or "",
        "sent": display.day_of(it.dispatched_at, "uk") if it.dispatched_at else "",
        "expected": display.day(it.expected_on, "uk") if it.expected_on else "",
        "programme": [programme.name_uk, programme.name_en],
        "place": [f"{place.title('uk')}, {place.region('uk')}", f"{place.title('en')}, {place.region('en')}"],
        "lines": [_line(each) for each in lines],
        "count": display.number(_pieces(lines), "uk"),
        "url": f"{base_url}/consignments/{it.id}",
        "qr": qr_svg(f"{base_url}/consignments/{it.id}"),
        "made": display.instant(now, "uk"),
    }
    return it.number, await to_thread.run_sync(_typeset, tree, now)


def _typeset(tree: dict[str, Any], now: datetime) -> bytes:
    return typeset(TEMPLATE, tree, made_at=now)


def _pieces(lines: list[AssetRow]) -> int:
    return sum(each.quantity for each in lines)


def _line(each: AssetRow) -> list[str]:
    model = " ".join(part for part in (each.manufacturer, each.model) if part)
    name = f"{'– ' if each.kit else ''}{each.name_uk}"
    # What belongs to a kit stands below it, under the kit's number.
    number = "" if each.kit else str(each.line or "")
    return [number, format_tag(each.tag), name, model, each.serial or "", str(each.quantity)]
