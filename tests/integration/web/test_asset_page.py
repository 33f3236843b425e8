"""The page of an asset: money by shares, papers, what was planned beside what is, a history to be narrowed."""

import re

import pytest

from asset_tracker.ledger.tags import format_tag

from .conftest import hidden

pytestmark = pytest.mark.anyio


async def test_the_page_tells_money_papers_and_the_plan(site):
    page = await site.get("coordinator", f"/a/{site.office.laptop}")
    assert page.status_code == 200
    for heading in ("Як планували і як є", "Гроші", "Місце й документи"):
        assert f"<h2>{heading}</h2>" in page.text
    whole = money(re.search(r"<dt>Вартість</dt><dd>([^<(]+)", page.text)[1])
    shares = [money(each) for each in re.findall(r"<dd>([\d\s\u00a0,]+₴) · ", page.text)]
    assert shares
    assert sum(shares) == whole


async def test_the_history_is_narrowed_by_kind_role_and_time(site):
    tag = site.office.laptop
    asked = await site.get("coordinator", f"/a/{tag}/note")
    noted = {"note": "x", "occurred_at": "2026-03-02T10:00"}
    assert (await site.post("coordinator", f"/a/{tag}/note", hidden(asked) | noted)).status_code == 303
    whole = entries(await site.get("coordinator", f"/a/{tag}"))
    one = await site.get("coordinator", f"/a/{tag}?kind=registered")
    assert len(entries(one)) == 1
    assert "Не показано" in one.text
    assert entries(await site.get("coordinator", f"/a/{tag}?until=1999-01-01")) == []
    assert len(entries(await site.get("coordinator", f"/a/{tag}?since=1999-01-01"))) == len(whole)
    assert (await site.get("coordinator", f"/a/{tag}?since=tomorrow")).status_code == 422
    api = await site.get("coordinator", f"/api/v1/assets/{format_tag(tag)}/events?kind=registered")
    assert [each["kind"] for each in api.json()] == ["registered"]
    by = await site.get("coordinator", f"/api/v1/assets/{format_tag(tag)}/events?role=donor")
    assert by.json() == []


def money(text):
    return round(100 * float(re.sub(r"[^\d,]", "", text).replace(",", ".")))


def entries(page):
    return re.findall(r'<li id="e-([0-9a-f-]+)">', page.text)
