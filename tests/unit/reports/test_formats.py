"""The same report in every format, read back and compared figure by figure."""

import csv
import io
import json
import re
from datetime import date, datetime
from decimal import Decimal

import msgspec
import pypdfium2
import pytest
from msgspec.structs import replace
from openpyxl import load_workbook

from asset_tracker.documents import display
from asset_tracker.documents.names import Name
from asset_tracker.errors import InvalidError
from asset_tracker.i18n import gettext
from asset_tracker.reports.columns import item_columns
from asset_tracker.reports.compose import municipality_facts, report
from asset_tracker.reports.formats import FORMATS, file_name, format_named
from asset_tracker.reports.json import json_schema
from asset_tracker.reports.structs import Question, Report
from factories.reports import (
    ESTDEV,
    RATES,
    SIDA,
    item,
    making,
    material,
    municipality_report,
    programme_report,
)

REPORTS = {"municipality": municipality_report, "programme": programme_report}


def pdf_text(data):
    document = pypdfium2.PdfDocument(data)
    text = "\n".join(page.get_textpage().get_text_bounded() for page in document)
    document.close()
    return re.sub(r"\s+", " ", text)


def csv_rows(data):
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def sheet_rows(data, title):
    return [list(row) for row in load_workbook(io.BytesIO(data))[title].iter_rows(values_only=True)]


@pytest.mark.parametrize("lang", ["uk", "en"])
@pytest.mark.parametrize("subject", list(REPORTS))
def test_all_formats_agree(subject, lang):
    made = REPORTS[subject](lang)
    summary = made.facts.summary
    written = {name: FORMATS[name].write(made) for name in ("pdf", "xlsx", "csv", "json")}

    assert msgspec.json.decode(written["json"], type=Report) == made

    columns = item_columns(made.facts, lang)
    keys = [column.key for column in columns]
    items = csv_rows(written["csv"])[1:]
    cells = sheet_rows(written["xlsx"], gettext(lang, "Items"))[1:]
    assert len(items) == len(cells) == len(made.facts.items)
    for row, cell_row in zip(items, cells, strict=True):
        assert [_same(cell) for cell in cell_row] == [
            _same(_typed(text, column)) for text, column in zip(row, columns, strict=True)
        ]

    place = {key: keys.index(key) for key in keys}
    for line in summary.values:
        by_csv = sum(
            Decimal(row[place["value"]])
            for row in items
            if row[place["currency"]] == line.currency and row[place["value"]]
        )
        assert by_csv == line.value
        for amount in line.by_donor:
            shares = (
                row[place[f"share:{amount.donor}"]]
                for row in items
                if row[place["currency"]] == line.currency
            )
            assert sum(Decimal(share) for share in shares if share) == amount.value

    text = pdf_text(written["pdf"])
    sheet = sheet_rows(written["xlsx"], gettext(lang, "Summary"))
    figures = [cell for row in sheet for cell in row if cell is not None]
    for line in summary.values:
        for value in (line.value, line.delivered, *(amount.value for amount in line.by_donor)):
            assert display.money(value, lang).replace("\u00a0", " ") in text
            assert float(value) in figures
    for label, value in (("Planned", summary.funnel.planned), ("In service", summary.funnel.in_service)):
        assert [gettext(lang, label), value] in [row[:2] for row in sheet]
        assert display.number(value, lang) in text
    for line in summary.by_category:
        steps = (
            line.funnel.planned,
            line.funnel.delivered,
            line.funnel.accepted,
            line.funnel.in_service,
            line.funnel.gone,
        )
        assert " ".join(display.number(step, lang) for step in steps) in text
        assert list(steps) in [row[1:6] for row in sheet]
    assert made.content_hash in text
    assert made.content_hash in figures


def _typed(text, column):
    if text == "":
        return None
    if column.kind in {"money", "percent"}:
        return Decimal(text)
    if column.kind == "number":
        return int(text)
    return date.fromisoformat(text) if column.kind == "date" else text


def _same(value):
    if isinstance(value, datetime):
        return value.date()
    return Decimal(str(value)).normalize() if isinstance(value, (int, float, Decimal)) else value


