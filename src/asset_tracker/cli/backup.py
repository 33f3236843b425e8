"""``asset-tracker db backup``, ``restore`` and ``drill``."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import click
import msgspec
from rich.console import Console
from rich.progress import Progress as Bar
from rich.progress import TaskID

from asset_tracker.backups import service, upkeep
from asset_tracker.backups.archive import BackupError
from asset_tracker.backups.keys import place_keys, read_keys, save_keys
from asset_tracker.backups.service import Progress, Restored
from asset_tracker.cli import DONE, PROBLEMS
from asset_tracker.cli.common import load_settings
from asset_tracker.db.embedded import owner_url
from asset_tracker.files.storage import Storage
from asset_tracker.ledger import checkpoints
from asset_tracker.settings import Settings

_EXISTING = click.Path(exists=True, dir_okay=False, path_type=Path)
_SUFFIX = ".backup"


@click.command()
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    required=True,
    help="A file, or a folder for a dated one: a name without a suffix is a folder, made where there is none.",
)
@click.option("--recipient", help="Encrypt for this age key (age1...).")
@click.option(
    "--keys", type=click.Path(path_type=Path), help="Write the keys into this new file; keep it elsewhere."
)
def backup(output: Path, recipient: str | None, keys: Path | None) -> None:
    """Back up the database and the stored files while everything goes on. The keys are handled apart."""
    settings = load_settings()
    target = _target(output)
    if keys:
        save_keys(settings, keys)
    with owner_url(settings) as url, bars() as progress:
        work = service.back_up(
            url,
            Storage.open(settings.storage_url),
            settings.secret_key or "",
            target,
            recipient=recipient,
            progress=progress,
        )
        made = asyncio.run(work)
        asyncio.run(upkeep.note(url, "backup"))
    files = len(made.members) - 1
    click.echo(
        f"{target}: {target.stat().st_size:,} bytes, {made.rows.get('event', 0):,} events, {files:,} files"
    )
    if not keys:
        click.echo("The keys are not in it: run it once with --keys and keep that file elsewhere.", err=True)


def _target(output: Path) -> Path:
    """The file to write. A name without a suffix was meant as a folder: as a file, the next backup would replace it."""
    if not output.exists() and not output.suffix:
        output.mkdir(mode=0o700, parents=True)
    return (
        output / f"asset-tracker-{datetime.now(UTC):%Y%m%dT%H%M%SZ}{_SUFFIX}" if output.is_dir() else output
    )


@click.command()
@click.argument("file", type=_EXISTING)
@click.option("--keys", type=_EXISTING, help="The keys of the installation that made the backup.")
@click.option("--identity", type=_EXISTING, help="The age secret key, if the backup is encrypted.")
@click.pass_context
def restore(ctx: click.Context, file: Path, keys: Path | None, identity: Path | None) -> None:
    """Restore the backup FILE into an empty place (a new DATA_DIR, or an empty database), and verify it."""
    settings = load_settings()
    if keys:
        found = read_keys(keys)
        settings = msgspec.structs.replace(settings, secret_key=found.secret_key)
    with owner_url(settings) as url, bars() as progress:
        restored = asyncio.run(_restore(url, settings, file, identity, progress))
    if keys:
        place_keys(found, settings.data_dir)
    if checkpoints.kept_witness(settings.data_dir):
        checkpoints.forget_witness(settings.data_dir, datetime.now(UTC))
    ctx.exit(_tell(restored))


@click.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--identity", type=_EXISTING, help="The age secret key, if the backups are encrypted.")
@click.pass_context
def drill(ctx: click.Context, folder: Path, identity: Path | None) -> None:
    """Restore the newest backup of FOLDER beside the running system, verify it, and throw it away."""
    newest = max(folder.glob(f"*{_SUFFIX}"), key=lambda path: path.stat().st_mtime, default=None)
    if newest is None:
        raise BackupError("There is no backup in %(folder)s.", folder=str(folder))
    settings = load_settings()
    age = datetime.now(UTC) - datetime.fromtimestamp(newest.stat().st_mtime, UTC)
    click.echo(f"{newest.name}, made {age.total_seconds() / 3600:.1f} hours ago")
    with TemporaryDirectory(prefix="asset-tracker-drill-") as name:
        place = Path(name)
        # Run as root, the server has a user of its own, who must get to its data through this folder.
        place.chmod(0o711)
        beside = msgspec.structs.replace(
            settings,
            data_dir=place,
            database_url=None,
            owner_database_url=None,
            storage_url=(place / "files").as_uri(),
        )
        with owner_url(beside) as url, bars() as progress:
            restored = asyncio.run(_restore(url, beside, newest, identity, progress))
    status = _tell(restored)
    if status == DONE:
        with owner_url(settings) as url:
            asyncio.run(upkeep.note(url, "drill"))
    ctx.exit(status)


async def _restore(
    url: str, settings: Settings, file: Path, identity: Path | None, progress: Progress
) -> Restored:
    storage = Storage.open(settings.storage_url)
    return await service.restore(
        url, storage, settings.secret_key or "", file, identity=identity, progress=progress
    )


def _tell(restored: Restored) -> int:
    manifest, ledger = restored.manifest, restored.ledger
    files = len(manifest.members) - 1
    click.echo(f"Backup of {manifest.made_at:%Y-%m-%d %H:%M} UTC, version {manifest.revision}")
    click.echo(f"Rows in {len(manifest.rows)} tables as in the backup; {files:,} files with the right hashes")
    click.echo(
        f"Ledger: {ledger.events:,} events of {ledger.assets:,} assets, {'clean' if ledger.clean else 'NOT CLEAN'}"
    )
    for kind, count in ledger.counts.items():
        click.echo(f"  {kind}: {count}", err=True)
    click.echo(f"Took {restored.seconds:.1f} s.")
    return DONE if ledger.clean else PROBLEMS


@contextmanager
def bars() -> Iterator[Progress]:
    """A bar on the standard error for each step that is told of."""
    tasks: dict[str, TaskID] = {}
    with Bar(console=Console(stderr=True), transient=True) as shown:

        def show(step: str, done: int, due: int) -> None:
            if step not in tasks:
                tasks[step] = shown.add_task(step, total=due)
            shown.update(tasks[step], completed=done, total=max(due, 1))

        yield show
