"""Phones of people: registered, looked after, revoked; and what their clocks and counters tell.

A phone numbers its events without a gap, so that a gap tells what is still to come; and it sends what its
clocks said, so that one that is years off can be told and put right.
"""

from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any
from uuid import UUID

import msgspec
from msgspec import Meta
from sqlalchemy import ColumnElement, Select, and_, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker.access import scope
from asset_tracker.access.actors import Actor
from asset_tracker.access.clocks import Clock, put_right
from asset_tracker.access.permissions import may, require
from asset_tracker.access.sealed_box import is_public_key
from asset_tracker.access.tables import device, device_event, session, user_account
from asset_tracker.db.wall import by_system
from asset_tracker.errors import ConflictError, FieldError, InvalidError, NotFoundError
from asset_tracker.ledger.tables import asset, event_key

MAX_DEVICES = 20
_d, _e, _u = device.c, device_event.c, user_account.c

NOT_KNOWN = "This phone is not registered."
ANOTHERS = "This phone is registered to somebody else."
REVOKED = "This phone was revoked; what it sends waits until somebody has looked at it."
DISABLED = "The account of the person whose phone this is was shut."


class DeviceStamp(msgspec.Struct, frozen=True):
    """What a phone says of itself with each event: which it is, the how manieth event of it, its clocks.

    ``seq`` counts from 1 without a gap. Fields that we do not know are left alone: a newer app may send more.
    """

    id: UUID
    seq: Annotated[int, Meta(ge=1, le=2**53)]
    clock: Clock | None = None


