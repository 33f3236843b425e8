"""Loss cases: opened by what happened, investigated at the desk, closed by a decision.

A case exists by the events that opened it (damaged, destroyed, lost, stolen); several assets may share
one. Beside the ledger stand only what the desk adds: report number, whether the donor knows, notes.
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, Literal, get_args
from uuid import UUID

import msgspec
from sqlalchemy import (
    Boolean,
    ColumnElement,
    DateTime,
    Select,
    Text,
    Uuid,
    case,
    cast,
    column,
    exists,
    func,
    insert,
    literal_column,
    select,
    tuple_,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql.util import ClauseAdapter

from asset_tracker import kyiv
from asset_tracker.access import scope
from asset_tracker.access.actors import Actor
from asset_tracker.access.permissions import Permission, may, require
from asset_tracker.access.tables import user_account
from asset_tracker.assets import service
from asset_tracker.assets.history import timeline
from asset_tracker.assets.queries import ROWS, asset_row
from asset_tracker.assets.tables import asset_case, loss_case, loss_note
from asset_tracker.assets.views import AssetRow, EventView
from asset_tracker.errors import FieldError, InvalidError, NotFoundError, RefusedError
from asset_tracker.ledger import events as ev
from asset_tracker.ledger.chaining import Receipt
from asset_tracker.ledger.ids import uuid7
from asset_tracker.ledger.letters import in_ukrainian_order
from asset_tracker.ledger.state import LossCase
from asset_tracker.ledger.tables import asset
from asset_tracker.ledger.values import Name
from asset_tracker.ledger.values import Text as LongText
from asset_tracker.territory.tables import municipality

MAX_PAGE = 200
CaseStatus = Literal["reported", "investigated", "closed"]
Decision = Literal["written_off", "compensated", "recovered", "no_fault", "referred"]
STATUSES: tuple[CaseStatus, ...] = get_args(CaseStatus)
_a, _l, _k = asset.c, loss_case.c, asset_case.c
_other, _others = asset_case.alias("other"), asset.alias("others")  # of the same case


class CaseRow(msgspec.Struct, frozen=True, kw_only=True):
    """One line of a list of cases; ``open`` of its ``assets`` still wait for a decision. ``tag``: of its only one."""

    id: UUID
    status: CaseStatus
    kinds: tuple[str, ...]
    at: datetime
    assets: int
    open: int
    tag: str | None
    name_uk: str
    name_en: str | None
    municipality: str | None
    municipality_uk: str | None
    municipality_en: str | None
    report_number: str | None
    donor_informed_on: date | None
    decisions: tuple[str, ...]


class CasePage(msgspec.Struct, frozen=True):
    """One page, latest first; ``next`` is what to pass as ``after``."""

    items: tuple[CaseRow, ...]
    next: str | None


class CaseNote(msgspec.Struct, frozen=True):
    """What somebody found out; ``author`` for those who may see people."""

    written_at: datetime
    author: str | None
    text: str


class CaseAsset(msgspec.Struct, frozen=True):
    """An asset of a case: how it stands in it, and the events that tell of it."""

    asset: AssetRow
    case: LossCase
    events: tuple[EventView, ...]


class CaseView(msgspec.Struct, frozen=True):
    """Everything about a case that the reader may see."""

    row: CaseRow
    assets: tuple[CaseAsset, ...]
    notes: tuple[CaseNote, ...]


class CaseFacts(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the desk knows besides; what is left out is emptied."""

    report_number: Name | None = None
    donor_informed_on: date | None = None


