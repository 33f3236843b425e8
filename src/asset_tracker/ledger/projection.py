"""Writes what the fold says: asset, periods, shares and tags. Only the ledger's store calls this."""

from collections.abc import Mapping
from decimal import Decimal
from operator import attrgetter
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker.db import bulk
from asset_tracker.ledger import tables
from asset_tracker.ledger.chaining import Head
from asset_tracker.ledger.replay import Replayed
from asset_tracker.ledger.serials import serial_key
from asset_tracker.ledger.state import Period, State

_FROM_STATE = (
    ("tag", "tag"),
    ("consignment_id", "consignment"),
    ("line", "line"),
    ("category", "category"),
    ("name_uk", "name_uk"),
    ("name_en", "name_en"),
    ("manufacturer", "manufacturer"),
    ("model", "model"),
    ("serial", "serial"),
    ("quantity", "quantity"),
    ("unit_price", "unit_price"),
    ("currency", "currency"),
    ("acquired_on", "acquired_on"),
    ("warranty_until", "warranty_until"),
    ("is_kit", "is_kit"),
    ("kit_id", "kit"),
    ("destination_code", "destination"),
    ("municipality_code", "municipality"),
    ("service_point_id", "service_point"),
    ("place", "place"),
    ("stage", "stage"),
    ("condition", "condition"),
    ("title", "title"),
    ("gone_reason", "gone"),
    ("use", "use"),
    ("disputed", "disputed"),
    ("act_id", "act"),
    ("delivered_at", "delivered_at"),
    ("accepted_at", "accepted_at"),
    ("installed_at", "installed_at"),
    ("verified_at", "verified_at"),
    ("maintained_at", "maintained_at"),
    ("inventory_number", "inventory_number"),
)
ASSET_COLUMNS = (
    "id",
    "programme_id",
    "serial_key",
    "changed_at",
    "head_seq",
    "head_hash",
    "state",
    *(column for column, _ in _FROM_STATE),
)
_UPSERT_ASSET = bulk.upsert_clause(("id",), ASSET_COLUMNS)
PERIOD_COLUMNS = (
    "asset_id",
    "valid_from",
    "valid_to",
    "destination_code",
    "municipality_code",
    "service_point_id",
    "place",
    "stage",
    "condition",
    "title",
)
_period_columns = attrgetter(
    "valid_from",
    "valid_to",
    "destination",
    "municipality",
    "service_point",
    "place",
    "stage",
    "condition",
    "title",
)
SHARE_COLUMNS = ("asset_id", "donor_id", "percent")
TAG_COLUMNS = ("tag", "asset_id", "status", "programme_id")
_UPSERT_TAG = """ON CONFLICT (tag) DO UPDATE SET asset_id = excluded.asset_id, status = excluded.status,
programme_id = excluded.programme_id WHERE tag.asset_id IS NULL
OR tag.asset_id = excluded.asset_id
AND (tag.status, tag.programme_id) IS DISTINCT FROM (excluded.status, excluded.programme_id)"""

_UPSERT_PERIOD = bulk.upsert_clause(("asset_id", "valid_from"), PERIOD_COLUMNS)

_state_columns = attrgetter(*(field for _, field in _FROM_STATE))
_state_json = msgspec.json.Encoder(decimal_format="string").encode


def asset_row(asset: UUID, state: State, head: Head) -> tuple[Any, ...]:
    """The row of the asset table that a state makes."""
    return (
        asset,
        head.programme,
        serial_key(state.serial),
        head.recorded_at,
        head.seq,
        head.hash,
        _state_json(state).decode(),
        *_state_columns(state),
    )


def period_row(asset: UUID, period: Period) -> tuple[Any, ...]:
    """The row of the asset_period table that a period makes."""
    return (asset, *_period_columns(period))


def period_of(row: Any) -> Period:
    """The period that a row of the asset_period table holds."""
    return Period(
        valid_from=row.valid_from,
        valid_to=row.valid_to,
        destination=row.destination_code,
        municipality=row.municipality_code,
        service_point=row.service_point_id,
        place=row.place,
        stage=row.stage,
        condition=row.condition,
        title=row.title,
    )


def share_rows(asset: UUID, state: State) -> list[tuple[Any, ...]]:
    """The rows of the asset_share table that a state makes."""
    return [(asset, share.donor, Decimal(share.percent)) for share in state.shares]


def tag_rows(asset: UUID, state: State, programme: UUID | None) -> list[tuple[Any, ...]]:
    """The rows of the tag table that a state makes: the tag in use, and those that went before it."""
    old = {t: "replaced" for t in state.old_tags if t} | dict.fromkeys(state.retired_tags, "retired")
    return [(t, asset, status, programme) for t, status in ({state.tag: "bound"} | old).items()]


async def write(
    conn: AsyncConnection, folded: Mapping[UUID, Replayed], heads: Mapping[UUID, Head], fresh: set[UUID]
) -> None:
    """Replace the projections of the assets; ``fresh`` ones are new and have none to remove."""
    rows = [(asset in fresh, asset_row(asset, r.state, heads[asset])) for asset, r in folded.items()]
    await bulk.put(conn, tables.asset, ASSET_COLUMNS, [row for is_fresh, row in rows if is_fresh])
    again = [row for is_fresh, row in rows if not is_fresh]
    await bulk.insert(conn, tables.asset, ASSET_COLUMNS, again, suffix=_UPSERT_ASSET)
    known = [asset for asset in folded if asset not in fresh]
    if known:
        for table in (tables.asset_period, tables.asset_share):
            await conn.execute(delete(table).where(table.c.asset_id.in_(known)))
    await bulk.put(
        conn,
        tables.asset_period,
        PERIOD_COLUMNS,
        [period_row(a, p) for a, r in folded.items() for p in r.periods],
    )
    shares = [row for a, r in folded.items() for row in share_rows(a, r.state)]
    await bulk.put(conn, tables.asset_share, SHARE_COLUMNS, shares)
    tags = [row for a, r in folded.items() for row in tag_rows(a, r.state, heads[a].programme)]
    await bulk.insert(conn, tables.tag, TAG_COLUMNS, tags, suffix=_UPSERT_TAG)


async def write_on(
    conn: AsyncConnection, gone_on: Mapping[UUID, Replayed], heads: Mapping[UUID, Head]
) -> None:
    """Write what changed since the open period: state, that period and the ones after it, tags."""
    rows = [asset_row(asset, replayed.state, heads[asset]) for asset, replayed in gone_on.items()]
    await bulk.insert(conn, tables.asset, ASSET_COLUMNS, rows, suffix=_UPSERT_ASSET)
    periods = [period_row(a, p) for a, r in gone_on.items() if len(r.periods) > 1 for p in r.periods]
    await bulk.insert(conn, tables.asset_period, PERIOD_COLUMNS, periods, suffix=_UPSERT_PERIOD)
    tags = [row for a, r in gone_on.items() for row in tag_rows(a, r.state, heads[a].programme)]
    await bulk.insert(conn, tables.tag, TAG_COLUMNS, tags, suffix=_UPSERT_TAG)
