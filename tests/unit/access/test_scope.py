"""What grants become in SQL: the condition, grant by grant."""

from uuid import UUID

import pytest
from sqlalchemy.dialects import postgresql

from asset_tracker.access import scope
from asset_tracker.access.actors import Actor, Grant

P, Q, DONOR = UUID(int=11), UUID(int=12), UUID(int=13)
HERE = "UA18080010000090720"


def actor(*grants):
    return Actor(id=UUID(int=7), name="x", grants=grants)


def said(condition):
    compiled = condition.compile(dialect=postgresql.dialect(), compile_kwargs={"literal_binds": True})
    return " ".join(str(compiled).split())


def test_nobody_reaches_nothing():
    assert said(scope.assets(actor())) == "false"


@pytest.mark.parametrize("role", ["administrator", "auditor"])
def test_some_reach_everything(role):
    assert said(scope.assets(actor(Grant(role=role)))) == "true"


@pytest.mark.parametrize(
    "grant",
    [
        Grant(role="coordinator"),
        Grant(role="coordinator", area="UA18"),
        Grant(role="technician"),
        Grant(role="custodian"),
        Grant(role="custodian", programme=P),
        Grant(role="donor"),
    ],
)
def test_a_grant_without_its_reach_reaches_nothing(grant):
    assert said(scope.assets(actor(grant))) == "false"


def test_a_coordinator_reaches_a_programme():
    told = said(scope.assets(actor(Grant(role="coordinator", programme=P))))
    assert told == f"asset.programme_id = '{P}'"


def test_a_custodian_reaches_what_stands_there_or_is_on_its_way():
    told = said(scope.assets(actor(Grant(role="custodian", area=HERE))))
    assert told.count(HERE) == 2
    assert " OR " in told
    assert "asset.destination_code" in told


def test_a_technician_of_both_needs_both():
    told = said(scope.assets(actor(Grant(role="technician", programme=P, area="UA18"))))
    assert told.startswith(f"asset.programme_id = '{P}' AND (")


def test_a_donor_reaches_what_they_paid_for():
    told = said(scope.assets(actor(Grant(role="donor", donor=DONOR))))
    assert told.startswith("EXISTS (SELECT asset_share.asset_id")
    assert str(DONOR) in told


def test_grants_add_up():
    told = said(scope.assets(actor(Grant(role="coordinator", programme=P), Grant(role="donor", donor=DONOR))))
    assert f"asset.programme_id = '{P}' OR (EXISTS" in told or f"asset.programme_id = '{P}' OR EXISTS" in told


def test_only_grants_with_the_permission_count():
    both = actor(Grant(role="technician", area="UA18"), Grant(role="donor", donor=DONOR))
    assert "asset_share" not in said(scope.assets(both, "event.record"))
    assert said(scope.assets(both, "act.manage")) == "false"


def test_an_area_is_taken_as_it_is_written():
    told = said(scope.assets(actor(Grant(role="technician", area="UA_%"))))
    assert "UA/_/%" in told


def test_recordable_asks_for_the_kind():
    technician = actor(Grant(role="technician", programme=P))
    assert said(scope.recordable(technician, "accepted")) == "false"
    assert said(scope.recordable(technician, "note")) == f"asset.programme_id = '{P}'"


def test_whose_shares_are_seen():
    assert scope.donors(actor(Grant(role="auditor"))) is None
    assert scope.donors(actor(Grant(role="donor", donor=DONOR))) == (DONOR,)
    assert scope.donors(actor(Grant(role="technician", area="UA18"))) == ()


def test_where_things_may_be_made():
    assert scope.programmes(actor(Grant(role="administrator")), "act.manage") is None
    two = actor(Grant(role="coordinator", programme=P), Grant(role="coordinator", programme=Q))
    assert scope.programmes(two, "act.manage") == (P, Q)
    assert scope.programmes(two, "user.manage") == ()


@pytest.mark.parametrize(("area", "reaches"), [(None, True), ("UA18", True), (HERE, True), ("UA19", False)])
def test_areas_are_prefixes(area, reaches):
    grant = Grant(role="technician", programme=P, area=area)
    assert scope.area_reaches(actor(grant), HERE, "event.record") is reaches
