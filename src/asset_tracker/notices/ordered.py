"""Letters of work orders: one that is new, has another day, or is somebody's no more.

Told are those whom an order concerns – whom it names, or whoever works there – in the way they chose: at once,
or with the letter of the next morning, for which it is kept (``order_news``). Who did it is not told.
"""

from collections.abc import Collection, Sequence
from typing import Any, Final
from uuid import UUID

import msgspec
from sqlalchemy import and_, delete, exists, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker.access import scope, sessions
from asset_tracker.access.actors import Actor
from asset_tracker.access.permissions import may, may_record
from asset_tracker.access.tables import user_account
from asset_tracker.assets.orders import OrderFilter, OrderNews, OrdersChanged, count_orders
from asset_tracker.assets.tables import work_order
from asset_tracker.documents import display
from asset_tracker.i18n import Lang, gettext, ngettext
from asset_tracker.jobs.kinds import Kind
from asset_tracker.jobs.worker import Run
from asset_tracker.ledger.tables import asset
from asset_tracker.ledger.tags import format_tag
from asset_tracker.mail import outbox
from asset_tracker.mail.letters import Item
from asset_tracker.notices.tables import notice_choice, order_news
from asset_tracker.notices.writing import letter_of
from asset_tracker.settings import Settings

_TOLD: Final[dict[OrderNews, str]] = {
    "new": "New work order: %(what)s",
    "changed": "Work order that was changed: %(what)s",
    "taken": "Work order that is somebody else’s now: %(what)s",
    "ended": "Work order that was cancelled: %(what)s",
}
_a, _k, _n, _o, _u = asset.c, notice_choice.c, order_news.c, work_order.c, user_account.c


class _News(msgspec.Struct, frozen=True):
    what: OrderNews
    row: Any


async def tell(run: Run, changed: OrdersChanged) -> None:
    """The job, once after orders were made or changed."""
    async with run.last() as conn:
        for user, pace, programme in await _choosers(conn, changed.by):
            actor = await sessions.actor_of(conn, user)
            found = await _news_for(conn, actor, changed, programme)
            if found and pace == "at_once":
                await _write(conn, run.settings, actor, found)
            elif found:
                await _keep(conn, user, found)


async def kept_lines(conn: AsyncConnection, actor: Actor) -> list[Item]:
    """What was kept for this reader's morning letter, which is thereby told."""
    gone = delete(order_news).where(_n.user_id == actor.id).returning(_n.order_id, _n.what, _n.at)
    kept = {row.order_id: row for row in await conn.execute(gone)}
    rows = await _orders(conn, actor, _o.id.in_(list(kept)))
    told = [_News(kept[row.id].what, row) for row in rows]
    return _lines(actor.lang, sorted(told, key=lambda each: kept[each.row.id].at))


async def forget_unasked(conn: AsyncConnection) -> None:
    """Drop what is kept for people who want no daily letter of orders any more."""
    wanted = exists().where(_k.user_id == _n.user_id, _k.kind == "order", _k.pace == "daily")
    await conn.execute(delete(order_news).where(~wanted))


async def standing(conn: AsyncConnection, actor: Actor, programme: UUID | None) -> Item | None:
    """How many orders there are to do for this reader, and how many of them are late."""
    mine = OrderFilter(mine=True, programme=programme)
    number = await count_orders(conn, actor, mine)
    if not number:
        return None
    late = await count_orders(conn, actor, msgspec.structs.replace(mine, state="overdue"))
    told = ngettext(actor.lang, "%(n)s work order is to be done", "%(n)s work orders are to be done", number)
    if late:
        told += ", " + ngettext(actor.lang, "%(n)s of them is late", "%(n)s of them are late", late)
    return Item(told, "/orders?mine=yes")


