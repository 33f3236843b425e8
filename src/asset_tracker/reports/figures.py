"""Every figure of a report, counted from its items; pure, so that each rule is a table in a test."""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from statistics import median_low
from typing import Any

import msgspec
from msgspec import UNSET, UnsetType
from msgspec.structs import replace

from asset_tracker.reports import serving
from asset_tracker.reports.shares import split
from asset_tracker.reports.structs import Facts, MunicipalityFacts, Paper
from asset_tracker.reports.structs_around import Budget, Municipality, Rate
from asset_tracker.reports.structs_figures import (
    Amount,
    Beside,
    BudgetLine,
    CategoryLine,
    ConditionLine,
    CurrencyLine,
    Days,
    Funnel,
    MeterLine,
    Milestone,
    MunicipalityLine,
    OblastLine,
    Period,
    PointLine,
    RaionLine,
    SituationLine,
    Summary,
    WorthLine,
)
from asset_tracker.reports.structs_items import Cost, Happening, Item, Loss, Support

CONDITIONS = ("working", "needs_attention", "unserviceable", "unknown")
UPKEEP = frozenset({"maintained", "repaired"})
ZERO = Decimal("0.00")
# The lists of territories of hostilities, the hardest first.
SITUATIONS = ("occupied", "active", "possible", "none")
UNKNOWN = "unknown"
_encode = msgspec.json.Encoder(order="sorted").encode
_AT_ONCE = 500  # lines, some 200 kB


def content_hash(facts: Facts) -> str:
    """SHA-256 in hex of the facts as JSON: UTF-8, keys sorted, no blanks, amounts as strings.

    As the facts hold no floats and only ASCII keys, these are the bytes that RFC 8785 gives.
    """
    told = hashlib.sha256()
    for piece in _written(facts):
        told.update(piece)
    return told.hexdigest()


def _written(facts: Facts) -> Iterator[bytes]:
    """The bytes in pieces: of a programme's 28 MB in one, finding the room costs as much as hashing them."""
    said = msgspec.structs.asdict(facts) | {"kind": facts.__struct_config__.tag}
    before = b"{"
    for name in sorted(name for name, value in said.items() if value is not UNSET):
        yield before + _encode(name) + b":"
        value, before = said[name], b","
        yield from _listed(value) if isinstance(value, tuple) else (_encode(value),)
    yield b"}"


def _listed(lines: Sequence[Any]) -> Iterator[bytes]:
    yield b"["
    for begin in range(0, len(lines), _AT_ONCE):
        yield b"," * bool(begin) + _encode(lines[begin : begin + _AT_ONCE])[1:-1]
    yield b"]"


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


Step = tuple[str, Callable[[Item], date | None], Callable[[Item], date | None]]
STEPS: tuple[Step, ...] = (
    ("approved_delivered", lambda item: item.approved_on, lambda item: item.delivered_on),
    ("dispatched_delivered", lambda item: item.dispatched_on, lambda item: item.delivered_on),
    ("delivered_accepted", lambda item: item.delivered_on, lambda item: item.accepted_on),
    ("accepted_in_service", lambda item: item.accepted_on, lambda item: item.in_service_on),
)


# What reports did not tell at first, so that it stands beside the facts.
STEPS_BESIDE: tuple[Step, ...] = (
    ("accepted_installed", lambda item: item.accepted_on, lambda item: item.installed_on),
)


def steps(items: Sequence[Item], told: Sequence[Step] = STEPS) -> list[Days]:
    """How long each step took, over the items that have both its ends."""
    lines = []
    for step, start, end in told:
        spans = [
            (to - since).days
            for item in items
            if (since := start(item)) is not None and (to := end(item)) is not None
        ]
        lines.append(Days(step=step, median=median_low(spans) if spans else None, count=len(spans)))
    return lines


def days(items: Sequence[Item]) -> tuple[Days, ...]:
    """How long the steps took, and how long things have been in service."""
    lines = steps(items)
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
        serving=serving.lines(items, since),
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
        meters=meters(counted),
        serving=serving.lines(items),
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
    groups = _grouped(lines, lambda line: line.municipality.oblast.uk)
    return tuple(OblastLine(oblast=group[0].municipality.oblast, **_added_up(group)) for group in groups)


def raion_lines(lines: Iterable[MunicipalityLine]) -> tuple[RaionLine, ...]:
    """The municipalities added up by raion, in their order."""
    groups = _grouped(lines, lambda line: line.municipality.region.uk)
    return tuple(RaionLine(raion=group[0].municipality.region, **_added_up(group)) for group in groups)


def _grouped(
    lines: Iterable[MunicipalityLine], area: Callable[[MunicipalityLine], str]
) -> Iterable[list[MunicipalityLine]]:
    groups: dict[str, list[MunicipalityLine]] = defaultdict(list)
    for line in lines:
        groups[area(line)].append(line)
    return groups.values()


