"""Municipalities as dots on the country, or on one oblast of it [pure]."""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from math import cos, radians, sqrt
from typing import Final

import msgspec

from asset_tracker.documents import display
from asset_tracker.i18n import Lang, gettext
from asset_tracker.pictures import outline
from asset_tracker.pictures.drawing import (
    COLOURS,
    LINE,
    PALE,
    SOFT,
    Picture,
    Tone,
    escaped,
    legend,
    svg,
    text,
)
from asset_tracker.pictures.outline import Point

WIDTH: Final = 640
_SMALLEST, _LARGEST = 4.0, 17.0
# Dots are named in a window narrower than so many degrees, the largest so many of them.
_NAMED_BELOW, _NAMED = 8.0, 14
_AT_48_5: Final = cos(radians(48.5))


class Window(msgspec.Struct, frozen=True):
    """What is in sight, in degrees of WGS 84."""

    west: float
    south: float
    east: float
    north: float

    def holds(self, east: float, north: float) -> bool:
        """Whether a point is in it."""
        return self.west <= east <= self.east and self.south <= north <= self.north


# A little more than from Chop to the Luhansk border and from Sarych to Hremiach.
UKRAINE: Final = Window(21.8, 44.2, 40.6, 52.6)


class Dot(msgspec.Struct, frozen=True, kw_only=True):
    """A place with its figure. ``step`` is how strongly it is coloured, 0 to 4; ``href`` where a click leads."""

    name: str
    east: float
    north: float
    value: int
    step: int = 4
    tone: Tone = "brand"
    note: str = ""
    href: str = ""


class Area(msgspec.Struct, frozen=True, kw_only=True):
    """An area's rings (outer ones and holes alike) of (east, north); ``step`` as of a dot, 0 only its border."""

    name: str
    rings: tuple[tuple[Point, ...], ...]
    step: int = 0


def around(points: Iterable[Point]) -> Window:
    """The window that shows these points, never narrower than half a degree; all of Ukraine for none."""
    found = list(points)
    if not found:
        return UKRAINE
    easts, norths = [east for east, _ in found], [north for _, north in found]
    aside = max((max(easts) - min(easts)) * 0.12, 0.25)
    above = max((max(norths) - min(norths)) * 0.12, 0.18)
    return Window(min(easts) - aside, min(norths) - above, max(easts) + aside, max(norths) + above)


def country(
    dots: Sequence[Dot],
    lang: Lang,
    *,
    title: str,
    summary: str,
    window: Window = UKRAINE,
    areas: Sequence[Area] = (),
    scale: Sequence[tuple[int, str]] = (),
    tone: Tone = "brand",
    head: Sequence[str] = (),
    lettering: int = 20,
) -> Picture:
    """Dots as large as their figures are, on the outline of Ukraine and the given areas.

    ``scale`` explains the steps of colour: (step, words), drawn below in ``tone``. Where dots lead somewhere
    the drawing is a group of links, else an image. Its table: name, figure, note. ``lettering`` is the size of
    words, in units of the drawing: larger where it is shown small.
    """
    view = _View(window)
    seen = [dot for dot in dots if window.holds(dot.east, dot.north)]
    most = max((dot.value for dot in seen), default=0) or 1
    parts = [
        f'<rect class="t-sea" width="{WIDTH}" height="{view.height}" fill="none"/>',
        (
            f'<path class="t-land" d="{_land(window)}" fill="{PALE}" fill-rule="evenodd" fill-opacity="0.55" '
            f'stroke="{COLOURS["grey"]}" stroke-width="0.8"/>'
        ),
        *(_area(area, view, tone) for area in areas),
        # The large ones first, so that a small one is not hidden behind its neighbour.
        f'<g stroke="{COLOURS[tone]}" stroke-width="0.8">',
        *(_dot(dot, view, most) for dot in sorted(seen, key=lambda dot: (-dot.value, dot.name))),
        "</g>",
    ]
    if window.east - window.west < _NAMED_BELOW:
        parts += _names(seen, view, most, lettering)
    linked = any(dot.href for dot in seen)
    height: float = view.height
    if scale:
        keys, height = _scale(scale, tone, view.height + 10, lettering)
        parts += keys
    drawn = svg(WIDTH, height, parts, title, summary, role="group" if linked else "img")
    columns = tuple(head) or (gettext(lang, "Municipality"), gettext(lang, "Count"), "")
    wide = 3 if any(dot.note for dot in dots) else 2
    rows = tuple((dot.name, display.number(dot.value, lang), dot.note)[:wide] for dot in dots)
    return Picture(title=title, summary=summary, svg=drawn, head=columns[:wide], rows=rows)


