"""Lists of assets: columns and order of choice, kept under a name, in the page and in the API."""

import re

import pytest

from factories.office import PASSWORD

pytestmark = pytest.mark.anyio


def names(page):
    return re.findall(r'<th scope="row"><a href="/a/[^"]+">([^<]+)</a>', page.text)


async def test_columns_and_order_stand_in_the_address(site):
    page = await site.get("coordinator", "/assets?columns=name,donors,value&columns=warranty_until&sort=name")
    assert page.status_code == 200
    heads = re.findall(r"<th scope=\"col\"[^>]*>(?:<a[^>]*>)?([^<]+)", page.text)
    assert heads == ["Актив", "Хто оплатив", "Вартість", "Гарантія до"]
    assert 'aria-sort="ascending"' in page.text
    there = names(page)
    back = names(await site.get("coordinator", "/assets?sort=-name"))
    assert len(there) > 2
    assert sorted(there) == sorted(back)
    assert there[0] == back[-1]
    assert (await site.get("coordinator", "/assets?columns=nonsense")).status_code == 422
    assert "Такого порядку немає" in (await site.get("coordinator", "/assets?sort=nonsense")).text


async def test_a_municipality_is_named_with_mistakes_or_not_at_all(site):
    found = await site.get("coordinator", "/assets?municipality=Баранівка")
    assert names(found)
    assert "Такої громади немає" in (await site.get("coordinator", "/assets?municipality=Нетака")).text


async def test_the_filters_in_use_are_counted_by_whoever_makes_the_list(site):
    """Without a script as with one, and after going back: what is fetched anew brings its count along."""
    state = "/assets?category=laptop&gone=no&disputed=no&q=x"
    page = await site.get("coordinator", state)
    assert re.findall(r'<span id="filters-used">\s*<b class="count">(\d+)', page.text) == ["3"]
    assert "hx-swap-oob" not in page.text
    assert 'type="hidden" name="disputed" value="no"' in page.text, "narrowing further keeps it"
    part = await site.get("coordinator", state, headers={"HX-Request": "true"})
    assert re.findall(r'<span id="filters-used" hx-swap-oob="true">\s*<b class="count">(\d+)', part.text) == [
        "3"
    ]
    back = {"HX-Request": "true", "HX-History-Restore-Request": "true"}
    assert "hx-swap-oob" not in (await site.get("coordinator", state, headers=back)).text
    bare = await site.get("coordinator", "/assets?q=x", headers={"HX-Request": "true"})
    assert '<span id="filters-used" hx-swap-oob="true"></span>' in bare.text


async def test_a_list_is_kept_and_read_by_page_and_api(site):
    state = "?category=laptop&columns=name,tag&sort=tag"
    kept = await site.post("coordinator", "/views", {"state": state, "name": "Ноутбуки"})
    assert kept.status_code == 303
    here = kept.headers["location"]
    page = await site.get("coordinator", here)
    assert "<h1>Ноутбуки</h1>" in page.text
    assert names(page) == names(await site.get("coordinator", "/assets" + state))
    again = await site.post("coordinator", "/views", {"state": "", "name": "Ноутбуки"})
    assert "Ви вже маєте список" in (await site.get("coordinator", again.headers["location"])).text
    for wrong, told in (
        ({"state": "", "name": " "}, "Дайте списку назву"),
        ({"state": "?consignment=x", "name": "Y"}, "Тут очікується інше"),
    ):
        refused = await site.post("coordinator", "/views", wrong)
        assert told in (await site.get("coordinator", refused.headers["location"])).text

    view = here.rpartition("=")[2]
    found = (await site.get("coordinator", f"/api/v1/assets?view={view}&limit=200")).json()["items"]
    assert found
    assert {each["category"] for each in found} == {"laptop"}
    assert [each["tag"] for each in found] == sorted(each["tag"] for each in found)
    narrower = await site.get("coordinator", f"/api/v1/assets?view={view}&category=ups")
    assert {each["category"] for each in narrower.json()["items"]} <= {"ups"}

    # by its name, too; and a report on what it holds says so
    named = (await site.get("coordinator", "/api/v1/assets?view=ноутбуки&limit=200")).json()["items"]
    assert [each["tag"] for each in named] == [each["tag"] for each in found]
    assert (await site.get("coordinator", "/api/v1/assets?view=Нема")).status_code == 404
    assert (await site.get("coordinator", "/assets.xlsx?view=Ноутбуки")).status_code == 200
    whole = (await site.get("coordinator", "/api/v1/reports/programmes/PROSTO.json")).json()
    part = (await site.get("coordinator", "/api/v1/reports/programmes/PROSTO.json?view=Ноутбуки")).json()
    assert "view" not in whole["facts"]["question"], "its hash is what it always was"
    assert part["facts"]["question"]["view"] == {"id": view, "name": "Ноутбуки"}
    assert {each["tag"].replace("-", "") for each in part["facts"]["items"]} == {
        each["tag"] for each in found
    }
    assert len(whole["facts"]["items"]) > len(part["facts"]["items"])
    assert f"view={view}" in part["making"]["page_url"]
    shown = (await site.get("coordinator", f"/reports/programmes/PROSTO?view={view}")).text
    assert f'<option value="{view}" selected>Ноутбуки' in shown
    assert "Лише те, що зараз у списку" in shown
    assert "new-share" not in shown, "what is shared is everything, so it is not offered here"
    assert f"view={view}" in shown, "its figures and files are asked for so, too"
    assert (await site.get("donor", f"/reports/programmes/PROSTO?view={view}")).status_code == 404

    assert (await site.get("technician", here)).status_code == 404
    assert (await site.post("technician", f"/views/{view}/forget")).status_code == 404
    assert (await site.post("coordinator", f"/views/{view}/forget")).status_code == 303
    assert (await site.get("coordinator", here)).status_code == 404


async def test_what_a_saved_list_may_not_say_is_named(site):
    wrong = {"name": "x", "filters": {"stage": "nowhere"}}
    told = (await (await site.at("coordinator")).post("/api/v1/views", json=wrong)).json()
    assert told["errors"][0]["field"] == "filters.stage"
    wrong = {"name": "x", "columns": ["nothing"]}
    told = (await (await site.at("coordinator")).post("/api/v1/views", json=wrong)).json()
    assert told["errors"][0]["field"] == "columns"


async def test_today_is_narrowed_and_remembers_it(site):
    client = site.somebody()
    await client.post("/login", data={"email": "coordinator@example.org", "password": PASSWORD})
    everywhere = await client.get("/")
    assert everywhere.status_code == 200
    narrowed = await client.get("/?oblast=UA63&programme=&municipality=")
    assert "Звужено й запам’ятовано" in narrowed.text
    assert tiles(narrowed) < tiles(everywhere)
    assert tiles(await client.get("/")) == tiles(narrowed)
    wrong = await client.get("/?municipality=Нетака")
    assert "Такої громади немає" in wrong.text
    again = await client.get("/?oblast=&programme=&municipality=")
    assert tiles(again) == tiles(everywhere)
    await client.aclose()


def tiles(page):
    """How many assets the first page counts in all."""
    found = re.search(r"<b>([\d\s\u00a0]+)</b><span>Усього активів", page.text)
    return int(re.sub(r"\D", "", found[1]))
