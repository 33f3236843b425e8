"""What is kept of a report is what making it anew would give, whatever was recorded meanwhile, and for whom."""

from datetime import UTC, date, datetime
from decimal import Decimal
from random import Random

import pytest
from msgspec.structs import replace
from sqlalchemy import update

from asset_tracker.access.actors import COMMAND_LINE
from asset_tracker.assets import sensitivity
from asset_tracker.assets.sensitivity import NewRule
from asset_tracker.ledger import events as ev
from asset_tracker.ledger import store
from asset_tracker.ledger.envelope import Draft
from asset_tracker.ledger.ids import uuid7
from asset_tracker.ledger.values import Meter
from asset_tracker.programmes import budgets, rates
from asset_tracker.programmes.budgets import NewBudget
from asset_tracker.programmes.rates import NewRate
from asset_tracker.reports import queries
from asset_tracker.reports.asking import parse_ask
from asset_tracker.reports.kept import Keeper
from asset_tracker.territory.tables import service_point

from .conftest import BARANIVKA, OVRUCH, at, happen, register


@pytest.fixture
def kept(monkeypatch):
    found = Keeper()
    monkeypatch.setattr(queries, "_KEPT", found)
    return found


async def reports(conn, now, who, **asked):
    """The reports of a municipality and of the programme, without the instant of their making."""
    ask = parse_ask(now=now, **asked)
    found = [
        await queries.municipality_report(conn, who, BARANIVKA, ask, now=now, base_url="https://x"),
        await queries.programme_report(conn, who, "VIDEO-2024", ask, now=now, base_url="https://x"),
    ]
    return [(each.facts, each.content_hash, each.beside, each.making) for each in found]


async def anew(conn, now, who, monkeypatch, **asked):
    with monkeypatch.context() as patch:
        patch.setattr(queries, "_KEPT", Keeper(most=0))
        return await reports(conn, now, who, **asked)


def facts(chance, world):
    """Something that may be told of a laptop, early or late, in no sensible order."""
    return chance.choice(
        [
            ev.Dispatched(destination=chance.choice((BARANIVKA, OVRUCH))),
            ev.Delivered(municipality=BARANIVKA, outcome=chance.choice(("full", "damaged"))),
            ev.Accepted(act=world.consignment, act_number=f"A-{chance.randrange(9)}"),
            ev.Installed(service_point=world.point, municipality=BARANIVKA),
            ev.Commissioned(),
            ev.Verified(condition="needs_attention", service_point=world.point),
            ev.Described(unit_price=Decimal(chance.randrange(1, 90_000)), name_uk="Ноутбук інший"),
            ev.Maintained(work="Чищення", cost=Decimal(200), currency="UAH", meter=Meter(7, "hours")),
            ev.Moved(municipality=OVRUCH),
            ev.Stolen(circumstances="З кабінету"),
            ev.Found(municipality=BARANIVKA),
            ev.Disposed(method="recycling"),
            ev.Note(note="Навіщось"),
        ]
    )


async def step(conn, world, chance, ids, told):
    """Something is recorded: mostly a fact, often a late one; or one is struck out, or a place is erased."""
    when = f"202{chance.randrange(4, 6)}-0{chance.randrange(1, 9)}-1{chance.randrange(9)}T09:00"
    asset, supersedes, payload = chance.choice(ids), None, facts(chance, world)
    what = chance.random()
    placed = [each for each, said in told.items() if isinstance(said, ev.Installed | ev.Verified)]
    if what < 0.2 and placed:
        # The openings of an event go: neither its bytes nor any hash is changed by that.
        del told[placed[0]]
        return await store.forget(conn, {placed[0][0]: ["service_point"]})
    if what < 0.4 and told:
        (supersedes, asset), payload = told.popitem()[0], ev.Correction(reason="Помилка")
    # As from a phone, which is never refused.
    draft = Draft(id=uuid7(), asset=asset, occurred_at=at(when), payload=payload, supersedes=supersedes)
    await store.append(conn, COMMAND_LINE.id, [draft])
    if supersedes is None:
        told[draft.id, asset] = payload
    return None


