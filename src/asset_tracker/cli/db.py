"""``asset-tracker db``: the database and its versions."""

import asyncio

import click

from asset_tracker.cli import backup as backups
from asset_tracker.cli import move
from asset_tracker.cli.common import load_settings
from asset_tracker.db import migrate
from asset_tracker.db.embedded import EmbeddedServer, owner_url
from asset_tracker.db.roles import setup_sql


@click.group(help="Look after the database.")
def command() -> None:
    pass


@command.command()
@click.option("--revision", default="head", show_default=True, help="The version to go to.")
def upgrade(revision: str) -> None:
    """Bring the database to the version of this program."""
    with owner_url(load_settings()) as url:
        before = asyncio.run(migrate.current(url))
        asyncio.run(migrate.upgrade(url, revision))
        after = asyncio.run(migrate.current(url))
    click.echo(
        f"The database is at {after}." if before == after else f"From {before or 'nothing'} to {after}."
    )


@command.command()
def status() -> None:
    """Tell where the database is, whether it runs, and its version. Exit status 1 if it is behind."""
    settings = load_settings()
    if settings.database_url is None:
        server = EmbeddedServer(settings.data_dir).status()
        click.echo(f"Embedded PostgreSQL: {server.cluster or f'none yet under {settings.data_dir}'}")
        click.echo(f"Runs: {f'yes, process {server.pid}' if server.running else 'no'}")
        if not server.initialised:
            raise SystemExit(1)
    with owner_url(settings) as url:
        current = asyncio.run(migrate.current(url))
    click.echo(f"Version: {current or 'none'}; this program: {migrate.head()}")
    if current != migrate.head():
        raise SystemExit(1)


@command.command()
@click.option("--database", required=True, help="The name of the database.")
@click.option("--login", help="Who will run db upgrade [default: a superuser].")
def roles(database: str, login: str | None) -> None:
    """Print the SQL that makes the roles, for a superuser of a PostgreSQL of your own to run in that database."""
    for statement in setup_sql(database, login):
        click.echo(f"{statement};")


for each in (backups.backup, backups.restore, backups.drill, move.move_to):
    command.add_command(each)
