"""Verification campaigns: read, within the actor's scope."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import ColumnElement, Select, String, cast, exists, func, literal, or_, select, union
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker.access import scope
from asset_tracker.access.actors import Actor
from asset_tracker.access.people import custodians
from asset_tracker.access.permissions import Permission, may, require
from asset_tracker.access.tables import user_account
from asset_tracker.assets.queries import ROWS, asset_row
from asset_tracker.assets.views import AssetRow
from asset_tracker.db.wall import by_system
from asset_tracker.errors import NotFoundError
from asset_tracker.ledger.letters import in_ukrainian_order
from asset_tracker.ledger.state import Seen
from asset_tracker.ledger.tables import SEEN, WAS_SEEN, asset
from asset_tracker.programmes.tables import programme
from asset_tracker.territory.tables import municipality, service_point
from asset_tracker.verifications.count import (
    Expected,
    Finding,
    Found,
    Place,
    Reason,
    Status,
    Tally,
    compare,
    tally,
)
from asset_tracker.verifications.tables import (
    campaign,
    campaign_expected,
    campaign_member,
    campaign_programme,
    campaign_unknown,
)

MAX_PAGE = 200
_c, _p, _a = campaign.c, campaign_programme.c, asset.c


class CommissionMember(msgspec.Struct, frozen=True):
    """Somebody of the commission, and their position as it was given."""

    name: str
    position: str | None


class CampaignView(msgspec.Struct, frozen=True, kw_only=True):
    """A campaign. ``counter`` is the name of who leads the count, ``commission`` of those who count along:
    for those who may see people. ``signed_on`` is when the scan of the signed certificate says it was signed.
    """

    id: UUID
    number: str
    status: Status
    reason: Reason
    note: str | None
    municipality: str
    municipality_uk: str
    municipality_en: str
    service_point: UUID | None
    service_point_uk: str | None
    service_point_en: str | None
    programmes: tuple[str, ...]
    counter: str | None
    commission: tuple[CommissionMember, ...]
    counts_oneself: bool
    started_at: datetime
    ended_at: datetime | None
    sha256: str | None
    signed_on: date | None
    expected: int
    scanned: int


class CampaignPage(msgspec.Struct, frozen=True):
    """One page, newest first; ``next`` is what to pass as ``after``."""

    items: tuple[CampaignView, ...]
    next: UUID | None


class Unknown(msgspec.Struct, frozen=True):
    """A code that stands for nothing known, as it was scanned."""

    id: UUID
    code: str
    scanned_at: datetime


class Counted(msgspec.Struct, frozen=True, kw_only=True):
    """What came of one asset, with the asset."""

    finding: Finding
    asset: AssetRow
    expected_at: UUID | None
    seen_at: UUID | None
    scanned_at: datetime | None
    times: int
    condition_was: str | None
    condition_is: str | None


class Results(msgspec.Struct, frozen=True):
    """The numbers, every asset expected or seen, and the codes that nobody knows."""

    tally: Tally
    assets: tuple[Counted, ...]
    unknown: tuple[Unknown, ...]


async def list_campaigns(
    conn: AsyncConnection,
    actor: Actor,
    *,
    status: Status | None = None,
    municipality_code: str | None = None,
    after: UUID | None = None,
    limit: int = 50,
) -> CampaignPage:
    """A page of the campaigns in reach; ``limit`` is cut to 200."""
    require(actor, "verification.read")
    limit = max(1, min(limit, MAX_PAGE))
    wanted = _select().where(in_reach(actor, "verification.read"))
    if status:
        wanted = wanted.where(_c.status == status)
    if municipality_code:
        wanted = wanted.where(_c.municipality_code == municipality_code)
    if after:
        wanted = wanted.where(_c.id < after)
    rows = (await conn.execute(wanted.order_by(_c.id.desc()).limit(limit + 1))).all()
    items = tuple(_view(actor, row) for row in rows[:limit])
    return CampaignPage(items, items[-1].id if len(rows) > limit else None)


async def get_campaign(conn: AsyncConnection, actor: Actor, campaign_id: UUID) -> CampaignView:
    """One campaign in reach. Raises NotFoundError."""
    return _view(actor, await campaign_row(conn, actor, campaign_id, "verification.read"))


async def campaign_row(
    conn: AsyncConnection, actor: Actor, campaign_id: UUID, permission: Permission, *, lock: bool = False
) -> Any:
    """The row of a campaign that the actor may do ``permission`` with. Raises NotFoundError."""
    require(actor, permission)
    wanted = _select().where(_c.id == campaign_id, in_reach(actor, permission))
    row = (await conn.execute(wanted.with_for_update(of=campaign) if lock else wanted)).one_or_none()
    if row is None:
        raise NotFoundError
    return row


async def results(conn: AsyncConnection, actor: Actor, campaign_id: UUID) -> Results:
    """What the campaign came to so far, of the assets in reach."""
    row = await campaign_row(conn, actor, campaign_id, "verification.read")
    e, key = campaign_expected.c, str(campaign_id)
    concerned = await _concerned(conn, campaign_id)
    rows = await conn.execute(
        ROWS.add_columns(
            _a.state["seen"][key].label("seen"),
            e.asset_id.label("expected"),
            e.service_point_id.label("expected_at"),
            e.condition.label("expected_condition"),
        )
        .outerjoin(campaign_expected, (e.asset_id == _a.id) & (e.campaign_id == campaign_id))
        .where(scope.assets(actor), _a.id.in_(concerned))
        .order_by(in_ukrainian_order(_a.name_uk), _a.tag)
    )
    expected: dict[UUID, Expected] = {}
    seen: dict[UUID, Seen] = {}
    shown: dict[UUID, AssetRow] = {}
    for each in rows:
        shown[each.id] = asset_row(each)
        if each.expected:
            expected[each.id] = Expected(each.expected_at, each.expected_condition)
        if each.seen:
            seen[each.id] = msgspec.convert(each.seen, Seen)
    keepers = await custodians(conn, row.municipality_code)
    place = Place(row.municipality_code, row.service_point_id)
    found = compare(expected, seen, place, custodians=keepers, ended=row.status == "ended")
    unknown = await _unknown(conn, campaign_id)
    return Results(tally(found, len(unknown)), tuple(_counted(each, shown) for each in found), unknown)


@by_system
async def _concerned(conn: AsyncConnection, campaign_id: UUID) -> list[UUID]:
    """The assets, whoever's, that were expected or seen: behind the wall no index serves what was seen."""
    e = campaign_expected.c
    expected = select(e.asset_id).where(e.campaign_id == campaign_id)
    seen = select(_a.id).where(WAS_SEEN, SEEN.has_key(str(campaign_id)))
    return list(await conn.scalars(union(expected, seen)))


