"""``asset-tracker labels``: labels as PDF, ZPL, SVG or PNG."""

import sys
from pathlib import Path
from typing import Any

import click
import msgspec
from sqlalchemy.ext.asyncio import AsyncEngine

from asset_tracker.access.actors import COMMAND_LINE
from asset_tracker.cli.common import load_settings, run
from asset_tracker.db.engine import transaction
from asset_tracker.edge.references import consignment_id
from asset_tracker.errors import FieldError, InvalidError
from asset_tracker.labels.order import Order, print_order
from asset_tracker.labels.printers import find_printer, send
from asset_tracker.labels.service import Job, render
from asset_tracker.labels.stock import STOCK
from asset_tracker.programmes.queries import programme_by_code
from asset_tracker.settings import Settings

OUTPUTS = ("pdf", "zpl", "svg", "png")


@click.command(
    help="Print labels into a file: of tags, of a consignment, of a municipality, blank ones, or of places."
)
@click.option(
    "--tags",
    metavar="TAGS",
    help="Tags with commas or spaces between; @FILE reads them from a file, @- from standard input.",
)
@click.option("--consignment", metavar="NUMBER", help="All assets on a consignment, by its number or id.")
@click.option("--municipality", metavar="CODE", help="All assets of a municipality, by its KATOTTH code.")
@click.option("--blank", metavar="N", type=int, help="N labels with new tags, for assets to come.")
@click.option(
    "--places",
    metavar="CODE",
    help="The service points themselves: of a municipality by its KATOTTH code, or by their ids.",
)
@click.option("--programme", metavar="CODE", help="Only of this programme; where blank tags belong.")
@click.option("--stock", default="L7160", show_default=True, help=f"{', '.join(STOCK)}, or one of your own.")
@click.option(
    "--start-cell", type=int, default=1, show_default=True, help="The first free label of a used sheet."
)
@click.option("--copies", type=int, help="Of each label [default: two for vehicles, one for all else].")
@click.option(
    "--line2",
    type=click.Choice(["none", "programme", "donors"]),
    default="none",
    show_default=True,
    help="What stands below the name.",
)
@click.option("--lang", type=click.Choice(["uk", "en"]), default="uk", show_default=True)
@click.option(
    "--dpi",
    type=click.Choice(["203", "300", "600"]),
    default="300",
    show_default=True,
    help="Of the printer; modules are whole dots.",
)
@click.option("--offset-x", type=float, default=0.0, help="What to move to the right, mm.")
@click.option("--offset-y", type=float, default=0.0, help="What to move down, mm.")
@click.option("--scale-x", type=float, default=1.0, help="What to stretch, such as 1.005.")
@click.option("--scale-y", type=float, default=1.0)
@click.option("--native-symbol", is_flag=True, help="Let a ZPL printer draw the code itself.")
@click.option("--cut-marks", is_flag=True, help="Marks for cutting plain paper.")
@click.option("--format", "form", type=click.Choice(OUTPUTS), help="[default: by the file's name, else pdf]")
@click.option(
    "-o", "--output", "file", type=click.Path(path_type=Path), help="The file; - for standard output."
)
@click.option("--to", "printer", metavar="PRINTER", help="Send to this printer of the settings.")
def command(
    tags: str | None,
    consignment: str | None,
    programme: str | None,
    form: str | None,
    file: Path | None,
    printer: str | None,
    **given: Any,
) -> None:
    if (file is None) == (printer is None):
        raise click.UsageError("Say where to print: -o FILE or --to PRINTER.")
    settings = load_settings()
    address = find_printer(settings.label_printers, printer) if printer else None
    fields = {name: value for name, value in given.items() if value is not None}
    fields |= {"tags": _tags(tags), "output": form or _form_of(file), "dpi": int(given["dpi"])}
    if "places" in fields:
        fields["places"] = _tags(fields["places"])
    if consignment:
        fields["consignment"] = consignment
    job = _print(_order(fields), programme, settings)
    body = b"".join(render(job))
    if address:
        send(address, body, job.output)
    if address or _write(body, file):
        labels = sum(item.label.copies for item in job.items)
        click.echo(f"{file or printer}: {labels} labels on {job.stock.title}, {len(body):,} bytes")


def _order(fields: dict[str, Any]) -> Order:
    try:
        return msgspec.convert(fields, Order)
    except msgspec.ValidationError as error:
        raise click.UsageError(str(error)) from error


def _print(order: Order, programme: str | None, settings: Settings) -> Job:

    async def work(engine: AsyncEngine) -> Job:
        async with transaction(engine) as conn:
            found = order
            if programme:
                known = await programme_by_code(conn, COMMAND_LINE, programme)
                found = msgspec.structs.replace(order, programme=known.id)
            consignment = await consignment_id(conn, COMMAND_LINE, found.consignment, found.programme)
            return await print_order(conn, COMMAND_LINE, found, consignment, settings.base_url)

    return run(work, settings)


def _tags(given: str | None) -> list[str]:
    if given and given.startswith("@"):
        try:
            given = sys.stdin.read() if given == "@-" else Path(given[1:]).read_text("utf-8")
        except (OSError, UnicodeDecodeError) as error:
            message = "The list of tags cannot be read."
            raise InvalidError(message, (FieldError("tags", str(error).replace("%", "%%")),)) from error
    return (given or "").replace(",", " ").replace(";", " ").split()


def _form_of(file: Path | None) -> str:
    ending = (file or Path()).suffix.lower().removeprefix(".")
    return ending if ending in OUTPUTS else "pdf"


def _write(body: bytes, file: Path | None) -> int:
    """Bytes written to a file; 0 for standard output, where nothing else may be said."""
    if file is None or str(file) == "-":
        sys.stdout.buffer.write(body)
        return 0
    return file.write_bytes(body)
