"""How far an import is, told to whoever wants to know: the page, the shell, nobody.

What works says ``await tell("planning", 1200, 10000)`` and need not know whether somebody listens.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from contextvars import ContextVar
from typing import Final, Literal, get_args

Step = Literal["waiting", "reading", "planning", "recording", "taking back"]
STEPS: Final[tuple[Step, ...]] = get_args(Step)
_EVERY: Final = 0.3  # seconds between two looks at what works elsewhere
Listener = Callable[[Step, int, int], Awaitable[None]]

_listener: ContextVar[Listener | None] = ContextVar("import_listener", default=None)


@contextmanager
def listening(listener: Listener) -> Iterator[None]:
    """Let ``listener`` hear how far the work inside the block is."""
    token = _listener.set(listener)
    try:
        yield
    finally:
        _listener.reset(token)


async def tell(step: Step, done: int, due: int) -> None:
    """``done`` of ``due`` rows (per cents while a file is read) of a step are dealt with; ``due`` is 0 while nobody knows."""
    if (listener := _listener.get()) is not None:
        await listener(step, done, due)


@asynccontextmanager
async def telling(step: Step, done: Callable[[], int], due: int) -> AsyncIterator[None]:
    """While the block waits for work that is done elsewhere, tell now and then how far it is."""
    over = asyncio.Event()

    async def watch() -> None:
        while not over.is_set():
            await tell(step, done(), due)
            with suppress(TimeoutError):
                await asyncio.wait_for(over.wait(), _EVERY)

    await tell(step, 0, due)
    watching = asyncio.create_task(watch())
    try:
        yield
    finally:
        over.set()
        await watching
