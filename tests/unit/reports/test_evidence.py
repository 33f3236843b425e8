"""A figure is the sum of what stands behind it, and each part of it has its events."""

import ctypes
import io
import re
from collections import Counter
from datetime import date
from decimal import Decimal
from urllib.parse import parse_qsl, unquote

import pypdfium2
import pypdfium2.raw
import pytest
from msgspec import convert
from msgspec.structs import replace
from openpyxl import load_workbook

from asset_tracker.errors import NotFoundError
from asset_tracker.reports import words
from asset_tracker.reports.charted import drawn
from asset_tracker.reports.evidence import Part, evidence
from asset_tracker.reports.pdf import write_pdf
from asset_tracker.reports.sheet import address, sheet
from asset_tracker.reports.structs import Question
from asset_tracker.reports.xlsx import write_xlsx
from factories.reports import BARANIVKA, ESTDEV, RATES, SIDA, municipality_report, programme_report


def facts():
    return municipality_report(
        rates=RATES,
        donors=(replace(SIDA, currency="SEK"), ESTDEV),
        question=Question(as_of=date(2025, 2, 1), since=date(2024, 11, 1)),
    ).facts


def test_every_figure_is_the_sum_of_its_items():
    told = facts()
    s = told.summary
    expected = {
        "planned": s.funnel.planned,
        "delivered": s.funnel.delivered,
        "accepted": s.funnel.accepted,
        "in_service": s.funnel.in_service,
        "gone": s.funnel.gone,
        "act": s.with_act,
        "verified_last_year": s.verified_last_year,
        "verified_two_years": s.verified_two_years,
        "without_price": s.without_price,
        "since:delivered": s.since.delivered,
        "since:served": s.since.served,
        "since:losses": s.since.losses,
        "since:events": s.since.events,
        "since:upkeep": s.since.upkeep,
        "losses_open": s.losses_open,
        "losses_closed": s.losses_closed,
        "service_points": s.service_points,
        "by:accepted:2024-11-20": next(m.accepted for m in s.over_time if m.day == date(2024, 11, 20)),
    }
    expected |= {f"loss_value:{cost.currency}": cost.value for cost in s.losses_value}
    expected |= {f"upkeep_cost:{cost.currency}": cost.value for cost in s.upkeep_costs}
    expected |= {f"condition:{line.condition}": line.count for line in s.by_condition}
    for line in s.values:
        expected |= {f"value:{line.currency}": line.value, f"value_delivered:{line.currency}": line.delivered}
        expected |= {f"share:{line.currency}:{part.donor}": part.value for part in line.by_donor}
    for line in s.worth:
        code = line.currency
        expected |= {f"worth:{code}": line.value, f"worth_delivered:{code}": line.delivered}
        expected |= {f"without_rate:{code}": line.without_rate}
        expected |= {f"worth:{line.currency}:{part.donor}": part.value for part in line.by_donor}
    assert {figure: evidence(told, figure).total for figure in expected} == expected


def test_each_item_behind_a_figure_has_its_event():
    told = facts()
    for figure, kind in (("delivered", "delivered"), ("accepted", "accepted")):
        rows = evidence(told, figure).rows
        assert rows
        assert {event.kind for row in rows for event in row.events} == {kind}
        assert all(event.asset_id == row.item.asset_id for row in rows for event in row.events)


def test_events_are_gathered_of_the_rows_that_are_shown():
    told = facts()
    whole, shown = evidence(told, "delivered"), evidence(told, "delivered", told=slice(1, 3))
    assert shown.total == whole.total
    assert [(row.item, row.number) for row in shown.rows] == [(row.item, row.number) for row in whole.rows]
    assert shown.rows[1:3] == whole.rows[1:3]
    assert not any(row.events for row in (*shown.rows[:1], *shown.rows[3:]))


def test_a_part_is_a_category_or_a_place():
    told = programme_report().facts
    line = next(line for line in told.summary.by_category if line.category == "laptop")
    assert evidence(told, "delivered", Part(category="laptop")).total == line.funnel.delivered
    here = next(each for each in told.municipalities if each.municipality.code == BARANIVKA.code)
    assert evidence(told, "planned", Part(municipality=BARANIVKA.code)).total == here.funnel.planned
    assert evidence(told, "planned", Part(oblast="Житомирська")).total == told.summary.funnel.planned
    assert evidence(told, "planned", Part(category="video_kit", sets=True)).total == told.summary.kits.planned
    assert evidence(told, "reached").total == told.summary.municipalities
    assert evidence(told, "residents").total == told.summary.residents
    (oblast,) = told.oblasts
    assert evidence(told, "reached", Part(oblast="Житомирська")).total == oblast.municipalities


