"""The steps of a disposal [pure]."""

from collections.abc import Iterator
from datetime import date

import msgspec

from asset_tracker.assets.guidance.steps import Ask, Button, Plan, Step
from asset_tracker.assets.guidance.things import (
    Thing,
    consent_asks,
    consents_asked,
    consents_lacking,
    to_be_decided,
    to_be_kept,
)


class Leaving(msgspec.Struct, frozen=True, kw_only=True):
    """How an asset stands ``today`` that may be disposed of. ``case`` is an open loss case."""

    thing: Thing
    today: date
    condition: str
    disputed: bool = False
    case: str | None = None
    disposed_on: date | None = None


def disposal_steps(it: Leaving) -> tuple[Step, ...]:
    """The steps of a disposal."""
    here, thing = f"/a/{it.thing.tag}", it.thing
    gone = it.disposed_on is not None
    plan = Plan()
    if it.disputed:
        resolve = Button(text="Resolve the dispute", href=f"{here}/resolve", needs="event.correct")
        plan.add("dispute", "Resolve the contradiction", done=False, button=resolve)
    if it.case and not gone:
        close = Button(text="To the loss case", href=f"/losses/{it.case}", needs="loss.read")
        plan.add("case", "Close the loss case", done=False, button=close)
    plan.add(
        "reason",
        "Say why it is to go",
        done=gone or it.condition != "working",
        asks=(Ask(text="What works is not disposed of: record what is wrong with it."),),
        button=Button(
            text="Report a fault",
            href=f"{here}/fault_reported?condition=unserviceable&then={here}/disposed",
            needs="fault_reported",
        ),
    )
    if consents_asked(thing, "disposal"):
        plan.add(
            "consent",
            "Get the donor’s consent",
            done=gone or not consents_lacking(thing),
            asks=consent_asks((thing,)),
            button=Button(
                text="Record the consent",
                href=f"{here}/consent_given?purpose=disposal&then={here}/disposed",
                needs="consent_given",
            ),
        )
    plan.add(
        "dispose",
        "Record the disposal",
        done=gone,
        asks=(*_if_given_away(thing), *to_be_decided((thing,), it.today)),
        button=Button(text="Dispose of", href=f"{here}/disposed#record", needs="disposed"),
    )
    plan.tell("keep", "Keep the papers", to_be_kept((thing,), it.disposed_on))
    return tuple(plan.steps)


def _if_given_away(thing: Thing) -> Iterator[Ask]:
    for rule in consents_asked(thing, "transfer"):
        if "disposal" not in rule.purposes and not thing.consents & {"transfer", "disposal"}:
            yield Ask(text="If somebody else is to have it, the donor must agree first.", source=rule.source)