def was_seen(campaign_id: UUID) -> ColumnElement[bool]:
    """The condition that an asset was scanned in the campaign."""
    found: ColumnElement[bool] = _a.state["seen"].has_key(str(campaign_id))
    return func.coalesce(found, literal(value=False))


def in_reach(actor: Actor, permission: Permission) -> ColumnElement[bool]:
    """The condition that all programmes of a campaign are in reach, or that the actor counts it."""
    within = scope.within(actor, permission, programme=_p.programme_id, areas=(_c.municipality_code,))
    outside = exists(select(_p.campaign_id).where(_p.campaign_id == _c.id, ~within))
    if permission == "verification.read":
        m = campaign_member.c
        counts = exists().where(m.campaign_id == _c.id, m.user_id == actor.id)
        return or_(~outside, _c.counter_id == actor.id, counts)
    return ~outside


def _select() -> Select[Any]:
    m = campaign_member.c
    named = func.jsonb_build_array(func.coalesce(user_account.c.name, m.name), m.position)
    members = (
        select(func.jsonb_agg(aggregate_order_by(named, m.place)))
        .select_from(campaign_member.outerjoin(user_account, user_account.c.id == m.user_id))
        .where(m.campaign_id == _c.id)
        .scalar_subquery()
    )
    mine = (
        select(func.array_agg(m.user_id))
        .where(m.campaign_id == _c.id, m.user_id.is_not(None))
        .scalar_subquery()
    )
    codes = (
        select(func.array_agg(programme.c.code))
        .select_from(campaign_programme.join(programme, programme.c.id == _p.programme_id))
        .where(_p.campaign_id == _c.id)
        .scalar_subquery()
    )
    e = campaign_expected.c
    of_it = select(func.count()).select_from(campaign_expected).where(e.campaign_id == _c.id)
    scanned = (
        select(func.count())
        .select_from(campaign_expected.join(asset, _a.id == e.asset_id))
        .where(e.campaign_id == _c.id, _a.state["seen"].has_key(cast(_c.id, String)))
    )
    return (
        select(
            campaign,
            municipality.c.name_uk.label("m_uk"),
            municipality.c.name_en.label("m_en"),
            service_point.c.name_uk.label("s_uk"),
            service_point.c.name_en.label("s_en"),
            user_account.c.name.label("counter"),
            members.label("members"),
            mine.label("counting"),
            codes.label("codes"),
            of_it.scalar_subquery().label("expected"),
            scanned.scalar_subquery().label("scanned"),
        )
        .join(municipality, municipality.c.code == _c.municipality_code)
        .outerjoin(service_point, service_point.c.id == _c.service_point_id)
        .outerjoin(user_account, user_account.c.id == _c.counter_id)
    )


async def _unknown(conn: AsyncConnection, campaign_id: UUID) -> tuple[Unknown, ...]:
    u = campaign_unknown.c
    wanted = select(u.id, u.code, u.scanned_at).where(u.campaign_id == campaign_id)
    return tuple(Unknown(*row) for row in await conn.execute(wanted.order_by(u.scanned_at, u.id)))


def _counted(found: Found, shown: Mapping[UUID, AssetRow]) -> Counted:
    expected, seen = found.expected, found.seen
    return Counted(
        finding=found.finding,
        asset=shown[found.asset],
        expected_at=expected.service_point if expected else None,
        seen_at=seen.service_point if seen else None,
        scanned_at=seen.at if seen else None,
        times=seen.times if seen else 0,
        condition_was=expected.condition if expected else None,
        condition_is=seen.condition if seen else None,
    )


def _view(actor: Actor, row: Any) -> CampaignView:
    return CampaignView(
        id=row.id,
        number=row.number,
        status=row.status,
        reason=row.reason,
        note=row.note,
        municipality=row.municipality_code,
        municipality_uk=row.m_uk,
        municipality_en=row.m_en,
        service_point=row.service_point_id,
        service_point_uk=row.s_uk,
        service_point_en=row.s_en,
        programmes=tuple(sorted(row.codes or ())),
        counter=row.counter if may(actor, "people.read") else None,
        commission=tuple(CommissionMember(*each) for each in row.members or ())
        if may(actor, "people.read")
        else (),
        counts_oneself=actor.id in (row.counter_id, *(row.counting or ())),
        started_at=row.started_at,
        ended_at=row.ended_at,
        sha256=row.sha256,
        signed_on=row.signed_on,
        expected=row.expected,
        scanned=row.scanned,
    )
