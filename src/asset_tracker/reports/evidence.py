"""From a figure of a report to the items it counts, and the events each of them was counted by [pure].

A figure is named as in an address: ``delivered``, ``condition:working``, ``value:UAH``, ``share:UAH:<donor>``,
``worth:EUR``, ``days:delivered_accepted``, ``since:served``. ``Part`` narrows it to a category, a municipality or
an oblast. The numbers of the items sum to the figure that the report states (those of days are what the median
is of).
"""

from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from decimal import Decimal

from msgspec import Struct

from asset_tracker.errors import NotFoundError
from asset_tracker.reports import words
from asset_tracker.reports.columns import municipalities
from asset_tracker.reports.figures import STEPS
from asset_tracker.reports.shares import split
from asset_tracker.reports.structs import Facts
from asset_tracker.reports.structs_items import Happening, Item

Number = int | Decimal
Counts = Callable[[Item], Number | None]


class Part(Struct, frozen=True, kw_only=True):
    """Which of the items; ``sets`` are kits, which no total counts again."""

    category: str = ""
    municipality: str = ""
    oblast: str = ""
    sets: bool = False


class Behind(Struct, frozen=True):
    """An item, what it adds to the figure, and the events that say so."""

    item: Item
    number: Number
    events: tuple[Happening, ...]


class Evidence(Struct, frozen=True, kw_only=True):
    """``title`` is a msgid; ``total`` what the numbers sum to, None where a median is told."""

    title: str
    rows: tuple[Behind, ...]
    total: Number | None
    currency: str = ""


class _Figure(Struct, frozen=True):
    """``last``: only the last of the events says so; otherwise all of these kinds do."""

    title: str
    counts: Counts
    kinds: tuple[str, ...]
    last: bool = True


_HANDED_OVER = ("delivered", "accepted", "installed", "commissioned", "verified")
_CONDITION = (
    "received",
    "delivered",
    "verified",
    "fault_reported",
    "damaged",
    "maintained",
    "repaired",
    "found",
    "returned",
)
_PRICED = ("registered", "described")
_GONE = ("disposed", "lost", "stolen", "destroyed", "returned")
_SERVING = ("commissioned", "installed", "repaired", "found", "returned", "use_changed")
_UPKEEP = ("maintained", "repaired")
_STEP_KINDS = {
    "approved_delivered": ("approved", "delivered"),
    "dispatched_delivered": ("dispatched", "delivered"),
    "delivered_accepted": ("delivered", "accepted"),
    "accepted_in_service": ("accepted", *_SERVING),
}


def evidence(facts: Facts, figure: str, part: Part | None = None) -> Evidence:
    """What stands behind ``figure``. The timeline of ``facts`` must be whole. Raises NotFoundError."""
    part = part or Part()
    name, _, of = figure.partition(":")
    found = _figure(facts, name, of)
    if found is None:
        raise NotFoundError("There is no such figure in this report.")
    happened: dict[str, list[Happening]] = defaultdict(list)
    for line in facts.timeline:
        happened[str(line.asset_id)].append(line)
    money = name in ("value", "value_delivered", "share", "worth")
    rows = []
    for item in _chosen(facts, part, every=money or name in ("upkeep", "losses")):
        number = found.counts(item)
        if number:
            rows.append(Behind(item, number, _events(happened[str(item.asset_id)], found)))
    total = None if name == "days" else sum((row.number for row in rows), Decimal("0.00") if money else 0)
    return Evidence(
        title=found.title, rows=tuple(rows), total=total, currency=of.partition(":")[0] if money else ""
    )


def _chosen(facts: Facts, part: Part, *, every: bool) -> list[Item]:
    places = municipalities(facts)

    def fits(item: Item) -> bool:
        place = places.get(item.municipality)
        return (
            (every or item.is_kit == part.sets)
            and part.category in ("", item.category)
            and part.municipality in ("", item.municipality)
            and (not part.oblast or (place is not None and place.oblast.uk == part.oblast))
        )

    return [item for item in facts.items if fits(item)]


def _events(lines: Sequence[Happening], figure: _Figure) -> tuple[Happening, ...]:
    told = [line for line in lines if line.kind in figure.kinds]
    if figure.kinds == _HANDED_OVER:
        # a delivery that nobody recorded is told by the first fact that could not be without it
        told = [line for line in told if line.kind == "delivered"] or told[:1]
    if figure.last:
        told = told[-1:]
    return tuple(told or [line for line in lines if line.kind == "registered"])


def _standing(item: Item) -> bool:
    return item.delivered_on is not None and item.stage != "gone"


def _when(get: Callable[[Item], object]) -> Counts:
    return lambda item: item.quantity if get(item) else None


