"""Kept counts are what counting all assets comes to: after every fact, whoever writes at the same time."""

import random
from collections import Counter

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from sqlalchemy import func, select, text, true
from sqlalchemy.pool import NullPool

from asset_tracker.access import scope
from asset_tracker.access.actors import COMMAND_LINE, Actor, Grant
from asset_tracker.assets import paging, queries, standing
from asset_tracker.assets.figures import waiting
from asset_tracker.assets.places import Coarse
from asset_tracker.assets.views import Filters
from asset_tracker.db.engine import make_engine, transaction, transaction_for
from asset_tracker.ledger import events as ev
from asset_tracker.ledger import store
from asset_tracker.ledger.counts import fold, recount, wrong_counts
from asset_tracker.ledger.envelope import Draft
from asset_tracker.ledger.ids import uuid7
from asset_tracker.ledger.tables import asset
from asset_tracker.ledger.tables_of_counts import (
    KEPT,
    OVER_ALL,
    asset_count,
    asset_figure,
    handed_over,
    place_of,
)
from asset_tracker.ledger.values import Share
from asset_tracker.ledger.verify import verify
from asset_tracker.reports import overview
from asset_tracker.territory.tables import municipality
from factories.events import histories
from factories.facts import ACTOR, BARANIVKA, DONOR, OVRUCH, PROGRAMME, add, draft, life, registered

pytestmark = pytest.mark.anyio
OTHER_DONOR, OTHER = uuid7(), uuid7()


def drawn(strategy, number):
    found = []

    @settings(max_examples=number, derandomize=True, suppress_health_check=list(HealthCheck), database=None)
    @given(strategy)
    def take(one):
        found.append(one)

    take()
    return found


async def counted(conn):
    return [await conn.scalar(select(func.count()).select_from(table)) for table in KEPT]


def storable(history):
    """Made-up shares may be larger than a column holds; the rules let none through."""
    return all(share.percent <= 100 for each in history for share in getattr(each.payload, "shares", ()))


async def of_programmes(conn):
    """How the assets of each programme stand, and at how many places: by what is kept of it, as by its assets."""
    everywhere = standing.pieces(COMMAND_LINE, by_programme=True)
    way = "report.read"
    found = []
    for rows in (standing.pieces_of_programmes(COMMAND_LINE, way), everywhere):
        told = [rows.c[name] for name in ("programme_id", "stage", "condition", "gone_reason", "accepted")]
        number = func.sum(rows.c.n)
        wanted = select(*told, number).group_by(*told).having(number != 0)
        found.append(sorted(map(str, await conn.execute(wanted))))
    assert found[0] == found[1]
    places = standing.places_of_programmes(COMMAND_LINE, way)
    rows = await conn.execute(select(places).where(places.c.reached > 0))
    reached = {row.programme_id: row.reached for row in rows}
    there = select(everywhere.c.programme_id, place_of(everywhere.c)).where(handed_over(everywhere.c))
    there = there.group_by(*there.selected_columns).having(func.sum(everywhere.c.n) > 0)
    assert reached == Counter(of for of, code in await conn.execute(there) if code)
    return found[0], reached


async def test_after_every_fact_of_any_history(conn):
    """Corrections, resolutions and what came late too; folded in between, or not."""
    chance = random.Random(8)  # noqa: S311 - the same each time
    for history in filter(storable, drawn(histories(), 40)):
        of, begun = uuid7(), await conn.begin_nested()
        for each in history:
            said = {"payload": each.payload, "supersedes": each.supersedes}
            fact = Draft(id=each.id, asset=of, occurred_at=each.occurred_at, **said)
            await store.append(conn, ACTOR, [fact], programme=PROGRAMME)
            if chance.random() < 0.3:
                await fold(conn)
            assert await wrong_counts(conn) == {}, each
        for filters in (Filters(**more) for more in ({}, *chance.sample(NARROWED, 3))):
            listed = await paging.count_upto(conn, queries.conditions(filters) or [true()], 1000)
            assert await standing.told(conn, COMMAND_LINE, filters, Coarse({})) == listed, (filters, history)
        before = await of_programmes(conn)
        await fold(conn)
        assert await wrong_counts(conn) == {}
        assert await of_programmes(conn) == before
        for table in KEPT:
            assert await conn.scalar(select(func.count()).where(table.c.pending)) == 0
            assert await conn.scalar(select(func.count()).where(table.c.n <= 0)) == 0
        for _, whole in OVER_ALL:
            assert await conn.scalar(select(func.count()).where(whole.c.n <= 0)) == 0
        await begun.rollback()


async def test_very_many_at_once_and_what_makes_them_anew(conn):
    """As an import records them, by COPY where that may be; then folded again, and without their people."""
    before = await counted(conn)
    lives = [life(shares=(Share(DONOR, 60), Share(OTHER_DONOR, 40))) for _ in range(50)]
    await add(conn, *(each for one in lives for each in one))
    assert await wrong_counts(conn) == {}
    # One row stands for all that are alike: at registration, and as they are now.
    assert (await counted(conn))[0] - before[0] <= 4
    ids = [one[0].asset for one in lives]
    await store.fold_again(conn, ids)
    named = next(each for each in lives[0] if isinstance(each.payload, ev.Delivered))
    await store.forget(conn, {named.id: ["received_by"]})
    assert await wrong_counts(conn) == {}


