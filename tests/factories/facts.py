"""Facts about assets, recorded as the store records them; enough of a life to prove things about."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from asset_tracker.ledger import checkpoints, keys, store
from asset_tracker.ledger import events as ev
from asset_tracker.ledger.envelope import Draft
from asset_tracker.ledger.ids import uuid7
from asset_tracker.ledger.tags import new_tag
from asset_tracker.ledger.values import Share

ACTOR, PROGRAMME, DONOR = uuid7(), uuid7(), uuid7()
BARANIVKA, OVRUCH = "UA18080010000090720", "UA18060170000069581"
DAY = datetime(2025, 1, 1, 12, tzinfo=UTC)
ORIGIN = "example.org/ledger"


def draft(asset_id, payload, *, days=0, **more):
    return Draft(id=uuid7(), asset=asset_id, occurred_at=DAY + timedelta(days=days), payload=payload, **more)


def registered(**more):
    fields = {
        "category": "laptop",
        "name_uk": "Ноутбук",
        "tag": new_tag(),
        "serial": "SN-001/А",
        "unit_price": Decimal("30000.50"),
        "currency": "UAH",
        "shares": (Share(DONOR, Decimal(100)),),
        "destination": BARANIVKA,
    }
    return ev.Registered(**(fields | more))


def life(asset_id=None, **more):
    """Five facts of one asset: from the packing list to a photo in the centre."""
    asset_id = asset_id or uuid7()
    return [
        draft(asset_id, registered(**more)),
        draft(asset_id, ev.Dispatched(waybill="N1"), days=1),
        draft(asset_id, ev.Delivered(municipality=BARANIVKA, received_by="Оксана Коваль"), days=2),
        draft(asset_id, ev.Installed(service_point=uuid7(), municipality=BARANIVKA, room="12"), days=3),
        draft(asset_id, ev.Note(photos=("ab" * 32,), note="На місці"), days=4),
    ]


async def add(conn, *drafts, **more):
    return await store.append(conn, ACTOR, list(drafts), programme=PROGRAMME, **more)


async def sealed(conn, data_dir):
    """Seal what is there, and keep the checkpoint outside, as the server does."""
    signer = await keys.open_signer(conn, data_dir, ORIGIN)
    made = await checkpoints.seal(conn, signer, checkpoints.kept_witness(data_dir))
    if made:
        checkpoints.keep_witness(data_dir, made.note)
    return made
