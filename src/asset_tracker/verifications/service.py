"""Verification campaigns: started with a frozen list, counted by scans, ended with a certificate."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
from msgspec import Meta
from sqlalchemy import cast, func, insert, or_, select, update
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker import kyiv
from asset_tracker.access import scope
from asset_tracker.access.actors import Actor
from asset_tracker.access.people import custodians, is_there
from asset_tracker.access.permissions import may_record, require
from asset_tracker.assets.service import CLOCK_SLACK, EARLIEST, completed
from asset_tracker.db.engine import advisory_lock
from asset_tracker.db.wall import by_system
from asset_tracker.errors import (
    FieldError,
    ForbiddenError,
    InvalidError,
    RefusedError,
)
from asset_tracker.ledger import events as ev
from asset_tracker.ledger import store
from asset_tracker.ledger.envelope import Draft, problems
from asset_tracker.ledger.ids import uuid7
from asset_tracker.ledger.serials import serial_key
from asset_tracker.ledger.state import Seen
from asset_tracker.ledger.tables import CODES, asset, tag
from asset_tracker.ledger.tags import TagError, parse_tag
from asset_tracker.ledger.values import Condition, Name, Text, Use
from asset_tracker.territory.queries import find_service_point, get_municipality
from asset_tracker.verifications.count import Expected, Place, Reason, compare
from asset_tracker.verifications.queries import campaign_row
from asset_tracker.verifications.tables import (
    campaign,
    campaign_expected,
    campaign_member,
    campaign_programme,
    campaign_unknown,
)

MAX_SCANS = 200
_a = asset.c
ScanOutcome = Literal["found", "wrong_place", "unexpected", "by_custodian", "double", "unknown"]


class Member(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Somebody of the commission: an account, or a name; the position is as people say it."""

    user: UUID | None = None
    name: Name | None = None
    position: Name | None = None


