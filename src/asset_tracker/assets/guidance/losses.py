"""The steps of a loss case [pure]."""

from collections.abc import Iterator
from datetime import date

import msgspec

from asset_tracker.assets.guidance.steps import Ask, Button, Plan, Step
from asset_tracker.assets.guidance.things import (
    Thing,
    consent_asks,
    consents_asked,
    consents_lacking,
    rules_of,
    to_be_decided,
    to_be_kept,
)


class Loss(msgspec.Struct, frozen=True, kw_only=True):
    """How a loss case stands ``today``; days by the calendar of Kyiv. ``noted``: somebody wrote down what was found
    out.
    """

    id: str
    today: date
    kinds: frozenset[str]
    happened_on: date
    is_open: bool
    things: tuple[Thing, ...]
    donors: tuple[str, ...] = ()
    report_number: str | None = None
    donor_informed_on: date | None = None
    noted: bool = False
    decisions: frozenset[str] = frozenset()
    closed_on: date | None = None


def loss_steps(it: Loss) -> tuple[Step, ...]:
    """The steps of a loss case."""
    here = f"/losses/{it.id}"
    plan = Plan()
    on = Ask(text="On %(day)s.", params={"day": it.happened_on})
    plan.begin("recorded", "What happened is recorded", on)
    if "stolen" in it.kinds:
        plan.add(
            "police",
            "Report the theft to the police",
            done=bool(it.report_number),
            asks=(Ask(text="Keep the number of the report."),),
            button=Button(
                text="Record the number of the report", href=f"{here}#investigation", needs="loss.manage"
            ),
        )
    plan.add(
        "donor",
        "Tell the donor",
        done=it.donor_informed_on is not None,
        asks=_to_be_told(it),
        button=Button(
            text="Record when the donor was told", href=f"{here}#investigation", needs="loss.manage"
        ),
    )
    plan.add(
        "investigate",
        "Find out what happened",
        done=it.noted or not it.is_open,
        asks=(Ask(text="Who saw it last, how it was kept, whether somebody is at fault."),),
        button=Button(text="Add a note", href=f"{here}#notes", needs="loss.manage"),
    )
    _write_off(plan, it)
    plan.add(
        "decide",
        "Decide and close the case",
        done=not it.is_open,
        asks=to_be_decided(it.things, it.today),
        button=Button(text="Close the loss case", href=f"{here}#close", needs="loss.manage"),
    )
    plan.tell("keep", "Keep the papers", to_be_kept(it.things, it.closed_on))
    return tuple(plan.steps)


def _to_be_told(it: Loss) -> Iterator[Ask]:
    if it.donors:
        yield Ask(text="Paid for by: %(names)s.", params={"names": ", ".join(it.donors)})
    for rule in rules_of(it.things, "loss_report"):
        day = date.fromordinal(it.happened_on.toordinal() + (rule.number or 0))
        yield Ask(
            text="The donor must be told by %(day)s.", params={"day": day}, source=rule.source, due_on=day
        )


def _write_off(plan: Plan, it: Loss) -> None:
    """Consent, where a rule asks for it: of no weight once something else was decided."""
    asking = [each for each in it.things if consents_asked(each, "disposal")]
    if not asking or (not it.is_open and "written_off" not in it.decisions):
        return
    lacking = [each for each in asking if consents_lacking(each)]
    button = None
    if lacking:
        ask = f"/a/{lacking[0].tag}/consent_given?purpose=disposal&then=/losses/{it.id}"
        button = Button(text="Record the consent", href=ask, needs="consent_given")
    plan.add(
        "consent",
        "Get the donor’s consent, if it is to be written off",
        done=not lacking,
        asks=consent_asks(asking),
        button=button,
    )
