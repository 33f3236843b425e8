"""What facts do to an asset, as a table: facts by day -> what is known afterwards."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from asset_tracker.ledger import events as ev
from asset_tracker.ledger.envelope import Event
from asset_tracker.ledger.events import KINDS
from asset_tracker.ledger.ids import uuid7
from asset_tracker.ledger.replay import replay
from asset_tracker.ledger.values import Meter

START = datetime(2025, 1, 1, tzinfo=UTC)
HERE, ELSEWHERE = "UA18080010000090720", "UA18060170000069581"
ASC, OTHER, ACT, ACT2, CASE = uuid4(), uuid4(), uuid4(), uuid4(), uuid4()

registered = ev.Registered(category="laptop", name_uk="Ноутбук", tag="00000000", destination=HERE)
dispatched = ev.Dispatched(destination=HERE)
delivered = ev.Delivered(municipality=HERE)
accepted = ev.Accepted(act=ACT, act_number="P-2025-0001")
installed = ev.Installed(service_point=ASC, municipality=HERE)
commissioned = ev.Commissioned()
broken = ev.FaultReported(description="не вмикається", condition="unserviceable")
lost = ev.Lost(circumstances="не знайдено", case=CASE)


def events(*payloads):
    """One fact a day, the registration first."""
    return [
        Event(
            id=uuid7(1_700_000_000_000 + n),
            asset=UUID(int=1),
            seq=n + 1,
            occurred_at=START + timedelta(days=n),
            recorded_at=START + timedelta(days=n),
            actor=UUID(int=2),
            payload=payload,
        )
        for n, payload in enumerate((registered, *payloads))
    ]


def fold(*payloads):
    return replay(events(*payloads)).state


IN_SERVICE = (dispatched, delivered, accepted, installed, commissioned)
TABLE = {
    "expected": ((), {"stage": "expected", "place": "unknown", "destination": HERE}),
    "on the way": ((dispatched,), {"stage": "dispatched", "place": "in_transit"}),
    "at a warehouse": ((ev.Received(),), {"stage": "received", "place": "warehouse", "condition": "working"}),
    "delivered to where it was bound": (
        (dispatched, ev.Delivered()),
        {"stage": "delivered", "place": "municipality", "municipality": HERE},
    ),
    "delivered damaged": (
        (ev.Delivered(outcome="damaged"),),
        {"condition": "needs_attention", "disputed": False},
    ),
    "another serial number": ((ev.Delivered(outcome="wrong_serial"),), {"disputed": True}),
    "refused": ((dispatched, ev.Refused(reason="ні")), {"stage": "dispatched", "municipality": None}),
    "accepted before it is installed": ((delivered, accepted), {"stage": "accepted", "act": ACT}),
    "an act after the installation does not set it back": (
        (delivered, installed, accepted),
        {"stage": "installed", "act_number": "P-2025-0001"},
    ),
    "installed works unless somebody said otherwise": (
        (delivered, installed),
        {"stage": "installed", "service_point": ASC, "condition": "working"},
    ),
    "live": (IN_SERVICE, {"stage": "in_service", "use": "in_use"}),
    "title": ((delivered, ev.TitleTransferred(to="municipality")), {"title": "municipality"}),
    "stored away": ((*IN_SERVICE, ev.UseChanged(use="stored")), {"stage": "out_of_service", "use": "stored"}),
    "broken": ((*IN_SERVICE, broken), {"stage": "out_of_service", "condition": "unserviceable"}),
    "repaired goes back where it was": (
        (*IN_SERVICE, broken, ev.SentForRepair(to="Сервіс"), ev.Repaired(work="плата")),
        {"stage": "in_service", "condition": "working", "place": "service_point"},
    ),
    "a small fault does not stop it": (
        (*IN_SERVICE, ev.FaultReported(description="шумить")),
        {"stage": "in_service", "condition": "needs_attention"},
    ),
    "maintained": (
        (*IN_SERVICE, ev.Maintained(work="чистка", meter=Meter(1200, "km"))),
        {"meter": Meter(1200, "km"), "stage": "in_service"},
    ),
    "lent and back": (
        (*IN_SERVICE, ev.Lent(to="Школа"), ev.Returned()),
        {"place": "service_point", "service_point": ASC, "stage": "in_service"},
    ),
    "lent": ((*IN_SERVICE, ev.Lent(to="Школа")), {"place": "away", "stage": "in_service"}),
    "moved": (
        (*IN_SERVICE, ev.Moved(service_point=OTHER, municipality=HERE)),
        {"service_point": OTHER, "disputed": False},
    ),
    "seen elsewhere": (
        (*IN_SERVICE, ev.Verified(service_point=OTHER, municipality=HERE)),
        {"service_point": OTHER, "verified_how": "scan"},
    ),
    "out of reach": (
        (*IN_SERVICE, ev.FoundInaccessible(reason="окупація")),
        {"inaccessible": True, "stage": "out_of_service", "condition": "unknown"},
    ),
    "lost": ((*IN_SERVICE, lost), {"stage": "gone", "gone": "lost", "case_open": True, "municipality": HERE}),
    "found again": (
        (*IN_SERVICE, lost, ev.Found(service_point=ASC, municipality=HERE, condition="working")),
        {"stage": "in_service", "gone": None, "service_point": ASC, "disputed": False},
    ),
    "investigated": (
        (*IN_SERVICE, lost, ev.LossClosed(decision="written_off", reason="акт")),
        {"case_open": False},
    ),
    "written off after it was destroyed stays destroyed": (
        (*IN_SERVICE, ev.Destroyed(circumstances="обстріл"), ev.Disposed(method="recycling")),
        {"gone": "destroyed", "disputed": False},
    ),
    "back to the donor": (
        (delivered, ev.Returned(to_donor=True)),
        {"gone": "returned", "municipality": None},
    ),
    "handled after it was gone": (
        (*IN_SERVICE, lost, ev.Maintained(work="?")),
        {"disputed": True, "gone": "lost"},
    ),
    "found for good": (
        (ev.Destroyed(circumstances="обстріл"), ev.Found()),
        {"disputed": True, "gone": "destroyed"},
    ),
    "two receipts": ((delivered, ev.Delivered(municipality=ELSEWHERE)), {"disputed": True}),
    "two acts": ((delivered, accepted, ev.Accepted(act=ACT2, act_number="P-2")), {"disputed": True}),
    "installed elsewhere than delivered": (
        (delivered, ev.Installed(service_point=OTHER, municipality=ELSEWHERE)),
        {"disputed": True},
    ),
    "sent off after it was delivered": ((delivered, dispatched), {"disputed": True}),
    "in a kit and out": ((ev.Packed(kit=ACT), ev.Unpacked()), {"kit": None}),
    "a new label": (
        (ev.LabelReplaced(old="00000000", new="11111111"),),
        {"tag": "11111111", "old_tags": ("00000000",)},
    ),
    "described more exactly": (
        (ev.Described(model="X1", attributes={"screen": "14"}),),
        {"model": "X1", "name_uk": "Ноутбук", "attributes": {"screen": "14"}},
    ),
    "a note changes nothing": ((ev.Note(note="так"),), {"stage": "expected"}),
}


@pytest.mark.parametrize("name", TABLE)
def test_table(name):
    payloads, expected = TABLE[name]
    state = fold(*payloads)
    assert {field: getattr(state, field) for field in expected} == expected


def test_a_resolution_ends_the_dispute_that_it_names():
    facts = events(delivered, ev.Delivered(municipality=ELSEWHERE))
    ids = tuple(each.id for each in facts[1:])
    resolution = events(*[each.payload for each in facts[1:]], ev.Resolution(events=ids, reason="передано"))[
        -1
    ]
    assert replay(facts).state.disputed
    assert not replay([*facts, resolution]).state.disputed


def superseding(target, payload, n):
    return Event(
        id=uuid7(1_800_000_000_000 + n),
        asset=target.asset,
        seq=90 + n,
        occurred_at=target.occurred_at,
        recorded_at=START + timedelta(days=90),
        actor=UUID(int=2),
        payload=payload,
        supersedes=target.id,
    )


def test_a_correction_strikes_out_and_can_itself_be_struck_out():
    facts = events(dispatched, delivered)
    struck = superseding(facts[2], ev.Correction(reason="помилка"), 1)
    again = superseding(struck, ev.Correction(reason="все ж так"), 2)
    assert replay([*facts, struck]).state.stage == "dispatched"
    assert replay([*facts, struck, again]).state.stage == "delivered"


def test_a_replacement_of_a_replacement_leaves_the_original_replaced():
    facts = events(dispatched, delivered)
    first = superseding(facts[2], ev.Delivered(municipality=ELSEWHERE), 1)
    second = superseding(first, ev.Delivered(municipality=HERE, outcome="damaged"), 2)
    state = replay([*facts, first, second]).state
    assert (state.municipality, state.outcome, state.disputed) == (HERE, "damaged", False)


def test_of_two_replacements_the_later_made_one_holds():
    facts = events(dispatched, delivered)
    one = superseding(facts[2], ev.Delivered(municipality=ELSEWHERE), 1)
    two = superseding(facts[2], ev.Delivered(municipality=HERE), 2)
    for order in ([one, two], [two, one]):
        state = replay([*facts, *order]).state
        assert (state.municipality, state.disputed) == (HERE, False)


def test_an_asset_whose_registration_is_struck_out_is_withdrawn():
    facts = events(dispatched)
    folded = replay([*facts, superseding(facts[0], ev.Correction(reason="не той файл"), 1)])
    assert (folded.state.gone, folded.periods, folded.state.name_uk) == ("withdrawn", (), "Ноутбук")


def test_periods_say_from_when_to_when():
    periods = replay(events(dispatched, delivered, ev.Note(note="?"), installed)).periods
    assert [(p.stage, (p.valid_from - START).days) for p in periods] == [
        ("expected", 0),
        ("dispatched", 1),
        ("delivered", 2),
        ("installed", 4),
    ]
    assert [p.valid_to for p in periods] == [*[p.valid_from for p in periods[1:]], None]


def test_facts_of_one_instant_make_one_period():
    at_once = [
        Event(
            id=uuid7(1_700_000_000_000 + n),
            asset=UUID(int=1),
            seq=n,
            occurred_at=START,
            recorded_at=START,
            actor=UUID(int=2),
            payload=payload,
        )
        for n, payload in enumerate((installed, delivered, dispatched, registered), start=1)
    ]
    (period,) = replay(at_once).periods
    assert (period.stage, period.valid_from, period.valid_to) == ("installed", START, None)


def test_every_kind_is_known_to_the_table_or_changes_nothing_by_design():
    told = {type(p).__struct_config__.tag for payloads, _ in TABLE.values() for p in payloads} | {
        "registered"
    }
    elsewhere = {"resolution", "correction"}
    changes_no_question = {
        "label_bound", "label_retired", "label_printed", "code_linked", "consigned", "balance_recorded",
        "training_given", "evacuated", "damaged", "stolen", "approved", "consent_given", "visibility_set",
        "service_counted",
    }  # fmt: skip
    assert set(KINDS) == told | elsewhere | changes_no_question
