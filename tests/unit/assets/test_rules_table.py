"""When a desk may record each kind of fact: the whole table, state by state."""

from datetime import UTC, datetime

import pytest

from asset_tracker.assets.rules import CARRIED, OFFERED, RULES, actions
from asset_tracker.ledger.ids import uuid7
from asset_tracker.ledger.state import Dispute, State

NOW = datetime(2025, 1, 1, tzinfo=UTC)
HANDED = {"delivered_at": NOW}
WORKING = HANDED | {"stage": "in_service", "commissioned_at": NOW, "condition": "working"}


def state(**fields):
    return State(**({"tag": "00000000", "name_uk": "Ноутбук"} | fields))


STATES = {
    "_": state(tag=""),  # nothing said of it yet
    "e": state(),
    "k": state(kit=uuid7()),
    "K": state(is_kit=True),
    "t": state(condition="unserviceable"),
    "r": state(stage="received"),
    "o": state(stage="dispatched", place="in_transit"),
    "d": state(stage="delivered", place="municipality", **HANDED),
    "a": state(stage="delivered", act=uuid7(), **HANDED),
    "i": state(stage="installed", **HANDED),
    "s": state(**WORKING),
    "f": state(**WORKING | {"condition": "needs_attention"}),
    "m": state(**WORKING, title="municipality"),
    "q": state(**WORKING, disputes=(Dispute((), "x"),)),
    "n": state(**WORKING, inaccessible=True),
    "b": state(stage="out_of_service", condition="unserviceable", **HANDED),
    "w": state(stage="out_of_service", place="away", condition="working", **HANDED),
    "L": state(stage="gone", gone="lost", case_open=True, **HANDED),
    "S": state(stage="gone", gone="stolen", **HANDED),
    "X": state(stage="gone", gone="destroyed", place="away", condition="unserviceable", **HANDED),
}
ALWAYS = set(STATES)
PRESENT = ALWAYS - set("LSX")
DELIVERED = set("daisfmqnbw")
MAY = {
    "registered": {"_"},
    "described": ALWAYS,
    "label_bound": PRESENT,
    "label_replaced": PRESENT,
    "label_retired": ALWAYS,
    "label_printed": PRESENT,
    "code_linked": PRESENT,
    "packed": PRESENT - set("kK"),
    "unpacked": {"k"},
    "consigned": set("_ekKtr"),
    "dispatched": set("_ekKtr"),
    "received": set("_ekKto"),
    "delivered": set("_ekKtro"),
    "refused": {"o"},
    "accepted": PRESENT - {"a"},
    "title_transferred": ALWAYS,
    "balance_recorded": {"m"},
    "installed": set("dabw"),
    "commissioned": set("dai"),
    "training_given": DELIVERED,
    "verified": PRESENT,
    "use_changed": DELIVERED,
    "fault_reported": DELIVERED,
    "maintained": DELIVERED,
    "service_counted": DELIVERED,
    "repaired": set("fbw"),
    "sent_for_repair": DELIVERED - {"w"},
    "moved": DELIVERED,
    "lent": DELIVERED - {"w"},
    "returned": PRESENT,
    "evacuated": DELIVERED,
    "found_inaccessible": DELIVERED,
    "damaged": PRESENT,
    "destroyed": PRESENT,
    "lost": PRESENT,
    "stolen": PRESENT,
    "found": set("nLS"),
    "loss_closed": {"L"},
    "approved": ALWAYS,
    "consent_given": ALWAYS,
    "disposed": set("_ekKtrodaifb"),
    "visibility_set": PRESENT,
    "note": ALWAYS,
    "correction": ALWAYS,
    "resolution": {"q"},
}
NOT_OFFERED = [
    "registered",
    "label_bound",
    "label_replaced",
    "label_retired",
    "label_printed",
    "code_linked",
    "accepted",
    "correction",
    "resolution",
]
ONE_BY_ONE = [
    "registered",
    "described",
    "label_bound",
    "label_replaced",
    "label_retired",
    "label_printed",
    "code_linked",
    "packed",
    "unpacked",
    "balance_recorded",
    "training_given",
    "verified",
    "use_changed",
    "fault_reported",
    "maintained",
    "repaired",
    "service_counted",
    "sent_for_repair",
    "damaged",
    "loss_closed",
    "approved",
    "consent_given",
    "visibility_set",
    "note",
    "correction",
    "resolution",
]


@pytest.mark.parametrize("kind", RULES)
def test_when_it_may_be_recorded(kind):
    assert {name for name, now in STATES.items() if RULES[kind].allows(now)} == MAY[kind]


def test_a_laptop_is_not_asked_how_it_serves():
    assert not RULES["service_counted"].allows(state(category="laptop", **HANDED))
    assert RULES["service_counted"].allows(state(category="vehicle", **HANDED))


def test_every_rule_that_refuses_says_why():
    assert {kind for kind, rule in RULES.items() if not rule.otherwise} == {
        kind for kind, may in MAY.items() if may == ALWAYS
    }


def test_what_is_offered():
    assert set(RULES) - set(OFFERED) == set(NOT_OFFERED)
    for name, now in STATES.items():
        assert set(actions(now)) == {
            kind for kind, may in MAY.items() if name in may and kind not in NOT_OFFERED
        }


def test_what_a_kit_does_with_its_components():
    assert set(RULES) - CARRIED == set(ONE_BY_ONE)
