"""Labels and whole pages as SVG: what the preview shows, exactly what is printed.

Text stands as outlines of the label's own font, so it looks the same everywhere.
"""

from collections.abc import Iterator, Sequence
from itertools import accumulate, groupby
from typing import NamedTuple

from asset_tracker.labels.fonts import Face, font, outline
from asset_tracker.labels.layout import Drawing, Label, Line, draw_label
from asset_tracker.labels.sheet import Page, PrintOptions, check_print
from asset_tracker.labels.stock import Stock
from asset_tracker.labels.symbol import Symbol


class _Shapes:
    """Glyphs and words of a file, each defined once: labels of one consignment say mostly the same."""

    def __init__(self) -> None:
        self._names: dict[tuple[Face, str], str] = {}
        self._made: list[str] = []

    def use(self, face: Face, word: str) -> str:
        """The name of a word's shape, in thousandths of an em."""
        name = self._names.get((face, word))
        if name is None:
            drawn = f'd="{outline(face, word)}"' if len(word) == 1 else ""
            inner = "" if drawn else self._letters(face, word)
            name = self._names[face, word] = _name(len(self._names))
            self._made.append(f'<path id="{name}" {drawn}/>' if drawn else f'<g id="{name}">{inner}</g>')
        return name

    def _letters(self, face: Face, word: str) -> str:
        widths = font(face).widths
        ends = accumulate((widths[letter] for letter in word), initial=0)
        return "".join(_used(self.use(face, letter), x) for letter, x in zip(word, ends, strict=False))

    @property
    def weight(self) -> int:
        """In bytes."""
        return sum(map(len, self._made))

    def __str__(self) -> str:
        return f"<defs>{''.join(self._made)}</defs>"


def _name(number: int) -> str:
    """Short, and never alone the name of something else on a page: l1, l2, ..."""
    return f"l{number}"


def _used(name: str, x: int) -> str:
    return f'<use href="#{name}" x="{x}"/>' if x else f'<use href="#{name}"/>'


def render_svg(label: Label, stock: Stock, options: PrintOptions) -> str:
    """One label as an SVG file of its size in mm. Raises what ``check_print`` raises."""
    drawing = draw_label(label, check_print(stock, options), options.base_url)
    shapes = _Shapes()
    body = [*_drawing(shapes, drawing, 0, 0, drawing.x, drawing.y)]
    return _file(stock.width, stock.height, stock.radius, shapes, body)


class Drawn(NamedTuple):
    """A page as SVG, and how many of its labels are drawn on it."""

    svg: str
    labels: int


def page_svg(page: Page, stock: Stock, most: int | None = None) -> Drawn:
    """A page of ``sheet.pages`` as an SVG file of the paper's size in mm.

    ``most``: bytes that its labels may take; of those that take more only the cells are drawn.
    """
    boxes = "".join(
        f'<rect data-cell="{cell}" x="{_mm(x)}" y="{_mm(y)}" width="{_mm(w)}" height="{_mm(h)}" rx="{_mm(r)}"/>'
        for cell, (x, y, w, h, r) in enumerate(page.boxes, 1)
    )
    strokes = "".join(f"M{_mm(x1)} {_mm(y1)}L{_mm(x2)} {_mm(y2)}" for x1, y1, x2, y2 in page.strokes)
    marks = f'<g stroke-dasharray="1">{boxes}</g><path d="{strokes}"/>'
    body = [f'<g fill="none" stroke="#8a8a8a" stroke-width=".15">{marks}</g>']
    shapes = _Shapes()
    labels, spent = 0, 0
    for placed in page.placed:
        drawn = [*_drawing(shapes, placed.drawing, placed.x, placed.y, placed.symbol_x, placed.symbol_y)]
        spent += sum(map(len, drawn))
        if most is not None and spent + shapes.weight > most:
            break
        body += drawn
        labels += 1
    body += _text(shapes, page.lines, 0, 0)
    return Drawn(_file(stock.page_width, stock.page_height, 0, shapes, body), labels)


def _file(width: float, height: float, radius: float, shapes: _Shapes, body: Sequence[str]) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_mm(width)}mm" height="{_mm(height)}mm" '
        f'viewBox="0 0 {_mm(width)} {_mm(height)}">{shapes}'
        f'<rect width="{_mm(width)}" height="{_mm(height)}" rx="{_mm(radius)}" fill="#fff"/>{"".join(body)}</svg>'
    )


def _mm(length: float) -> str:
    return f"{length:.3f}".rstrip("0").rstrip(".")


def _drawing(
    shapes: _Shapes, drawing: Drawing, x: float, y: float, symbol_x: float, symbol_y: float
) -> Iterator[str]:
    yield (
        f'<path shape-rendering="crispEdges" transform="translate({_mm(symbol_x)} {_mm(symbol_y)}) '
        f'scale({drawing.module:.5f})" stroke="#000" d="{_path(drawing.symbol)}"/>'
    )
    yield from _text(shapes, drawing.lines, x, y)


def _path(symbol: Symbol) -> str:
    """The dark modules, as strokes of one module's width from left to right."""
    rows = []
    for y, row in enumerate(symbol.matrix()):
        bars: list[str] = []
        at = 0
        for dark, run in groupby(row):
            long = len(list(run))
            if dark:
                bars.append(
                    f"{'m' if bars else 'M'}{at if bars else f'{at} {y}.5'}{' 0' if bars else ''}h{long}"
                )
                at = 0
            else:
                at += long
        rows += bars
    return "".join(rows)


def _text(shapes: _Shapes, lines: tuple[Line, ...], x: float, y: float) -> Iterator[str]:
    for line in lines:
        widths, scale = font(line.face).widths, line.size / 1000
        uses, at = [], 0
        for blank, run in groupby(line.text, key=str.isspace):
            word = "".join(run)
            if not blank:
                uses.append(_used(shapes.use(line.face, word), at))
            at += sum(widths[letter] for letter in word)
        yield (
            f'<g transform="translate({_mm(x + line.x)} {_mm(y + line.y)}) '
            f'scale({scale:.6f} -{scale:.6f})">{"".join(uses)}</g>'
        )
