"""``asset-tracker ledger``: seal it, check it, hand it out."""

import asyncio
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TextIO
from uuid import UUID

import click
import msgspec
from rich.console import Console
from rich.progress import MofNCompleteColumn
from rich.progress import Progress as Bar
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncEngine

from asset_tracker import kyiv
from asset_tracker.access import sealing_keys
from asset_tracker.access.actors import COMMAND_LINE
from asset_tracker.assets import due_kept
from asset_tracker.assets.proofs import donor_bundle
from asset_tracker.backups import upkeep
from asset_tracker.cli import DONE, PROBLEMS
from asset_tracker.cli.common import load_settings, open_database, run
from asset_tracker.db.engine import transaction
from asset_tracker.edge.sealing import sealing_of
from asset_tracker.ledger import checkpoints, keys
from asset_tracker.ledger.bundle import Made
from asset_tracker.ledger.check import FALSIFICATIONS
from asset_tracker.ledger.checkpoints import Checkpoint
from asset_tracker.ledger.counts import recount
from asset_tracker.ledger.names import renew
from asset_tracker.ledger.rebuild import rebuild_some
from asset_tracker.ledger.tables import asset_head
from asset_tracker.ledger.verify import Progress, Verified
from asset_tracker.ledger.verify import verify as run_verify
from asset_tracker.reports.surroundings import asked_donor
from asset_tracker.verifications.forgetting import Named, find_named, forget_named

_AT_ONCE = 500  # assets that one transaction folds again


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


@command.command("rotate-sealing-key")
def rotate_sealing_key() -> None:
    """Let phones seal their queues to a new key from now on; what was sealed to earlier ones still opens."""
    settings = load_settings()

    async def work(engine: AsyncEngine) -> str:
        async with transaction(engine) as conn:
            return (await sealing_keys.rotate(conn, settings.data_dir)).id

    click.echo(f"New sealing key: {run(work, settings)}")


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


@command.command()
@click.argument("name")
@click.option("--yes", is_flag=True, help="Do not ask.")
def erase(name: str, *, yes: bool) -> None:
    """Erase every personal value that contains NAME: who received, to whom lent, notes, rooms, devices.

    Messages in quarantine and commissions are searched too. What is found is listed first. The proofs stay valid; the
    values are gone for good, backups apart.
    """

    async def find(engine: AsyncEngine) -> Named:
        async with transaction(engine) as conn:
            return await find_named(conn, COMMAND_LINE, name)

    async def forget(engine: AsyncEngine) -> int:
        async with transaction(engine) as conn:
            return await forget_named(conn, COMMAND_LINE, name)

    if not name.strip():
        raise click.UsageError("A name is expected.")
    found = run(find)
    for mention in found.events:
        click.echo(f"asset {mention.asset}, event {mention.event}, {mention.field}: {mention.value}")
    for aside in found.aside:
        click.echo(f"quarantine {aside.quarantined}, {aside.field}: {aside.value}")
    for number, member in found.members:
        click.echo(f"commission of {number}: {member}")
    if not yes:
        click.confirm("Erase these values for good?", abort=True)
    click.echo(f"Erased: {run(forget)}.")


@command.command("bundle")
@click.option("--donor", required=True, help="Whose events: id, short name or name of the donor.")
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), required=True)
@click.option(
    "--since",
    type=click.IntRange(min=1),
    multiple=True,
    help="A size of the log that the reader knows already.",
)
def make_bundle(*, donor: str, output: Path, since: tuple[int, ...]) -> None:
    """Write a donor's events with their proofs into a ZIP, which anybody can check without us."""
    settings = load_settings()

    async def work(engine: AsyncEngine) -> Made:
        await sealing_of(engine, settings).once()
        async with transaction(engine) as conn:
            found, _ = await asked_donor(conn, COMMAND_LINE, donor)
            assert found is not None  # noqa: S101 - one was named, so it was found or refused
            signer = await keys.open_signer(conn, settings.data_dir, "")
            key, name = UUID(found.key), found.label("en")
            with output.open("wb") as out:
                return await donor_bundle(conn, COMMAND_LINE, signer, out, donor=key, name=name, since=since)

    made = run(work, settings)
    click.echo(f"{output}: {made.events} events of {made.assets} assets, ledger head {made.checkpoint.head}")


