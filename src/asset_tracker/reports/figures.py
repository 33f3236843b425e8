"""Every figure of a report, counted from its items; pure, so that each rule is a table in a test."""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import date, timedelta
from decimal import Decimal
from statistics import median_low

import msgspec
from msgspec.structs import replace

from asset_tracker.reports.structs import Facts
from asset_tracker.reports.structs_around import Municipality, Rate
from asset_tracker.reports.structs_figures import (
    Amount,
    CategoryLine,
    ConditionLine,
    CurrencyLine,
    Days,
    Funnel,
    Milestone,
    MunicipalityLine,
    OblastLine,
    Period,
    Summary,
    WorthLine,
)
from asset_tracker.reports.structs_items import Cost, Happening, Item, Loss, Support

CONDITIONS = ("working", "needs_attention", "unserviceable", "unknown")
UPKEEP = frozenset({"maintained", "repaired"})
ZERO = Decimal("0.00")


def content_hash(facts: Facts) -> str:
    """SHA-256 in hex of the facts as JSON: UTF-8, keys sorted, no blanks, amounts as strings.

    As the facts hold no floats and only ASCII keys, these are the bytes that RFC 8785 gives.
    """
    plain = msgspec.to_builtins(facts, order="deterministic")
    return hashlib.sha256(msgspec.json.encode(plain, order="deterministic")).hexdigest()


def funnel(items: Iterable[Item]) -> Funnel:
    """Quantities that got this far; an act proves acceptance, ``in_service`` is the state on the day."""
    planned = delivered = accepted = in_service = gone = 0
    for item in items:
        planned += item.quantity
        delivered += item.quantity if item.delivered_on else 0
        accepted += item.quantity if item.accepted_on else 0
        in_service += item.quantity if item.stage == "in_service" else 0
        gone += item.quantity if item.stage == "gone" else 0
    return Funnel(planned=planned, delivered=delivered, accepted=accepted, in_service=in_service, gone=gone)


def by_category(items: Sequence[Item]) -> tuple[CategoryLine, ...]:
    """Most numerous first, what has no category of its own after them, kits last."""
    groups: dict[tuple[bool, str], list[Item]] = defaultdict(list)
    for item in items:
        groups[item.is_kit, item.category].append(item)
    lines = [
        CategoryLine(category=category, sets=sets, funnel=funnel(group))
        for (sets, category), group in groups.items()
    ]
    return tuple(
        sorted(
            lines, key=lambda line: (line.sets, line.category == "other", -line.funnel.planned, line.category)
        )
    )


def values(items: Iterable[Item]) -> tuple[CurrencyLine, ...]:
    """What was paid, by currency and donor; nothing is converted."""
    total: dict[str, Decimal] = defaultdict(lambda: ZERO)
    delivered: dict[str, Decimal] = defaultdict(lambda: ZERO)
    donors: dict[str, dict[str, Decimal]] = defaultdict(lambda: defaultdict(lambda: ZERO))
    for item in items:
        if item.value is None or item.currency is None:
            continue
        total[item.currency] += item.value
        delivered[item.currency] += item.value if item.delivered_on else ZERO
        for share in item.shares:
            donors[item.currency][share.donor] += share.value or ZERO
    return tuple(
        CurrencyLine(
            currency=currency,
            value=total[currency],
            delivered=delivered[currency],
            by_donor=tuple(
                Amount(donor=donor, value=value) for donor, value in sorted(donors[currency].items())
            ),
        )
        for currency in sorted(total)
    )


def conditions(items: Iterable[Item]) -> tuple[ConditionLine, ...]:
    """Condition of what was delivered and is not gone; every condition has its line."""
    counts: Counter[str] = Counter()
    for item in items:
        if item.delivered_on and item.stage != "gone" and item.counted:
            counts[item.condition] += item.quantity
    return tuple(ConditionLine(condition=name, count=counts[name]) for name in CONDITIONS)


STEPS: tuple[tuple[str, Callable[[Item], date | None], Callable[[Item], date | None]], ...] = (
    ("approved_delivered", lambda item: item.approved_on, lambda item: item.delivered_on),
    ("dispatched_delivered", lambda item: item.dispatched_on, lambda item: item.delivered_on),
    ("delivered_accepted", lambda item: item.delivered_on, lambda item: item.accepted_on),
    ("accepted_in_service", lambda item: item.accepted_on, lambda item: item.in_service_on),
)


def days(items: Sequence[Item]) -> tuple[Days, ...]:
    lines = []
    for step, start, end in STEPS:
        spans = [
            (to - since).days
            for item in items
            if (since := start(item)) is not None and (to := end(item)) is not None
        ]
        lines.append(Days(step=step, median=median_low(spans) if spans else None, count=len(spans)))
    served = [item.service_days for item in items if item.service_days is not None]
    lines.append(Days(step="in_service", median=median_low(served) if served else None, count=len(served)))
    return tuple(lines)


def period(
    items: Sequence[Item], timeline: Sequence[Happening], losses: Sequence[Loss], since: date | None
) -> Period | None:
    """What came from ``since`` on; the timeline begins there already."""
    if since is None:
        return None
    counted = [item for item in items if item.counted]

    def came(get: Callable[[Item], date | None]) -> int:
        return sum(item.quantity for item in counted if (day := get(item)) is not None and day >= since)

    return Period(
        since=since,
        delivered=came(lambda item: item.delivered_on),
        accepted=came(lambda item: item.accepted_on),
        served=came(lambda item: item.in_service_on),
        gone=came(lambda item: item.gone_on),
        verified=came(lambda item: item.verified_on),
        losses=sum(1 for loss in losses if loss.occurred_on >= since),
        upkeep=sum(1 for line in timeline if line.kind in UPKEEP),
        events=len(timeline),
    )


