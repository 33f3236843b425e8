"""Service points live: what stands in one goes along, as one operation."""

from datetime import UTC, datetime, timedelta

import pytest

from asset_tracker.access.actors import COMMAND_LINE
from asset_tracker.assets import points
from asset_tracker.assets.history import timeline
from asset_tracker.assets.queries import get_asset
from asset_tracker.assets.service import record
from asset_tracker.errors import InvalidError, NotFoundError
from asset_tracker.ledger import events as ev
from asset_tracker.ledger.ids import uuid7
from asset_tracker.territory.points import NewServicePoint, PointChange
from asset_tracker.territory.service import create_service_point, load_shipped
from factories.world import BARANIVKA, make_world

pytestmark = pytest.mark.anyio

OVRUCH = "UA18060170000069581"
NOW = datetime.now(UTC)


@pytest.fixture
async def world(conn):
    await load_shipped(conn)
    return await make_world(conn)


async def a_point(conn, code=BARANIVKA):
    new = NewServicePoint(municipality_code=code, kind="asc", name_uk="ЦНАП")
    return (await create_service_point(conn, COMMAND_LINE, new)).id


async def install(conn, world, point):
    kit, part, other = world.assets
    await record(conn, COMMAND_LINE, [part], ev.Packed(kit=kit))
    at = NOW - timedelta(days=9)
    for asset in (kit, other):  # the part goes along with its kit
        await record(conn, COMMAND_LINE, [asset], ev.Delivered(municipality=BARANIVKA), occurred_at=at)
        await record(conn, COMMAND_LINE, [asset], ev.Moved(service_point=point), occurred_at=at)


async def kinds(conn, asset):
    return [event.kind for event in await timeline(conn, COMMAND_LINE, asset)]


async def test_relocating_a_point_takes_along_what_stands_in_it(conn, world):
    old, new = await a_point(conn), await a_point(conn, OVRUCH)
    await install(conn, world, old)
    told = PointChange(change="relocated", to_point=new, reason="Обстріли")
    done = await points.change_point(conn, world.coordinator, old, told)
    assert (done.point.status, len(done.receipts)) == ("relocated", 3)
    for asset in world.assets:
        view = await get_asset(conn, COMMAND_LINE, asset)
        assert (view.row.service_point, view.row.municipality) == (new, OVRUCH)
        assert (await kinds(conn, asset)).count("evacuated") == 1, "a part goes along once"
    events = [(await timeline(conn, COMMAND_LINE, asset))[0] for asset in world.assets]
    assert len({event.operation for event in events}) == 1
    assert (await points.get_point(conn, world.coordinator, old)).total == 0


async def test_a_destroyed_point_makes_one_case(conn, world):
    point = await a_point(conn)
    await install(conn, world, point)
    told = PointChange(change="destroyed", reason="Пряме влучання", occurred_at=NOW - timedelta(days=1))
    await points.change_point(conn, world.coordinator, point, told)
    states = [(await get_asset(conn, COMMAND_LINE, asset)).state for asset in world.assets]
    assert {state.gone for state in states} == {"destroyed"}
    assert len({state.cases[0].id for state in states}) == 1


async def test_what_was_left_behind_can_follow(conn, world):
    old, new = await a_point(conn), await a_point(conn)
    await install(conn, world, old)
    told = PointChange(change="relocated", to_point=new)
    done = await points.change_point(conn, world.coordinator, old, told, with_assets=False)
    assert done.receipts == ()
    assert (await points.get_point(conn, world.coordinator, old)).total == 3
    assert len(await points.move_along(conn, world.coordinator, old, new)) == 3


async def test_the_status_follows_from_what_happened_last_not_from_what_was_told_last(conn, world):
    point = await a_point(conn)
    for change, days in (("reopened", 1), ("suspended", 5), ("relocated", 9)):
        told = PointChange(change=change, occurred_at=NOW - timedelta(days=days))
        changed = await points.change_point(conn, COMMAND_LINE, point, told)
        assert changed.point.status == "working"
    history = (await points.get_point(conn, COMMAND_LINE, point)).changes
    assert [each.change for each in history] == ["opened", "relocated", "suspended", "reopened"]


@pytest.mark.parametrize(
    "wrong",
    [
        PointChange(change="relocated", to_point=uuid7()),
        PointChange(change="suspended", occurred_at=NOW + timedelta(days=2)),
    ],
)
async def test_a_wrong_change_is_refused(conn, world, wrong):
    point = await a_point(conn)
    with pytest.raises(InvalidError):
        await points.change_point(conn, COMMAND_LINE, point, wrong)
    with pytest.raises(NotFoundError):
        await points.change_point(conn, COMMAND_LINE, uuid7(), PointChange(change="suspended"))
