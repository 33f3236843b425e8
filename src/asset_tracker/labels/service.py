"""Printing: choose, remember, render."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker.access.actors import Actor
from asset_tracker.access.permissions import require
from asset_tracker.assets import service as assets
from asset_tracker.errors import FieldError, InvalidError, NotFoundError
from asset_tracker.labels.choice import Choice, Item, choose
from asset_tracker.labels.paper import Look, Output
from asset_tracker.labels.pdf import render_pdf
from asset_tracker.labels.sheet import PrintOptions, check_print
from asset_tracker.labels.stock import Stock
from asset_tracker.labels.svg import render_svg
from asset_tracker.labels.tables import label_print
from asset_tracker.ledger import events as ev
from asset_tracker.ledger.ids import uuid7
from asset_tracker.ledger.tags import format_tag

MEDIA_TYPES: dict[Output, str] = {
    "pdf": "application/pdf",
    "zpl": "application/zpl; charset=us-ascii",
    "svg": "image/svg+xml",
    "png": "image/png",
}


class Job(msgspec.Struct, frozen=True):
    """A print that was recorded and is ready to be rendered. ``id`` is the operation of its events."""

    id: UUID
    items: tuple[Item, ...]
    stock: Stock
    options: PrintOptions
    output: Output


class PrintSettings(msgspec.Struct, frozen=True):
    """What a print needs to be done again, beside its tags: for labels of places, which ones."""

    look: Look
    options: PrintOptions
    places: tuple[str, ...] = ()


class PrintView(msgspec.Struct, frozen=True, kw_only=True):
    """A line of the print log."""

    id: UUID
    printed_at: datetime
    actor: str
    output: Output
    stock: str
    labels: int
    tags: tuple[str, ...]
    settings: PrintSettings


async def print_labels(
    conn: AsyncConnection,
    actor: Actor,
    choice: Choice,
    look: Look,
    stock: Stock,
    options: PrintOptions,
    output: Output,
) -> Job:
    """Choose the labels and record that they are printed: an event for each asset, a line in the log.

    Everything is checked before: raises what ``choose`` and ``check_print`` raise, and InvalidError where the
    output cannot be made of this stock.
    """
    require(actor, "label.print")
    options = msgspec.structs.replace(options, places=bool(choice.places))
    check_print(stock, options)
    check_output(output, stock)
    items = await choose(conn, actor, choice, look)
    if output in ("svg", "png") and len(items) != 1:
        message = "A picture shows one label; %(n)s were chosen."
        raise InvalidError(message, (FieldError("output", message, {"n": len(items)}),), n=len(items))
    job = Job(uuid7(), items, stock, options, output)
    await _record(conn, actor, job)
    await conn.execute(insert(label_print).values(_line(actor, job, look)))
    return job


def render(job: Job) -> Iterator[bytes]:
    """The file, in pieces."""
    labels = [item.label for item in job.items]
    match job.output:
        case "pdf":
            return render_pdf(labels, job.stock, job.options)
        case "zpl":
            from asset_tracker.labels.zpl import render_zpl

            return render_zpl(labels, job.stock, job.options)
        case "svg":
            return iter([render_svg(labels[0], job.stock, job.options).encode()])
        case "png":
            from asset_tracker.labels.raster import render_png

            return iter([render_png(labels[0], job.stock, job.options)])


def check_output(output: Output, stock: Stock) -> None:
    """Raises InvalidError where the output cannot be made of this stock."""
    if output == "zpl" and stock.kind != "roll":
        message = "ZPL is for rolls; “%(title)s” is a sheet."
        params = {"title": stock.title}
        raise InvalidError(message, (FieldError("output", message, params),), **params)


def file_name(job: Job) -> str:
    """What to call the file: by the one tag on it, or by how many labels there are."""
    tags = _tags(job.items)
    what = format_tag(tags[0]) if len(tags) == 1 else str(len(job.items))
    return (
        f"labels-{what}-{job.stock.name}.{job.output}".encode("ascii", "replace").decode().replace("?", "_")
    )


async def list_prints(conn: AsyncConnection, actor: Actor, *, limit: int = 50) -> list[PrintView]:
    """The newest prints: an administrator's view shows everybody's, other people see their own."""
    require(actor, "label.print")
    wanted = select(label_print).order_by(label_print.c.printed_at.desc(), label_print.c.id.desc())
    return [_view(row) for row in await conn.execute(_visible(wanted, actor).limit(min(limit, 200)))]


async def get_print(conn: AsyncConnection, actor: Actor, print_id: UUID) -> PrintView:
    """One print, to be done again. Raises NotFoundError."""
    require(actor, "label.print")
    wanted = select(label_print).where(label_print.c.id == print_id)
    row = (await conn.execute(_visible(wanted, actor))).first()
    if row is None:
        raise NotFoundError
    return _view(row)


def _visible(wanted: Any, actor: Actor) -> Any:
    return wanted if actor.has("administrator") else wanted.where(label_print.c.actor_id == actor.id)


async def _record(conn: AsyncConnection, actor: Actor, job: Job) -> None:
    by_copies: dict[int, list[UUID]] = defaultdict(list)
    for item in job.items:
        if item.asset is not None:
            by_copies[item.label.copies].append(item.asset)
    for copies, ids in by_copies.items():
        printed = ev.LabelPrinted(stock=job.stock.title, output=job.output, copies=copies)
        await assets.record(conn, actor, ids, printed, operation=job.id)


def _line(actor: Actor, job: Job, look: Look) -> dict[str, Any]:
    return {
        "id": job.id,
        "actor_id": actor.id,
        "actor_name": actor.name,
        "output": job.output,
        "stock": job.stock.name,
        "labels": sum(item.label.copies for item in job.items),
        "tags": _tags(job.items),
        "settings": msgspec.to_builtins(PrintSettings(look, job.options, _places(job.items))),
    }


def _tags(items: Sequence[Item]) -> list[str]:
    return [item.label.tag for item in items if item.label.tag]


def _places(items: Sequence[Item]) -> tuple[str, ...]:
    return tuple(str(item.label.place) for item in items if item.label.place)


def _view(row: Any) -> PrintView:
    return PrintView(
        id=row.id,
        printed_at=row.printed_at,
        actor=row.actor_name,
        output=row.output,
        stock=row.stock,
        labels=row.labels,
        tags=tuple(row.tags),
        settings=msgspec.convert(row.settings, PrintSettings),
    )
