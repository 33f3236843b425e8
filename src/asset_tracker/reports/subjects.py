"""What a report is about, kept to be asked again: by a subscription, by a link."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Final, Literal

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker.access import scope
from asset_tracker.access.actors import Actor
from asset_tracker.access.permissions import require
from asset_tracker.errors import NotFoundError
from asset_tracker.programmes.queries import programme_by_code
from asset_tracker.reports import queries
from asset_tracker.reports.asking import Ask
from asset_tracker.reports.queries import Begun
from asset_tracker.reports.structs import Report
from asset_tracker.territory.queries import get_municipality

Kind = Literal["municipality", "programme"]
_BEGIN: Final[dict[Kind, Callable[..., Awaitable[Begun]]]] = {
    "municipality": queries.begin_municipality,
    "programme": queries.begin_programme,
}
PATHS: Final = {"municipality": "municipalities", "programme": "programmes"}


class Subject(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``donor``: only what this one paid for."""

    subject: Kind
    code: str
    donor: str | None = None


async def check(conn: AsyncConnection, actor: Actor, about: Subject) -> None:
    """Raise NotFoundError unless the actor may report on it."""
    require(actor, "report.read")
    if about.subject == "programme":
        await programme_by_code(conn, actor, about.code)
        return
    await get_municipality(conn, about.code)
    if not scope.area_reaches(actor, about.code, "report.read"):
        raise NotFoundError


async def report_on(
    conn: AsyncConnection, actor: Actor, about: Subject, ask: Ask, *, now: datetime, base_url: str
) -> Report:
    """The report, as ``reports.queries`` makes it."""
    begun = await begin(conn, actor, about.subject, about.code, ask, now=now, base_url=base_url)
    return await queries.finish(conn, begun)


async def begin(
    conn: AsyncConnection, actor: Actor, subject: Kind, code: str, ask: Ask, *, now: datetime, base_url: str
) -> Begun:
    """The beginning of it, with what that raises."""
    return await _BEGIN[subject](conn, actor, code, ask, now=now, base_url=base_url)
