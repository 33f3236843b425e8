"""``asset-tracker db move-to``: from the embedded PostgreSQL to a server."""

import asyncio
from datetime import UTC, datetime

import click
from sqlalchemy import make_url

from asset_tracker.backups import move
from asset_tracker.cli.backup import bars
from asset_tracker.cli.common import load_settings, moved_note, open_database
from asset_tracker.db.embedded import owner_url
from asset_tracker.db.roles import APP
from asset_tracker.settings import Settings, variable


@click.command("move-to")
@click.argument("url", required=False)
@click.option("--back", is_flag=True, help="Use the embedded database again, as it was left.")
def move_to(url: str | None, *, back: bool) -> None:
    """Move the embedded database to the empty database at URL, check it, and leave the old one read-only.

    URL is the owner's: postgresql://USER:PASSWORD@HOST/DATABASE. A move that was cut off goes on where it
    stood when the command is given again. Stop the server first; photos and keys stay where they are.
    """
    settings = load_settings()
    if settings.database_url is not None or bool(url) == back:
        raise click.UsageError(
            f"this moves the embedded database to a URL; {variable('database_url')} must not be set.\n"
            "Between two servers, use asset-tracker db backup and db restore."
        )
    if url is None:
        _back(settings)
        return
    target = Settings.from_env({variable("database_url"): url}).database_url or ""
    with open_database(settings), owner_url(settings) as source, bars() as progress:
        moved = asyncio.run(move.move(source, target, progress=progress))
    where = make_url(target)
    plain = f"{where.host}:{where.port or 5432}/{where.database}"
    moved_note(settings).write_text(f"{plain} on {datetime.now(UTC):%Y-%m-%d %H:%M} UTC\n")
    click.echo(
        f"{sum(moved.rows.values()):,} rows in {len(moved.rows)} tables arrived as they were sent; "
        f"{moved.ledger.events:,} events of {moved.ledger.assets:,} assets verify."
    )
    click.echo(
        "The embedded database is read-only now. From here on set\n"
        f"  {variable('database_url')}=postgresql://{APP}:PASSWORD@{plain}\n"
        f"  {variable('data_dir')}={settings.data_dir}\n"
        "and run a worker beside the server: docs/operations.md."
    )


def _back(settings: Settings) -> None:
    with owner_url(settings) as source:
        asyncio.run(move.thaw(source))
    moved_note(settings).unlink(missing_ok=True)
    click.echo("The embedded database is in use again. What was recorded on the server since is not in it.")
