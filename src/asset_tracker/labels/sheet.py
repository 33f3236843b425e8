"""Labels on pages: cells, copies, the printer's shift, marks for cutting.  [pure, mm from the page's top left]"""

from collections.abc import Iterable, Iterator
from math import isfinite
from typing import Final, get_args

import msgspec

from asset_tracker.errors import FieldError, InvalidError
from asset_tracker.labels.layout import (
    MM_PER_INCH,
    Dpi,
    Drawing,
    Label,
    Line,
    Plan,
    draw_label,
    plan_label,
)
from asset_tracker.labels.stock import Stock, check_stock

_SHIFT_MOST: Final = 20.0  # mm
_SCALES: Final = (0.9, 1.1)
_TICK: Final = 3.0  # mm, length of a mark for cutting
_TICK_GAP: Final = 1.0  # mm between the outermost label and the mark


class PrintOptions(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How to print. ``offset`` (mm) and ``scale`` set right what one printer shifts and stretches.

    ``start_cell`` is the first free label of a used sheet, counted in rows from 1. ``native_symbol`` lets a ZPL
    printer draw the symbol by itself. ``places``: the labels are those of places.
    """

    base_url: str
    dpi: Dpi = 300
    start_cell: int = 1
    offset_x: float = 0.0
    offset_y: float = 0.0
    scale_x: float = 1.0
    scale_y: float = 1.0
    cut_marks: bool = False
    outlines: bool = False
    native_symbol: bool = False
    places: bool = False


class Placed(msgspec.Struct, frozen=True):
    """A drawing and where the corner of its label lies; the symbol's own corner is on a whole printer dot."""

    x: float
    y: float
    symbol_x: float
    symbol_y: float
    drawing: Drawing


class Page(msgspec.Struct, frozen=True):
    """``strokes`` are thin lines (x1, y1, x2, y2), ``boxes`` outlines (x, y, width, height, radius)."""

    placed: tuple[Placed, ...]
    strokes: tuple[tuple[float, float, float, float], ...] = ()
    boxes: tuple[tuple[float, float, float, float, float], ...] = ()
    lines: tuple[Line, ...] = ()


def check_print(stock: Stock, options: PrintOptions) -> Plan:
    """The labels' common plan.

    Raises ``InvalidError`` with everything that is wrong with the stock or the options.
    """
    check_stock(stock)
    errors = []
    if options.dpi not in get_args(Dpi):
        errors.append(FieldError("dpi", "One of %(known)s dots per inch.", {"known": "203, 300, 600"}))
    if not 1 <= options.start_cell <= stock.cells:
        errors.append(
            FieldError("start_cell", "This stock has the labels 1 to %(most)s.", {"most": stock.cells})
        )
    for field in ("offset_x", "offset_y"):
        value = getattr(options, field)
        if not (isfinite(value) and -_SHIFT_MOST <= value <= _SHIFT_MOST):
            errors.append(FieldError(field, "From −%(most)s to %(most)s mm.", {"most": f"{_SHIFT_MOST:g}"}))
    for field in ("scale_x", "scale_y"):
        value = getattr(options, field)
        if not (isfinite(value) and _SCALES[0] <= value <= _SCALES[1]):
            params = {"least": _SCALES[0], "most": _SCALES[1]}
            errors.append(FieldError(field, "A factor from %(least)s to %(most)s.", params))
    if errors:
        raise InvalidError("The labels cannot be printed like this.", tuple(errors))
    return plan_label(stock, options.base_url, options.dpi, places=options.places)


def pages(labels: Iterable[Label], stock: Stock, options: PrintOptions) -> Iterator[Page]:
    """The pages one after the other, each made when it is asked for. Check first (``check_print``)."""
    plan = plan_label(stock, options.base_url, options.dpi, places=options.places)
    strokes = _cut_marks(stock, options) if options.cut_marks else ()
    boxes = tuple(_box(stock, options, cell) for cell in range(stock.cells)) if options.outlines else ()
    cell, placed = options.start_cell - 1, list[Placed]()
    for label in labels:
        drawing = draw_label(label, plan, options.base_url)
        for _ in range(label.copies):
            placed.append(_place(drawing, stock, options, cell))
            cell += 1
            if cell == stock.cells:
                yield Page(tuple(placed), strokes, boxes)
                cell, placed = 0, []
    if placed:
        yield Page(tuple(placed), strokes, boxes)


def cell_corner(stock: Stock, options: PrintOptions, cell: int) -> tuple[float, float]:
    """Where the printer has to put the corner of the label in this cell (from 0)."""
    row, column = divmod(cell, stock.columns)
    return (
        (stock.left + column * stock.pitch_x) * options.scale_x + options.offset_x,
        (stock.top + row * stock.pitch_y) * options.scale_y + options.offset_y,
    )


def _place(drawing: Drawing, stock: Stock, options: PrintOptions, cell: int) -> Placed:
    x, y = cell_corner(stock, options, cell)
    dot = MM_PER_INCH / options.dpi
    return Placed(x, y, round((x + drawing.x) / dot) * dot, round((y + drawing.y) / dot) * dot, drawing)


def _box(stock: Stock, options: PrintOptions, cell: int) -> tuple[float, float, float, float, float]:
    return (*cell_corner(stock, options, cell), stock.width, stock.height, stock.radius)


def _cut_marks(stock: Stock, options: PrintOptions) -> tuple[tuple[float, float, float, float], ...]:
    """Ticks outside the labels, at the edges of every column and row."""
    first_x, first_y = cell_corner(stock, options, 0)
    last_x, last_y = cell_corner(stock, options, stock.cells - 1)
    top, bottom = first_y - _TICK_GAP, last_y + stock.height + _TICK_GAP
    left, right = first_x - _TICK_GAP, last_x + stock.width + _TICK_GAP
    columns = {cell_corner(stock, options, column)[0] for column in range(stock.columns)}
    rows = {cell_corner(stock, options, row * stock.columns)[1] for row in range(stock.rows)}
    xs = sorted(columns | {x + stock.width for x in columns})
    ys = sorted(rows | {y + stock.height for y in rows})
    return (
        *((x, top - _TICK, x, top) for x in xs),
        *((x, bottom, x, bottom + _TICK) for x in xs),
        *((left - _TICK, y, left, y) for y in ys),
        *((right, y, right + _TICK, y) for y in ys),
    )


def alignment_page(stock: Stock, options: PrintOptions, advice: tuple[str, ...]) -> Page:
    """A page to print on plain paper and hold behind a sheet of labels against the light.

    Shows every label's outline and number, a ruler of 100 mm in both directions, and ``advice`` in the
    reader's language in the first label.
    """
    boxes = tuple(_box(stock, options, cell) for cell in range(stock.cells))
    size = min(3.2, stock.height / 8)
    numbers = tuple(
        Line(x + 2, y + stock.height - 1.5, size, "regular", str(cell + 1))
        for cell, (x, y, *_) in enumerate(boxes)
    )
    x, y = boxes[0][:2]
    words = tuple(
        Line(x + 2, y + 2 + 1.3 * size * (n + 1), size, "regular", text) for n, text in enumerate(advice)
    )
    return Page((), _rulers(stock), boxes, (*numbers, *words))


def _rulers(stock: Stock) -> tuple[tuple[float, float, float, float], ...]:
    """100 mm, or as many whole centimetres as the page has, in the page's middle: a line with ticks."""
    strokes = []
    width = min(100, int(stock.page_width // 10 - 1) * 10)
    height = min(100, int(stock.page_height // 10 - 1) * 10)
    x0, y0 = (stock.page_width - width) / 2, (stock.page_height - height) / 2
    if width > 0:
        y = stock.page_height / 2
        strokes.append((x0, y, x0 + width, y))
        strokes += [(x0 + mm, y - (1.0 if mm % 10 else 2.5), x0 + mm, y) for mm in range(0, width + 1, 5)]
    if height > 0:
        x = stock.page_width / 2
        strokes.append((x, y0, x, y0 + height))
        strokes += [(x - (1.0 if mm % 10 else 2.5), y0 + mm, x, y0 + mm) for mm in range(0, height + 1, 5)]
    return tuple(strokes)