async def _choosers(conn: AsyncConnection, but: UUID) -> list[tuple[UUID, str, UUID | None]]:
    wanted = (
        select(_k.user_id, _k.pace, _k.programme_id)
        .join(user_account, _u.id == _k.user_id)
        .where(_k.kind == "order", _k.user_id != but, _u.disabled_at.is_(None))
        .order_by(_k.user_id)
    )
    return [(row.user_id, row.pace, row.programme_id) for row in await conn.execute(wanted)]


async def _news_for(
    conn: AsyncConnection, actor: Actor, changed: OrdersChanged, programme: UUID | None
) -> list[_News]:
    """What of a change concerns this reader, in the order of the orders' days."""
    if not (may(actor, "asset.read") and may_record(actor, "maintained")):
        return []
    meant = _o.operation == changed.operation if changed.operation else _o.id.in_(changed.orders)
    whose = or_(_o.assignee_id.is_(None), _o.assignee_id == actor.id)
    had_it = changed.before == actor.id
    rows = await _orders(conn, actor, meant if had_it else and_(meant, whose))
    return [
        _News(_lost(row) if had_it else changed.what, row)
        for row in rows
        if programme in (None, row.programme_id)
    ]


def _lost(row: Any) -> OrderNews:
    """What it is to who had an order by name: it is for whoever works there now, or somebody else's."""
    return "changed" if row.assignee_id is None else "taken"


async def _orders(conn: AsyncConnection, actor: Actor, which: Any) -> Sequence[Any]:
    named = (_a.tag, _a.name_uk, _a.name_en, _a.programme_id)
    wanted = select(_o.id, _o.title, _o.due_on, _o.assignee_id, *named).join(asset, _a.id == _o.asset_id)
    reached = wanted.where(which, scope.by_work(actor))
    return (await conn.execute(reached.order_by(_o.due_on.nulls_last(), _o.id))).all()


async def _keep(conn: AsyncConnection, user: UUID, news: Collection[_News]) -> None:
    rows = [{"user_id": user, "order_id": each.row.id, "what": each.what} for each in news]
    kept = insert(order_news)
    last = {"what": kept.excluded.what, "at": kept.excluded.at}
    # Who has not heard of a new order yet need not hear that its day was changed.
    unheard = and_(_n.what == "new", kept.excluded.what == "changed")
    await conn.execute(
        kept.on_conflict_do_update(index_elements=["user_id", "order_id"], set_=last, where=~unheard), rows
    )


async def _write(conn: AsyncConnection, settings: Settings, actor: Actor, news: Sequence[_News]) -> None:
    lang, lines = actor.lang, _lines(actor.lang, news)
    subject = lines[0].text
    if len(lines) > 1:
        subject = ngettext(lang, "%(n)s work order for you", "%(n)s work orders for you", len(lines))
        if any(each.what != "new" for each in news):
            subject = gettext(lang, "What became of work orders: %(n)s", n=len(lines))
    to = await conn.scalar(select(_u.email).where(_u.id == actor.id))
    states = (
        [Item(gettext(lang, "All orders that are to be done"), "/orders?mine=yes")] if len(lines) > 1 else []
    )
    letter = letter_of(
        settings, actor, to or "", subject, lines, states, "and %(n)s more among the work orders"
    )
    await outbox.enqueue(conn, settings, letter)


def _lines(lang: Lang, news: Sequence[_News]) -> list[Item]:
    return [Item(_told(lang, each), f"/a/{format_tag(each.row.tag)}/orders") for each in news]


def _told(lang: Lang, news: _News) -> str:
    row = news.row
    name = (row.name_en or row.name_uk) if lang == "en" else row.name_uk
    said = gettext(lang, _TOLD[news.what], what=f"{row.title} – {name}, {format_tag(row.tag)}")
    if row.due_on and news.what in ("new", "changed"):
        said += ", " + gettext(lang, "by %(day)s", day=display.day(row.due_on, lang))
    return said


KIND: Final = Kind(payload=OrdersChanged, work=tell)
