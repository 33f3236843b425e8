"""The reports as pages: who sees them, on which day, and what may be taken along."""

import re
from html import unescape

import pytest

from asset_tracker.web import report_pages
from factories.office import BARANIVKA, PEOPLE

pytestmark = pytest.mark.anyio

READERS = {"administrator", "coordinator", "donor", "auditor", "stranger"}
PAGE = f"/reports/municipalities/{BARANIVKA}"


@pytest.mark.parametrize("who", sorted(PEOPLE))
async def test_reports_are_for_those_who_may_read_them(site, who):
    expected = 200 if who in READERS else 403
    assert (await site.get(who, "/reports")).status_code == expected
    assert (await site.get(who, PAGE)).status_code == expected


async def test_a_report_says_what_it_is_about_and_offers_the_files(site):
    page = await site.get("donor", PAGE)
    text = unescape(page.text)
    assert "Баранівська міська територіальна громада" in text
    assert BARANIVKA in text
    links = re.findall(r'href="(/api/v1/reports/[^"]+)" download', text)
    assert [re.search(r"\.([a-z0-9-]+)\?", link).group(1) for link in links][:3] == ["pdf", "pdf", "xlsx"]
    for link in links:
        file = await site.get("donor", link)
        assert file.status_code == 200
        assert "attachment" in file.headers["content-disposition"]


async def test_an_annex_is_a_page_with_its_files(site):
    report = await site.get("donor", PAGE)
    annexes = [unescape(each) for each in re.findall(r'href="([^"]+[?&;]annex=[\w-]+)"', report.text)]
    assert len(annexes) == 4
    page = await site.get("donor", annexes[0])
    assert page.status_code == 200
    assert "Готовність до аудиту" in unescape(page.text)
    for link in re.findall(r'href="([^"]+)" download', page.text):
        assert (await site.get("donor", unescape(link))).status_code == 200
    assert (await site.get("donor", f"{PAGE}?annex=none")).status_code == 404


async def test_a_day_before_everything_shows_nothing(site):
    page = await site.get("administrator", f"{PAGE}?as_of=2001-01-01")
    assert page.status_code == 200
    assert "На цей день тут нічого не передано" in unescape(page.text)


@pytest.mark.parametrize(
    "query", ["as_of=2025-02-30", "as_of=2999-01-01", "known_on=x", "as_of=2025-02-01&since=2025-03-01"]
)
async def test_a_wrong_question_is_said_and_nothing_breaks(site, query):
    page = await site.get("administrator", f"{PAGE}?{query}")
    assert page.status_code == 422
    assert "На такий запит відповісти не можна" in unescape(page.text)


async def test_unknown_and_foreign_look_alike(site):
    assert (await site.get("donor", "/reports/municipalities/UA99999999999999999")).status_code == 404
    assert (await site.get("donor", "/reports/programmes/NONE")).status_code == 404
    assert (await site.get("donor", f"{PAGE}?donor=Nobody")).status_code == 404


async def test_very_many_programmes_go_by_pages(site, monkeypatch):
    monkeypatch.setattr(report_pages, "_PROGRAMMES", 1)
    first = unescape((await site.get("administrator", "/reports?oblast=UA18")).text)
    assert '"/reports/programmes/OTHER"' in first
    assert '"/reports/programmes/PROSTO"' not in first
    assert 'href="/reports?oblast=UA18&after=OTHER#programmes"' in first
    second = unescape((await site.get("administrator", "/reports?oblast=UA18&after=OTHER")).text)
    assert '"/reports/programmes/PROSTO"' in second
    assert 'href="/reports?oblast=UA18#programmes"' in second
    assert 'rel="next"' not in second