def added(costs: Iterable[Cost]) -> tuple[Cost, ...]:
    """Costs added up by currency, in the order of the codes."""
    sums: dict[str, Decimal] = defaultdict(lambda: ZERO)
    for cost in costs:
        sums[cost.currency] += cost.value
    return tuple(Cost(currency=currency, value=sums[currency]) for currency in sorted(sums))


def over_time(items: Sequence[Item]) -> tuple[Milestone, ...]:
    """One line for each day on which a count grew, oldest first."""
    grown: dict[date, list[int]] = defaultdict(lambda: [0, 0, 0])
    for item in items:
        for place, day in enumerate((item.delivered_on, item.accepted_on, item.in_service_on)):
            if day is not None:
                grown[day][place] += item.quantity
    lines, sums = [], [0, 0, 0]
    for day in sorted(grown):
        sums = [so_far + more for so_far, more in zip(sums, grown[day], strict=True)]
        lines.append(Milestone(day=day, delivered=sums[0], accepted=sums[1], served=sums[2]))
    return tuple(lines)


def summarise(
    items: Sequence[Item],
    support: Sequence[Support],
    losses: Sequence[Loss],
    municipalities: Sequence[Municipality],
    as_of: date,
    *,
    worth: tuple[WorthLine, ...] = (),
    rates: tuple[Rate, ...] = (),
    since: Period | None = None,
) -> Summary:
    """All that is counted on day ``as_of``; residents of each municipality once."""
    counted = [item for item in items if item.counted]
    standing = [item for item in counted if item.delivered_on and item.stage != "gone"]
    unseen = [(as_of - item.verified_on).days for item in standing if item.verified_on]
    people = [(place.population, place.population_year) for place in municipalities if place.population]
    return Summary(
        funnel=funnel(counted),
        kits=funnel(item for item in items if item.is_kit),
        by_category=by_category(items),
        by_condition=conditions(items),
        values=values(items),
        worth=worth,
        rates=rates,
        since=since,
        days=days(counted),
        over_time=over_time(counted),
        without_price=sum(item.quantity for item in counted if item.value is None and item.kit is None),
        with_act=sum(item.quantity for item in counted if item.act_number),
        verified_last_year=_seen_within(standing, as_of, 365),
        verified_two_years=_seen_within(standing, as_of, 730),
        unseen_days=median_low(unseen) if unseen else None,
        standing=sum(item.quantity for item in standing),
        upkeep=sum(item.upkeep for item in items),
        upkeep_costs=added(cost for item in items for cost in item.upkeep_costs),
        service_points=len({(i.municipality, i.service_point.uk) for i in standing if i.service_point}),
        municipalities=len(municipalities),
        residents=sum(number or 0 for number, _ in people) if people else None,
        residents_year=max((year for _, year in people if year), default=None),
        trained_women=sum(activity.women for activity in support if activity.kind == "training"),
        trained_men=sum(activity.men for activity in support if activity.kind == "training"),
        participants_women=sum(activity.women for activity in support),
        participants_men=sum(activity.men for activity in support),
        losses_open=sum(1 for loss in losses if loss.outcome is None),
        losses_closed=sum(1 for loss in losses if loss.outcome is not None),
        losses_value=added(
            Cost(currency=loss.currency, value=loss.value)
            for loss in losses
            if loss.value is not None and loss.currency
        ),
    )


def _seen_within(standing: Sequence[Item], as_of: date, days: int) -> int:
    first = as_of - timedelta(days=days)
    return sum(item.quantity for item in standing if item.verified_on and item.verified_on > first)


def municipality_lines(
    municipalities: Sequence[Municipality], items: Sequence[Item], losses: Sequence[Loss]
) -> tuple[MunicipalityLine, ...]:
    """One line each, in the order given."""
    grouped: dict[str, list[Item]] = defaultdict(list)
    for item in items:
        grouped[item.municipality].append(item)
    lost = Counter(loss.municipality for loss in losses)
    return tuple(
        MunicipalityLine(
            municipality=place,
            funnel=funnel(item for item in grouped[place.code] if item.counted),
            values=values(grouped[place.code]),
            losses=lost[place.code],
        )
        for place in municipalities
    )


def oblast_lines(lines: Iterable[MunicipalityLine]) -> tuple[OblastLine, ...]:
    """The municipalities added up by oblast, in their order."""
    groups: dict[str, list[MunicipalityLine]] = defaultdict(list)
    for line in lines:
        groups[line.municipality.oblast.uk].append(line)
    return tuple(
        OblastLine(
            oblast=group[0].municipality.oblast,
            municipalities=sum(1 for line in group if line.funnel.delivered),
            residents=sum(line.municipality.population or 0 for line in group if line.funnel.delivered),
            funnel=Funnel(
                **{
                    step: sum(getattr(line.funnel, step) for line in group)
                    for step in Funnel.__struct_fields__
                }
            ),
        )
        for group in groups.values()
    )


def without_places(items: Iterable[Item], restricted: frozenset[str]) -> tuple[Item, ...]:
    """Items whose municipality is ``restricted`` lose the name of their service point (DOMAIN 2.9)."""
    return tuple(
        replace(item, service_point=None) if item.municipality in restricted else item for item in items
    )


def timeline_without_places(lines: Iterable[Happening], restricted: frozenset[str]) -> tuple[Happening, ...]:
    """The same for happenings that name one."""
    return tuple(
        replace(line, detail=None) if line.at_point and line.municipality in restricted else line
        for line in lines
    )
