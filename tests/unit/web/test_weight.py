"""The page of a report stays small whatever it reports on, and its lists have all by pages."""

import re
from datetime import date, timedelta
from decimal import Decimal

import pytest
from msgspec.structs import replace

from asset_tracker.access.actors import COMMAND_LINE
from asset_tracker.documents.names import Name
from asset_tracker.ledger.values import CATEGORIES
from asset_tracker.reports.compose import municipality_facts, programme_facts, report
from asset_tracker.reports.parts import LISTS, part
from asset_tracker.reports.structs import Report
from asset_tracker.web import report_shown
from asset_tracker.web.chrome import Chrome, menu
from asset_tracker.web.rendering import render
from factories.reports import BARANIVKA, SIDA, item, making, material, support, timeline

MOST = 100_000
# Things of so many categories, so that a page of the list begins at each.
KINDS = CATEGORIES[:10]
LONG = Name("Джерело безперебійного живлення з ґаджетами " * 3, "An uninterruptible power supply " * 3)
OBLASTS = [Name(f"{n}-та Дніпропетровська", f"Dnipropetrovska {n}") for n in range(25)]


def place(number):
    oblast = OBLASTS[number % len(OBLASTS)]
    spot = {"latitude": Decimal(45 + number % 7), "longitude": Decimal(23 + number % 16)}
    return replace(BARANIVKA, code=f"UA{number:017}", name=LONG, oblast=oblast, **spot)


def many(number, places):
    return [
        item(
            n,
            tag=f"7K9X-{n:04}",
            name=LONG,
            category=KINDS[n % len(KINDS)],
            municipality=places[n % len(places)].code,
            delivered_on=date(2024, 1, 1) + timedelta(days=n % 300),
            accepted_on=None,
            verified_on=None,
            condition="needs_attention" if n % 3 else "working",
        )
        for n in range(number)
    ]


@pytest.fixture(scope="module")
def reports():
    """A programme in every municipality of the country, and a municipality that got a thousand things."""
    places = [place(n) for n in range(1469)]
    everywhere, here = tuple(many(2000, places)), tuple(many(1000, [BARANIVKA]))
    more = {"support": support() * 150, "losses": material().losses * 300}
    programme = programme_facts(material(municipalities=tuple(places), items=everywhere, **more))
    municipality = municipality_facts(material(items=here, timeline=timeline(here), **more))
    return {"programme": report(programme, making()), "municipality": report(municipality, making())}


def drawn(template, context):
    chrome = Chrome(
        actor=COMMAND_LINE, lang="uk", here="/", section="reports", roles=(), menu=menu(frozenset()),
        flashes=(), demo=True, toured=0,
    )  # fmt: skip
    return render("uk", template, {"page": chrome, **context})


@pytest.mark.parametrize("subject", ["programme", "municipality"])
def test_the_page_of_a_report_is_small(reports, subject):
    shown = report_shown.whole(reports[subject], f"{subject}s/X", "as_of=2025-02-01")
    for photo in shown["r"]["photos"]["rows"]:
        photo["there"] = True
    asked = dict.fromkeys(("as_of", "known_on", "since", "donor", "view"), "")
    form = {"asked": asked, "wrong": {}, "today": date(2025, 2, 1), "donors": [], "views": [], "view": ""}
    page = drawn("reports/report.html", {**shown, **form, "files": [], "may_choose_photos": True})
    assert len(page.encode()) < MOST
    assert 'loading="lazy"' not in page, "what is fetched when one scrolls to it stays blank on paper"
    for name in (
        "items",
        "findings",
        "losses",
        "support",
        *(["municipalities"] if subject == "programme" else ["timeline"]),
    ):
        assert f"?part={name}" in page, "what is not here is a link away"


@pytest.mark.parametrize("name", LISTS)
@pytest.mark.parametrize("subject", ["programme", "municipality"])
def test_each_list_has_all_by_pages_that_are_small(reports, subject, name):
    made: Report = reports[subject]
    begin, seen, whole = 0, 0, 0
    while begin is not None and (table := part(made, name, begin)):
        cut = table["cut"]
        assert cut["first"] == begin + 1
        if table["rows"]:
            page = drawn("reports/part.html", report_shown.one(made, f"{subject}s/X", "", name, begin))
            assert len(page.encode()) < MOST
        seen, whole, begin = seen + len(table["rows"]), cut["whole"], cut["next"]
    assert seen == whole
    if name in ("items", "losses", "support"):
        assert seen == len(getattr(made.facts, name))


def test_a_category_leads_to_the_page_where_its_items_begin(reports):
    shown = report_shown.whole(reports["municipality"], "municipalities/X", "")
    places = shown["places"]
    of_each = 1000 // len(KINDS)
    assert sorted(places.values()) == [n * of_each for n in range(len(KINDS))]
    for key, begin in places.items():
        rows = part(reports["municipality"], "items", begin)["rows"]
        assert rows[0]["key"] == key
        assert not begin or part(reports["municipality"], "items", begin - 1)["rows"][0]["key"] != key


def test_a_row_that_weighs_more_than_a_page_is_shown_all_the_same():
    heavy = tuple(item(n, name=Name("ї" * 60_000, "x")) for n in range(3))
    made = report(municipality_facts(material(items=heavy)), making())
    assert [part(made, "items", n)["cut"]["last"] for n in range(3)] == [1, 2, 3]


def test_links_of_figures_are_short_and_lead_to_the_same():
    page = drawn_categories()
    assert re.search(r'href="X/figures/delivered\?category=laptop&amp;donor=sida"', page)


def drawn_categories():
    made = report(municipality_facts(material(question=replace(material().question, donor=SIDA))), making())
    return drawn(
        "reports/part.html", report_shown.one(made, "municipalities/X", "donor=sida", "categories", 0)
    )
