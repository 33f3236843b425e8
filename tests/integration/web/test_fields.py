"""Fields that categories have of their own: defined on a page, filled in, found, emptied, retired."""

import pytest

from asset_tracker.assets.usual_fields import USUAL

from .conftest import hidden

pytestmark = pytest.mark.anyio
IMEI = "490154203237518"


async def test_a_field_from_its_definition_to_its_history(site):
    tag = site.office.laptop
    assert (await site.post("administrator", "/settings/fields/usual")).status_code == 303
    shown = await site.get("administrator", "/settings/fields")
    assert all(each.name_uk in shown.text for each in USUAL.values())

    given = {
        "name_uk": "Звідки",
        "name_en": "Origin",
        "kind": "choice",
        "required": "on",
        "categories": "laptop",
    }
    answers = {"option_uk_0": "Швеція", "option_en_0": "Sweden", "option_uk_1": "Естонія", "option_en_1": ""}
    wrong = await site.post("administrator", "/settings/fields", given | answers)
    assert wrong.status_code == 422
    assert "назви обома мовами" in wrong.text
    assert 'value="Естонія"' in wrong.text
    made = await site.post("administrator", "/settings/fields", given | answers | {"option_en_1": "Estonia"})
    assert made.status_code == 303

    assert "Бракує: Звідки" in (await site.get("coordinator", f"/a/{tag}")).text
    form = await site.get("coordinator", f"/a/{tag}/fields")
    refused = await site.post(
        "coordinator", f"/a/{tag}/fields", hidden(form) | {"screen_size": "500", "origin": ""}
    )
    assert refused.status_code == 422
    assert "Будь ласка, заповніть." in refused.text
    assert "Число від 1 до 200" in refused.text
    told = hidden(form) | {"screen_size": "15,6", "origin": "sweden"}
    assert (await site.post("coordinator", f"/a/{tag}/fields", told)).status_code == 303
    asset = (await site.get("coordinator", f"/a/{tag}")).text
    assert "15,6\u00a0″" in asset
    assert "Швеція" in asset
    assert "Бракує" not in asset

    # the name of the answer finds it, and so does the value in the API
    found = await site.get("coordinator", "/api/v1/assets", params={"field": "origin:sweden"})
    assert [each["attributes"]["screen_size"] for each in found.json()["items"]] == ["15.6"]
    assert (await site.get("coordinator", "/api/v1/assets?q=sweden")).json()["items"] != []

    # the page narrows its list by them, carries them along, and keeps them in a saved list
    page = (
        await site.get("coordinator", "/assets?attributes.screen_size=15,6&attributes.origin=sweden")
    ).text
    assert tag in page
    assert "attributes.screen_size=15%2C6" in page
    assert '<option value="sweden" selected>Швеція</option>' in page
    assert tag not in (await site.get("coordinator", "/assets?attributes.origin=estonia")).text
    assert tag in (await site.get("coordinator", "/assets?field=origin:sweden")).text
    misfit = (await site.get("coordinator", "/assets?attributes.screen_size=500")).text
    assert "«500» не пасує полю screen_size." in misfit
    state = "?attributes.origin=sweden"
    kept = await site.post("coordinator", "/views", {"state": state, "name": "Шведські"})
    shown = (await site.get("coordinator", kept.headers["location"])).text
    assert (tag in shown, "attributes.origin=sweden" in shown) == (True, True)

    # many at once are held to the same
    many = {"fact": {"kind": "described", "attributes": {"screen_size": "500"}}, "assets": [tag]}
    coordinator = await site.at("coordinator")
    refused = await coordinator.post("/api/v1/bulk", json=many)
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "attributes.screen_size")

    stale = await site.post("coordinator", f"/a/{tag}/fields", told | {"origin": "estonia"})
    assert stale.status_code == 409
    again = hidden(await site.get("coordinator", f"/a/{tag}/fields"))
    assert (
        await site.post("coordinator", f"/a/{tag}/fields", again | {"origin": "sweden", "screen_size": ""})
    ).status_code == 303
    assert "15,6" in (await site.get("coordinator", f"/a/{tag}")).text  # in the history
    state = (await site.get("coordinator", f"/api/v1/assets/{tag}")).json()["state"]
    assert state["attributes"] == {"origin": "sweden"}


