"""Each kind of fact read aloud: from this state, this fact changes exactly these fields and no other."""

from copy import deepcopy
from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID, uuid4

import msgspec
import pytest

from asset_tracker.ledger import events as ev
from asset_tracker.ledger.envelope import Event
from asset_tracker.ledger.folds import apply
from asset_tracker.ledger.replay import goes_on
from asset_tracker.ledger.state import Dispute, LossCase, PlanDone, Seen, Served, Span, State
from asset_tracker.ledger.values import Meter, Share, Source

NOW, BEFORE, LONG_AGO = (datetime(2025, month, 1, tzinfo=UTC) for month in (6, 5, 1))
THIS, THAT, OTHER, ASC, WHO = (uuid4() for _ in range(5))
HERE, THERE = "UA18080010000090720", "UA18060170000069581"
DAY = date(2025, 2, 3)
DONOR = Share(uuid4(), Decimal(100))
REGISTERED = {
    "category": "laptop",
    "name_uk": "Ноутбук",
    "name_en": "Laptop",
    "manufacturer": "HP",
    "model": "X",
    "serial": "S-1",
    "quantity": 2,
    "unit_price": Decimal("10.50"),
    "currency": "EUR",
    "value_basis": "fair_value",
    "shares": (DONOR,),
    "title": "donor",
    "is_kit": True,
    "consignment": OTHER,
    "line": 3,
    "destination": HERE,
    "acquired_on": DAY,
    "warranty_until": DAY,
    "source": Source(file="ab" * 32, sheet="1", row=1),
    "attributes": {"screen": "14"},
    "tag": "00000000",
}
DESCRIBED = {
    "category": "desktop",
    "name_uk": "Комп’ютер",
    "name_en": "Desktop",
    "manufacturer": "Dell",
    "model": "Y",
    "serial": "S-2",
    "quantity": 5,
    "unit_price": Decimal(7),
    "currency": "UAH",
    "acquired_on": DAY,
    "warranty_until": DAY,
    "destination": THERE,
}
AT_ASC = {"place": "service_point", "service_point": ASC, "municipality": HERE}
IN_PLACE = {"place": "municipality", "municipality": HERE}
AWAY = {"place": "away", "lent_until": DAY}
STANDS = {**AT_ASC, "room": "12", "stage": "in_service", "stage_before": "in_service", "condition": "working"}
NOWHERE = {"service_point": None, "municipality": None}
LEFT = {"stage": "gone", "gone_by": THIS, "place": "unknown", "service_point": None, "room": None}
STOPPED = {**STANDS, "stage": "out_of_service"}


def gone(how, **more):
    return {
        "stage": "gone",
        "stage_before": "in_service",
        "gone": how,
        "gone_by": THAT,
        "municipality": HERE,
        **more,
    }


def disputed(reason, *about):
    return {"disputes": (Dispute(about or (THAT, THIS), reason),)}


def case(kind, which=THIS, **where):
    return {
        "cases": (LossCase(id=which, event=THIS, kind=kind, at=NOW, municipality=HERE, **where),),
        "case_open": True,
    }


OPENED = LossCase(id=THAT, event=THAT, kind="lost", at=BEFORE)
OPENED_TOO = LossCase(id=OTHER, event=OTHER, kind="stolen", at=BEFORE)
CLOSED = LossCase(id=WHO, event=WHO, kind="lost", at=LONG_AGO, open=False, decision="recovered", reason="є")
DECIDED = {"open": False, "decision": "written_off", "reason": "акт", "closed_at": NOW}


def decided(which):
    return msgspec.structs.replace(which, **DECIDED)


