import asyncio
from pathlib import Path

import pytest

from asset_tracker.edge.sealing import Sealing, background

pytestmark = pytest.mark.anyio


class CutOff(Sealing):
    """One whose driver tells of a lost connection when it is cancelled, as asyncpg does in the middle of BEGIN."""

    def __init__(self):
        super().__init__(None, Path(), "tests/ledger")
        self.began = asyncio.Event()

    async def once(self):
        self.began.set()
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            raise ConnectionResetError from None


async def test_it_ends_though_it_was_cut_off_in_the_middle():
    async with asyncio.timeout(5):
        sealing = CutOff()
        async with background(sealing):
            await sealing.began.wait()
    assert sealing.trouble is None
