"""Budget, territories of hostilities, meters, and what follows from the facts: told alike, and no old hash is broken."""

import json
from datetime import date
from decimal import Decimal
from uuid import UUID

import pytest
from msgspec.structs import replace

from asset_tracker.documents import display
from asset_tracker.i18n import gettext
from asset_tracker.ledger.serving import Count
from asset_tracker.reports import figures, serving, words
from asset_tracker.reports.compose import municipality_facts, report
from asset_tracker.reports.evidence import Part, evidence
from asset_tracker.reports.findings import findings
from asset_tracker.reports.formats import FORMATS
from asset_tracker.reports.structs import Paper, Question
from asset_tracker.reports.structs_around import Budget
from asset_tracker.reports.structs_items import Reading
from factories.reports import (
    BARANIVKA,
    OVRUCH,
    RATES,
    SIDA,
    item,
    items,
    making,
    material,
    municipality_report,
    programme_report,
)

from .test_formats import pdf_text, sheet_rows

DAY = date(2025, 2, 1)
# What the reports of the factory had before any of this was told.
HASHES = {
    municipality_report: "faccb053e0741ed8eea38bdadf7af0d0b880542c561f1a37477ecfef73f6269d",
    programme_report: "0cc059129136ba360c7c744923cb0d4d6c5ca17a1ebce03f08fae9fcd57d7de5",
}


def full(lang="uk", **changes):
    """A programme with a budget, two situations and a van that has driven."""
    van = item(90, category="vehicle", reading=Reading(value=15_200, unit="km", day=date(2025, 1, 9)))
    there = item(91, municipality=OVRUCH.code, reading=Reading(value=4_100, unit="km", day=date(2025, 1, 9)))
    more = {
        "items": (*items(), van, there),
        "municipalities": (replace(BARANIVKA, situation="possible"), replace(OVRUCH, situation="active")),
        "budget": Budget(currency="EUR", amount=Decimal("60000.00")),
        "rates": RATES,
    }
    return programme_report(lang, **more | changes)


@pytest.mark.parametrize("make", list(HASHES))
def test_a_report_of_then_keeps_its_hash(make):
    made = make()
    assert made.content_hash == HASHES[make]
    told = json.loads(FORMATS["json"].write(made))
    for name in ("situation", "serving", "reading", "unpublished_since", "meters", "situations", "budget"):
        assert f'"{name}"' not in json.dumps(told["facts"])


@pytest.mark.parametrize("lang", ["uk", "en"])
def test_all_formats_tell_the_same_of_them(lang):
    made = full(lang)
    facts, beside = made.facts, made.beside
    text = pdf_text(FORMATS["pdf"].write(made))
    rows = sheet_rows(FORMATS["xlsx"].write(made), gettext(lang, "Summary"))
    told = json.loads(FORMATS["json"].write(made))
    assert [gettext(lang, "Installed"), beside.installed] in [row[:2] for row in rows]
    assert told["beside"]["installed"] == beside.installed == evidence(facts, "installed").total
    (meter,) = facts.summary.meters
    assert (meter.value, meter.things) == (19_300, 2)
    assert evidence(facts, "meter:km").total == 19_300
    assert display.number(19_300, lang).replace("\u00a0", " ") in text
    assert 19_300 in [row[1] for row in rows]
    assert told["facts"]["summary"]["meters"] == [{"unit": "km", "value": 19300, "things": 2}]
    budget = facts.budget
    assert display.money(budget.delivered, lang).replace("\u00a0", " ") in text
    assert float(budget.delivered) in [row[1] for row in rows]
    assert told["facts"]["budget"]["delivered"] == str(budget.delivered)
    assert evidence(facts, "worth_delivered:EUR").total == budget.delivered
    for line in facts.situations:
        steps = [line.funnel.planned, line.funnel.delivered, line.funnel.accepted, line.funnel.in_service]
        name = words.word(words.SITUATION, line.situation, lang)
        assert [name, line.municipalities, line.residents, *steps] in [row[:7] for row in rows]
        part = Part(situation=line.situation)
        assert evidence(facts, "planned", part).total == line.funnel.planned
        assert evidence(facts, "residents", part).total == line.residents


def served(lang="uk", **changes):
    """A van that went out to people, and a kit of video consultations; the van was counted for two months."""
    van = item(90, category="vehicle", serving=(count("trips", 12, 1), count("trips", 9, 2)))
    kit = item(91, category="video_kit", is_kit=True, serving=(count("consultations", 31, 2),))
    return municipality_report(lang, **{"items": (*items(), van, kit)} | changes)


def count(unit, number, month):
    last = date(2025, month, 28)
    return Count(event=UUID(int=number), unit=unit, number=number, since=date(2025, month, 1), until=last)


@pytest.mark.parametrize("lang", ["uk", "en"])
def test_all_formats_tell_how_residents_were_served(lang):
    since = date(2025, 2, 1)
    made = served(lang, question=Question(as_of=date(2025, 2, 28), since=since))
    facts = made.facts
    text = pdf_text(FORMATS["pdf"].write(made))
    rows = sheet_rows(FORMATS["xlsx"].write(made), gettext(lang, "Summary"))
    told = json.loads(FORMATS["json"].write(made))["facts"]["summary"]
    table = FORMATS["csv"].write(made).decode("utf-8-sig").splitlines()
    assert "#reached+trips+num" in FORMATS["hxl"].write(made).decode("utf-8-sig")
    for unit, whole, came in (("trips", 21, 9), ("consultations", 31, 31)):
        words_ = gettext(lang, serving.WORDS[unit], n="1")
        assert [words_, whole] in [row[:2] for row in rows]
        assert [words_, came] in [row[:2] for row in rows]
        assert f"{words_} {whole}" in " ".join(text.split())
        assert {"unit": unit, "number": whole, "things": 1} in told["serving"]
        assert {"unit": unit, "number": came, "things": 1} in told["since"]["serving"]
        assert gettext(lang, serving.SHORT[unit]) in table[0]
        assert evidence(facts, f"serving:{unit}").total == whole
        assert evidence(facts, f"since:{unit}").total == came


