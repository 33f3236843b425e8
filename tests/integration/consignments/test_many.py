"""Several consignments and acts in one go: all or none, and each as if it were the only one."""

from datetime import UTC, date, datetime
from decimal import Decimal
from hashlib import sha256

import pytest
from msgspec import structs
from sqlalchemy import func, select

from asset_tracker.access.actors import COMMAND_LINE
from asset_tracker.assets import service as assets
from asset_tracker.assets.service import AssetFact, NewAsset
from asset_tracker.consignments import acts, queries, service, signing
from asset_tracker.consignments.acts import Signature
from asset_tracker.consignments.queries import EVERYWHERE, Within
from asset_tracker.consignments.service import Dispatch, Handover, NewConsignment
from asset_tracker.consignments.tables import consignment
from asset_tracker.errors import ConflictError, InvalidError, NotFoundError, RefusedError
from asset_tracker.files.service import store_scan
from asset_tracker.files.storage import Storage
from asset_tracker.ledger import events as ev
from asset_tracker.ledger.ids import uuid7
from asset_tracker.ledger.tables import asset, event
from asset_tracker.ledger.tags import new_tag
from asset_tracker.ledger.values import Share
from asset_tracker.programmes.service import NewParty, NewProgramme, add_party, add_programme
from asset_tracker.territory.service import load_shipped

BARANIVKA, OVRUCH = "UA18080010000090720", "UA18060170000069581"
JANUARY = datetime(2025, 1, 10, 9, tzinfo=UTC)
SCAN_BYTES = b"%PDF-1.7\n%%EOF\n"
SCAN = sha256(SCAN_BYTES).hexdigest()


class Lists:
    """Two packing lists of one programme: a kit with a part for one municipality, a laptop for the other."""

    def __init__(self, conn):
        self.conn = conn

    async def make(self):
        await load_shipped(self.conn)
        donor = await add_party(self.conn, COMMAND_LINE, NewParty(kind="donor", name_uk="Д", name_en="D"))
        new = NewProgramme(
            code="MANY", name_uk="М", name_en="M", implementer=donor, shares=(Share(donor, Decimal(100)),)
        )
        self.programme = await add_programme(self.conn, COMMAND_LINE, new)
        self.one, self.two = [await self.add(str(n), code) for n, code in enumerate((BARANIVKA, OVRUCH), 1)]
        self.kit, self.part, self.laptop = (uuid7() for _ in range(3))
        things = [
            NewAsset(id=self.kit, fact=self.fact(self.one, is_kit=True)),
            NewAsset(id=self.part, fact=self.fact(self.one), kit=self.kit),
            NewAsset(id=self.laptop, fact=self.fact(self.two)),
        ]
        await assets.register(self.conn, COMMAND_LINE, self.programme, things, occurred_at=JANUARY)
        return self

    async def add(self, number, code):
        new = NewConsignment(programme=self.programme, number=number, municipality=code)
        return await service.add_consignment(self.conn, COMMAND_LINE, new)

    def fact(self, consignment_id, *, is_kit=False):
        return ev.Registered(
            category="laptop", name_uk="Ноутбук", tag=new_tag(), consignment=consignment_id, is_kit=is_kit
        )

    async def kinds(self, asset_id):
        rows = await self.conn.scalars(
            select(event.c.kind).where(event.c.asset_id == asset_id).order_by(event.c.seq)
        )
        return list(rows)

    async def delivered(self):
        await service.dispatch_all(self.conn, COMMAND_LINE, {self.one: Dispatch(), self.two: Dispatch()})
        await service.deliver_all(self.conn, COMMAND_LINE, {self.one: Handover(), self.two: Handover()})

    async def count(self):
        return await self.conn.scalar(select(func.count()).select_from(event))


@pytest.fixture
async def lists(conn, tmp_path):
    await store_scan(conn, Storage.open(tmp_path.as_uri()), COMMAND_LINE.id, SCAN_BYTES)
    return await Lists(conn).make()


async def test_sent_and_delivered_together(lists):
    sent = {
        lists.one: Dispatch(waybill="ТТН 1", occurred_at=JANUARY),
        lists.two: Dispatch(carrier="Пошта", expected_on=date(2025, 1, 15), occurred_at=JANUARY),
    }
    await service.dispatch_all(lists.conn, COMMAND_LINE, sent)
    rows = {row.id: row for row in await lists.conn.execute(select(consignment))}
    assert (rows[lists.one].waybill, rows[lists.one].carrier) == ("ТТН 1", None)
    assert (rows[lists.two].carrier, rows[lists.two].dispatched_at) == ("Пошта", JANUARY)
    await service.deliver_all(lists.conn, COMMAND_LINE, {lists.one: Handover(), lists.two: Handover()})
    assert await lists.kinds(lists.kit) == ["registered", "dispatched", "delivered"]
    assert await lists.kinds(lists.part) == ["registered", "packed", "dispatched", "delivered"]
    places = await lists.conn.execute(select(asset.c.id, asset.c.municipality_code))
    assert dict(places.all()) == {lists.kit: BARANIVKA, lists.part: BARANIVKA, lists.laptop: OVRUCH}


async def test_one_that_is_empty_keeps_all_here(lists):
    empty = await lists.add("3", OVRUCH)
    before = await lists.count()
    with pytest.raises(RefusedError):
        await service.dispatch_all(lists.conn, COMMAND_LINE, {lists.one: Dispatch(), empty: Dispatch()})
    with pytest.raises(NotFoundError):
        await service.dispatch_all(lists.conn, COMMAND_LINE, {lists.one: Dispatch(), uuid7(): Dispatch()})
    assert await lists.count() == before


