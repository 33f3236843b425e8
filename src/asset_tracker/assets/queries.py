"""Assets: read, always within the actor's scope."""

import contextlib
from collections.abc import Iterator, Sequence
from functools import lru_cache, partial
from typing import Any, Final
from uuid import UUID

import msgspec
from sqlalchemy import (
    ARRAY,
    BindParameter,
    Case,
    ColumnElement,
    Integer,
    Select,
    Uuid,
    and_,
    any_,
    bindparam,
    exists,
    func,
    literal,
    literal_column,
    or_,
    select,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql.expression import False_, True_

from asset_tracker.access import scope
from asset_tracker.access.actors import Actor, nameless
from asset_tracker.access.permissions import require
from asset_tracker.assets.attributes import OWN, Catalogue
from asset_tracker.assets.catalogue import get_catalogue, has
from asset_tracker.assets.catalogue import lacks as asked_for
from asset_tracker.assets.ordering import HERE, NEWEST, mark_of, order_of
from asset_tracker.assets.paging import Found, asking_for, count_upto, ids_of_page
from asset_tracker.assets.places import EXACT, Coarse
from asset_tracker.assets.seen import PLACED, Seen, as_state, as_told, row_of, seen, view_of
from asset_tracker.assets.sensitivity import coarse, located, pointed
from asset_tracker.assets.sought import Enough, answers, count_some, sought
from asset_tracker.assets.standing import told
from asset_tracker.assets.views import AssetPage, AssetRow, AssetView, Filters
from asset_tracker.assets.waits import MISSING, WAITS, lacks, waits_for
from asset_tracker.db.at_once import Asking, connected
from asset_tracker.db.hot import Hot, Row
from asset_tracker.db.prefixes import begins
from asset_tracker.errors import NotFoundError
from asset_tracker.ledger.areas import in_area
from asset_tracker.ledger.tables import GONE, UNFINISHED, UNTRANSFERRED, UNUSUAL, asset, asset_share, tag
from asset_tracker.ledger.tags import parse_tag

MAX_PAGE = 200
_TYPED: Final = 12_000  # so many that answer to a word are sorted
_SHORTEST_ID: Final = 32
_a = asset.c
_here = HERE
ROWS = select(
    asset,
    _here.c.name_uk.label("here_uk"),
    _here.c.name_en.label("here_en"),
    _here.c.oblast_uk.label("here_oblast"),
).select_from(PLACED)
# What is shown of each asset everywhere, by the names of ``AssetRow``.
_COLUMNS: Final[dict[str, ColumnElement[Any]]] = {
    **{
        name: _a[name]
        for name in (
            "id", "tag", "category", "name_uk", "name_en", "manufacturer", "model", "serial", "quantity", "line",
            "is_kit", "place", "stage", "condition", "title", "gone_reason", "disputed", "unit_price", "currency",
            "changed_at",
        )
    },
    "programme": _a.programme_id,
    "consignment": _a.consignment_id,
    "kit": _a.kit_id,
    "destination": _a.destination_code,
    "municipality": _a.municipality_code,
    "municipality_uk": _here.c.name_uk,
    "municipality_en": _here.c.name_en,
    "service_point": _a.service_point_id,
    "attributes": literal_column("coalesce(asset.state -> 'attributes', '{}')", JSONB),
}  # fmt: skip
_NAMES: Final = tuple(_COLUMNS)
_SHOWN: Final = tuple(column.label(name) for name, column in _COLUMNS.items())
_LISTED: Final = select(*_SHOWN, _here.c.oblast_uk.label("oblast")).select_from(PLACED)


async def list_assets(
    asking: Asking,
    actor: Actor,
    filters: Filters,
    *,
    after: UUID | None = None,
    limit: int = 50,
    sort: str = NEWEST,
) -> AssetPage:
    """A page of the assets in reach, newest first or as ``ordering`` names it; ``limit`` is cut to 200.

    Raises InvalidError for an order there is none of, or for which too many assets are asked for.
    """
    limit = max(1, min(limit, MAX_PAGE))
    if sort == NEWEST and not actor.has("donor") and (given := _given(filters)).keys() <= _PLAIN:
        require(actor, "asset.read")
        shape = Filters(**{name: given.pop(name, None) for name in ("stage", "condition", "title")})
        wanted = _page_with(nameless(actor), frozenset(given), shape, going_on=after is not None)
        found = await wanted.all(asking, **given, after=after, most=limit + 1)
        items = [_shown(row) for row in found]
        items.sort(key=lambda each: each.id, reverse=True)
        return AssetPage(tuple(items[:limit]), items[limit - 1].id if len(items) > limit else None)
    async with connected(asking) as conn:
        rows, following, known = await page_of_rows(
            conn, actor, filters, after=after, limit=limit, sort=sort, of=_LISTED
        )
        return AssetPage(tuple(as_told(_shown(row[:-1]), row.oblast, known) for row in rows), following)


# Filters that compare a column with what is asked for, and need to know nothing else first.
_PLAIN: Final = {"programme", "consignment", "municipality", "category", "stage", "condition", "title", "disputed", "kit"}  # fmt: skip


def _given(filters: Filters) -> dict[str, Any]:
    return {
        name: value for name, value in msgspec.structs.asdict(filters).items() if value not in (None, (), "")
    }


@lru_cache(maxsize=1000)
def _page_with(actor: Actor, given: frozenset[str], shape: Filters, *, going_on: bool) -> Hot:
    """The question for a page, newest first; the values of the filters that are ``given``, and of ``most``, are
    named later, those of ``shape`` (words of which the question depends) are not.
    """
    held: dict[str, Any] = {name: bindparam(name, required=False) for name in given}
    wanted = select(*_SHOWN).select_from(PLACED)
    wanted = wanted.where(scope.assets(actor), *conditions(msgspec.structs.replace(shape, **held)))
    if going_on:
        wanted = wanted.where(_a.id < bindparam("after", type_=Uuid, required=False))
    return Hot(wanted.order_by(_a.id.desc()).limit(bindparam("most", type_=Integer, required=False)))


async def page_of_rows(
    conn: AsyncConnection,
    actor: Actor,
    filters: Filters,
    *,
    after: UUID | None = None,
    limit: int = 50,
    sort: str = NEWEST,
    of: Select[Any] = ROWS,
) -> tuple[Sequence[Any], UUID | None, Coarse]:
    """The rows ``of`` such a page, what to pass as ``after`` for the next, and what may be told of them."""
    require(actor, "asset.read")
    limit = max(1, min(limit, MAX_PAGE))
    order = order_of(sort)
    known = await coarse(conn, actor)
    enough = Enough(limit + 1, after) if order.value is None else None
    where = await reached(conn, actor, filters, known, enough, most=0 if enough else _TYPED)
    if isinstance(where[-1], False_):
        return (), None, known
    number = None if order.value is None else await told(conn, actor, filters, known)
    mark = await mark_of(conn, order, after)
    async with asking_for(conn, actor, filters):
        how = Found(
            number=number,
            together=order.word.endswith("name") and filters.category is not None,
            dear=isinstance(where[-1], Case),
            listed=bool(_typed(filters)),
        )
        ids = await ids_of_page(conn, where, order, mark, limit + 1, how)
    found = await conn.execute(
        of.where(_a.id == any_(literal(ids[:limit], ARRAY(Uuid))), scope.assets(actor))
    )
    rows = {row.id: row for row in found}
    return (
        [rows[each] for each in ids[:limit] if each in rows],
        ids[limit - 1] if len(ids) > limit else None,
        known,
    )


async def reached(
    conn: AsyncConnection,
    actor: Actor,
    filters: Filters,
    known: Coarse,
    enough: Enough | None = None,
    *,
    most: int = 0,
) -> list[ColumnElement[bool]]:
    """The conditions on the asset table that leave what is in reach and answers to the filters.

    ``enough``: they may leave out what is not needed for so many; ``most``: so many are to be sorted (``sought``).
    """
    fields = await get_catalogue(conn) if filters.q or filters.missing else Catalogue()
    where = _besides(actor, filters, known, fields)
    if text := _typed(filters):
        where.append(await sought(conn, text, fields, enough if _is_all(where) else None, most=most))
    return where


def _typed(filters: Filters) -> str:
    return (filters.q or "").strip()[:200]


def _besides(actor: Actor, filters: Filters, known: Coarse, fields: Catalogue) -> list[ColumnElement[bool]]:
    """The conditions beside what was typed."""
    return [scope.assets(actor), *conditions(msgspec.structs.replace(filters, q=None), known, fields)]


def _is_all(where: Sequence[ColumnElement[bool]]) -> bool:
    return len(where) == 1 and isinstance(where[0], True_)


async def count_reached(
    conn: AsyncConnection, actor: Actor, filters: Filters, known: Coarse, most: int
) -> int:
    """How many assets are in reach and answer to the filters; ``most`` + 1 where it is more."""
    if (text := _typed(filters)) and _is_all(
        _besides(actor, filters, known, fields := await get_catalogue(conn))
    ):
        found = await count_some(conn, text, fields, most)
        if found is not None:
            return found
    where = await reached(conn, actor, filters, known)
    async with asking_for(conn, actor, filters):
        return await count_upto(conn, where, most)


async def count_assets(conn: AsyncConnection, actor: Actor, filters: Filters) -> int:
    """How many assets in reach the filters let through."""
    require(actor, "asset.read")
    known = await coarse(conn, actor)
    kept = await told(conn, actor, filters, known)
    if kept is not None:
        return kept
    counted = select(func.count()).select_from(asset)
    counted = counted.where(scope.assets(actor), *conditions(filters, known))
    return (await conn.execute(counted)).scalar_one()


async def find_asset(conn: AsyncConnection, actor: Actor, reference: str) -> UUID:
    """The asset that a tag (any form, replaced ones too) or an id names. Raises TagError, NotFoundError."""
    require(actor, "asset.read")
    named, by_tag = _named(reference)
    tagged = select(tag.c.asset_id).where(tag.c.tag == named)
    found = await conn.scalar(
        select(_a.id).where(_a.id.in_(tagged) if by_tag else _a.id == named, scope.assets(actor))
    )
    if found is None:
        raise _no_asset(reference)
    return UUID(str(found))


async def tags_of(conn: AsyncConnection, ids: Sequence[UUID]) -> dict[UUID, str]:
    """The tags of those of ``ids`` that are assets; a tag says nothing to whom the asset is not in reach."""
    return {row.id: row.tag for row in await conn.execute(select(_a.id, _a.tag).where(_a.id.in_(ids)))}


async def get_asset(conn: AsyncConnection, actor: Actor, asset_id: UUID) -> AssetView:
    """Everything about one asset in reach. Raises NotFoundError."""
    require(actor, "asset.read")
    found = await seen(actor, "id").first(conn, named=asset_id)
    if found is None:
        raise NotFoundError
    return await _whole(conn, actor, found)


async def look_up(asking: Asking, actor: Actor, reference: str) -> AssetView:
    """``find_asset`` and ``get_asset`` in one. Raises TagError, NotFoundError."""
    require(actor, "asset.read")
    named, by_tag = _named(reference)
    found = await seen(actor, "tag" if by_tag else "id").first(asking, named=named)
    if found is None and by_tag:
        found = await seen(actor, "old tag").first(asking, named=named)
    if found is None:
        raise _no_asset(reference)
    return await _whole(asking, actor, found)


def _named(reference: str) -> tuple[UUID | str, bool]:
    """The id, or the tag and that it is one."""
    if len(reference) >= _SHORTEST_ID:
        with contextlib.suppress(ValueError):
            return UUID(reference), False
    return parse_tag(reference), True


def _no_asset(reference: str) -> NotFoundError:
    return NotFoundError("There is no asset %(asset)s, or you may not see it.", asset=reference[:40])


async def _whole(asking: Asking, actor: Actor, found: Row) -> AssetView:
    it = Seen(*found)
    state = as_state(it.state)
    row = row_of(it, state)
    # Most are neither a kit nor part of one, most readers are told everything, and asking is felt where
    # somebody scans one after the other.
    if not (row.is_kit or row.kit or actor.has("donor")):
        return view_of(actor, it, state, row, [], EXACT)
    async with connected(asking) as conn:
        known = await coarse(conn, actor)
        related = await _related(conn, actor, row, known) if row.is_kit or row.kit else []
        return view_of(actor, it, state, row, related, known)


async def _related(conn: AsyncConnection, actor: Actor, row: AssetRow, known: Coarse) -> list[AssetRow]:
    """The kit that it is in, and the components that it has."""
    wanted = ROWS.where(or_(_a.kit_id == row.id, _a.id == row.kit), scope.assets(actor))
    return [asset_row(each, known) for each in await conn.execute(wanted.order_by(_a.line, _a.id))]


def _shown(row: Row) -> AssetRow:
    """The view of a row of ``_SHOWN``."""
    return AssetRow(**dict(zip(_NAMES, row, strict=True)))


def asset_row(row: Any, known: Coarse = EXACT) -> AssetRow:
    """The view of one database row of ``ROWS``; ``known``: of which assets the reader is told less."""
    shown = AssetRow(
        id=row.id,
        tag=row.tag,
        category=row.category,
        name_uk=row.name_uk,
        name_en=row.name_en,
        manufacturer=row.manufacturer,
        model=row.model,
        serial=row.serial,
        quantity=row.quantity,
        programme=row.programme_id,
        consignment=row.consignment_id,
        line=row.line,
        kit=row.kit_id,
        is_kit=row.is_kit,
        destination=row.destination_code,
        municipality=row.municipality_code,
        municipality_uk=row.here_uk,
        municipality_en=row.here_en,
        service_point=row.service_point_id,
        place=row.place,
        stage=row.stage,
        condition=row.condition,
        title=row.title,
        gone_reason=row.gone_reason,
        disputed=row.disputed,
        unit_price=row.unit_price,
        currency=row.currency,
        changed_at=row.changed_at,
        attributes=row.state.get("attributes") or {},
    )
    return as_told(shown, row.here_oblast, known)


def conditions(
    filters: Filters,
    known: Coarse = EXACT,
    fields: Catalogue = Catalogue(),  # noqa: B008 - it is frozen
) -> list[ColumnElement[bool]]:
    """The filters as conditions on the asset table; scope is apart from them.

    A place that the reader may not know (``known``) is not found by asking for it either.
    """
    equal = {
        "programme": _a.programme_id,
        "consignment": _a.consignment_id,
        "service_point": _a.service_point_id,
        "category": _a.category,
        "stage": _a.stage,
        "condition": _a.condition,
        "title": _a.title,
        "disputed": _a.disputed,
        "kit": _a.kit_id,
        "is_kit": _a.is_kit,
    }
    found: list[ColumnElement[bool]] = [
        column == value for name, column in equal.items() if (value := getattr(filters, name)) is not None
    ]
    if filters.service_point:
        found.append(pointed(known))
    if _asked(filters.municipality):
        found.append(located(known))
        found.append(in_area(lambda column: column == filters.municipality))
    if filters.oblast:
        found.append(in_area(partial(begins, prefix=filters.oblast)))
    if filters.q and filters.q.strip():
        found.append(answers(filters.q.strip()[:200], fields))
    if lacking := fields.attributes.get((filters.missing or "").removeprefix(OWN)):
        found.append(and_(_a.gone_reason.is_(None), _a.delivered_at.is_not(None), asked_for(lacking, fields)))
    # What every row of these has besides, in the words of the indexes that hold them.
    if filters.stage is not None:
        found.append(GONE if filters.stage == "gone" else _a.gone_reason.is_(None))
    if filters.stage not in (None, "gone", "in_service"):
        found.append(UNFINISHED)
    if filters.condition not in (None, "working"):
        found.append(UNUSUAL)
    if filters.title not in (None, "municipality"):
        found.append(UNTRANSFERRED)
    found += [has(key, value) for key, _, value in (each.partition(":") for each in filters.fields)]
    return [*found, *_sorts(filters)]


def _asked(value: Any) -> bool:
    """Whether it is asked for; what will be named later counts."""
    return isinstance(value, BindParameter) or bool(value)


def _sorts(filters: Filters) -> Iterator[ColumnElement[bool]]:
    if filters.donor:
        s = asset_share.c
        yield exists(select(s.asset_id).where(s.asset_id == _a.id, s.donor_id == filters.donor))
    if filters.gone is not None:
        yield GONE if filters.gone else _a.gone_reason.is_(None)
    if filters.waits in WAITS:
        yield waits_for(filters.waits)
    if filters.missing in MISSING:
        yield lacks(filters.missing)
