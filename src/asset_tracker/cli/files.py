"""``asset-tracker files``: where photos, scans and uploaded workbooks lie."""

import asyncio

import click

from asset_tracker.cli.backup import bars
from asset_tracker.cli.common import load_settings
from asset_tracker.files.moving import move_files
from asset_tracker.files.storage import Storage
from asset_tracker.settings import Settings, variable


@click.group(help="Look after photos, scans and other stored files.")
def command() -> None:
    pass


@command.command("move-to")
@click.argument("url")
def move_to(url: str) -> None:
    """Copy all stored files to the object store at URL (s3://BUCKET/PREFIX and the like), checked by their hashes.

    Beside the running server; a second run copies what came meanwhile. The old place keeps what it has.
    """
    settings = load_settings()
    target = Settings.from_env({variable("storage_url"): url}).storage_url
    if target == settings.storage_url:
        raise click.UsageError("that is where the files lie already")
    with bars() as progress:
        work = move_files(
            Storage.open(settings.storage_url),
            Storage.open(target),
            lambda done, due: progress("files", done, due),
        )
        moved = asyncio.run(work)
    click.echo(f"{moved.copied:,} files copied and read back, {moved.there:,} were there.")
    click.echo(
        f"Now set {variable('storage_url')}={target}, restart server and workers, and give this command once more\n"
        f"with {variable('storage_url')} at the old place, for what was stored in between."
    )
