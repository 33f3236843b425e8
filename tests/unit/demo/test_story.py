from collections import Counter
from datetime import date
from decimal import Decimal

import pytest

from asset_tracker.demo import activities, lives, people, turns
from asset_tracker.demo.batches import BARANIVKA, BATCHES, beneficiaries
from asset_tracker.demo.story import deliveries
from asset_tracker.ledger.envelope import problems
from asset_tracker.ledger.tags import parse_tag
from asset_tracker.territory.codifier import read_shipped


@pytest.fixture(scope="module")
def municipalities():
    return {each.code: each for each in read_shipped().municipalities}


@pytest.fixture(scope="module")
def told(municipalities):
    return list(deliveries(municipalities))


def test_the_published_figures_come_out(told, municipalities):
    prosto = [each for each in told if each.batch.programme == "PROSTO"]
    assert [count for _, count in sorted(Counter(each.batch.number for each in prosto).items())] == [
        13, 13, 1, 14, 55, 5, 30, 35, 16, 1,
    ]  # fmt: skip
    reached = {each.municipality.code for each in prosto}
    assert len(reached) == 162
    assert 2_900_000 < sum(municipalities[code].population for code in reached) < 3_000_000


@pytest.mark.parametrize("batch", [each for each in BATCHES if each.total], ids=lambda each: str(each.number))
def test_the_sums_come_out(told, batch):
    facts = [thing.fact for each in told if each.batch == batch for thing in each.assets]
    assert sum((fact.unit_price or Decimal(0)) * fact.quantity for fact in facts) == batch.total


def test_it_is_the_same_every_time(told, municipalities):
    assert list(deliveries(municipalities)) == told


def test_tags_and_serial_numbers_are_unique_and_right(told):
    facts = [thing.fact for each in told for thing in each.assets]
    assert len({fact.tag for fact in facts}) == len(facts)
    assert all(parse_tag(fact.tag) == fact.tag for fact in facts)
    serials = [fact.serial for fact in facts if fact.serial]
    assert len(set(serials)) == len(serials)
    assert all(not problems(fact) for fact in facts)


def test_each_kit_has_its_contents(told):
    for delivery in told:
        kits = {thing.id: thing for thing in delivery.assets if thing.fact.is_kit}
        parts = Counter(thing.kit for thing in delivery.assets if thing.kit)
        assert parts.keys() == kits.keys()


def test_lives_are_in_order_and_in_the_past(told):
    for delivery in told:
        assert delivery.dispatched_at < delivery.delivered_at
        assert delivery.delivered_at.date() <= delivery.signed_on
        for thing in delivery.assets:
            for past in lives.life(delivery, thing):
                assert not problems(past.fact)
                assert past.at.date() <= lives.LAST_DAY
                kind = past.fact.__struct_config__.tag
                assert past.at.date() >= delivery.signed_on or kind in ("label_printed", "approved")


def test_each_month_is_counted_once():
    monthly = list(lives.months(date(2025, 8, 12)))
    assert monthly == [
        (date(2025, 8, 12), date(2025, 8, 31)),
        (date(2025, 9, 1), date(2025, 9, 30)),
        (date(2025, 10, 1), date(2025, 10, 31)),
    ]
    quarters = list(lives.months(date(2024, 11, 2), at_once=3))
    assert [until for _, until in quarters] == [
        date(2024, 12, 31), date(2025, 3, 31), date(2025, 6, 30), date(2025, 9, 30),
    ]  # fmt: skip


def test_special_turns_are_about_things_that_exist(told):
    known = {thing.id for each in told for thing in each.assets}
    found = list(turns.turns(told))
    assert all(turn.assets <= known for turn in found)
    kinds = {past.fact.__struct_config__.tag for turn in found for past in turn.facts}
    assert kinds >= {"commissioned", "training_given", "destroyed", "stolen", "lost", "evacuated", "disposed"}


def test_people_reached_by_training():
    counted = Counter()
    for _, activity in activities.activities():
        counted[activity.programme, activity.kind] += activity.women + activity.men
    assert counted[people.PROSTO, "training"] == 2_500
    assert counted[people.PROSTO, "psychological_support"] == 252


def test_passwords_differ_by_installation_and_person():
    made = {people.password(key, person) for key in ("a" * 32, "b" * 32) for person in people.PEOPLE}
    assert len(made) == 2 * len(people.PEOPLE)
    assert people.password("a" * 32, people.PEOPLE[0]) == people.password("a" * 32, people.PEOPLE[0])


def test_every_role_can_log_in():
    assert {person.role for person in people.PEOPLE} == {
        "administrator", "coordinator", "technician", "custodian", "donor", "auditor",
    }  # fmt: skip


def test_baranivka_is_where_the_story_begins():
    assert BARANIVKA in beneficiaries()[11]