def test_the_days_are_those_that_the_median_is_of():
    rows = evidence(facts(), "days:delivered_accepted").rows
    line = next(line for line in facts().summary.days if line.step == "delivered_accepted")
    assert len(rows) == line.count
    assert sorted(row.number for row in rows)[(len(rows) - 1) // 2] == line.median


@pytest.mark.parametrize(
    "figure", ["", "no", "condition:x", "worth:XXX", "days:x", "since:x", "planned:x", "by:delivered:x"]
)
def test_an_unknown_figure_is_not_found(figure):
    with pytest.raises(NotFoundError):
        evidence(facts(), figure)


def test_every_link_of_the_report_leads_somewhere():
    made = programme_report(
        "uk", rates=RATES, question=Question(as_of=date(2025, 2, 1), since=date(2024, 11, 1))
    )
    tree = sheet(made)
    tables = (
        "money",
        "worth",
        "since",
        "categories",
        "care",
        "oblasts",
        "municipalities",
        "over_time",
        "losses",
    )
    rows = [row for name in tables for row in tree[name]["links"]]
    rows += [row for chart in tree["charts"] for row in chart["links"]]
    links = [link for row in (*rows, *tree["days_links"]) for link in row if link and link[0] != "/"]
    links += [figure["key"] for figure in tree["figures"]]
    links += [row[2] for row in tree["facts"] if row[2]]
    links += [f"condition:{name}" for name in words.CONDITION]
    assert len(links) > 40
    for link in links:
        evidence(made.facts, link.partition("?")[0])
    for name in tables:
        assert all(len(row) == len(tree[name]["heads"]) for row in tree[name]["links"]), name
        assert len(tree[name]["links"]) == len(tree[name]["rows"]), name


def pdf_links(data):
    """The addresses that a click in a PDF leads to."""
    raw, found = pypdfium2.raw, set()
    with pypdfium2.PdfDocument(data) as document:
        for page in document:
            place, link = ctypes.c_int(0), raw.FPDF_LINK()
            while raw.FPDFLink_Enumerate(page.raw, place, link):
                action = raw.FPDFLink_GetAction(link)
                size = raw.FPDFAction_GetURIPath(document.raw, action, None, 0)
                text = ctypes.create_string_buffer(size)
                raw.FPDFAction_GetURIPath(document.raw, action, text, size)
                found.add(text.value.decode())
    return found


def test_paper_and_workbook_lead_where_the_page_does():
    made = programme_report(
        "en", rates=RATES, question=Question(as_of=date(2025, 2, 1), since=date(2024, 11, 1))
    )
    printed = pdf_links(write_pdf(made))
    book = load_workbook(io.BytesIO(write_xlsx(made)))
    linked = {
        cell.hyperlink.target: cell.value
        for row in book["Summary"].iter_rows()
        for cell in row
        if cell.hyperlink
    }
    delivered = address(made, "delivered?category=laptop")
    assert delivered.startswith(
        made.making.page_url.partition("?")[0] + "/figures/delivered?category=laptop&as_of="
    )
    line = next(each for each in made.facts.summary.by_category if each.category == "laptop")
    assert linked[delivered] == line.funnel.delivered
    for figure in ("planned", "worth:EUR", "residents", "since:served", "days:delivered_accepted"):
        assert address(made, figure) in printed & set(linked), figure
    assert any("/a/7K" in link for link in printed)
    for link in printed | set(linked):
        _, found, rest = link.partition("/figures/")
        if found:
            evidence(made.facts, unquote(rest.partition("?")[0]))


def test_a_chart_says_what_stands_behind_it():
    told = facts()
    for chart in drawn(told, "en"):
        for row, links in zip(chart.rows, chart.links, strict=True):
            for cell, link in zip(row, links, strict=True):
                figure, _, query = link.partition("?")
                if link and not cell.endswith("%"):
                    part = convert(dict(parse_qsl(query)), Part)
                    total = evidence(told, figure, part).total
                    number = int(re.sub(r"\D", "", cell))
                    assert abs(number - total) <= Decimal("0.5"), link


def test_what_needs_attention_is_counted_by_its_items():
    told = facts()
    codes = Counter(found.code for found in told.findings)
    assert codes.keys() > {"no_rate", "recorded_late"}
    for found in told.findings:
        if found.code in ("no_rate", "recorded_late"):
            assert evidence(told, f"finding:{found.code}").total == found.number
        elif found.code != "moved_away":
            assert evidence(told, f"finding:{found.code}").total == codes[found.code]


def test_a_loss_leads_to_its_asset_and_its_event():
    told = facts()
    (lost,) = (loss for loss in told.losses if loss.value is not None)
    behind = evidence(told, f"loss_value:{lost.currency}", Part(asset=str(lost.asset_id)))
    assert (behind.total, {row.item.asset_id for row in behind.rows}) == (lost.value, {lost.asset_id})


def test_raions_are_counted_by_what_came_there_first():
    made = programme_report()
    assert evidence(made.facts, "raions").total == made.beside.raions
