"""How many live in a municipality: figures by day and source, of which the newest is what pages and reports say."""

from collections.abc import Iterable
from datetime import date
from typing import Any
from uuid import UUID, uuid5

import msgspec
from sqlalchemy import Select, delete, func, insert, select, update
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker.access.actors import Actor
from asset_tracker.access.permissions import require
from asset_tracker.db.wall import by_system
from asset_tracker.errors import FieldError, InvalidError
from asset_tracker.territory.municipalities import Municipality
from asset_tracker.territory.tables import municipality, population_figure

# What comes with the product, of all municipalities.
SHIPPED_DAY = date(2022, 1, 1)
SHIPPED_SOURCE = "Державна служба статистики України"
MOST = 10_000_000
_SHIPPED = UUID("5f0c9d3e-6a43-4c0a-9a2c-8f1d35f7a0b1")
_f, _m = population_figure.c, municipality.c


class Figure(msgspec.Struct, frozen=True, kw_only=True):
    """How many lived in a municipality on a day, and who says so."""

    id: UUID
    municipality: str
    as_of: date
    population: int
    source: str | None = None


async def list_figures(conn: AsyncConnection) -> list[Figure]:
    """All figures: those recorded, and the shipped ones of municipalities of which no other is."""
    rows = await conn.execute(
        select(_f.id, _f.municipality_code, _f.as_of, _f.population, _f.source).order_by(
            _f.municipality_code, _f.as_of
        )
    )
    found = [
        Figure(
            id=row.id,
            municipality=row.municipality_code,
            as_of=row.as_of,
            population=row.population,
            source=row.source,
        )
        for row in rows
    ]
    recorded = {each.municipality for each in found}
    shipped = await conn.execute(select(_m.code, _m.population).where(_m.population.is_not(None)))
    return found + [_shipped(row.code, row.population) for row in shipped if row.code not in recorded]


async def days(conn: AsyncConnection, codes: Iterable[str]) -> dict[str, date]:
    """The day of the figure that holds for each municipality; the shipped one's where no other is recorded."""
    rows = await conn.execute(
        select(_f.municipality_code, func.max(_f.as_of).label("day"))
        .where(_f.municipality_code.in_(list(codes)))
        .group_by(_f.municipality_code)
    )
    return {row.municipality_code: row.day for row in rows}


@by_system
async def set_figure(conn: AsyncConnection, actor: Actor, figure: Figure) -> None:
    """Record a figure, or put one of the same id right. Raises ForbiddenError, InvalidError."""
    require(actor, "territory.manage")
    if not 0 <= figure.population <= MOST:
        raise InvalidError(errors=(FieldError("population", "A number of people is expected."),))
    await _keep_shipped(conn, actor, figure.municipality)
    values = {
        "id": figure.id,
        "municipality_code": figure.municipality,
        "as_of": figure.as_of,
        "population": figure.population,
        "source": figure.source,
        "recorded_by": actor.id,
    }
    told = upsert(population_figure).values(values)
    again = {name: told.excluded[name] for name in ("as_of", "population", "source")}
    await conn.execute(told.on_conflict_do_update(index_elements=["id"], set_=again))
    await _settle(conn, figure.municipality)


@by_system
async def remove_figure(conn: AsyncConnection, actor: Actor, figure: Figure) -> None:
    """Take a figure away; the newest of the others holds again."""
    require(actor, "territory.manage")
    await conn.execute(delete(population_figure).where(_f.id == figure.id))
    await _settle(conn, figure.municipality)


async def with_newest(conn: AsyncConnection, edition: Iterable[Municipality]) -> tuple[Municipality, ...]:
    """The municipalities of an edition with the figures recorded here, which are newer than what ships."""
    rows = await conn.execute(_newest())
    known: dict[str, int] = {row.municipality_code: row.population for row in rows}
    return tuple(
        msgspec.structs.replace(each, population=known[each.code]) if each.code in known else each
        for each in edition
    )


async def _keep_shipped(conn: AsyncConnection, actor: Actor, code: str) -> None:
    """Before the first other figure, the shipped one becomes a row like any other."""
    there = select(_f.id).where(_f.municipality_code == code).exists()
    shipped = await conn.scalar(select(_m.population).where(_m.code == code, ~there))
    if shipped is not None:
        figure = _shipped(code, shipped)
        values = {
            "id": figure.id,
            "municipality_code": code,
            "as_of": figure.as_of,
            "population": shipped,
            "source": figure.source,
            "recorded_by": actor.id,
        }
        await conn.execute(insert(population_figure).values(values))


async def _settle(conn: AsyncConnection, code: str) -> None:
    newest = select(_f.population).where(_f.municipality_code == code).order_by(_f.as_of.desc()).limit(1)
    await conn.execute(
        update(municipality).where(_m.code == code).values(population=newest.scalar_subquery())
    )


def _newest() -> Select[Any]:
    return (
        select(_f.municipality_code, _f.population)
        .ext(distinct_on(_f.municipality_code))
        .order_by(_f.municipality_code, _f.as_of.desc())
    )


def _shipped(code: str, population: int) -> Figure:
    return Figure(
        id=uuid5(_SHIPPED, code),
        municipality=code,
        as_of=SHIPPED_DAY,
        population=population,
        source=SHIPPED_SOURCE,
    )
