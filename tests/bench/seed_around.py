"""What stands beside the ledger for the assets of ``seed``: service points, consignments, acts, plans, needs."""

from datetime import timedelta
from hashlib import sha256
from typing import TYPE_CHECKING

import msgspec
from sqlalchemy import insert, text
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.pool import NullPool

from asset_tracker.access.actors import COMMAND_LINE
from asset_tracker.consignments.act_document import ActDocument, ActParty
from asset_tracker.consignments.tables import act, consignment
from asset_tracker.db import bulk
from asset_tracker.db.engine import make_engine
from asset_tracker.documents.names import Name
from asset_tracker.territory.collation import sort_key
from asset_tracker.territory.tables import service_point

if TYPE_CHECKING:
    from seed import Delivery

_CONSIGNMENT = (
    "id",
    "programme_id",
    "number",
    "municipality_code",
    "waybill",
    "carrier",
    "expected_on",
    "dispatched_at",
)
_ACT = (
    *("id", "consignment_id", "programme_id", "year", "place_in_year", "number", "status"),
    *("issued_at", "issued_by", "document", "sha256", "signed_on"),
)
_LINES = text("INSERT INTO act_line (act_id, asset_id) SELECT act_id, id FROM asset WHERE act_id IS NOT NULL")
# What people look after: each uninterruptible supply once a year, which is a sixth of all assets.
_PLANS = text(
    "INSERT INTO maintenance_plan (id, asset_id, title, every_months, starts_on, made_by)"
    " SELECT gen_random_uuid(), id, 'Перевірка батареї', 12, delivered_at::date, :who"
    " FROM asset WHERE category = 'ups' AND delivered_at IS NOT NULL"
)
_NEEDS = text(
    "INSERT INTO municipality_need"
    " (id, municipality_code, programme_id, category, asked, applied_on, approved, approved_on, made_by)"
    " SELECT gen_random_uuid(), municipality_code, programme_id, 'laptop', 10, min(expected_on), 10,"
    " min(expected_on), :who FROM consignment GROUP BY municipality_code, programme_id"
)
_SUPPORT = text(
    "INSERT INTO support_activity (id, programme_id, municipality_code, kind, title_uk, title_en, starts_on,"
    " ends_on, women, men, recorded_by)"
    " SELECT gen_random_uuid(), programme_id, municipality_code, 'training', 'Навчання', 'Training',"
    " min(expected_on), min(expected_on), 7, 3, :who FROM consignment GROUP BY municipality_code, programme_id"
)


async def around(url: str, deliveries: "list[Delivery]") -> None:
    """Record it all; each delivery has its consignment, and its act where it has arrived."""
    engine = make_engine(url, poolclass=NullPool, statement_timeout="0")
    try:
        async with engine.begin() as conn:
            await _points(conn, deliveries)
            rows = [_consignment(number, each) for number, each in enumerate(deliveries, 1)]
            await bulk.put(conn, consignment, _CONSIGNMENT, rows)
            acts = [_act(number, each) for number, each in enumerate(deliveries, 1) if not each.on_its_way]
            await bulk.put(conn, act, _ACT, acts)
            await conn.execute(_LINES)
            for statement in (_PLANS, _NEEDS, _SUPPORT):
                await conn.execute(statement, {"who": COMMAND_LINE.id})
    finally:
        await engine.dispose()


async def _points(conn: AsyncConnection, deliveries: "list[Delivery]") -> None:
    name = "Центр надання адміністративних послуг"
    there = {each.municipality: each.point for each in deliveries}
    rows = [
        {
            "id": point,
            "municipality_code": code,
            "kind": "asc",
            "name_uk": name,
            "name_en": "Administrative services centre",
            "sort_key": sort_key(name),
        }
        for code, point in there.items()
    ]
    await conn.execute(insert(service_point), rows)


def _consignment(number: int, each: "Delivery") -> tuple[object, ...]:
    sent = each.day + timedelta(days=5)
    due = (each.day + timedelta(days=15 if each.on_its_way else 8)).date()
    return (
        each.consignment,
        each.programme,
        f"CN-{number:06d}",
        each.municipality,
        f"WB-{number:06d}",
        "Укрпошта",
        due,
        sent,
    )


def _act(number: int, each: "Delivery") -> tuple[object, ...]:
    at = each.day + timedelta(days=14)
    name = f"A-{at.year}-{number:06d}"
    sides = {side: ActParty(name=Name("Сторона", "Party")) for side in ("giver", "receiver")}
    paper = msgspec.json.encode(ActDocument(number=name, drawn_on=at.date(), made_at=at, lines=(), **sides))
    return (
        each.act,
        each.consignment,
        each.programme,
        at.year,
        number,
        name,
        "signed",
        at,
        COMMAND_LINE.id,
        paper,
        sha256(paper).hexdigest(),
        at.date(),
    )
