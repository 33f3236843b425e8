"""How far the making of a report is [pure]."""

from typing import Final, Literal, get_args

Step = Literal["waiting", "reading", "counting", "writing"]
STEPS: Final[tuple[Step, ...]] = get_args(Step)


class Progress:
    """Written by whoever makes it, in whatever thread, and looked at from outside: ``done`` of ``due`` assets are read."""

    def __init__(self) -> None:
        self.step: Step = "reading"
        self.done = self.due = 0
