"""Steps in the words of a language, as pages and the API tell them [pure]."""

from collections.abc import Iterable
from datetime import date

import msgspec

from asset_tracker.assets.guidance.steps import Progress, Step, Told
from asset_tracker.documents import display
from asset_tracker.i18n import Lang, gettext


class AskView(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked for in a step, in words; by whose rule, and by which day, if there is one."""

    text: str
    source: str | None
    due_on: date | None


class ButtonView(msgspec.Struct, frozen=True, kw_only=True):
    """What does a step: a page to open, or (``post``) an address to send an empty form to."""

    text: str
    href: str
    post: bool


class StepView(msgspec.Struct, frozen=True, kw_only=True):
    """A step in words. Of all steps at most one is for ``now``; ``key`` is stable, the texts are not.

    ``button`` only for whoever may press it.
    """

    key: str
    state: Progress
    text: str
    asks: tuple[AskView, ...]
    button: ButtonView | None


def in_words(lang: Lang, steps: Iterable[Step]) -> tuple[StepView, ...]:
    """The steps as they are shown."""
    return tuple(
        StepView(
            key=step.key,
            state=step.state,
            text=gettext(lang, step.text),
            asks=tuple(
                AskView(
                    text=gettext(
                        lang, ask.text, **{name: _said(lang, told) for name, told in ask.params.items()}
                    ),
                    source=ask.source,
                    due_on=ask.due_on,
                )
                for ask in step.asks
            ),
            button=ButtonView(text=gettext(lang, b.text), href=b.href, post=b.post)
            if (b := step.button)
            else None,
        )
        for step in steps
    )


def _said(lang: Lang, told: Told) -> str:
    match told:
        case date():
            return display.day(told, lang)
        case int():
            return display.number(told, lang)
        case (amount, currency):
            return f"{display.money(amount, lang)}\u00a0{display.SIGNS.get(currency, currency)}"
        case _:
            return told
