"""``asset-tracker report``: what was given to a municipality or by a programme, as a file."""

import sys
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
from sqlalchemy.ext.asyncio import AsyncEngine

from asset_tracker.access.actors import COMMAND_LINE
from asset_tracker.cli.common import load_settings, run
from asset_tracker.db.engine import transaction
from asset_tracker.files.storage import Storage
from asset_tracker.reports import queries
from asset_tracker.reports.asking import parse_ask
from asset_tracker.reports.formats import FORMATS, format_named, written
from asset_tracker.reports.structs import Report

_OPTIONS = (
    click.option("--as-of", metavar="DAY", help="The day of the report [default: today]."),
    click.option("--known-on", metavar="TIME", help="Only what was recorded by then: a day or an instant."),
    click.option("--since", metavar="DAY", help="The day the timeline begins on."),
    click.option("--donor", metavar="NAME", help="Only what this donor paid for."),
    click.option("--lang", type=click.Choice(["uk", "en", "both"]), default="uk", show_default=True),
    click.option("--format", "form", type=click.Choice(list(FORMATS)), required=True),
    click.option("--view", help="Only what a saved list of assets holds now: its id or name."),
    click.option(
        "-o",
        "--output",
        type=click.Path(path_type=Path),
        required=True,
        help="The file; - for standard output.",
    ),
)


def _asked(command: Callable[..., None]) -> Callable[..., None]:
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


@click.group(help="Make a report.")
def command() -> None:
    pass


@command.command()
@click.argument("code")
@_asked
def municipality(code: str, form: str, output: Path, **asked: Any) -> None:
    """What was given to the municipality with this KATOTTH CODE."""
    _make(queries.municipality_report, code, form, output, asked)


@command.command()
@click.argument("code")
@_asked
def programme(code: str, form: str, output: Path, **asked: Any) -> None:
    """What the programme CODE gave, over all its municipalities."""
    _make(queries.programme_report, code, form, output, asked)


def _make(
    query: Callable[..., Awaitable[Report]], code: str, form: str, output: Path, asked: dict[str, Any]
) -> None:
    settings, now = load_settings(), datetime.now(UTC)
    ask = parse_ask(now=now, **asked)
    format_named(form, of_programme=query is queries.programme_report, both=ask.both)

    async def work(engine: AsyncEngine) -> bytes:
        async with transaction(engine) as conn:
            report = await query(conn, COMMAND_LINE, code, ask, now=now, base_url=settings.base_url)
        return await written(form, report, Storage.open(settings.storage_url))

    body = run(work, settings)
    if str(output) == "-":
        sys.stdout.buffer.write(body)
    else:
        output.write_bytes(body)
        click.echo(f"{output}: {len(body)} bytes")