def test_iati_has_an_indicator_for_what_was_counted():
    van = item(90, category="vehicle", serving=(count("trips", 12, 1),))
    told = FORMATS["iati"].write(programme_report(items=(*items(), van))).decode()
    assert told.count("<narrative>Outreach trips</narrative>") == 1
    assert '<actual value="12">' in told
    assert "Outreach trips" not in FORMATS["iati"].write(programme_report()).decode()


def test_a_count_is_evidenced_by_its_own_events():
    van = item(90, category="vehicle", serving=(count("trips", 12, 1), count("trips", 9, 2)))
    lines = tuple(
        replace(material().timeline[0], event_id=UUID(int=n), asset_id=van.asset_id, kind="service_counted")
        for n in (12, 9, 31)
    )
    facts = served(items=(van,), timeline=lines).facts
    (row,) = evidence(facts, "serving:trips").rows
    assert [line.event_id.int for line in row.events] == [12, 9]


def test_the_lines_of_situations_sum_to_the_whole():
    made = full(municipalities=(BARANIVKA, replace(OVRUCH, situation="active")))
    assert [line.situation for line in made.facts.situations] == ["active", "unknown"]
    assert sum(line.funnel.planned for line in made.facts.situations) == made.facts.summary.funnel.planned
    assert sum(line.municipalities for line in made.facts.situations) == made.facts.summary.municipalities


@pytest.mark.parametrize("lang", ["uk", "en"])
def test_raions_and_the_days_until_installation_stand_beside_the_facts(lang):
    made = full(lang)
    facts, beside = made.facts, made.beside
    assert sum(line.municipalities for line in beside.by_raion) == facts.summary.municipalities
    text = " ".join(pdf_text(FORMATS["pdf"].write(made)).split())
    rows = sheet_rows(FORMATS["xlsx"].write(made), gettext(lang, "Summary"))
    for line in beside.by_raion:
        f = line.funnel
        cells = [line.raion.of(lang), line.municipalities, line.residents, f.planned, f.delivered]
        assert cells in [row[:5] for row in rows]
        part = Part(raion=line.raion.uk)
        assert evidence(facts, "planned", part).total == f.planned
        assert evidence(facts, "residents", part).total == line.residents
        assert line.raion.of(lang).partition(",")[0] in text
    (step,) = beside.days
    assert (step.step, step.count) == (
        "accepted_installed",
        len(evidence(facts, "days:accepted_installed").rows),
    )
    assert [gettext(lang, words.STEP[step.step]), step.median, step.count] in [row[:3] for row in rows]
    assert gettext(lang, "Reporting period") in text


def test_the_budget_of_a_donor_is_their_part():
    whole = full().facts.budget
    asked = full(
        question=Question(as_of=DAY, donor=SIDA), budget=Budget(currency="EUR", amount=Decimal(24_000))
    )
    theirs = asked.facts.budget
    line = next(line for line in asked.facts.summary.worth if line.currency == "EUR")
    assert theirs.value == next(part.value for part in line.by_donor if part.donor == "sida")
    assert theirs.value < whole.value
    assert theirs.percent == (theirs.delivered * 100 / 24_000).quantize(Decimal("0.1"))


def test_what_has_no_rate_is_in_no_part_of_the_budget():
    line = figures.budget_line(items(), Budget(currency="CHF", amount=Decimal(100)), None)
    assert (line.value, line.percent) == (Decimal("0.00"), Decimal("0.0"))
    assert line.without_rate == sum(each.quantity for each in items() if each.value is not None)


def test_what_stands_beside_the_facts():
    due, sent = date(2025, 1, 31), date(2025, 1, 20)
    papers = (
        Paper(number="AID-1", report_due=due),
        Paper(number="AID-2", report_due=due, report_sent_on=sent),
        Paper(number="AID-3", report_due=DAY),
    )
    facts = municipality_report().facts
    kinds = {(BARANIVKA.code, "ЦНАП Баранівської міської ради"): "asc"}
    beside = report(facts, making(papers=papers), kinds).beside
    assert beside.aid_overdue == (("AID-1", due),)
    assert [(line.kind, line.count) for line in beside.points] == [("asc", 1)]
    assert (beside.trainings, beside.raions) == (1, 1)


def test_what_the_council_should_have_published_is_found():
    late = item(1, unpublished_since=date(2025, 1, 10))
    in_time = item(2, unpublished_since=date(2025, 1, 25))
    found = [each for each in findings([late, in_time], [], DAY) if each.code == "not_published"]
    assert [(each.tag, each.day) for each in found] == [(late.tag, date(2025, 1, 10))]


def test_papers_that_are_due_are_said_in_every_language():
    for lang in ("uk", "en"):
        paper = Paper(number="AID-1", report_due=date(2025, 1, 31))
        made = report(municipality_facts(material()), making(lang, papers=(paper,)))
        assert "AID-1" in pdf_text(FORMATS["pdf"].write(made))