class NewDevice(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A phone that registers; ``id`` is a UUID that it made. ``public_key``: raw, X25519 or P-256."""

    id: UUID
    name: Annotated[str, Meta(min_length=1, max_length=100, pattern=r"^[^\x00-\x1f]*$")]
    public_key: bytes | None = None


class DeviceView(msgspec.Struct, frozen=True, kw_only=True):
    """A phone. ``to_come``: how many of its facts are known to exist and have not arrived."""

    id: UUID
    name: str
    user: UUID
    person: str
    registered_at: datetime
    seen_at: datetime
    last_seq: int
    to_come: int
    has_key: bool
    revoked_at: datetime | None


class DevicePage(msgspec.Struct, frozen=True):
    """One page; ``next`` is what to pass as ``after``."""

    items: tuple[DeviceView, ...]
    next: UUID | None


class Crowd(msgspec.Struct, frozen=True):
    """Phones in use. ``behind``: of how many facts are to come.

    ``seen``: how many were seen within the ``hour``, ``day``, ``week``, ``month`` or ``longer`` ago, each once.
    """

    seen: dict[str, int]
    behind: int


class Stamped(msgspec.Struct, frozen=True):
    """An event of a phone: its id, when it occurred by the phone's own clock, and the stamp."""

    event: UUID
    occurred_at: datetime
    stamp: DeviceStamp


class Taken(msgspec.Struct, frozen=True):
    """When the event really occurred, and why it must wait in quarantine (an English msgid), if it must."""

    occurred_at: datetime
    trouble: str | None = None


@by_system
async def register(conn: AsyncConnection, actor: Actor, new: NewDevice, this: UUID | None = None) -> None:
    """Register a phone of one's own, or tell its new name, key and session (``this``): again is safe.

    Raises ConflictError for a phone of somebody else or a revoked one, InvalidError.
    """
    if new.public_key is not None and not is_public_key(new.public_key):
        wrong = FieldError("public_key", "A raw public key of X25519 or P-256 is expected.")
        raise InvalidError(errors=(wrong,))
    values: dict[str, Any] = {"name": new.name.strip() or "—", "session_id": this, "seen_at": func.now()}
    if new.public_key is not None:
        values["public_key"] = new.public_key
    if await conn.scalar(select(_d.id).where(_d.id == new.id)) is None:
        await _check_room(conn, actor)
        row = insert(device).values(id=new.id, user_id=actor.id, **values)
        if (await conn.execute(row.on_conflict_do_nothing())).rowcount:
            return
    # Looked at only now: of two pages of one phone that tell a key of their own each at once, one is refused.
    found = (await conn.execute(select(device).where(_d.id == new.id).with_for_update())).one()
    told = {new.public_key, found.public_key} - {None}
    if found.user_id != actor.id or found.revoked_at is not None or len(told) > 1:
        raise ConflictError("This phone cannot be registered; let it make a new identifier.")
    await conn.execute(update(device).where(_d.id == new.id).values(values))


@by_system
async def list_own(conn: AsyncConnection, actor: Actor) -> list[DeviceView]:
    """One's own phones, the last seen first."""
    return await _list(conn, _d.user_id == actor.id)


@by_system
async def list_all(
    conn: AsyncConnection, actor: Actor, *, after: UUID | None = None, limit: int = 50
) -> DevicePage:
    """A page of everybody's phones, the last seen first and revoked ones last: for administrators."""
    require(actor, "user.manage")
    gone, where = _d.revoked_at.is_not(None), []
    mark = (await conn.execute(select(gone.label("gone"), _d.seen_at).where(_d.id == after))).first()
    if mark is not None:
        as_long = or_(_d.seen_at < mark.seen_at, and_(_d.seen_at == mark.seen_at, _d.id > after))
        where.append(or_(gone > mark.gone, and_(gone == mark.gone, as_long)))
    found = await _list(conn, *where, limit=limit + 1)
    return DevicePage(tuple(found[:limit]), found[limit - 1].id if len(found) > limit else None)


@by_system
async def list_behind(conn: AsyncConnection, actor: Actor) -> list[DeviceView]:
    """Phones of which facts are still to come, for those who settle what waits; revoked ones too.

    Of an office's own field: phones that told something of assets in reach.
    """
    require(actor, "quarantine.settle")
    told = (
        select(_e.event_id)
        .join(event_key, event_key.c.id == _e.event_id)
        .join(asset, asset.c.id == event_key.c.asset_id)
        .where(_e.device_id == _d.id, scope.assets(actor, "quarantine.settle"))
    )
    return [each for each in await _list(conn, told.exists()) if each.to_come]


async def figures(conn: AsyncConnection, limit: int) -> list[tuple[str, float, int]]:
    """Of phones in use: id, seconds since they were seen, and how many of their facts are to come.

    Those with facts to come first, then those that were silent longest; ``limit`` of them.
    """
    seen, to_come = func.extract("epoch", func.now() - _d.seen_at), _to_come().label("to_come")
    rows = await conn.execute(
        select(_d.id, seen.label("age"), to_come)
        .where(_d.revoked_at.is_(None))
        .order_by((_to_come() > 0).desc(), _d.seen_at, _d.id)
        .limit(limit)
    )
    return [(str(row.id), float(row.age), row.to_come) for row in rows]


async def crowd(conn: AsyncConnection) -> Crowd:
    """All phones in use, counted by how long ago facts came from them, and those that are behind."""
    age = func.now() - _d.seen_at
    bounds = (("hour", 0), ("day", 1 / 24), ("week", 1), ("month", 7), ("longer", 30))
    ends = [*(days for _, days in bounds[1:]), 36500]
    counted = [
        func.count().filter(age >= timedelta(days=begins), age < timedelta(days=end)).label(name)
        for (name, begins), end in zip(bounds, ends, strict=True)
    ]
    behind = func.count().filter(_to_come() > 0).label("behind")
    row = (await conn.execute(select(*counted, behind).where(_d.revoked_at.is_(None)))).one()
    return Crowd(seen={name: getattr(row, name) for name, _ in bounds}, behind=row.behind)


@by_system
async def revoke(conn: AsyncConnection, actor: Actor, which: UUID) -> None:
    """A phone was lost or stolen: what it sends from now on waits in quarantine, and its session ends.

    One's own, or anybody's as an administrator. Again is safe. Raises NotFoundError.
    """
    mine = [] if may(actor, "user.manage") else [_d.user_id == actor.id]
    row = (await conn.execute(select(device).where(_d.id == which, *mine).with_for_update())).first()
    if row is None:
        raise NotFoundError
    if row.revoked_at is not None:
        return
    ended = update(device).where(_d.id == which)
    await conn.execute(ended.values(revoked_at=func.now(), revoked_by=actor.id))
    if row.session_id is not None:
        s = session.c
        await conn.execute(
            update(session).where(s.id == row.session_id, s.ended_at.is_(None)).values(ended_at=func.now())
        )


@by_system
async def key_of(conn: AsyncConnection, which: UUID) -> tuple[UUID, bytes | None]:
    """Whose a phone is, and its public key. Raises NotFoundError."""
    row = (await conn.execute(select(_d.user_id, _d.public_key).where(_d.id == which))).first()
    if row is None:
        raise NotFoundError
    return row.user_id, row.public_key


@by_system
async def called(conn: AsyncConnection, named: Collection[str]) -> dict[str, str]:
    """What registered phones are called, by the text that events name them by; scripts name themselves."""
    ids = set()
    for each in named:
        with suppress(ValueError):
            ids.add(UUID(each))
    if not ids:
        return {}
    rows = await conn.execute(select(_d.id, _d.name).where(_d.id.in_(ids)))
    return {str(row.id): row.name for row in rows}


async def forget_owner(conn: AsyncConnection, user: UUID) -> None:
    """Somebody is forgotten: their phones lose their names and send no more."""
    gone = {"name": "—", "revoked_at": func.coalesce(_d.revoked_at, func.now())}
    await conn.execute(update(device).where(_d.user_id == user).values(**gone))


@by_system
async def take(
    conn: AsyncConnection, actor: Actor, stamped: Sequence[Stamped], *, handed_by: UUID | None = None
) -> dict[UUID, Taken]:
    """Keep what phones say of their events; tells of each event when it occurred, and whether it must wait.

    An event that comes again is told what it was told the first time.
    """
    if not stamped:
        return {}
    ids = sorted({each.stamp.id for each in stamped})
    wanted = (
        select(_d.id, _d.user_id, _d.revoked_at, _u.disabled_at)
        .join(user_account, _u.id == _d.user_id)
        .where(_d.id.in_(ids))
        # One batch of a phone after the other: the same event twice at once must get one time.
        .order_by(_d.id)
        .with_for_update(of=device)
    )
    known = {row.id: row for row in await conn.execute(wanted)}
    before = await _before(conn, stamped)
    now = datetime.now(UTC)
    taken: dict[UUID, Taken] = {}
    fresh: dict[tuple[UUID, UUID], dict[str, Any]] = {}
    for each in stamped:
        row = known.get(each.stamp.id)
        if row is None:
            taken[each.event] = Taken(each.occurred_at, NOT_KNOWN)
            continue
        first = before.get((each.stamp.id, each.event))
        # What was told before with another time is another fact, and its conflict must show.
        same = first is not None and first[1] == each.occurred_at
        at = first[0] if first and same else put_right(each.occurred_at, each.stamp.clock, now)
        taken.setdefault(each.event, Taken(at, _trouble(row, actor)))
        if first is None and row.user_id == actor.id:
            fresh.setdefault((each.stamp.id, each.event), _row(each, at, handed_by))
    await _keep(conn, list(fresh.values()))
    return taken


def _trouble(row: Any, actor: Actor) -> str | None:
    if row.user_id != actor.id:
        return ANOTHERS
    if row.revoked_at is not None:
        return REVOKED
    return DISABLED if row.disabled_at is not None else None


async def _before(
    conn: AsyncConnection, stamped: Sequence[Stamped]
) -> Mapping[tuple[UUID, UUID], tuple[datetime, datetime]]:
    wanted = select(_e.device_id, _e.event_id, _e.occurred_at, _e.told_at).where(
        _e.device_id.in_({each.stamp.id for each in stamped}),
        _e.event_id.in_({each.event for each in stamped}),
    )
    rows = await conn.execute(wanted)
    return {(row.device_id, row.event_id): (row.occurred_at, row.told_at) for row in rows}


def _row(each: Stamped, at: datetime, handed_by: UUID | None) -> dict[str, Any]:
    return {
        "device_id": each.stamp.id,
        "event_id": each.event,
        "seq": each.stamp.seq,
        "occurred_at": at,
        "told_at": each.occurred_at,
        "clock": msgspec.to_builtins(each.stamp.clock) if each.stamp.clock else None,
        "handed_by": handed_by,
    }


async def _keep(conn: AsyncConnection, rows: Sequence[dict[str, Any]]) -> None:
    if not rows:
        return
    await conn.execute(insert(device_event).on_conflict_do_nothing(), list(rows))
    highest: dict[UUID, int] = {}
    for row in rows:
        highest[row["device_id"]] = max(row["seq"], highest.get(row["device_id"], 0))
    for which, seq in highest.items():
        moved = {"last_seq": func.greatest(_d.last_seq, seq), "seen_at": func.now()}
        await conn.execute(update(device).where(_d.id == which).values(moved))


async def _check_room(conn: AsyncConnection, actor: Actor) -> None:
    mine = select(func.count()).where(_d.user_id == actor.id, _d.revoked_at.is_(None))
    if (await conn.execute(mine)).scalar_one() >= MAX_DEVICES:
        raise ConflictError(
            "You have %(n)s phones already; revoke one that you no longer use.", n=MAX_DEVICES
        )


def _to_come() -> ColumnElement[int]:
    arrived = select(func.count(_e.seq.distinct())).where(_e.device_id == _d.id).scalar_subquery()
    return func.greatest(_d.last_seq - arrived, 0)


def _select() -> Select[Any]:
    whose = device.join(user_account, _u.id == _d.user_id)
    return select(device, _u.name.label("person"), _to_come().label("to_come")).select_from(whose)


async def _list(
    conn: AsyncConnection, *where: ColumnElement[bool], limit: int | None = None
) -> list[DeviceView]:
    rows = await conn.execute(
        _select().where(*where).order_by(_d.revoked_at.is_not(None), _d.seen_at.desc(), _d.id).limit(limit)
    )
    return [
        DeviceView(
            id=row.id,
            name=row.name,
            user=row.user_id,
            person=row.person,
            registered_at=row.registered_at,
            seen_at=row.seen_at,
            last_seq=row.last_seq,
            to_come=row.to_come,
            has_key=row.public_key is not None,
            revoked_at=row.revoked_at,
        )
        for row in rows
    ]
