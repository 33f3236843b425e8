"""Acts of acceptance-transfer: drawn up, frozen, numbered, signed."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time
from hashlib import sha256
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import anyio.to_thread
import msgspec
from sqlalchemy import func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker.access import scope
from asset_tracker.access.actors import Actor
from asset_tracker.access.permissions import Permission, require
from asset_tracker.assets import service as assets
from asset_tracker.consignments.act_document import ActDocument, ActLine, ActParty
from asset_tracker.consignments.act_pdf import write_act
from asset_tracker.consignments.service import ConsignmentKey, locked
from asset_tracker.consignments.tables import act, act_line, consignment
from asset_tracker.documents.names import Name
from asset_tracker.errors import FieldError, InvalidError, NotFoundError, RefusedError
from asset_tracker.ledger import events as ev
from asset_tracker.ledger.ids import uuid7
from asset_tracker.ledger.store import advisory_lock
from asset_tracker.ledger.tables import asset
from asset_tracker.ledger.tags import format_tag
from asset_tracker.programmes.queries import ProgrammeView, council_of, get_parties, get_programme
from asset_tracker.territory.municipalities import Municipality
from asset_tracker.territory.queries import get_municipality

KYIV = ZoneInfo("Europe/Kyiv")
_COUNCIL = {
    "urban": ("міська рада", "City Council"),
    "settlement": ("селищна рада", "Settlement Council"),
    "rural": ("сільська рада", "Village Council"),
}
_CONDITION = {
    "working": Name("справний", "working"),
    "needs_attention": Name("потребує уваги", "needs attention"),
    "unserviceable": Name("несправний", "unserviceable"),
    "unknown": Name("не перевірявся", "not checked"),
}


class ActView(msgspec.Struct, frozen=True, kw_only=True):
    """An act as lists show it. ``sha256`` is of what was printed; ``scan`` of the signed paper."""

    id: UUID
    consignment: UUID
    number: str
    status: str
    issued_at: datetime
    sha256: str
    signed_on: date | None
    scan: str | None


async def issue_act(
    conn: AsyncConnection, actor: Actor, consignment_id: UUID, *, base_url: str, drawn_on: date | None = None
) -> ActView:
    """Draw up and freeze the act for everything on the consignment that no act covers yet.

    Numbers run without a gap per programme and year. Raises RefusedError when nothing is left.
    """
    key = await locked(conn, actor, consignment_id, "act.manage")
    programme = await get_programme(conn, actor, key.programme_id)
    rows = await _uncovered(conn, consignment_id)
    if not rows:
        raise RefusedError("Every asset of this consignment stands on an act already.")
    drawn_on = drawn_on or datetime.now(KYIV).date()
    place = await _next_place(conn, key.programme_id, drawn_on.year)
    number = f"{programme.code}-{drawn_on.year}-{place:04d}"
    document = await _document(
        conn, key, programme, rows, number=number, drawn_on=drawn_on, base_url=base_url
    )
    frozen = msgspec.json.encode(document)
    made: dict[str, Any] = {
        "id": uuid7(),
        "consignment_id": consignment_id,
        "number": number,
        "issued_at": document.made_at,
        "sha256": sha256(frozen).hexdigest(),
    }
    await conn.execute(
        insert(act).values(
            **made,
            programme_id=key.programme_id,
            year=drawn_on.year,
            place_in_year=place,
            issued_by=actor.id,
            document=frozen,
        )
    )
    await conn.execute(insert(act_line), [{"act_id": made["id"], "asset_id": row.id} for row in rows])
    return await get_act(conn, actor, made["id"])


async def sign_act(
    conn: AsyncConnection, actor: Actor, act_id: UUID, *, signed_on: date, scan: str
) -> ActView:
    """Attach the signed scan (SHA-256 of a stored file): the assets are accepted, and title passes
    where the programme says that it passes on acceptance.

    Raises RefusedError when the act is signed already, InvalidError for a day in the future.
    """
    row = await _act(conn, actor, act_id, "act.manage")
    if row.status == "signed":
        raise RefusedError("This act is signed already.")
    if signed_on > datetime.now(KYIV).date():
        raise InvalidError(errors=(FieldError("signed_on", "The day of signing lies in the future."),))
    programme = await get_programme(conn, actor, row.programme_id)
    on_it = list(await conn.scalars(select(act_line.c.asset_id).where(act_line.c.act_id == act_id)))
    at = min(datetime.combine(signed_on, time(23, 59), KYIV).astimezone(UTC), datetime.now(UTC))
    operation = uuid7()
    accepted = ev.Accepted(act=act_id, act_number=row.number, signed_on=signed_on, scan=scan)
    await assets.record(conn, actor, on_it, accepted, occurred_at=at, operation=operation)
    if programme.title_passes == "on_acceptance":
        passed = ev.TitleTransferred(to="municipality", act=act_id)
        await assets.record(conn, actor, on_it, passed, occurred_at=at, operation=operation)
    signed = {"status": "signed", "signed_on": signed_on, "scan": scan}
    await conn.execute(update(act).where(act.c.id == act_id).values(**signed))
    return act_view(await _act(conn, actor, act_id, "act.read"))


async def act_pdf(conn: AsyncConnection, actor: Actor, act_id: UUID) -> tuple[str, bytes]:
    """The number of the act and its PDF, from what was frozen when it was drawn up."""
    row = await _act(conn, actor, act_id, "act.read")
    document = msgspec.json.decode(row.document, type=ActDocument)
    return row.number, await anyio.to_thread.run_sync(write_act, document)


async def list_acts(conn: AsyncConnection, actor: Actor, consignment_id: UUID) -> list[ActView]:
    """The acts of a consignment in reach, oldest first."""
    require(actor, "act.read")
    wanted = select(act).join(consignment, consignment.c.id == act.c.consignment_id)
    wanted = wanted.where(act.c.consignment_id == consignment_id, _reach(actor, "act.read")).order_by(
        act.c.number
    )
    return [act_view(row) for row in await conn.execute(wanted)]


async def get_act(conn: AsyncConnection, actor: Actor, act_id: UUID) -> ActView:
    """One act in reach. Raises NotFoundError."""
    return act_view(await _act(conn, actor, act_id, "act.read"))


def act_view(row: Any) -> ActView:
    """The view of one row of ``act``."""
    return ActView(
        id=row.id,
        consignment=row.consignment_id,
        number=row.number,
        status=row.status,
        issued_at=row.issued_at,
        sha256=row.sha256,
        signed_on=row.signed_on,
        scan=row.scan,
    )


def _reach(actor: Actor, permission: Permission) -> Any:
    return scope.within(
        actor, permission, programme=consignment.c.programme_id, areas=(consignment.c.municipality_code,)
    )


async def _act(conn: AsyncConnection, actor: Actor, act_id: UUID, permission: Permission) -> Any:
    require(actor, permission)
    wanted = select(act).join(consignment, consignment.c.id == act.c.consignment_id)
    wanted = wanted.where(act.c.id == act_id, _reach(actor, permission))
    if permission == "act.manage":
        wanted = wanted.with_for_update(of=act)
    row = (await conn.execute(wanted)).first()
    if row is None:
        raise NotFoundError
    return row


async def _uncovered(conn: AsyncConnection, consignment_id: UUID) -> Sequence[Any]:
    """The assets of the consignment that stand on no act; components stand with their kit."""
    covered = (
        select(act_line.c.asset_id).join(act, act.c.id == act_line.c.act_id).where(act.c.status != "void")
    )
    a = asset.c
    wanted = select(asset).where(
        a.consignment_id == consignment_id, a.gone_reason.is_(None), a.kit_id.is_(None), a.id.not_in(covered)
    )
    return (await conn.execute(wanted.order_by(a.line, a.id))).all()


async def _next_place(conn: AsyncConnection, programme_id: UUID, year: int) -> int:
    await advisory_lock(conn, f"act {programme_id} {year}")
    last = select(func.coalesce(func.max(act.c.place_in_year), 0)).where(
        act.c.programme_id == programme_id, act.c.year == year
    )
    return int((await conn.execute(last)).scalar_one()) + 1


async def _document(
    conn: AsyncConnection,
    key: ConsignmentKey,
    programme: ProgrammeView,
    rows: Sequence[Any],
    *,
    number: str,
    drawn_on: date,
    base_url: str,
) -> ActDocument:
    municipality = await get_municipality(conn, key.municipality_code)
    giver = (await get_parties(conn, [programme.implementer]))[programme.implementer]
    council = await council_of(conn, key.municipality_code)
    parts = await _parts(conn, [row.id for row in rows])
    heads = sha256(b"".join(row.head_hash for row in sorted(rows, key=lambda row: row.id))).hexdigest()
    basis = (
        Name(f"Угода {programme.agreement}", f"Agreement {programme.agreement}")
        if programme.agreement
        else None
    )
    return ActDocument(
        number=number,
        drawn_on=drawn_on,
        made_at=datetime.now(UTC),
        giver=_party(giver),
        receiver=_party(council) if council else ActParty(name=_council_name(municipality)),
        lines=tuple(_line(row, parts.get(row.id, ())) for row in rows),
        place=Name(municipality.centre_uk, municipality.centre_uk) if municipality.centre_uk else None,
        programme=Name(programme.name_uk, programme.name_en),
        donors=tuple(Name(share.name_uk, share.name_en) for share in programme.shares),
        basis=(basis,) if basis else (),
        consignment=key.number,
        page_url=f"{base_url}/consignments/{key.id}",
        ledger_head=heads,
        demonstration=programme.demonstration,
    )


async def _parts(conn: AsyncConnection, kits: list[UUID]) -> dict[UUID, tuple[str, ...]]:
    a = asset.c
    wanted = select(a.kit_id, a.name_uk, a.model, a.serial).where(a.kit_id.in_(kits)).order_by(a.line, a.id)
    found: dict[UUID, tuple[str, ...]] = {}
    for row in await conn.execute(wanted):
        text = " ".join(part for part in (row.name_uk, row.model, row.serial and f"№ {row.serial}") if part)
        found[row.kit_id] = (*found.get(row.kit_id, ()), text)
    return found


def _line(row: Any, parts: tuple[str, ...]) -> ActLine:
    return ActLine(
        tag=format_tag(row.tag),
        name=Name(row.name_uk, row.name_en or row.name_uk),
        made=" ".join(part for part in (row.manufacturer, row.model) if part),
        serial=row.serial,
        quantity=row.quantity,
        unit_price=row.unit_price,
        currency=row.currency,
        condition=_CONDITION[row.condition],
        parts=parts,
    )


def _party(found: Any) -> ActParty:
    return ActParty(name=Name(found.name_uk, found.name_en), edrpou=found.edrpou)


def _council_name(municipality: Municipality) -> Name:
    uk, en = _COUNCIL.get(municipality.kind or "", ("рада", "Council"))
    return Name(f"{municipality.name_uk} {uk}", f"{municipality.name_en} {en}")
