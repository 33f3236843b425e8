"""Labels: printed, printed again, and what they are printed on."""

from uuid import UUID

import anyio.to_thread
import msgspec
from litestar import Response, delete, get, post
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker.access.actors import Actor
from asset_tracker.edge.references import consignment_id
from asset_tracker.labels import own, service
from asset_tracker.labels.order import Order, print_order
from asset_tracker.labels.own import Preset
from asset_tracker.labels.paper import Paper
from asset_tracker.labels.service import Job, PrintView
from asset_tracker.labels.stock import Stock


@post("/labels", status_code=200)
async def print_labels(
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    state: State,
    data: JSONBody[Order],
) -> Response[bytes]:
    """Print labels: a PDF, or ZPL, or the picture of a single one. Recorded as printed."""
    consignment = await consignment_id(conn, actor, data.consignment, data.programme)
    job = await print_order(conn, actor, data, consignment, state.settings.base_url)
    return await answer(job)


@get("/labels/prints")
async def list_prints(
    conn: NamedDependency[AsyncConnection], actor: NamedDependency[Actor]
) -> list[PrintView]:
    """The newest 50 prints: one's own, and everybody's for an administrator."""
    return await service.list_prints(conn, actor)


@post("/labels/prints/{print_id:uuid}/again", status_code=200)
async def print_again(
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    state: State,
    print_id: FromPath[UUID],
    data: JSONBody[Paper],
) -> Response[bytes]:
    """The labels of an earlier print once more, on the paper of the body."""
    before = await service.get_print(conn, actor, print_id)
    order = Order(tags=before.tags, places=before.settings.places, **msgspec.structs.asdict(data))
    return await answer(await print_order(conn, actor, order, None, state.settings.base_url))


@get("/labels/stock")
async def list_stock(conn: NamedDependency[AsyncConnection]) -> list[Stock]:
    """All label stock, the built-in first. Lengths in mm."""
    return await own.list_stock(conn)


@post("/labels/stock")
async def save_stock(
    conn: NamedDependency[AsyncConnection], actor: NamedDependency[Actor], data: JSONBody[Stock]
) -> Stock:
    """Keep or replace a stock of one's own."""
    return await own.save_stock(conn, actor, data)


@delete("/labels/stock/{name:str}")
async def delete_stock(
    conn: NamedDependency[AsyncConnection], actor: NamedDependency[Actor], name: FromPath[str]
) -> None:
    """Forget a stock of one's own."""
    await own.delete_stock(conn, actor, name)


@get("/labels/presets")
async def list_presets(conn: NamedDependency[AsyncConnection]) -> list[Preset]:
    """The named ways of printing."""
    return await own.list_presets(conn)


@post("/labels/presets")
async def save_preset(
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    state: State,
    data: JSONBody[Preset],
) -> Preset:
    """Keep or replace a preset."""
    await own.save_preset(conn, actor, data, state.settings.base_url)
    return data


@delete("/labels/presets/{name:str}")
async def delete_preset(
    conn: NamedDependency[AsyncConnection], actor: NamedDependency[Actor], name: FromPath[str]
) -> None:
    """Forget a preset."""
    await own.delete_preset(conn, actor, name)


async def answer(job: Job) -> Response[bytes]:
    """The rendered file, as a download that names its print."""
    body = await anyio.to_thread.run_sync(lambda: b"".join(service.render(job)))
    headers = {
        "Content-Disposition": f'attachment; filename="{service.file_name(job)}"',
        "Cache-Control": "private, no-store",
        "X-Print-Id": str(job.id),
    }
    return Response(body, media_type=service.MEDIA_TYPES[job.output], headers=headers)


ROUTES = (
    print_labels,
    list_prints,
    print_again,
    list_stock,
    save_stock,
    delete_stock,
    list_presets,
    save_preset,
    delete_preset,
)
