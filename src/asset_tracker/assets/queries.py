"""Assets: read, always within the actor's scope."""

import contextlib
from collections.abc import Iterator, Sequence
from decimal import Decimal
from functools import lru_cache, partial
from typing import Any, Final, NamedTuple
from uuid import UUID

import msgspec
from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Integer,
    ScalarSelect,
    Select,
    String,
    Text,
    Uuid,
    and_,
    bindparam,
    cast,
    exists,
    func,
    literal_column,
    or_,
    select,
)
from sqlalchemy.dialects.postgresql import JSONB, aggregate_order_by
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker.access import scope
from asset_tracker.access.actors import Actor, nameless
from asset_tracker.access.permissions import may, recorded_by, require
from asset_tracker.assets import rules
from asset_tracker.assets.attributes import OWN, Catalogue
from asset_tracker.assets.catalogue import get_catalogue, has
from asset_tracker.assets.catalogue import lacks as asked_for
from asset_tracker.assets.ordering import HERE, NEWEST, SORTABLE, beyond, order_of, too_many
from asset_tracker.assets.places import EXACT, Coarse, blur_row, blur_state
from asset_tracker.assets.sensitivity import coarse, located, pointed
from asset_tracker.assets.sought import answers, sought
from asset_tracker.assets.views import AssetPage, AssetRow, AssetView, DisputeView, Filters, Funding
from asset_tracker.assets.waits import MISSING, WAITS, lacks, waits_for
from asset_tracker.db.at_once import Asking, connected
from asset_tracker.db.hot import Hot, Row
from asset_tracker.db.prefixes import begins
from asset_tracker.errors import NotFoundError
from asset_tracker.i18n import gettext
from asset_tracker.ledger.areas import in_area
from asset_tracker.ledger.state import State
from asset_tracker.ledger.tables import GONE, UNUSUAL, asset, asset_share, tag
from asset_tracker.ledger.tags import parse_tag
from asset_tracker.programmes.tables import party, programme
from asset_tracker.territory.tables import municipality, service_point
from asset_tracker.territory.translit import transliterate

MAX_PAGE = 200
_SHORTEST_ID: Final = 32
_a = asset.c
_here, _there = HERE, municipality.alias("there")
_PLACED = asset.outerjoin(_here, _here.c.code == func.coalesce(_a.municipality_code, _a.destination_code))
ROWS = select(
    asset,
    _here.c.name_uk.label("here_uk"),
    _here.c.name_en.label("here_en"),
    _here.c.oblast_uk.label("here_oblast"),
).select_from(_PLACED)
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
_LISTED: Final = select(*_SHOWN, _here.c.oblast_uk.label("oblast")).select_from(_PLACED)


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
        shape = Filters(stage=given.pop("stage", None), condition=given.pop("condition", None))
        wanted = _page_with(nameless(actor), frozenset(given), shape, going_on=after is not None)
        found = await wanted.all(asking, **given, after=after, most=limit + 1)
        items = [_shown(row) for row in found]
        items.sort(key=lambda each: each.id, reverse=True)
        return AssetPage(tuple(items[:limit]), items[limit - 1].id if len(items) > limit else None)
    async with connected(asking) as conn:
        rows, following, known = await page_of_rows(
            conn, actor, filters, after=after, limit=limit, sort=sort, of=_LISTED
        )
        return AssetPage(tuple(_told(_shown(row[:-1]), row.oblast, known) for row in rows), following)


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
    wanted = select(*_SHOWN).select_from(_PLACED)
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
    where = await reached(conn, actor, filters, known)
    if not order.indexed and await count_upto(conn, where, SORTABLE) > SORTABLE:
        raise too_many(sort)
    wanted = of.where(*where)
    if after is not None:
        wanted = wanted.where(await beyond(conn, order, after))
    rows = (await conn.execute(wanted.order_by(*order.by).limit(limit + 1))).all()
    return rows[:limit], rows[limit - 1].id if len(rows) > limit else None, known


async def reached(
    conn: AsyncConnection, actor: Actor, filters: Filters, known: Coarse
) -> list[ColumnElement[bool]]:
    """The conditions on the asset table that leave what is in reach and answers to the filters."""
    fields = await get_catalogue(conn) if filters.q or filters.missing else Catalogue()
    others = msgspec.structs.replace(filters, q=None)
    where = [scope.assets(actor), *conditions(others, known, fields)]
    if filters.q and (text := filters.q.strip()[:200]):
        where.append(await sought(conn, text, fields))
    return where


async def count_upto(conn: AsyncConnection, where: Sequence[ColumnElement[bool]], most: int) -> int:
    """How many assets the conditions let through; ``most`` + 1 where it is more."""
    some = select(_a.id).select_from(asset).where(*where).limit(most + 1).subquery()
    return (await conn.execute(select(func.count()).select_from(some))).scalar_one()


async def count_assets(conn: AsyncConnection, actor: Actor, filters: Filters) -> int:
    """How many assets in reach the filters let through."""
    require(actor, "asset.read")
    known = await coarse(conn, actor)
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
    found = await _seen(actor, by_tag=False).first(conn, named=asset_id)
    if found is None:
        raise NotFoundError
    return await _whole(conn, actor, found)


async def look_up(asking: Asking, actor: Actor, reference: str) -> AssetView:
    """``find_asset`` and ``get_asset`` in one. Raises TagError, NotFoundError."""
    require(actor, "asset.read")
    named, by_tag = _named(reference)
    found = await _seen(actor, by_tag=by_tag).first(asking, named=named)
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
    return NotFoundError("There is no asset %(asset)s, or it is not yours to see.", asset=reference[:40])


