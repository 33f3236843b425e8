"""A way lets so many in at a time, in the order of their coming, and passes nobody's place to somebody who left."""

import asyncio
from types import SimpleNamespace

import pytest

from asset_tracker.edge import admission
from asset_tracker.edge.admission import Admission, LateError, SilentError, Way
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


def asked(method="GET"):
    """A request of somebody who brings a token."""
    headers = [(b"authorization", b"Bearer x")]
    return {
        "type": "http",
        "path": "/assets",
        "method": method,
        "headers": headers,
        "route_handler": SimpleNamespace(),
    }


class Answer:
    """What is sent, and an application that answers once ``go_on`` is set."""

    def __init__(self):
        self.sent, self.go_on, self.begun = [], asyncio.Event(), asyncio.Event()

    async def send(self, message):
        self.sent.append(message["type"])

    async def at_length(self, _scope, _receive, send):
        await send({"type": "http.response.start", "status": 200, "headers": []})
        self.begun.set()
        await self.go_on.wait()
        await send({"type": "http.response.body", "body": b""})

    async def aside(self, _scope, _receive, send):
        admission.step_aside()
        self.begun.set()
        await self.go_on.wait()
        await send({"type": "http.response.start", "status": 200, "headers": []})


async def never(*_):
    await asyncio.Event().wait()


async def test_whoever_is_answered_too_late_is_told_to_come_back():
    door = Admission((), answer_within=0.01)
    with pytest.raises(LateError):
        await door.handle(asked(), never, never, never)
    assert all(door._ways["reading"].is_free() for _ in range(admission.READING))


async def test_an_error_of_the_application_stays_its_own():
    async def fails(*_):
        raise TimeoutError("of its own")

    with pytest.raises(TimeoutError, match="of its own"):
        await Admission((), answer_within=60).handle(asked(), never, never, fails)


@pytest.mark.parametrize("way", ["at_length", "aside"])
async def test_a_long_answer_and_whoever_stepped_aside_hold_nobody_up(monkeypatch, way):
    monkeypatch.setattr(admission, "READING", 1)
    answer, door = Answer(), Admission((), answer_within=0.05)
    task = asyncio.create_task(door.handle(asked(), never, answer.send, getattr(answer, way)))
    await answer.begun.wait()
    assert door._ways["reading"].is_free()
    door._ways["reading"].leave()
    await asyncio.sleep(0.1)  # longer than the limit, which is lifted
    answer.go_on.set()
    await task
    assert answer.sent[0] == "http.response.start"
    assert door._ways["reading"].is_free()


async def test_who_falls_silent_in_the_middle_is_not_waited_for(monkeypatch):
    monkeypatch.setattr(admission, "SILENCE", 0.01)
    monkeypatch.setattr(admission, "_taken", lambda _: 100)
    sent = iter([{"type": "http.request", "body": b"half", "more_body": True}])

    async def receive():
        return next(sent, None) or await never()

    door = Admission((), answer_within=60)
    with pytest.raises(SilentError):
        await door.handle(asked("POST"), receive, never, never)
    assert door.held == 0
