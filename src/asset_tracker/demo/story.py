"""What was given to whom and when: the deliveries of every batch [pure]."""

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from uuid import UUID

import msgspec

from asset_tracker.assets.service import NewAsset
from asset_tracker.demo.batches import BATCHES, SPARES, VIDEO_KITS, Batch, Line, beneficiaries
from asset_tracker.demo.fixed import between, fixed_id, fixed_id_at, fixed_tag, working_time
from asset_tracker.demo.goods import GOODS, Good, serial
from asset_tracker.demo.people import PROGRAMMES, PROGRAMMES_BY_CODE
from asset_tracker.ledger import events as ev
from asset_tracker.territory.municipalities import Municipality

ALL_BATCHES: Final = (*BATCHES, VIDEO_KITS, SPARES)


class Delivery(msgspec.Struct, frozen=True, kw_only=True):
    """One consignment to one municipality; times are UTC. ``place`` counts within the batch, from 1."""

    batch: Batch
    place: int
    municipality: Municipality
    assets: tuple[NewAsset, ...]
    dispatched_at: datetime
    delivered_at: datetime
    signed_on: date

    @property
    def id(self) -> UUID:
        key = (self.batch.number, self.municipality.code)
        return fixed_id_at(_noon(self.batch) + timedelta(seconds=self.place), "consignment", *key)

    @property
    def which(self) -> tuple[int, int]:
        """The number of the batch and the place in it."""
        return self.batch.number, self.place

    @property
    def number(self) -> str:
        return f"{self.batch.programme}-{self.batch.number:02d}/{self.place:02d}"

    @property
    def point(self) -> UUID:
        """The service point that the things are for."""
        return main_point(self.municipality.code)


def main_point(code: str) -> UUID:
    """The id of the centre of a municipality."""
    return fixed_id("point", code)


def deliveries(municipalities: Mapping[str, Municipality]) -> Iterator[Delivery]:
    """Every delivery, batch by batch; the same in every demonstration."""
    codes = beneficiaries()
    number = 1
    for batch in ALL_BATCHES:
        for place, code in enumerate(codes[batch.number], start=1):
            delivery = _delivery(batch, place, municipalities[code], number)
            number += len(delivery.assets)
            yield delivery


def _delivery(batch: Batch, place: int, municipality: Municipality, number: int) -> Delivery:
    key = (batch.number, municipality.code)
    sent = batch.on + timedelta(days=between(7, 21, "sent", *key))
    dispatched_at = working_time(sent, "dispatched", *key)
    delivered_at = working_time(
        dispatched_at.date() + timedelta(days=between(1, 4, "way", *key)), "delivered", *key
    )
    delivery = Delivery(
        batch=batch,
        place=place,
        municipality=municipality,
        assets=(),
        dispatched_at=dispatched_at,
        delivered_at=delivered_at,
        signed_on=delivered_at.date() + timedelta(days=between(0, 12, "signed", *key)),
    )
    return msgspec.structs.replace(delivery, assets=tuple(_assets(delivery, number)))


def _assets(delivery: Delivery, number: int) -> Iterator[NewAsset]:
    for line_number, line in enumerate(delivery.batch.lines, start=1):
        if line.first is not None and delivery.place > line.first:
            continue
        for copy in range(line.count):
            good = GOODS[line.good]
            whole = _asset(delivery, line, good, (line_number, copy), number)
            number += 1
            yield whole
            for part, name in enumerate(good.contents):
                bare = Line(good=name)
                yield msgspec.structs.replace(
                    _asset(delivery, bare, GOODS[name], (line_number, copy, part), number), kit=whole.id
                )
                number += 1


def _asset(delivery: Delivery, line: Line, good: Good, position: tuple[int, ...], number: int) -> NewAsset:
    key = (delivery.batch.number, delivery.municipality.code, *position)
    bought = delivery.batch.on - timedelta(days=between(10, 40, "bought", delivery.batch.number))
    fact = ev.Registered(
        category=good.category,
        name_uk=good.uk,
        name_en=good.en,
        manufacturer=good.maker,
        model=good.model,
        serial=serial(good, 104_729 * number % 9_999_991),
        tag=fixed_tag(*key),
        quantity=line.quantity,
        unit_price=line.price,
        currency=None if line.price is None else delivery.batch.currency,
        value_basis="invoice" if line.price is not None else "unknown",
        is_kit=bool(good.contents),
        consignment=delivery.id,
        line=position[0],
        destination=delivery.municipality.code,
        acquired_on=bought,
        warranty_until=bought.replace(year=bought.year + 2) if good.serial_prefix else None,
        shares=PROGRAMMES[PROGRAMMES_BY_CODE[delivery.batch.programme]].shares,
    )
    made = _noon(delivery.batch) + timedelta(milliseconds=number)
    return NewAsset(id=fixed_id_at(made, "asset", *key), fact=fact)


def _noon(batch: Batch) -> datetime:
    return datetime.combine(batch.on, time(12), UTC)
