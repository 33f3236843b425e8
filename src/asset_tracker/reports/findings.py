"""What a reader must know and nobody may hide: missing facts, overdue steps, things that do not work."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from decimal import Decimal

from msgspec import UNSET, Struct

from asset_tracker.reports.structs_figures import Finding
from asset_tracker.reports.structs_items import Happening, Item

# Lots, licences and furniture carry no serial number of their own.
_WITHOUT_SERIAL = frozenset({"software", "furniture", "other", "video_kit", "mobile_case"})


class Limits(Struct, frozen=True, kw_only=True):
    """When something is overdue; a programme's policy rows may say otherwise.

    ``inventory_months``: 24 is 2 CFR 200.313(d)(2). ``publication_days``: KMU 153 of 15.02.2002, p. 44.
    """

    delivery_days: int = 30
    act_days: int = 30
    inventory_months: int = 24
    publication_days: int = 10


def findings(
    items: Sequence[Item], timeline: Iterable[Happening], as_of: date, limits: Limits | None = None
) -> tuple[Finding, ...]:
    """Every exception on day ``as_of``: those about one item in item order, then those about the whole."""
    limits = limits or Limits()
    found = [
        Finding(code=code, tag=item.tag, item=item.name, municipality=item.municipality, day=day)
        for item in items
        for code, day in _about(item, as_of, limits)
    ]
    if late := sum(1 for line in timeline if line.late):
        found.append(Finding(code="recorded_late", number=late))
    return tuple(found)


def _about(item: Item, as_of: date, limits: Limits) -> list[tuple[str, date | None]]:
    return [*_on_record(item), *_on_time(item, as_of, limits), *_on_state(item)]


def _on_record(item: Item) -> list[tuple[str, date | None]]:
    found: list[tuple[str, date | None]] = []
    if not item.serial and not item.is_kit and item.quantity == 1 and item.category not in _WITHOUT_SERIAL:
        found.append(("no_serial", None))
    if item.value is None and item.kit is None and not item.is_kit:
        found.append(("no_price", None))
    if item.shares and sum(share.percent for share in item.shares) != Decimal(100):
        found.append(("shares_not_whole", None))
    return found


def _on_time(item: Item, as_of: date, limits: Limits) -> list[tuple[str, date | None]]:
    if item.stage == "gone":
        return []
    if not item.delivered_on:
        sent = item.dispatched_on
        late = sent is not None and as_of - sent > timedelta(days=limits.delivery_days)
        return [("not_delivered", sent)] if late else []
    found: list[tuple[str, date | None]] = []
    if not item.accepted_on and as_of - item.delivered_on > timedelta(days=limits.act_days):
        found.append(("no_act", item.delivered_on))
    seen = max(filter(None, (item.verified_on, item.installed_on, item.delivered_on)))
    if as_of - seen > timedelta(days=limits.inventory_months * 365 // 12):
        found.append(("not_verified", seen))
    balance = item.unpublished_since
    if balance is not UNSET and as_of - balance > timedelta(days=limits.publication_days):
        found.append(("not_published", balance))
    return found


def _on_state(item: Item) -> list[tuple[str, date | None]]:
    found: list[tuple[str, date | None]] = []
    if item.disputed:
        found.append(("disputed", None))
    if item.stage == "gone":
        if item.gone_reason in {"lost", "stolen", "destroyed"}:
            found.append((f"gone_{item.gone_reason}", None))
    elif item.condition in {"needs_attention", "unserviceable"}:
        found.append((item.condition, None))
    return found
