"""Lists of assets under a name: filters, columns and order, one's own or shared within a programme.

A page, the API (``?view=``) and a report ask for the same list by the view's id or name.
"""

from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec
from msgspec import Meta
from sqlalchemy import ColumnElement, and_, delete, func, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker.access import scope
from asset_tracker.access.actors import Actor
from asset_tracker.access.permissions import require
from asset_tracker.access.tables import user_account
from asset_tracker.assets.attributes import OWN
from asset_tracker.assets.columns import check_columns
from asset_tracker.assets.ordering import NEWEST, order_of
from asset_tracker.assets.tables import saved_view
from asset_tracker.assets.views import Filters
from asset_tracker.assets.waits import MISSING, WAITS
from asset_tracker.errors import ConflictError, FieldError, ForbiddenError, InvalidError, NotFoundError
from asset_tracker.ledger.ids import uuid7
from asset_tracker.ledger.letters import in_ukrainian_order
from asset_tracker.ledger.values import CATEGORIES, CONDITIONS, STAGES, TITLES
from asset_tracker.programmes.tables import programme

_v, _p, _u = saved_view.c, programme.c, user_account.c
_WORDS: Mapping[str, tuple[str, ...]] = {
    "category": CATEGORIES,
    "stage": STAGES,
    "condition": CONDITIONS,
    "title": TITLES,
    "waits": WAITS,
    "missing": MISSING,
}
_UNKNOWN = "There is no such saved list, or you may not see it."
_WRONG = "This is not what is expected here."


