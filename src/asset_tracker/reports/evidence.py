"""From a figure of a report to the items it counts, and the events each of them was counted by [pure].

A figure is named as in an address: ``delivered``, ``condition:working``, ``value:UAH``, ``share:UAH:<donor>``,
``worth:EUR``, ``days:delivered_accepted``, ``since:served``, ``finding:no_act``. ``Part`` narrows it to a category, a
municipality, an oblast or one asset. The numbers of the items sum to the figure that the report states (those of days are what the median
is of).
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from functools import partial
from uuid import UUID

from msgspec import UNSET, Struct

from asset_tracker.documents.display import KYIV
from asset_tracker.errors import NotFoundError
from asset_tracker.reports import serving, words
from asset_tracker.reports.columns import municipalities
from asset_tracker.reports.figures import STEPS, STEPS_BESIDE, UPKEEP, ZERO, situation_of
from asset_tracker.reports.shares import split
from asset_tracker.reports.structs import Facts
from asset_tracker.reports.structs_items import Happening, Item, Loss

Number = int | Decimal
Counts = Callable[[Item], Number | None]


class Part(Struct, frozen=True, kw_only=True):
    """Which of the items; ``sets`` are kits, which no total counts again."""

    category: str = ""
    municipality: str = ""
    oblast: str = ""
    raion: str = ""
    situation: str = ""
    asset: str = ""
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
    """``last``: only the last of the events says so; otherwise all of these kinds do, or ``only`` some of them."""

    title: str
    counts: Counts
    kinds: tuple[str, ...]
    last: bool = True
    only: Callable[[Item, Happening], bool] | None = None


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
    "accepted_installed": ("accepted", "installed"),
}


# Figures of money, and those that kits are counted in as well.
_MONEY = (
    "value",
    "value_delivered",
    "value_by",
    "share",
    "worth",
    "worth_delivered",
    "loss_value",
    "upkeep_cost",
)
_EVERY = (
    "finding",
    "upkeep",
    "losses",
    "losses_open",
    "losses_closed",
    "reached",
    "raions",
    "residents",
    "without_rate",
    "serving",
    *(f"since:{unit}" for unit in serving.SHORT),
    "since:losses",
    "since:upkeep",
    "since:events",
)

# What came when: name, msgid, day, and the kinds of events that say so.
_CAME: tuple[tuple[str, str, Callable[[Item], date | None], tuple[str, ...]], ...] = (
    ("delivered", "Delivered", lambda item: item.delivered_on, _HANDED_OVER),
    ("accepted", "Accepted by act", lambda item: item.accepted_on, ("accepted",)),
    ("served", "Put into service", lambda item: item.in_service_on, _SERVING),
    ("gone", "Left for good", lambda item: item.gone_on, _GONE),
    ("verified", "Verified", lambda item: item.verified_on, ("verified",)),
)


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
    money = name in _MONEY
    rows = []
    for item in _chosen(facts, part, every=money or name in _EVERY or figure in _EVERY):
        number = found.counts(item)
        if number:
            told = happened[str(item.asset_id)]
            if found.only:
                told = [line for line in told if found.only(item, line)]
            rows.append(Behind(item, number, _events(told, found)))
    total = (
        None
        if name in ("days", "unseen")
        else sum((row.number for row in rows), Decimal("0.00") if money else 0)
    )
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
            and part.asset in ("", str(item.asset_id))
            and part.municipality in ("", item.municipality)
            and (not part.oblast or (place is not None and place.oblast.uk == part.oblast))
            and (not part.raion or (place is not None and place.region.uk == part.raion))
            and (not part.situation or (place is not None and situation_of(place) == part.situation))
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
    cases = _by_asset(facts.losses)
    places = municipalities(facts)
    reached = _first_of_each(
        facts.items, lambda item: item.delivered_on is not None, lambda item: item.municipality
    )
    raions = _first_of_each(
        facts.items,
        lambda item: item.delivered_on is not None and item.municipality in places,
        lambda item: places[item.municipality].region.uk,
    )
    points = _first_of_each(
        facts.items,
        lambda item: item.counted and _standing(item) and item.service_point is not None,
        lambda item: (item.municipality, item.service_point),
    )
    lost = (*words.LOSS, "found", "loss_closed")
    plain: dict[str, _Figure] = {
        "planned": _Figure("Planned", lambda item: item.quantity, ("registered", "described", "consigned")),
        "delivered": _Figure("Delivered", _when(lambda item: item.delivered_on), _HANDED_OVER),
        "accepted": _Figure("Accepted by act", _when(lambda item: item.accepted_on), ("accepted",)),
        "in_service": _Figure("In service", _when(lambda item: item.stage == "in_service"), _SERVING),
        "installed": _Figure("Installed", _when(lambda item: item.installed_on), ("installed",)),
        "gone": _Figure("Left for good", _when(lambda item: item.stage == "gone"), _GONE),
        "standing": _Figure(
            "Delivered and not gone", lambda item: item.quantity if _standing(item) else None, _HANDED_OVER
        ),
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
        "unseen": _Figure(
            "Days since it was last verified",
            lambda item: (as_of - item.verified_on).days if _standing(item) and item.verified_on else None,
            ("verified",),
        ),
        "losses": _Figure("Losses", lambda item: len(cases[item.asset_id]), lost, last=False),
        "losses_open": _Figure(
            "Loss cases open",
            lambda item: sum(1 for loss in cases[item.asset_id] if loss.outcome is None),
            lost,
            last=False,
        ),
        "losses_closed": _Figure(
            "Loss cases closed",
            lambda item: sum(1 for loss in cases[item.asset_id] if loss.outcome is not None),
            lost,
            last=False,
        ),
        "reached": _Figure(
            "Municipalities reached, each by what came there first",
            lambda item: 1 if item.asset_id in reached else None,
            _HANDED_OVER,
        ),
        "raions": _Figure(
            "Raions reached, each by what came there first",
            lambda item: 1 if item.asset_id in raions else None,
            _HANDED_OVER,
        ),
        "residents": _Figure(
            "Residents of the municipalities reached, each by what came there first",
            lambda item: places[item.municipality].population if item.asset_id in reached else None,
            _HANDED_OVER,
        ),
        "service_points": _Figure(
            "Service points with items, each by what came there first",
            lambda item: 1 if item.asset_id in points else None,
            ("installed", "moved", "delivered", "verified"),
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
                "Value of what was delivered",
                lambda i: i.value if i.currency == of and i.delivered_on else None,
                (*_PRICED, "delivered"),
                last=False,
            )
        case "value_by":
            return _value_by(of)
        case "share":
            return _share(of)
        case "worth":
            return _worth(facts, of)
        case "worth_delivered":
            whole = _worth(facts, of)
            return whole and _Figure(
                "Value of what was delivered",
                lambda i: whole.counts(i) if i.delivered_on else None,
                (*_PRICED, "delivered"),
                last=False,
            )
        case "without_rate":
            return _Figure(
                "Items without a rate",
                _when(lambda i: i.value is not None and i.worth_in(of) is None),
                _PRICED,
            )
        case "upkeep_cost":
            return _Figure(
                "Cost of upkeep",
                lambda i: sum((c.value for c in i.upkeep_costs if c.currency == of), ZERO),
                _UPKEEP,
                last=False,
            )
        case "meter" if of in words.METER:
            return _Figure(
                "Last reading of the meter",
                lambda i: i.reading.value if i.reading is not UNSET and i.reading.unit == of else None,
                ("maintained", "service_counted"),
                only=lambda i, line: i.reading is not UNSET and _day(line) == i.reading.day,
            )
        case "serving" if of in serving.SHORT:
            return _serving(of, None)
        case "loss_value":
            return _loss_value(facts, of)
        case "by":
            return _by(of)
        case "finding":
            return _finding(facts, of)
        case "days":
            return _days(of)
        case "since":
            return _since(facts, of)
    return None


def _serving(unit: str, since: date | None) -> _Figure:
    number, only = partial(serving.of_item, unit=unit, since=since), serving.told_by(unit, since)
    return _Figure(serving.SHORT[unit], number, ("service_counted",), last=False, only=only)


def _loss_value(facts: Facts, currency: str) -> _Figure:
    cases = _by_asset(facts.losses)

    def lost(item: Item) -> Number:
        known = (loss.value or ZERO for loss in cases[item.asset_id] if loss.currency == currency)
        return sum(known, ZERO)

    return _Figure("Value of what was lost or damaged", lost, tuple(words.LOSS), last=False)


def _by(of: str) -> _Figure | None:
    """What had come so far by the end of a day, as the picture over time has it."""
    step, _, said = of.partition(":")
    known = {name: (title, get, kinds) for name, title, get, kinds in _CAME[:3]}
    try:
        until = date.fromisoformat(said)
    except ValueError:
        return None
    if step not in known:
        return None
    title, get, kinds = known[step]
    return _Figure(title, _when(lambda item: (day := get(item)) is not None and day <= until), kinds)


def _value_by(of: str) -> _Figure | None:
    """What had been delivered so far by the end of a day, as the picture of its value has it."""
    currency, _, said = of.partition(":")
    try:
        until = date.fromisoformat(said)
    except ValueError:
        return None

    def came(item: Item) -> Number | None:
        here = item.currency == currency and item.delivered_on is not None and item.delivered_on <= until
        return item.value if here else None

    return _Figure("Value of what was delivered", came, (*_PRICED, "delivered"), last=False)


# The events by which something needs attention; where there is none, what was registered.
_FOUND: dict[str, tuple[str, ...]] = {
    "no_serial": _PRICED,
    "no_price": _PRICED,
    "no_rate": _PRICED,
    "shares_not_whole": _PRICED,
    "not_delivered": ("dispatched",),
    "no_act": _HANDED_OVER,
    "not_verified": ("verified", "installed", "delivered"),
    "not_published": ("balance_recorded",),
    "disputed": (*_HANDED_OVER, "received", "resolution"),
    "needs_attention": _CONDITION,
    "unserviceable": _CONDITION,
    "gone_lost": ("lost",),
    "gone_stolen": ("stolen",),
    "gone_destroyed": ("destroyed",),
}


def _finding(facts: Facts, code: str) -> _Figure | None:
    """Of what was moved away the items stand in the report of another municipality."""
    if code not in words.FINDING_SHORT or code == "moved_away":
        return None
    title = words.FINDING_SHORT[code]
    if code == "recorded_late":
        came = facts.question.since or date.min
        late = Counter(
            line.asset_id
            for line in facts.timeline
            if line.late and line.occurred_at.astimezone(KYIV).date() >= came
        )
        kinds = tuple({line.kind for line in facts.timeline if line.late})
        return _Figure(title, lambda item: late[item.asset_id], kinds, last=False)
    if code == "no_rate":
        targets = [line.currency for line in facts.summary.worth]
        return _Figure(
            title,
            _when(lambda i: i.value is not None and not all(i.worth_in(each) for each in targets)),
            _FOUND[code],
        )
    about = {(found.tag, found.municipality) for found in facts.findings if found.code == code}
    return _Figure(title, lambda i: 1 if (i.tag, i.municipality) in about else None, _FOUND[code])


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
    for name, start, end in (*STEPS, *STEPS_BESIDE):
        if name == step:

            def span(item: Item) -> int | None:
                first, last = start(item), end(item)  # noqa: B023 - it is returned before the next
                return (last - first).days if first and last else None

            return _Figure(words.STEP[step], span, _STEP_KINDS[step], last=False)
    return None


def _since(facts: Facts, of: str) -> _Figure | None:
    came = facts.question.since
    if came is None:
        return None
    for name, title, get, kinds in _CAME:
        if name == of:
            return _Figure(title, _when(lambda item: (day := get(item)) is not None and day >= came), kinds)  # noqa: B023 - it is returned before the next
    if of == "losses":
        cases = _by_asset([loss for loss in facts.losses if loss.occurred_on >= came])
        return _Figure(
            "Losses and damage", lambda item: len(cases[item.asset_id]), tuple(words.LOSS), last=False
        )
    if of in serving.SHORT:
        return _serving(of, came)
    if of not in ("upkeep", "events"):
        return None
    told = [line for line in facts.timeline if _day(line) >= came and (of == "events" or line.kind in UPKEEP)]
    counts = Counter(line.asset_id for line in told)
    kinds = tuple({line.kind for line in told})
    title = "Events in the ledger" if of == "events" else "Maintenances and repairs"
    return _Figure(title, lambda item: counts[item.asset_id], kinds, last=False)


def _day(line: Happening) -> date:
    return line.occurred_at.astimezone(KYIV).date()


def _by_asset(losses: Sequence[Loss]) -> Mapping[UUID, list[Loss]]:
    found: dict[UUID, list[Loss]] = defaultdict(list)
    for loss in losses:
        found[loss.asset_id].append(loss)
    return found


def _first_of_each(
    items: Sequence[Item], fits: Callable[[Item], bool], group: Callable[[Item], Hashable]
) -> frozenset[UUID]:
    """The item of each group that came first, so that the groups can be counted by items."""
    first: dict[Hashable, UUID] = {}
    for item in sorted(filter(fits, items), key=lambda item: (item.delivered_on or date.max, item.asset_id)):
        first.setdefault(group(item), item.asset_id)
    return frozenset(first.values())


def _after(day: date | None, as_of: date, days: int) -> bool:
    return day is not None and day > as_of - timedelta(days=days)
