"""Phones, desks and a server: lost replies, resends, skewed clocks, other orders, against the real store."""

import asyncio
import random
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import msgspec
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, rule
from sqlalchemy import select

from asset_tracker.db.engine import make_engine
from asset_tracker.errors import StaleError
from asset_tracker.ledger import checkpoints, keys, store
from asset_tracker.ledger import events as ev
from asset_tracker.ledger.envelope import Draft
from asset_tracker.ledger.ids import uuid7
from asset_tracker.ledger.replay import replay
from asset_tracker.ledger.state import as_state
from asset_tracker.ledger.tables import asset, asset_period, event
from asset_tracker.ledger.verify import verify
from factories.facts import ACTOR, BARANIVKA, ORIGIN, OVRUCH, PROGRAMME, registered

START = datetime(2025, 1, 1, tzinfo=UTC)
PLACE = uuid7()
FACTS = [
    ev.Dispatched(),
    ev.Delivered(municipality=BARANIVKA, received_by="Хтось"),
    ev.Delivered(municipality=OVRUCH),
    ev.Installed(service_point=PLACE, municipality=BARANIVKA),
    ev.Commissioned(),
    ev.FaultReported(description="Не вмикається"),
    ev.Repaired(work="Замінено блок"),
    ev.Moved(municipality=OVRUCH, reason="Переїзд"),
    ev.Lost(circumstances="Немає на місці"),
    ev.Found(municipality=BARANIVKA),
    ev.Verified(method="scan"),
    ev.Note(note="Фото"),
]
PHONES = ("one", "two", "three")


