"""Whether it lives, whether it can work, and what it counts."""

import pytest

pytestmark = pytest.mark.anyio


async def test_it_lives_and_is_ready(world):
    assert (await world.get(None, "/healthz")).json() == {"status": "ok"}
    assert (await world.get(None, "/readyz")).status_code == 200


async def test_the_api_describes_itself(world):
    described = (await world.get(None, "/api/openapi.json")).json()
    assert {"/api/v1/events", "/api/v1/assets", "/api/v1/labels", "/api/v1/imports"} <= set(
        described["paths"]
    )
    page = (await world.get(None, "/api")).text
    assert "https://" not in page.replace("https://www.w3.org", "")


async def test_metrics_count_routes_not_addresses(world):
    await world.get("technician", "/api/v1/assets/7K3M-9QXD")
    told = (await world.get("administrator", "/metrics")).text
    assert 'route="/api/v1/assets/{reference}"' in told
    assert "7K3M" not in told


@pytest.mark.parametrize("who", ["technician", "donor", None])
async def test_metrics_are_not_for_everybody(world, who):
    forwarded = {"x-forwarded-for": "203.0.113.9"}
    assert (await world.get(who, "/metrics", headers=forwarded)).status_code == 404
