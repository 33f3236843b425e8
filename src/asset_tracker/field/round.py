"""What a phone takes along: the assets of a round, where they stand, and what may be done with each.

No names of people and no addresses go along, and nothing beyond what the actor may see.
"""

from collections.abc import Collection, Sequence
from datetime import UTC, date, datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import ColumnElement, Select, and_, false, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker.access import scope
from asset_tracker.access.actors import Actor
from asset_tracker.access.permissions import may, may_record, require
from asset_tracker.assets import orders
from asset_tracker.assets.rules import FIELD, RULES
from asset_tracker.assets.tables import work_order
from asset_tracker.consignments.queries import Step, get_consignment, list_consignments, waiting_for
from asset_tracker.i18n import Lang, gettext
from asset_tracker.ledger.state import State, as_state
from asset_tracker.ledger.tables import asset
from asset_tracker.territory.queries import get_municipalities
from asset_tracker.territory.tables import service_point
from asset_tracker.verifications.queries import campaign_row, in_reach, was_seen
from asset_tracker.verifications.tables import campaign, campaign_expected

MAX_PAGE = 1000
# A label is bound where the thing stands, too, on pages of its own.
KINDS: tuple[str, ...] = (*FIELD, "label_bound", "label_replaced", "code_linked")
MAX_ORDERS = 500
_a, _c, _e, _s, _o = asset.c, campaign.c, campaign_expected.c, service_point.c, work_order.c
_OPEN = ("planned", "dispatched", "delivered")
_UNDER_WAY: tuple[Step, ...] = ("to_dispatch", "on_the_way", "to_draw_up", "to_sign")


class Chosen(msgspec.Struct, frozen=True, kw_only=True):
    """Which round. Several add up; ``mine``: consignments under way, the counts that one does oneself, and the
    work orders for oneself or for whoever works there.
    """

    consignments: tuple[UUID, ...] = ()
    municipalities: tuple[str, ...] = ()
    verifications: tuple[UUID, ...] = ()
    mine: bool = False


class Action(msgspec.Struct, frozen=True, omit_defaults=True):
    """A kind of fact, whether it makes sense now, and why not (in the language that was asked for)."""

    kind: str
    allowed: bool
    reason: str | None = None


class Place(msgspec.Struct, frozen=True):
    """Where it is, or is bound for while it is nowhere yet; ``name`` in the language that was asked for."""

    kind: str
    municipality_code: str | None
    service_point_id: UUID | None
    name: str | None


class RoundAsset(msgspec.Struct, frozen=True, kw_only=True):
    """One thing. ``codes``: replaced tags and foreign codes that stand for it too.

    ``head_seq`` and ``head_hash`` are the end of its chain that the phone knows. ``expected_in``: the running
    verifications that expect it.
    """

    id: UUID
    tag: str
    codes: tuple[str, ...]
    name_uk: str
    name_en: str | None
    category: str
    manufacturer: str | None
    model: str | None
    serial: str | None
    quantity: int
    consignment: UUID | None
    kit: UUID | None
    is_kit: bool
    stage: str
    condition: str
    title: str
    gone_reason: str | None
    disputed: bool
    destination_code: str | None
    place: Place
    head_seq: int
    head_hash: str
    expected_in: tuple[UUID, ...]
    actions: tuple[Action, ...]


class RoundPoint(msgspec.Struct, frozen=True):
    """A service point of a municipality of the round."""

    id: UUID
    municipality_code: str
    kind: str
    name_uk: str
    name_en: str
    status: str


class RoundMunicipality(msgspec.Struct, frozen=True):
    """A municipality of the round."""

    code: str
    name_uk: str
    name_en: str


class RoundVerification(msgspec.Struct, frozen=True):
    """A running count: what is expected, and what was found of it so far."""

    id: UUID
    name: str
    municipality_code: str
    service_point_id: UUID | None
    expected: tuple[UUID, ...]
    found: tuple[UUID, ...]


class RoundConsignment(msgspec.Struct, frozen=True):
    """A consignment of the round: chosen, or open and bound for a municipality of it."""

    id: UUID
    number: str
    municipality_code: str
    status: str


class RoundOrder(msgspec.Struct, frozen=True):
    """What is to be done to an asset of the round by the actor: by name, or by whoever works there.

    ``kind`` is the kind of fact, naming the order, that closes it.
    """

    id: UUID
    asset: UUID
    kind: str
    title: str
    work: str | None
    plan: UUID | None
    due_on: date | None
    by_name: bool


