"""What is recorded already of the things that a file tells of, within the actor's scope."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from sqlalchemy import func, or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker.access import scope
from asset_tracker.access.actors import Actor
from asset_tracker.consignments.tables import consignment
from asset_tracker.db.bulk import among
from asset_tracker.imports.known import ConsignmentRef, Existing, Known, Wanted
from asset_tracker.imports.line import ProgrammeRef
from asset_tracker.imports.views import ConsignmentPlan
from asset_tracker.ledger.tables import asset
from asset_tracker.ledger.tags import format_tag
from asset_tracker.programmes.tables import programme

_a, _c = asset.c, consignment.c
_EXISTING = (
    select(
        _a.id,
        func.encode(_a.head_hash, "hex").label("head"),
        _a.tag,
        _a.programme_id.label("programme"),
        _a.category,
        _a.name_uk,
        _a.name_en,
        _a.manufacturer,
        _a.model,
        _a.serial,
        _a.quantity,
        _a.unit_price,
        _a.currency,
        func.coalesce(_a.destination_code, _a.municipality_code).label("municipality"),
        _c.number.label("consignment"),
        _a.line,
        _a.kit_id,
        _a.is_kit,
        _a.acquired_on,
        _a.warranty_until,
        _a.state["attributes"].label("attributes"),
    )
    .select_from(asset.outerjoin(consignment, _c.id == _a.consignment_id))
    .where(_a.gone_reason.is_distinct_from("withdrawn"))
)
# The number of a consignment made for another municipality goes on after this (``known.consignment_number``).
_DASH = " — "


async def programmes_for(conn: AsyncConnection, actor: Actor) -> tuple[ProgrammeRef, ...]:
    """The programmes into which the actor may import, by code."""
    allowed = scope.programmes(actor, "import.manage")
    p = programme.c
    wanted = select(p.id, p.code, p.name_uk, p.currency, p.name_en).order_by(p.code)
    if allowed is not None:
        wanted = wanted.where(p.id.in_(allowed))
    return tuple(ProgrammeRef(*row) for row in await conn.execute(wanted))


async def learn(
    conn: AsyncConnection, actor: Actor, known: Known, wanted: Wanted, asked: set[tuple[UUID, str]]
) -> None:
    """Add to ``known`` what ``wanted`` asks for; ``asked`` holds the consignments that were looked up before."""
    new = wanted.consignments - asked
    asked |= new
    families = await _families(conn, new) if new else []
    known.add_consignments(families)
    terms = []
    if wanted.tags:
        terms.append(among(_a.tag, wanted.tags))
    if wanted.serial_keys:
        terms.append(among(_a.serial_key, wanted.serial_keys))
    if families:
        terms.append(among(_a.consignment_id, (each.id for each in families)))
    if terms:
        rows = await conn.execute(_EXISTING.where(or_(*terms), scope.assets(actor, "import.manage")))
        known.add(_existing(rows))


async def _families(conn: AsyncConnection, keys: Iterable[tuple[UUID, str]]) -> list[ConsignmentRef]:
    programmes = {programme_id for programme_id, _ in keys}
    numbers = {number.casefold() for _, number in keys}
    folded = func.lower(_c.number)
    rows = await conn.execute(
        select(_c.id, _c.programme_id, _c.number, _c.municipality_code).where(
            _c.programme_id.in_(programmes),
            or_(folded.in_(numbers), func.split_part(folded, _DASH, 1).in_(numbers)),
        )
    )
    return [ConsignmentRef(*row) for row in rows]


def _existing(rows: Iterable[Any]) -> list[Existing]:
    found = []
    for row in rows:
        fields = {name: getattr(row, name) for name in Existing.__struct_fields__ if name != "kit_label"}
        attributes: dict[str, str] = fields.pop("attributes") or {}
        label = (attributes.get("kit") or format_tag(row.tag)) if row.is_kit else None
        found.append(Existing(**fields, attributes=attributes, kit_label=label))
    return found


async def tags_of(conn: AsyncConnection, ids: Iterable[UUID]) -> dict[UUID, str]:
    """The tags of assets; those that are not recorded (yet) have none."""
    rows = await conn.execute(select(_a.id, _a.tag).where(_a.id.in_(list(ids))))
    return {row.id: row.tag for row in rows}


async def consignment_ids(
    conn: AsyncConnection, planned: Iterable[ConsignmentPlan]
) -> dict[tuple[UUID, str], UUID]:
    """The recorded ones among the consignments of a plan, by programme and number."""
    wanted = [(each.programme, each.number) for each in planned][:500]
    if not wanted:
        return {}
    rows = await conn.execute(
        select(_c.id, _c.programme_id, _c.number).where(tuple_(_c.programme_id, _c.number).in_(wanted))
    )
    return {(row.programme_id, row.number): row.id for row in rows}
