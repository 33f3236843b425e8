"""What a desk may decide, as a table: stage by stage."""

from datetime import UTC, datetime

import pytest

from asset_tracker.assets.rules import CARRIED, OFFERED, RULES, actions, check
from asset_tracker.errors import RefusedError
from asset_tracker.ledger import events as ev
from asset_tracker.ledger.events import KINDS
from asset_tracker.ledger.ids import uuid7
from asset_tracker.ledger.state import State

NOW = datetime(2025, 1, 1, tzinfo=UTC)


def state(**fields):
    return State(tag="00000000", name_uk="Ноутбук", **fields)


expected = state()
on_the_way = state(stage="dispatched", place="in_transit")
delivered = state(stage="delivered", place="municipality", delivered_at=NOW)
in_service = state(stage="in_service", delivered_at=NOW, condition="working", commissioned_at=NOW)
broken = state(stage="out_of_service", delivered_at=NOW, condition="unserviceable")
lost = state(stage="gone", gone="lost", delivered_at=NOW, case_open=True)
destroyed = state(stage="gone", gone="destroyed", delivered_at=NOW)

TABLE = [
    (expected, {"delivered", "note"}, {"installed", "maintained", "repaired", "found"}),
    (on_the_way, {"delivered"}, {"commissioned", "moved"}),
    (
        delivered,
        {"installed", "verified", "moved", "fault_reported", "lost"},
        {"delivered", "repaired", "found"},
    ),
    (in_service, {"maintained", "verified", "moved"}, {"installed", "commissioned", "repaired", "disposed"}),
    (broken, {"repaired", "sent_for_repair", "disposed"}, {"delivered", "loss_closed"}),
    (lost, {"found", "loss_closed", "note"}, {"moved", "maintained", "lost", "delivered"}),
    (destroyed, {"note"}, {"found", "installed", "destroyed"}),
]


@pytest.mark.parametrize(("now", "offered", "not_offered"), TABLE)
def test_actions(now, offered, not_offered):
    found = set(actions(now))
    assert offered <= found
    assert not not_offered & found


def test_what_is_refused_says_why():
    with pytest.raises(RefusedError, match="already been delivered"):
        check(delivered, ev.Delivered())
    with pytest.raises(RefusedError, match="already in a kit"):
        check(state(kit=uuid7()), ev.Packed(kit=uuid7()))


def test_every_kind_has_a_rule_and_only_known_kinds_have():
    assert set(RULES) == set(KINDS)
    assert set(OFFERED) <= set(KINDS)
    assert set(KINDS) >= CARRIED
