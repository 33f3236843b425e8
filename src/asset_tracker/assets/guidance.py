"""What comes next in a verification, a loss case and a disposal, and what rules of donors ask for in it [pure].

Each of them is a row of steps: done, now (at most one), later. A step says in words what to do, what the
rows of rules ask for there (by when, whose consent, whose approval, which papers, above which price) with
the source of each, and carries the one button that does it. Pages and the API show the same steps.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import Literal

import msgspec

from asset_tracker.assets.months import months_after
from asset_tracker.documents import display
from asset_tracker.i18n import Lang, gettext
from asset_tracker.ledger.values import Title
from asset_tracker.programmes.policies import Purpose, Rule

Progress = Literal["done", "now", "later"]
Amount = tuple[Decimal, str]
Told = str | int | date | Amount

# The consent to one of these is needed before a disposal of this kind; to a disposal as such before any other.
PURPOSES: dict[str, tuple[Purpose, ...]] = {
    "transfer": ("transfer", "disposal"),
    "gift": ("transfer", "disposal"),
}
# Who decides about a thing, by whose it is.
_DECIDES: dict[Title, str] = {
    "municipality": "It belongs to the municipality: its council decides.",
    "implementer": "It still belongs to the implementer: the implementer decides.",
    "donor": "It still belongs to the donor: the donor decides.",
}


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


class Thing(msgspec.Struct, frozen=True, kw_only=True):
    """What rules look at in an asset: those that hold for it, since when it is in use, when its programme ends."""

    tag: str
    rules: tuple[Rule, ...] = ()
    consents: frozenset[str] = frozenset()
    since: date | None = None
    ends_on: date | None = None
    title: Title = "implementer"


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


class Leaving(msgspec.Struct, frozen=True, kw_only=True):
    """How an asset stands ``today`` that may be disposed of. ``case`` is an open loss case."""

    thing: Thing
    today: date
    condition: str
    disputed: bool = False
    case: str | None = None
    disposed_on: date | None = None


class _Plan:
    """Steps as they are written down: the first that is not done is for now. What is done asks for nothing more."""

    def __init__(self) -> None:
        self.steps: list[Step] = []

    def add(
        self, key: str, text: str, *, done: bool, asks: Iterable[Ask] = (), button: Button | None = None
    ) -> None:
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


def verification_steps(it: Count) -> tuple[Step, ...]:
    """The steps of a verification; none of one that was given up."""
    if it.status == "cancelled":
        return ()
    here, ended = f"/verifications/{it.id}", it.status == "ended"
    plan = _Plan()
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


def loss_steps(it: Loss) -> tuple[Step, ...]:
    """The steps of a loss case."""
    here = f"/losses/{it.id}"
    plan = _Plan()
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
        asks=_to_be_decided(it.things, it.today),
        button=Button(text="Close the loss case", href=f"{here}#close", needs="loss.manage"),
    )
    plan.tell("keep", "Keep the papers", _to_be_kept(it.things, it.closed_on))
    return tuple(plan.steps)


def _to_be_told(it: Loss) -> Iterator[Ask]:
    if it.donors:
        yield Ask(text="Paid for by: %(names)s.", params={"names": ", ".join(it.donors)})
    for rule in _rules(it.things, "loss_report"):
        day = date.fromordinal(it.happened_on.toordinal() + (rule.number or 0))
        yield Ask(
            text="The donor must be told by %(day)s.", params={"day": day}, source=rule.source, due_on=day
        )


def _write_off(plan: _Plan, it: Loss) -> None:
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
        asks=_consent_asks(asking),
        button=button,
    )


def disposal_steps(it: Leaving) -> tuple[Step, ...]:
    """The steps of a disposal."""
    here, thing = f"/a/{it.thing.tag}", it.thing
    gone = it.disposed_on is not None
    plan = _Plan()
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
            asks=_consent_asks((thing,)),
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
        asks=(*_if_given_away(thing), *_to_be_decided((thing,), it.today)),
        button=Button(text="Dispose of", href=f"{here}/disposed#record", needs="disposed"),
    )
    plan.tell("keep", "Keep the papers", _to_be_kept((thing,), it.disposed_on))
    return tuple(plan.steps)


def _if_given_away(thing: Thing) -> Iterator[Ask]:
    for rule in consents_asked(thing, "transfer"):
        if "disposal" not in rule.purposes and not thing.consents & {"transfer", "disposal"}:
            yield Ask(text="If somebody else is to have it, the donor must agree first.", source=rule.source)


def consents_asked(thing: Thing, purpose: Purpose) -> tuple[Rule, ...]:
    """The rules by which a donor must agree to this before it may be done with a thing."""
    return tuple(rule for rule in thing.rules if rule.rule == "consent" and purpose in rule.purposes)


def consents_lacking(thing: Thing, method: str = "recycling") -> tuple[Rule, ...]:
    """The rules by which a donor must agree to a disposal of this kind, and has not."""
    wanted = frozenset(PURPOSES.get(method, ("disposal",)))
    asking = (rule for rule in thing.rules if rule.rule == "consent" and wanted & set(rule.purposes))
    return tuple(rule for rule in asking if not wanted & set(rule.purposes) & thing.consents)


def kept_until(rule: Rule, since: date | None) -> date | None:
    """Till when a shortest life lasts: the first day on which it is over. None if nobody knows since when."""
    return months_after(since, rule.number or 0) if since else None


def _rules(things: Iterable[Thing], kind: str) -> tuple[Rule, ...]:
    """The rules of a kind that hold for one of the things, each once."""
    return tuple(dict.fromkeys(rule for each in things for rule in each.rules if rule.rule == kind))


def _consent_asks(things: Sequence[Thing]) -> Iterator[Ask]:
    for rule in dict.fromkeys(rule for each in things for rule in consents_asked(each, "disposal")):
        if rule.amount is not None and rule.currency:
            above: Amount = (rule.amount, rule.currency)
            yield Ask(
                text="Consent is needed first, above %(amount)s per item.",
                params={"amount": above},
                source=rule.source,
            )
        else:
            yield Ask(text="Consent is needed first.", source=rule.source)
    if len(things) > 1 and (lacking := [each for each in things if consents_lacking(each)]):
        yield Ask(text="Still without it: %(n)s.", params={"n": len(lacking)})


def _to_be_decided(things: Sequence[Thing], today: date) -> Iterator[Ask]:
    """Who decides, and whose approval must be named because the shortest life is not over."""
    for title in dict.fromkeys(each.title for each in things):
        yield Ask(text=_DECIDES[title])
    for rule in _rules(things, "minimum_life"):
        ends = [until for each in things if rule in each.rules and (until := kept_until(rule, each.since))]
        if ends and today < max(ends):
            yield Ask(
                text="To be kept until %(day)s: before that, name who approved it.",
                params={"day": max(ends)},
                source=rule.source,
            )


def _to_be_kept(things: Sequence[Thing], ended_on: date | None) -> Iterator[Ask]:
    """How long papers are kept: counted from the end of the programme, or of the case where that is later."""
    for rule in _rules(things, "retention"):
        months = rule.number or 0
        last = [day for each in things if rule in each.rules for day in (each.ends_on,) if day]
        if ended_on is None or not last:
            text = (
                "The papers are kept for %(months)s months after both the programme and this case have ended."
            )
            yield Ask(text=text, params={"months": months}, source=rule.source)
        else:
            day = months_after(max(ended_on, *last), months)
            text = "The papers are kept until %(day)s."
            yield Ask(text=text, params={"day": day}, source=rule.source)


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