def test_sums_in_the_workbook_are_formulas_over_the_items():
    made = municipality_report("en")
    rows = sheet_rows(FORMATS["xlsx"].write(made), "Summary")
    formulas = [cell for row in rows for cell in row if isinstance(cell, str) and cell.startswith("=")]
    assert formulas == [
        "=SUMIFS('Items'!$K$2:$K$22,'Items'!$J$2:$J$22,\"EUR\")",
        "=SUMIFS('Items'!$K$2:$K$22,'Items'!$J$2:$J$22,\"UAH\")",
        "=SUM('Items'!$M$2:$M$22)",
        "=SUM('Items'!$N$2:$N$22)",
    ]


@pytest.mark.parametrize("lang", ["uk", "en"])
def test_all_formats_tell_the_same_in_other_currencies(lang):
    donors = (replace(SIDA, currency="SEK"), ESTDEV)
    made = municipality_report(
        lang, rates=RATES, donors=donors, question=Question(as_of=date(2025, 2, 1), since=date(2024, 12, 1))
    )
    summary = made.facts.summary
    assert [line.currency for line in summary.worth] == ["UAH", "EUR", "SEK"]
    written = {name: FORMATS[name].write(made) for name in ("pdf", "xlsx", "csv")}
    head, *rows = csv_rows(written["csv"])
    text = pdf_text(written["pdf"])
    figures = [cell for row in sheet_rows(written["xlsx"], gettext(lang, "Summary")) for cell in row]
    for line in summary.worth:
        place = head.index(gettext(lang, "Value in %(currency)s", currency=line.currency))
        assert sum(Decimal(row[place]) for row in rows if row[place]) == line.value
        assert sum(amount.value for amount in line.by_donor) == line.value
        for value in (line.value, line.delivered, *(amount.value for amount in line.by_donor)):
            assert display.money(value, lang).replace("\u00a0", " ") in text
            assert float(value) in figures
    for rate in summary.rates:
        assert rate.source in text
        assert display.rate(rate.uah, lang) in text
        assert display.rate(rate.uah, lang) in figures
    came = summary.since
    assert (came.delivered, came.served, came.losses) == (0, summary.funnel.in_service + 2, 1)
    assert [gettext(lang, "Put into service"), came.served] in [
        row[:2] for row in sheet_rows(written["xlsx"], gettext(lang, "Summary"))
    ]


HOSTILE = (
    '=HYPERLINK("http://x","y")',
    "+1",
    "-2",
    "@SUM(A1)",
    "＝1+1",
    "\tx",
    "|cmd",
    "<b>bold</b>",
    "#panic() *x* $y$ #[z] \\u{1}",
    "{{7*7}} ${7*7}",
    "рядок\nдва",
    "nul\x00 bell\x07",
    "漢字 🙂 \u202eabc",
)


def _hostile_report(lang="uk"):
    things = tuple(item(n, name=Name(text, text), serial=text) for n, text in enumerate(HOSTILE, 1))
    return report(municipality_facts(material(items=things, timeline=(), losses=())), making(lang))


def test_hostile_text_is_text_in_a_workbook():
    book = load_workbook(io.BytesIO(FORMATS["xlsx"].write(_hostile_report("en"))))
    rows = list(book["Items"].iter_rows(min_row=2))
    assert all(cell.data_type != "f" for row in rows for cell in row)
    assert [row[2].value for row in rows][:7] == list(HOSTILE[:7])


def test_hostile_text_cannot_start_a_formula_in_csv():
    rows = csv_rows(FORMATS["csv"].write(_hostile_report()))
    assert [row[2] for row in rows[1:8]] == [f"'{text}" for text in HOSTILE[:7]]


def test_hostile_text_is_printed_as_it_stands():
    text = pdf_text(FORMATS["pdf"].write(_hostile_report()))
    assert "#panic() *x* $y$ #[z]" in text
    assert "<b>bold</b>" in text
    assert "{{7*7}} ${7*7}" in text
    assert "◊◊ ◊ abc" in text


def test_pdf_is_archivable_and_tagged_and_the_same_each_time():
    made = municipality_report()
    first = FORMATS["pdf"].write(made)
    assert b"pdfaid:part>2<" in first
    assert b"pdfaid:conformance>A<" in first
    assert b"pdfuaid:part>1<" in first
    assert first == FORMATS["pdf"].write(made)
    # Poppler takes the word for an error, and it says nothing
    assert b"/Suspects" not in first


