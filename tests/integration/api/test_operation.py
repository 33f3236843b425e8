"""Whether it lives, whether it can work, and what it counts."""

import re
from pathlib import Path

import pytest

from asset_tracker.db import migrate
from asset_tracker.db.engine import make_engine
from asset_tracker.edge import readiness
from asset_tracker.edge.readiness import Readiness
from asset_tracker.edge.sealing import Sealing
from asset_tracker.files.storage import Storage
from asset_tracker.ledger.ids import uuid7

pytestmark = pytest.mark.anyio
OPERATIONS = Path(__file__).parents[3] / "operations"


async def test_it_lives_and_is_ready(world):
    assert (await world.get(None, "/healthz")).json() == {"status": "ok"}
    ready = await world.get(None, "/readyz")
    assert ready.status_code == 200
    told = ready.json()
    assert {name: told[name] for name in ("status", "database", "writing", "storage", "disk")} == {
        "status": "ready",
        "database": "ok",
        "writing": "ok",
        "storage": "ok",
        "disk": "ok",
    }
    assert told["schema"] == migrate.head()


async def test_what_is_amiss_is_told_without_a_secret(world, tmp_path, monkeypatch):
    storage = Storage.open((tmp_path / "files").as_uri())
    sealing = Sealing(world.engine, tmp_path, "t/ledger")
    sealing.trouble, sealing.code = f"{tmp_path} holds another key", "ledger-key-missing"
    (tmp_path / "files").rmdir()
    monkeypatch.setattr(readiness, "free_bytes", lambda _folder: 1)
    asked = Readiness(world.engine, storage, sealing, (tmp_path,))
    found = await asked.ask()
    assert found.status == "limited"
    assert found.ledger == "not sealed: ledger-key-missing"
    assert "cannot be written to" in found.storage
    assert found.disk.startswith("full")
    assert str(tmp_path) not in repr(found)
    assert await asked.ask() is found  # asked again at once, nothing is looked up


async def test_a_database_that_is_not_there(tmp_path):
    engine = make_engine("postgresql+asyncpg://nobody:secret@127.0.0.1:9/none")
    storage = Storage.open(tmp_path.as_uri())
    found = await Readiness(engine, storage, Sealing(engine, tmp_path, "t/ledger"), ()).ask()
    assert (found.status, found.database, found.schema) == ("unable", "does not answer", "unknown")
    assert "secret" not in repr(found)


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


async def test_metrics_tell_how_everything_stands(world):
    broken = {"id": str(uuid7()), "payload": {"kind": "made-up"}}
    await world.post("technician", "/api/v1/events", [broken])
    await world.get("coordinator", "/api/v1/reports/municipalities/UA18080010000090720.csv")
    told = (await world.get("administrator", "/metrics")).text
    assert re.search(r'asset_tracker_events_total\{kind="unknown",outcome="\w+"\} [1-9]', told)
    assert 'asset_tracker_report_seconds_count{about="municipality",format="csv"}' in told
    assert "asset_tracker_database_up 1.0" in told
    assert 'asset_tracker_disk_free_bytes{folder="files"}' in told
    values = dict(re.findall(r"^(asset_tracker_\w+) (\S+)$", told, re.MULTILINE))
    assert float(values["asset_tracker_quarantine"]) >= 0
    assert "NaN" not in values.values()
    # what rules and panels name is what is really told
    said = set(re.findall(r"^# TYPE (asset_tracker_\w+)", told, re.MULTILINE))
    watched = (OPERATIONS / "alerts.yaml").read_text() + (OPERATIONS / "dashboard.json").read_text()
    named = set(re.findall(r"asset_tracker_(?!database_up, instance)\w+", watched))
    assert {re.sub(r"_(bucket|count|sum)$", "", each) for each in named} <= said


@pytest.mark.parametrize("who", ["technician", "donor", None])
async def test_metrics_are_not_for_everybody(world, who):
    forwarded = {"x-forwarded-for": "203.0.113.9"}
    assert (await world.get(who, "/metrics", headers=forwarded)).status_code == 404


async def test_an_error_shows_the_number_that_the_log_bears(world, capsys):
    answer = await world.get("technician", "/api/v1/assets/7K3M-9QXD")
    number = answer.headers["x-request-id"]
    assert answer.json()["request"] == number
    page = await world.get("donor", "/people")
    assert page.status_code == 403
    assert page.headers["x-request-id"] in page.text
    said = "".join(capsys.readouterr())
    assert f"request={number}" in said or f'"request": "{number}"' in said
