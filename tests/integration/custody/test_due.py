"""What is due by somebody's rule: each kind counted from its own fact, and settled by its own."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select

from asset_tracker import kyiv
from asset_tracker.access.actors import COMMAND_LINE, Actor, Grant
from asset_tracker.assets import overdue
from asset_tracker.assets.due import _latest
from asset_tracker.assets.months import months_after
from asset_tracker.assets.plans import NewPlan, add_plan
from asset_tracker.assets.service import record
from asset_tracker.consignments import due
from asset_tracker.consignments.due import DueFilter
from asset_tracker.consignments.service import Customs, NewConsignment, add_consignment, record_customs
from asset_tracker.errors import ForbiddenError, InvalidError, NotFoundError, RefusedError
from asset_tracker.ledger import events as ev
from asset_tracker.ledger.ids import uuid7
from asset_tracker.ledger.tables import asset as asset_table
from asset_tracker.ledger.values import Meter
from asset_tracker.programmes.policies import PRESETS, Reach, Rule
from asset_tracker.programmes.rules import add_rule, apply_preset, end_rule, list_rules
from asset_tracker.territory.service import load_shipped
from factories.world import make_world

pytestmark = pytest.mark.anyio

BARANIVKA, LVIV = "UA18080010000090720", "UA46060250010015970"
NOW = datetime.now(UTC)
FAR = 3660


def ago(days):
    return NOW - timedelta(days=days)


@pytest.fixture
async def world(conn):
    return await make_world(conn)


async def deliver(conn, world, days=100):
    for asset in world.assets:
        fact = ev.Delivered(municipality=BARANIVKA)
        await record(conn, COMMAND_LINE, [asset], fact, occurred_at=ago(days))


async def due_of(conn, actor, rule=None, days=FAR):
    page = await due.list_due(conn, actor, DueFilter(rule=rule, days=days))
    return page.items


def in_days(days):
    return kyiv.today() + timedelta(days=days)


async def test_verification_counts_from_the_last_time_that_it_was_seen(conn, world):
    await deliver(conn, world, days=400)
    rule = Rule(rule="verification", number=12, source="order 879")
    await add_rule(conn, COMMAND_LINE, rule, Reach(programme=world.programme))
    found = await due_of(conn, world.coordinator, "verification")
    assert {item.asset for item in found} == set(world.assets)
    assert all(item.overdue and item.source == "order 879" for item in found)
    await record(conn, COMMAND_LINE, [world.assets[0]], ev.Verified(), occurred_at=ago(3))
    (again,) = [
        item
        for item in await due_of(conn, world.coordinator, "verification")
        if item.asset == world.assets[0]
    ]
    assert not again.overdue
    assert again.due_on > in_days(300)


async def test_of_two_rules_the_stricter_and_of_another_programme_none(conn, world):
    await deliver(conn, world)
    for months, reach in ((24, Reach()), (6, Reach(programme=world.programme))):
        await add_rule(
            conn, COMMAND_LINE, Rule(rule="verification", number=months, source=str(months)), reach
        )
    found = await due_of(conn, world.coordinator, "verification")
    assert {item.source for item in found} == {"6"}
    stranger = Actor(id=uuid7(), name="x", grants=(Grant(role="coordinator", programme=world.other),))
    assert await due_of(conn, stranger, "verification") == ()


async def test_a_rule_that_was_ended_asks_nothing_but_stays_to_be_read(conn, world):
    await deliver(conn, world)
    rule = await add_rule(
        conn,
        world.coordinator,
        Rule(rule="verification", number=1, source="x"),
        Reach(programme=world.programme),
    )
    assert await due_of(conn, world.coordinator)
    await end_rule(conn, world.coordinator, rule)
    assert await due_of(conn, world.coordinator) == ()
    assert rule not in {r.id for r in await list_rules(conn, world.coordinator)}
    assert rule in {r.id for r in await list_rules(conn, world.coordinator, with_ended=True)}


async def test_publication_within_ten_days_of_the_balance(conn, world):
    await deliver(conn, world)
    await apply_preset(conn, COMMAND_LINE, "ua_budget", Reach(programme=world.programme))
    asset = world.assets[0]
    await record(conn, COMMAND_LINE, [asset], ev.TitleTransferred(to="municipality"), occurred_at=ago(20))
    on_balance = ev.BalanceRecorded(inventory_number="101400001", recorded_on=ago(15).date())
    await record(conn, COMMAND_LINE, [asset], on_balance, occurred_at=ago(15))
    (found,) = await due_of(conn, world.coordinator, "publication")
    assert (found.asset, found.overdue, found.due_on) == (asset, True, ago(15).date() + timedelta(days=10))
    assert "153" in found.source
    published = ev.BalanceRecorded(
        inventory_number="101400001", recorded_on=ago(15).date(), published_on=ago(1).date()
    )
    await record(conn, COMMAND_LINE, [asset], published)
    assert await due_of(conn, world.coordinator, "publication") == ()


async def test_missing_fields_are_named(conn, world):
    await deliver(conn, world)
    await apply_preset(conn, COMMAND_LINE, "us_2cfr200", Reach(programme=world.programme))
    found = await due_of(conn, world.coordinator, "required_fields")
    missing = {(item.asset, item.detail) for item in found}
    laptop, car, _ = world.assets
    assert (car, "serial") in missing
    assert (laptop, "serial") not in missing
    assert {(laptop, name) for name in ("unit_price", "acquired_on", "use", "agreement")} <= missing
    assert (laptop, "funding") not in missing
    await record(
        conn,
        COMMAND_LINE,
        [laptop],
        ev.Described(unit_price=Decimal(900), currency="USD", acquired_on=date(2026, 1, 5)),
    )
    left = {item.detail for item in await due_of(conn, world.coordinator) if item.asset == laptop}
    assert not {"unit_price", "acquired_on"} & left


async def test_a_vehicle_must_be_registered_and_the_warranty_ends(conn, world):
    await deliver(conn, world)
    await apply_preset(conn, COMMAND_LINE, "ua_budget", Reach(programme=world.programme))
    await apply_preset(conn, COMMAND_LINE, "house", Reach())
    car = world.assets[1]
    accepted = ev.Accepted(act=uuid7(), act_number="P-1")
    await record(conn, COMMAND_LINE, list(world.assets), accepted, occurred_at=ago(30))
    (found,) = await due_of(conn, world.coordinator, "vehicle_registration")
    assert (found.asset, found.overdue) == (car, True)
    told = ev.Described(attributes={"registration_certificate": "CXX 000000"}, warranty_until=in_days(20))
    await record(conn, COMMAND_LINE, [car], told)
    assert await due_of(conn, world.coordinator, "vehicle_registration") == ()
    (ends,) = await due_of(conn, world.coordinator, "warranty")
    assert (ends.asset, ends.due_on) == (car, in_days(20))
    assert await due_of(conn, world.coordinator, "warranty", days=10) == ()


async def test_an_act_that_is_missing_and_a_report_on_aid_stand_with_their_consignment(conn, world):
    await load_shipped(conn)
    await apply_preset(conn, COMMAND_LINE, "ua_budget", Reach())
    await apply_preset(conn, COMMAND_LINE, "house", Reach())
    made = await add_consignment(
        conn, COMMAND_LINE, NewConsignment(programme=world.programme, number="K-1", municipality=BARANIVKA)
    )
    await record(conn, COMMAND_LINE, list(world.assets), ev.Consigned(consignment=made))
    await deliver(conn, world, days=40)
    (act,) = await due_of(conn, world.coordinator, "act")
    assert (act.consignment, act.asset, act.name_uk, act.overdue) == (made, None, "K-1", True)
    early = Customs(cleared_on=ago(20).date(), report_sent_on=ago(21).date())
    with pytest.raises(InvalidError):
        await record_customs(conn, world.coordinator, made, early)
    await record_customs(conn, world.coordinator, made, Customs(cleared_on=ago(20).date(), aid_code="1"))
    (report,) = await due_of(conn, world.coordinator, "humanitarian_report")
    assert (report.due_on, report.overdue) == (ago(20).date() + timedelta(days=90), False)
    sent = Customs(cleared_on=ago(20).date(), report_sent_on=ago(1).date())
    await record_customs(conn, world.coordinator, made, sent)
    assert await due_of(conn, world.coordinator, "humanitarian_report") == ()
    counts = {c.rule: c for c in await due.count_due(conn, world.coordinator)}
    assert (counts["act"].due, counts["act"].overdue) == (1, 1)
    # Of two rules the one that asks sooner tells of the consignment, and tells of it once.
    strict = Rule(rule="act", number=1, source="strict", categories=("vehicle",))
    await add_rule(conn, COMMAND_LINE, strict, Reach())
    (sooner,) = await due_of(conn, world.coordinator, "act")
    assert (sooner.consignment, sooner.source, sooner.due_on) == (made, "strict", in_days(-39))
    await record(conn, COMMAND_LINE, [world.assets[1]], ev.Accepted(act=uuid7(), act_number="P-1"))
    assert await due_of(conn, world.coordinator, "act") == (act,)


async def test_pages_follow_each_other_without_gap_or_repetition(conn, world):
    await deliver(conn, world)
    await apply_preset(conn, COMMAND_LINE, "us_2cfr200", Reach(programme=world.programme))
    whole = await due_of(conn, world.coordinator)
    found, after = [], None
    while True:
        page = await due.list_due(conn, world.coordinator, DueFilter(days=FAR), after=after, limit=4)
        found += page.items
        after = page.next
        if after is None:
            break
    assert tuple(found) == whole


@pytest.mark.parametrize("counted", [1, 2, 1000])
async def test_the_overview_of_a_programme_tells_its_oldest_however_many_there_are(
    conn, world, monkeypatch, counted
):
    """Those that are more than are counted are asked for again: how many are overdue, and which were first."""
    for days, each in zip((300, 100, 20), world.assets, strict=True):
        fact = ev.Delivered(municipality=BARANIVKA)
        await record(conn, COMMAND_LINE, [each], fact, occurred_at=ago(days))
    await apply_preset(conn, COMMAND_LINE, "house", Reach())
    await apply_preset(conn, COMMAND_LINE, "us_2cfr200", Reach(programme=world.programme))
    monkeypatch.setattr(due, "COUNTED", counted)
    for kept in (due._overview, due._overview_of_many):
        kept.cache_clear()
    everything = (await due.list_due(conn, world.coordinator, DueFilter(), limit=1000)).items
    narrowings = ({"programme": world.programme}, {"oblast": "UA18"}, {"municipality": BARANIVKA}, {})
    for narrowed in (DueFilter(**each) for each in narrowings):
        counts, found = await due.overview(conn, world.coordinator, narrowed, limit=2)
        assert counts == await due.count_due(conn, world.coordinator, narrowed)
        for rule, items in found.items():
            oldest = [each for each in everything if each.rule == rule and each.overdue]
            assert [each.due_on for each in items] == [each.due_on for each in oldest[:2]]
    assert found
    for kept in (due._overview, due._overview_of_many):
        kept.cache_clear()


async def test_a_disposal_waits_for_the_donor_and_for_the_shortest_life(conn, world):
    await deliver(conn, world, days=30)
    laptop = world.assets[0]
    await record(conn, COMMAND_LINE, [laptop], ev.FaultReported(description="x", condition="unserviceable"))
    donor = ev.Disposed(method="recycling")
    await apply_preset(conn, COMMAND_LINE, "us_2cfr200", Reach(programme=world.programme))
    with pytest.raises(RefusedError, match="donor must agree"):
        await record(conn, COMMAND_LINE, [laptop], donor)
    agreed = ev.ConsentGiven(donor=uuid7(), purpose="disposal", reference="letter 1")
    await record(conn, COMMAND_LINE, [laptop], agreed)
    await apply_preset(conn, COMMAND_LINE, "ua_budget", Reach(programme=world.programme))
    with pytest.raises(InvalidError) as young:
        await record(conn, COMMAND_LINE, [laptop], donor)
    assert [error.field for error in young.value.errors] == ["approval"]
    await record(conn, COMMAND_LINE, [laptop], ev.Disposed(method="recycling", approval="Рішення 5"))


@pytest.mark.parametrize("preset", PRESETS)
async def test_presets_are_added_once(conn, world, preset):
    first = await apply_preset(conn, COMMAND_LINE, preset, Reach(programme=world.programme))
    assert len(first) == len(PRESETS[preset].rules)
    assert await apply_preset(conn, COMMAND_LINE, preset, Reach(programme=world.programme)) == []
    listed = await list_rules(conn, COMMAND_LINE, programme_id=world.programme)
    assert set(first) <= {rule.id for rule in listed}
    await due_of(conn, COMMAND_LINE)


async def test_who_may_set_rules(conn, world):
    rule = Rule(rule="verification", number=12, source="x")
    with pytest.raises(ForbiddenError):
        await add_rule(conn, world.coordinator, rule, Reach())
    with pytest.raises(NotFoundError):
        await add_rule(conn, world.coordinator, rule, Reach(programme=world.other))
    donor = Actor(id=uuid7(), name="d", grants=(Grant(role="donor", donor=uuid7()),))
    with pytest.raises(ForbiddenError):
        await add_rule(conn, donor, rule, Reach(programme=world.programme))
    with pytest.raises(InvalidError):
        await add_rule(
            conn, world.coordinator, Rule(rule="consent", source="x"), Reach(programme=world.programme)
        )
    with pytest.raises(NotFoundError):
        await apply_preset(conn, COMMAND_LINE, "none", Reach())


async def test_of_many_rules_each_thing_is_asked_for_once_and_by_the_strictest(conn, world):
    await deliver(conn, world)
    laptop, car, _ = world.assets
    reach = Reach(programme=world.programme)
    for number, source, narrowed in (
        (12, "a", {}),
        (12, "b", {}),
        (6, "vehicles", {"categories": ("vehicle",)}),
        (3, "dear", {"amount": Decimal(500), "currency": "USD"}),
        (24, "all", {}),
    ):
        everybody = Reach() if source == "all" else reach
        rule = Rule(rule="verification", number=number, source=source, **narrowed)
        await add_rule(conn, COMMAND_LINE, rule, everybody)
    await record(conn, COMMAND_LINE, [laptop, car], ev.Described(unit_price=Decimal(400), currency="USD"))
    found = {item.asset: item.source for item in await due_of(conn, world.coordinator, "verification")}
    assert found == {laptop: "a", car: "vehicles", world.assets[2]: "dear"}
    (count,) = await due.count_due(conn, world.coordinator, DueFilter(days=FAR))
    assert (count.due, count.more) == (3, False)


@pytest.mark.parametrize("day", [date(2026, 2, 28), date(2026, 3, 30), date(2024, 2, 29), date(2026, 7, 31)])
@pytest.mark.parametrize("months", [1, 6, 12, 25])
def test_the_latest_day_from_which_so_many_months_lead_to_a_day(day, months):
    latest = _latest(day, months, months=True)
    assert months_after(latest, months) <= day < months_after(latest + timedelta(days=1), months)


async def test_a_plan_is_due_from_its_last_turn_and_as_soon_as_the_meter_has_passed(conn, world):
    asset = world.assets[0]
    await deliver(conn, world)
    yearly = NewPlan(title="Огляд", every_months=12, starts_on=kyiv.today() - timedelta(days=400))
    plan = await add_plan(conn, COMMAND_LINE, asset, yearly)
    by_meter = NewPlan(title="Мастило", every_meter=10_000, meter_unit="km", start_meter=0)
    await add_plan(conn, COMMAND_LINE, asset, by_meter)
    (late,) = await due_of(conn, COMMAND_LINE, "maintenance")
    assert (late.detail, late.due_on, late.overdue) == ("Огляд", months_after(yearly.starts_on, 12), True)
    done = ev.Maintained(work="Огляд", plan=plan, meter=Meter(value=10_500, unit="km"))
    await record(conn, COMMAND_LINE, [asset], done, occurred_at=ago(1))
    first, second = await due_of(conn, COMMAND_LINE, "maintenance")
    assert (first.detail, first.due_on) == ("Мастило", kyiv.today())
    assert (second.detail, second.due_on) == ("Огляд", months_after(kyiv.today() - timedelta(days=1), 12))
    assert [each.rule for each in (await due.overview(conn, COMMAND_LINE, DueFilter()))[0]] == ["maintenance"]


async def test_of_an_oblast_and_of_a_programme_the_same_is_due_as_of_all_that_lies_there(
    conn, world, monkeypatch
):
    """They begin at indexes and at columns of their own, which must tell what a look through everything tells."""
    a = asset_table.c
    laptop, car, router = world.assets
    (stray,) = await conn.scalars(select(a.id).where(a.programme_id == world.other))
    yearly = NewPlan(title="Огляд", every_months=12, starts_on=kyiv.today() - timedelta(days=400))
    for each in (laptop, car, stray):  # planned before they go anywhere
        await add_plan(conn, COMMAND_LINE, each, yearly)
    for each, code in ((laptop, BARANIVKA), (car, LVIV), (stray, BARANIVKA)):
        await record(conn, COMMAND_LINE, [each], ev.Delivered(municipality=code), occurred_at=ago(400))
    warranty = ev.Described(warranty_until=in_days(5))
    await record(conn, COMMAND_LINE, [car, router], warranty)
    for preset in ("us_2cfr200", "house", "ua_budget", "eu_intpa"):
        await apply_preset(conn, COMMAND_LINE, preset, Reach(programme=world.programme))
    await apply_preset(conn, COMMAND_LINE, "ua_budget", Reach())
    everything = (await due.list_due(conn, COMMAND_LINE, DueFilter(), limit=1000)).items
    of = dict(tuple(row) for row in await conn.execute(select(a.id, a.programme_id)))
    for narrowed, belongs in (
        (DueFilter(oblast="UA18"), lambda item: item.municipality.startswith("UA18")),
        (DueFilter(oblast=LVIV[:4]), lambda item: item.municipality == LVIV),
        (DueFilter(oblast=LVIV[:6]), lambda item: item.municipality == LVIV),
        (DueFilter(oblast="UA05"), lambda _: False),
        (DueFilter(oblast="нічого"), lambda _: False),
        (DueFilter(programme=world.programme), lambda item: of[item.asset] == world.programme),
        (DueFilter(programme=world.other, oblast="UA18"), lambda item: item.asset == stray),
    ):
        wanted = tuple(item for item in everything if belongs(item))
        assert (await due.list_due(conn, COMMAND_LINE, narrowed, limit=1000)).items == wanted
        counts, first = await due.overview(conn, COMMAND_LINE, narrowed, limit=100)
        assert {each.rule: each.due for each in counts} == Counter(item.rule for item in wanted)
        assert first == {
            rule: found
            for rule in due.DUE_KINDS
            if (found := [item for item in wanted if item.rule == rule and item.overdue])
        }
    # On the map each thing is counted once where it is, whether much is overdue or little.
    for many in (1000, 1, 0):
        monkeypatch.setattr(overdue, "_MANY", many)
        for narrowed, belongs in (
            ({}, lambda _: True),
            ({"oblast": "UA18"}, lambda item: item.municipality.startswith("UA18")),
            ({"programme": world.programme}, lambda item: of[item.asset] == world.programme),
        ):
            late = (item for item in everything if item.overdue and item.asset and belongs(item))
            places = Counter(code for _, code in {(item.asset, item.municipality) for item in late})
            told = await overdue.overdue_places(conn, COMMAND_LINE, kyiv.today(), **narrowed)
            assert places
            assert told == places
    kinds = {item.rule for item in everything}
    assert {"verification", "required_fields", "visibility", "maintenance", "warranty"} <= kinds
    assert {(item.asset, item.municipality) for item in everything if item.rule == "maintenance"} == {
        (laptop, BARANIVKA),
        (car, LVIV),
        (stray, BARANIVKA),
    }