async def test_definitions_grow_and_values_are_checked_wherever_they_come_in(site):
    laptop = {"kind": "text", "check": "imei", "name_uk": "Номер", "name_en": "Number"}
    put = (await site.at("administrator")).put
    first = await put("/api/v1/fields/radio", json=laptop)
    assert first.json()["version"] == 1
    assert (await put("/api/v1/fields/radio", json=laptop | {"kind": "date"})).status_code == 422
    fill = await site.at("coordinator")
    tag = site.office.laptop
    sent = {"fields": {"radio": "123"}}
    refused = await fill.post(f"/api/v1/assets/{tag}/fields", json=sent)
    assert refused.json()["errors"][0]["field"] == "radio"
    event = {
        "id": "01890000-0000-7000-8000-00000000ab01",
        "asset": tag,
        "occurred_at": "2026-03-01T10:00:00Z",
        "payload": {"kind": "described", "attributes": {"radio": f" {IMEI}"}},
    }
    (outcome,) = (await fill.post("/api/v1/events", json=[event])).json()
    assert outcome["outcome"] == "rejected"
    assert outcome["errors"][0]["expected"] == IMEI
    (outcome,) = (
        await fill.post(
            "/api/v1/events", json=[event | {"payload": {"kind": "described", "attributes": {"radio": IMEI}}}]
        )
    ).json()
    assert outcome["outcome"] == "recorded"
    retired = await put("/api/v1/fields/radio", json=laptop | {"retired": True})
    assert retired.json()["version"] == 2
    assert [each["version"] for each in (await fill.get("/api/v1/fields/radio/versions")).json()] == [2, 1]
    assert IMEI in (await site.get("coordinator", f"/a/{tag}")).text
    assert "Номер" not in (await site.get("coordinator", f"/a/{tag}/fields")).text
    assert (await site.get("coordinator", "/settings/fields")).status_code == 403


async def test_a_category_of_ones_own_is_a_kind_of_a_known_one(site):
    new = {"base": "laptop", "name_uk": "Захищений ноутбук", "name_en": "Rugged laptop"}
    assert (await site.post("administrator", "/settings/categories", new)).status_code == 303
    field = {
        "kind": "text",
        "name_uk": "Клас захисту",
        "name_en": "Protection",
        "categories": "rugged_laptop",
    }
    assert (await site.post("administrator", "/settings/fields", field)).status_code == 303
    tag = site.office.laptop
    form = await site.get("coordinator", f"/a/{tag}/fields")
    assert "Захищений ноутбук" in form.text
    assert "Клас захисту" not in form.text
    told = hidden(form) | {"own_category": "rugged_laptop", "origin": "sweden"}
    assert (await site.post("coordinator", f"/a/{tag}/fields", told)).status_code == 303
    assert "Клас захисту" in (await site.get("coordinator", f"/a/{tag}/fields")).text
    assert "Захищений ноутбук" in (await site.get("coordinator", f"/a/{tag}")).text
    listed = (await site.get("coordinator", "/api/v1/assets?category=laptop")).json()["items"]
    assert any(each["attributes"].get("own_category") == "rugged_laptop" for each in listed)
    renamed = await site.post(
        "administrator",
        "/settings/categories/rugged_laptop",
        {"name_uk": "Міцний ноутбук", "name_en": "Tough laptop"},
    )
    assert renamed.status_code == 303
    assert "Міцний ноутбук" in (await site.get("coordinator", f"/a/{tag}")).text


async def test_a_required_field_is_due_since_the_delivery_and_the_list_shows_it(site):
    field = {
        "kind": "number",
        "unit": "ГБ",
        "name_uk": "Пам’ять",
        "name_en": "Memory",
        "categories": "laptop",
        "required": "on",
    }
    assert (await site.post("administrator", "/settings/fields", field)).status_code == 303
    tag = site.office.laptop
    fill = await site.at("coordinator")
    event = {
        "id": "01890000-0000-7000-8000-00000000ab02",
        "asset": tag,
        "occurred_at": "2026-03-02T10:00:00Z",
        "payload": {"kind": "delivered"},
    }
    assert (await fill.post("/api/v1/events", json=[event])).json()[0]["outcome"] == "recorded"
    due = await site.get("coordinator", "/due?rule=required_fields")
    assert "Пам’ять" in due.text
    assert f"/a/{tag}/fields" in due.text
    lacking = await site.get(
        "coordinator", "/assets?missing=attributes.memory&columns=name,attributes.memory"
    )
    assert f"/a/{tag}" in lacking.text
    assert "Пам’ять" in lacking.text
    form = hidden(await site.get("coordinator", f"/a/{tag}/fields"))
    assert (await site.post("coordinator", f"/a/{tag}/fields", form | {"memory": "16"})).status_code == 303
    assert "Пам’ять" not in (await site.get("coordinator", "/due?rule=required_fields")).text
    shown = await site.get("coordinator", "/assets?columns=name,attributes.memory")
    assert "16\u00a0ГБ" in shown.text
    empty = await site.get("coordinator", "/assets?missing=attributes.memory")
    assert f"/a/{tag}" not in empty.text