# the state before, the fact, and what is different afterwards
CASES = {
    # what it is
    "registered": ({}, ev.Registered(**REGISTERED), REGISTERED),
    "registered, as little as can be": (
        {},
        ev.Registered(category="router", name_uk="Р", tag="1"),
        {"category": "router", "name_uk": "Р", "tag": "1"},
    ),
    "registered twice": (
        {"tag": "1"},
        ev.Registered(**REGISTERED),
        disputed("It was registered twice.", THIS),
    ),
    "described": (
        {"attributes": {"ram": "8", "screen": "13"}},
        ev.Described(**DESCRIBED, attributes={"screen": "15"}, note="x", photos=("ab" * 32,)),
        {**DESCRIBED, "attributes": {"ram": "8", "screen": "15"}},
    ),
    "described with nothing": (
        {"model": "X", "quantity": 3, "attributes": {"ram": "8"}},
        ev.Described(),
        {},
    ),
    "a label": (
        {"tag": "1", "old_tags": ("0",)},
        ev.LabelBound(tag="2"),
        {"tag": "2", "old_tags": ("0", "1")},
    ),
    "the label that it has": ({"tag": "1"}, ev.LabelBound(tag="1"), {}),
    "another label": (
        {"tag": "2", "old_tags": ("1", "0")},
        ev.LabelReplaced(old="1", new="3"),
        {"tag": "3", "old_tags": ("0", "1")},
    ),
    "a label retired": (
        {"retired_tags": ("9",)},
        ev.LabelRetired(tag="8"),
        {"retired_tags": ("9", "8")},
    ),
    "a code": ({"codes": ("A",)}, ev.CodeLinked(code="B"), {"codes": ("A", "B")}),
    "packed": ({}, ev.Packed(kit=OTHER), {"kit": OTHER}),
    "unpacked": ({"kit": OTHER}, ev.Unpacked(), {"kit": None}),
    "consigned": (
        {"destination": HERE, "line": 9},
        ev.Consigned(consignment=OTHER, line=4),
        {"consignment": OTHER, "line": 4},
    ),
    "consigned elsewhere": (
        {"destination": HERE, "line": 9},
        ev.Consigned(consignment=OTHER, destination=THERE),
        {"consignment": OTHER, "line": None, "destination": THERE},
    ),
    # on its way
    "dispatched": (
        {**STANDS, "outcome": "refused", "destination": HERE, "consignment": OTHER},
        ev.Dispatched(),
        {
            **NOWHERE,
            "stage": "dispatched",
            "stage_before": "dispatched",
            "place": "in_transit",
            "room": None,
            "outcome": None,
        },
    ),
    "dispatched with a list, elsewhere": (
        {"destination": HERE, "consignment": OTHER},
        ev.Dispatched(destination=THERE, consignment=THAT),
        {
            "stage": "dispatched",
            "stage_before": "dispatched",
            "place": "in_transit",
            "destination": THERE,
            "consignment": THAT,
        },
    ),
    "dispatched after it was delivered": (
        {"custody": THAT},
        ev.Dispatched(),
        {
            "stage": "dispatched",
            "stage_before": "dispatched",
            "place": "in_transit",
            "custody": None,
            **disputed("It was sent on its way after it was delivered."),
        },
    ),
    "received": (
        {**STANDS, "custody": THAT, "inaccessible": True, "condition": "unknown"},
        ev.Received(service_point=OTHER, municipality=THERE),
        {
            "place": "warehouse",
            "stage": "received",
            "stage_before": "received",
            "condition": "working",
            "custody": None,
            "service_point": OTHER,
            "municipality": THERE,
            "room": None,
            "inaccessible": False,
        },
    ),
    "received in need of attention": (
        {},
        ev.Received(condition="needs_attention"),
        {
            "place": "warehouse",
            "stage": "received",
            "stage_before": "received",
            "condition": "needs_attention",
        },
    ),
    "delivered": (
        {"room": "1", "inaccessible": True},
        ev.Delivered(municipality=HERE, quantity=2, found_serial="S"),
        {
            **IN_PLACE,
            "custody": THIS,
            "delivered_at": NOW,
            "outcome": "full",
            "delivered_quantity": 2,
            "found_serial": "S",
            "stage": "delivered",
            "stage_before": "delivered",
            "room": None,
            "inaccessible": False,
        },
    ),
    "delivered to a point whose municipality nobody named": (
        {"municipality": HERE},
        ev.Delivered(service_point=ASC),
        {
            "place": "service_point",
            "service_point": ASC,
            "custody": THIS,
            "delivered_at": NOW,
            "outcome": "full",
            "stage": "delivered",
            "stage_before": "delivered",
        },
    ),
    "delivered where it was bound for, damaged": (
        {"destination": THERE, **AT_ASC, "condition": "working"},
        ev.Delivered(outcome="damaged"),
        {
            "place": "municipality",
            "service_point": None,
            "municipality": THERE,
            "condition": "needs_attention",
            "custody": THIS,
            "delivered_at": NOW,
            "outcome": "damaged",
            "stage": "delivered",
            "stage_before": "delivered",
        },
    ),
    "delivered nobody knows where": (
        AT_ASC,
        ev.Delivered(),
        {
            "custody": THIS,
            "delivered_at": NOW,
            "outcome": "full",
            "stage": "delivered",
            "stage_before": "delivered",
        },
    ),
    "delivered with another serial": (
        {},
        ev.Delivered(outcome="wrong_serial"),
        {
            "custody": THIS,
            "delivered_at": NOW,
            "outcome": "wrong_serial",
            "stage": "delivered",
            "stage_before": "delivered",
            **disputed("It was delivered with another serial number.", THIS),
        },
    ),
    "delivered twice": (
        {"custody": THAT, "stage": "delivered", "stage_before": "delivered"},
        ev.Delivered(),
        {
            "custody": THIS,
            "delivered_at": NOW,
            "outcome": "full",
            **disputed("It was delivered twice, and nothing was recorded in between."),
        },
    ),
    "refused": (
        {**AT_ASC, "stage": "delivered", "stage_before": "delivered", "custody": THAT},
        ev.Refused(reason="ні"),
        {
            **NOWHERE,
            "outcome": "refused",
            "stage": "dispatched",
            "stage_before": "dispatched",
            "place": "in_transit",
            "custody": None,
        },
    ),
    # accepted
    "accepted": (
        {"stage": "delivered", "stage_before": "delivered"},
        ev.Accepted(act=OTHER, act_number="P-1"),
        {
            "act": OTHER,
            "act_number": "P-1",
            "accepted_at": NOW,
            "accepted_by": THIS,
            "stage": "accepted",
            "stage_before": "accepted",
        },
    ),
    "accepted while it is out of service": (
        {"stage": "out_of_service", "stage_before": "delivered"},
        ev.Accepted(act=OTHER, act_number="P-1"),
        {"act": OTHER, "act_number": "P-1", "accepted_at": NOW, "accepted_by": THIS},
    ),
    "title": ({}, ev.TitleTransferred(to="municipality"), {"title": "municipality"}),
    "balance": (
        {},
        ev.BalanceRecorded(inventory_number="1014", recorded_on=DAY, published_on=date(2025, 2, 5)),
        {"inventory_number": "1014", "balance_on": DAY, "published_on": date(2025, 2, 5)},
    ),
    # at work
    "installed": (
        {**IN_PLACE, "room": "1"},
        ev.Installed(service_point=ASC, municipality=HERE, room="12"),
        {
            "place": "service_point",
            "service_point": ASC,
            "room": "12",
            "installed_at": NOW,
            "condition": "working",
            "stage": "installed",
            "stage_before": "installed",
        },
    ),
    "installed though it does not work": (
        {**IN_PLACE, "condition": "unserviceable"},
        ev.Installed(service_point=ASC),
        {
            "place": "service_point",
            "service_point": ASC,
            "installed_at": NOW,
            "stage": "installed",
            "stage_before": "installed",
        },
    ),
    "installed in another municipality": (
        {"municipality": HERE, "custody": THAT, "condition": "working"},
        ev.Installed(service_point=ASC, municipality=THERE),
        {
            "place": "service_point",
            "service_point": ASC,
            "municipality": THERE,
            "installed_at": NOW,
            "stage": "installed",
            "stage_before": "installed",
            **disputed("It was installed in another municipality than it was delivered to."),
        },
    ),
    "installed where nobody knew it": (
        {"condition": "working"},
        ev.Installed(service_point=ASC, municipality=THERE),
        {
            "place": "service_point",
            "service_point": ASC,
            "municipality": THERE,
            "installed_at": NOW,
            "stage": "installed",
            "stage_before": "installed",
        },
    ),
    "commissioned": (
        {},
        ev.Commissioned(),
        {"commissioned_at": NOW, "use": "in_use", "stage": "in_service", "stage_before": "in_service"},
    ),
    "visited": (
        {**STANDS, "verified_at": BEFORE, "attested_at": BEFORE},
        ev.Verified(method="sight"),
        {"verified_at": NOW, "verified_how": "sight"},
    ),
    "attested by the centre": (STANDS, ev.Verified(method="attested"), {"attested_at": NOW}),
    "seen elsewhere, not working, stored": (
        STANDS,
        ev.Verified(municipality=THERE, condition="unserviceable", use="stored"),
        {
            "verified_at": NOW,
            "verified_how": "scan",
            "place": "municipality",
            "service_point": None,
            "municipality": THERE,
            "room": None,
            "condition": "unserviceable",
            "use": "stored",
            "stage": "out_of_service",
        },
    ),
    "seen at another point": (
        STANDS,
        ev.Verified(service_point=OTHER),
        {"verified_at": NOW, "verified_how": "scan", "service_point": OTHER, "room": None},
    ),
    "counted": (
        {"seen": {str(OTHER): Seen(event=THAT, at=BEFORE, by=THAT, service_point=ASC, use="stored")}},
        ev.Verified(method="scan", campaign=OTHER, condition="working"),
        {
            "verified_at": NOW,
            "verified_how": "scan",
            "condition": "working",
            "seen": {
                str(OTHER): Seen(
                    event=THIS, at=NOW, by=WHO, times=2, service_point=ASC, condition="working", use="stored"
                )
            },
        },
    ),
    "counted for the first time": (
        {"seen": {str(THAT): Seen(event=THAT, at=BEFORE, by=THAT)}},
        ev.Verified(method="scan", campaign=OTHER, municipality=HERE),
        {
            **IN_PLACE,
            "verified_at": NOW,
            "verified_how": "scan",
            "seen": {
                str(THAT): Seen(event=THAT, at=BEFORE, by=THAT),
                str(OTHER): Seen(event=THIS, at=NOW, by=WHO, municipality=HERE),
            },
        },
    ),
    "in use again": (STOPPED, ev.UseChanged(use="in_use"), {"use": "in_use", "stage": "in_service"}),
    "kept ready": (STOPPED, ev.UseChanged(use="standby"), {"use": "standby", "stage": "in_service"}),
    "stored": (STANDS, ev.UseChanged(use="stored"), {"use": "stored", "stage": "out_of_service"}),
    "stored on its way": (
        {"stage": "dispatched", "stage_before": "dispatched"},
        ev.UseChanged(use="stored"),
        {"use": "stored"},
    ),
    "stored as soon as it was delivered": (
        {"stage": "delivered", "stage_before": "delivered"},
        ev.UseChanged(use="stored"),
        {"use": "stored", "stage": "out_of_service"},
    ),
    # how residents were served
    "trips and a meter": (
        {},
        ev.ServiceCounted(since=date(2025, 5, 1), trips=12, meter=Meter(900, "km")),
        {
            "served": {"trips": Served(12, (Span(date(2025, 5, 1), date(2025, 6, 1)),))},
            "meter": Meter(900, "km"),
        },
    ),
    "nothing is an answer, and goes on from the month before": (
        {"served": {"trips": Served(3, (Span(date(2025, 4, 1), date(2025, 4, 30)),))}},
        ev.ServiceCounted(since=date(2025, 5, 1), trips=0, consultations=8),
        {
            "served": {
                "trips": Served(3, (Span(date(2025, 4, 1), date(2025, 6, 1)),)),
                "consultations": Served(8, (Span(date(2025, 5, 1), date(2025, 6, 1)),)),
            }
        },
    ),
    "a day counted twice": (
        {"served": {"trips": Served(3, (Span(date(2025, 4, 1), date(2025, 5, 1)),))}},
        ev.ServiceCounted(since=date(2025, 5, 1), trips=5),
        disputed("Some of these days were counted before, so this count is left out.", THIS),
    ),
    # broken and mended
    "a fault": (STANDS, ev.FaultReported(description="х"), {"condition": "needs_attention"}),
    "a fault that stops it": (
        STANDS,
        ev.FaultReported(description="х", condition="unserviceable"),
        {"condition": "unserviceable", "stage": "out_of_service"},
    ),
    "maintained": (
        {"meter": Meter(5, "km")},
        ev.Maintained(work="х", plan=OTHER, meter=Meter(9, "km"), condition="working"),
        {
            "maintained_at": NOW,
            "meter": Meter(9, "km"),
            "condition": "working",
            "done": {str(OTHER): PlanDone(NOW, Meter(9, "km"))},
        },
    ),
    "maintained, and nothing was read or tried": (
        {"meter": Meter(5, "km"), "condition": "needs_attention", "done": {str(THAT): PlanDone(BEFORE)}},
        ev.Maintained(work="х"),
        {"maintained_at": NOW},
    ),
    "repaired": (
        {**STOPPED, "condition": "unserviceable"},
        ev.Repaired(work="х"),
        {"condition": "working", "maintained_at": NOW, "stage": "in_service"},
    ),
    "repaired in the workshop": (
        {**AT_ASC, **AWAY, "stage": "installed", "stage_before": "in_service"},
        ev.Repaired(work="х", condition="needs_attention"),
        {"condition": "needs_attention", "maintained_at": NOW, "place": "service_point", "lent_until": None},
    ),
    "repaired, of a municipality": (
        {**IN_PLACE, "place": "away"},
        ev.Repaired(work="х"),
        {"condition": "working", "maintained_at": NOW, "place": "municipality"},
    ),
    "repaired, of nobody knows where": (
        {"place": "away"},
        ev.Repaired(work="х"),
        {"condition": "working", "maintained_at": NOW, "place": "unknown"},
    ),
    "sent for repair": (STANDS, ev.SentForRepair(to="х"), {"place": "away", "stage": "out_of_service"}),
    # elsewhere
    "moved": (
        {**STANDS, "inaccessible": True},
        ev.Moved(municipality=THERE),
        {
            "place": "municipality",
            "service_point": None,
            "municipality": THERE,
            "room": None,
            "inaccessible": False,
        },
    ),
    "moved to a room": ({**STANDS, "room": None}, ev.Moved(service_point=ASC, room="7"), {"room": "7"}),
    "evacuated": (
        {**STANDS, "inaccessible": True},
        ev.Evacuated(service_point=OTHER, municipality=THERE),
        {"service_point": OTHER, "municipality": THERE, "room": None, "inaccessible": False},
    ),
    "lent": (STANDS, ev.Lent(to="х", until=DAY), AWAY),
    "back from a loan": (
        {**STANDS, **AWAY, "condition": "working"},
        ev.Returned(condition="needs_attention"),
        {"place": "service_point", "lent_until": None, "condition": "needs_attention", "room": None},
    ),
    "back from a loan, as it was, elsewhere": (
        {**STANDS, **AWAY},
        ev.Returned(municipality=THERE),
        {
            "place": "municipality",
            "service_point": None,
            "municipality": THERE,
            "lent_until": None,
            "room": None,
        },
    ),
    "back to the donor": (
        STANDS,
        ev.Returned(to_donor=True),
        {**LEFT, "gone": "returned", "municipality": None},
    ),
    "back though it is gone": (
        gone("lost"),
        ev.Returned(),
        disputed("It was recorded as gone, and yet it came back."),
    ),
    # damage and loss
    "out of reach": (
        STANDS,
        ev.FoundInaccessible(reason="х"),
        {"inaccessible": True, "condition": "unknown", "stage": "out_of_service"},
    ),
    "out of reach, and gone": (
        gone("lost", condition="working"),
        ev.FoundInaccessible(reason="х"),
        {"inaccessible": True, "condition": "unknown"},
    ),
    "damaged": (
        STANDS,
        ev.Damaged(circumstances="х", case=OTHER),
        {
            "condition": "unserviceable",
            "stage": "out_of_service",
            **case("damaged", OTHER, service_point=ASC),
        },
    ),
    "damaged a little": (
        {**STANDS, "municipality": None, "destination": HERE},
        ev.Damaged(circumstances="х", condition="needs_attention"),
        {"condition": "needs_attention", **case("damaged", service_point=ASC)},
    ),
    "destroyed": (
        STANDS,
        ev.Destroyed(circumstances="х"),
        {**LEFT, "gone": "destroyed", "condition": "unserviceable", **case("destroyed", service_point=ASC)},
    ),
    "lost": (STANDS, ev.Lost(circumstances="х"), {**LEFT, "gone": "lost", **case("lost", service_point=ASC)}),
    "stolen": (
        STANDS,
        ev.Stolen(circumstances="х", case=OTHER),
        {**LEFT, "gone": "stolen", **case("stolen", OTHER, service_point=ASC)},
    ),
    "lost, then known to be destroyed": (
        gone("lost"),
        ev.Destroyed(circumstances="х"),
        {"gone": "destroyed", "gone_by": THIS, "condition": "unserviceable", **case("destroyed")},
    ),
    "lost after it was destroyed": (gone("destroyed"), ev.Lost(circumstances="х"), case("lost")),
    "lost after it was disposed of": (
        gone("disposed"),
        ev.Lost(circumstances="х"),
        {**case("lost"), **disputed("It was disposed of before it was lost.")},
    ),
    "found at a point": (
        gone("stolen"),
        ev.Found(service_point=ASC),
        {
            "gone": None,
            "gone_by": None,
            "stage": "in_service",
            "place": "service_point",
            "service_point": ASC,
        },
    ),
    "found, in its municipality": (
        gone("lost"),
        ev.Found(condition="working"),
        {
            "gone": None,
            "gone_by": None,
            "stage": "in_service",
            "place": "municipality",
            "condition": "working",
        },
    ),
    "found, nobody said where": (
        gone("lost", municipality=None, place="unknown", condition="working"),
        ev.Found(),
        {"gone": None, "gone_by": None, "stage": "in_service", "condition": "unknown"},
    ),
    "found though nobody missed it": (
        STANDS,
        ev.Found(condition="needs_attention"),
        {"condition": "needs_attention", "room": None},
    ),
    "found though it was disposed of": (
        gone("disposed"),
        ev.Found(),
        disputed("It was recorded as gone for good, and yet it was found."),
    ),
    "one case decided": (
        {"cases": (CLOSED, OPENED, OPENED_TOO), "case_open": True},
        ev.LossClosed(decision="written_off", reason="акт", case=THAT),
        {"cases": (CLOSED, decided(OPENED), OPENED_TOO)},
    ),
    "all cases decided": (
        {"cases": (CLOSED, OPENED, OPENED_TOO), "case_open": True},
        ev.LossClosed(decision="written_off", reason="акт"),
        {"cases": (CLOSED, decided(OPENED), decided(OPENED_TOO)), "case_open": False},
    ),
    "consent": (
        {"consents": ("transfer",)},
        ev.ConsentGiven(donor=OTHER, purpose="disposal", reference="х"),
        {"consents": ("transfer", "disposal")},
    ),
    "disposed of": (STANDS, ev.Disposed(method="sale"), {**LEFT, "gone": "disposed"}),
    "disposed of twice": (
        gone("disposed"),
        ev.Disposed(method="sale"),
        disputed("It was disposed of twice."),
    ),
    "disposed of after it was destroyed": (gone("destroyed"), ev.Disposed(method="recycling"), {}),
    "marked": ({}, ev.VisibilitySet(status="applied"), {"visibility": "applied"}),
    "noted": (STANDS, ev.Note(note="х"), {}),
}


