"""Traces of requests, as a collector gets them."""

import pytest

from asset_tracker import tracing
from factories.collector import Collector

pytestmark = pytest.mark.anyio
REPORT = "/api/v1/reports/municipalities/UA18080010000090720.csv"


async def test_requests_their_transactions_and_statements(world):
    with Collector() as collector:
        with tracing.sending(collector.address, "serve", world.engine):
            answer = await world.get("technician", "/api/v1/assets/7K3M-9QXD")
            await world.get("coordinator", REPORT)
        await world.get("technician", "/api/v1/assets/0000-0000")  # nobody is told any more
    assert collector.services == {"asset-tracker-serve"}
    ((told, span, _),) = collector.named("GET /api/v1/assets/{reference}")
    assert told["request.id"] == answer.headers["x-request-id"]
    assert told["http.response.status_code"] == answer.status_code
    assert [each for each in collector.named("transaction") if each[2] == span]
    ((_, asked, _),) = collector.named("GET /api/v1/reports/municipalities/{file}")
    within = {each[1] for each in collector.named("transaction") if each[2] == asked}
    statements = [each[0]["db.query.text"] for each in collector.named("SELECT") if each[2] in within]
    assert any("FROM asset" in each for each in statements)
    (report,) = collector.named("report")
    assert report[0] == {"about": "municipality", "format": "csv"}
    for value in (b"7K3M", b"UA18080010000090720", world.tokens["technician"].encode()):
        assert value not in collector.raw
