"""What became of each thing after it was handed over [pure].

Most of it is ordinary: set up, used, checked, now and then a fault. What is out of the ordinary (a shelling,
a theft, a centre that moved) is told by name in ``turns``.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Final, Literal
from uuid import UUID

import msgspec

from asset_tracker.assets.service import NewAsset
from asset_tracker.demo.fixed import between, chance, fixed_id, pick, working_time
from asset_tracker.demo.story import Delivery
from asset_tracker.ledger import events as ev
from asset_tracker.ledger.values import Category, Meter

Who = Literal["coordinator", "technician"]

LAST_DAY: Final = date(2025, 10, 31)
"""Nothing is told of later days."""

_CHECKS: Final = ((date(2024, 3, 4), date(2024, 10, 25), 90), (date(2025, 2, 10), date(2025, 10, 24), 65))
"""First and last day of the two rounds of verification, and how many per cent were found."""

_APPLIED: Final = frozenset({4, 6, 8, 10, 11})
"""Batches of which it is known when the applications were approved."""

_FAULTS: Final[dict[Category, tuple[tuple[str, str], ...]]] = {
    "laptop": (
        ("Не заряджається батарея", "Замінено батарею"),
        ("Не вмикається після стрибка напруги", "Замінено блок живлення"),
    ),
    "desktop": (("Гучно працює вентилятор, вимикається", "Очищено, замінено термопасту"),),
    "mfd": (("Зминає папір", "Замінено ролики подавання"), ("Смуги на відбитках", "Замінено картридж")),
    "ups": (("Не тримає навантаження", "Замінено акумулятор"),),
    "router": (("Втрачає зв’язок 4G", "Оновлено прошивку, замінено SIM-картку"),),
    "vehicle": (("Не працює інвертор", "Замінено запобіжник інвертора"),),
}
_REPAIR_COST: Final[dict[Category, int]] = {
    "laptop": 2_800,
    "desktop": 900,
    "mfd": 1_900,
    "ups": 1_450,
    "vehicle": 1_200,
}


class Past(msgspec.Struct, frozen=True):
    """A fact about an asset, when it happened (UTC), and who recorded it."""

    asset: UUID
    at: datetime
    fact: ev.Payload
    who: Who = "technician"


def life(delivery: Delivery, each: NewAsset) -> Iterator[Past]:
    """The ordinary life of one asset from the label on; components follow their kit in what moves it."""
    if delivery.batch.number in _APPLIED:
        yield _approved(delivery, each)
    yield Past(each.id, _before(delivery), ev.LabelPrinted(stock="Avery L7160", output="pdf"), "coordinator")
    installed = working_time(
        delivery.signed_on + timedelta(days=between(1, 18, "installed", delivery.id)), each.id
    )
    if each.kit is None:
        yield from _set_up(delivery, each, installed)
    yield from _outreach(each, installed.date())
    if each.fact.category == "software" or each.fact.serial is None:
        return
    yield from _checks(delivery, each, installed.date())
    yield from _fault(each, installed.date())
    if each.fact.category == "vehicle":
        yield from _services(each, installed.date())


def _approved(delivery: Delivery, each: NewAsset) -> Past:
    """When the municipality's application was approved, some months before the delivery."""
    waited = timedelta(days=between(45, 110, "approved", delivery.batch.number, delivery.municipality.code))
    decision = f"Рішення комісії № {delivery.batch.number} (демо)"
    return Past(
        each.id, moment(delivery.delivered_at.date() - waited), ev.Approved(decision=decision), "coordinator"
    )


def _before(delivery: Delivery) -> datetime:
    return delivery.dispatched_at - timedelta(hours=20)


def _set_up(delivery: Delivery, each: NewAsset, installed: datetime) -> Iterator[Past]:
    room = None if each.fact.category == "vehicle" else pick(_ROOMS, each.id)
    yield Past(each.id, installed, ev.Installed(service_point=delivery.point, room=room))
    service = _SERVICES.get(each.fact.category)
    if each.fact.category != "video_kit":  # its go-live is told in ``turns``
        yield Past(each.id, installed + timedelta(minutes=40), ev.Commissioned(service=service))
    if chance(60, "balance", each.id) and each.fact.unit_price:
        number = f"{1015 if each.fact.category == 'vehicle' else 1014}{between(10_000, 99_999, 'inventory', each.id)}"
        day = delivery.signed_on + timedelta(days=between(3, 30, "balance", each.id))
        fact = ev.BalanceRecorded(
            inventory_number=number,
            subaccount=number[:4],
            recorded_on=day,
            published_on=day + timedelta(days=between(1, 9, "published", each.id)),
        )
        yield Past(each.id, working_time(day, each.id), fact, "coordinator")


