"""Waited for too long: connections, statements, locks, one's turn. Answers are 503 with Retry-After."""

import asyncio
import os
import signal
from contextlib import contextmanager
from types import SimpleNamespace

import pytest
from sqlalchemy import text

from asset_tracker.db.engine import make_engine
from asset_tracker.edge import admission
from factories.siege import fact, recorded

pytestmark = pytest.mark.anyio
NEXT = "/api/v1/assets"


def is_told_to_come_back(answer, status=503):
    assert answer.status_code == status, answer.text
    assert 1 <= int(answer.headers["retry-after"]) <= 60
    assert answer.json()["type"].endswith({503: "unavailable", 507: "disk-full"}[status])
    return True


async def test_no_connection_is_free(siege):
    async with siege(pool_size=1, max_overflow=0, pool_timeout=0.2) as held:
        async with held.app.state.engine.connect():
            assert is_told_to_come_back(await held.ask("donor", "GET", NEXT))
            answer, ids = await held.note()
            assert is_told_to_come_back(answer)
            page = await held.ask("donor", "GET", "/assets")
            assert (page.status_code, "retry-after" in page.headers) == (503, True)
            assert (await held.ask(None, "GET", "/healthz")).status_code == 200
        assert (await held.ask("donor", "GET", NEXT)).status_code == 200
        assert await recorded(held.app.state.engine, ids) == (set(), 0)


async def test_a_statement_takes_too_long(siege, stronghold, as_owner):
    """The chain of an asset is held by somebody else; the phone is told to come back, and may."""
    other = make_engine(as_owner(stronghold[0]))
    async with siege(lock_timeout="10s", statement_timeout="1s") as held:
        async with other.begin() as conn:
            await conn.execute(text("LOCK TABLE event IN ACCESS EXCLUSIVE MODE"))
            answer, ids = await held.note()
            assert is_told_to_come_back(answer)
        assert await recorded(other, ids) == (set(), 0)
        answer, ids = await held.note()
        assert answer.json()[0]["outcome"] == "recorded"
    await other.dispose()


async def test_a_lock_is_held_too_long(siege, stronghold, as_owner):
    other = make_engine(as_owner(stronghold[0]))
    async with siege(lock_timeout="200ms") as held:
        async with other.begin() as conn:
            await conn.execute(text("LOCK TABLE event IN ACCESS EXCLUSIVE MODE"))
            answer, ids = await held.note()
            assert is_told_to_come_back(answer)
        assert await recorded(other, ids) == (set(), 0)
    await other.dispose()


@contextmanager
def standing_still(pids):
    """Processes that do nothing for the block, and hang up on nobody."""
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in pids:
            os.kill(pid, signal.SIGCONT)


async def test_a_database_that_stands_still_is_not_waited_for(siege, stronghold, as_owner):
    """Neither for its word nor for taking back what it was told; what was sent is sent again, and stands once."""
    other = make_engine(as_owner(stronghold[0]))
    async with siege(answer_within=0.5, application_name="stands-still") as held:
        batch = [fact(held.office.laptop)]

        async def sent():
            return await held.ask("technician", "POST", "/api/v1/events", json=batch)

        async with other.connect() as conn:
            named = text("SELECT pid FROM pg_stat_activity WHERE application_name = 'stands-still'")
            pids = (await conn.scalars(named)).all()
        with standing_still(pids):
            assert is_told_to_come_back(await asyncio.wait_for(sent(), 60))
        assert [(await sent()).json()[0]["outcome"] for _ in range(2)] == ["recorded", "duplicate"]
        assert await recorded(other, {batch[0]["id"]}) == ({batch[0]["id"]}, 1)
        assert held.in_use == 0
    await other.dispose()


async def test_writers_leave_room_for_readers(siege, stronghold, as_owner, monkeypatch):
    """All who may write at once wait for a lock, more wait for their turn; the donor reads meanwhile."""
    monkeypatch.setattr(admission, "PATIENCE", 120)
    other = make_engine(as_owner(stronghold[0]))
    async with siege(lock_timeout="120s", statement_timeout="120s") as held:
        async with other.begin() as conn:
            await conn.execute(text("LOCK TABLE event IN SHARE MODE"))
            notes = [asyncio.create_task(held.note()) for _ in range(admission.WRITING + 6)]
            async with asyncio.timeout(120):
                while held.in_use < admission.WRITING:  # noqa: ASYNC110 - a pool has no event to wait for
                    await asyncio.sleep(0.01)
            assert (await held.ask("donor", "GET", NEXT)).status_code == 200
            assert not any(each.done() for each in notes)
        answers = [answer for answer, _ in await asyncio.gather(*notes)]
        assert {each.status_code for each in answers} == {200}
        assert held.in_use == 0
    await other.dispose()


