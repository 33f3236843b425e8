"""The columns that a list of assets can show: their names, and what stands in them.

``attributes.NAME`` is what is said of an asset under that name, such as ``attributes.imei``.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final
from uuid import UUID

import msgspec
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker.access import scope
from asset_tracker.access.actors import Actor
from asset_tracker.assets.ordering import NEWEST
from asset_tracker.assets.places import PLACES
from asset_tracker.assets.queries import asset_row, page_of_rows, tags_of
from asset_tracker.assets.views import AssetRow, Filters, Funding
from asset_tracker.errors import FieldError, InvalidError
from asset_tracker.ledger.tables import asset_share
from asset_tracker.programmes.tables import party, programme
from asset_tracker.territory.queries import get_service_points

ATTRIBUTE: Final = "attributes."
_ATTRIBUTE: Final = re.compile(r"attributes\.[a-z][a-z0-9_]{0,40}")
# What stands in the row of the database as it is shown.
_PLAIN: Final = (
    "inventory_number",
    "use",
    "acquired_on",
    "warranty_until",
    "delivered_at",
    "accepted_at",
    "installed_at",
    "verified_at",
    "maintained_at",
)
COLUMNS: Final[tuple[str, ...]] = (
    "tag",
    "name",
    "category",
    "model",
    "serial",
    "quantity",
    "programme",
    "consignment",
    "municipality",
    "oblast",
    "service_point",
    "stage",
    "condition",
    "title",
    "unit_price",
    "value",
    "donors",
    "kit",
    *_PLAIN,
    "changed_at",
)
USUAL: Final = ("name", "serial", "municipality", "stage", "condition", "tag")


class Listed(msgspec.Struct, frozen=True):
    """One line of a list: the asset, and by column what its row does not say."""

    row: AssetRow
    more: dict[str, Any]


class ListedPage(msgspec.Struct, frozen=True):
    """One page of a list; ``next`` is what to pass as ``after``."""

    items: tuple[Listed, ...]
    next: UUID | None


def check_columns(names: Sequence[str]) -> None:
    """Raise InvalidError for a column that there is none of."""
    wrong = [name for name in names if name not in COLUMNS and not _ATTRIBUTE.fullmatch(name)]
    if wrong:
        told = FieldError(
            "columns", "There is no column %(name)s.", {"name": wrong[0][:60]}, ", ".join(COLUMNS)
        )
        raise InvalidError(errors=(told,))


async def list_columns(
    conn: AsyncConnection,
    actor: Actor,
    filters: Filters,
    columns: Sequence[str],
    *,
    after: UUID | None = None,
    limit: int = 50,
    sort: str = NEWEST,
) -> ListedPage:
    """A page of assets in reach with what these columns show. Raises what ``queries.list_assets`` raises."""
    check_columns(columns)
    rows, following, known = await page_of_rows(conn, actor, filters, after=after, limit=limit, sort=sort)
    lines = [(row, asset_row(row, known)) for row in rows]
    fetched = {
        name: await fetch(conn, actor, [shown for _, shown in lines])
        for name, fetch in _FETCHED.items()
        if name in columns
    }
    items = [Listed(shown, _more(row, shown, columns, fetched)) for row, shown in lines]
    return ListedPage(tuple(items), following)


def _more(
    row: Any, shown: AssetRow, columns: Sequence[str], fetched: Mapping[str, Mapping[UUID, Any]]
) -> dict[str, Any]:
    found: dict[str, Any] = {name: of.get(shown.id) for name, of in fetched.items()}
    for name in columns:
        if name in _PLAIN:
            found[name] = getattr(row, name)
        elif name == "oblast":
            found[name] = row.here_oblast
        elif name == "value":
            found[name] = None if row.unit_price is None else row.unit_price * row.quantity
        elif name.startswith(ATTRIBUTE):
            # Where a place is not told, neither is what the importer wrote of it.
            word = name.removeprefix(ATTRIBUTE)
            hidden = shown.precision != "exact" and word in PLACES
            found[name] = None if hidden else row.state.get("attributes", {}).get(word)
    return found


async def _programmes(conn: AsyncConnection, _actor: Actor, rows: Sequence[AssetRow]) -> dict[UUID, Any]:
    ids = {row.programme for row in rows if row.programme}
    p = programme.c
    codes = {each.id: each.code for each in await conn.execute(select(p.id, p.code).where(p.id.in_(ids)))}
    return {row.id: codes.get(row.programme) for row in rows}


async def _points(conn: AsyncConnection, _actor: Actor, rows: Sequence[AssetRow]) -> dict[UUID, Any]:
    known = await get_service_points(conn, {row.service_point for row in rows if row.service_point})
    return {row.id: known.get(row.service_point) for row in rows if row.service_point}


async def _kits(conn: AsyncConnection, _actor: Actor, rows: Sequence[AssetRow]) -> dict[UUID, Any]:
    tags = await tags_of(conn, [row.kit for row in rows if row.kit])
    return {row.id: tags.get(row.kit) for row in rows if row.kit}


async def _donors(conn: AsyncConnection, actor: Actor, rows: Sequence[AssetRow]) -> dict[UUID, Any]:
    s = asset_share.c
    wanted = (
        select(
            s.asset_id,
            s.donor_id,
            func.coalesce(party.c.short_name, party.c.name_uk).label("name_uk"),
            func.coalesce(party.c.short_name, party.c.name_en).label("name_en"),
            s.percent,
        )
        .join(party, party.c.id == s.donor_id)
        .where(s.asset_id.in_([row.id for row in rows]))
        .order_by(s.percent.desc(), party.c.name_en)
    )
    only = scope.donors(actor)
    if only is not None:
        wanted = wanted.where(s.donor_id.in_(only))
    found: dict[UUID, list[Funding]] = {}
    for each in await conn.execute(wanted):
        share = Funding(each.donor_id, each.name_uk, each.name_en, each.percent)
        found.setdefault(each.asset_id, []).append(share)
    return found


_FETCHED: Final[dict[str, Callable[..., Any]]] = {
    "programme": _programmes,
    "service_point": _points,
    "kit": _kits,
    "donors": _donors,
}
