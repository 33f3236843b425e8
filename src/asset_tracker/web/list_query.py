"""What a list of assets is asked for in its address: filters, columns, order; or a saved list alone."""

from collections.abc import Iterable
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, urlencode
from uuid import UUID

import msgspec
from litestar.datastructures import MultiDict
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker.access.actors import Actor
from asset_tracker.assets.attributes import MAX_VALUE, checked
from asset_tracker.assets.catalogue import get_catalogue
from asset_tracker.assets.columns import ATTRIBUTE, USUAL, check_columns
from asset_tracker.assets.saved_views import SavedView, find_view
from asset_tracker.assets.views import Filters
from asset_tracker.errors import FieldError, InvalidError
from asset_tracker.territory.codes import is_code
from asset_tracker.web.forms import read_id
from asset_tracker.web.towns import town_named

_IDS = ("programme", "consignment", "service_point", "donor", "kit")
_MOST_FIELDS = 20
_YES = {"yes": True, "no": False}


class ListQuery(msgspec.Struct, frozen=True, omit_defaults=True):
    """The filters as they stand in the address."""

    q: str = ""
    programme: str = ""
    oblast: str = ""
    municipality: str = ""
    consignment: str = ""
    service_point: str = ""
    donor: str = ""
    kit: str = ""
    category: str = ""
    stage: str = ""
    condition: str = ""
    title: str = ""
    disputed: str = ""
    gone: str = ""
    waits: str = ""
    missing: str = ""
    # What must stand in fields of categories, as they were typed: ``imei:490154203237518``.
    fields: tuple[str, ...] = ()

    @property
    def narrowing(self) -> int:
        """How many filters are in use, those without a control of their own as well; a word to find is none."""
        said: dict[str, Any] = msgspec.to_builtins(self)
        return len([name for name in said if name not in ("q", "fields")]) + len(self.fields)


class Asked(NamedTuple):
    """A list as asked for; ``view`` is the saved list that it is, or began as."""

    query: ListQuery
    columns: tuple[str, ...] = ()
    sort: str = ""
    view: SavedView | None = None

    @property
    def shown(self) -> tuple[str, ...]:
        """The columns to show."""
        return self.columns or USUAL

    def address(self, path: str = "/assets", **more: str) -> str:
        """The address of this list, with ``more`` in it; nothing for what is to be left out."""
        state = {**self.state(), **more}
        kept = {name: value for name, value in state.items() if value}
        return path + (f"?{urlencode(kept)}" if kept else "")

    def state(self) -> dict[str, str]:
        """What the address says."""
        said = msgspec.to_builtins(self.query) | {"columns": ",".join(self.columns), "sort": self.sort}
        said |= {ATTRIBUTE + key: value for key, value in own_fields(said.pop("fields", ())).items()}
        if self.view is not None:
            said["view"] = str(self.view.id)
        return {name: value for name, value in said.items() if value}


async def asked_for(conn: AsyncConnection, actor: Actor, params: "MultiDict[str]") -> Asked:
    """Read an address. Raises InvalidError for a column that there is none of, NotFoundError for a saved list."""
    names = [name for name in ListQuery.__struct_fields__ if name != "fields"]
    given: dict[str, Any] = {name: params[name].strip() for name in names if name in params}
    query = msgspec.convert(given | {"fields": _fields_in(params)}, ListQuery)
    columns = tuple(name for each in params.getall("columns", []) for name in each.split(",") if name)
    check_columns(columns)
    named = params.get("view", "").strip()[:100]
    view = await find_view(conn, actor, named) if named else None
    said = any(name in params for name in (*names, "columns", "sort")) or bool(query.fields)
    if view is not None and not said:
        return Asked(query_of(view.filters), view.columns, view.sort, view)
    return Asked(query, columns, params.get("sort", ""), view)


def _fields_in(params: "MultiDict[str]") -> tuple[str, ...]:
    """``field.KEY=value``, as forms send it, and ``field=KEY:value``, as the API takes it; each key once."""
    told = own_fields(params.getall("field", []))
    told |= {name.removeprefix(ATTRIBUTE): params[name] for name in params if name.startswith(ATTRIBUTE)}
    kept = {key: value.strip()[:MAX_VALUE] for key, value in told.items()}
    return tuple(f"{key}:{value}" for key, value in kept.items() if key and value)[:_MOST_FIELDS]


def own_fields(told: Iterable[str]) -> dict[str, str]:
    """``KEY:value`` taken apart."""
    return {key: value for key, _, value in (each.partition(":") for each in told)}


def params_of(state: str) -> "MultiDict[str]":
    """The parameters of an address that a form carries along."""
    return MultiDict(parse_qsl(state.removeprefix("?")[:4000]))


async def filters_held(conn: AsyncConnection, actor: Actor, state: str) -> Filters:
    """The filters of the list whose address a form carries along. Raises as ``asked_for`` and ``filters_of`` do."""
    return await filters_of(conn, (await asked_for(conn, actor, params_of(state))).query)


def query_of(filters: Filters) -> ListQuery:
    """Filters as they stand in an address."""
    words = {True: "yes", False: "no"}
    said = msgspec.to_builtins(filters)
    known = {
        name: words.get(value, value) for name, value in said.items() if name in ListQuery.__struct_fields__
    }
    return msgspec.convert(known, ListQuery, strict=False)


async def filters_of(conn: AsyncConnection, asked: ListQuery) -> Filters:
    """What to list, out of the address; a municipality may be given by its name. Raises InvalidError."""
    given: dict[str, Any] = {name: value for name, value in msgspec.to_builtins(asked).items() if value}
    for name in ("disputed", "gone"):
        if name in given:
            given[name] = _YES.get(given[name], True)
    for name in _IDS:
        if name in given:
            given[name] = read_id(given[name], name)
    if "municipality" in given and not is_code(given["municipality"]):
        given["municipality"] = await town_named(conn, given["municipality"])
    if "fields" in given:
        given["fields"] = await _as_kept(conn, own_fields(given["fields"]))
    if any("\x00" in value for value in given.values() if isinstance(value, str)):
        raise InvalidError(errors=(FieldError("q", "This is too long or has a wrong character."),))
    return Filters(**given)


async def _as_kept(conn: AsyncConnection, told: dict[str, str]) -> tuple[str, ...]:
    """Values of fields in the form in which they are kept, which is what they are compared with."""
    kept, errors = checked(await get_catalogue(conn), told)
    if errors:
        message = "“%(value)s” does not fit the field %(key)s."
        keys = [each.field.removeprefix(ATTRIBUTE) for each in errors]
        raise InvalidError(
            errors=tuple(
                FieldError(ATTRIBUTE + key, message, {"value": told[key], "key": key}) for key in keys
            )
        )
    return tuple(f"{key}:{value}" for key, value in kept.items())


def ids_of(texts: Iterable[str], field: str) -> list[UUID]:
    """The ids that ticked boxes hold. Raises InvalidError."""
    return [found for text in texts if (found := read_id(text, field))]
