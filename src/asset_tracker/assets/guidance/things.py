"""What rules ask for of assets, whatever is done with them: consent, approval, papers that are kept [pure]."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date

import msgspec

from asset_tracker.assets.guidance.steps import Amount, Ask
from asset_tracker.assets.months import months_after
from asset_tracker.ledger.values import Title
from asset_tracker.programmes.policies import Purpose, Rule

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


class Thing(msgspec.Struct, frozen=True, kw_only=True):
    """What rules look at in an asset: those that hold for it, since when it is in use, when its programme ends."""

    tag: str
    rules: tuple[Rule, ...] = ()
    consents: frozenset[str] = frozenset()
    since: date | None = None
    ends_on: date | None = None
    title: Title = "implementer"


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


def rules_of(things: Iterable[Thing], kind: str) -> tuple[Rule, ...]:
    """The rules of a kind that hold for one of the things, each once."""
    return tuple(dict.fromkeys(rule for each in things for rule in each.rules if rule.rule == kind))


def consent_asks(things: Sequence[Thing]) -> Iterator[Ask]:
    """Whose consent is needed before one of the things goes, above which price, and of how many it is lacking."""
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


def to_be_decided(things: Sequence[Thing], today: date) -> Iterator[Ask]:
    """Who decides, and whose approval must be named because the shortest life is not over."""
    for title in dict.fromkeys(each.title for each in things):
        yield Ask(text=_DECIDES[title])
    for rule in rules_of(things, "minimum_life"):
        ends = [until for each in things if rule in each.rules and (until := kept_until(rule, each.since))]
        if ends and today < max(ends):
            yield Ask(
                text="To be kept until %(day)s: before that, name who approved it.",
                params={"day": max(ends)},
                source=rule.source,
            )


def to_be_kept(things: Sequence[Thing], ended_on: date | None) -> Iterator[Ask]:
    """How long papers are kept: counted from the end of the programme, or of the case where that is later."""
    for rule in rules_of(things, "retention"):
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
