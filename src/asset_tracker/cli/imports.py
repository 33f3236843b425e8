"""``asset-tracker import``: plan a file, show what would come of it, and record it."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path

import click
import msgspec
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from asset_tracker.access.actors import COMMAND_LINE
from asset_tracker.access.links import LinkMade
from asset_tracker.cli.common import load_settings, run
from asset_tracker.db.engine import transaction
from asset_tracker.errors import AssetTrackerError, InvalidError
from asset_tracker.files.storage import Storage
from asset_tracker.i18n import LANGS, Lang
from asset_tracker.imports import commit, invitations, queries, service
from asset_tracker.imports.line import Defaults
from asset_tracker.imports.offering import Chosen
from asset_tracker.imports.progress import Step, listening
from asset_tracker.imports.telling import Told, told
from asset_tracker.imports.views import KIND_KEYS, BatchView, Choices, KindKey
from asset_tracker.imports.workbook import template_workbook

_SHOWN = 100


@click.command()
@click.argument("file", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--kind", type=click.Choice(KIND_KEYS), help="What the table is [default: guessed from its headings]."
)
@click.option("--programme", help="The programme of rows that name none.")
@click.option("--consignment", help="The consignment of rows that name none.")
@click.option(
    "--municipality",
    "municipalities",
    multiple=True,
    help="The municipality of rows that name none; of a template, those it is for (again for each).",
)
@click.option("--currency", help="The currency of prices that have none.")
@click.option(
    "--share",
    "shares",
    multiple=True,
    metavar="DONOR=PERCENT",
    help="Who pays what share of everything new; again for each donor, 100 in all [default: as the programme].",
)
@click.option("--mapping", help="A saved mapping by its name, or a JSON file: {heading: field or null}.")
@click.option(
    "--occurred-on",
    type=click.DateTime(["%Y-%m-%d"]),
    help="The day on which the things were registered [default: today].",
)
@click.option("--partial", is_flag=True, help="Take the good rows and leave those with problems.")
@click.option("--invite", is_flag=True, help="Invite the people for whom a list of people makes accounts.")
@click.option("--dry-run", is_flag=True, help="Only show what would come of it.")
@click.option(
    "--template",
    type=click.Path(dir_okay=False, writable=True, path_type=Path),
    help="Write an empty list to fill in, for --kind, --programme, --municipality and --oblast, and do nothing else.",
)
@click.option("--oblast", help="Of a template: the oblast in which its municipalities are.")
@click.option(
    "--lang", type=click.Choice(LANGS), default="uk", help="The language of a template [default: uk]."
)
@click.option("--json", "as_json", is_flag=True, help="Answer in JSON.")
def command(
    file: Path | None,
    kind: KindKey | None,
    mapping: str | None,
    occurred_on: datetime | None,
    shares: tuple[str, ...],
    municipalities: tuple[str, ...],
    template: Path | None,
    oblast: str | None,
    lang: Lang,
    *,
    partial: bool,
    invite: bool,
    dry_run: bool,
    as_json: bool,
    **defaults: str | None,
) -> None:
    """Import FILE (.xlsx, .ods or .csv): a packing list, a list of assets, or another kind of table.

    Nothing is recorded while there are problems, unless --partial takes the good rows.
    Exit status: 0 done, 1 there are problems (listed).
    """
    if template:
        programme = defaults["programme"]
        chosen = Chosen(programme=programme, municipalities=municipalities, oblast=oblast)
        template.write_bytes(run(lambda engine: _template(engine, kind or "assets", chosen, lang)))
        return
    if file is None:
        raise click.UsageError("Which FILE shall be imported? (Or --template FILE, for an empty list.)")
    if oblast or len(municipalities) > 1:
        raise click.UsageError("--oblast and several --municipality are for a --template.")
    name, answers = _mapping(mapping)
    choices = Choices(
        kind=kind,
        defaults=Defaults(
            **defaults, municipality=next(iter(municipalities), None), shares="; ".join(shares) or None
        ),
        answers=answers,
        occurred_on=_day(occurred_on),
    )
    settings = load_settings()
    console = Console(stderr=True, highlight=False, quiet=as_json)

    async def work(engine: AsyncEngine) -> tuple[BatchView, list[Told], bool, list[LinkMade]]:
        made: list[LinkMade] = []
        with _shown(console, file.name):
            batch = await _planned(engine, Storage.open(settings.storage_url), file, choices, name)
            async with transaction(engine) as conn:
                problems = await _problems(conn, batch)
            counts = batch.plan.counts
            good = partial or not (counts.problem or counts.questions)
            if good and batch.has_work and not dry_run:
                async with transaction(engine) as conn:
                    batch = await commit.commit_batch(conn, COMMAND_LINE, batch.id, partial=partial)
                    if invite and batch.has_guests:
                        made = await invitations.invite(conn, COMMAND_LINE, batch.id, settings)
        return batch, problems, good, made

    batch, problems, good, made = run(work, settings)
    if as_json:
        answer = {"import": batch, "problems": problems, "invitations": made}
        click.echo(msgspec.json.format(msgspec.json.encode(answer), indent=2).decode())
    else:
        _tell(Console(highlight=False, soft_wrap=True), batch, problems, good=good)
        for link in made:
            address = f"{settings.base_url.rstrip('/')}/password/{link.token}"
            click.echo(f"{link.email}: {address if link.token else 'a letter is on its way'}")
    left = batch.plan.counts.problem or batch.plan.counts.questions
    sys.exit(1 if left else 0)


async def _template(engine: AsyncEngine, kind: KindKey, chosen: Chosen, lang: Lang) -> bytes:
    async with transaction(engine) as conn:
        return await template_workbook(conn, COMMAND_LINE, lang, kind, chosen)


async def _planned(
    engine: AsyncEngine, storage: Storage, file: Path, choices: Choices, mapping: str | None
) -> BatchView:
    """Keep the file and plan it; nothing is left of one that is refused."""
    with file.open("rb") as source:
        async with transaction(engine) as conn:
            sent = await service.keep(conn, storage, file.name, source)
            batch = await service.receive(conn, COMMAND_LINE, sent, choices)
    try:
        async with service.opened(storage, batch) as book, transaction(engine) as conn:
            return await service.plan_batch(conn, COMMAND_LINE, batch.id, book, choices, mapping=mapping)
    except AssetTrackerError:
        async with transaction(engine) as conn:
            await service.forget(conn, storage, batch)
        raise


@contextmanager
def _shown(console: Console, name: str) -> Iterator[None]:
    """A bar that tells how far the work inside the block is, on a terminal; nothing elsewhere."""
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task(f"{_plain(name).plain}: opening", total=None)

        async def show(step: Step, done: int, due: int) -> None:
            bar.update(task, description=f"{_plain(name).plain}: {step}", completed=done, total=due or None)

        with listening(show):
            yield


async def _problems(conn: AsyncConnection, batch: BatchView) -> list[Told]:
    return [told(problem, "en") for problem in await queries.list_problems(conn, COMMAND_LINE, batch.id)]


def _tell(console: Console, batch: BatchView, problems: list[Told], *, good: bool) -> None:
    if problems:
        console.print(_table(problems))
        if len(problems) > _SHOWN:
            console.print(f"... and {len(problems) - _SHOWN} more; --json lists them all.")
    counts = batch.plan.counts
    console.print(
        f"{batch.kind.replace('_', ' ')}: create {counts.create}, change {counts.change}, already there {counts.unchanged}, "
        f"with problems {counts.problem}, open questions {counts.questions}, warnings {counts.warnings}"
    )
    if batch.status == "committed":
        console.print(f"[green]Recorded[/green] as import {batch.id}.")
    elif not good:
        console.print(
            "[red]Nothing was recorded.[/red] Put the file right, answer with --mapping, or take --partial."
        )
    elif not batch.has_work:
        console.print("[green]Nothing to do:[/green] everything in the file is recorded already.")
    else:
        console.print("Nothing was recorded (--dry-run).")


def _table(problems: list[Told]) -> Table:
    table = Table(box=None, pad_edge=False)
    for heading in ("", "where", "heading", "value", "problem", "expected", "suggestion"):
        table.add_column(heading, overflow="fold")
    for each in problems[:_SHOWN]:
        colour = {"error": "red", "question": "magenta", "warning": "yellow"}[each.severity]
        cells = (
            each.place,
            each.heading,
            each.value,
            each.message,
            each.expected or "",
            each.suggestion or "",
        )
        table.add_row(f"[{colour}]{each.severity}[/{colour}]", *(_plain(cell) for cell in cells))
    return table


def _plain(text: str) -> Text:
    # what stands in somebody's file is neither markup nor a command to the terminal
    return Text("".join(letter if letter.isprintable() else "·" for letter in text[:300]))


def _mapping(given: str | None) -> tuple[str | None, dict[str, str | None]]:
    if given is None or not Path(given).is_file():
        return given, {}
    try:
        return None, msgspec.json.decode(Path(given).read_bytes(), type=dict[str, str | None])
    except msgspec.DecodeError as error:
        raise InvalidError(
            "The mapping file is not JSON of the form {heading: field or null}: %(why)s", why=str(error)
        ) from error


def _day(moment: datetime | None) -> date | None:
    return moment.date() if moment else None