class Story(RuleBasedStateMachine):
    """What a phone keeps until it is acknowledged, and what the server said it keeps."""

    server = None
    assets = Bundle("assets")

    def __init__(self):
        super().__init__()
        self.queues = defaultdict(list)
        self.acknowledged = {}
        self.said = {}

    @initialize(target=assets)
    def one_asset(self):
        return self.register()

    @rule(target=assets)
    def register(self):
        asset_id = uuid7()
        self.send([Draft(id=uuid7(), asset=asset_id, occurred_at=START, payload=registered())])
        return asset_id

    @rule(
        phone=st.sampled_from(PHONES),
        asset_id=assets,
        fact=st.sampled_from(FACTS),
        hours=st.integers(0, 200),
        skew=st.sampled_from([0, 0, 0, -17_520, 17_520, 5]),
    )
    def see(self, phone, asset_id, fact, hours, skew):
        at = START + timedelta(hours=hours + skew)
        self.queues[phone].append(
            Draft(id=uuid7(), asset=asset_id, occurred_at=at, payload=fact, device=phone)
        )

    @rule(
        phone=st.sampled_from(PHONES), chance=st.randoms(use_true_random=False), reply_is_lost=st.booleans()
    )
    def synchronise(self, phone, chance, reply_is_lost):
        batch = list(self.queues[phone])
        chance.shuffle(batch)
        batch = batch[: chance.randint(0, len(batch))]
        receipts = self.send(batch)
        assert {receipt.outcome for receipt in receipts} <= {"recorded", "duplicate"}
        if not reply_is_lost:
            self.queues[phone] = [each for each in self.queues[phone] if each not in batch]

    @rule(phone=st.sampled_from(PHONES))
    def the_request_is_lost(self, phone):
        self.send(self.queues[phone], fails=True)

    @rule(chance=st.randoms(use_true_random=False))
    def resend_what_was_acknowledged(self, chance):
        known = sorted(self.said)
        if not known:
            return
        again = [self.said[each] for each in chance.sample(known, min(4, len(known)))]
        for receipt in self.send(again * 2):
            first = self.acknowledged[receipt.id]
            assert (receipt.outcome, receipt.hash, receipt.seq) == ("duplicate", first.hash, first.seq)

    @rule(chance=st.randoms(use_true_random=False))
    def say_something_else_under_a_known_id(self, chance):
        if self.said:
            draft = self.said[chance.choice(sorted(self.said))]
            other = msgspec.structs.replace(draft, occurred_at=draft.occurred_at + timedelta(seconds=1))
            (receipt,) = self.send([other])
            assert receipt.outcome == "conflict"

    @rule(asset_id=assets, fact=st.sampled_from(FACTS), behind=st.booleans())
    def decide_at_a_desk(self, asset_id, fact, behind):
        head = self.head(asset_id)
        mine = Draft(id=uuid7(), asset=asset_id, occurred_at=datetime.now(UTC), payload=fact)
        if behind:
            self.send([Draft(id=uuid7(), asset=asset_id, occurred_at=START, payload=ev.Note(note="раніше"))])
            with pytest.raises(StaleError):
                self.send([mine], heads={asset_id: head})
        else:
            self.send([mine], heads={asset_id: head})

    @rule(chance=st.randoms(use_true_random=False))
    def correct(self, chance):
        known = sorted(self.said)
        if known:
            wrong = self.said[chance.choice(known)]
            payload = ev.Correction(reason="Помилка")
            now = datetime.now(UTC)
            self.send(
                [Draft(id=uuid7(), asset=wrong.asset, occurred_at=now, payload=payload, supersedes=wrong.id)]
            )

    @rule()
    def seal(self):
        self.server.run(self.server.seal())

    def teardown(self):
        self.server.run(self.check())

    # --- the server --------------------------------------------------------------------------------

    def send(self, batch, *, fails=False, heads=None):
        receipts = self.server.run(self.server.append(batch, fails=fails, heads=heads))
        if not fails:
            for draft, receipt in zip(batch, receipts, strict=True):
                if receipt.outcome == "recorded":
                    self.acknowledged[receipt.id], self.said[receipt.id] = receipt, draft
        return receipts

    def head(self, asset_id):
        return max(
            (each for each in self.acknowledged.values() if each.asset == asset_id), key=lambda each: each.seq
        ).hash

    async def check(self):
        async with self.server.engine.begin() as conn:
            for asset_id in {draft.asset for draft in self.said.values()}:
                stored = (await conn.execute(select(event).where(event.c.asset_id == asset_id))).all()
                mine = {each.id: each for each in self.acknowledged.values() if each.asset == asset_id}
                assert {row.id: row.hash.hex() for row in stored} == {
                    i: each.hash for i, each in mine.items()
                }
                assert sorted(row.seq for row in stored) == list(range(1, len(mine) + 1))
                await self.check_fold(conn, asset_id)

    async def check_fold(self, conn, asset_id):
        events = (await store.history(conn, [asset_id]))[asset_id]
        for seed in range(2):
            random.Random(seed).shuffle(events)  # noqa: S311 - an order of arrival, no secret
            again = replay(events)
            row = (await conn.execute(select(asset).where(asset.c.id == asset_id))).one()
            assert as_state(row.state) == again.state
        p = asset_period.c
        periods = (
            await conn.execute(select(asset_period).where(p.asset_id == asset_id).order_by(p.valid_from))
        ).all()
        assert [each.valid_from for each in periods] == [each.valid_from for each in again.periods]
        for one, two in pairwise(periods):
            assert one.valid_to == two.valid_from
        assert not periods or periods[-1].valid_to is None


class Server:
    """The store on a database of its own, in a loop of its own."""

    def __init__(self, url, data_dir):
        self.url, self.data_dir = url, data_dir
        self.runner = asyncio.Runner()
        self.engine = make_engine(url, pool_size=1)

    def run(self, coroutine):
        return self.runner.run(coroutine)

    async def append(self, batch, *, fails, heads):
        async with self.engine.connect() as conn, conn.begin() as transaction:
            receipts = await store.append(conn, ACTOR, batch, programme=PROGRAMME, heads=heads)
            if fails:
                await transaction.rollback()
            return receipts

    async def seal(self):
        async with self.engine.begin() as conn:
            signer = await keys.open_signer(conn, self.data_dir, ORIGIN)
            await checkpoints.seal(conn, signer)

    async def close(self):
        await self.seal()
        found = await verify(self.url)
        await self.engine.dispose()
        return found


def test_what_was_acknowledged_is_kept_once_and_folds_the_same(new_database, tmp_path):
    Story.server = Server(new_database(), tmp_path)
    run = settings(
        max_examples=25,
        stateful_step_count=20,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    Story.TestCase.settings = run
    Story.TestCase().runTest()
    found = Story.server.run(Story.server.close())
    Story.server.runner.close()
    assert found.events > 50
    assert found.clean, found.findings