@pytest.mark.parametrize("seed", [1, 2])
async def test_what_is_kept_is_what_would_be_made_anew(conn, world, kept, monkeypatch, seed):
    chance, told = Random(seed), {}  # noqa: S311 - the same histories each time, no secret
    ids = await register(conn, world, 3, when="2023-12-01T08:00")
    known = datetime.now(UTC).isoformat()
    for _ in range(8):
        await step(conn, world, chance, ids, told)
        now = datetime.now(UTC)
        for who, asked in (
            (COMMAND_LINE, {}),
            (world.donor, {"as_of": "2024-12-01", "since": "2024-05-01", "known_on": known}),
        ):
            there = await reports(conn, now, who, **asked)
            assert there == await anew(conn, now, who, monkeypatch, **asked)
        known = chance.choice((known, now.isoformat()))


async def test_the_same_again_is_not_folded_again(conn, world, kept, monkeypatch):
    ids = await register(conn, world, 2)
    await happen(conn, ids, "2024-11-14T09:00", ev.Delivered(municipality=BARANIVKA))
    now = datetime.now(UTC)
    first = await reports(conn, now, COMMAND_LINE)
    with monkeypatch.context() as patch:
        patch.setattr(store, "chains", None)
        assert await reports(conn, now, COMMAND_LINE, lang="en") == [
            (facts, content, beside, replace(making, lang="en")) for facts, content, beside, making in first
        ]
        with pytest.raises(TypeError):
            await reports(conn, now, world.coordinator)  # somebody else's


async def test_what_stands_around_is_looked_up_each_time(conn, world, kept):
    """Rates, budgets, names, and what is secret are in no chain of events."""
    ids = await register(conn, world)
    await happen(conn, ids, "2024-11-14T09:00", ev.Delivered(municipality=BARANIVKA))
    await happen(conn, ids, "2024-12-03T09:00", ev.Installed(service_point=world.point))

    async def rate():
        new = NewRate(currency="EUR", day=date(2024, 11, 1), uah=Decimal("44.5"), source="НБУ")
        await rates.add_rates(conn, COMMAND_LINE, [new])

    async def budget():
        new = NewBudget(amount=Decimal(90_000), currency="UAH", since=date(2024, 6, 1))
        await budgets.add_budget(conn, COMMAND_LINE, world.programme, new)

    async def name():
        of = service_point.c.id == world.point
        await conn.execute(update(service_point).where(of).values(name_uk="ЦНАП, новий"))

    async def secret():
        rule = NewRule(programme=world.programme, sensitivity="restricted")
        await sensitivity.add_rule(conn, COMMAND_LINE, rule)

    before = await reports(conn, datetime.now(UTC), world.donor)
    assert {item.service_point.uk for item in before[0][0].items} == {"ЦНАП Баранівка"}
    for change, tells in (
        (rate, lambda told: told[0][0].items[0].worth_in("EUR")),
        (budget, lambda told: told[1][0].budget),
        (name, lambda told: told[0][0].items[0].service_point.uk == "ЦНАП, новий"),
        (secret, lambda told: told[0][0].items[0].service_point is None),
    ):
        await change()
        told = await reports(conn, datetime.now(UTC), world.donor)
        assert tells(told), change.__name__
        assert told[1][1] != before[1][1], change.__name__
        before = told


async def test_what_no_longer_holds_is_not_kept_beside_what_does(conn, world, kept):
    ids = await register(conn, world)
    for day in (14, 15, 16):
        await happen(conn, ids, f"2024-11-{day}T09:00", ev.Note(note="Навіщось"))
        await reports(conn, datetime.now(UTC), COMMAND_LINE)
    assert len(kept.all) == 2


async def test_the_oldest_go_when_there_are_too_many_lines(conn, world, monkeypatch):
    ids = await register(conn, world, 2)
    small = Keeper(most=6)
    monkeypatch.setattr(queries, "_KEPT", small)
    await happen(conn, ids[:1], "2024-11-14T09:00", ev.Delivered(municipality=BARANIVKA))
    now = datetime.now(UTC)
    made = await reports(conn, now, COMMAND_LINE)
    assert [each.outcome.facts for each in small.all] == [made[1][0]]  # five lines each
    assert at("2024-11-14T09:00") in {line.occurred_at for line in made[1][0].timeline}
