"""The steps of a verification [pure]."""

from collections.abc import Iterator
from datetime import date
from typing import Literal

import msgspec

from asset_tracker.assets.guidance.steps import Ask, Button, Plan, Step
from asset_tracker.programmes.policies import Rule


class Count(msgspec.Struct, frozen=True, kw_only=True):
    """How a verification stands. ``due_on`` is the first day by which a rule wants something not yet seen to
    be seen, or what was seen to be seen again; ``signed_on`` is when the certificate was signed.

    ``unexplained`` of the missing are neither in a loss case nor found again; ``cases`` are those still open.
    """

    id: str
    status: Literal["running", "ended", "cancelled"]
    expected: int
    not_scanned: int = 0
    by_custodian: int = 0
    differing: int = 0
    unknown: int = 0
    missing: int = 0
    unexplained: int = 0
    signers: tuple[str, ...] = ()
    signed_on: date | None = None
    cases: tuple[str, ...] = ()
    asked: tuple[tuple[Rule, date], ...] = ()


def verification_steps(it: Count) -> tuple[Step, ...]:
    """The steps of a verification; none of one that was given up."""
    if it.status == "cancelled":
        return ()
    here, ended = f"/verifications/{it.id}", it.status == "ended"
    plan = Plan()
    frozen = Ask(
        text="The list of what the register expects there is fixed: %(n)s.", params={"n": it.expected}
    )
    plan.begin("list", "List what is expected", frozen)
    plan.add(
        "count",
        "See each thing on site",
        done=ended or not it.not_scanned + it.by_custodian,
        asks=_to_be_seen(it),
        button=Button(text="Scan", href=f"{here}#scan", needs="verified"),
    )
    plan.add(
        "end",
        "End the count",
        done=ended,
        asks=_differences(it),
        button=Button(text="End the count", href=f"{here}/end", needs="verification.manage", post=True),
    )
    signers = ", ".join(it.signers)
    plan.add(
        "sign",
        "Have the certificate signed",
        done=it.signed_on is not None,
        asks=(Ask(text="It is signed by: %(names)s.", params={"names": signers}),) if signers else (),
        button=Button(
            text="Certificate and its signed scan", href=f"{here}#papers", needs="verification.read"
        ),
    )
    if it.missing:
        plan.add(
            "missing",
            "Record what is missing as lost",
            done=not it.unexplained,
            asks=(Ask(text="Still to be recorded: %(n)s.", params={"n": it.unexplained}),),
            button=Button(text="Open a loss case", href=f"{here}#missing", needs="lost"),
        )
    if it.cases:
        case = Button(text="To the loss case", href=f"/losses/{it.cases[0]}", needs="loss.read")
        still = Ask(text="Loss cases that are still open: %(n)s.", params={"n": len(it.cases)})
        plan.add("cases", "Look into the loss", done=False, asks=(still,), button=case)
    if ended:
        plan.tell("next", "The next verification", _every(it, "Every %(months)s months, so by %(day)s."))
    return tuple(plan.steps)


def _to_be_seen(it: Count) -> Iterator[Ask]:
    yield from _every(it, "Every %(months)s months; the next one is due on %(day)s.")
    if it.not_scanned:
        yield Ask(text="Not scanned yet: %(n)s.", params={"n": it.not_scanned})
    if it.by_custodian:
        yield Ask(
            text="Scanned by the custodian only: %(n)s. Somebody else must see them too.",
            params={"n": it.by_custodian},
        )


def _differences(it: Count) -> Iterator[Ask]:
    if it.status == "running":
        yield Ask(text="What nobody has scanned by then is missing; the certificate lists it.")
    if it.differing:
        yield Ask(text="In another place, or not on the list: %(n)s.", params={"n": it.differing})
    if it.unknown:
        yield Ask(text="Codes that nobody knows: %(n)s.", params={"n": it.unknown})


def _every(it: Count, text: str) -> Iterator[Ask]:
    """What each rule asks that has things seen again and again."""
    for rule, day in it.asked:
        yield Ask(text=text, params={"months": rule.number or 0, "day": day}, source=rule.source, due_on=day)