def event(payload):
    return Event(
        id=THIS,
        asset=UUID(int=1),
        seq=9,
        occurred_at=NOW,
        recorded_at=NOW,
        actor=WHO,
        payload=payload,
    )


def changed(before, payload):
    """The fields that are different after the fact, with what they are then."""
    state = State(**deepcopy(before))
    was = {name: getattr(state, name) for name in State.__struct_fields__}
    apply(state, event(payload))
    return {name: value for name, old in was.items() if (value := getattr(state, name)) != old}


@pytest.mark.parametrize("name", CASES)
def test_what_a_fact_changes(name):
    before, payload, expected = CASES[name]
    assert changed(before, payload) == expected


# Earlier to later; out of service is as far as in service.
FAR = ("expected", "received", "dispatched", "delivered", "accepted", "installed", "in_service")
REACHING = {
    "delivered": ev.Delivered(),
    "accepted": ev.Accepted(act=OTHER, act_number="P-1"),
    "installed": ev.Installed(service_point=ASC),
    "in_service": ev.Commissioned(),
}


@pytest.mark.parametrize("reached", REACHING)
@pytest.mark.parametrize("stage", FAR)
def test_how_far_it_has_come(stage, reached):
    later = max(stage, reached, key=FAR.index)
    after = changed({"stage": stage, "stage_before": stage}, REACHING[reached])
    expected = {"stage": later, "stage_before": later} if later != stage else {}
    assert {name: after[name] for name in ("stage", "stage_before") if name in after} == expected