async def test_too_many_wait_for_their_turn(siege, stronghold, as_owner, monkeypatch):
    monkeypatch.setattr(admission, "WAITING", 2)
    monkeypatch.setattr(admission, "PATIENCE", 120)
    other = make_engine(as_owner(stronghold[0]))
    async with siege(lock_timeout="120s", statement_timeout="120s") as held:
        async with other.begin() as conn:
            await conn.execute(text("LOCK TABLE event IN SHARE MODE"))
            notes = [asyncio.create_task(held.note()) for _ in range(admission.WRITING + 3)]
            # Whoever finds no place to wait in is told at once, while the others wait on.
            (refused,), waiting = await asyncio.wait(notes, return_when=asyncio.FIRST_COMPLETED)
            assert is_told_to_come_back(refused.result()[0])
            assert len(waiting) == admission.WRITING + 2
        answers = [answer for answer, _ in await asyncio.gather(*waiting)]
    assert {each.status_code for each in answers} == {200}
    await other.dispose()


async def test_a_slow_sender_holds_no_connection(siege):
    """Somebody sends a photo over a network of a village; nobody else waits for it."""
    async with siege(pool_size=1, max_overflow=0, pool_timeout=0.5) as held:
        asked, go_on = asyncio.Event(), asyncio.Event()

        async def slowly():
            yield b'[{"id": '
            asked.set()
            await go_on.wait()
            yield b'"none"}]'

        headers = {"Content-Type": "application/json"}
        sent = asyncio.create_task(
            held.ask("technician", "POST", "/api/v1/events", content=slowly(), headers=headers)
        )
        await asyncio.wait_for(asked.wait(), 120)
        assert held.in_use == 0
        assert (await held.ask("donor", "GET", NEXT)).status_code == 200
        go_on.set()
        assert (await sent).json()[0]["outcome"] == "rejected"


async def test_too_much_is_held_already(siege, monkeypatch):
    monkeypatch.setattr(admission, "HELD_BYTES", 100)
    async with siege() as held:
        answer, _ = await held.note(n=5)
        assert is_told_to_come_back(answer)


async def test_a_strangers_great_body_is_not_held(siege, monkeypatch):
    monkeypatch.setattr(admission, "HELD_BYTES", admission.STRANGERS_BYTES + 100_000)
    async with siege() as held:
        headers = {"Content-Type": "application/json"}
        body = (b"x" * 50_000 for _ in range(100))
        answer = await held.ask(None, "POST", "/api/v1/events", content=each(body), headers=headers)
        assert answer.status_code == 401


async def test_what_is_too_long_by_its_own_word_is_not_waited_for(siege):
    async with siege() as held:
        headers = {"Content-Type": "application/json", "Content-Length": str(10**12)}
        for who, status in (("technician", 413), (None, 401)):
            answer = await held.ask(who, "POST", "/api/v1/events", content=endless(), headers=headers)
            assert answer.status_code == status


async def endless():
    yield b"["
    await asyncio.Event().wait()


async def each(parts):
    for part in parts:
        yield part


async def test_a_nearly_full_disk_takes_nothing_and_gives_everything(siege, monkeypatch):
    async with siege() as held:
        free = SimpleNamespace(free=admission.RESERVE_BYTES - 1)
        monkeypatch.setattr(admission.shutil, "disk_usage", lambda _: free)
        answer, ids = await held.note()
        assert is_told_to_come_back(answer, 507)
        assert (await held.ask("donor", "GET", NEXT)).status_code == 200
        monkeypatch.setattr(admission, "_LOOK_EVERY", 0)
        free.free += 1
        assert await recorded(held.app.state.engine, ids) == (set(), 0)
        assert (await held.note())[0].status_code == 200


async def test_the_ways_together_are_fewer_than_the_connections(siege):
    async with siege() as held:
        pool = held.app.state.engine.pool
        ways = admission.READING + admission.WRITING + admission.STRANGERS
        assert ways < pool.size() + pool._max_overflow
