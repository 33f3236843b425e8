"""What may be done to an asset, by the state it is in [pure].

These rules bind a *desk*: somebody who decides with the state before them. A fact from the field is
recorded whatever they say, and contradicts if it does (``ledger.folds``).
"""

from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple

import msgspec

from asset_tracker.errors import RefusedError
from asset_tracker.ledger import events as ev
from asset_tracker.ledger.serving import SERVING
from asset_tracker.ledger.state import State


class Situation(NamedTuple):
    """All of a state that the rules ask about. Very many things are in one of few situations."""

    registered: bool
    gone: str | None
    stage: str
    condition: str
    title: str
    place: str
    delivered: bool
    accepted: bool
    commissioned: bool
    is_kit: bool
    in_kit: bool
    inaccessible: bool
    case_open: bool
    disputed: bool
    counted: bool


Predicate = Callable[[Situation], bool]


class Rule(msgspec.Struct, frozen=True):
    """When a kind of fact makes sense, and what to say when it does not (an English msgid)."""

    when: Predicate
    otherwise: str

    def allows(self, state: State) -> bool:
        """Whether the fact makes sense of what is in this state."""
        return self.when(_situation(state))


def _situation(s: State) -> Situation:
    return Situation(
        s.tag != "",
        s.gone,
        s.stage,
        s.condition,
        s.title,
        s.place,
        s.delivered_at is not None,
        s.act is not None,
        s.commissioned_at is not None,
        s.is_kit,
        s.kit is not None,
        s.inaccessible,
        s.case_open,
        s.disputed,
        s.category in SERVING,
    )


def _here(s: Situation) -> bool:
    return not s.gone


def _handed_over(s: Situation) -> bool:
    return not s.gone and s.delivered


_FAULTY = ("needs_attention", "unserviceable")
_BEFORE = ("expected", "received", "dispatched")
_GONE = "It is gone; only what was lost or stolen can be found again."
_NOT_YET = "It has not been delivered yet."
_anyway = Rule(lambda _s: True, "")
_present = Rule(_here, _GONE)
_delivered = Rule(_handed_over, _NOT_YET)

RULES: dict[str, Rule] = {
    "registered": Rule(lambda s: not s.registered, "It is already registered."),
    "described": _anyway,
    "label_bound": _present,
    "label_replaced": _present,
    "label_retired": _anyway,
    "label_printed": _present,
    "code_linked": _present,
    "packed": Rule(
        lambda s: _here(s) and not s.is_kit and not s.in_kit, "It is already in a kit, or is one."
    ),
    "unpacked": Rule(lambda s: s.in_kit, "It is in no kit."),
    "consigned": Rule(lambda s: s.stage in ("expected", "received"), "It is already on its way."),
    "dispatched": Rule(lambda s: s.stage in ("expected", "received"), "It is already on its way."),
    "received": Rule(
        lambda s: _here(s) and s.stage in ("expected", "dispatched"), "It has already been received."
    ),
    "delivered": Rule(lambda s: s.stage in _BEFORE, "It has already been delivered."),
    "refused": Rule(lambda s: s.stage == "dispatched", "It is not on its way."),
    "accepted": Rule(lambda s: not s.gone and not s.accepted, "An act already says that it was accepted."),
    "title_transferred": _anyway,
    "balance_recorded": Rule(lambda s: s.title == "municipality", "The municipality does not own it yet."),
    "installed": Rule(
        lambda s: _handed_over(s) and s.stage not in ("installed", "in_service"),
        "It has not been delivered, or is already installed.",
    ),
    "commissioned": Rule(
        lambda s: _handed_over(s) and not s.commissioned and s.stage != "out_of_service",
        "It has not been delivered, or is already in service.",
    ),
    "training_given": _delivered,
    "verified": _present,
    "use_changed": _delivered,
    "fault_reported": _delivered,
    "maintained": _delivered,
    "service_counted": Rule(
        lambda s: _handed_over(s) and s.counted,
        "It has not been delivered, or service to residents is not counted for this category.",
    ),
    "repaired": Rule(
        lambda s: _handed_over(s) and (s.condition in _FAULTY or s.place == "away"),
        "No fault of it is recorded.",
    ),
    "sent_for_repair": Rule(lambda s: _handed_over(s) and s.place != "away", "It is already away."),
    "moved": _delivered,
    "lent": Rule(lambda s: _handed_over(s) and s.place != "away", "It is already away."),
    "returned": _present,
    "evacuated": _delivered,
    "found_inaccessible": _delivered,
    "damaged": _present,
    "destroyed": _present,
    "lost": _present,
    "stolen": _present,
    "found": Rule(lambda s: s.gone in ("lost", "stolen") or s.inaccessible, "It is not lost."),
    "loss_closed": Rule(lambda s: s.case_open, "It has no open loss case."),
    "approved": _anyway,
    "consent_given": _anyway,
    "disposed": Rule(
        lambda s: s.gone is None and s.condition != "working", "It works; say first why it is to go."
    ),
    "visibility_set": _present,
    "note": _anyway,
    "correction": _anyway,
    "resolution": Rule(lambda s: s.disputed, "Nothing about it is in dispute."),
}

# What is done with a thing where it stands, most likely first.
FIELD: tuple[str, ...] = (
    "delivered",
    "installed",
    "commissioned",
    "verified",
    "maintained",
    "service_counted",
    "fault_reported",
    "repaired",
    "moved",
    "use_changed",
    "sent_for_repair",
    "returned",
    "received",
    "refused",
    "evacuated",
    "found_inaccessible",
    "damaged",
    "lost",
    "stolen",
    "destroyed",
    "found",
    "note",
)

# What people are offered at a desk. The rest follows from other pages (acts, imports, labels).
OFFERED: tuple[str, ...] = (
    *FIELD[:-1],
    "lent",
    "balance_recorded",
    "loss_closed",
    "disposed",
    "visibility_set",
    "training_given",
    "title_transferred",
    "consent_given",
    "approved",
    "consigned",
    "dispatched",
    "packed",
    "unpacked",
    "described",
    FIELD[-1],
)

# A kit carries its components along in these; each of them gets an event of its own.
CARRIED: frozenset[str] = frozenset(
    {
        "consigned",
        "dispatched",
        "received",
        "delivered",
        "refused",
        "accepted",
        "title_transferred",
        "installed",
        "commissioned",
        "moved",
        "evacuated",
        "lent",
        "returned",
        "found_inaccessible",
        "destroyed",
        "lost",
        "stolen",
        "found",
        "disposed",
    }
)


_OFFERED_WHEN: tuple[tuple[str, Predicate], ...] = tuple((kind, RULES[kind].when) for kind in OFFERED)


def actions(state: State, of: frozenset[str] | None = None) -> tuple[str, ...]:
    """The kinds of fact that make sense now, most likely first; only those in ``of`` where it is given."""
    return _actions(_situation(state), of)


@lru_cache(maxsize=1000)
def _actions(now: Situation, of: frozenset[str] | None) -> tuple[str, ...]:
    found = [kind for kind, when in _OFFERED_WHEN if when(now) and (of is None or kind in of)]
    # Of what is gone with a loss still open little else is to be said.
    if now.gone and now.case_open:
        found.sort(key=lambda kind: kind != "loss_closed")
    return tuple(found)


def check(state: State, payload: ev.Payload) -> None:
    """Raise RefusedError when a desk may not decide this in the asset's state."""
    rule = RULES[str(payload.__struct_config__.tag)]
    if not rule.allows(state):
        raise RefusedError(rule.otherwise)