class _View:
    """Units of the drawing for degrees: equirectangular, true to scale at 48.5 degrees north."""

    def __init__(self, window: Window) -> None:
        self.window = window
        self.scale = WIDTH / ((window.east - window.west) * _AT_48_5)
        self.height = min(round((window.north - window.south) * self.scale), 2 * WIDTH)

    def x(self, east: float) -> float:
        return (east - self.window.west) * _AT_48_5 * self.scale

    def y(self, north: float) -> float:
        return (self.window.north - north) * self.scale

    def path(self, rings: Iterable[Sequence[Point]]) -> str:
        found = []
        for ring in rings:
            points = [f"{self.x(east):.0f} {self.y(north):.0f}" for east, north in ring]
            # Points that fall together on paper are drawn once.
            kept = [point for at, point in enumerate(points) if at == 0 or point != points[at - 1]]
            found.append(f"M{'L'.join(kept)}Z")
        return "".join(found)


@lru_cache(maxsize=64)
def _land(window: Window) -> str:
    return _View(window).path((outline.land(), *outline.lagoons()))


def _area(area: Area, view: _View, tone: Tone) -> str:
    drawn = f'd="{view.path(area.rings)}" fill-rule="evenodd"'
    name = f"<title>{escaped(area.name)}</title>"
    if not area.step:
        return f'<path class="k-area" {drawn} fill="none" stroke="{SOFT}" stroke-width="0.8">{name}</path>'
    return (
        f'<path class="t-{tone} k-area" {drawn} fill="{COLOURS[tone]}" fill-opacity="{area.step * 0.1:.1f}" '
        f'stroke="{SOFT}" stroke-width="0.8">{name}</path>'
    )


def _radius(dot: Dot, most: int) -> float:
    return max(_LARGEST * sqrt(dot.value / most), _SMALLEST) if dot.value else _SMALLEST / 2


def _names(dots: Sequence[Dot], view: _View, most: int, size: int) -> list[str]:
    """The names of the largest dots, each where none before it stands."""
    taken: list[tuple[float, float, float]] = []
    found: list[str] = []
    for dot in sorted(dots, key=lambda dot: (-dot.value, dot.name)):
        half = 0.295 * size * len(dot.name)
        x = min(max(view.x(dot.east), half), WIDTH - half)
        y = view.y(dot.north) + _radius(dot, most) + size + 1
        free = all(abs(y - v) > size + 2 or abs(x - u) > half + other for u, v, other in taken)
        if dot.value and free and y < view.height and len(found) < _NAMED:
            taken.append((x, y, half))
            found.append(text(x, y, dot.name, "middle", strong=True, size=size))
    return found


def _dot(dot: Dot, view: _View, most: int) -> str:
    told = f"{dot.name}: {dot.value}" + (f". {dot.note}" if dot.note else "")
    tone: Tone = dot.tone if dot.value else "grey"
    shape = (
        f'<circle class="t-{tone} dot" cx="{view.x(dot.east):.0f}" cy="{view.y(dot.north):.0f}" '
        f'r="{_radius(dot, most):.1f}" fill="{COLOURS[tone]}" fill-opacity="{_opacity(dot.step)}">'
    )
    name = f"<title>{escaped(told)}</title>"
    if dot.href:
        return f'<a href="{escaped(dot.href)}">{name}{shape[:-1]}/></a>'
    return f"{shape}{name}</circle>"


def _opacity(step: int) -> str:
    return f"{0.12 + 0.19 * min(max(step, 0), 4):.2f}"


def _scale(scale: Sequence[tuple[int, str]], tone: Tone, y: float, size: int) -> tuple[list[str], float]:
    parts, end = legend([(tone, words) for _, words in scale], y, WIDTH, size=size)
    squares = iter(scale)
    shaded = [
        part.replace("/>", f' fill-opacity="{_opacity(next(squares)[0])}" stroke="{LINE}"/>')
        if part.startswith("<rect")
        else part
        for part in parts
    ]
    return shaded, end