def _figure(facts: Facts, name: str, of: str) -> _Figure | None:
    if of:
        return _of(facts, name, of)
    as_of = facts.question.as_of
    lost = {loss.asset_id for loss in facts.losses}
    plain: dict[str, _Figure] = {
        "planned": _Figure("Planned", lambda item: item.quantity, ("registered", "described", "consigned")),
        "delivered": _Figure("Delivered", _when(lambda item: item.delivered_on), _HANDED_OVER),
        "accepted": _Figure("Accepted by act", _when(lambda item: item.accepted_on), ("accepted",)),
        "in_service": _Figure("In service", _when(lambda item: item.stage == "in_service"), _SERVING),
        "gone": _Figure("Left for good", _when(lambda item: item.stage == "gone"), _GONE),
        "act": _Figure("With a signed act", _when(lambda item: item.act_number), ("accepted",)),
        "verified_last_year": _Figure(
            "Verified within a year",
            _when(lambda item: _standing(item) and _after(item.verified_on, as_of, 365)),
            ("verified",),
        ),
        "verified_two_years": _Figure(
            "Verified within two years",
            _when(lambda item: _standing(item) and _after(item.verified_on, as_of, 730)),
            ("verified",),
        ),
        "upkeep": _Figure("Maintenances and repairs", lambda item: item.upkeep, _UPKEEP, last=False),
        "losses": _Figure(
            "Losses",
            _when(lambda item: item.asset_id in lost),
            (*words.LOSS, "found", "loss_closed"),
            last=False,
        ),
        "without_price": _Figure(
            "Items without a recorded price",
            _when(lambda item: item.value is None and item.kit is None),
            _PRICED,
        ),
    }
    return plain.get(name)


def _of(facts: Facts, name: str, of: str) -> _Figure | None:
    match name:
        case "condition" if of in words.CONDITION:
            return _Figure(
                words.CONDITION[of],
                _when(lambda i: i.delivered_on and i.stage != "gone" and i.condition == of),
                _CONDITION,
            )
        case "value":
            return _Figure("Value", lambda i: i.value if i.currency == of else None, _PRICED)
        case "value_delivered":
            return _Figure(
                "of it delivered",
                lambda i: i.value if i.currency == of and i.delivered_on else None,
                (*_PRICED, "delivered"),
                last=False,
            )
        case "share":
            return _share(of)
        case "worth":
            return _worth(facts, of)
        case "days":
            return _days(of)
        case "since":
            return _since(facts, of)
    return None


def _share(of: str) -> _Figure:
    currency, _, donor = of.partition(":")

    def paid(item: Item) -> Number | None:
        share = item.share_of(donor)
        return share.value if share and item.currency == currency else None

    return _Figure("Share", paid, _PRICED)


def _worth(facts: Facts, of: str) -> _Figure | None:
    currency, _, donor = of.partition(":")
    if currency not in {line.currency for line in facts.summary.worth}:
        return None

    def worth(item: Item) -> Number | None:
        found = item.worth_in(currency)
        if found is None or not donor:
            return found.value if found else None
        parts = split(found.value, [share.percent for share in item.shares])
        paid = dict(zip((share.donor for share in item.shares), parts, strict=True))
        return paid.get(donor)

    return _Figure("Value", worth, _PRICED)


def _days(step: str) -> _Figure | None:
    if step == "in_service":
        return _Figure(words.STEP[step], lambda item: item.service_days, _SERVING, last=False)
    for name, start, end in STEPS:
        if name == step:

            def span(item: Item) -> int | None:
                first, last = start(item), end(item)  # noqa: B023 - it is returned before the next
                return (last - first).days if first and last else None

            return _Figure(words.STEP[step], span, _STEP_KINDS[step], last=False)
    return None


def _since(facts: Facts, of: str) -> _Figure | None:
    came = facts.question.since
    dates: dict[str, tuple[str, Callable[[Item], date | None], tuple[str, ...]]] = {
        "delivered": ("Delivered", lambda item: item.delivered_on, _HANDED_OVER),
        "accepted": ("Accepted by act", lambda item: item.accepted_on, ("accepted",)),
        "served": ("Put into service", lambda item: item.in_service_on, _SERVING),
        "gone": ("Left for good", lambda item: item.gone_on, _GONE),
        "verified": ("Verified", lambda item: item.verified_on, ("verified",)),
    }
    if came is None or of not in dates:
        return None
    title, get, kinds = dates[of]
    return _Figure(title, _when(lambda item: (day := get(item)) is not None and day >= came), kinds)


def _after(day: date | None, as_of: date, days: int) -> bool:
    return day is not None and day > as_of - timedelta(days=days)