class Closing(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What was decided, and why."""

    decision: Decision
    reason: LongText
    occurred_at: datetime | None = None


async def list_cases(
    conn: AsyncConnection,
    actor: Actor,
    *,
    status: CaseStatus | None = None,
    after: str | None = None,
    limit: int = 50,
) -> CasePage:
    """A page of the cases about assets in reach; ``limit`` is cut to 200."""
    require(actor, "loss.read")
    limit = max(1, min(limit, MAX_PAGE))
    wanted = _first_of_cases(actor, status).order_by(_k.at.desc(), _k.case_id.desc()).limit(limit + 1)
    if after and (mark := _mark(after)):
        wanted = wanted.where(tuple_(_k.at, _k.case_id) < tuple_(*mark))
    first = (await conn.execute(wanted)).all()
    shown = first[:limit]
    known = await conn.execute(_cases(actor, "loss.read", [each.case_id for each in shown]))
    rows = {row.id: _row(row) for row in known}
    following = f"{shown[-1].at.isoformat()}~{shown[-1].case_id}" if len(first) > limit else None
    return CasePage(tuple(rows[each.case_id] for each in shown if each.case_id in rows), following)


def _first_of_cases(actor: Actor, status: CaseStatus | None) -> Select[Any]:
    """The cases about assets in reach, each where it stands with the asset that it began with."""
    earlier = tuple_(_other.c.at, _other.c.asset_id) < tuple_(_k.at, _k.asset_id)
    of = asset_case.join(asset, _a.id == _k.asset_id)
    wanted = (
        select(_k.case_id, _k.at)
        .select_from(of)
        .where(scope.assets(actor, "loss.read"), ~_also(actor, earlier))
    )
    if status is None:
        return wanted
    looked_at = exists(select(_l.id).where(_l.id == _k.case_id))
    is_open = _also(actor, _other.c.open)
    known = {"closed": ~is_open, "investigated": is_open & looked_at, "reported": is_open & ~looked_at}
    return wanted.where(known[status])


def _also(actor: Actor, condition: ColumnElement[bool]) -> ColumnElement[bool]:
    """The case of the row is about an asset in reach of which this holds."""
    in_reach = ClauseAdapter(_others).traverse(scope.assets(actor, "loss.read"))
    others = _other.join(_others, _others.c.id == _other.c.asset_id)
    there = select(_other.c.asset_id).select_from(others)
    return exists(there.where(_other.c.case_id == _k.case_id, in_reach, condition))


async def get_case(conn: AsyncConnection, actor: Actor, case_id: UUID) -> CaseView:
    """One case about something in reach. Raises NotFoundError."""
    require(actor, "loss.read")
    row = (await conn.execute(_cases(actor, "loss.read", [case_id]))).one_or_none()
    if row is None:
        raise NotFoundError
    each = _each()
    found = ROWS.add_columns(each.c.value.label("one")).join(each, literal_column("true"))
    wanted = found.where(*_about(actor, "loss.read", each, [case_id])).order_by(
        in_ukrainian_order(_a.name_uk), _a.tag
    )
    things = [
        CaseAsset(
            asset_row(one), msgspec.convert(one.one, LossCase), await _events(conn, actor, one, case_id)
        )
        for one in (await conn.execute(wanted)).all()
    ]
    return CaseView(_with_report(_row(row), things), tuple(things), await _notes(conn, actor, case_id))


async def tell(conn: AsyncConnection, actor: Actor, case_id: UUID, facts: CaseFacts) -> None:
    """Keep the number of the police report and when the donor was informed. Raises NotFoundError."""
    await _managed(conn, actor, case_id)
    if facts.donor_informed_on and facts.donor_informed_on > kyiv.today():
        early = FieldError("donor_informed_on", "This day is in the future.")
        raise InvalidError(errors=(early,))
    await _keep(conn, actor, case_id, msgspec.structs.asdict(facts))


async def add_note(conn: AsyncConnection, actor: Actor, case_id: UUID, text: str) -> None:
    """Write down what was found out. Raises NotFoundError, InvalidError for an empty or overlong text."""
    await _managed(conn, actor, case_id)
    text = text.strip()
    if not 1 <= len(text) <= 4000 or "\x00" in text:
        raise InvalidError(errors=(FieldError("text", "Please fill this in."),))
    await _keep(conn, actor, case_id, {})
    values = {"id": uuid7(), "case_id": case_id, "actor_id": actor.id, "text": text}
    await conn.execute(insert(loss_note).values(values))


async def close(conn: AsyncConnection, actor: Actor, case_id: UUID, closing: Closing) -> list[Receipt]:
    """Close the case for all its assets at once. Raises NotFoundError, RefusedError when it is closed."""
    still_open = await _managed(conn, actor, case_id)
    if not still_open:
        raise RefusedError("This case is closed.")
    fact = ev.LossClosed(decision=closing.decision, reason=closing.reason, case=case_id)
    return await service.record(
        conn, actor, still_open, fact, occurred_at=closing.occurred_at, operation=uuid7()
    )


def _each() -> Any:
    """One row a case of an asset."""
    return (
        func.jsonb_array_elements(_a.state["cases"])
        .table_valued(column("value", JSONB), name="one")
        .lateral("one")
    )


def _open(value: Any) -> ColumnElement[bool]:
    # A state leaves out what is as usual, and a case usually is open.
    return func.coalesce(cast(value["open"].astext, Boolean), literal_column("true"))


def _about(
    actor: Actor, permission: Permission, each: Any, cases: Sequence[UUID]
) -> list[ColumnElement[bool]]:
    of_them = select(_k.asset_id).where(_k.case_id.in_(cases))
    named = each.c.value["id"].astext.in_([str(key) for key in cases])
    return [_a.id.in_(of_them), named, scope.assets(actor, permission)]


def _cases(actor: Actor, permission: Permission, cases: Sequence[UUID]) -> Select[Any]:
    each = _each()
    value = each.c.value
    key = cast(value["id"].astext, Uuid)
    where = value["municipality"].astext
    still_open = func.count().filter(_open(value))
    return (
        select(
            key.label("id"),
            case(
                (still_open == 0, "closed"),
                (func.bool_or(_l.id.is_not(None)), "investigated"),
                else_="reported",
            ).label("status"),
            func.array_agg(value["kind"].astext.distinct()).label("kinds"),
            func.min(cast(value["at"].astext, DateTime(timezone=True))).label("at"),
            func.count().label("assets"),
            still_open.label("open"),
            case((func.count() == 1, func.min(_a.tag))).label("tag"),
            func.min(_a.name_uk).label("name_uk"),
            func.min(_a.name_en).label("name_en"),
            func.min(where).label("municipality"),
            func.min(municipality.c.name_uk).label("municipality_uk"),
            func.min(municipality.c.name_en).label("municipality_en"),
            func.min(_l.report_number).label("report_number"),
            func.min(_l.donor_informed_on).label("donor_informed_on"),
            func.array_remove(
                func.array_agg(cast(value["decision"].astext, Text).distinct()), literal_column("NULL")
            ).label("decisions"),
        )
        .select_from(
            asset.join(each, literal_column("true"))
            .outerjoin(loss_case, _l.id == key)
            .outerjoin(municipality, municipality.c.code == where)
        )
        .where(*_about(actor, permission, each, cases))
        .group_by(key)
    )


async def _managed(conn: AsyncConnection, actor: Actor, case_id: UUID) -> list[UUID]:
    """The assets of a case that still wait for a decision, for somebody who may manage all of it."""
    require(actor, "loss.manage")
    wanted = (
        select(_a.id, _k.open, scope.assets(actor, "loss.manage").label("mine"))
        .select_from(asset_case.join(asset, _a.id == _k.asset_id))
        .where(_k.case_id == case_id)
        .order_by(_a.id)
    )
    rows = (await conn.execute(wanted)).all()
    if not rows or not all(row.mine for row in rows):
        raise NotFoundError
    return [row.id for row in rows if row.open]


async def _keep(conn: AsyncConnection, actor: Actor, case_id: UUID, values: dict[str, Any]) -> None:
    row = upsert(loss_case).values(id=case_id, changed_by=actor.id, **values)
    changed = {"changed_by": actor.id, "changed_at": func.now(), **values}
    await conn.execute(row.on_conflict_do_update(index_elements=["id"], set_=changed))


async def _events(conn: AsyncConnection, actor: Actor, row: Any, case_id: UUID) -> tuple[EventView, ...]:
    """What tells of the case in the history of one asset, oldest first."""
    opened_by = UUID(row.one["event"])
    told = [
        event
        for event in await timeline(conn, actor, row.id)
        if event.id == opened_by or event.payload.get("case") == str(case_id)
    ]
    return tuple(reversed(told))


async def _notes(conn: AsyncConnection, actor: Actor, case_id: UUID) -> tuple[CaseNote, ...]:
    n, u = loss_note.c, user_account.c
    wanted = select(n.written_at, u.name, n.text).outerjoin(user_account, u.id == n.actor_id)
    rows = await conn.execute(wanted.where(n.case_id == case_id).order_by(n.written_at, n.id))
    people = may(actor, "people.read")
    return tuple(CaseNote(row.written_at, row.name if people else None, row.text) for row in rows)


def _with_report(row: CaseRow, things: Sequence[CaseAsset]) -> CaseRow:
    """The number of the police report that the desk kept, else the one that whoever recorded the theft told."""
    told = (event.payload.get("report_number") for each in things for event in each.events)
    number = row.report_number or next((str(each) for each in told if each), None)
    return msgspec.structs.replace(row, report_number=number)


def _mark(after: str) -> tuple[datetime, UUID] | None:
    at, _, key = after.partition("~")
    try:
        return datetime.fromisoformat(at), UUID(key)
    except ValueError:
        return None


def _row(row: Any) -> CaseRow:
    return CaseRow(
        id=row.id,
        status=row.status,
        kinds=tuple(row.kinds),
        at=row.at,
        assets=row.assets,
        open=row.open,
        tag=row.tag,
        name_uk=row.name_uk,
        name_en=row.name_en,
        municipality=row.municipality,
        municipality_uk=row.municipality_uk,
        municipality_en=row.municipality_en,
        report_number=row.report_number,
        donor_informed_on=row.donor_informed_on,
        decisions=tuple(row.decisions or ()),
    )
