"""What all pictures are drawn with [pure].

Colours are attributes, so that they stand in a PDF; on a page the classes take the colours of light or dark.
No picture is drawn by colour alone: words stand in it, and the table beside it says the same.
"""

from collections.abc import Iterable, Sequence
from typing import Final, Literal

import msgspec

Tone = Literal["brand", "good", "wait", "bad", "grey"]

COLOURS: Final[dict[Tone, str]] = {
    "brand": "#0d5a68",
    "good": "#1f6b3a",
    "wait": "#b07a10",
    "bad": "#a3271f",
    "grey": "#86979c",
}
LINE, SOFT, PALE, INK = "#dcdcd3", "#4f5d63", "#c9cec8", "#1d2a30"
WIDTH: Final = 360
"""Of a chart, in its own units: narrow, so that its words can still be read on a phone."""


class Picture(msgspec.Struct, frozen=True, kw_only=True):
    """A drawing and the same in words. ``svg`` is empty where there is nothing to draw.

    ``head`` and ``rows`` are a table of texts in the reader's language; its first column names the row, the
    others hold figures. ``links``: for each cell the figure that it is, where whoever shows it knows what is
    behind it; empty where it is none.
    """

    title: str
    summary: str
    svg: str = ""
    head: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    links: tuple[tuple[str, ...], ...] = ()


def escaped(words: str) -> str:
    """Text for SVG: markup of its own has no way in, nor has a sign that XML forbids."""
    plain = "".join(
        sign
        for sign in words
        if sign >= " " and not "\ud800" <= sign <= "\udfff" and sign not in "\ufffe\uffff"
    )
    return plain.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")


def svg(
    width: float, height: float, parts: Iterable[str], title: str, summary: str, *, role: str = "img"
) -> str:
    """The whole drawing, with its name and description for those who cannot see it."""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" role="{role}" '
        f'aria-label="{escaped(title)}. {escaped(summary)}" font-family="PT Sans, sans-serif">'
        f"<title>{escaped(title)}</title><desc>{escaped(summary)}</desc>{''.join(parts)}</svg>"
    )


def box(x: float, y: float, width: float, height: float, tone: Tone, *, title: str = "") -> str:
    """A filled rectangle; ``title`` is shown when it is pointed at."""
    shape = f'class="t-{tone}" x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" fill="{COLOURS[tone]}"'
    return f"<rect {shape}><title>{escaped(title)}</title></rect>" if title else f"<rect {shape}/>"


def rail(x: float, y: float, width: float, height: float) -> str:
    """The pale ground that a bar grows on."""
    return f'<rect class="t-rail" x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" fill="{LINE}"/>'


def text(
    x: float, y: float, words: str, anchor: str = "start", *, strong: bool = False, size: int = 14
) -> str:
    """A line of text in the product's face."""
    name, fill = ("t-ink", INK) if strong else ("t-soft", SOFT)
    weight = ' font-weight="700"' if strong else ""
    aside = "" if anchor == "start" else f' text-anchor="{anchor}"'
    return (
        f'<text class="{name}" x="{x:.0f}" y="{y:.0f}" font-size="{size}"{weight} '
        f'fill="{fill}"{aside}>{escaped(words)}</text>'
    )


def cut(words: str, signs: int) -> str:
    """Text that must not be longer than so many signs."""
    return words if len(words) <= signs else words[: signs - 1].rstrip() + "…"


def legend(
    entries: Sequence[tuple[Tone, str]], y: float, width: float = WIDTH, *, size: int = 13
) -> tuple[list[str], float]:
    """Coloured squares with their words, in as many lines as they need; and where the next thing may begin."""
    parts: list[str] = []
    x, square = 0.0, size - 2
    for tone, words in entries:
        long = square + 11 + 0.585 * size * len(words)
        if x and x + long > width:
            x, y = 0.0, y + size * 1.55
        parts += [box(x, y, square, square, tone), text(x + square + 5, y + size - 3, words, size=size)]
        x += long + 8
    return parts, y + size * 1.7