@command.command()
@click.option(
    "--checkpoint",
    "kept",
    type=click.File("r", "utf-8"),
    multiple=True,
    help="A checkpoint that was kept elsewhere, as `ledger checkpoint` printed it. May be given repeatedly.",
)
@click.option("--proofs-only", is_flag=True, help="Leave out the projections, which take most of the time.")
@click.option(
    "--processes",
    type=click.IntRange(1, 64),
    default=os.cpu_count() or 1,
    help="How many work [default: all].",
)
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def verify(*, kept: tuple[TextIO, ...], proofs_only: bool, processes: int, as_json: bool) -> int:
    """Check every event, the log, and what screens show; exit status 1 if anything is wrong."""
    settings = load_settings()
    notes = [file.read() for file in kept]
    if witness := checkpoints.kept_witness(settings.data_dir):
        notes.append(witness)
    with open_database(settings) as url, _progress(hidden=as_json) as progress:
        result = asyncio.run(
            run_verify(
                url,
                kept=notes,
                projections=not proofs_only,
                processes=processes,
                progress=progress,
                beside=(due_kept.wrong,),
            )
        )
        if result.clean and not proofs_only:
            asyncio.run(upkeep.note(url, "verify"))
    if as_json:
        click.echo(msgspec.json.encode(result))
    else:
        _tell(result)
    return DONE if result.clean else PROBLEMS


@command.command()
def rebuild() -> None:
    """Fold every asset again from its events, and write anew what screens and reports show.

    For a database that an older version filled, or after `ledger verify` named a projection. Events stay
    as they are; it may run beside the server.
    """
    settings = load_settings()

    async def work(engine: AsyncEngine, progress: Progress) -> int:
        done, last = 0, UUID(int=0)
        async with transaction(engine) as conn:
            due = (await conn.execute(select(func.count()).select_from(asset_head))).scalar_one()
        while True:
            async with transaction(engine) as conn:
                some = await rebuild_some(conn, last, _AT_ONCE)
            if not some:
                break
            done, last = done + len(some), some[-1]
            progress(done, due)
        async with transaction(engine) as conn:
            await recount(conn)
            await renew(conn)
            await due_kept.recount(conn, kyiv.today())
        return done

    with _progress(hidden=False, of="Assets") as progress:
        done = run(lambda engine: work(engine, progress), settings)
    click.echo(f"Folded again: {done}.")


@contextmanager
def _progress(*, hidden: bool, of: str = "Events") -> Iterator[Progress]:
    columns = (*Bar.get_default_columns(), MofNCompleteColumn())
    with Bar(*columns, console=Console(stderr=True), disable=hidden, transient=True) as bar:
        task = bar.add_task(of, total=None)
        yield lambda done, due: bar.update(task, completed=done, total=due)


def _tell(result: Verified) -> None:
    for finding in result.findings:
        where = [f"asset {finding.asset}"] if finding.asset else []
        where += [f"event {finding.event}"] if finding.event else []
        where += [f"number {finding.seq}"] if finding.seq else []
        click.echo(": ".join(filter(None, (finding.kind, ", ".join(where), finding.detail))))
    for kind, count in sorted(result.counts.items()):
        click.echo(f"{count} x {kind}: {FALSIFICATIONS[kind]}")
    walked = f"{result.events} events of {result.assets} assets, {result.leaves} sealed, {result.checkpoints} checkpoints"
    rate = result.events / result.seconds if result.seconds else 0
    verdict = "Nothing is wrong" if result.clean else "The ledger was changed"
    click.echo(f"{verdict}: {walked}, in {result.seconds:.1f} s ({rate:,.0f} a second).")
