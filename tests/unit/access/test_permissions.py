"""Who may do what: the table read aloud, so that a change of it is a change of this."""

from typing import get_args
from uuid import UUID

import msgspec
import pytest

from asset_tracker.access.actors import ROLES, Actor, Grant
from asset_tracker.access.permissions import (
    PERMISSIONS,
    READING,
    RECORDS,
    Permission,
    held,
    may,
    may_record,
    require,
)
from asset_tracker.errors import ForbiddenError
from asset_tracker.ledger.events import KINDS

A, C, T, K, D, U = ROLES
# For each permission the roles that have it.
WHO = {
    "asset.read": {A, C, T, K, D, U},
    "event.record": {A, C, T, K},
    "event.correct": {A, C},
    "people.read": {A, C, T, K, U},
    "people.reveal": {A, C, U},
    "consignment.read": {A, C, T, K, U},
    "consignment.manage": {A, C},
    "act.read": {A, C, K, U},
    "act.manage": {A, C},
    "import.manage": {A, C},
    "label.print": {A, C, T},
    "report.read": {A, C, D, U},
    "query.read": {A, C, U},
    "programme.read": {A, C, T, K, D, U},
    "programme.manage": {A, C},
    "territory.manage": {A},
    "service_point.manage": {A, C},
    "verification.read": {A, C, T, K, U},
    "verification.manage": {A, C},
    "loss.read": {A, C, T, K, U},
    "loss.manage": {A, C},
    "plan.manage": {A, C, T},
    "quarantine.settle": {A, C},
    "ledger.verify": {A, U},
    "settings.manage": {"administrator"},
    "user.manage": {A},
    "record.read": {A, U},
}


def somebody(*roles):
    return Actor(id=UUID(int=7), name="x", grants=tuple(Grant(role=role) for role in roles))


def test_every_permission_is_read_aloud():
    assert set(WHO) == set(get_args(Permission))


@pytest.mark.parametrize("permission", WHO)
def test_who_has_it(permission):
    assert {role for role in ROLES if may(somebody(role), permission)} == WHO[permission]
    assert not may(somebody(), permission)


@pytest.mark.parametrize("permission", WHO)
def test_require_raises_for_all_others(permission):
    for role in set(ROLES) - WHO[permission]:
        with pytest.raises(ForbiddenError):
            require(somebody(role), permission)


def test_two_roles_add_up():
    both = somebody("donor", "technician")
    assert {p for p in WHO if may(both, p)} == PERMISSIONS["donor"] | PERMISSIONS["technician"]


def test_readers_change_nothing():
    writing = {p for p in WHO if p.rpartition(".")[2] not in ("read", "verify", "reveal")}
    assert PERMISSIONS["donor"] & writing == set()
    assert PERMISSIONS["auditor"] & writing == set()
    assert RECORDS["donor"] == RECORDS["auditor"] == frozenset()


def test_every_kind_is_recorded_by_somebody_and_by_no_reader():
    for kind in KINDS:
        who = {role for role in ROLES if may_record(somebody(role), kind)}
        assert {A, C} <= who <= {A, C, T, K}


# What only a desk records, and what a custodian does; a technician records all that is not the desk's.
DESK = [
    "registered",
    "described",
    "consigned",
    "dispatched",
    "accepted",
    "title_transferred",
    "balance_recorded",
    "loss_closed",
    "approved",
    "consent_given",
    "disposed",
    "correction",
    "resolution",
    "label_retired",
]
CUSTODIAN = [
    "delivered",
    "refused",
    "verified",
    "use_changed",
    "service_counted",
    "fault_reported",
    "found_inaccessible",
    "damaged",
    "destroyed",
    "lost",
    "stolen",
    "found",
    "balance_recorded",
    "note",
]


@pytest.mark.parametrize("kind", KINDS)
def test_who_records_a_kind(kind):
    who = {role for role in (T, K, D, U) if may_record(somebody(role), kind)}
    assert who == ({T} if kind not in DESK else set()) | ({K} if kind in CUSTODIAN else set())


@pytest.mark.parametrize("kind", ["accepted", "title_transferred", "correction", "disposed", "registered"])
def test_what_decides_about_property_is_for_the_desk(kind):
    assert not may_record(somebody(T), kind)
    assert not may_record(somebody(K), kind)


def test_nobody_records_what_they_may_not_record_at_all():
    for role in ROLES:
        assert bool(RECORDS[role]) == ("event.record" in PERMISSIONS[role])


def test_a_token_may_no_more_than_it_was_given():
    limited = msgspec.structs.replace(
        somebody("administrator"), only=frozenset({"asset.read", "event.record"})
    )
    assert {p for p in WHO if may(limited, p)} == {"asset.read", "event.record"} == held(limited)
    assert may_record(limited, "note")
    reading = msgspec.structs.replace(limited, only=READING)
    assert not any(may_record(reading, kind) for kind in KINDS)
    assert held(reading) == READING


def test_a_token_may_no_more_than_its_owner():
    donor = msgspec.structs.replace(somebody("donor"), only=frozenset({"user.manage", "asset.read"}))
    assert held(donor) == {"asset.read"}