def _added_up(group: Sequence[MunicipalityLine]) -> dict[str, Any]:
    """What a line of an oblast or a raion tells besides its name."""
    reached = [line for line in group if line.funnel.delivered]
    return {
        "municipalities": len(reached),
        "residents": sum(line.municipality.population or 0 for line in reached),
        "funnel": _together(group),
    }


def _together(lines: Iterable[MunicipalityLine]) -> Funnel:
    steps = dict.fromkeys(Funnel.__struct_fields__, 0)
    for line in lines:
        for step in steps:
            steps[step] += getattr(line.funnel, step)
    return Funnel(**steps)


def situation_lines(lines: Sequence[MunicipalityLine]) -> tuple[SituationLine, ...] | UnsetType:
    """The municipalities added up by the list they stand on; absent where none of them is known to."""
    groups: dict[str, list[MunicipalityLine]] = defaultdict(list)
    for line in lines:
        groups[situation_of(line.municipality)].append(line)
    if set(groups) <= {UNKNOWN}:
        return UNSET
    return tuple(
        SituationLine(
            situation=situation,
            municipalities=sum(1 for line in groups[situation] if line.funnel.delivered),
            residents=sum(
                line.municipality.population or 0 for line in groups[situation] if line.funnel.delivered
            ),
            funnel=_together(groups[situation]),
        )
        for situation in (*SITUATIONS, UNKNOWN)
        if situation in groups
    )


def situation_of(place: Municipality) -> str:
    """On which list it stands, ``unknown`` where that is not recorded."""
    return place.situation if isinstance(place.situation, str) else UNKNOWN


def meters(items: Iterable[Item]) -> tuple[MeterLine, ...] | UnsetType:
    """The last readings by unit; absent where there are none."""
    found: dict[str, list[int]] = defaultdict(list)
    for item in items:
        if item.reading is not UNSET:
            found[item.reading.unit].append(item.reading.value)
    lines = (MeterLine(unit=unit, value=sum(found[unit]), things=len(found[unit])) for unit in sorted(found))
    return tuple(lines) or UNSET


def budget_line(items: Iterable[Item], budget: Budget, donor: str | None) -> BudgetLine:
    """What of the budget was given, by what the items are worth in its currency; of one donor, by their shares."""
    value = delivered = ZERO
    without = 0
    for item in items:
        worth = item.worth_in(budget.currency)
        if worth is None:
            without += item.quantity if item.value is not None else 0
            continue
        part = worth.value
        if donor is not None:
            parts = split(worth.value, [share.percent for share in item.shares])
            part = dict(zip((share.donor for share in item.shares), parts, strict=True)).get(donor, ZERO)
        value += part
        delivered += part if item.delivered_on else ZERO
    return BudgetLine(
        currency=budget.currency,
        amount=budget.amount,
        value=value,
        delivered=delivered,
        percent=(delivered * 100 / budget.amount).quantize(Decimal("0.1")),
        without_rate=without,
    )


def beside(facts: Facts, point_kinds: Mapping[tuple[str, str], str]) -> Beside:
    """What is counted beside the facts; ``point_kinds``: by municipality and Ukrainian name."""
    standing = [item for item in facts.items if item.counted and item.delivered_on and item.stage != "gone"]
    points = {(item.municipality, item.service_point.uk) for item in standing if item.service_point}
    kinds = Counter(point_kinds[point] for point in points if point in point_kinds)
    reached = {item.municipality for item in facts.items if item.delivered_on}
    places = (
        [facts.municipality]
        if isinstance(facts, MunicipalityFacts)
        else [line.municipality for line in facts.municipalities]
    )
    return Beside(
        installed=sum(item.quantity for item in facts.items if item.counted and item.installed_on),
        trainings=sum(1 for activity in facts.support if activity.kind == "training"),
        raions=len({place.region.uk for place in places if place.code in reached}),
        by_raion=() if isinstance(facts, MunicipalityFacts) else raion_lines(facts.municipalities),
        days=tuple(steps([item for item in facts.items if item.counted], STEPS_BESIDE)),
        points=tuple(PointLine(kind=kind, count=kinds[kind]) for kind in sorted(kinds)),
    )


def aid_overdue(papers: Iterable[Paper], as_of: date) -> tuple[tuple[str, date], ...]:
    """Consignments of humanitarian aid on which a report should have been sent, and the day it was due."""
    return tuple(
        (paper.number, paper.report_due)
        for paper in papers
        if paper.report_due is not None and paper.report_due < as_of and paper.report_sent_on is None
    )


def without_places(items: Iterable[Item], restricted: frozenset[str]) -> tuple[Item, ...]:
    """Items whose municipality is ``restricted`` lose the name of their service point (DOMAIN 2.9)."""
    if not restricted:
        return tuple(items)
    return tuple(
        replace(item, service_point=None) if item.municipality in restricted else item for item in items
    )


def timeline_without_places(lines: Iterable[Happening], restricted: frozenset[str]) -> tuple[Happening, ...]:
    """The same for happenings that name one."""
    if not restricted:
        return tuple(lines)
    return tuple(
        replace(line, detail=None) if line.at_point and line.municipality in restricted else line
        for line in lines
    )
