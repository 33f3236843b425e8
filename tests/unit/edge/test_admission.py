"""A way lets so many in at a time, in the order of their coming, and passes nobody's place to somebody who left."""

import asyncio

import pytest

from asset_tracker.edge import admission
from asset_tracker.edge.admission import Way
from asset_tracker.errors import UnavailableError

pytestmark = pytest.mark.anyio


async def test_places_are_passed_on_in_the_order_of_coming():
    way, came = Way(1), []
    await way.enter()
    waiting = [asyncio.create_task(enter(way, came, n)) for n in range(3)]
    await asyncio.sleep(0)
    assert not way.is_free()
    for n in range(3):
        way.leave()
        await waiting[n]
        assert came == list(range(n + 1))
    way.leave()
    assert way.is_free()


async def enter(way, came, n):
    await way.enter()
    came.append(n)


@pytest.mark.parametrize("late", [False, True])
async def test_whoever_leaves_while_waiting_takes_no_place_along(late):
    way, came = Way(1), []
    await way.enter()
    gone, stays = (asyncio.create_task(enter(way, came, n)) for n in range(2))
    await asyncio.sleep(0)
    if late:
        way.leave()  # it is the turn of the one who goes at this very moment
    gone.cancel()
    await asyncio.gather(gone, return_exceptions=True)
    if not late:
        way.leave()
    await stays
    assert came == [1]
    way.leave()
    assert way.is_free()


async def test_nobody_waits_for_ever_or_behind_too_many(monkeypatch):
    monkeypatch.setattr(admission, "PATIENCE", 0.01)
    monkeypatch.setattr(admission, "WAITING", 1)
    way = Way(1)
    await way.enter()
    first = asyncio.create_task(way.enter())
    await asyncio.sleep(0)
    with pytest.raises(UnavailableError):
        await way.enter()
    with pytest.raises(UnavailableError):
        await first
    way.leave()
    assert way.is_free()
