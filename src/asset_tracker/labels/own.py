"""Stock and presets of one's own, beside the built-in stock."""

from typing import Annotated, Any

import msgspec
from sqlalchemy import Table, delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker.access.actors import Actor
from asset_tracker.access.permissions import require
from asset_tracker.errors import ConflictError, NotFoundError
from asset_tracker.labels import stock as built_in
from asset_tracker.labels.paper import Paper
from asset_tracker.labels.sheet import check_print
from asset_tracker.labels.stock import STOCK, Stock, check_stock
from asset_tracker.labels.tables import label_preset, label_stock
from asset_tracker.ledger.letters import in_ukrainian_order


class Preset(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A named way of printing: a printer with its shift, the stock that lies in it, and the look."""

    name: Annotated[str, msgspec.Meta(min_length=1, max_length=60, pattern=r"^[^\x00/]*$")]
    paper: Paper


async def list_stock(conn: AsyncConnection) -> list[Stock]:
    """All stock: the built-in first, then one's own by name."""
    rows = await conn.scalars(select(label_stock.c.body).order_by(in_ukrainian_order(label_stock.c.name)))
    return [*STOCK.values(), *(msgspec.convert(body, Stock) for body in rows)]


async def get_stock(conn: AsyncConnection, name: str) -> Stock:
    """The stock of this name, in any case. Raises NotFoundError that lists the names."""
    key = name.strip().upper()
    if key in STOCK:
        return STOCK[key]
    body = await conn.scalar(select(label_stock.c.body).where(label_stock.c.name == key[:60]))
    return built_in.find_stock(name) if body is None else msgspec.convert(body, Stock)


async def save_stock(conn: AsyncConnection, actor: Actor, stock: Stock) -> Stock:
    """Keep or replace a stock of one's own; answers it with its name in capitals.

    Raises InvalidError with everything that does not fit, ConflictError for the name of a built-in one.
    """
    require(actor, "label.print")
    stock = msgspec.structs.replace(stock, name=stock.name.strip().upper())
    if stock.name in STOCK:
        raise ConflictError("“%(name)s” is built in: give your stock another name.", name=stock.name)
    check_stock(stock)
    await _save(conn, actor, label_stock, stock.name, stock)
    return stock


async def delete_stock(conn: AsyncConnection, actor: Actor, name: str) -> None:
    """Forget a stock of one's own. Raises NotFoundError."""
    await _delete(conn, actor, label_stock, name.strip().upper())


async def list_presets(conn: AsyncConnection) -> list[Preset]:
    """All presets by name; they are everybody's, as printers are."""
    rows = await conn.scalars(select(label_preset.c.body).order_by(in_ukrainian_order(label_preset.c.name)))
    return [msgspec.convert(body, Preset) for body in rows]


async def save_preset(conn: AsyncConnection, actor: Actor, preset: Preset, base_url: str) -> None:
    """Keep or replace a preset. Raises what ``check_print`` raises."""
    require(actor, "label.print")
    check_print(await get_stock(conn, preset.paper.stock), preset.paper.options(base_url))
    await _save(conn, actor, label_preset, preset.name, preset)


async def delete_preset(conn: AsyncConnection, actor: Actor, name: str) -> None:
    """Forget a preset. Raises NotFoundError."""
    await _delete(conn, actor, label_preset, name)


async def _save(conn: AsyncConnection, actor: Actor, table: Table, name: str, body: Any) -> None:
    values = {"name": name, "body": msgspec.to_builtins(body), "made_by": actor.id}
    new = {key: values[key] for key in ("body", "made_by")}
    await conn.execute(insert(table).values(values).on_conflict_do_update(index_elements=["name"], set_=new))


async def _delete(conn: AsyncConnection, actor: Actor, table: Table, name: str) -> None:
    require(actor, "label.print")
    gone = await conn.execute(delete(table).where(table.c.name == name))
    if not gone.rowcount:
        raise NotFoundError
