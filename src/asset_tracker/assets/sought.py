"""Assets by a word that somebody typed: of their names, fields, serial number or tag."""

import contextlib
import re
from collections.abc import Iterator
from typing import Final, NamedTuple
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    Select,
    Text,
    Uuid,
    and_,
    any_,
    case,
    false,
    func,
    join,
    literal,
    or_,
    select,
    true,
    union,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker.assets.attributes import Catalogue
from asset_tracker.assets.catalogue import matches
from asset_tracker.db.wall import by_system
from asset_tracker.ledger.letters import holds, likely, words_of
from asset_tracker.ledger.serials import serial_key
from asset_tracker.ledger.tables import NAME_SOUGHT, NAMES_KEY, asset, asset_name, tag
from asset_tracker.ledger.tags import TagError, parse_tag

# So many assets are looked up one by one; so many of one page are begun by each of the names that a word is in.
_FEW, _STEPS, _NAMES, _WORDS = 4000, 2000, 1000, 6
# So many of the newest are looked at to learn whether a text is in a good part of all.
_NEWEST, _COMMON = 500, 40
# Somebody is about to write a tag.
_BEGUN: Final = re.compile(r"[0-9A-HJKMNP-TV-Z]{4,7}")
_a = asset.c


class Enough(NamedTuple):
    """That so ``many`` will do, the newest of those that are older than ``after``."""

    many: int
    after: UUID | None = None


async def sought(
    conn: AsyncConnection, text: str, fields: Catalogue, enough: Enough | None = None, *, most: int = 0
) -> ColumnElement[bool]:
    """The condition on the asset table that finds what ``answers`` finds, as quickly as it can be found now.

    ``enough``: of somebody whom nothing is kept from, who asks for nothing besides. ``most``: so many are to be found
    whatever the order; of more it is a CASE, good for looking through others.
    """
    few = await _meant(conn, text, fields, enough, most or _FEW)
    if few is None:
        return _among_many(text, fields)
    return _a.id == any_(literal(few, ARRAY(Uuid))) if few else false()


@by_system
async def count_some(conn: AsyncConnection, text: str, fields: Catalogue, most: int) -> int | None:
    """How many assets anywhere answer to it, ``most`` + 1 where it is more; None where that is not soon told.

    For somebody whom nothing is kept from.
    """
    names = await _names(conn, text)
    if names is None:
        return None
    await conn.exec_driver_sql(_NOW)
    every = union(_told_otherwise(text, fields, most + 1), _bearing(names, most + 1)).subquery()
    some = select(every).limit(most + 1).subquery()
    return (await conn.execute(select(func.count()).select_from(some))).scalar_one()


@by_system
async def _meant(
    conn: AsyncConnection, text: str, fields: Catalogue, enough: Enough | None, most: int
) -> list[UUID] | None:
    """The assets anywhere that may be meant, if they are few; None of many, which are found without this.

    Who asks sees those of them that are within the wall.
    """
    names = await _names(conn, text)
    if names is None:
        return None
    await conn.exec_driver_sql(_NOW)
    if len(names) * (enough.many if enough else most) > _STEPS and await _is_common(conn, text, fields):
        return None
    found = list(await conn.scalars(_told_otherwise(text, fields, most + 1)))
    if enough and len(found) <= most:
        return found + list(await conn.scalars(_bearing(names, enough.many, newest=enough)))
    found += await conn.scalars(_bearing(names, most + 1))
    return found if len(found) <= most else None


# A plan for any text at all reads the whole table; what a text is worth is known when it is known.
_NOW: Final = "SET LOCAL plan_cache_mode TO force_custom_plan"


async def _names(conn: AsyncConnection, text: str) -> list[int] | None:
    """The keys of the names that hold the words; None of very many."""
    words = words_of(text)[:_WORDS]
    if not words:
        return []
    held = (and_(likely(NAME_SOUGHT, word), holds(asset_name.c.names, word)) for word in words)
    keys = await conn.scalars(select(asset_name.c.key).where(*held).distinct().limit(_NAMES + 1))
    found = list(keys)
    return found if len(found) <= _NAMES else None


def _bearing(names: list[int], most: int, newest: Enough | None = None) -> Select[UUID]:
    """So many assets that bear these names, by their index: any, or the newest."""
    key = (
        func.unnest(literal(names, ARRAY(BigInteger))).table_valued("key", name="name").render_derived().c.key
    )
    older = [_a.id < newest.after] if newest and newest.after else []
    each = select(_a.id).where(key == NAMES_KEY, *older).order_by(_a.id.desc()).limit(most).lateral("some")
    some = select(each.c.id).select_from(join(key.table, each, true())).limit(most)
    return some.order_by(each.c.id.desc()) if newest else some


def _told_otherwise(text: str, fields: Catalogue, most: int) -> Select[UUID]:
    return select(_a.id).where(or_(false(), *_otherwise(text, fields))).limit(most)


async def _is_common(conn: AsyncConnection, text: str, fields: Catalogue) -> bool:
    """Whether one in a dozen of the newest answers to it: their index would be read for long, and for nothing."""
    # With a column that stands in no index, or a small table's index may be read whole and sorted.
    newest = select(_a.id, _a.head_seq).order_by(_a.id.desc())
    first = await conn.scalar(newest.offset(_NEWEST).limit(1))
    if first is None:
        return False
    # As a filter of what is counted: as a condition, it would be looked for in the index all the same.
    counted = select(func.count().filter(answers(text, fields))).where(_a.id > first)
    return (await conn.scalar(counted) or 0) >= _COMMON


def _among_many(text: str, fields: Catalogue) -> ColumnElement[bool]:
    """``answers`` for a text that many answer to: whoever looks through the newest has soon found a page of them.

    A CASE is something of which PostgreSQL knows no frequency. Of the condition as it is it believes that next to
    nothing answers to it, and so it read all that is in reach, and sorted it.
    """
    return case((answers(text, fields), true()), else_=false())


def answers(text: str, fields: Catalogue) -> ColumnElement[bool]:
    """The condition that some name, field, serial number or tag of the asset holds the text."""
    # Each word for itself: what somebody writes of maker and model stands in two columns.
    words = words_of(text)[:_WORDS]
    named = func.concat_ws(" ", _a.name_uk, _a.name_en, _a.manufacturer, _a.model, type_=Text)
    return or_(and_(*(holds(named, word) for word in words)) if words else false(), *_otherwise(text, fields))


def _otherwise(text: str, fields: Catalogue) -> Iterator[ColumnElement[bool]]:
    """What else may hold it than names: each by an index."""
    yield matches(text, fields)
    if begun := _BEGUN.fullmatch(text.upper().replace("-", "")):
        yield _a.tag.startswith(begun[0])
    if key := serial_key(text):
        yield _a.serial_key.startswith(key, autoescape=True)
    with contextlib.suppress(TagError):  # most words are no tags
        yield _a.id == select(tag.c.asset_id).where(tag.c.tag == parse_tag(text)).scalar_subquery()
