"""What did not go as planned, and what was special: told thing by thing [pure].

The happenings are invented; they show what a register must be able to tell.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Final
from uuid import UUID

import msgspec

from asset_tracker.assets.service import NewAsset
from asset_tracker.demo.batches import BARANIVKA, KHOROSHIV, OVRUCH
from asset_tracker.demo.fixed import between, fixed_id
from asset_tracker.demo.lives import Past, moment, months
from asset_tracker.demo.people import SIDA
from asset_tracker.demo.story import Delivery
from asset_tracker.ledger import events as ev
from asset_tracker.ledger.values import Category
from asset_tracker.territory.points import PointChange

BASHTANKA: Final = "UA48020010000091496"
STANISLAV: Final = "UA65100130000084882"
TSYRKUNY: Final = "UA63120290000021734"
BOROVA: Final = "UA63040050000042831"

REFUGE: Final = fixed_id("point", STANISLAV, "refuge")
"""Where the centre of Stanislav works since it had to leave; it lies in Bashtanka."""

GO_LIVE: Final = {BARANIVKA: date(2025, 1, 20), OVRUCH: date(2025, 1, 27), KHOROSHIV: date(2025, 2, 10)}
TRAINED: Final = {BARANIVKA: (7, 1), OVRUCH: (9, 2), KHOROSHIV: (5, 1)}
"""Women and men trained in each centre."""

UNSIGNED: Final = {(7, 30), (9, 15), (9, 16)}
"""Deliveries (batch, place) whose act waits for its signatures."""

ON_ITS_WAY: Final = {(12, 2)}
STILL_HERE: Final = {(12, 1)}


POINTS: Final = {
    STANISLAV: PointChange(
        change="relocated",
        occurred_at=moment(date(2023, 11, 20), 10, 15),
        reason="Обстріли, будівля центру пошкоджена",
        to_point=REFUGE,
    ),
    BOROVA: PointChange(
        change="suspended", occurred_at=moment(date(2025, 2, 24), 9, 30), reason="Бойові дії поруч"
    ),
}
"""What became of the centres of these municipalities."""


class Turn(msgspec.Struct, frozen=True):
    """Facts about some assets. With ``instead_from``, nothing ordinary is told of them from then on."""

    facts: tuple[Past, ...]
    instead_from: datetime | None = None

    @property
    def assets(self) -> frozenset[UUID]:
        return frozenset(past.asset for past in self.facts)


def turns(deliveries: Sequence[Delivery]) -> Iterator[Turn]:
    """All of them."""
    for code in GO_LIVE:
        yield _video_consultations(_of(deliveries, 11, code))
    yield _camera_repaired(_of(deliveries, 11, BARANIVKA))
    yield from _shelling(_of(deliveries, 4, TSYRKUNY))
    yield _evacuation(_of(deliveries, 4, STANISLAV))
    yield _out_of_reach(_of(deliveries, 4, BOROVA))
    yield _theft(deliveries)
    yield _loss(deliveries)
    yield _recycled(deliveries)
    yield _wrong_serial(deliveries)


def _video_consultations(delivery: Delivery) -> Turn:
    kit = _thing(delivery, "video_kit")
    code = delivery.municipality.code
    women, men = TRAINED[code]
    day = GO_LIVE[code]
    topic = "Проведення відеоконсультацій"
    taught = ev.TrainingGiven(topic=topic, women=women, men=men, activity=fixed_id("activity", "video", code))
    return Turn(
        (
            Past(kit.id, moment(day - timedelta(days=41), 8), taught),
            Past(kit.id, moment(day, 7, 30), ev.Commissioned(service="Відеоконсультації")),
            *_consultations(kit.id, day),
        )
    )


def _consultations(kit: UUID, go_live: date) -> Iterator[Past]:
    """Each month's, a few more from month to month."""
    for month, (since, until) in enumerate(months(go_live)):
        number = 6 + 2 * month + between(0, 7, "consultations", until, kit)
        yield Past(kit, moment(until, 14, 30), ev.ServiceCounted(since=since, consultations=number))


def _camera_repaired(delivery: Delivery) -> Turn:
    camera = _thing(delivery, "camera")
    broken = ev.FaultReported(description="Камеру не видно на комп’ютері після відключення світла")
    mended = ev.Repaired(work="Замінено блок живлення камери", cost=Decimal(45), currency="EUR")
    return Turn(
        (
            Past(camera.id, moment(date(2025, 3, 12), 11, 5), broken),
            Past(camera.id, moment(date(2025, 3, 20), 13, 40), mended),
        )
    )


