"""Acts of acceptance-transfer: drawn up, frozen, numbered, signed."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time
from hashlib import sha256
from typing import Any
from uuid import UUID

import anyio.to_thread
import msgspec
from sqlalchemy import bindparam, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker import kyiv
from asset_tracker.access import scope
from asset_tracker.access.actors import Actor
from asset_tracker.access.permissions import Permission, require
from asset_tracker.assets import service as assets
from asset_tracker.assets.photos import nameable
from asset_tracker.assets.service import AssetFact
from asset_tracker.consignments.act_document import ActDocument, ActLine, ActParty
from asset_tracker.consignments.act_pdf import write_act
from asset_tracker.consignments.kit_lines import Part, parts_of, price_of
from asset_tracker.consignments.service import ConsignmentKey, locked_all
from asset_tracker.consignments.tables import act, act_line, consignment
from asset_tracker.db.engine import advisory_lock
from asset_tracker.documents.names import Name
from asset_tracker.errors import FieldError, InvalidError, NotFoundError, RefusedError
from asset_tracker.ledger import events as ev
from asset_tracker.ledger.checkpoints import latest
from asset_tracker.ledger.ids import uuid7
from asset_tracker.ledger.tables import asset
from asset_tracker.ledger.tags import format_tag
from asset_tracker.ledger.values import wrong_days
from asset_tracker.programmes.queries import (
    PartyView,
    ProgrammeView,
    councils_of,
    get_parties,
    get_programme,
)
from asset_tracker.territory.municipalities import Municipality
from asset_tracker.territory.queries import get_municipalities

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


class _Drawn(msgspec.Struct, frozen=True):
    drawn_on: date


class ActView(msgspec.Struct, frozen=True, kw_only=True):
    """An act as lists show it. ``sha256`` is of what was printed; ``scan`` of the signed paper.

    ``status``: printed, signed_by_giver, signed_by_recipient, signed_by_both, signed (the scan is attached), void.
    """

    id: UUID
    consignment: UUID
    number: str
    status: str
    drawn_on: date
    issued_at: datetime
    sha256: str
    signed_on: date | None
    scan: str | None
    giver_signed_on: date | None = None
    recipient_signed_on: date | None = None
    void_reason: str | None = None


async def issue_act(
    conn: AsyncConnection, actor: Actor, consignment_id: UUID, *, base_url: str, drawn_on: date | None = None
) -> ActView:
    """Draw up and freeze the act for everything on the consignment that no act covers yet.

    Numbers run without a gap per programme and year. Raises RefusedError when nothing is left.
    """
    return (await issue_acts(conn, actor, {consignment_id: drawn_on}, base_url=base_url))[0]


async def issue_acts(
    conn: AsyncConnection, actor: Actor, drawn_on: Mapping[UUID, date | None], *, base_url: str
) -> list[ActView]:
    """Draw up the acts of several consignments (id: the day, None for today), all or none, in their order."""
    keys = {key.id: key for key in await locked_all(conn, actor, list(drawn_on), "act.manage")}
    if wrong := [error for day in drawn_on.values() for error in wrong_days(drawn_on=day)]:
        raise InvalidError(errors=tuple(wrong))
    known = await _known(conn, actor, list(keys.values()))
    numbers = await _numbers(conn, keys, {each: day or kyiv.today() for each, day in drawn_on.items()})
    views, acts, lines = [], [], []
    for consignment_id, (year, place) in numbers.items():
        key = keys[consignment_id]
        number = f"{known.programmes[key.programme_id].code}-{year}-{place:04d}"
        day = drawn_on[consignment_id] or kyiv.today()
        document = _document(known, key, number=number, drawn_on=day, base_url=base_url)
        frozen = msgspec.json.encode(document)
        view = ActView(
            id=uuid7(),
            consignment=consignment_id,
            number=number,
            status="printed",
            drawn_on=day,
            issued_at=document.made_at,
            sha256=sha256(frozen).hexdigest(),
            signed_on=None,
            scan=None,
        )
        views.append(view)
        acts.append(_act_row(view, key, actor, year, place, frozen))
        lines += [{"act_id": view.id, "asset_id": row.id} for row in known.rows[consignment_id]]
    await conn.execute(insert(act), acts)
    await conn.execute(insert(act_line), lines)
    return views


class Signature(msgspec.Struct, frozen=True, kw_only=True):
    """When an act was signed, and the SHA-256 of its scan (a stored file)."""

    signed_on: date
    scan: str


async def sign_act(
    conn: AsyncConnection, actor: Actor, act_id: UUID, *, signed_on: date, scan: str
) -> ActView:
    """Attach the signed scan (SHA-256 of a stored file): the assets are accepted, and title passes
    where the programme says that it passes on acceptance.

    Raises RefusedError when the act is signed already, InvalidError for a day in the future or a scan
    that is not stored.
    """
    return (await sign_acts(conn, actor, {act_id: Signature(signed_on=signed_on, scan=scan)}))[0]


async def sign_acts(
    conn: AsyncConnection, actor: Actor, signatures: Mapping[UUID, Signature]
) -> list[ActView]:
    """Attach the scans of several acts, all or none: a pile that came back signed."""
    rows = await act_rows(conn, actor, list(signatures), "act.manage")
    check_open(rows)
    await _check_signatures(conn, actor, list(signatures.values()))
    programmes = {row.programme_id for row in rows}
    rules = {each: (await get_programme(conn, actor, each)).title_passes for each in programmes}
    on_act: dict[UUID, list[UUID]] = defaultdict(list)
    on_them = select(act_line.c.act_id, act_line.c.asset_id).where(act_line.c.act_id.in_(list(signatures)))
    for line in await conn.execute(on_them.order_by(act_line.c.asset_id)):
        on_act[line.act_id].append(line.asset_id)
    facts: list[AssetFact] = []
    for row in rows:
        signature = signatures[row.id]
        told = _signed_facts(row, signature, passes=rules[row.programme_id] == "on_acceptance")
        at = min(kyiv.instant_of(datetime.combine(signature.signed_on, time(23, 59))), datetime.now(UTC))
        facts += [
            AssetFact(asset=asset_id, occurred_at=at, fact=fact)
            for fact in told
            for asset_id in on_act[row.id]
        ]
    await assets.record_each(conn, actor, facts)
    signed = [{"signed": each, "day": s.signed_on, "paper": s.scan} for each, s in signatures.items()]
    await conn.execute(_SIGNED, signed)
    return [act_view(row) for row in await act_rows(conn, actor, list(signatures), "act.read")]


def check_open(rows: Sequence[Any]) -> None:
    """Raise RefusedError for an act that is filed or void."""
    for row in rows:
        if row.status == "signed":
            raise RefusedError("This act is already signed.")
        if row.status == "void":
            raise RefusedError("This act is void.")


async def _check_signatures(conn: AsyncConnection, actor: Actor, signatures: Sequence[Signature]) -> None:
    errors = [error for each in signatures for error in wrong_days(signed_on=each.signed_on)]
    if any(signature.signed_on > kyiv.today() for signature in signatures):
        errors.append(FieldError("signed_on", "The day of signing is in the future."))
    scans = {signature.scan for signature in signatures}
    if scans - await nameable(conn, actor, scans):
        errors.append(FieldError("scan", "No file is stored under this hash; send the scan first."))
    if errors:
        raise InvalidError(errors=tuple(errors))


def _signed_facts(row: Any, signature: Signature, *, passes: bool) -> list[ev.Payload]:
    accepted = ev.Accepted(
        act=row.id, act_number=row.number, signed_on=signature.signed_on, scan=signature.scan
    )
    return [accepted, ev.TitleTransferred(to="municipality", act=row.id)] if passes else [accepted]


_SIGNED = (
    update(act)
    .where(act.c.id == bindparam("signed"))
    .values(
        status="signed",
        signed_on=bindparam("day"),
        scan=bindparam("paper"),
        giver_signed_on=func.coalesce(act.c.giver_signed_on, bindparam("day")),
        recipient_signed_on=func.coalesce(act.c.recipient_signed_on, bindparam("day")),
    )
)


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


async def list_acts_in(conn: AsyncConnection, actor: Actor, municipality: str) -> list[ActView]:
    """The acts in reach by which things went to a municipality, the newest first; a hundred at most."""
    require(actor, "act.read")
    wanted = select(act).join(consignment, consignment.c.id == act.c.consignment_id)
    wanted = wanted.where(consignment.c.municipality_code == municipality, _reach(actor, "act.read"))
    return [act_view(row) for row in await conn.execute(wanted.order_by(act.c.issued_at.desc()).limit(100))]


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
        drawn_on=msgspec.json.decode(row.document, type=_Drawn).drawn_on,
        issued_at=row.issued_at,
        sha256=row.sha256,
        signed_on=row.signed_on,
        scan=row.scan,
        giver_signed_on=row.giver_signed_on,
        recipient_signed_on=row.recipient_signed_on,
        void_reason=row.void_reason,
    )


def _reach(actor: Actor, permission: Permission) -> Any:
    return scope.within(
        actor, permission, programme=consignment.c.programme_id, areas=(consignment.c.municipality_code,)
    )


async def _act(conn: AsyncConnection, actor: Actor, act_id: UUID, permission: Permission) -> Any:
    return (await act_rows(conn, actor, [act_id], permission))[0]


async def act_rows(
    conn: AsyncConnection, actor: Actor, ids: Sequence[UUID], permission: Permission
) -> Sequence[Any]:
    """The acts in the order of ``ids``; locked when they are to be managed. Raises NotFoundError."""
    require(actor, permission)
    wanted = select(act).join(consignment, consignment.c.id == act.c.consignment_id)
    wanted = wanted.where(act.c.id.in_(ids), _reach(actor, permission)).order_by(act.c.id)
    if permission == "act.manage":
        wanted = wanted.with_for_update(of=act)
    found = {row.id: row for row in await conn.execute(wanted)}
    if len(found) != len(set(ids)):
        raise NotFoundError
    return [found[each] for each in ids]


class _Known(msgspec.Struct, frozen=True, kw_only=True):
    """What acts are drawn up from, read once for all of them."""

    programmes: dict[UUID, ProgrammeView]
    parties: dict[UUID, PartyView]
    municipalities: dict[str, Municipality]
    councils: dict[str, PartyView]
    rows: dict[UUID, list[Any]]
    parts: dict[UUID, tuple[Part, ...]]
    ledger_head: str | None


async def _known(conn: AsyncConnection, actor: Actor, keys: Sequence[ConsignmentKey]) -> _Known:
    programmes = {each: await get_programme(conn, actor, each) for each in {key.programme_id for key in keys}}
    rows = await _uncovered(conn, [key.id for key in keys])
    if len(rows) != len(keys):
        raise RefusedError("Every asset of this consignment is already on an act.")
    codes = [key.municipality_code for key in keys]
    sealed = await latest(conn)
    return _Known(
        ledger_head=sealed.head if sealed else None,
        programmes=programmes,
        parties=await get_parties(conn, [each.implementer for each in programmes.values()]),
        municipalities=await get_municipalities(conn, codes),
        councils=await councils_of(conn, codes),
        rows=rows,
        parts=await parts_of(conn, [row.id for of_one in rows.values() for row in of_one]),
    )


async def _uncovered(conn: AsyncConnection, consignments: Sequence[UUID]) -> dict[UUID, list[Any]]:
    """The assets of the consignments that stand on no act; components stand with their kit."""
    covered = (
        select(act_line.c.asset_id).join(act, act.c.id == act_line.c.act_id).where(act.c.status != "void")
    )
    a = asset.c
    wanted = select(asset).where(
        a.consignment_id.in_(consignments),
        a.gone_reason.is_(None),
        a.kit_id.is_(None),
        a.id.not_in(covered),
        a.state["outcome"].astext.is_distinct_from("refused"),
    )
    found: dict[UUID, list[Any]] = defaultdict(list)
    for row in await conn.execute(wanted.order_by(a.line, a.id)):
        found[row.consignment_id].append(row)
    return found


async def _numbers(
    conn: AsyncConnection, keys: Mapping[UUID, ConsignmentKey], days: Mapping[UUID, date]
) -> dict[UUID, tuple[int, int]]:
    """The year and the next place in it for each consignment, in the order of ``days``."""
    series = sorted({(keys[each].programme_id, day.year) for each, day in days.items()})
    last = {each: await _last_place(conn, *each) for each in series}
    numbers = {}
    for each, day in days.items():
        of = (keys[each].programme_id, day.year)
        last[of] += 1
        numbers[each] = (day.year, last[of])
    return numbers


async def _last_place(conn: AsyncConnection, programme_id: UUID, year: int) -> int:
    await advisory_lock(conn, f"act {programme_id} {year}")
    last = select(func.coalesce(func.max(act.c.place_in_year), 0)).where(
        act.c.programme_id == programme_id, act.c.year == year
    )
    return int((await conn.execute(last)).scalar_one())


def _act_row(
    view: ActView, key: ConsignmentKey, actor: Actor, year: int, place: int, frozen: bytes
) -> dict[str, Any]:
    return {
        "id": view.id,
        "consignment_id": key.id,
        "programme_id": key.programme_id,
        "year": year,
        "place_in_year": place,
        "number": view.number,
        "issued_at": view.issued_at,
        "issued_by": actor.id,
        "document": frozen,
        "sha256": view.sha256,
    }


def _document(
    known: _Known, key: ConsignmentKey, *, number: str, drawn_on: date, base_url: str
) -> ActDocument:
    programme = known.programmes[key.programme_id]
    municipality = known.municipalities[key.municipality_code]
    council = known.councils.get(key.municipality_code)
    rows = known.rows[key.id]
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
        giver=_party(known.parties[programme.implementer]),
        receiver=_party(council) if council else ActParty(name=_council_name(municipality)),
        lines=tuple(_line(row, known.parts.get(row.id, ())) for row in rows),
        place=Name(municipality.centre_uk, municipality.centre_en or "") if municipality.centre_uk else None,
        programme=Name(programme.name_uk, programme.name_en),
        donors=tuple(Name(share.name_uk, share.name_en) for share in programme.shares),
        basis=(basis,) if basis else (),
        consignment=key.number,
        page_url=f"{base_url}/consignments/{key.id}",
        ledger_head=known.ledger_head,
        heads=heads,
        demonstration=programme.demonstration,
    )


def _line(row: Any, parts: tuple[Part, ...]) -> ActLine:
    price, currency = price_of(row.unit_price, row.currency, parts)
    return ActLine(
        tag=format_tag(row.tag),
        name=Name(row.name_uk, row.name_en or row.name_uk),
        made=" ".join(part for part in (row.manufacturer, row.model) if part),
        serial=row.serial,
        quantity=row.state.get("delivered_quantity") or row.quantity,
        unit_price=price,
        currency=currency,
        condition=_CONDITION[row.condition],
        parts=tuple(part.text for part in parts),
    )


def _party(found: Any) -> ActParty:
    return ActParty(name=Name(found.name_uk, found.name_en), edrpou=found.edrpou)


def _council_name(municipality: Municipality) -> Name:
    uk, en = _COUNCIL.get(municipality.kind or "", ("рада", "Council"))
    return Name(f"{municipality.name_uk} {uk}", f"{municipality.name_en} {en}")
