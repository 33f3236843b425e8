"""What is expected on which day: deliveries and maintenance; on a page, and as a feed that a link opens.

The link is a key of its own: it shows one person's calendar and does nothing else; a new one ends the old.
"""

import secrets
from datetime import date, timedelta
from typing import Literal
from uuid import UUID

import msgspec
from sqlalchemy import delete, exists, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker import kyiv
from asset_tracker.access import scope, sessions
from asset_tracker.access.actors import Actor
from asset_tracker.access.permissions import may, require
from asset_tracker.access.tables import calendar_link, user_account
from asset_tracker.assets.orders import MAX_PAGE as MAX_ORDERS
from asset_tracker.assets.orders import OrderFilter, list_orders
from asset_tracker.consignments import due
from asset_tracker.consignments.due import DueFilter
from asset_tracker.consignments.tables import consignment
from asset_tracker.db.wall import by_system
from asset_tracker.errors import NotFoundError
from asset_tracker.ledger.tables import asset
from asset_tracker.programmes.tables import programme
from asset_tracker.territory.tables import municipality

FEED_BACK, FEED_AHEAD = timedelta(days=60), timedelta(days=365)
_c, _l, _m, _a, _u = consignment.c, calendar_link.c, municipality.c, asset.c, user_account.c


class CalendarItem(msgspec.Struct, frozen=True, kw_only=True):
    """A delivery that is expected, work of a plan that is due, or a work order: what is overdue stands on today.

    ``open``: it has not happened yet.
    """

    day: date
    kind: Literal["delivery", "maintenance", "order"]
    thing: UUID
    title: str
    name_uk: str
    name_en: str
    programme_code: str | None
    municipality_uk: str | None
    municipality_en: str | None
    open: bool
    tag: str | None = None

    @property
    def href(self) -> str:
        """The page of it."""
        if self.kind == "delivery":
            return f"/consignments/{self.thing}"
        return f"/a/{self.tag}/{'plans' if self.kind == 'maintenance' else 'orders'}"


async def entries(conn: AsyncConnection, actor: Actor, since: date, until: date) -> list[CalendarItem]:
    """What is expected in reach from ``since`` to ``until``, both included, in order of days."""
    require(actor, "asset.read")
    found = await _deliveries(conn, actor, since, until) if may(actor, "consignment.read") else []
    ahead = (until - kyiv.today()).days
    if ahead >= 0:
        page = await due.list_due(conn, actor, DueFilter(rule="maintenance", days=ahead), limit=due.MAX_PAGE)
        found += [
            CalendarItem(
                day=day,
                kind="maintenance",
                thing=item.asset,
                title=item.detail,
                name_uk=item.name_uk,
                name_en=item.name_en or item.name_uk,
                programme_code=item.programme_code,
                municipality_uk=item.municipality_uk,
                municipality_en=item.municipality_en,
                open=True,
                tag=item.tag,
            )
            for item in page.items
            if item.asset and since <= (day := _shown_on(item.due_on)) <= until
        ]
        found += await _orders(conn, actor, since, until)
    return sorted(found, key=lambda item: (item.day, item.kind, item.name_uk, item.title))


def _shown_on(due_on: date) -> date:
    """What is late is to be done today."""
    return max(due_on, kyiv.today())


async def _orders(conn: AsyncConnection, actor: Actor, since: date, until: date) -> list[CalendarItem]:
    orders = await list_orders(conn, actor, OrderFilter(), limit=MAX_ORDERS)
    return [
        CalendarItem(
            day=day,
            kind="order",
            thing=each.id,
            title=each.title,
            name_uk=each.name_uk,
            name_en=each.name_en or each.name_uk,
            programme_code=None,
            municipality_uk=each.municipality_uk,
            municipality_en=each.municipality_en,
            open=True,
            tag=each.tag,
        )
        for each in orders.items
        if each.due_on and since <= (day := _shown_on(each.due_on)) <= until
    ]


async def _deliveries(conn: AsyncConnection, actor: Actor, since: date, until: date) -> list[CalendarItem]:
    reach = scope.within(actor, "consignment.read", programme=_c.programme_id, areas=(_c.municipality_code,))
    waits = exists(
        select(_a.id).where(_a.consignment_id == _c.id, _a.delivered_at.is_(None), _a.gone_reason.is_(None))
    )
    wanted = (
        select(
            _c.id,
            _c.number,
            _c.expected_on,
            programme.c.code,
            _m.name_uk,
            _m.name_en,
            waits.label("waits"),
        )
        .join(programme, programme.c.id == _c.programme_id)
        .join(municipality, _m.code == _c.municipality_code)
        .where(reach, _c.expected_on.between(since, until))
        .order_by(_c.expected_on, _c.number)
        .limit(due.MAX_PAGE)
    )
    return [
        CalendarItem(
            day=row.expected_on,
            kind="delivery",
            thing=row.id,
            title=row.number,
            name_uk=row.number,
            name_en=row.number,
            programme_code=row.code,
            municipality_uk=row.name_uk,
            municipality_en=row.name_en,
            open=bool(row.waits),
        )
        for row in await conn.execute(wanted)
    ]


async def has_link(conn: AsyncConnection, actor: Actor) -> bool:
    """Whether a link to one's calendar works."""
    return await conn.scalar(select(_l.user_id).where(_l.user_id == actor.id)) is not None


async def make_link(conn: AsyncConnection, actor: Actor) -> str:
    """A new link's token, shown only now; the one before works no more."""
    require(actor, "asset.read")
    token = secrets.token_urlsafe(32)
    await end_link(conn, actor)
    await conn.execute(insert(calendar_link).values(user_id=actor.id, token_hash=sessions.digest(token)))
    return token


async def end_link(conn: AsyncConnection, actor: Actor) -> None:
    """End the link to one's calendar."""
    await conn.execute(delete(calendar_link).where(_l.user_id == actor.id))


@by_system
async def of_link(conn: AsyncConnection, token: str) -> tuple[Actor, list[CalendarItem]]:
    """Whose calendar a link shows, and what stands in it, within their scope. Raises NotFoundError."""
    wanted = (
        select(_l.user_id)
        .join(user_account, _u.id == _l.user_id)
        .where(_l.token_hash == sessions.digest(token), _u.disabled_at.is_(None))
    )
    user = await conn.scalar(wanted)
    if user is None:
        raise NotFoundError
    actor = await sessions.actor_of(conn, user)
    if not may(actor, "asset.read"):
        raise NotFoundError
    today = kyiv.today()
    return actor, await entries(conn, actor, today - FEED_BACK, today + FEED_AHEAD)
