"""Every kind of fact, for every role, about an own, a foreign and an unknown asset."""

import pytest

from asset_tracker.access.permissions import RECORDS
from asset_tracker.ledger.events import KINDS
from factories.house import event
from factories.offices import EVERYWHERE, ROLES
from factories.smallest import smallest

pytestmark = pytest.mark.anyio

RIGHTS = {
    "A": "administrator",
    "C": "coordinator",
    "S": "coordinator",
    "T": "technician",
    "K": "custodian",
    "D": "donor",
    "U": "auditor",
}
NOT_YOURS = (
    "There is no such asset, or it is not yours to see.",
    "Your role does not allow this.",
)


def may(who, kind, thing):
    if who not in RIGHTS or kind not in RECORDS[RIGHTS[who]] or thing == "unknown":
        return False
    return who in EVERYWHERE or (who != "S") == (thing == "own")


def may_at_all(who):
    return who in RIGHTS and bool(RECORDS[RIGHTS[who]])


@pytest.mark.parametrize("thing", ["own", "foreign", "unknown"])
@pytest.mark.parametrize("who", ROLES)
async def test_facts(offices, who, thing):
    asset = offices.of(thing)["tag"]
    batch = [event(kind, asset) for kind in KINDS]
    for fact, cls in zip(batch, KINDS.values(), strict=True):
        fact["payload"] = smallest(cls)
    answer = await offices.ask(who, "POST", "/api/v1/events", json=batch)
    if not may_at_all(who):
        assert answer.status_code == 403
        return
    outcomes = dict(zip(KINDS, answer.json(), strict=True))
    taken = {kind for kind, each in outcomes.items() if each.get("reason") not in NOT_YOURS}
    assert taken == {kind for kind in KINDS if may(who, kind, thing)}
    assert {each["outcome"] for kind, each in outcomes.items() if kind not in taken} <= {"rejected"}
    unread = {
        kind: each["reason"] for kind, each in outcomes.items() if "Object" in (each.get("reason") or "")
    }
    assert unread == {}


@pytest.mark.parametrize("who", ["A", "C", "T", "K"])
async def test_a_note_is_recorded(offices, who):
    fact = event("note", offices.own["tag"], note="seen")
    answer = await offices.ask(who, "POST", "/api/v1/events", json=[fact])
    assert answer.json()[0]["outcome"] == "recorded"
