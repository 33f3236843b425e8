"""Fields of their own that categories have, and categories of one's own, as JSON."""

from typing import Annotated

import msgspec
from litestar import get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from msgspec import Meta
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker.access.actors import Actor
from asset_tracker.assets import catalogue, filling, queries
from asset_tracker.assets.attributes import Attribute, OwnCategory
from asset_tracker.assets.catalogue import Definition, NewCategory, VersionView
from asset_tracker.ledger.chaining import Receipt

Answers = dict[str, Annotated[str, Meta(max_length=200)]]


class Filling(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What stands in the fields of an asset: by key, as a person would write it; an empty text takes it away.

    A field that is not named stays as it is. ``head``: the chain head that the decision was made on.
    """

    fields: Answers
    head: str | None = None


@get("/fields")
async def list_fields(
    conn: NamedDependency[AsyncConnection], actor: NamedDependency[Actor]
) -> list[Attribute]:
    """Every field that was ever defined, in the order in which they are asked."""
    del actor  # whoever is logged in may know what is asked of things
    return list((await catalogue.get_catalogue(conn)).attributes.values())


@put("/fields/{key:str}")
async def define_field(
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    key: FromPath[str],
    data: JSONBody[Definition],
) -> Attribute:
    """Define a field, or give it another definition; the earlier ones stay. ``retired`` asks it no more."""
    return await catalogue.define(conn, actor, key, data)


@get("/fields/{key:str}/versions")
async def list_versions(
    conn: NamedDependency[AsyncConnection], actor: NamedDependency[Actor], key: FromPath[str]
) -> list[VersionView]:
    """Every definition that a field has had, newest first."""
    del actor
    return await catalogue.versions(conn, key)


@get("/own-categories")
async def list_categories(
    conn: NamedDependency[AsyncConnection], actor: NamedDependency[Actor]
) -> list[OwnCategory]:
    """The categories that administrators added, retired ones too."""
    del actor
    return list((await catalogue.get_catalogue(conn)).own.values())


@put("/own-categories/{code:str}")
async def put_category(
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    code: FromPath[str],
    data: JSONBody[NewCategory],
) -> OwnCategory:
    """Add a category of one's own, or name it anew."""
    return await catalogue.add_category(conn, actor, code, data)


@post("/assets/{reference:str}/fields", status_code=200)
async def fill_fields(
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    reference: FromPath[str],
    data: JSONBody[Filling],
) -> list[Receipt]:
    """Record what changes about the fields of an asset, as one event; nothing where nothing changes."""
    view = await queries.get_asset(conn, actor, await queries.find_asset(conn, actor, reference))
    known = await catalogue.get_catalogue(conn)
    return await filling.fill(conn, actor, view.row.id, view.state, known, data.fields, head=data.head)


ROUTES = (list_fields, define_field, list_versions, list_categories, put_category, fill_fields)