class Round(msgspec.Struct, frozen=True, kw_only=True):
    """One page, by id; ``next`` is what to pass as ``after``. The other lists tell what the page speaks of;
    verifications, consignments and work orders (at most 500, the soonest) stand on the first page.
    """

    made_at: datetime
    assets: tuple[RoundAsset, ...]
    service_points: tuple[RoundPoint, ...]
    municipalities: tuple[RoundMunicipality, ...]
    verifications: tuple[RoundVerification, ...]
    consignments: tuple[RoundConsignment, ...]
    orders: tuple[RoundOrder, ...]
    next: UUID | None


async def take_along(
    conn: AsyncConnection,
    actor: Actor,
    chosen: Chosen,
    *,
    lang: Lang,
    after: UUID | None = None,
    limit: int = 500,
) -> Round:
    """A page of the round. Raises NotFoundError for a consignment or verification out of reach."""
    require(actor, "event.record")
    verifications = await _running(conn, actor, chosen)
    consignments = await _consignments(conn, actor, chosen)
    reach = _wanted(actor, chosen, verifications, consignments)
    wanted = select(asset).where(scope.assets(actor), reach).order_by(_a.id).limit(limit + 1)
    if after:
        wanted = wanted.where(_a.id > after)
    rows = (await conn.execute(wanted)).all()
    shown = rows[:limit]
    codes = {code for row in shown for code in (row.municipality_code, row.destination_code) if code}
    codes |= {*chosen.municipalities} if after is None else set()
    codes |= {each.municipality_code for each in verifications} if after is None else set()
    points = await _points(conn, codes)
    known = await get_municipalities(conn, codes)
    expected = await _expected_in(conn, [each.id for each in verifications], [row.id for row in shown])
    names: dict[Any, str] = {
        **{each.id: each.name_uk if lang == "uk" else each.name_en for each in points},
        **{code: each.name_uk if lang == "uk" else each.name_en for code, each in known.items()},
    }
    return Round(
        made_at=datetime.now(UTC),
        assets=tuple(_asset(row, names, expected.get(row.id, ()), actor, lang) for row in shown),
        service_points=tuple(points),
        municipalities=tuple(RoundMunicipality(m.code, m.name_uk, m.name_en) for m in known.values()),
        verifications=() if after else tuple(await _verifications(conn, actor, verifications)),
        consignments=() if after else tuple(consignments),
        orders=() if after else tuple(await _orders(conn, actor, reach)),
        next=shown[-1].id if len(rows) > limit else None,
    )


def etag(page: Round, lang: Lang) -> str:
    """The same for the same page, whenever it was made."""
    timeless = msgspec.structs.replace(page, made_at=datetime(1, 1, 1, tzinfo=UTC))
    return f'"{sha256(lang.encode() + msgspec.json.encode(timeless)).hexdigest()[:32]}"'


def _wanted(
    actor: Actor, chosen: Chosen, verifications: Sequence[Any], consignments: Sequence[RoundConsignment]
) -> ColumnElement[bool]:
    terms: list[ColumnElement[bool]] = []
    if chosen.municipalities:
        there = _a.municipality_code.in_(chosen.municipalities)
        bound = and_(_a.municipality_code.is_(None), _a.destination_code.in_(chosen.municipalities))
        terms.append(or_(there, bound))
    if consignments:
        terms.append(_a.consignment_id.in_([each.id for each in consignments]))
    counted = [
        each.id for each in verifications if each.id in chosen.verifications or (chosen.mine and each.mine)
    ]
    if counted:
        terms.append(_a.id.in_(select(_e.asset_id).where(_e.campaign_id.in_(counted))))
    if chosen.mine:
        terms.append(_a.id.in_(_to_do(actor, work_order.c.asset_id)))
    return or_(false(), *terms)


def _to_do(actor: Actor, *wanted: ColumnElement[Any]) -> Select[Any]:
    """Open work orders for the actor about assets in reach, the soonest ones."""
    joined = work_order.join(asset, _a.id == _o.asset_id)
    due = (
        select(*wanted).select_from(joined).where(scope.recordable(actor, "maintained"), orders.to_do(actor))
    )
    return due.order_by(_o.due_on.nulls_last(), _o.id).limit(MAX_ORDERS)


async def _orders(conn: AsyncConnection, actor: Actor, reach: ColumnElement[bool]) -> list[RoundOrder]:
    named = func.coalesce(_o.assignee_id == actor.id, false())
    told = (_o.id, _o.asset_id, _o.kind, _o.title, _o.work, _o.plan_id, _o.due_on, named)
    return [RoundOrder(*row) for row in await conn.execute(_to_do(actor, *told).where(reach))]


