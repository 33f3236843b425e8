"""What API, page and command line order: one flat Struct, and what becomes of it."""

from typing import Annotated, Final
from uuid import UUID

import msgspec
from msgspec import Meta
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker.access.actors import Actor
from asset_tracker.labels.choice import Choice, Places, Tags, choose
from asset_tracker.labels.own import get_stock
from asset_tracker.labels.paper import Paper, Reference
from asset_tracker.labels.service import Job, check_output, get_print, print_labels
from asset_tracker.labels.sheet import check_print, pages
from asset_tracker.labels.svg import page_svg


class Order(Paper, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Labels to be printed: exactly one of tags, consignment (its id or number), municipality, blank, places.

    ``programme`` narrows a municipality, tells consignments of one number apart, and is where blank tags
    belong. ``places``: ids of service points, or codes of municipalities whose points are meant.
    """

    tags: Tags = ()
    consignment: Reference | None = None
    municipality: Reference | None = None
    blank: Annotated[int, Meta(ge=0, le=10**9)] = 0
    places: Places = ()
    programme: UUID | None = None

    def choice(self, consignment: UUID | None) -> Choice:
        return Choice(
            tags=self.tags,
            consignment=consignment,
            municipality=self.municipality,
            blank=self.blank,
            places=self.places,
            programme=self.programme,
        )


async def print_order(
    conn: AsyncConnection, actor: Actor, order: Order, consignment: UUID | None, base_url: str
) -> Job:
    """Record the print that was ordered and answer it ready to be rendered.

    ``consignment`` is the id that the edge found for ``order.consignment``. Raises what ``print_labels``
    and ``get_stock`` raise.
    """
    stock = await get_stock(conn, order.stock)
    options = order.options(base_url)
    return await print_labels(
        conn, actor, order.choice(consignment), order.look(), stock, options, order.output
    )


async def print_again(conn: AsyncConnection, actor: Actor, print_id: UUID, base_url: str) -> Job:
    """The labels of an earlier print once more, as they were printed but from a new sheet's first label.

    Raises NotFoundError, and what ``print_labels`` raises for tags that were replaced or retired since.
    """
    before = await get_print(conn, actor, print_id)
    stock = await get_stock(conn, before.stock)
    options = msgspec.structs.replace(before.settings.options, base_url=base_url, start_cell=1)
    choice = Choice(tags=before.tags, places=before.settings.places)
    return await print_labels(conn, actor, choice, before.settings.look, stock, options, before.output)


# Bytes of labels in a preview: the whole of most sheets, but no page grows with what is small and many.
_DRAWN: Final = 52_000


class Preview(msgspec.Struct, frozen=True):
    """What would be printed: the first page as SVG, and how many there are; ``drawn`` of its ``on_page`` labels are drawn."""

    svg: str
    labels: int
    pages: int
    drawn: int
    on_page: int


async def preview_order(
    conn: AsyncConnection, actor: Actor, order: Order, consignment: UUID | None, base_url: str
) -> Preview:
    """What the order would print; records nothing and makes no tags. Raises what ``print_order`` raises."""
    stock = await get_stock(conn, order.stock)
    options = msgspec.structs.replace(order.options(base_url), outlines=True, places=bool(order.places))
    check_print(stock, options)
    check_output(order.output, stock)
    items = await choose(conn, actor, order.choice(consignment), order.look(), sample=True)
    first = next(pages((item.label for item in items), stock, options))
    labels = sum(item.label.copies for item in items)
    count = -(-(labels + order.start_cell - 1) // stock.cells)
    drawn = page_svg(first, stock, _DRAWN)
    return Preview(drawn.svg, labels, count, drawn.labels, len(first.placed))
