"""What a desk decides about assets: registered, and everything after that."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid5

import msgspec
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker.access import scope
from asset_tracker.access.actors import Actor
from asset_tracker.access.permissions import may_record, require
from asset_tracker.assets import catalogue, guards, rules
from asset_tracker.assets.photos import vouch
from asset_tracker.errors import FieldError, ForbiddenError, InvalidError, NotFoundError
from asset_tracker.ledger import events as ev
from asset_tracker.ledger import serving, store
from asset_tracker.ledger.chaining import Receipt
from asset_tracker.ledger.envelope import Draft, problems
from asset_tracker.ledger.ids import uuid7
from asset_tracker.ledger.state import State, as_state
from asset_tracker.ledger.tables import asset
from asset_tracker.territory.points import ServicePoint
from asset_tracker.territory.queries import get_service_points

# Clocks of devices differ a little from ours; before 1990 nothing here was made.
CLOCK_SLACK = timedelta(hours=1)
EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)


class NewAsset(msgspec.Struct, frozen=True, kw_only=True):
    """An asset to be registered; ``kit`` is the asset (perhaps of the same call) that it is packed into."""

    id: UUID
    fact: ev.Registered
    kit: UUID | None = None


async def register(
    conn: AsyncConnection,
    actor: Actor,
    programme: UUID,
    new: Sequence[NewAsset],
    *,
    occurred_at: datetime | None = None,
    operation: UUID | None = None,
) -> list[Receipt]:
    """Register assets of one programme as one operation.

    Raises InvalidError that names each wrong field as ``assets[n].field``, ForbiddenError outside of
    the actor's programmes.
    """
    require(actor, "import.manage")
    allowed = scope.programmes(actor, "import.manage")
    if allowed is not None and programme not in allowed:
        raise ForbiddenError
    at = occurred_at or datetime.now(UTC)
    _check_all([(each.fact, at) for each in new])
    facts = await catalogue.checked(conn, [each.fact for each in new])
    new = [msgspec.structs.replace(each, fact=fact) for each, fact in zip(new, facts, strict=True)]
    operation = operation or uuid7()
    drafts = [_draft(each.id, each.fact, at, operation) for each in new]
    drafts += [_draft(each.id, ev.Packed(kit=each.kit), at, operation) for each in new if each.kit]
    return await store.append(conn, actor.id, drafts, programme=programme)


async def record(
    conn: AsyncConnection,
    actor: Actor,
    assets: Sequence[UUID],
    payload: ev.Payload,
    *,
    occurred_at: datetime | None = None,
    heads: Mapping[UUID, str] | None = None,
    operation: UUID | None = None,
    event_id: UUID | None = None,
) -> list[Receipt]:
    """Record one fact for each of the assets, and for the components of kits that it carries along.

    With ``event_id`` (for one asset only) sending the same again records nothing twice.

    All or nothing: NotFoundError for an asset out of reach, ForbiddenError for a kind that the actor
    never records, RefusedError where the rules say no (those of donors for a disposal too), StaleError where an asset moved on from the
    ``heads`` (chain heads in hexadecimal) that the decision was made on.
    """
    kind = str(payload.__struct_config__.tag)
    if not may_record(actor, kind):
        raise ForbiddenError
    at = occurred_at or datetime.now(UTC)
    _check_all([(payload, at)])
    _check_time(at)
    (payload,) = await catalogue.checked(conn, [await completed(conn, payload)])
    if event_id and (receipts := await store.receipts(conn, assets, event_id)):
        return receipts
    states = await _states(conn, actor, kind, assets)
    carried = await components(conn, assets) if kind in rules.CARRIED else {}
    for state in states.values():
        rules.check(state, payload)
        check_days(state, payload, at)
    if isinstance(payload, ev.Disposed):
        await guards.check_disposal(conn, list(states), payload, at)
    operation = operation or (uuid7() if len(states) + len(carried) > 1 else None)
    drafts = [_draft(a, payload, at, operation, event_id) for a in states]
    drafts += [
        _draft(c, payload, at, operation, event_id=derived_id(event_id, c) if event_id else None)
        for c in carried
        if c not in states
    ]
    await vouch(conn, actor, [payload])
    return await store.append(conn, actor.id, drafts, heads=heads)


class AssetFact(msgspec.Struct, frozen=True, kw_only=True):
    """A fact with its asset and its own time (UTC)."""

    asset: UUID
    occurred_at: datetime
    fact: ev.Payload


async def record_each(
    conn: AsyncConnection,
    actor: Actor,
    facts: Sequence[AssetFact],
    *,
    operation: UUID | None = None,
    by_rules: bool = True,
) -> list[Receipt]:
    """Record many facts of many assets in one go; components go along with their kit, right after it.

    All or nothing, as with ``record``; the rules are asked of each asset as it stands before the first of
    them. ``by_rules`` False takes over a register that was kept elsewhere till now: its facts are taken as
    they come, like those from the field, and one that contradicts makes its asset disputed.
    """
    by_kind: dict[str, set[UUID]] = defaultdict(set)
    for each in facts:
        by_kind[str(each.fact.__struct_config__.tag)].add(each.asset)
    for kind, wanted in by_kind.items():
        await _require_recordable(conn, actor, kind, wanted)
    _check_all([(each.fact, each.occurred_at) for each in facts])
    for each in facts:
        _check_time(each.occurred_at)
    if by_rules:
        await _check_rules(conn, facts)
    whole = await catalogue.checked(conn, await _all_completed(conn, [each.fact for each in facts]))
    of_kit: dict[UUID, list[UUID]] = defaultdict(list)
    for component, kit in (await components(conn, list({each.asset for each in facts}))).items():
        of_kit[kit].append(component)
    operation = operation or uuid7()
    drafts = []
    for each, fact in zip(facts, whole, strict=True):
        along = of_kit[each.asset] if str(fact.__struct_config__.tag) in rules.CARRIED else ()
        drafts += [_draft(one, fact, each.occurred_at, operation) for one in (each.asset, *along)]
    await vouch(conn, actor, whole)
    return await store.append(conn, actor.id, drafts)


async def _check_rules(conn: AsyncConnection, facts: Sequence[AssetFact]) -> None:
    wanted = select(asset.c.id, asset.c.state).where(asset.c.id.in_({each.asset for each in facts}))
    states = {row.id: as_state(row.state) for row in await conn.execute(wanted)}
    for each in facts:
        rules.check(states[each.asset], each.fact)


async def _require_recordable(conn: AsyncConnection, actor: Actor, kind: str, assets: set[UUID]) -> None:
    if not may_record(actor, kind):
        raise ForbiddenError
    wanted = (
        select(func.count()).select_from(asset).where(asset.c.id.in_(assets), scope.recordable(actor, kind))
    )
    if await conn.scalar(wanted) != len(assets):
        raise NotFoundError


async def completed(conn: AsyncConnection, payload: ev.Payload) -> ev.Payload:
    """The payload with the municipality that its service point lies in.

    Raises InvalidError when there is no such service point, or the two contradict.
    """
    return (await _all_completed(conn, [payload]))[0]


async def _all_completed(conn: AsyncConnection, payloads: Sequence[ev.Payload]) -> list[ev.Payload]:
    named = {point for each in payloads if (point := getattr(each, "service_point", None))}
    known = await get_service_points(conn, named) if named else {}
    return [completed_by(each, known) for each in payloads]


def completed_by(payload: ev.Payload, known: Mapping[UUID, ServicePoint]) -> ev.Payload:
    """``completed``, where the service points are known already."""
    point_id: UUID | None = getattr(payload, "service_point", None)
    if point_id is None:
        return payload
    point = known.get(point_id)
    if point is None:
        raise InvalidError(errors=(FieldError("service_point", "There is no such service point."),))
    municipality: str | None = getattr(payload, "municipality", None)
    if municipality is not None and municipality != point.municipality_code:
        raise InvalidError(errors=(FieldError("service_point", "It is in another municipality."),))
    return msgspec.structs.replace(payload, municipality=point.municipality_code)


async def components(conn: AsyncConnection, kits: Sequence[UUID]) -> dict[UUID, UUID]:
    """The components of the kits: component -> kit."""
    rows = await conn.execute(
        select(asset.c.id, asset.c.kit_id)
        .where(asset.c.kit_id.in_(kits), asset.c.gone_reason.is_(None))
        .order_by(asset.c.id)
    )
    return {row.id: row.kit_id for row in rows}


def derived_id(event: UUID, component: UUID) -> UUID:
    """The id of the event that a kit's event makes for a component: the same however often it is sent.

    It begins as the kit's does, with its time, because of two that replace the same the later id holds.
    """
    own = uuid5(event, str(component)).int & (1 << 62) - 1
    return UUID(int=event.int >> 64 << 64 | 2 << 62 | own)


async def _states(
    conn: AsyncConnection, actor: Actor, kind: str, assets: Sequence[UUID]
) -> dict[UUID, State]:
    wanted = select(asset.c.id, asset.c.state).where(asset.c.id.in_(assets), scope.recordable(actor, kind))
    states = {row.id: as_state(row.state) for row in await conn.execute(wanted)}
    if len(states) != len(set(assets)):
        raise NotFoundError
    return states


def _check_all(payloads: Sequence[tuple[ev.Payload, datetime]]) -> None:
    many = len(payloads) > 1
    errors = [
        msgspec.structs.replace(error, field=f"assets[{n}].{error.field}" if many else error.field)
        for n, (payload, at) in enumerate(payloads)
        for error in problems(payload, at)
    ]
    if errors:
        raise InvalidError(errors=tuple(errors))


def check_days(state: State, payload: ev.Payload, at: datetime) -> None:
    """No day is counted twice; a count that came from the field contradicts instead. Raises InvalidError."""
    found = serving.shared(state, payload, at) if isinstance(payload, ev.ServiceCounted) else None
    if found:
        message = "The days from %(since)s to %(until)s have already been counted. Start later, or replace that count."
        days = {"since": f"{found.since:%d.%m.%Y}", "until": f"{found.until:%d.%m.%Y}"}
        raise InvalidError(errors=(FieldError("since", message, days),))


def _check_time(at: datetime) -> None:
    if not EARLIEST <= at <= datetime.now(UTC) + CLOCK_SLACK:
        raise InvalidError(errors=(FieldError("occurred_at", "A time between 1990 and now is expected."),))


def _draft(
    asset_id: UUID,
    payload: ev.Payload,
    at: datetime,
    operation: UUID | None,
    event_id: UUID | None = None,
) -> Draft:
    return Draft(
        id=event_id or uuid7(),
        asset=asset_id,
        occurred_at=at,
        payload=payload,
        operation=operation,
    )