class NewCampaign(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What to count where, why, and who counts: anybody but the custodian of the place.

    ``counter`` leads the count; ``commission`` are those who count along, and sign.
    """

    programmes: Annotated[tuple[UUID, ...], Meta(min_length=1, max_length=50)]
    municipality: str
    counter: UUID
    commission: Annotated[tuple[Member, ...], Meta(max_length=12)] = ()
    service_point: UUID | None = None
    reason: Reason = "annual"
    note: Text | None = None


class Scan(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A code as it was read. ``id`` (UUIDv7) makes sending it again safe; ``scanned_at`` has a time zone."""

    id: UUID
    code: Annotated[str, Meta(min_length=1, max_length=300, pattern=r"^[^\x00]*$")]
    scanned_at: Annotated[datetime, Meta(tz=True)]
    service_point: UUID | None = None
    condition: Condition | None = None
    use: Use | None = None
    device: Annotated[str, Meta(min_length=1, max_length=100, pattern=r"^[^\x00]*$")] | None = None


class Scanned(msgspec.Struct, frozen=True, kw_only=True):
    """What a scan came to; ``asset`` is None for a code that nobody knows, which is kept."""

    id: UUID
    outcome: ScanOutcome
    asset: UUID | None = None
    tag: str | None = None
    name_uk: str | None = None
    name_en: str | None = None


async def start(
    conn: AsyncConnection, actor: Actor, new: NewCampaign, *, campaign_id: UUID | None = None
) -> UUID:
    """Start a campaign and freeze what it expects: everything handed over and not gone that is there.

    Raises InvalidError (a counter who is the custodian, a point in another municipality), ForbiddenError
    outside of the actor's programmes, RefusedError when nothing is expected.
    """
    require(actor, "verification.manage")
    allowed = scope.programmes(actor, "verification.manage")
    if allowed is not None and not set(new.programmes) <= set(allowed):
        raise ForbiddenError
    await get_municipality(conn, new.municipality)
    await _check_start(conn, new)
    there = await _standing_there(conn, actor, new)
    if not there:
        raise RefusedError("Nothing from these programmes is recorded there.")
    made = campaign_id or uuid7()
    await _begin(conn, actor, made, new)
    await _name(conn, made, new)
    frozen = [{"campaign_id": made, **expected} for expected in there]
    await conn.execute(insert(campaign_expected), frozen)
    return made


async def _standing_there(conn: AsyncConnection, actor: Actor, new: NewCampaign) -> list[dict[str, Any]]:
    """What is expected: in reach, handed over, and not gone."""
    there = _a.municipality_code == new.municipality
    if new.service_point:
        there = _a.service_point_id == new.service_point
    wanted = select(_a.id.label("asset_id"), _a.service_point_id, _a.condition).where(
        scope.assets(actor, "verification.manage"),
        there,
        _a.programme_id.in_(new.programmes),
        _a.gone_reason.is_(None),
        _a.delivered_at.is_not(None),
    )
    return [dict(row) for row in (await conn.execute(wanted)).mappings()]


async def _begin(conn: AsyncConnection, actor: Actor, made: UUID, new: NewCampaign) -> None:
    """The campaign itself, with the next number of this year."""
    year = kyiv.today().year
    place = await _next_place(conn, year)
    values = {
        "id": made,
        "year": year,
        "place_in_year": place,
        "number": f"V-{year}-{place:04d}",
        "municipality_code": new.municipality,
        "service_point_id": new.service_point,
        "reason": new.reason,
        "note": new.note,
        "counter_id": new.counter,
        "started_by": actor.id,
    }
    await conn.execute(insert(campaign).values(values))


async def _name(conn: AsyncConnection, made: UUID, new: NewCampaign) -> None:
    """Whose things are counted, and by whom besides the one who leads."""
    programmes = [{"campaign_id": made, "programme_id": each} for each in dict.fromkeys(new.programmes)]
    await conn.execute(insert(campaign_programme), programmes)
    members = [
        {"campaign_id": made, "place": n, "user_id": each.user, "name": each.name, "position": each.position}
        for n, each in enumerate(new.commission, start=1)
    ]
    if members:
        await conn.execute(insert(campaign_member), members)


async def scan(
    conn: AsyncConnection, actor: Actor, campaign_id: UUID, scans: Sequence[Scan]
) -> list[Scanned]:
    """Record scans, one outcome each in their order; a scan that was sent before is answered again.

    Scans of a campaign that has ended are taken too (a phone comes back late): the fact is recorded, the
    certificate stays. Raises ForbiddenError for one who may record nothing, InvalidError for a wrong time.
    """
    row = await campaign_row(conn, actor, campaign_id, "verification.read")
    if not may_record(actor, "verified"):
        raise ForbiddenError
    keepers = await custodians(conn, row.municipality_code)
    place = Place(row.municipality_code, row.service_point_id)
    _check_times(scans)
    return [await _scan(conn, actor, campaign_id, place, keepers, each) for each in scans]


async def cancel(conn: AsyncConnection, actor: Actor, campaign_id: UUID) -> None:
    """Give a campaign up: what was scanned stays recorded. Raises RefusedError when it does not run."""
    row = await campaign_row(conn, actor, campaign_id, "verification.manage", lock=True)
    if row.status != "running":
        raise RefusedError("This campaign has ended.")
    await end_as(conn, actor, campaign_id, "cancelled")


async def members_named(conn: AsyncConnection, name: str) -> list[tuple[str, str]]:
    """The number of each campaign whose commission names somebody without an account like this, and the name."""
    m = campaign_member.c
    wanted = select(campaign.c.number, m.name).where(
        campaign.c.id == m.campaign_id, m.name.icontains(name.strip(), autoescape=True)
    )
    return [(row.number, row.name) for row in await conn.execute(wanted.order_by(campaign.c.id, m.place))]


async def forget_members(conn: AsyncConnection, name: str) -> None:
    """Whoever is named like this in a commission is a blank on its certificate from now on."""
    m = campaign_member.c
    named = m.name.icontains(name.strip(), autoescape=True)
    await conn.execute(update(campaign_member).where(named).values(name="", position=None))


async def end_as(conn: AsyncConnection, actor: Actor, campaign_id: UUID, status: str, **more: Any) -> None:
    """Write how a campaign ended."""
    ended = {"status": status, "ended_at": func.now(), "ended_by": actor.id, **more}
    await conn.execute(update(campaign).where(campaign.c.id == campaign_id).values(ended))


async def _check_start(conn: AsyncConnection, new: NewCampaign) -> None:
    errors = []
    if new.service_point:
        point = await find_service_point(conn, new.service_point)
        if point is None or point.municipality_code != new.municipality:
            errors.append(FieldError("service_point", "There is no such service point in this municipality."))
    keepers = await custodians(conn, new.municipality)
    users = [("counter", new.counter)] + [
        (f"commission[{n}].user", each.user) for n, each in enumerate(new.commission) if each.user
    ]
    for n, (field, user) in enumerate(users):
        if not await is_there(conn, user):
            errors.append(FieldError(field, "There is no such person."))
        elif user in keepers:
            errors.append(FieldError(field, "The custodian of the place may not count it."))
        elif user in [before for _, before in users[:n]]:
            errors.append(FieldError(field, "This person is named twice."))
    errors += [
        FieldError(f"commission[{n}]", "Either an account or a name is expected.")
        for n, each in enumerate(new.commission)
        if (each.user is None) == (not (each.name or "").strip())
    ]
    if errors:
        raise InvalidError(errors=tuple(errors))


@by_system
async def _next_place(conn: AsyncConnection, year: int) -> int:
    await advisory_lock(conn, f"campaign {year}")
    last = select(func.coalesce(func.max(campaign.c.place_in_year), 0)).where(campaign.c.year == year)
    return int((await conn.execute(last)).scalar_one()) + 1


def _check_times(scans: Sequence[Scan]) -> None:
    latest = datetime.now(UTC) + CLOCK_SLACK
    errors = [
        FieldError(f"scans[{n}].scanned_at", "A time between 1990 and now is expected.")
        for n, each in enumerate(scans)
        if not EARLIEST <= each.scanned_at <= latest
    ]
    if errors:
        raise InvalidError(errors=tuple(errors))


async def _scan(
    conn: AsyncConnection,
    actor: Actor,
    campaign_id: UUID,
    place: Place,
    keepers: frozenset[UUID],
    each: Scan,
) -> Scanned:
    row = await _asset_of(conn, actor, each.code)
    if row is None:
        return await _keep_unknown(conn, actor, campaign_id, each)
    point = each.service_point or place.service_point
    # Seen where the register has it, somewhere in the municipality: nothing new is said of its place.
    moved = point is None and row.municipality_code != place.municipality
    fact: ev.Payload = ev.Verified(
        method="scan",
        service_point=point,
        municipality=place.municipality if moved else None,
        condition=each.condition,
        use=each.use,
        campaign=campaign_id,
    )
    fact = await completed(conn, fact)
    if wrong := problems(fact):
        raise InvalidError(errors=tuple(wrong))
    draft = Draft(id=each.id, asset=row.id, occurred_at=each.scanned_at, payload=fact, device=each.device)
    (receipt,) = await store.append(conn, actor.id, [draft])
    if receipt.outcome == "conflict":
        taken = FieldError("id", "Another fact was sent with the same id; both are kept for review.")
        raise InvalidError(errors=(taken,))
    return await _told(conn, actor, campaign_id, place, keepers, each.id, row.id)


async def _told(
    conn: AsyncConnection,
    actor: Actor,
    campaign_id: UUID,
    place: Place,
    keepers: frozenset[UUID],
    scan_id: UUID,
    asset_id: UUID,
) -> Scanned:
    e = campaign_expected.c
    row = (
        await conn.execute(
            select(
                _a.tag,
                _a.name_uk,
                _a.name_en,
                _a.state["seen"][str(campaign_id)].label("seen"),
                e.asset_id,
                e.service_point_id,
                e.condition,
            )
            .outerjoin(campaign_expected, (e.asset_id == _a.id) & (e.campaign_id == campaign_id))
            .where(_a.id == asset_id, scope.recordable(actor, "verified"))
        )
    ).one()
    seen = msgspec.convert(row.seen, Seen)
    expected = {asset_id: Expected(row.service_point_id, row.condition)} if row.asset_id else {}
    (found,) = compare(expected, {asset_id: seen}, place, custodians=keepers, ended=False)
    repeated = seen.times > 1 and found.finding == "found"
    outcome: Any = "double" if repeated else found.finding
    return Scanned(
        id=scan_id,
        outcome=outcome,
        asset=asset_id,
        tag=row.tag,
        name_uk=row.name_uk,
        name_en=row.name_en,
    )


async def _asset_of(conn: AsyncConnection, actor: Actor, code: str) -> Any:
    """The asset in reach that a code stands for: our tag, a linked foreign code, or the one serial number."""
    text = code.strip()
    wanted = select(_a.id, _a.municipality_code).where(scope.recordable(actor, "verified"))
    try:
        ours = parse_tag(text.rsplit("/", 1)[-1])
        by_tag = wanted.where(_a.id.in_(select(tag.c.asset_id).where(tag.c.tag == ours)))
        if row := (await conn.execute(by_tag)).one_or_none():
            return row
    except TagError:  # a maker's code, perhaps
        pass
    rows = (await conn.execute(wanted.where(_a.id.in_(await _known_as(conn, text))).limit(2))).all()
    return rows[0] if len(rows) == 1 else None


@by_system
async def _known_as(conn: AsyncConnection, text: str) -> Sequence[UUID]:
    """The assets, whoever's, that a code or serial number stands for: by index, which the wall would keep from use."""
    same = CODES.contains(cast([text], JSONB))
    if key := serial_key(text):
        same = or_(same, _a.serial_key == key)
    return (await conn.scalars(select(_a.id).where(same))).all()


async def _keep_unknown(conn: AsyncConnection, actor: Actor, campaign_id: UUID, each: Scan) -> Scanned:
    values = {
        "id": each.id,
        "campaign_id": campaign_id,
        "code": each.code.strip(),
        "scanned_at": each.scanned_at,
        "actor_id": actor.id,
    }
    await conn.execute(upsert(campaign_unknown).values(values).on_conflict_do_nothing())
    return Scanned(id=each.id, outcome="unknown")
