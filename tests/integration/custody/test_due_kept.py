"""What is kept of how much is due is what asking each asset comes to: after every fact, rule, plan and day."""

import random
from datetime import UTC, datetime, timedelta
from itertools import cycle
from unittest.mock import AsyncMock

import pytest
from hypothesis import HealthCheck, given, settings
from sqlalchemy import func, select, text
from sqlalchemy.pool import NullPool

from asset_tracker import kyiv
from asset_tracker.access import scope
from asset_tracker.access.actors import COMMAND_LINE, Actor, Grant
from asset_tracker.assets import due_kept, overdue
from asset_tracker.assets.plans import NewPlan, add_plan, end_plan, list_plans
from asset_tracker.assets.service import record
from asset_tracker.assets.tables_of_due import due_note
from asset_tracker.consignments import due
from asset_tracker.consignments.due import DueFilter
from asset_tracker.db.engine import make_engine, transaction, transaction_for
from asset_tracker.db.wall import as_system
from asset_tracker.ledger import events as ev
from asset_tracker.ledger import store
from asset_tracker.ledger.envelope import Draft
from asset_tracker.ledger.ids import uuid7
from asset_tracker.ledger.tables import asset
from asset_tracker.programmes.policies import PRESETS, Reach, Rule
from asset_tracker.programmes.rules import add_rule, apply_preset
from asset_tracker.programmes.tables import funding_share
from factories.events import histories
from factories.facts import ACTOR, BARANIVKA, draft
from factories.world import make_world

pytestmark = pytest.mark.anyio
LVIV, NOW = "UA46060250010015970", datetime.now(UTC)


def drawn(strategy, number):
    found = []

    @settings(max_examples=number, derandomize=True, suppress_health_check=list(HealthCheck), database=None)
    @given(strategy)
    def take(one):
        found.append(one)

    take()
    return found


def storable(history):
    return all(share.percent <= 100 for each in history for share in getattr(each.payload, "shares", ()))


async def rules(conn, world):
    """Presets of one programme, of its donor, and of everybody; and plans of what there is."""
    for preset in PRESETS:
        await apply_preset(conn, COMMAND_LINE, preset, Reach(programme=world.programme))
    yearly = Rule(rule="verification", number=6, source="x")
    await add_rule(conn, COMMAND_LINE, yearly, Reach())


async def test_after_every_fact_and_on_every_day(conn):
    """Corrections, resolutions and what came late too; looked at in between, or not, today or later."""
    world, chance = await make_world(conn), random.Random(8)  # noqa: S311 - the same each time
    await rules(conn, world)
    told = 0
    for history in filter(storable, drawn(histories(), 8)):
        of, begun, day = uuid7(), await conn.begin_nested(), kyiv.today()
        facts = [
            Draft(
                id=each.id,
                asset=of,
                occurred_at=each.occurred_at,
                payload=each.payload,
                supersedes=each.supersedes,
            )
            for each in history
        ]
        facts.insert(1, draft(of, ev.Delivered(municipality=BARANIVKA), days=2))
        for fact in facts:
            await store.append(conn, ACTOR, [fact], programme=world.programme)
            if chance.random() < 0.4:
                day += timedelta(days=chance.choice((0, 1, 29, 31, 400)))
                told += await due_kept.keep(conn, day)
        assert await due_kept.wrong(conn, day + timedelta(days=chance.randrange(60))) == {}, history
        await due_kept.keep(conn, day)
        assert await due_kept.wrong(conn, day) == {}, history
        assert await conn.scalar(select(func.count()).select_from(due_note)) == 0
        await begun.rollback()
    assert told > 3


async def told(conn, actor, narrowed):
    """What a desk and a map tell."""
    asked = due.overview if actor.has("administrator") else due.count_due
    counts = await asked(conn, actor, DueFilter(**narrowed))
    return counts, await overdue.overdue_places(conn, actor, kyiv.today(), **narrowed)


@pytest.fixture(scope="module")
async def several(new_database, anyio_backend):
    """Things of two programmes in two oblasts, long since delivered or about to come; rules, plans; nobody sees all."""
    engine = make_engine(new_database(seen=False), poolclass=NullPool)
    async with transaction(engine) as conn, as_system(conn):
        world = await make_world(conn)
        await rules(conn, world)
        await add_rule(conn, COMMAND_LINE, Rule(rule="act", number=2, source="x"), Reach())
        (stray,) = await conn.scalars(select(asset.c.id).where(asset.c.programme_id == world.other))
        everything = (*world.assets, stray)
        for days, code, each in zip((400, 20, 700, 500), (BARANIVKA, LVIV) * 2, everything, strict=True):
            fact = ev.Delivered(municipality=code)
            await record(conn, COMMAND_LINE, [each], fact, occurred_at=NOW - timedelta(days=days))
        for months, each in zip((12, 24), everything, strict=False):
            plan = NewPlan(title="Огляд", every_months=months, starts_on=kyiv.today() - timedelta(days=400))
            await add_plan(conn, COMMAND_LINE, each, plan)
        donor = await conn.scalar(select(funding_share.c.donor_id).limit(1))
    yield engine, world, everything, donor
    await engine.dispose()