_ROOMS: Final = (
    "Зала обслуговування",
    "Робоче місце адміністратора 1",
    "Робоче місце адміністратора 2",
    "Каб. 3",
)
_SERVICES: Final[dict[Category, str]] = {
    "vehicle": "Виїзне обслуговування",
    "mobile_case": "Виїзне обслуговування",
    "camera": "Оформлення паспортів",
}


def _checks(delivery: Delivery, each: NewAsset, installed: date) -> Iterator[Past]:
    for number, (first, last, percent) in enumerate(_CHECKS):
        # A visit looks at everything in a centre on one day.
        day = first + timedelta(
            days=between(0, (last - first).days, "visit", number, delivery.municipality.code)
        )
        if day > installed + timedelta(days=30) and chance(percent, "found", number, each.id):
            fact = ev.Verified(service_point=delivery.point, condition="working", use="in_use")
            yield Past(each.id, working_time(day, each.id), fact)


def _fault(each: NewAsset, installed: date) -> Iterator[Past]:
    told = _FAULTS.get(each.fact.category)
    day = installed + timedelta(days=between(40, 620, "fault", each.id))
    if told is None or day > LAST_DAY - timedelta(days=45) or not chance(7, "fault", each.id):
        return
    problem, work = pick(told, each.id)
    yield Past(each.id, working_time(day, "fault", each.id), ev.FaultReported(description=problem))
    if chance(75, "repair", each.id):
        repaired = working_time(day + timedelta(days=between(4, 40, "repair", each.id)), "repair", each.id)
        cost = _REPAIR_COST.get(each.fact.category)
        amount = None if cost is None else Decimal(cost)
        yield Past(
            each.id,
            repaired,
            ev.Repaired(work=work, cost=amount, currency="UAH" if amount is not None else None),
        )


def _services(each: NewAsset, installed: date) -> Iterator[Past]:
    for visit in range(1, 6):
        day = installed + timedelta(days=165 * visit + between(-15, 15, "service", visit, each.id))
        if day > LAST_DAY:
            return
        kilometres = 4_100 * visit + between(0, 1_900, "km", visit, each.id)
        fact = ev.Maintained(
            work="Планове технічне обслуговування: мастило, фільтри, огляд гальм",
            cost=Decimal(6_400 + 350 * visit),
            currency="UAH",
            meter=Meter(kilometres, "km"),
            condition="working",
            plan=service_plan(each.id),
        )
        yield Past(each.id, working_time(day, "service", each.id), fact)


def _outreach(each: NewAsset, installed: date) -> Iterator[Past]:
    """Vehicles are counted each month; two of three centres count how often their mobile case went out, by quarters."""
    if each.fact.category == "vehicle":
        for since, until in months(installed + timedelta(days=1)):
            trips = between(5, 14, "trips", until, each.id)
            yield Past(each.id, moment(until, 15), ev.ServiceCounted(since=since, trips=trips))
    elif each.fact.category == "mobile_case" and chance(66, "counts", each.id):
        for since, until in months(installed + timedelta(days=1), at_once=3):
            trips = between(3, 19, "trips", until, each.id)
            yield Past(each.id, moment(until, 15), ev.ServiceCounted(since=since, trips=trips))


def months(first: date, *, at_once: int = 1) -> Iterator[tuple[date, date]]:
    """First and last days of months, or of so many months, from ``first`` to the last day told."""
    since = first
    while since <= LAST_DAY:
        rest = at_once - 1 - (since.month - 1) % at_once
        index = since.year * 12 + since.month + rest
        until = date(index // 12, index % 12 + 1, 1) - timedelta(days=1)
        if until > LAST_DAY:
            return
        yield since, until
        since = until + timedelta(days=1)


def is_broken(told: Sequence[Past]) -> bool:
    """Whether a fault was reported last that nobody repaired."""
    kinds = [type(past.fact) for past in told if isinstance(past.fact, ev.FaultReported | ev.Repaired)]
    return kinds[-1:] == [ev.FaultReported]


def service_plan(vehicle: UUID) -> UUID:
    """The maintenance plan of a vehicle."""
    return fixed_id("plan", vehicle)


def moment(day: date, hour: int = 9, minute: int = 0) -> datetime:
    """A moment of a day in UTC."""
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=UTC)