async def test_acts_are_numbered_without_a_gap_and_signed_together(lists):
    await lists.delivered()
    days = {lists.two: date(2025, 1, 20), lists.one: date(2025, 1, 21)}
    issued = await acts.issue_acts(lists.conn, COMMAND_LINE, days, base_url="http://test")
    assert [(act.consignment, act.number) for act in issued] == [
        (lists.two, "MANY-2025-0001"),
        (lists.one, "MANY-2025-0002"),
    ]
    signatures = {act.id: Signature(signed_on=date(2025, 1, 22), scan=SCAN) for act in issued}
    signed = await acts.sign_acts(lists.conn, COMMAND_LINE, signatures)
    assert [(act.number, act.status, act.scan) for act in signed] == [
        ("MANY-2025-0001", "signed", SCAN),
        ("MANY-2025-0002", "signed", SCAN),
    ]
    for each in (lists.kit, lists.part, lists.laptop):
        assert (await lists.kinds(each))[-2:] == ["accepted", "title_transferred"]
    titles = set(await lists.conn.scalars(select(asset.c.title)))
    assert titles == {"municipality"}


async def test_nothing_is_drawn_up_or_signed_twice(lists):
    await lists.delivered()
    first = await acts.issue_act(lists.conn, COMMAND_LINE, lists.one, base_url="http://test")
    with pytest.raises(RefusedError):
        await acts.issue_acts(
            lists.conn, COMMAND_LINE, {lists.two: None, lists.one: None}, base_url="http://test"
        )
    await acts.sign_act(lists.conn, COMMAND_LINE, first.id, signed_on=date(2025, 1, 22), scan=SCAN)
    second = await acts.issue_act(lists.conn, COMMAND_LINE, lists.two, base_url="http://test")
    before = await lists.count()
    both = {act.id: Signature(signed_on=date(2025, 1, 23), scan=SCAN) for act in (second, first)}
    with pytest.raises(RefusedError):
        await acts.sign_acts(lists.conn, COMMAND_LINE, both)
    assert await lists.count() == before


async def test_the_scan_must_be_there_and_the_day_be_past(lists):
    await lists.delivered()
    act = await acts.issue_act(lists.conn, COMMAND_LINE, lists.one, base_url="http://test")
    with pytest.raises(InvalidError) as caught:
        await acts.sign_act(lists.conn, COMMAND_LINE, act.id, signed_on=date(2100, 1, 1), scan="0" * 64)
    assert [error.field for error in caught.value.errors] == ["signed_on", "scan"]
    assert (await acts.get_act(lists.conn, COMMAND_LINE, act.id)).status == "printed"


async def test_a_number_stands_once_in_a_programme(lists):
    with pytest.raises(ConflictError):
        await lists.add(" 1 ", OVRUCH)


async def test_a_register_kept_elsewhere_is_taken_as_it_comes(lists):
    lost = ev.Lost(circumstances="Не знайдено")
    facts = [
        AssetFact(asset=lists.kit, occurred_at=JANUARY.replace(month=3), fact=lost),
        AssetFact(asset=lists.laptop, occurred_at=JANUARY.replace(month=2), fact=lost),
    ]
    again = [AssetFact(asset=lists.laptop, occurred_at=JANUARY, fact=ev.Repaired(work="x"))]
    with pytest.raises(RefusedError):
        await assets.record_each(lists.conn, COMMAND_LINE, again)
    receipts = await assets.record_each(lists.conn, COMMAND_LINE, facts, by_rules=False)
    assert [receipt.asset for receipt in receipts] == [lists.kit, lists.part, lists.laptop]
    rows = await lists.conn.execute(select(asset.c.id, asset.c.gone_reason))
    assert set(dict(rows.all()).values()) == {"lost"}


async def test_what_waits_is_told_by_step_of_all_of_an_oblast_and_of_a_programme(lists, conn):
    """Each step begins at the few that wait for it; whether an act stands, the consignment knows of itself."""

    async def waits(of=lists.one, within=EVERYWHERE):
        numbers = structs.asdict(await queries.waiting(conn, COMMAND_LINE, within))
        listed = {}
        for step in queries.STEPS:
            found = [each.id for each in await queries.waiting_for(conn, COMMAND_LINE, step, within)]
            assert len(found) == numbers[step]
            listed |= {step: True} if of in found else {}
        return list(listed)

    here, there = Within(area="UA18"), Within(area="UA46")
    ours, another = Within(programme=lists.programme), Within(programme=uuid7())
    assert await waits() == ["to_dispatch"]
    assert await waits(within=Within(area=BARANIVKA)) == ["to_dispatch"]
    assert await waits(lists.two, Within(area=BARANIVKA)) == []
    await service.dispatch_all(
        conn, COMMAND_LINE, {each: Dispatch(expected_on=date(2025, 1, 12)) for each in (lists.one, lists.two)}
    )
    for within in (EVERYWHERE, here, ours):
        assert await waits(within=within) == ["on_the_way", "late"]
    assert await waits(within=there) == await waits(within=another) == []
    await service.deliver_all(conn, COMMAND_LINE, {lists.one: Handover()})
    assert await waits() == ["to_draw_up"]
    first = await acts.issue_act(conn, COMMAND_LINE, lists.one, base_url="http://test")
    assert await waits() == ["to_sign"]
    await signing.void_act(conn, COMMAND_LINE, first.id, "misprinted")
    assert await waits(within=here) == ["to_draw_up"]
    await acts.issue_act(conn, COMMAND_LINE, lists.one, base_url="http://test")
    assert await waits(within=ours) == ["to_sign"]
