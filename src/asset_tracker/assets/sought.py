"""Assets by a word that somebody typed: of their names, fields, serial number or tag."""

import contextlib
import re
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, Text, and_, case, false, func, or_, select, true
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker.assets.attributes import Catalogue
from asset_tracker.assets.catalogue import matches
from asset_tracker.db.wall import by_system
from asset_tracker.ledger.letters import holds, likely, words_of
from asset_tracker.ledger.serials import serial_key
from asset_tracker.ledger.tables import SOUGHT, asset, tag
from asset_tracker.ledger.tags import TagError, parse_tag

_FEW, _WORDS = 1000, 6
# So many of the newest are looked at to learn whether a text is in a good part of all.
_NEWEST, _COMMON = 500, 40
# Somebody is about to write a tag.
_BEGUN: Final = re.compile(r"[0-9A-HJKMNP-TV-Z]{4,7}")
_a = asset.c


async def sought(conn: AsyncConnection, text: str, fields: Catalogue) -> ColumnElement[bool]:
    """The condition on the asset table that finds what ``answers`` finds, as quickly as it can be found now."""
    few = await _meant(conn, text, fields)
    if few is None:
        return _among_many(text, fields)
    return _a.id.in_(few) if few else false()


@by_system
async def _meant(conn: AsyncConnection, text: str, fields: Catalogue) -> list[UUID] | None:
    """The assets anywhere that may be meant, if they are few; None of many, which are found without this.

    Behind the wall PostgreSQL uses no index for LIKE. Who asks sees those of them that are within the wall.
    """
    # A plan for any text at all reads the whole table; what a text is worth is known when it is known.
    await conn.exec_driver_sql("SET LOCAL plan_cache_mode TO force_custom_plan")
    if await _is_common(conn, text, fields):
        return None
    found = list(await conn.scalars(select(_a.id).where(answers(text, fields)).limit(_FEW + 1)))
    return found if len(found) <= _FEW else None


async def _is_common(conn: AsyncConnection, text: str, fields: Catalogue) -> bool:
    """Whether one in a dozen of the newest answers to it: their index would be read for long, and for nothing."""
    # With a column that stands in no index, or a small table's index may be read whole and sorted.
    newest = select(_a.id, _a.head_seq).order_by(_a.id.desc())
    first = await conn.scalar(newest.offset(_NEWEST).limit(1))
    if first is None:
        return False
    # As a filter of what is counted: as a condition, it would be looked for in the index all the same.
    counted = select(func.count().filter(answers(text, fields, by_index=False))).where(_a.id > first)
    return (await conn.scalar(counted) or 0) >= _COMMON


def _among_many(text: str, fields: Catalogue) -> ColumnElement[bool]:
    """``answers`` for a text that many answer to: whoever looks through the newest has soon found a page of them.

    A CASE is something of which PostgreSQL knows no frequency. Of the condition as it is it believes that next to
    nothing answers to it, and so it read all that is in reach, and sorted it.
    """
    return case((answers(text, fields, by_index=False), true()), else_=false())


def answers(text: str, fields: Catalogue, *, by_index: bool = True) -> ColumnElement[bool]:
    """The condition that some name, field, serial number or tag of the asset holds the text.

    Not ``by_index``: the same for few rows that are found otherwise.
    """
    # Each word for itself: what somebody writes of maker and model stands in two columns.
    words = words_of(text)[:_WORDS]
    named = func.concat_ws(" ", _a.name_uk, _a.name_en, _a.manufacturer, _a.model, type_=Text)
    told = and_(*(holds(named, word) for word in words)) if words else false()
    if by_index:
        # It knows its own letters only: it finds all that may be meant, and the names decide. To make those letters
        # of each row takes four times as long as to look at its names.
        told = and_(*(likely(SOUGHT, word) for word in words), told)
    terms = [told, matches(text, fields)]
    if begun := _BEGUN.fullmatch(text.upper().replace("-", "")):
        terms.append(_a.tag.startswith(begun[0]))
    if key := serial_key(text):
        terms.append(_a.serial_key.startswith(key, autoescape=True))
    with contextlib.suppress(TagError):  # most words are no tags
        terms.append(_a.id == select(tag.c.asset_id).where(tag.c.tag == parse_tag(text)).scalar_subquery())
    return or_(*terms)
