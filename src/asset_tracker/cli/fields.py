"""``asset-tracker field``: the fields that categories have of their own, and categories of one's own."""

import sys
from pathlib import Path
from typing import BinaryIO

import click
import msgspec
from sqlalchemy.ext.asyncio import AsyncEngine

from asset_tracker.access.actors import COMMAND_LINE
from asset_tracker.assets import catalogue
from asset_tracker.assets.attributes import Attribute, Catalogue, OwnCategory
from asset_tracker.assets.catalogue import Definition, NewCategory
from asset_tracker.assets.usual_fields import USUAL
from asset_tracker.cli.common import run
from asset_tracker.db.engine import transaction
from asset_tracker.errors import InvalidError, NotFoundError
from asset_tracker.ledger.values import CATEGORIES


@click.group(help="Define the fields that categories have of their own.")
def command() -> None:
    pass


@command.command("list")
@click.option("--json", "as_json", is_flag=True, help="As JSON, one list.")
def list_(*, as_json: bool) -> None:
    """List the fields and the categories of one's own, retired ones too."""

    async def work(engine: AsyncEngine) -> Catalogue:
        async with transaction(engine) as conn:
            return await catalogue.get_catalogue(conn)

    known = run(work)
    if as_json:
        sys.stdout.write(msgspec.json.encode(list(known.attributes.values())).decode() + "\n")
        return
    for each in known.attributes.values():
        click.echo(_told(each))
    for own in known.own.values():
        click.echo(f"{own.code}  category of one's own, {own.base}  {own.name_uk} / {own.name_en}")


@command.command()
@click.argument("key")
@click.argument("file", type=click.File("rb"), default="-")
def define(key: str, file: BinaryIO) -> None:
    """Define the field KEY as the JSON in FILE (or the standard input) says; earlier definitions stay."""
    try:
        new = msgspec.json.decode(file.read(), type=Definition)
    except msgspec.DecodeError as error:
        raise InvalidError(f"{Path(file.name).name}: {error}") from error

    async def work(engine: AsyncEngine) -> Attribute:
        async with transaction(engine) as conn:
            return await catalogue.define(conn, COMMAND_LINE, key, new)

    click.echo(_told(run(work)))


@command.command()
@click.argument("key")
def retire(key: str) -> None:
    """Ask the field KEY no more. Values that stand in it stay readable."""

    async def work(engine: AsyncEngine) -> Attribute:
        async with transaction(engine) as conn:
            newest = (await catalogue.versions(conn, key))[0].definition
            return await catalogue.define(
                conn, COMMAND_LINE, key, msgspec.structs.replace(newest, retired=True)
            )

    try:
        click.echo(_told(run(work)))
    except NotFoundError as error:
        raise click.ClickException(f"There is no field {key}.") from error


@command.command()
def usual() -> None:
    """Add the usual fields (IMEI, screen size, engine, fuel and so on) that are not defined yet."""

    async def work(engine: AsyncEngine) -> list[Attribute]:
        async with transaction(engine) as conn:
            return await catalogue.add_usual(conn, COMMAND_LINE, USUAL)

    for each in run(work):
        click.echo(_told(each))


@command.command()
@click.argument("code")
@click.option("--base", required=True, type=click.Choice(CATEGORIES), help="What it is a kind of.")
@click.option("--uk", "name_uk", required=True, help="Name in Ukrainian.")
@click.option("--en", "name_en", required=True, help="Name in English.")
@click.option("--retired", is_flag=True, help="New things are of it no more.")
def category(code: str, base: str, name_uk: str, name_en: str, *, retired: bool) -> None:
    """Add the category CODE of one's own, or name it anew."""
    given = {"base": base, "name_uk": name_uk, "name_en": name_en, "retired": retired}
    new = msgspec.convert(given, NewCategory)

    async def work(engine: AsyncEngine) -> OwnCategory:
        async with transaction(engine) as conn:
            return await catalogue.add_category(conn, COMMAND_LINE, code, new)

    made = run(work)
    click.echo(f"{made.code}, version {made.version}: {made.name_uk} / {made.name_en}")


def _told(each: Attribute) -> str:
    kind = f"{each.kind}{', required' if each.required else ''}{', retired' if each.retired else ''}"
    where = ", ".join(each.categories) or "all categories"
    return f"{each.key}  {kind}  version {each.version}  {each.name_uk} / {each.name_en}  [{where}]"
