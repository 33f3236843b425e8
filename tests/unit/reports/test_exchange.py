"""IATI, GeoJSON and the annexes that donors and the state ask for."""

import io
import json
from datetime import date
from decimal import Decimal

import pytest
from lxml import etree
from msgspec.structs import replace
from openpyxl import load_workbook

from asset_tracker.documents.names import Name
from asset_tracker.errors import InvalidError
from asset_tracker.reports.annex_sheet import annex_sheet
from asset_tracker.reports.annexes import ANNEXES, above_eu_threshold, missing_for_2cfr
from asset_tracker.reports.formats import FORMATS, format_named, formats
from asset_tracker.reports.structs import Paper
from factories.reports import PROGRAMME, RATES, SIDA, item, municipality_report, programme_report

# The order of IATI 2.03's schema, of the elements that we write.
ORDER = (
    "iati-identifier",
    "reporting-org",
    "title",
    "description",
    "participating-org",
    "activity-status",
    "activity-date",
    "recipient-country",
    "location",
    "sector",
    "transaction",
    "result",
)
WITHIN = {
    "location": (
        "location-reach",
        "name",
        "description",
        "administrative",
        "point",
        "exactness",
        "location-class",
    ),
    "transaction": ("transaction-type", "transaction-date", "value"),
    "result": ("title", "indicator"),
    "indicator": ("title", "baseline", "period"),
    "period": ("period-start", "period-end", "actual"),
    "actual": ("location", "dimension"),
}


def iati(report=None):
    return etree.fromstring(FORMATS["iati"].write(report or programme_report("en")))


def test_iati_elements_stand_in_the_order_of_the_schema():
    root = iati()
    assert root.attrib["version"] == "2.03"
    (activity,) = root
    places = [ORDER.index(child.tag) for child in activity]
    assert places == sorted(places)
    for parent in activity.iter():
        if parent.tag in WITHIN and parent.find("*") is not None:
            inner = [WITHIN[parent.tag].index(child.tag) for child in parent if child.tag != "narrative"]
            assert inner == sorted(inner), parent.tag


def test_iati_says_what_the_report_says():
    report = programme_report("en")
    activity = iati(report)[0]
    summary = report.facts.summary
    spent = sum(Decimal(value.text) for value in activity.iter("value"))
    assert spent == sum(line.delivered for line in summary.values)
    first, second = activity.find("result").findall("indicator")
    assert sum(int(actual.get("value")) for actual in first.iter("actual")) == summary.funnel.delivered
    assert sum(int(actual.get("value")) for actual in second.iter("actual")) == summary.funnel.in_service
    trained = activity.findall("result")[1].iter("actual")
    assert sum(int(actual.get("value")) for actual in trained) == summary.trained_women + summary.trained_men
    assert {place.get("ref") for place in activity.findall("location")} == {"UA1808001", "UA1806017"}
    assert {place.find("exactness").get("code") for place in activity.findall("location")} == {"2"}


def test_markup_in_names_is_text_in_xml():
    named = replace(PROGRAMME, name=Name("<a>&b]]>\x07", "<a>&b]]>\x07"))
    assert iati(programme_report(programmes=(named,)))[0].find("title/narrative").text == "<a>&b]]>"


def test_iati_knows_no_municipality():
    with pytest.raises(InvalidError):
        FORMATS["iati"].write(municipality_report())
    with pytest.raises(InvalidError) as caught:
        format_named("iati", of_programme=False)
    assert "iati" not in caught.value.errors[0].expected
    assert "iati" not in formats(of_programme=False)


def test_geojson_has_a_point_for_each_municipality():
    made = json.loads(FORMATS["geojson"].write(programme_report()))
    assert [feature["geometry"]["coordinates"] for feature in made["features"]] == [
        [27.6667, 50.2937],
        [28.8027, 51.326],
    ]
    assert made["features"][0]["properties"]["delivered"] == 30
    assert len(json.loads(FORMATS["geojson"].write(municipality_report()))["features"]) == 1


COMPLETE = {"acquired_on": date(2024, 10, 1), "use": "in_use"}


@pytest.mark.parametrize(
    ("changes", "missing"),
    [
        (COMPLETE, []),
        ({}, ["Acquired on", "Use"]),
        (COMPLETE | {"serial": None, "verified_on": None}, ["Serial number", "Verified on"]),
        (COMPLETE | {"unit_price": None, "shares": ()}, ["Price", "Share"]),
        (COMPLETE | {"unit_price": None, "kit": "7K17-9XQ7", "shares": ()}, ["Share"]),
        (COMPLETE | {"place": "in_transit", "condition": "unknown"}, ["Where", "Condition"]),
        ({"acquired_on": date(2024, 10, 1), "stage": "gone", "gone_reason": "disposed"}, ["Disposal"]),
        ({"acquired_on": date(2024, 10, 1), "stage": "gone", "gone_reason": "lost"}, []),
    ],
)
def test_what_an_auditor_would_miss(changes, missing):
    assert missing_for_2cfr(item(1, **changes)) == missing