async def test_what_somebody_did_to_them_is_told_and_mended(conn, superuser):
    await add(superuser, *life())
    assert await wrong_counts(superuser) == {}
    await superuser.execute(text("UPDATE asset_count SET n = n + 1"))
    await superuser.execute(text("DELETE FROM asset_figure WHERE what = 'worth'"))
    await fold(superuser)
    # What is added up over all programmes follows what it is added up of.
    assert set(await wrong_counts(superuser)) == {"asset_count", "asset_figure"}
    await superuser.execute(text("UPDATE place_count SET n = n + 1"))
    await superuser.execute(text("UPDATE programme_count SET n = n + 1"))
    await superuser.execute(text("DELETE FROM country_figure"))
    await superuser.execute(text("DELETE FROM programme_reach"))
    wrong = await wrong_counts(superuser)
    assert set(wrong) == {"asset_count", "asset_figure", *(whole.name for _, whole in OVER_ALL)}
    assert await recount(superuser) == sum(wrong.values())
    assert await wrong_counts(superuser) == {}


@pytest.fixture
async def engine_of_two(new_database):
    engine = make_engine(new_database(), poolclass=NullPool, lock_timeout="2s")
    yield engine
    await engine.dispose()


async def test_those_who_record_at_once_do_not_wait_for_each_other_nor_for_the_folding(engine_of_two):
    one, other = life(), life()
    async with transaction(engine_of_two) as conn:
        await add(conn, *one, *other)
        await fold(conn)
    async with transaction(engine_of_two) as first, transaction(engine_of_two) as second:
        await add(first, draft(one[0].asset, ev.FaultReported(description="x"), days=5))
        await add(second, draft(other[0].asset, ev.FaultReported(description="x"), days=5))
        async with transaction(engine_of_two) as third:
            await add(third, *life())
            await fold(third)
        # Who recorded reads what they recorded; what others did not commit yet is not there.
        for conn in (first, second):
            assert await faults(conn) == 1
            assert await wrong_counts(conn) == {}
    async with transaction(engine_of_two) as conn:
        assert await faults(conn) == 2
        await fold(conn)
        assert await faults(conn) == 2
        assert await wrong_counts(conn) == {}


async def faults(conn):
    rows = standing.standing(COMMAND_LINE).c
    return await conn.scalar(select(standing.total(rows, rows.condition == "needs_attention")))


WHO = {
    "administrator": Grant(role="administrator"),
    "coordinator": Grant(role="coordinator", programme=PROGRAMME),
    "coordinator of another": Grant(role="coordinator", programme=OTHER),
    "technician of an oblast": Grant(role="technician", area="UA18"),
    "technician of a raion": Grant(role="technician", area="UA1806"),
    "technician of a programme there": Grant(role="technician", programme=PROGRAMME, area="UA18"),
    "custodian": Grant(role="custodian", area=BARANIVKA),
    "custodian elsewhere": Grant(role="custodian", area="UA65"),
    "donor": Grant(role="donor", donor=DONOR),
    "another donor": Grant(role="donor", donor=OTHER_DONOR),
}


@pytest.fixture(scope="module")
async def several(new_database, anyio_backend):
    """Assets of two programmes and donors, in two municipalities and on their way from one to the other."""
    engine = make_engine(new_database(seen=False), poolclass=NullPool)
    async with transaction(engine) as conn:
        for programme, donor, to in (
            (PROGRAMME, DONOR, BARANIVKA),
            (PROGRAMME, OTHER_DONOR, OVRUCH),
            (OTHER, DONOR, OVRUCH),
            (OTHER, OTHER_DONOR, "UA65000000000030969"),
        ):
            here = life(shares=(Share(donor, 100),), destination=to)
            there = draft(uuid7(), registered(shares=(Share(donor, 100),), destination=to))
            # What is not one piece: a lot, and a kit, for which its components are counted.
            lot, kit = (
                draft(uuid7(), registered(shares=(Share(donor, 100),), destination=to, serial=None, **odd))
                for odd in ({"quantity": 7}, {"is_kit": True})
            )
            await store.append(conn, ACTOR, [*here, there, lot, kit], programme=programme)
            if programme == PROGRAMME:
                await fold(conn)
    yield engine
    await engine.dispose()


