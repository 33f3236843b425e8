import asyncio
from pathlib import Path

import pytest

from asset_tracker.edge.sealing import Sealing, background

pytestmark = pytest.mark.anyio


class CutOff(Sealing):
    """One that is cancelled in the middle, and whose driver makes something else of it, or nothing at all."""

    def __init__(self, instead):
        super().__init__(None, Path(), "tests/ledger")
        self.began, self.instead = asyncio.Event(), instead

    async def once(self):
        self.began.set()
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            if self.instead:
                raise self.instead from None


@pytest.mark.parametrize("instead", [ConnectionResetError(), None])
async def test_it_ends_whatever_became_of_the_cancellation(instead):
    async with asyncio.timeout(30):
        sealing = CutOff(instead)
        async with background(sealing):
            await sealing.began.wait()
    assert sealing.trouble is None
