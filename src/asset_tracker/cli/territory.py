"""``asset-tracker territory``: editions of the state codifier of municipalities."""

from datetime import date, datetime
from pathlib import Path

import click
from sqlalchemy.ext.asyncio import AsyncEngine

from asset_tracker.access.actors import COMMAND_LINE
from asset_tracker.cli.common import run
from asset_tracker.db.engine import transaction
from asset_tracker.territory import service
from asset_tracker.territory.codifier import Codifier, read_shipped, read_workbook
from asset_tracker.territory.editions import EditionDiff
from asset_tracker.territory.municipalities import Municipality


@click.group(help="Look after the list of municipalities.")
def command() -> None:
    pass


@command.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path), required=False)
@click.option(
    "--edition",
    type=click.DateTime(["%Y-%m-%d"]),
    help="The day of the edition [default: the day the workbook was last changed].",
)
@click.option("--order", default="", help="The number of the order that approved it.")
@click.option("--dry-run", is_flag=True, help="Only show what would change.")
def load(file: Path | None, edition: datetime | None, order: str, *, dry_run: bool) -> None:
    """Load a newer edition of the codifier from its official workbook FILE, and show what changes.

    Without FILE, the edition that comes with the program. See docs/territory.md.
    """
    codifier = _read(file, edition.date() if edition else None, order)

    async def work(engine: AsyncEngine) -> EditionDiff:
        async with transaction(engine) as conn:
            return await service.load(conn, COMMAND_LINE, codifier, dry_run=dry_run)

    diff = run(work)
    click.echo(f"Edition {codifier.edition}, {len(codifier.municipalities)} municipalities")
    for line in told(diff):
        click.echo(line)
    if dry_run:
        click.echo("Nothing was saved (--dry-run).")


def told(diff: EditionDiff) -> list[str]:
    """What an edition changes, a line each."""
    lines = [f"new      {_named(each)}" for each in diff.new]
    if len(lines) > 200:
        lines = [f"new      {len(lines)} municipalities"]
    lines += [f"renamed  {_named(pair.before)} -> {pair.after.name_uk}" for pair in diff.renamed]
    lines += [f"moved    {_named(pair.before)} -> {pair.after.region('uk')}" for pair in diff.moved]
    lines += [
        f"kind     {_named(pair.before)}: {pair.before.kind} -> {pair.after.kind}" for pair in diff.retyped
    ]
    lines += [f"gone     {_named(each)}" for each in diff.gone]
    lines += [f"back     {_named(each)}" for each in diff.returned]
    if diff.completed:
        lines.append(
            f"facts    {len(diff.completed)} municipalities (centre, population, position, English name)"
        )
    return lines or ["No changes."]


def _read(file: Path | None, edition: date | None, order: str) -> Codifier:
    if file is None:
        return read_shipped()
    return read_workbook(file.read_bytes(), edition=edition, order=order)


def _named(each: Municipality) -> str:
    return f"{each.code} {each.name_uk} ({each.region('uk') or each.name_uk})"
