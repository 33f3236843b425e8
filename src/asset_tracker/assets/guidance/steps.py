"""What a step is, and how a row of them is written down [pure]."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Literal

import msgspec

Progress = Literal["done", "now", "later"]
Amount = tuple[Decimal, str]
Told = str | int | date | Amount


class Ask(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked for in a step: a msgid and what fills its places, by whose rule, and by which day if at all."""

    text: str
    params: dict[str, Told] = {}
    source: str | None = None
    due_on: date | None = None


class Button(msgspec.Struct, frozen=True, kw_only=True):
    """What does a step: a msgid, and a path of the pages, to be opened or (``post``) to be sent to.

    ``needs`` is the permission, or the kind of fact that one must be allowed to record.
    """

    text: str
    href: str
    needs: str
    post: bool = False


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """One step. ``key`` is stable; ``text`` is a msgid."""

    key: str
    text: str
    state: Progress
    asks: tuple[Ask, ...] = ()
    button: Button | None = None


class Plan:
    """Steps as they are written down: the first that is not done is for now. What is done asks for nothing more."""

    def __init__(self) -> None:
        self.steps: list[Step] = []

    def add(
        self, key: str, text: str, *, done: bool, asks: Iterable[Ask] = (), button: Button | None = None
    ) -> None:
        """A step that somebody does, by its button."""
        open_before = any(step.state != "done" for step in self.steps)
        state: Progress = "later" if open_before else "now"
        self.steps.append(
            Step(key=key, text=text, state="done")
            if done
            else Step(key=key, text=text, state=state, asks=tuple(asks), button=button)
        )

    def begin(self, key: str, text: str, fact: Ask) -> None:
        """What stands at the beginning is done, and says what it came to."""
        self.steps.append(Step(key=key, text=text, state="done", asks=(fact,)))

    def tell(self, key: str, text: str, asks: Iterable[Ask]) -> None:
        """What nobody has to do: it is said when there is something to say, and stands for later."""
        if found := tuple(asks):
            self.steps.append(Step(key=key, text=text, state="later", asks=found))
