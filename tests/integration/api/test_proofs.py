"""Proofs through the API: for whoever may see the asset, and for nobody else."""

from base64 import b64decode
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from asset_tracker.access.actors import COMMAND_LINE
from asset_tracker.assets.service import NewAsset, register
from asset_tracker.edge.sealing import Sealing
from asset_tracker.ledger import merkle, verify_bundle
from asset_tracker.ledger.events import Registered
from asset_tracker.ledger.ids import uuid7
from asset_tracker.ledger.notes import read_checkpoint
from asset_tracker.ledger.tags import new_tag
from asset_tracker.ledger.values import Share

pytestmark = pytest.mark.anyio
BARANIVKA = "UA18080010000090720"


@pytest.fixture(scope="module")
async def receipt(world):
    async with world.engine.begin() as conn:
        fact = Registered(
            category="laptop",
            name_uk="Ноутбук",
            tag=new_tag(),
            destination=BARANIVKA,
            shares=(Share(world.donors[0], Decimal(100)),),
        )
        (made,) = await register(conn, COMMAND_LINE, world.programmes[0], [NewAsset(id=uuid7(), fact=fact)])
    return made


@pytest.fixture(scope="module")
async def seal(world):
    return world.app.state.sealing.once


async def test_a_proof_is_pending_and_then_checks_out(world, receipt, seal):
    before = await world.get("coordinator", f"/api/v1/events/{receipt.id}/proof")
    assert before.json()["status"] in ("pending", "sealed")
    await seal()
    answer = (await world.get("donor", f"/api/v1/events/{receipt.id}/proof")).json()
    assert (answer["status"], answer["receipt"]["hash"]) == ("sealed", receipt.hash)
    proof = answer["proof"]
    head = read_checkpoint(proof["checkpoint"]["note"])
    leaf = merkle.leaf_hash(bytes.fromhex(proof["hash"]))
    path = [b64decode(each) for each in proof["hashes"]]
    assert merkle.proves_inclusion(leaf, proof["index"], head.size, path, head.root)


@pytest.mark.parametrize("who", ["coordinator2", "donor2", "custodian2", "nobody"])
async def test_a_foreign_event_and_an_unknown_one_look_alike(world, receipt, who):
    foreign = await world.get(who, f"/api/v1/events/{receipt.id}/proof")
    unknown = await world.get(who, f"/api/v1/events/{uuid7()}/proof")
    assert foreign.status_code == unknown.status_code
    assert foreign.status_code in (403, 404)
    assert {**foreign.json(), "request": 0} == {**unknown.json(), "request": 0}


async def test_the_newest_checkpoint_its_keys_and_consistency(world, receipt, seal):
    await seal()
    newest = (await world.get("donor", "/api/v1/checkpoints/latest")).json()
    assert read_checkpoint(newest["note"]).size == newest["size"]
    (key,) = (await world.get("donor", "/api/v1/checkpoints/keys")).json()
    assert key["verify_key"].startswith(read_checkpoint(newest["note"]).origin + "+")
    answer = (await world.get("donor", "/api/v1/checkpoints/consistency?from=1")).json()
    assert (answer["old"], answer["new"]) == (1, newest["size"])


@pytest.mark.parametrize(
    "query",
    ["", "from=0", "from=99999999", "from=x", "from=2&to=1", "from=9223372036854775808", "from=1&to=-1"],
)
async def test_sizes_that_the_log_never_had(world, receipt, seal, query):
    await seal()
    answer = await world.get("donor", f"/api/v1/checkpoints/consistency?{query}")
    assert answer.status_code in (400, 422)


@pytest.mark.parametrize("path", ["events/00000000-0000-0000-0000-000000000000/proof", "checkpoints/latest"])
async def test_strangers_see_nothing(world, path):
    assert (await world.get(None, f"/api/v1/{path}")).status_code == 401


async def test_readiness_tells_of_trouble_with_sealing(world, receipt, tmp_path):
    ready = (await world.get(None, "/readyz")).json()
    assert ready["status"] == "ready"
    broken = Sealing(world.engine, tmp_path, "t/ledger")
    with pytest.raises(Exception, match="private key"):
        await broken.once()
    broken.trouble = "the key is gone"
    assert broken.told() == "not sealed: the key is gone"
    broken.trouble, broken.done_at = None, datetime(2026, 1, 1, tzinfo=UTC)
    assert broken.told() == "sealed at 2026-01-01T00:00:00Z"


async def test_a_donor_gets_their_own_bundle_and_it_verifies(world, receipt, seal):
    await seal()
    answer = await world.get("donor", "/api/v1/bundle?since=1")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/zip")
    assert "complete" in verify_bundle.verify(answer.content)[0]
    assert str(receipt.asset).encode() in answer.content


@pytest.mark.parametrize(
    ("who", "query", "status"),
    [
        ("donor", "?donor=Donor 2", 404),
        ("donor2", "?donor=Donor 1", 404),
        ("donor", "?donor=Nobody", 404),
        ("administrator", "", 422),
        ("technician", "?donor=Donor 1", 403),
        ("custodian", "?donor=Donor 1", 403),
        ("nobody", "?donor=Donor 1", 403),
        (None, "?donor=Donor 1", 401),
        ("donor", "?since=0", 400),
    ],
)
async def test_whose_bundle_is_not_yours(world, receipt, seal, who, query, status):
    await seal()
    assert (await world.get(who, f"/api/v1/bundle{query}")).status_code == status


async def test_a_coordinator_sees_no_more_of_a_donor_than_their_programme(world, receipt, seal):
    await seal()
    answer = await world.get("coordinator2", "/api/v1/bundle?donor=Donor 1")
    assert verify_bundle.verify(answer.content)[0].startswith("0 events of 0 assets")