def test_the_donors_pdf_names_their_share_only():
    asked = Question(as_of=date(2025, 2, 1), donor=SIDA)
    facts = municipality_facts(material(question=asked, only_donors=frozenset({"sida"})))
    text = pdf_text(FORMATS["pdf"].write(report(facts, making("en"))))
    assert "Share of Sida" in text
    assert "Share of ESTDEV" not in text


def test_an_empty_report_is_a_report_in_every_format():
    nothing = {"items": (), "timeline": (), "support": (), "losses": ()}
    for name, form in FORMATS.items():
        empty = programme_report(**nothing) if form.programmes_only else municipality_report(**nothing)
        assert form.write(empty), name


# The hashtags of the HXL 1.1 core that our tables use, and how hashtag and attributes are written.
_HXL_CORE = {
    "#activity",
    "#adm1",
    "#adm3",
    "#currency",
    "#date",
    "#item",
    "#loc",
    "#meta",
    "#status",
    "#value",
}
_HXL_TAG = re.compile(r"#[a-z][a-z0-9_]*(\+[a-z][a-z0-9_]*)*")


def test_hashtags_are_of_the_core_each_of_them_once():
    made = municipality_report("en", rates=RATES, question=Question(as_of=date(2025, 2, 1), donor=SIDA))
    for each in (made, municipality_report("uk"), programme_report("uk", rates=RATES)):
        _, tags, *rows = csv_rows(FORMATS["hxl"].write(each))
        told = [tag for tag in tags if tag]
        assert len(set(told)) == len(told)
        assert all(_HXL_TAG.fullmatch(tag) for tag in told)
        assert {tag.partition("+")[0] for tag in told} == _HXL_CORE
        for column in (place for place, tag in enumerate(tags) if tag.startswith("#date")):
            assert all(row[column] == "" or date.fromisoformat(row[column]) for row in rows)
        for column in (place for place, tag in enumerate(tags) if tag.startswith("#value")):
            assert all(row[column] == "" or Decimal(row[column]) >= 0 for row in rows)


def test_hxl_row_stands_below_the_headings():
    head, tags, *rows = csv_rows(FORMATS["hxl"].write(municipality_report("en")))
    assert tags[head.index("P-code")] == "#adm3+code+v_pcode"
    assert len(rows) == len(municipality_report().facts.items)


def test_schema_describes_what_is_written():
    schema = json_schema()
    assert schema["$ref"] == "#/$defs/Report"
    written = json.loads(FORMATS["json"].write(municipality_report()))
    assert set(written) == set(schema["$defs"]["Report"]["properties"])


def test_unknown_format_names_the_known_ones():
    with pytest.raises(InvalidError) as caught:
        format_named("docx")
    assert "pdf" in caught.value.errors[0].expected


def test_file_names_are_plain():
    assert file_name(municipality_report(), "pdf") == "UA18080010000090720-2025-02-01-uk.pdf"
    assert file_name(programme_report("en"), "hxl") == "VIDEO-2024-2025-02-01-en.hxl.csv"


@pytest.mark.parametrize("subject", list(REPORTS))
def test_in_both_languages_it_is_one_document_with_one_hash(subject):
    made = REPORTS[subject]("uk")
    both = replace(made, making=replace(made.making, both=True))
    document = FORMATS["pdf"].write(both)
    text = pdf_text(document)
    for lang in ("uk", "en"):
        alone = replace(made, making=replace(made.making, lang=lang))
        assert gettext(lang, "What it cost and who paid") in text
        assert display.money(made.facts.summary.values[0].value, lang).replace("\u00a0", " ") in text
        assert len(pypdfium2.PdfDocument(FORMATS["pdf"].write(alone))) < len(pypdfium2.PdfDocument(document))
    assert text.count(made.content_hash) == 2
    assert b"/Lang(uk)" in document  # the document
    assert b"/Lang(en)" in document  # its second half
    assert file_name(both, "pdf").endswith("-uk-en.pdf")


@pytest.mark.parametrize("name", ["xlsx", "csv", "json", "hxl", "geojson", "us-2cfr"])
def test_only_a_document_is_in_both_languages(name):
    with pytest.raises(InvalidError) as wrong:
        format_named(name, both=True)
    assert [error.field for error in wrong.value.errors] == ["lang"]