def _seen(actor: Actor, *, by_tag: bool) -> Hot:
    """The question for one asset that is in the actor's reach, ``named`` by its tag or its id."""
    return _seen_with(nameless(actor), by_tag=by_tag)


@lru_cache(maxsize=1000)
def _seen_with(actor: Actor, *, by_tag: bool) -> Hot:
    if by_tag:
        tagged = select(tag.c.asset_id).where(tag.c.tag == bindparam("named", type_=Text, required=False))
        named: ColumnElement[bool] = _a.id.in_(tagged)
    else:
        named = _a.id == bindparam("named", type_=Uuid, required=False)
    return Hot(_view(scope.donors(actor)).where(named, scope.assets(actor)))


async def _whole(asking: Asking, actor: Actor, found: Row) -> AssetView:
    row = _shown(found[: len(_SHOWN)])
    more = _More(*found[len(_SHOWN) :])
    # Most are neither a kit nor part of one, most readers are told everything, and asking is felt where
    # somebody scans one after the other.
    if not (row.is_kit or row.kit or actor.has("donor")):
        return _asset_view(actor, row, more, [], EXACT)
    async with connected(asking) as conn:
        known = await coarse(conn, actor)
        related = await _related(conn, actor, row, known) if row.is_kit or row.kit else []
        return _asset_view(actor, row, more, related, known)


_shares = msgspec.json.Decoder(tuple[tuple[UUID, str, str, Decimal], ...]).decode
_as_state = msgspec.json.Decoder(State).decode


class _More(NamedTuple):
    """What ``_view`` asks beside ``_SHOWN``; ``state`` and ``funding`` as JSON text."""

    state: str
    head_hash: bytes
    head_seq: int
    here_oblast: str | None
    p_code: str | None
    p_uk: str | None
    p_en: str | None
    s_uk: str | None
    s_en: str | None
    there_uk: str | None
    there_en: str | None
    funding: str | None


def _view(donors: tuple[UUID, ...] | None) -> Select[Any]:
    p, s, t = programme.c, service_point.c, _there.c
    asked = (cast(_a.state, Text), _a.head_hash, _a.head_seq, _here.c.oblast_uk)
    named = (p.code, p.name_uk, p.name_en, s.name_uk, s.name_en, t.name_uk, t.name_en)
    columns = (*_SHOWN, *asked, *named, cast(_funding(donors), Text))
    return (
        select(*(column.label(f"c{n}") for n, column in enumerate(columns)))
        .select_from(_PLACED)
        .outerjoin(programme, p.id == _a.programme_id)
        .outerjoin(service_point, s.id == _a.service_point_id)
        .outerjoin(_there, t.code == _a.destination_code)
    )


async def _related(conn: AsyncConnection, actor: Actor, row: AssetRow, known: Coarse) -> list[AssetRow]:
    """The kit that it is in, and the components that it has."""
    wanted = ROWS.where(or_(_a.kit_id == row.id, _a.id == row.kit), scope.assets(actor))
    return [asset_row(each, known) for each in await conn.execute(wanted.order_by(_a.line, _a.id))]


def _funding(donors: tuple[UUID, ...] | None) -> ScalarSelect[Any]:
    """Who paid for it, the largest share first: all donors (None) or only those."""
    s = asset_share.c
    told = func.jsonb_build_array(s.donor_id, party.c.name_uk, party.c.name_en, cast(s.percent, String))
    shares = select(func.jsonb_agg(aggregate_order_by(told, s.percent.desc(), party.c.name_en)))
    shares = shares.join_from(asset_share, party, party.c.id == s.donor_id).where(s.asset_id == _a.id)
    if donors is not None:
        shares = shares.where(s.donor_id.in_(donors))
    return shares.correlate(asset).scalar_subquery()


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
    return _told(shown, row.here_oblast, known)


def _told(row: AssetRow, oblast: str | None, known: Coarse) -> AssetRow:
    """The row as its reader may know it; ``oblast``: where the asset is."""
    return blur_row(row, known[row.id], _oblast(oblast)) if known.of else row


def _oblast(name: str | None) -> tuple[str, str] | None:
    """An oblast as people call it, in Ukrainian and English."""
    if name is None:
        return None
    say = "%(oblast)s oblast"
    return gettext("uk", say, oblast=name), gettext("en", say, oblast=transliterate(name))


def _asset_view(
    actor: Actor, row: AssetRow, more: _More, related: list[AssetRow], known: Coarse
) -> AssetView:
    precise = known[row.id]
    state = blur_state(_as_state(more.state), precise)
    mine = recorded_by(actor)
    offered = tuple(kind for kind in rules.actions(state) if kind in mine)
    return AssetView(
        row=_told(row, more.here_oblast, known),
        state=state if may(actor, "people.read") else _without_people(state),
        head=more.head_hash.hex(),
        events=more.head_seq,
        destination_uk=None if precise == "oblast" else more.there_uk,
        destination_en=None if precise == "oblast" else more.there_en,
        service_point_uk=more.s_uk if precise == "exact" else None,
        service_point_en=more.s_en if precise == "exact" else None,
        programme_code=more.p_code,
        programme_uk=more.p_uk,
        programme_en=more.p_en,
        kit=next((each for each in related if each.id == row.kit), None),
        components=tuple(each for each in related if each.kit == row.id),
        funding=tuple(Funding(*each) for each in _shares(more.funding)) if more.funding else (),
        disputes=tuple(DisputeView(d.events, d.reason) for d in state.disputes),
        actions=offered,
        may_correct=may(actor, "event.correct"),
    )


def _without_people(state: State) -> State:
    return msgspec.structs.replace(state, room=None, shares=())


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
    if filters.stage not in (None, "gone"):
        found.append(_a.gone_reason.is_(None))
    if filters.condition not in (None, "working"):
        found.append(UNUSUAL)
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