@pytest.mark.parametrize("who", WHO)
async def test_everybody_counts_what_they_see(several, who):
    """Behind the wall, and by the scope: by the kept counts as by the assets one by one."""
    actor = Actor(id=uuid7(), name=who, grants=(WHO[who],))
    nothing_hidden = Coarse({uuid7(): "oblast"})
    async with transaction_for(several, scope.reach(actor)) as conn:
        one_by_one = await conn.scalar(select(func.count()).select_from(asset).where(scope.assets(actor)))
        kept, single = (standing.standing(actor, known=known) for known in (Coarse({}), nothing_hidden))
        for rows in (kept.c, single.c):
            assert await conn.scalar(select(standing.total(rows))) == one_by_one
        assert await figures(conn, actor, Coarse({})) == await figures(conn, actor, nothing_hidden)
        desk = [await waiting(conn, actor, Filters(programme=each)) for each in (None, PROGRAMME)]
        with pytest.MonkeyPatch.context() as counted_by_place:
            counted_by_place.setattr(scope, "in_oblasts", lambda _: False)
            assert desk == [await waiting(conn, actor, Filters(programme=each)) for each in (None, PROGRAMME)]
        assert desk[0].total == one_by_one
    # The wall alone lets no more counts through than the grant reaches assets; a part of an oblast has no figures.
    async with transaction_for(several, scope.reach(actor)) as conn:
        assert (await conn.scalar(select(func.sum(asset_count.c.n))) or 0) == one_by_one
        seen = await conn.scalar(select(func.count()).select_from(asset_figure))
        assert bool(seen) == bool(one_by_one and scope.in_oblasts(actor))


@pytest.mark.parametrize("who", WHO)
async def test_pieces_are_added_up_from_counts_as_from_the_assets(several, who):
    actor = Actor(id=uuid7(), name=who, grants=(WHO[who],))
    async with transaction_for(several, scope.reach(actor)) as conn:
        pieces = func.sum(asset.c.quantity).filter(~asset.c.is_kit)
        reached = scope.assets(actor, "report.read")
        one_by_one = await conn.scalar(select(func.coalesce(pieces, 0)).where(reached))
        for known in (Coarse({}), Coarse({uuid7(): "oblast"})):
            rows = standing.pieces(actor, known=known, permission="report.read").c
            assert await conn.scalar(select(standing.total(rows))) == one_by_one
        if one_by_one:
            known = set(await conn.scalars(select(municipality.c.code)))
            columns = (asset.c.municipality_code, asset.c.destination_code, asset.c.quantity)
            expected = Counter()
            for here, bound_for, quantity in await conn.execute(
                select(*columns).where(reached, ~asset.c.is_kit)
            ):
                expected[here or bound_for] += quantity
            told = {line.code: line.funnel.planned for line in await overview.municipalities(conn, actor)}
            assert told == {code: number for code, number in expected.items() if code in known}


WITHIN = (
    Filters(),
    Filters(programme=PROGRAMME),
    Filters(oblast="UA18"),
    Filters(oblast="UA1806"),
    Filters(oblast="UA18", programme=OTHER),
    Filters(municipality=BARANIVKA),
    Filters(programme=OTHER, municipality=OVRUCH),
)
NARROWED = (
    *({"stage": stage} for stage in ("expected", "in_service", "gone")),
    *({"condition": "working", "disputed": False}, {"stage": "in_service", "condition": "working"}),
    *({"gone": True}, {"gone": False}, {"gone": False, "stage": "in_service"}),
    *({"waits": name} for name in ("broken", "disputed", "to_install", "cases", "unaccepted")),
)


@pytest.mark.parametrize("who", WHO)
async def test_lists_are_counted_as_they_are_listed(several, who):
    actor = Actor(id=uuid7(), name=who, grants=(WHO[who],))
    async with transaction_for(several, scope.reach(actor)) as conn:
        for within in WITHIN:
            for filters in (within, *(msgspec.structs.replace(within, **more) for more in NARROWED)):
                where = [scope.assets(actor), *queries.conditions(filters)]
                listed = await paging.count_upto(conn, where, 1000)
                assert await standing.told(conn, actor, filters, Coarse({})) == listed, filters
        for filters in (
            Filters(q="x", programme=PROGRAMME),
            Filters(category="laptop"),
            Filters(waits="lent_late"),
        ):
            assert await standing.told(conn, actor, filters, Coarse({})) is None


async def figures(conn, actor, known):
    rows = standing.figures(actor, known=known).c
    wanted = select(
        rows.what,
        rows.category,
        rows.condition,
        rows.day,
        rows.currency,
        func.sum(rows.n),
        func.sum(rows.value),
    )
    return set(await conn.execute(wanted.group_by(*(list(wanted.selected_columns)[:5]))))


async def test_verifying_looks_at_them_and_at_what_keeps_them(new_database, as_owner):
    url = new_database()
    engine = make_engine(as_owner(url), poolclass=NullPool)
    async with engine.begin() as conn:
        await add(conn, *life())
    assert (await verify(url)).clean
    async with engine.begin() as conn:
        await conn.execute(text("UPDATE asset_count SET n = 7"))
        await conn.execute(text("ALTER TABLE asset DISABLE TRIGGER counts_follow"))
        # On, but not for a session that says it replays what another server did.
        await conn.execute(text("ALTER TABLE asset ENABLE TRIGGER cases_follow"))
    found = await verify(url)
    assert {(each.kind, each.detail) for each in found.findings} == {
        ("projection-changed", "asset_count: 1 counts"),
        ("protection-off", "asset.counts_follow"),
        ("protection-off", "asset.cases_follow"),
    }
    await engine.dispose()