@pytest.mark.parametrize("stage", FAR)
def test_what_stops_only_what_had_arrived(stage):
    stopped = changed({"stage": stage, "stage_before": stage}, ev.SentForRepair(to="х"))
    assert stopped.get("stage", stage) == ("out_of_service" if FAR.index(stage) >= 3 else stage)


@pytest.mark.parametrize("reached", ["delivered", "installed", "in_service"])
def test_what_brings_it_back_into_service(reached):
    """Handled anew, it goes on from there; how far it had come before stays known."""
    after = changed({"stage": "out_of_service", "stage_before": "in_service"}, REACHING[reached])
    assert (after["stage"], "stage_before" in after) == (reached, False)


HANDLED = (
    ev.Packed(kit=OTHER),
    ev.Dispatched(),
    ev.Received(),
    ev.Delivered(),
    ev.Installed(service_point=ASC),
    ev.Commissioned(),
    ev.Verified(),
    ev.UseChanged(use="in_use"),
    ev.Maintained(work="х"),
    ev.Repaired(work="х"),
    ev.SentForRepair(to="х"),
    ev.Moved(municipality=HERE),
    ev.Lent(to="х"),
    ev.Evacuated(municipality=HERE),
    ev.Damaged(circumstances="х"),
)


@pytest.mark.parametrize("payload", HANDLED, ids=lambda each: type(each).__name__)
def test_who_handles_what_is_gone_contradicts(payload):
    reason = "It was recorded as gone, and yet somebody handled it afterwards."
    assert changed(gone("lost"), payload) == disputed(reason)


