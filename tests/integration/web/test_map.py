"""The map: figures of what is in reach, the same on page, in JSON and on paper; borders that are checked."""

import json

import pytest

HERE, OBLAST = "UA18080010000090720", "UA18000000000041385"
SQUARE = [[28.0, 50.0], [29.0, 50.0], [29.0, 51.0], [28.0, 51.0], [28.0, 50.0]]


def borders(code, ring=None):
    shape = {"type": "Polygon", "coordinates": [ring or SQUARE]}
    feature = {"type": "Feature", "properties": {"code": code}, "geometry": shape}
    return json.dumps({"type": "FeatureCollection", "features": [feature]}).encode()


@pytest.mark.parametrize("colour", ["in_service", "overdue", "lost"])
async def test_the_map_draws_what_the_table_and_the_api_say(site, colour):
    query = {"size": "delivered", "colour": colour, "oblast": OBLAST}
    page = await site.get("coordinator", "/map", params=query)
    assert page.status_code == 200
    figures = (await site.get("coordinator", "/api/v1/map", params=query)).json()
    assert HERE in [each["code"] for each in figures]
    assert page.text.count("<circle") == len(figures)
    assert all(f'href="/municipalities/{each["code"]}"' in page.text for each in figures)
    assert (figures[0]["overdue"] is None) == (colour != "overdue")


async def test_an_address_that_asks_for_nonsense_shows_the_country(site):
    answer = await site.get("coordinator", "/map?size=x&colour=%00&programme=none&oblast=UA18%27--")
    assert answer.status_code == 200
    unknown = await site.get("coordinator", "/map?oblast=UA99000000000000000")
    assert unknown.status_code == 200


async def test_the_same_pictures_are_printed(site):
    answer = await site.get("coordinator", f"/map.pdf?oblast={OBLAST}")
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF")


async def test_progress_counts_what_is_in_reach(site):
    found = (await site.get("coordinator", "/api/v1/progress")).json()
    steps = dict(found["steps"])
    assert steps["listed"] >= steps["delivered"] >= 0
    assert sum(count for _, count in found["ages"]) <= steps["delivered"]
    alone = (await site.get("coordinator", f"/api/v1/progress?municipality={HERE}")).json()
    assert dict(alone["steps"])["listed"] <= steps["listed"]


async def test_borders_are_taken_checked_drawn_and_taken_away(site):
    form = {"source": "own drawing, CC0"}
    sent = {"file": ("b.geojson", borders("UA18"), "application/geo+json")}
    assert (await site.post("coordinator", "/map/areas", form, files=sent)).status_code == 403
    assert (await site.post("administrator", "/map/areas", form, files=sent)).status_code == 303
    page = await site.get("administrator", "/map")
    assert page.text.count('class="k-area"') == 1
    assert "<title>Житомирська</title>" in page.text, "the codifier names it, not the file"
    assert "own drawing, CC0" in page.text
    listed = (await site.get("coordinator", "/api/v1/areas")).json()
    assert [(each["code"], each["level"]) for each in listed] == [(OBLAST, "oblast")]

    nowhere = {"file": ("b.geojson", borders("UA17"), "application/geo+json")}
    refused = await site.post("administrator", "/map/areas", form, files=nowhere)
    assert (refused.status_code, "UA17" in refused.text) == (422, True)
    swapped = {"file": ("b.geojson", borders("UA18", [[y, x] for x, y in SQUARE]), "application/geo+json")}
    refused = await site.post("administrator", "/map/areas", form, files=swapped)
    assert (refused.status_code, "довгота" in refused.text) == (422, True)
    refused = await site.post("administrator", "/map/areas", {"source": ""}, files=sent)
    assert refused.status_code == 422

    assert (await site.post("administrator", "/map/areas/forget", {"level": "oblast"})).status_code == 303
    assert 'class="k-area"' not in (await site.get("administrator", "/map")).text
