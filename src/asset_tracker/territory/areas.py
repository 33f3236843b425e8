"""Borders of oblasts, raions and municipalities, as an administrator has uploaded them; for drawing only."""

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta
from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker.access.actors import Actor
from asset_tracker.access.permissions import require
from asset_tracker.errors import FieldError, InvalidError
from asset_tracker.territory.outlines import Outline
from asset_tracker.territory.tables import area_outline, municipality

Rings = tuple[tuple[tuple[float, float], ...], ...]
Level = Literal["oblast", "raion", "municipality"]
Source = Annotated[str, Meta(min_length=3, max_length=300, pattern=r"^[^\x00-\x1f]*$")]
_o, _m = area_outline.c, municipality.c


class AreaView(msgspec.Struct, frozen=True, kw_only=True):
    """An area's border. ``source`` says whose it is and by which licence."""

    code: str
    level: Level
    name: str
    rings: Rings
    source: str


class Loaded(msgspec.Struct, frozen=True, kw_only=True):
    """How many borders of a level there are, and from where."""

    level: Level
    areas: int
    sources: tuple[str, ...]
    loaded_at: datetime


async def load_outlines(conn: AsyncConnection, actor: Actor, outlines: Iterable[Outline], source: str) -> int:
    """Keep borders, instead of those there were of the same areas; how many.

    Raises ForbiddenError; InvalidError naming every code that the codifier does not have.
    """
    require(actor, "territory.manage")
    known = await _known(conn)
    rows, unknown = [], []
    for outline in outlines:
        found = known.get(outline.code)
        if found is None:
            unknown.append(FieldError("file", "The codifier has no area %(code)s.", {"code": outline.code}))
            continue
        code, level, name = found
        rings = [list(ring) for ring in outline.rings]
        rows.append({"code": code, "level": level, "name": name, "rings": rings, "source": source})
    if unknown:
        raise InvalidError("These borders cannot be used.", errors=tuple(unknown[:20]))
    statement = insert(area_outline)
    changed = {name: statement.excluded[name] for name in ("name", "rings", "source", "loaded_by")}
    stored = statement.on_conflict_do_update(
        index_elements=["code"], set_=changed | {"loaded_at": func.now()}
    )
    await conn.execute(stored, [row | {"loaded_by": actor.id} for row in rows])
    return len(rows)


async def forget_outlines(conn: AsyncConnection, actor: Actor, level: Level) -> int:
    """Take the borders of a level away; how many. Raises ForbiddenError."""
    require(actor, "territory.manage")
    return (await conn.execute(delete(area_outline).where(_o.level == level))).rowcount


async def list_areas(conn: AsyncConnection, *, oblast: str | None = None) -> tuple[AreaView, ...]:
    """The borders of oblasts; within an oblast those of its raions and municipalities too."""
    wanted = select(_o.code, _o.level, _o.name, _o.rings, _o.source).order_by(_o.code)
    if oblast is None:
        wanted = wanted.where(_o.level == "oblast")
    else:
        wanted = wanted.where((_o.level == "oblast") | _o.code.startswith(oblast[:4], autoescape=True))
    return tuple(
        AreaView(code=code, level=level, name=name, rings=msgspec.convert(rings, Rings), source=source)
        for code, level, name, rings, source in await conn.execute(wanted)
    )


async def loaded(conn: AsyncConnection) -> tuple[Loaded, ...]:
    """What was uploaded, by level."""
    sources = func.array_agg(_o.source.distinct())
    wanted = (
        select(_o.level, func.count(), sources, func.max(_o.loaded_at)).group_by(_o.level).order_by(_o.level)
    )
    return tuple(
        Loaded(level=level, areas=areas, sources=tuple(told), loaded_at=at)
        for level, areas, told, at in await conn.execute(wanted)
    )


async def _known(conn: AsyncConnection) -> dict[str, tuple[str, Level, str]]:
    """Code, level and name of every area, by its code in full and by the short one without zeros and suffix."""
    found: dict[str, tuple[str, Level, str]] = {}
    wanted = select(_m.code, _m.name_uk, _m.raion_code, _m.raion_uk, _m.oblast_code, _m.oblast_uk).where(
        ~_m.gone
    )
    for row in await conn.execute(wanted):
        levels: tuple[tuple[Any, Level, Any, int], ...] = (
            (row.code, "municipality", row.name_uk, 9),
            (row.raion_code, "raion", row.raion_uk, 6),
            (row.oblast_code, "oblast", row.oblast_uk, 4),
        )
        # The largest last: the code of Kyiv is that of a city and of an oblast.
        for code, level, name, length in levels:
            if code:
                found[code] = found[code[:length]] = (code, level, name)
    return found
