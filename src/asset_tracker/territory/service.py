"""Writing the territory: editions of the codifier, and service points."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import Table, delete, func, insert, or_, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker.access.actors import COMMAND_LINE, Actor
from asset_tracker.access.permissions import require
from asset_tracker.db.wall import by_system
from asset_tracker.errors import ConflictError, FieldError, InvalidError, NotFoundError
from asset_tracker.ledger.ids import uuid7
from asset_tracker.ledger.tables import asset, asset_period
from asset_tracker.territory import queries
from asset_tracker.territory.codes import parse_code
from asset_tracker.territory.codifier import Codifier, read_shipped, shipped_edition
from asset_tracker.territory.collation import sort_key
from asset_tracker.territory.editions import EditionDiff, compare
from asset_tracker.territory.letters import plain
from asset_tracker.territory.municipalities import Municipality
from asset_tracker.territory.points import NewServicePoint, ServicePoint
from asset_tracker.territory.population import with_newest
from asset_tracker.territory.tables import (
    codifier_edition,
    municipality,
    municipality_name,
    service_point,
    service_point_change,
)
from asset_tracker.territory.translit import transliterate


async def load(
    conn: AsyncConnection, actor: Actor, codifier: Codifier, *, dry_run: bool = False
) -> EditionDiff:
    """Make ``codifier`` the edition in force and tell what changed; with ``dry_run`` only tell.

    Codes never leave the table: those gone are marked. Raises InvalidError when the edition is older than the
    one in force.
    """
    require(actor, "territory.manage")
    in_force = await queries.edition_in_force(conn)
    if in_force and codifier.edition < in_force.edition:
        problem = FieldError(
            "edition",
            "The edition of %(given)s is older than the one in force, of %(in_force)s",
            params={"given": codifier.edition.isoformat(), "in_force": in_force.edition.isoformat()},
        )
        raise InvalidError("This edition is older than the one in force.", errors=(problem,))
    edition = await with_newest(conn, codifier.municipalities)
    diff = compare(await queries.list_municipalities(conn, with_gone=True), edition)
    if not dry_run:
        await _store(conn, codifier, diff)
    return diff


async def load_shipped(conn: AsyncConnection) -> EditionDiff:
    """Load the edition that comes with the product, unless this or a newer one is in force; for the start."""
    in_force = await queries.edition_in_force(conn)
    if in_force and in_force.edition >= shipped_edition():
        return EditionDiff()
    return await load(conn, COMMAND_LINE, read_shipped())


async def _store(conn: AsyncConnection, codifier: Codifier, diff: EditionDiff) -> None:
    edition = {"edition": codifier.edition, "order_number": codifier.order, "loaded_at": func.now()}
    again = {"order_number": codifier.order, "loaded_at": func.now()}
    stored = upsert(codifier_edition).values(edition)
    await conn.execute(stored.on_conflict_do_update(index_elements=["edition"], set_=again))
    if diff.empty:
        return
    await _upsert(conn, municipality, [_row(each) for each in diff.after])
    renamed = [*diff.new, *(pair.after for pair in diff.renamed)]
    names = [
        {"municipality_code": each.code, "valid_from": codifier.edition} | _names(each.name_uk, each.name_en)
        for each in renamed
    ]
    if names:
        await _upsert(conn, municipality_name, names)


async def _upsert(conn: AsyncConnection, table: Table, rows: list[dict[str, Any]]) -> None:
    keys = [column.name for column in table.primary_key]
    statement = upsert(table)
    changed = {column.name: statement.excluded[column.name] for column in table.c if column.name not in keys}
    await conn.execute(statement.on_conflict_do_update(index_elements=keys, set_=changed), rows)


def _row(each: Municipality) -> dict[str, Any]:
    return msgspec.structs.asdict(each) | {"sort_key": each.sort_key}


def _names(name_uk: str, name_en: str | None) -> dict[str, str]:
    return {"name_uk": name_uk, "name_en": name_en or transliterate(name_uk)}


async def create_service_point(
    conn: AsyncConnection, actor: Actor, command: NewServicePoint, *, point_id: UUID | None = None
) -> ServicePoint:
    """Open a service point.

    Raises ForbiddenError; InvalidError when the municipality is unknown or the parent lies in another one.
    """
    require(actor, "service_point.manage")
    code = parse_code(command.municipality_code, "municipality_code")
    await _check_place(conn, code, command.parent_id)
    name = plain(command.name_uk)
    values = msgspec.structs.asdict(command) | {
        "id": point_id or uuid7(),
        "municipality_code": code,
        "address": plain(command.address) if command.address else None,
        **_names(name, plain(command.name_en) if command.name_en else None),
    }
    await conn.execute(insert(service_point).values(**values, sort_key=sort_key(name)))
    opened = {"id": uuid7(), "service_point_id": values["id"], "change": "opened", "actor_id": actor.id}
    await conn.execute(insert(service_point_change).values(**opened, occurred_at=func.now()))
    return ServicePoint(**values)


async def _check_place(conn: AsyncConnection, code: str, parent_id: UUID | None) -> None:
    problems = []
    if await queries.find_municipality(conn, code) is None:
        problems.append(
            FieldError("municipality_code", "No municipality has the code %(code)s", params={"code": code})
        )
    elif parent_id is not None:
        parent = await queries.find_service_point(conn, parent_id)
        if parent is None or parent.municipality_code != code:
            problems.append(FieldError("parent_id", "The parent point is not in this municipality"))
    if problems:
        raise InvalidError("The service point cannot be opened.", errors=tuple(problems))


# columns of a service point that are written as they are
_MAY_CHANGE = frozenset({"municipality_code", "kind", "name_uk", "name_en", "address", "lat", "lon"})


@by_system
async def change_service_point(
    conn: AsyncConnection, actor: Actor, point_id: UUID, changed: Mapping[str, Any]
) -> None:
    """Write what a service point is called, what it is and where it stands; its status has a history (``changes``).

    ``changed`` by column. Raises ForbiddenError, NotFoundError.
    """
    require(actor, "service_point.manage")
    if not changed.keys() <= _MAY_CHANGE:
        raise InvalidError
    values = dict(changed)
    if name := values.get("name_uk"):
        values |= {"name_uk": plain(name), "sort_key": sort_key(plain(name))}
    if "name_en" in values and not values["name_en"]:
        values["name_en"] = transliterate((await queries.get_service_point(conn, point_id)).name_uk)
    done = await conn.execute(update(service_point).where(service_point.c.id == point_id).values(values))
    if not done.rowcount:
        raise NotFoundError("There is no such service point.")


@by_system
async def remove_service_point(conn: AsyncConnection, actor: Actor, point_id: UUID) -> None:
    """Take away a service point that was opened by mistake. Raises ConflictError once anything names it."""
    require(actor, "service_point.manage")
    a, p, c = asset.c, asset_period.c, service_point_change.c
    named = select(a.id).where(a.service_point_id == point_id).exists()
    once = select(p.asset_id).where(p.service_point_id == point_id).exists()
    lived = select(c.id).where(c.service_point_id == point_id, c.change != "opened").exists()
    if await conn.scalar(select(or_(named, once, lived))):
        raise ConflictError("Something on record refers to this service point.")
    try:
        async with conn.begin_nested():
            await conn.execute(delete(service_point_change).where(c.service_point_id == point_id))
            await conn.execute(delete(service_point).where(service_point.c.id == point_id))
    except IntegrityError as error:
        raise ConflictError("Something on record refers to this service point.") from error