@pytest.mark.parametrize(
    ("price", "currency", "answer"),
    [
        ("5000.00", "EUR", "no"),
        ("5000.01", "EUR", "yes"),
        ("217500.00", "UAH", "no"),
        ("217500.30", "UAH", "yes"),
        ("900000", "USD", "no rate recorded"),
        (None, None, "no price"),
    ],
)
def test_the_threshold_of_the_eu_is_never_guessed(price, currency, answer):
    thing = item(1, unit_price=price and Decimal(price), currency=currency)
    made = municipality_report(items=(thing,), timeline=(), losses=(), rates=RATES)
    assert above_eu_threshold(made.facts.items[0]) == answer


def test_the_list_for_the_eu_names_rate_and_day():
    book = load_workbook(io.BytesIO(FORMATS["eu-transfer"].write(municipality_report("en", rates=RATES))))
    heads, first = (next(book.worksheets[0].iter_rows(min_row=n, values_only=True)) for n in (1, 2))
    row = dict(zip(heads, first, strict=True))
    assert row["Price in EUR"] == 885.06
    assert row["Rate"] == pytest.approx(0.02298851, abs=1e-9)
    assert row["Day of the rate"].date() == date(2024, 11, 1)


@pytest.mark.parametrize("name", ["us-2cfr", "eu-transfer", "ua-humanitarian", "ua-inventory"])
@pytest.mark.parametrize("lang", ["uk", "en"])
def test_annexes_are_tables_with_their_columns_explained(name, lang):
    report = municipality_report(lang, question=municipality_report().facts.question)
    book = load_workbook(io.BytesIO(FORMATS[name].write(report)))
    table, explained, *_ = book.worksheets
    heads = [cell.value for cell in table[1]]
    assert None not in heads
    assert set(heads) <= {row[1] for row in explained.iter_rows(values_only=True)}
    expected = {"us-2cfr": 21, "eu-transfer": 20, "ua-humanitarian": 21, "ua-inventory": 19}[name]
    assert table.max_row - 1 == expected


@pytest.mark.parametrize("name", list(ANNEXES))
def test_an_annex_on_paper_says_what_its_workbook_says(name):
    report = municipality_report("en", rates=RATES)
    tree = annex_sheet(report, ANNEXES[name])
    rows = list(load_workbook(io.BytesIO(FORMATS[name].write(report))).worksheets[0].values)
    heads, lines = rows[0], rows[1:]
    assert len(tree["rows"]) == len(lines)
    for place, head in enumerate(tree["heads"]):
        there = heads.index(head)
        told, kept = [row[place] for row in tree["rows"]], [line[there] for line in lines]
        assert [bool(cell) for cell in told] == [cell not in (None, "") for cell in kept], head
        if head in ("Tag", "Serial number", "Missing for an audit", "Service point"):
            assert told == [cell or "" for cell in kept]
    empty = set(heads) - set(tree["heads"])
    assert all(head in tree["empty"] for head in empty)
    assert all(line[heads.index(head)] in (None, "") for head in empty for line in lines)
    printed = FORMATS[f"{name}.pdf"].write(report)
    assert b"pdfuaid:part>1<" in printed
    assert printed == FORMATS[f"{name}.pdf"].write(report)


def test_an_annex_of_nothing_and_of_too_much_says_so():
    empty = annex_sheet(municipality_report("en", items=(), timeline=(), losses=()), ANNEXES["us-2cfr"])
    assert (empty["rows"], empty["empty"]) == ([], "")
    short = annex_sheet(municipality_report("en"), ANNEXES["us-2cfr"], 3)
    assert (len(short["rows"]), short["left"]) == (3, "And 18 more, in the files.")


def test_the_annex_of_a_donor_shows_their_share_only():
    question = replace(municipality_report().facts.question, donor=SIDA)
    book = load_workbook(io.BytesIO(FORMATS["us-2cfr"].write(municipality_report("en", question=question))))
    heads = [cell.value for cell in book.worksheets[0][1]]
    assert "Share of Sida" in heads
    assert "Share of ESTDEV" not in heads


def test_the_check_for_an_audit_counts_what_is_missing():
    report = municipality_report("en")
    book = load_workbook(io.BytesIO(FORMATS["us-2cfr"].write(report)))
    told = dict(book["Audit readiness"].iter_rows(min_row=2, values_only=True))
    assert told["Acquired on"] == told["All items"] == len(report.facts.items)
    assert told["Award number"] == 0
    assert told["Items with nothing missing"] == 0


def test_the_report_on_aid_names_its_papers_and_what_is_left():
    made = municipality_report("en")
    paper = Paper(
        number="ZHY-2024-03",
        aid_code="UA-1",
        declaration="D-1",
        cleared_on=date(2024, 11, 1),
        report_due=date(2025, 1, 30),
    )
    report = replace(made, making=replace(made.making, papers=(paper,)))
    rows = load_workbook(io.BytesIO(FORMATS["ua-humanitarian"].write(report))).worksheets[0].values
    heads = next(rows)
    lines = [dict(zip(heads, row, strict=True)) for row in rows]
    assert {line["Code of the aid"] for line in lines} == {"UA-1"}
    assert {line["Report due"].date() for line in lines} == {date(2025, 1, 30)}
    assert sum(line["Not distributed"] for line in lines) == 1
