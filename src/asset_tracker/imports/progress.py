"""How far an import is, told to whoever wants to know: the page, the shell, nobody.

What works says ``await tell("planning", 1200, 10000)`` and need not know whether somebody listens.
"""

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final, Literal, get_args

Step = Literal["waiting", "reading", "planning", "recording", "taking back"]
STEPS: Final[tuple[Step, ...]] = get_args(Step)
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
    """``done`` of ``due`` rows of a step are dealt with; ``due`` is 0 while nobody knows."""
    if (listener := _listener.get()) is not None:
        await listener(step, done, due)
