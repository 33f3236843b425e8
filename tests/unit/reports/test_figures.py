import hashlib
from datetime import UTC, date, datetime
from decimal import Decimal

import msgspec
import pytest

from asset_tracker.reports import figures
from asset_tracker.reports.compose import municipality_facts, programme_facts, report
from asset_tracker.reports.findings import Limits, findings
from asset_tracker.reports.structs import Question
from asset_tracker.reports.structs_around import Municipality
from asset_tracker.reports.structs_figures import Funnel
from asset_tracker.reports.structs_items import Cost, Share, Support
from factories.reports import (
    BARANIVKA,
    OVRUCH,
    SIDA,
    item,
    making,
    material,
    municipality_report,
    programme_report,
    timeline,
)


def test_funnel_counts_quantities():
    things = [item(1), item(2, quantity=3), item(3, delivered_on=None, accepted_on=None, stage="dispatched")]
    assert figures.funnel(things) == Funnel(planned=5, delivered=4, accepted=4, in_service=4, gone=0)


def test_a_kit_is_not_counted_beside_its_parts():
    facts = municipality_report().facts
    assert facts.summary.kits.planned == 1
    assert facts.summary.funnel.planned == sum(thing.quantity for thing in facts.items if not thing.is_kit)
    lines = [line for line in facts.summary.by_category if not line.sets]
    assert sum(line.funnel.planned for line in lines) == facts.summary.funnel.planned


def test_values_stay_in_their_currency_and_shares_sum_to_them():
    lines = {line.currency: line for line in municipality_report().facts.summary.values}
    assert set(lines) == {"EUR", "UAH"}
    for line in lines.values():
        assert sum(amount.value for amount in line.by_donor) == line.value
    assert lines["EUR"].value == Decimal("1979.33")


def test_residents_are_counted_once_and_only_where_something_arrived():
    waiting = item(1, municipality=OVRUCH.code, delivered_on=None, accepted_on=None, stage="expected")
    report = programme_report(items=(item(2), item(3), waiting))
    assert report.facts.summary.municipalities == 1
    assert report.facts.summary.residents == BARANIVKA.population


def test_unknown_population_is_not_zero():
    place = Municipality(
        code=BARANIVKA.code,
        pcode=BARANIVKA.pcode,
        name=BARANIVKA.name,
        title=BARANIVKA.title,
        region=BARANIVKA.region,
        oblast=BARANIVKA.oblast,
    )
    assert municipality_report(municipalities=(place,)).facts.summary.residents is None


def test_medians_leave_out_what_has_not_happened():
    things = [item(1), item(2, accepted_on=None), item(3, accepted_on=date(2024, 11, 18))]
    by_step = {line.step: line for line in figures.days(things)}
    assert (by_step["dispatched_delivered"].median, by_step["dispatched_delivered"].count) == (2, 3)
    assert (by_step["delivered_accepted"].median, by_step["delivered_accepted"].count) == (4, 2)


def test_an_empty_report_has_zeros_and_says_nothing():
    report = municipality_report(items=(), timeline=(), support=(), losses=())
    assert report.facts.summary.funnel == Funnel()
    assert report.facts.summary.values == ()
    assert report.facts.findings == ()


@pytest.mark.parametrize(
    ("changes", "codes"),
    [
        ({}, []),
        ({"serial": None}, ["no_serial"]),
        ({"serial": None, "quantity": 4}, []),
        ({"serial": None, "category": "software"}, []),
        ({"unit_price": None}, ["no_price"]),
        ({"unit_price": None, "kit": "7K17-9XQ7"}, []),
        ({"shares": (Share(donor="sida", percent=Decimal(90)),)}, ["shares_not_whole"]),
        ({"accepted_on": None}, ["no_act"]),
        ({"accepted_on": None, "delivered_on": date(2025, 1, 20)}, []),
        ({"delivered_on": None, "stage": "dispatched"}, ["not_delivered"]),
        (
            {"verified_on": date(2022, 1, 1), "installed_on": None, "delivered_on": date(2021, 1, 1)},
            ["not_verified"],
        ),
        ({"condition": "unserviceable"}, ["unserviceable"]),
        ({"disputed": True, "condition": "needs_attention"}, ["disputed", "needs_attention"]),
        ({"stage": "gone", "gone_reason": "destroyed", "accepted_on": None}, ["gone_destroyed"]),
        ({"stage": "gone", "gone_reason": "disposed"}, []),
    ],
)
def test_findings(changes, codes):
    assert [found.code for found in findings([item(1, **changes)], (), date(2025, 2, 1))] == codes


def test_limits_are_policy():
    thing = item(1, accepted_on=None)
    assert findings([thing], (), date(2025, 2, 1), Limits(act_days=365)) == ()


def test_places_of_restricted_municipalities_are_not_named():
    facts = municipality_facts(material(restricted=frozenset({BARANIVKA.code})))
    assert all(thing.service_point is None for thing in facts.items)


def test_a_donor_sees_only_their_share():
    facts = municipality_facts(
        material(only_donors=frozenset({"sida"}), question=Question(as_of=date(2025, 2, 1), donor=SIDA))
    )
    assert {share.donor for thing in facts.items for share in thing.shares} == {"sida"}
    assert all(amount.donor == "sida" for line in facts.summary.values for amount in line.by_donor)


def test_hash_is_of_the_facts_alone():
    first = municipality_report("uk")
    again = municipality_report("en")
    later = report(
        first.facts, making(made_at=datetime(2026, 1, 1, tzinfo=UTC), ledger_head="f" * 64, ledger_size=9)
    )
    assert first.content_hash == again.content_hash == later.content_hash
    assert municipality_report(support=()).content_hash != first.content_hash


@pytest.mark.parametrize("number", [3, 500, 1001])
def test_the_hash_is_that_of_one_json_whose_keys_are_sorted(number):
    many = tuple(item(n) for n in range(number))
    for facts in (
        municipality_facts(material(items=many, timeline=timeline(many))),
        programme_facts(material(items=many, timeline=timeline(many), support=(), losses=())),
    ):
        whole = msgspec.json.encode(facts, order="sorted")
        assert figures.content_hash(facts) == hashlib.sha256(whole).hexdigest()


def test_trained_people_are_summed_by_sex():
    lines = (
        Support(
            kind="training", title=BARANIVKA.name, programme="P", starts_on=date(2025, 1, 1), women=3, men=4
        ),
    ) * 2
    summary = municipality_report(support=lines).facts.summary
    assert (summary.trained_women, summary.trained_men) == (6, 8)


def test_upkeep_is_added_up_by_currency():
    costs = (Cost(currency="UAH", value=Decimal("100.10")), Cost(currency="EUR", value=Decimal("5.00")))
    facts = municipality_report(
        items=(item(1, upkeep=2, upkeep_costs=costs), item(2, upkeep=1, upkeep_costs=costs[:1]))
    ).facts
    assert facts.summary.upkeep == 3
    assert [(cost.currency, str(cost.value)) for cost in facts.summary.upkeep_costs] == [
        ("EUR", "5.00"),
        ("UAH", "200.20"),
    ]
