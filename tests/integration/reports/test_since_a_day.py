"""Budgets and territories of hostilities hold from a day on, and a report tells them as of its day and knowledge."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from msgspec import UNSET
from sqlalchemy import update

from asset_tracker.access.actors import COMMAND_LINE
from asset_tracker.errors import ForbiddenError, InvalidError, NotFoundError
from asset_tracker.ledger import events as ev
from asset_tracker.programmes import budgets
from asset_tracker.programmes.budgets import NewBudget
from asset_tracker.programmes.tables import programme_budget
from asset_tracker.reports import queries
from asset_tracker.reports.asking import parse_ask
from asset_tracker.territory import situations
from asset_tracker.territory.situations import NewSituation
from asset_tracker.territory.tables import municipality_situation

from .conftest import BARANIVKA, KHOROSHIV, at, happen, register


async def programme(conn, actor, as_of="2025-02-01", **asked):
    now = datetime.now(UTC)
    ask = parse_ask(as_of=as_of, now=now, **asked)
    return (
        await queries.programme_report(conn, actor, "VIDEO-2024", ask, now=now, base_url="https://x")
    ).facts


async def test_a_budget_holds_from_its_day_and_a_donor_is_told_their_part(conn, world):
    ids = await register(conn, world)
    await happen(conn, ids, "2024-11-14T09:00", ev.Delivered(municipality=BARANIVKA))
    for amount, since in ((200_000, date(2024, 6, 1)), (400_000, date(2025, 1, 1))):
        new = NewBudget(amount=Decimal(amount), currency="UAH", since=since)
        await budgets.add_budget(conn, world.coordinator, world.programme, new)
    early = await programme(conn, COMMAND_LINE, "2024-12-01")
    assert (early.budget.amount, early.budget.delivered) == (Decimal("200000.00"), Decimal("38499.99"))
    assert early.budget.percent == Decimal("19.2")
    assert (await programme(conn, COMMAND_LINE)).budget.amount == Decimal("400000.00")
    theirs = (await programme(conn, world.donor)).budget
    assert (theirs.amount, theirs.delivered) == (Decimal("240000.00"), Decimal("23099.99"))
    assert await budgets.list_budgets(conn, world.donor, world.programme) == []
    await conn.execute(update(programme_budget).values(recorded_at=at("2025-03-01T00:00")))
    assert (await programme(conn, COMMAND_LINE, known_on="2025-02-15")).budget is UNSET


async def test_a_municipality_stands_where_the_list_of_the_day_says(conn, world):
    ids = await register(conn, world)
    await happen(conn, ids, "2024-11-14T09:00", ev.Delivered(municipality=BARANIVKA))
    told = [
        NewSituation(municipality=BARANIVKA, situation="active", since=date(2022, 2, 24), source="List 1"),
        NewSituation(municipality=BARANIVKA, situation="none", since=date(2025, 1, 1), source="List 2"),
    ]
    assert await situations.add_situations(conn, COMMAND_LINE, told) == 2
    for day, stood in (("2024-12-01", "active"), ("2025-02-01", "none")):
        (line,) = (await programme(conn, COMMAND_LINE, day)).situations
        assert (line.situation, line.municipalities, line.residents) == (stood, 1, 24837)
    await conn.execute(update(municipality_situation).values(recorded_at=at("2025-03-01T00:00")))
    assert (await programme(conn, COMMAND_LINE, known_on="2025-02-15")).situations is UNSET
    (newest,) = await situations.list_situations(conn, world.coordinator)
    assert (newest.situation, newest.source) == ("none", "List 2")


async def test_what_is_wrong_is_named_and_nothing_is_kept(conn, world):
    good = NewSituation(municipality=KHOROSHIV, situation="active", since=date(2022, 2, 24), source="x")
    bad = NewSituation(
        municipality="UA99999999999999999", situation="active", since=date(22, 2, 24), source="x"
    )
    with pytest.raises(InvalidError) as wrong:
        await situations.add_situations(conn, COMMAND_LINE, [good, bad])
    assert {error.field for error in wrong.value.errors} == {
        "situations[2].municipality",
        "situations[2].since",
    }
    with pytest.raises(ForbiddenError):
        await situations.add_situations(conn, world.coordinator, [good])
    assert await situations.list_situations(conn, COMMAND_LINE) == []
    new = NewBudget(amount=Decimal(0), currency="UAH", since=date(2024, 6, 1))
    with pytest.raises(InvalidError):
        await budgets.add_budget(conn, COMMAND_LINE, world.programme, new)
    for who, error in ((world.donor, ForbiddenError), (world.third_donor, ForbiddenError)):
        with pytest.raises(error):
            await budgets.add_budget(conn, who, world.programme, new)
    with pytest.raises(NotFoundError):
        await budgets.list_budgets(conn, world.third_donor, world.programme)


async def test_what_is_on_the_balance_must_be_published_in_ten_days(conn, world):
    ids = await register(conn, world, 2)
    await happen(conn, ids, "2024-11-14T09:00", ev.Delivered(municipality=BARANIVKA))
    await happen(conn, ids, "2024-11-19T09:00", ev.TitleTransferred(to="municipality"))
    late = ev.BalanceRecorded(inventory_number="10140001", recorded_on=date(2024, 11, 20))
    done = ev.BalanceRecorded(
        inventory_number="10140002", recorded_on=date(2024, 11, 20), published_on=date(2024, 11, 25)
    )
    await happen(conn, ids[:1], "2024-11-20T09:00", late)
    await happen(conn, ids[1:], "2024-11-20T09:00", done)
    for day, count in (("2024-11-25", 0), ("2024-12-05", 1)):
        found = (await programme(conn, COMMAND_LINE, day)).findings
        assert sum(each.code == "not_published" for each in found) == count
