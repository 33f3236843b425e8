"""On which list of territories of hostilities a municipality stands, from a day on, and who published it.

The list is the state's: territories of possible hostilities, of active hostilities, and temporarily occupied ones.
What it said on a day stays; a municipality that left it stands there with ``none``.
"""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any, Final, Literal, get_args

import msgspec
from sqlalchemy import Select, insert, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker.access.actors import Actor
from asset_tracker.access.permissions import require
from asset_tracker.errors import FieldError, InvalidError
from asset_tracker.ledger.ids import uuid7
from asset_tracker.ledger.values import Name, wrong_days
from asset_tracker.territory.queries import get_municipalities
from asset_tracker.territory.tables import municipality_situation

Situation = Literal["possible", "active", "occupied", "none"]
SITUATIONS: Final[tuple[Situation, ...]] = get_args(Situation)
WORDS: Final[dict[str, str]] = {
    "possible": "territory of possible hostilities",
    "active": "territory of active hostilities",
    "occupied": "temporarily occupied",
    "none": "not on the list of territories of hostilities",
}
MOST_AT_ONCE: Final = 2_000
_s = municipality_situation.c


class NewSituation(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where a municipality stands from ``since`` on; ``source``: the list and its date."""

    municipality: str
    situation: Situation
    since: date
    source: Name


class SituationView(msgspec.Struct, frozen=True, kw_only=True):
    """What is recorded of a municipality, from a day on."""

    municipality: str
    situation: Situation
    since: date
    source: str
    recorded_at: datetime


async def add_situations(conn: AsyncConnection, actor: Actor, new: Sequence[NewSituation]) -> int:
    """Record where municipalities stand, all or none; how many. Raises InvalidError that names every wrong row,
    counted from 1.
    """
    require(actor, "territory.manage")
    known = await get_municipalities(conn, {each.municipality for each in new})
    errors = []
    for place, each in enumerate(new, 1):
        wrong = [wrong.field for wrong in wrong_days(since=each.since)]
        wrong += ["municipality"] if each.municipality not in known else []
        errors += [FieldError(f"situations[{place}].{field}", _WRONG[field]) for field in wrong]
    if not 1 <= len(new) <= MOST_AT_ONCE:
        errors.append(
            FieldError("situations", "Give 1 to %(most)s lines at once.", {"most": str(MOST_AT_ONCE)})
        )
    if errors:
        raise InvalidError(errors=tuple(errors))
    rows = [
        {
            "id": uuid7(),
            "municipality_code": each.municipality,
            "situation": each.situation,
            "since": each.since,
            "source": each.source,
            "recorded_by": actor.id,
        }
        for each in new
    ]
    await conn.execute(insert(municipality_situation), rows)
    return len(rows)


async def list_situations(conn: AsyncConnection, actor: Actor) -> list[SituationView]:
    """Where each municipality stands now, in the order of the codes."""
    require(actor, "report.read")
    return [_view(row) for row in await conn.execute(_newest())]


async def situations_on(
    conn: AsyncConnection, codes: Collection[str], day: date, known_on: datetime | None
) -> dict[str, Situation]:
    """Where these municipalities stood on a day, by what was recorded at ``known_on`` (UTC); unknown ones are absent."""
    wanted = _newest().where(_s.municipality_code.in_(codes), _s.since <= day)
    if known_on is not None:
        wanted = wanted.where(_s.recorded_at <= known_on)
    return {row.municipality_code: row.situation for row in await conn.execute(wanted)}


_WRONG: Final = {
    "since": "There is no such day.",
    "municipality": "There is no such municipality.",
}


def _newest() -> Select[tuple[str, str, date, str, datetime]]:
    return (
        select(_s.municipality_code, _s.situation, _s.since, _s.source, _s.recorded_at)
        .ext(distinct_on(_s.municipality_code))
        .order_by(_s.municipality_code, _s.since.desc(), _s.recorded_at.desc(), _s.id.desc())
    )


def _view(row: Any) -> SituationView:
    return SituationView(
        municipality=row.municipality_code,
        situation=row.situation,
        since=row.since,
        source=row.source,
        recorded_at=row.recorded_at,
    )