def _shelling(delivery: Delivery) -> Iterator[Turn]:
    at = moment(date(2024, 5, 14), 3, 20)
    case = fixed_id("case", "shelling")
    for category in ("desktop", "ups"):
        thing = _thing(delivery, category)
        facts = (
            Past(
                thing.id,
                at,
                ev.Destroyed(circumstances="Влучання в будівлю під час нічного обстрілу", case=case),
            ),
            Past(
                thing.id,
                moment(date(2024, 7, 2)),
                ev.LossClosed(decision="written_off", reason="Акт комісії, витяг з ЄРДР", case=case),
                "coordinator",
            ),
        )
        yield Turn(facts, at)


def _evacuation(delivery: Delivery) -> Turn:
    at = moment(date(2023, 11, 20), 10, 15)
    gone = ev.Evacuated(service_point=REFUGE, reason="Обстріли, будівля центру пошкоджена")
    seen = ev.Verified(service_point=REFUGE, condition="working", use="in_use")
    taken = [each for each in delivery.assets if each.fact.category in ("laptop", "desktop", "router")]
    left = ev.FoundInaccessible(reason="Залишилося в пошкодженій будівлі, доступу немає")
    facts = [Past(each.id, at, gone if each in taken else left) for each in delivery.assets]
    facts += [Past(each.id, moment(date(2024, 6, 11), 12), seen) for each in taken]
    return Turn(tuple(facts), at)


def _out_of_reach(delivery: Delivery) -> Turn:
    at = moment(date(2025, 2, 24), 9, 30)
    fact = ev.FoundInaccessible(reason="Бойові дії поруч, дістатися до центру неможливо")
    return Turn(tuple(Past(each.id, at, fact) for each in delivery.assets), at)


def _theft(deliveries: Sequence[Delivery]) -> Turn:
    laptop = _thing(_at(deliveries, 8, 9), "laptop")
    at = moment(date(2024, 9, 8), 16)
    fact = ev.Stolen(
        circumstances="Зник із віддаленого робочого місця, двері зламано",
        report_number="ЄО 0000 (демо)",
        case=fixed_id("case", "theft"),
    )
    return Turn((Past(laptop.id, at, fact),), at)


def _loss(deliveries: Sequence[Delivery]) -> Turn:
    laptop = _thing(_at(deliveries, 2, 4), "laptop")
    at = moment(date(2024, 4, 3), 14)
    fact = ev.Lost(circumstances="Не знайдено під час інвентаризації", case=fixed_id("case", "loss"))
    return Turn((Past(laptop.id, at, fact),), at)


def _recycled(deliveries: Sequence[Delivery]) -> Turn:
    thing = _thing(_at(deliveries, 5, 7), "ups")
    at = moment(date(2024, 8, 20), 8, 30)
    return Turn(
        (
            Past(thing.id, at, ev.Damaged(circumstances="Перенапруга в мережі, плата згоріла")),
            Past(
                thing.id,
                moment(date(2024, 9, 16)),
                ev.ConsentGiven(
                    donor=SIDA, purpose="disposal", reference="Лист (демо)", given_on=date(2024, 9, 16)
                ),
                "coordinator",
            ),
            Past(
                thing.id,
                moment(date(2024, 10, 1)),
                ev.Disposed(method="recycling", approval="Рішення виконкому (демо)"),
                "coordinator",
            ),
        ),
        at,
    )


def _wrong_serial(deliveries: Sequence[Delivery]) -> Turn:
    delivery = _at(deliveries, 8, 10)
    laptop = _thing(delivery, "laptop")
    found = "PF4XK21B"
    at = delivery.delivered_at + timedelta(days=2)
    return Turn(
        (
            Past(
                laptop.id,
                at,
                ev.Described(serial=found, note="У пакувальному листі стояв інший серійний номер"),
                "coordinator",
            ),
        )
    )


def _of(deliveries: Iterable[Delivery], batch: int, code: str) -> Delivery:
    return next(each for each in deliveries if each.batch.number == batch and each.municipality.code == code)


def _at(deliveries: Iterable[Delivery], batch: int, place: int) -> Delivery:
    return next(each for each in deliveries if each.batch.number == batch and each.place == place)


def _thing(delivery: Delivery, category: Category) -> NewAsset:
    return next(each for each in delivery.assets if each.fact.category == category)