class NewView(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A list to be kept under a name. With ``programme`` everybody who works in that has it too."""

    name: Annotated[str, Meta(min_length=1, max_length=100, pattern=r"\S")]
    programme: UUID | None = None
    filters: Filters = Filters()
    columns: Annotated[tuple[str, ...], Meta(max_length=60)] = ()
    sort: str = NEWEST


class SavedView(msgspec.Struct, frozen=True, kw_only=True):
    """A list under a name. ``mine``: whether the reader made it, and may change it."""

    id: UUID
    name: str
    owner: str | None
    mine: bool
    programme: UUID | None
    programme_code: str | None
    filters: Filters
    columns: tuple[str, ...]
    sort: str
    changed_at: datetime


async def list_views(conn: AsyncConnection, actor: Actor) -> list[SavedView]:
    """The actor's own lists, and those shared within programmes in reach, by name."""
    require(actor, "asset.read")
    rows = await conn.execute(_wanted(actor).order_by(in_ukrainian_order(_v.name), _v.id))
    return [_view(actor, row) for row in rows]


async def get_view(conn: AsyncConnection, actor: Actor, view: UUID) -> SavedView:
    """One list in reach. Raises NotFoundError."""
    require(actor, "asset.read")
    row = (await conn.execute(_wanted(actor).where(_v.id == view))).first()
    if row is None:
        raise NotFoundError(_UNKNOWN)
    return _view(actor, row)


async def find_view(conn: AsyncConnection, actor: Actor, named: str) -> SavedView:
    """The list in reach of this id or name; one's own goes before one that is shared.

    Raises NotFoundError, and InvalidError where several shared lists have the name.
    """
    with suppress(ValueError):
        return await get_view(conn, actor, UUID(named.strip()))
    require(actor, "asset.read")
    if "\x00" in named:
        raise NotFoundError(_UNKNOWN)
    mine = (_v.owner_id == actor.id).desc()
    found = _wanted(actor).where(func.lower(_v.name) == func.lower(named.strip())).order_by(mine, _v.id)
    views = [_view(actor, row) for row in await conn.execute(found.limit(3))]
    if not views:
        raise NotFoundError(_UNKNOWN)
    if len(views) > 1 and not (views[0].mine and not views[1].mine):
        ids = ", ".join(str(each.id) for each in views)
        raise InvalidError(
            errors=(FieldError("view", "Several lists have this name; say which by its id.", {}, ids),)
        )
    return views[0]


async def save_view(conn: AsyncConnection, actor: Actor, new: NewView, view: UUID | None = None) -> SavedView:
    """Keep a list, or change one of the actor's own; an administrator changes any shared one.

    Raises InvalidError, ForbiddenError to share within a programme out of reach, ConflictError for a name
    that another list of the actor has, NotFoundError for one that is not theirs.
    """
    require(actor, "asset.read")
    _check(new)
    _check_reach(actor, new.programme)
    values = {
        "name": new.name.strip(),
        "programme_id": new.programme,
        "filters": msgspec.to_builtins(new.filters),
        "columns": list(new.columns),
        "sort": new.sort,
        "changed_at": func.now(),
    }
    owner = actor.id if view is None else await _owner(conn, actor, view)
    if owner != actor.id and new.programme is None:
        raise InvalidError(errors=(FieldError("programme", "A list of somebody else stays shared."),))
    taken = select(_v.id).where(_v.owner_id == owner, _v.name == values["name"], _v.id != (view or owner))
    if await conn.scalar(taken):
        raise ConflictError("You already have a list of this name.")
    if view is None:
        view = uuid7()
        await conn.execute(insert(saved_view).values(id=view, owner_id=owner, **values))
    else:
        await conn.execute(update(saved_view).where(_v.id == view).values(**values))
    return await get_view(conn, actor, view)


async def forget_view(conn: AsyncConnection, actor: Actor, view: UUID) -> None:
    """Forget one of the actor's own lists; an administrator any shared one. Raises NotFoundError."""
    require(actor, "asset.read")
    if not (await conn.execute(delete(saved_view).where(_v.id == view, _may_change(actor)))).rowcount:
        raise NotFoundError(_UNKNOWN)


async def _owner(conn: AsyncConnection, actor: Actor, view: UUID) -> UUID:
    found: UUID | None = await conn.scalar(select(_v.owner_id).where(_v.id == view, _may_change(actor)))
    if found is None:
        raise NotFoundError(_UNKNOWN)
    return found


def _may_change(actor: Actor) -> ColumnElement[bool]:
    mine = _v.owner_id == actor.id
    return or_(mine, _v.programme_id.is_not(None)) if actor.has("administrator") else mine


def narrowed(filters: Filters, given: Mapping[str, Any]) -> Filters:
    """The filters of a list with those that were ``given`` besides (not None) in their place."""
    return msgspec.structs.replace(
        filters, **{name: value for name, value in given.items() if value is not None}
    )


def may_share(actor: Actor, programme_id: UUID) -> bool:
    """Whether the actor may share lists within the programme: whoever changes things in it."""
    allowed = scope.programmes(actor, "import.manage")
    return allowed is None or programme_id in allowed


def _wanted(actor: Actor) -> Any:
    shared: ColumnElement[bool] = and_(
        _v.programme_id.is_not(None),
        scope.within(actor, "asset.read", programme=_v.programme_id),
    )
    return (
        select(saved_view, _p.code.label("programme_code"), _u.name.label("owner"))
        .select_from(saved_view)
        .outerjoin(programme, _p.id == _v.programme_id)
        .outerjoin(user_account, _u.id == _v.owner_id)
        .where(or_(_v.owner_id == actor.id, shared))
    )


def _view(actor: Actor, row: Any) -> SavedView:
    return SavedView(
        id=row.id,
        name=row.name,
        owner=row.owner,
        mine=row.owner_id == actor.id,
        programme=row.programme_id,
        programme_code=row.programme_code,
        filters=msgspec.convert(row.filters, Filters),
        columns=tuple(row.columns),
        sort=row.sort,
        changed_at=row.changed_at,
    )


def _check(new: NewView) -> None:
    order_of(new.sort)
    check_columns(new.columns)
    errors = [
        FieldError(f"filters.{name}", _WRONG, expected=", ".join(words))
        for name, words in _WORDS.items()
        if (value := getattr(new.filters, name)) is not None
        and value not in words
        and not value.startswith(OWN)
    ]
    if any("\x00" in text for text in (new.name, new.filters.q or "", new.filters.municipality or "")):
        errors.append(FieldError("name", "This is too long or has a wrong character."))
    if errors:
        raise InvalidError(errors=tuple(errors))


def _check_reach(actor: Actor, programme_id: UUID | None) -> None:
    if programme_id is None:
        return
    require(actor, "import.manage")
    if not may_share(actor, programme_id):
        raise ForbiddenError