NARROWED = ({}, {"oblast": "UA18"}, {"oblast": LVIV[:4]}, "programme")


async def told_as_asked(engine, world, donor, some=slice(None)):
    """Whoever asks is told from what is kept what asking each asset comes to."""
    who = (
        Grant(role="administrator"),
        Grant(role="coordinator", programme=world.programme),
        Grant(role="technician", area="UA18"),
        Grant(role="custodian", area=BARANIVKA),
        Grant(role="technician", programme=world.other, area=LVIV[:4]),
        Grant(role="donor", donor=donor),
    )
    found = 0
    for grant, narrowed in tuple(zip(who, cycle(NARROWED), strict=False))[some]:
        within = {"programme": world.programme} if narrowed == "programme" else narrowed
        actor = Actor(id=uuid7(), name="x", grants=(grant,))
        async with transaction_for(engine, scope.reach(actor)) as conn:
            assert await due_kept.kept(conn, actor, kyiv.today())
            counted = await told(conn, actor, within)
            with pytest.MonkeyPatch.context() as nothing:
                nothing.setattr(due_kept, "kept", AsyncMock(return_value=None))
                nothing.setattr(overdue, "kept", AsyncMock(return_value=None))
                assert await told(conn, actor, within) == counted, (grant, within)
            found += bool(all(counted))
    return found


async def test_everybody_is_told_what_asking_comes_to_whatever_changed_since(several):
    engine, world, everything, donor = several
    async with transaction(engine) as conn:
        assert await due_kept.kept(conn, COMMAND_LINE, kyiv.today()) is None
        assert await due_kept.keep(conn, kyiv.today()) == 4
        assert await due_kept.wrong(conn) == {}
    assert await told_as_asked(engine, world, donor, slice(1)) == 1
    first, second, third, fourth = everything
    async with transaction(engine) as conn, as_system(conn):
        await record(conn, COMMAND_LINE, [first], ev.Moved(municipality=LVIV))
        await record(conn, COMMAND_LINE, [third], ev.Verified())
        await record(conn, COMMAND_LINE, [fourth], ev.Lost(circumstances="x", case=uuid7()))
        (plan,) = await list_plans(conn, COMMAND_LINE, second)
        await end_plan(conn, COMMAND_LINE, plan.id)
    assert await told_as_asked(engine, world, donor) > 3
    async with transaction(engine) as conn:
        assert await due_kept.wrong(conn) == {}
        assert await due_kept.keep(conn, kyiv.today()) > 2
        assert await due_kept.wrong(conn) == {}
        # Of another day, other rules or another end of a programme it tells nothing.
        assert await due_kept.kept(conn, COMMAND_LINE, kyiv.today() - timedelta(days=1)) is None
        await add_rule(conn, COMMAND_LINE, Rule(rule="verification", number=1, source="y"), Reach())
        assert await due_kept.kept(conn, COMMAND_LINE, kyiv.today()) is None
        await due_kept.keep(conn, kyiv.today())
        assert await due_kept.kept(conn, COMMAND_LINE, kyiv.today())
        assert await due_kept.wrong(conn) == {}


async def test_what_somebody_did_to_them_is_told_and_mended(conn, superuser):
    world = await make_world(superuser)
    await rules(superuser, world)
    await record(
        superuser,
        COMMAND_LINE,
        world.assets[:1],
        ev.Delivered(municipality=BARANIVKA),
        occurred_at=NOW - timedelta(days=400),
    )
    await due_kept.keep(superuser, kyiv.today())
    assert await due_kept.wrong(superuser) == {}
    await superuser.execute(text("UPDATE overdue_place SET n = n + 1"))
    await superuser.execute(text("DELETE FROM due_number"))
    await superuser.execute(text("UPDATE asset_due SET changes_on = '2200-01-01'"))
    assert set(await due_kept.wrong(superuser)) == {"asset_due", "overdue_place", "due_number"}
    await due_kept.recount(superuser, kyiv.today())
    assert await due_kept.wrong(superuser) == {}