def test_a_count_counts_even_what_is_gone():
    after = changed(gone("lost"), ev.Verified(campaign=OTHER))
    assert set(after) == {"disputes", "seen"}


# the act, the delivery and the acceptance that stand; whether another act contradicts
ACTS = {
    "nothing stands": ({}, False),
    "another act, of the delivery that stands": (
        {"act": THAT, "custody": WHO, "accepted_at": BEFORE, "delivered_at": LONG_AGO, "accepted_by": THAT},
        True,
    ),
    "at the same moment": (
        {"act": THAT, "custody": WHO, "accepted_at": BEFORE, "delivered_at": BEFORE, "accepted_by": THAT},
        True,
    ),
    "the same act": (
        {"act": OTHER, "custody": WHO, "accepted_at": BEFORE, "delivered_at": LONG_AGO, "accepted_by": THAT},
        False,
    ),
    "an act of an earlier delivery": (
        {"act": THAT, "custody": WHO, "accepted_at": LONG_AGO, "delivered_at": BEFORE, "accepted_by": THAT},
        False,
    ),
    "it was sent back meanwhile": (
        {"act": THAT, "accepted_at": BEFORE, "delivered_at": LONG_AGO, "accepted_by": THAT},
        False,
    ),
    "nobody knows when it was delivered": (
        {"act": THAT, "custody": WHO, "accepted_at": BEFORE, "accepted_by": THAT},
        False,
    ),
}


