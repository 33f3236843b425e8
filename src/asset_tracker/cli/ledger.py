"""``asset-tracker ledger``: seal it, check it, hand it out."""

from datetime import UTC, datetime

import click
from sqlalchemy.ext.asyncio import AsyncEngine

from asset_tracker.cli.common import load_settings, run
from asset_tracker.db.engine import transaction
from asset_tracker.edge.sealing import sealing_of
from asset_tracker.ledger import checkpoints, keys
from asset_tracker.ledger.checkpoints import Checkpoint


@click.group(help="Seal the ledger, check it, and hand it out.")
def command() -> None:
    pass


@command.command()
@click.option(
    "--after-restore",
    is_flag=True,
    help="Go on from a dump that was restored: set aside the checkpoint kept in the data folder.",
)
def checkpoint(*, after_restore: bool) -> None:
    """Seal what is not sealed yet, and print the newest checkpoint.

    Keep what it prints somewhere else: whoever holds it notices when an earlier event was changed.
    """
    settings = load_settings()

    async def work(engine: AsyncEngine) -> Checkpoint | None:
        made = await sealing_of(engine, settings).once()
        async with transaction(engine) as conn:
            return made or await checkpoints.latest(conn)

    if after_restore and checkpoints.kept_witness(settings.data_dir):
        aside = checkpoints.forget_witness(settings.data_dir, datetime.now(UTC))
        click.echo(f"The checkpoint of before lies in {aside} now.", err=True)
    found = run(work, settings)
    click.echo(found.note if found else "There are no events yet.", nl=found is None)


@command.command("rotate-key")
def rotate_key() -> None:
    """Sign with a new key from now on; the old and the new key both sign the statement about it."""
    settings = load_settings()

    async def work(engine: AsyncEngine) -> str:
        async with transaction(engine) as conn:
            return str((await keys.rotate(conn, settings.data_dir)).known)

    click.echo(f"New key: {run(work, settings)}")


@command.command("keys")
def show_keys() -> None:
    """Print the public keys, and the statements by which each took over from the one before."""

    async def work(engine: AsyncEngine) -> list[keys.KnownKey]:
        async with transaction(engine) as conn:
            return await keys.list_keys(conn)

    for key in run(work):
        until = f" until {key.until:%Y-%m-%d %H:%M}" if key.until else ""
        click.echo(f"{key.verify_key}  since {key.since:%Y-%m-%d %H:%M}{until} (UTC)")
        if key.statement:
            click.echo("\n".join(f"    {line}" for line in key.statement.splitlines()))
