"""Reading the territory. Names of municipalities are no secret: nothing here is scoped."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime
from typing import Any, cast
from uuid import UUID

import msgspec
from sqlalchemy import ARRAY, Row, Select, Text, any_, literal, select
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker.errors import NotFoundError
from asset_tracker.i18n import Lang
from asset_tracker.territory.collation import sort_key
from asset_tracker.territory.municipalities import Municipality
from asset_tracker.territory.points import ServicePoint
from asset_tracker.territory.search import MunicipalityIndex
from asset_tracker.territory.tables import codifier_edition, municipality, municipality_name, service_point
from asset_tracker.territory.translit import transliterate

_MUNICIPALITY = select(*(municipality.c[field] for field in Municipality.__struct_fields__))
_POINT = select(*(service_point.c[field] for field in ServicePoint.__struct_fields__))


class Edition(msgspec.Struct, frozen=True):
    """The edition of the codifier in force and when it was loaded (UTC)."""

    edition: date
    order: str
    loaded_at: datetime


async def edition_in_force(conn: AsyncConnection) -> Edition | None:
    """The newest edition loaded."""
    newest = select(codifier_edition).order_by(codifier_edition.c.edition.desc()).limit(1)
    row = (await conn.execute(newest)).one_or_none()
    return Edition(*row) if row else None


async def find_municipality(conn: AsyncConnection, code: str) -> Municipality | None:
    """The municipality with this code."""
    row = (await conn.execute(_MUNICIPALITY.where(municipality.c.code == code))).one_or_none()
    return _municipality_of(row) if row else None


async def get_municipality(conn: AsyncConnection, code: str) -> Municipality:
    """The municipality with this code. Raises NotFoundError."""
    found = await find_municipality(conn, code)
    if found is None:
        raise NotFoundError("No municipality has the code %(code)s", code=code[:40])
    return found


async def get_municipalities(conn: AsyncConnection, codes: Iterable[str]) -> dict[str, Municipality]:
    """Those of ``codes`` that exist, by code."""
    rows = await conn.execute(_MUNICIPALITY.where(municipality.c.code.in_(list(codes))))
    return {row.code: _municipality_of(row) for row in rows}


async def positions(
    conn: AsyncConnection, codes: Sequence[str]
) -> dict[str, tuple[float | None, float | None]]:
    """Latitude and longitude (degrees of WGS 84) of the municipalities of ``codes``, by code."""
    m = municipality.c
    # One array instead of a parameter for each of a thousand.
    wanted = select(m.code, m.lat, m.lon).where(m.code == any_(literal(list(codes), ARRAY(Text))))
    return {code: (lat, lon) for code, lat, lon in await conn.execute(wanted)}


async def list_municipalities(
    conn: AsyncConnection, *, oblast_code: str | None = None, with_gone: bool = False
) -> tuple[Municipality, ...]:
    """All municipalities, or those of an oblast, in Ukrainian order."""
    wanted: Select[Any] = _MUNICIPALITY.order_by(municipality.c.sort_key, municipality.c.code)
    if oblast_code:
        wanted = wanted.where(municipality.c.oblast_code == oblast_code)
    if not with_gone:
        wanted = wanted.where(~municipality.c.gone)
    return tuple(map(_municipality_of, await conn.execute(wanted)))


class Oblast(msgspec.Struct, frozen=True):
    """An oblast, or one of the two cities that are none, as a choice is called."""

    code: str
    uk: str
    en: str

    def name(self, lang: Lang) -> str:
        """In Ukrainian or English."""
        return self.en if lang == "en" else self.uk


async def list_oblasts(conn: AsyncConnection) -> tuple[Oblast, ...]:
    """All of them, in Ukrainian order."""
    m = municipality.c
    found = await conn.execute(select(m.oblast_code, m.oblast_uk).where(~m.gone).distinct())
    some = [Oblast(code, name, transliterate(name)) for code, name in found]
    return tuple(sorted(some, key=lambda each: sort_key(each.uk)))


async def names_as_of(conn: AsyncConnection, codes: Collection[str], day: date) -> dict[str, tuple[str, str]]:
    """The Ukrainian and English names in force on ``day``, by code; before the first that we know, the first."""
    n = municipality_name.c
    rows = await conn.execute(
        select(n.municipality_code, n.valid_from, n.name_uk, n.name_en)
        .where(n.municipality_code.in_(codes))
        .order_by(n.valid_from)
    )
    names: dict[str, tuple[str, str]] = {}
    for row in rows:
        if row.valid_from <= day or row.municipality_code not in names:
            names[row.municipality_code] = (row.name_uk, row.name_en)
    return names


# To make one takes 50 ms: a process that asks two databases in turns keeps both.
_KEPT = 2
_indexes: dict[Edition, MunicipalityIndex] = {}


async def municipality_index(conn: AsyncConnection) -> MunicipalityIndex:
    """The index over all municipalities; built once for an edition and kept in memory."""
    edition = await edition_in_force(conn)
    if edition is None:
        return MunicipalityIndex(())
    if edition not in _indexes:
        everything = await list_municipalities(conn, with_gone=True)
        while len(_indexes) >= _KEPT:
            del _indexes[next(iter(_indexes))]
        _indexes[edition] = MunicipalityIndex(everything, await _former_names(conn))
    return _indexes[edition]


async def _former_names(conn: AsyncConnection) -> dict[str, list[str]]:
    """What municipalities were called before, in both languages, by code."""
    n, m = municipality_name.c, municipality.c
    wanted = select(n.municipality_code, n.name_uk, n.name_en).join(
        municipality, m.code == n.municipality_code
    )
    found: dict[str, list[str]] = {}
    for code, uk, en in await conn.execute(wanted.where(n.name_uk != m.name_uk)):
        found.setdefault(code, []).extend((uk, en))
    return found


async def search_municipalities(
    conn: AsyncConnection, text: str, limit: int = 8, *, guess: bool = True
) -> tuple[Municipality, ...]:
    """Municipalities for what somebody typed so far, best first; without ``guess`` none that is only near."""
    return (await municipality_index(conn)).suggest(text, limit, guess=guess)


async def find_service_point(conn: AsyncConnection, point_id: UUID) -> ServicePoint | None:
    """The service point with this id."""
    row = (await conn.execute(_POINT.where(service_point.c.id == point_id))).one_or_none()
    return point_of(row) if row else None


async def get_service_point(conn: AsyncConnection, point_id: UUID) -> ServicePoint:
    """The service point with this id. Raises NotFoundError."""
    found = await find_service_point(conn, point_id)
    if found is None:
        raise NotFoundError("There is no such service point.")
    return found


async def get_service_points(conn: AsyncConnection, ids: Iterable[UUID]) -> dict[UUID, ServicePoint]:
    """Those of ``ids`` that exist, by id."""
    rows = await conn.execute(_POINT.where(service_point.c.id.in_(list(ids))))
    return {row.id: point_of(row) for row in rows}


async def list_service_points(conn: AsyncConnection, municipality_code: str) -> tuple[ServicePoint, ...]:
    """The service points of a municipality, in Ukrainian order."""
    wanted = _POINT.where(service_point.c.municipality_code == municipality_code)
    return tuple(
        map(point_of, await conn.execute(wanted.order_by(service_point.c.sort_key, service_point.c.id)))
    )


def _municipality_of(row: Row[Any]) -> Municipality:
    return Municipality(**cast("dict[str, Any]", dict(row._mapping)))  # noqa: SLF001 - SQLAlchemy's public mapping


def point_of(row: Row[Any]) -> ServicePoint:
    """The view of a row of ``service_point``."""
    return ServicePoint(**{field: getattr(row, field) for field in ServicePoint.__struct_fields__})
