"""Labels and whole pages as SVG: what the preview shows, exactly what is printed.

Text stands as outlines of the label's own font, so it looks the same everywhere.
"""

from collections.abc import Iterable, Iterator
from typing import Final

from asset_tracker.labels.fonts import Face, font, outline
from asset_tracker.labels.layout import Drawing, Label, Line, draw_label
from asset_tracker.labels.sheet import Page, PrintOptions, check_print
from asset_tracker.labels.stock import Stock
from asset_tracker.labels.symbol import Symbol

_SHORT: Final[dict[Face, str]] = {"regular": "r", "bold": "b"}


def render_svg(label: Label, stock: Stock, options: PrintOptions) -> str:
    """One label as an SVG file of its size in mm. Raises what ``check_print`` raises."""
    drawing = draw_label(label, check_print(stock, options), options.base_url)
    body = _drawing(drawing, 0, 0, drawing.x, drawing.y)
    return _file(stock.width, stock.height, stock.radius, [drawing.lines], body)


def page_svg(page: Page, stock: Stock) -> str:
    """A page of ``sheet.pages`` as an SVG file of the paper's size in mm."""
    boxes = "".join(
        f'<rect data-cell="{cell}" x="{_mm(x)}" y="{_mm(y)}" width="{_mm(w)}" height="{_mm(h)}" rx="{_mm(r)}"/>'
        for cell, (x, y, w, h, r) in enumerate(page.boxes, 1)
    )
    strokes = "".join(f"M{_mm(x1)} {_mm(y1)}L{_mm(x2)} {_mm(y2)}" for x1, y1, x2, y2 in page.strokes)
    marks = f'<g stroke-dasharray="1">{boxes}</g><path d="{strokes}"/>'
    body = [f'<g fill="none" stroke="#8a8a8a" stroke-width=".15">{marks}</g>']
    for placed in page.placed:
        body += _drawing(placed.drawing, placed.x, placed.y, placed.symbol_x, placed.symbol_y)
    body += _text(page.lines, 0, 0)
    lines = [*(placed.drawing.lines for placed in page.placed), page.lines]
    return _file(stock.page_width, stock.page_height, 0, lines, body)


def _file(
    width: float, height: float, radius: float, lines: Iterable[tuple[Line, ...]], body: Iterable[str]
) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_mm(width)}mm" height="{_mm(height)}mm" '
        f'viewBox="0 0 {_mm(width)} {_mm(height)}">{_shapes(lines)}'
        f'<rect width="{_mm(width)}" height="{_mm(height)}" rx="{_mm(radius)}" fill="#fff"/>{"".join(body)}</svg>'
    )


def _mm(length: float) -> str:
    return f"{length:.3f}".rstrip("0").rstrip(".")


def _shapes(lines: Iterable[tuple[Line, ...]]) -> str:
    used = {(line.face, character) for group in lines for line in group for character in line.text}
    paths = "".join(
        f'<path id="{_SHORT[face]}{ord(character)}" d="{outline(face, character)}"/>'
        for face, character in sorted(used)
        if not character.isspace()
    )
    return f"<defs>{paths}</defs>"


def _drawing(drawing: Drawing, x: float, y: float, symbol_x: float, symbol_y: float) -> Iterator[str]:
    yield (
        f'<path shape-rendering="crispEdges" transform="translate({_mm(symbol_x)} {_mm(symbol_y)}) '
        f'scale({drawing.module:.5f})" d="{_path(drawing.symbol)}"/>'
    )
    yield from _text(drawing.lines, x, y)


def _path(symbol: Symbol) -> str:
    """The dark modules, as bars from left to right."""
    parts = []
    for y, row in enumerate(symbol.matrix()):
        x = 0
        while x < symbol.size:
            start = x
            while x < symbol.size and row[x]:
                x += 1
            if x > start:
                parts.append(f"M{start} {y}h{x - start}v1h{start - x}z")
            x += 1
    return "".join(parts)


def _text(lines: tuple[Line, ...], x: float, y: float) -> Iterator[str]:
    for line in lines:
        widths, scale = font(line.face).widths, line.size / 1000
        uses, at = [], 0
        for character in line.text:
            if not character.isspace():
                uses.append(f'<use href="#{_SHORT[line.face]}{ord(character)}" x="{at}"/>')
            at += widths[character]
        yield (
            f'<g transform="translate({_mm(x + line.x)} {_mm(y + line.y)}) '
            f'scale({scale:.6f} -{scale:.6f})">{"".join(uses)}</g>'
        )
