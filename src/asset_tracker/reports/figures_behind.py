"""What each figure of a report counts of an item, and by which kinds of events it does so [pure].

``evidence`` names the figures and gathers the items and events behind one.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from functools import partial
from uuid import UUID

from msgspec import UNSET, Struct

from asset_tracker import kyiv
from asset_tracker.reports import serving, words
from asset_tracker.reports.columns import municipalities
from asset_tracker.reports.figures import STEPS, STEPS_BESIDE, UPKEEP, ZERO
from asset_tracker.reports.shares import split
from asset_tracker.reports.structs import Facts
from asset_tracker.reports.structs_items import Happening, Item, Loss

Number = int | Decimal
Counts = Callable[[Item], Number | None]


class Figure(Struct, frozen=True):
    """``last``: only the last of the events says so; otherwise all of these kinds do, or ``only`` some of them."""

    title: str
    counts: Counts
    kinds: tuple[str, ...]
    last: bool = True
    only: Callable[[Item, Happening], bool] | None = None


HANDED_OVER = ("delivered", "accepted", "installed", "commissioned", "verified")
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
# What came when: name, msgid, day, and the kinds of events that say so.
_CAME: tuple[tuple[str, str, Callable[[Item], date | None], tuple[str, ...]], ...] = (
    ("delivered", "Delivered", lambda item: item.delivered_on, HANDED_OVER),
    ("accepted", "Accepted by act", lambda item: item.accepted_on, ("accepted",)),
    ("served", "Put into service", lambda item: item.in_service_on, _SERVING),
    ("gone", "Left for good", lambda item: item.gone_on, _GONE),
    ("verified", "Verified", lambda item: item.verified_on, ("verified",)),
)


def _delivered(item: Item) -> bool:
    return item.delivered_on is not None


def _standing(item: Item) -> bool:
    return item.delivered_on is not None and item.stage != "gone"


def _when(get: Callable[[Item], object]) -> Counts:
    return lambda item: item.quantity if get(item) else None


def figure_of(facts: Facts, name: str, of: str) -> Figure | None:
    """The figure ``name:of``, None where no report has such a one."""
    if of:
        return _of(facts, name, of)
    as_of = facts.question.as_of
    cases = _by_asset(facts.losses)
    lost = (*words.LOSS, "found", "loss_closed")
    plain: dict[str, Figure] = {
        "planned": Figure("Planned", lambda item: item.quantity, ("registered", "described", "consigned")),
        "delivered": Figure("Delivered", _when(lambda item: item.delivered_on), HANDED_OVER),
        "accepted": Figure("Accepted by act", _when(lambda item: item.accepted_on), ("accepted",)),
        "in_service": Figure("In service", _when(lambda item: item.stage == "in_service"), _SERVING),
        "installed": Figure("Installed", _when(lambda item: item.installed_on), ("installed",)),
        "gone": Figure("Left for good", _when(lambda item: item.stage == "gone"), _GONE),
        "standing": Figure(
            "Delivered and not gone", lambda item: item.quantity if _standing(item) else None, HANDED_OVER
        ),
        "act": Figure("With a signed act", _when(lambda item: item.act_number), ("accepted",)),
        "verified_last_year": Figure(
            "Verified within a year",
            _when(lambda item: _standing(item) and _after(item.verified_on, as_of, 365)),
            ("verified",),
        ),
        "verified_two_years": Figure(
            "Verified within two years",
            _when(lambda item: _standing(item) and _after(item.verified_on, as_of, 730)),
            ("verified",),
        ),
        "upkeep": Figure("Maintenances and repairs", lambda item: item.upkeep, _UPKEEP, last=False),
        "unseen": Figure(
            "Days since it was last verified",
            lambda item: (as_of - item.verified_on).days if _standing(item) and item.verified_on else None,
            ("verified",),
        ),
        "losses": Figure("Losses", lambda item: len(cases[item.asset_id]), lost, last=False),
        "losses_open": Figure(
            "Loss cases open",
            lambda item: sum(1 for loss in cases[item.asset_id] if loss.outcome is None),
            lost,
            last=False,
        ),
        "losses_closed": Figure(
            "Loss cases closed",
            lambda item: sum(1 for loss in cases[item.asset_id] if loss.outcome is not None),
            lost,
            last=False,
        ),
        "without_price": Figure(
            "Items without a recorded price",
            _when(lambda item: item.value is None and item.kit is None),
            _PRICED,
        ),
    }
    return plain.get(name) or _by_the_first(facts, name)


def _by_the_first(facts: Facts, name: str) -> Figure | None:
    """What is counted once however many items are there, by the item that came there first."""
    places = municipalities(facts)

    def first(
        group: Callable[[Item], Hashable], among: Callable[[Item], object] = _delivered
    ) -> frozenset[UUID]:
        return _first_of_each(facts.items, among, group)

    def once(firsts: frozenset[UUID]) -> Counts:
        return lambda item: 1 if item.asset_id in firsts else None

    match name:
        case "reached":
            return Figure(
                "Municipalities reached, each by what came there first",
                once(first(lambda item: item.municipality)),
                HANDED_OVER,
            )
        case "raions":
            return Figure(
                "Raions reached, each by what came there first",
                once(
                    first(
                        lambda item: places[item.municipality].region.uk,
                        among=lambda item: _delivered(item) and item.municipality in places,
                    )
                ),
                HANDED_OVER,
            )
        case "residents":
            reached = first(lambda item: item.municipality)
            return Figure(
                "Residents of the municipalities reached, each by what came there first",
                lambda item: places[item.municipality].population if item.asset_id in reached else None,
                HANDED_OVER,
            )
        case "service_points":
            points = first(
                lambda item: (item.municipality, item.service_point),
                among=lambda item: item.counted and _standing(item) and item.service_point is not None,
            )
            return Figure(
                "Service points with items, each by what came there first",
                once(points),
                ("installed", "moved", "delivered", "verified"),
            )
    return None


def _of(facts: Facts, name: str, of: str) -> Figure | None:
    match name:
        case "condition" if of in words.CONDITION:
            return Figure(
                words.CONDITION[of],
                _when(lambda i: i.delivered_on and i.stage != "gone" and i.condition == of),
                _CONDITION,
            )
        case "value":
            return Figure("Value", lambda i: i.value if i.currency == of else None, _PRICED)
        case "value_delivered":
            return Figure(
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
            return whole and Figure(
                "Value of what was delivered",
                lambda i: whole.counts(i) if i.delivered_on else None,
                (*_PRICED, "delivered"),
                last=False,
            )
        case "without_rate":
            return Figure(
                "Items without a rate",
                _when(lambda i: i.value is not None and i.worth_in(of) is None),
                _PRICED,
            )
        case "upkeep_cost":
            return Figure(
                "Cost of upkeep",
                lambda i: sum((c.value for c in i.upkeep_costs if c.currency == of), ZERO),
                _UPKEEP,
                last=False,
            )
        case "meter" if of in words.METER:
            return Figure(
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


def _serving(unit: str, since: date | None) -> Figure:
    number, only = partial(serving.of_item, unit=unit, since=since), serving.told_by(unit, since)
    return Figure(serving.SHORT[unit], number, ("service_counted",), last=False, only=only)


def _loss_value(facts: Facts, currency: str) -> Figure:
    cases = _by_asset(facts.losses)

    def lost(item: Item) -> Number:
        known = (loss.value or ZERO for loss in cases[item.asset_id] if loss.currency == currency)
        return sum(known, ZERO)

    return Figure("Value of what was lost or damaged", lost, tuple(words.LOSS), last=False)


def _by(of: str) -> Figure | None:
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
    return Figure(title, _when(lambda item: (day := get(item)) is not None and day <= until), kinds)


def _value_by(of: str) -> Figure | None:
    """What had been delivered so far by the end of a day, as the picture of its value has it."""
    currency, _, said = of.partition(":")
    try:
        until = date.fromisoformat(said)
    except ValueError:
        return None

    def came(item: Item) -> Number | None:
        here = item.currency == currency and item.delivered_on is not None and item.delivered_on <= until
        return item.value if here else None

    return Figure("Value of what was delivered", came, (*_PRICED, "delivered"), last=False)


# The events by which something needs attention; where there is none, what was registered.
_FOUND: dict[str, tuple[str, ...]] = {
    "no_serial": _PRICED,
    "no_price": _PRICED,
    "no_rate": _PRICED,
    "shares_not_whole": _PRICED,
    "not_delivered": ("dispatched",),
    "no_act": HANDED_OVER,
    "not_verified": ("verified", "installed", "delivered"),
    "not_published": ("balance_recorded",),
    "disputed": (*HANDED_OVER, "received", "resolution"),
    "needs_attention": _CONDITION,
    "unserviceable": _CONDITION,
    "gone_lost": ("lost",),
    "gone_stolen": ("stolen",),
    "gone_destroyed": ("destroyed",),
}


def _finding(facts: Facts, code: str) -> Figure | None:
    """Of what was moved away the items stand in the report of another municipality."""
    if code not in words.FINDING_SHORT or code == "moved_away":
        return None
    title = words.FINDING_SHORT[code]
    if code == "recorded_late":
        came = facts.question.since or date.min
        late = Counter(line.asset_id for line in facts.timeline if line.late and _day(line) >= came)
        kinds = tuple({line.kind for line in facts.timeline if line.late})
        return Figure(title, lambda item: late[item.asset_id], kinds, last=False)
    if code == "no_rate":
        targets = [line.currency for line in facts.summary.worth]
        return Figure(
            title,
            _when(lambda i: i.value is not None and not all(i.worth_in(each) for each in targets)),
            _FOUND[code],
        )
    about = {(found.tag, found.municipality) for found in facts.findings if found.code == code}
    return Figure(title, lambda i: 1 if (i.tag, i.municipality) in about else None, _FOUND[code])


def _share(of: str) -> Figure:
    currency, _, donor = of.partition(":")

    def paid(item: Item) -> Number | None:
        share = item.share_of(donor)
        return share.value if share and item.currency == currency else None

    return Figure("Share", paid, _PRICED)


def _worth(facts: Facts, of: str) -> Figure | None:
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

    return Figure("Value", worth, _PRICED)


def _days(step: str) -> Figure | None:
    if step == "in_service":
        return Figure(words.STEP[step], lambda item: item.service_days, _SERVING, last=False)
    for name, start, end in (*STEPS, *STEPS_BESIDE):
        if name == step:

            def span(item: Item) -> int | None:
                first, last = start(item), end(item)  # noqa: B023 - it is returned before the next
                return (last - first).days if first and last else None

            return Figure(words.STEP[step], span, _STEP_KINDS[step], last=False)
    return None


def _since(facts: Facts, of: str) -> Figure | None:
    came = facts.question.since
    if came is None:
        return None
    for name, title, get, kinds in _CAME:
        if name == of:
            return Figure(title, _when(lambda item: (day := get(item)) is not None and day >= came), kinds)  # noqa: B023 - it is returned before the next
    if of == "losses":
        cases = _by_asset([loss for loss in facts.losses if loss.occurred_on >= came])
        return Figure(
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
    return Figure(title, lambda item: counts[item.asset_id], kinds, last=False)


def _day(line: Happening) -> date:
    return kyiv.day_of(line.occurred_at)


def _by_asset(losses: Sequence[Loss]) -> Mapping[UUID, list[Loss]]:
    found: dict[UUID, list[Loss]] = defaultdict(list)
    for loss in losses:
        found[loss.asset_id].append(loss)
    return found


def _first_of_each(
    items: Sequence[Item], fits: Callable[[Item], object], group: Callable[[Item], Hashable]
) -> frozenset[UUID]:
    """The item of each group that came first, so that the groups can be counted by items."""
    first: dict[Hashable, UUID] = {}
    for item in sorted(filter(fits, items), key=lambda item: (item.delivered_on or date.max, item.asset_id)):
        first.setdefault(group(item), item.asset_id)
    return frozenset(first.values())


def _after(day: date | None, as_of: date, days: int) -> bool:
    return day is not None and day > as_of - timedelta(days=days)