async def _running(conn: AsyncConnection, actor: Actor, chosen: Chosen) -> Sequence[Any]:
    """The running campaigns that the round is about, or that count in its municipalities."""
    for each in chosen.verifications:
        await campaign_row(conn, actor, each, "verification.read")
    about: list[ColumnElement[bool]] = [
        _c.id.in_(chosen.verifications),
        _c.municipality_code.in_(chosen.municipalities),
    ]
    if chosen.mine:
        about.append(_c.counter_id == actor.id)
    wanted = select(
        _c.id, _c.number, _c.municipality_code, _c.service_point_id, (_c.counter_id == actor.id).label("mine")
    ).where(_c.status == "running", or_(*about), in_reach(actor, "verification.read"))
    return (await conn.execute(wanted.order_by(_c.id))).all()


async def _consignments(conn: AsyncConnection, actor: Actor, chosen: Chosen) -> list[RoundConsignment]:
    found = [await get_consignment(conn, actor, each) for each in chosen.consignments]
    if chosen.mine:
        for step in _UNDER_WAY:
            found += await waiting_for(conn, actor, step, limit=50)
    if may(actor, "consignment.read"):
        for code in chosen.municipalities:
            bound = await list_consignments(conn, actor, municipality_code=code, limit=200)
            found += [each for each in bound.items if each.status in _OPEN]
    unique = {each.id: each for each in found}
    return [RoundConsignment(c.id, c.number, c.municipality, c.status) for c in unique.values()]


async def _points(conn: AsyncConnection, codes: Collection[str]) -> list[RoundPoint]:
    if not codes:
        return []
    wanted = select(*(_s[field] for field in RoundPoint.__struct_fields__))
    ordered = wanted.where(_s.municipality_code.in_(codes)).order_by(_s.municipality_code, _s.sort_key, _s.id)
    return [RoundPoint(*row) for row in await conn.execute(ordered)]


async def _expected_in(
    conn: AsyncConnection, campaigns: Sequence[UUID], assets: Sequence[UUID]
) -> dict[UUID, tuple[UUID, ...]]:
    if not campaigns or not assets:
        return {}
    wanted = select(_e.asset_id, _e.campaign_id).where(_e.campaign_id.in_(campaigns), _e.asset_id.in_(assets))
    found: dict[UUID, tuple[UUID, ...]] = {}
    for row in await conn.execute(wanted.order_by(_e.campaign_id)):
        found[row.asset_id] = (*found.get(row.asset_id, ()), row.campaign_id)
    return found


async def _verifications(
    conn: AsyncConnection, actor: Actor, campaigns: Sequence[Any]
) -> list[RoundVerification]:
    found = []
    for each in campaigns:
        wanted = (
            select(_a.id, was_seen(each.id).label("seen"))
            .join(campaign_expected, _e.asset_id == _a.id)
            .where(_e.campaign_id == each.id, scope.assets(actor))
            .order_by(_a.id)
        )
        rows = (await conn.execute(wanted)).all()
        found.append(
            RoundVerification(
                each.id,
                each.number,
                each.municipality_code,
                each.service_point_id,
                tuple(row.id for row in rows),
                tuple(row.id for row in rows if row.seen),
            )
        )
    return found


def _asset(
    row: Any, names: dict[Any, str], expected: tuple[UUID, ...], actor: Actor, lang: Lang
) -> RoundAsset:
    state = as_state(row.state)
    at = row.municipality_code or row.destination_code
    place = Place(row.place, at, row.service_point_id, names.get(row.service_point_id) or names.get(at))
    return RoundAsset(
        id=row.id,
        tag=row.tag,
        codes=(*state.old_tags, *state.codes),
        name_uk=row.name_uk,
        name_en=row.name_en,
        category=row.category,
        manufacturer=row.manufacturer,
        model=row.model,
        serial=row.serial,
        quantity=row.quantity,
        consignment=row.consignment_id,
        kit=row.kit_id,
        is_kit=row.is_kit,
        stage=row.stage,
        condition=row.condition,
        title=row.title,
        gone_reason=row.gone_reason,
        disputed=row.disputed,
        destination_code=row.destination_code,
        place=place,
        head_seq=row.head_seq,
        head_hash=row.head_hash.hex(),
        expected_in=expected,
        actions=actions(actor, state, lang),
    )


def actions(actor: Actor, state: State, lang: Lang) -> tuple[Action, ...]:
    """What the actor's roles record in the field, each with the reason why not now."""
    return tuple(
        Action(kind, allowed=True)
        if RULES[kind].allows(state)
        else Action(kind, allowed=False, reason=gettext(lang, RULES[kind].otherwise))
        for kind in KINDS
        if may_record(actor, kind)
    )