@pytest.mark.parametrize("name", ACTS)
def test_when_two_acts_contradict(name):
    before, contradicts = ACTS[name]
    after = changed(before, ev.Accepted(act=OTHER, act_number="P-1"))
    told = disputed("Two acts say that it was accepted.")["disputes"] if contradicts else None
    assert after.get("disputes") == told


def test_a_dispute_is_added_to_those_that_stand():
    first = Dispute((OTHER,), "first")
    after = changed({"custody": THAT, "disputes": (first,)}, ev.Delivered())
    assert after["disputes"][0] == first
    assert len(after["disputes"]) == 2


# Whether a fold may be taken up where it stood, or all facts are looked at again.
GOES_ON = {
    "a note": (ev.Note(note="х"), True),
    "a delivery": (ev.Delivered(), True),
    "a beginning": (ev.Registered(**REGISTERED), False),
    "what strikes out": (ev.Correction(reason="х"), False),
    "what resolves": (ev.Resolution(events=(THAT,), reason="х"), False),
}


@pytest.mark.parametrize("name", GOES_ON)
def test_which_facts_only_go_on(name):
    payload, expected = GOES_ON[name]
    assert goes_on(event(payload)) is expected
    assert goes_on(msgspec.structs.replace(event(payload), supersedes=THAT)) is False
