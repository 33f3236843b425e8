"""Municipalities as dots on the country, or on one oblast of it [pure]."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import groupby
from math import cos, radians, sqrt
from typing import Final, NamedTuple

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
# More dots than these are drawn without a name and a link of their own: a drawing must not grow with them.
CROWD: Final = 150
# A finger finds a dot within so many units round it, 24 pixels wide where the whole drawing is 288 (a phone of 320);
# between two dots nearer than that, whichever is nearer.
REACH: Final = 27.0
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
    """A place with its figure. ``step`` is how strongly it is coloured, 0 to 4; ``href`` where a click leads.

    ``group``: what it belongs to, where so many are drawn that they are told and linked by groups.
    """

    name: str
    east: float
    north: float
    value: int
    step: int = 4
    tone: Tone = "brand"
    note: str = ""
    href: str = ""
    group: str = ""


Corner = tuple[float, float]


class Group(NamedTuple):
    """What stands for many dots together: what is told of them, and where a click on any of them leads."""

    text: str
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
    lettering: int = 20,
    groups: Mapping[str, Group] = {},
) -> Picture:
    """Dots as large as their figures are, on the outline of Ukraine and the given areas.

    ``scale`` explains the steps of colour: (step, words), drawn below in ``tone``. Where dots lead somewhere
    the drawing is a group of links, else an image. Its table: name, figure, note. ``lettering`` is the size of
    words, in units of the drawing: larger where it is shown small. ``groups``: what the dots' groups are, for a
    crowd of them.
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
        f'<g stroke="{COLOURS[tone]}" stroke-width="0.8">',
        *(_crowd(seen, view, most, groups) if len(seen) > CROWD else _dots(seen, view, most)),
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
    columns = (gettext(lang, "Municipality"), gettext(lang, "Count"), "")
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
    """The names of the largest dots, each below it or above it, where no dot and no name before it stands."""
    # Left, right, top and bottom of what is there already.
    taken = [_around(view.x(dot.east), view.y(dot.north), _radius(dot, most)) for dot in dots]
    found: list[str] = []
    for dot in sorted(dots, key=lambda dot: (-dot.value, dot.name)):
        if not dot.value or len(found) == _NAMED:
            break
        half, off = 0.295 * size * len(dot.name), _radius(dot, most)
        x, middle = min(max(view.x(dot.east), half), WIDTH - half), view.y(dot.north)
        for y in (middle + off + size + 1, middle - off - 0.25 * size - 1):
            spot = (x - half, x + half, y - 0.8 * size, y + 0.2 * size)
            if spot[2] >= 0 and spot[3] <= view.height and not any(_meet(spot, other) for other in taken):
                taken.append(spot)
                found.append(text(x, y, dot.name, "middle", strong=True, size=size))
                break
    return found


def _around(x: float, y: float, half: float) -> tuple[float, float, float, float]:
    return x - half, x + half, y - half, y + half


def _meet(one: tuple[float, float, float, float], other: tuple[float, float, float, float]) -> bool:
    return one[0] < other[1] and other[0] < one[1] and one[2] < other[3] and other[2] < one[3]


def _dots(dots: Sequence[Dot], view: _View, most: int) -> Iterator[str]:
    """Each with its name and link: the large ones first, so that no neighbour hides a small one."""
    drawn = sorted(dots, key=lambda dot: (-dot.value, dot.name))
    around = iter(nearest([(view.x(dot.east), view.y(dot.north)) for dot in drawn], REACH))
    for look, alike in groupby(drawn, key=_look):
        yield f"<g {look}>"
        for dot, target in zip(alike, around, strict=False):
            told = f"{dot.name}: {dot.value}" + (f". {dot.note}" if dot.note else "")
            name = f"<title>{escaped(told)}</title>"
            if dot.href:
                corners = "L".join(f"{x:.0f} {y:.0f}" for x, y in target)
                tap = f'<path d="M{corners}Z" fill="none" stroke="none" pointer-events="all"/>'
                yield f'<a href="{escaped(dot.href)}" tabindex="-1">{name}{tap}<circle {_circle(dot, view, most)}/></a>'
            else:
                yield f"<circle {_circle(dot, view, most)}>{name}</circle>"
        yield "</g>"


def _crowd(dots: Sequence[Dot], view: _View, most: int, groups: Mapping[str, Group]) -> Iterator[str]:
    """Dots as the corners of a few lines that are not drawn themselves: a dot takes some eight bytes.

    A click between the dots of a group leads where the group does.
    """
    alike: dict[tuple[float, str], list[str]] = {}
    members: dict[str, list[tuple[float, float]]] = {}
    for dot in dots:
        x, y = view.x(dot.east), view.y(dot.north)
        alike.setdefault((float(round(_radius(dot, most))), _look(dot)), []).append(f"{x:.0f} {y:.0f}")
        members.setdefault(dot.group, []).append((x, y))
    for at, (radius, look) in enumerate(sorted(alike, reverse=True)):
        size = 2 * radius + 2
        yield (
            f'<marker id="dots-{at}" markerUnits="userSpaceOnUse" markerWidth="{size}" markerHeight="{size}" '
            f'refX="{radius + 1}" refY="{radius + 1}"><circle {look} stroke-width="0.8" cx="{radius + 1}" '
            f'cy="{radius + 1}" r="{radius}"/></marker>'
        )
        corners = " ".join(alike[radius, look])
        # Only corners in the middle of a line are marked, so it begins and ends out of sight.
        yield f'<path d="M-99-99L{corners} -99-99" marker-mid="url(#dots-{at})" fill="none" stroke="none"/>'
    for key, points in members.items():
        if (group := groups.get(key)) and group.href:
            around = "L".join(f"{x:.0f} {y:.0f}" for x, y in hull(points))
            yield (
                f'<a href="{escaped(group.href)}" tabindex="-1"><title>{escaped(group.text)}</title>'
                f'<path class="around" d="M{around}Z" fill-opacity="0" stroke="#000" stroke-opacity="0" '
                f'stroke-width="16" stroke-linejoin="round" stroke-linecap="round" pointer-events="all"/></a>'
            )


def nearest(points: Sequence[Corner], reach: float) -> list[list[Corner]]:
    """Of each point the corners of what lies within ``reach`` of it, along and across, and nearer to no other point."""
    found = []
    for x, y in points:
        shape = [
            (x - reach, y - reach),
            (x + reach, y - reach),
            (x + reach, y + reach),
            (x - reach, y + reach),
        ]
        for u, v in points:
            if (u, v) != (x, y) and abs(u - x) < 3 * reach and abs(v - y) < 3 * reach:
                shape = _nearer(shape, (x, y), (u, v))
        found.append(shape)
    return found


def _nearer(shape: Sequence[Corner], one: Corner, other: Corner) -> list[Corner]:
    """The part of a convex shape that is nearer to one point than to the other."""
    (x, y), (u, v) = one, other
    far = [(u - x) * (2 * a - x - u) + (v - y) * (2 * b - y - v) for a, b in shape]
    kept: list[Corner] = []
    for at, (corner, beyond) in enumerate(zip(shape, far, strict=True)):
        before, was = shape[at - 1], far[at - 1]
        if (beyond > 0) != (was > 0):
            part = was / (was - beyond)
            kept.append(
                (before[0] + part * (corner[0] - before[0]), before[1] + part * (corner[1] - before[1]))
            )
        if beyond <= 0:
            kept.append(corner)
    return kept


def hull(points: Iterable[tuple[float, float]]) -> list[tuple[float, float]]:
    """The corners of the smallest convex shape round the points, in their order round it."""
    ordered = sorted(set(points))
    found: list[tuple[float, float]] = []
    for side in (ordered, ordered[::-1]):
        begin = len(found)
        for x, y in side:
            while len(found) > begin + 1:
                (x1, y1), (x2, y2) = found[-2:]
                if (x2 - x1) * (y - y1) - (y2 - y1) * (x - x1) > 0:
                    break
                found.pop()
            found.append((x, y))
        found.pop()
    return found or ordered


def _look(dot: Dot) -> str:
    return _painted(dot.tone if dot.value else "grey", dot.step)


@lru_cache(maxsize=64)
def _painted(tone: Tone, step: int) -> str:
    return f'class="t-{tone} dot" fill="{COLOURS[tone]}" fill-opacity="{opacity(step)}"'


def _circle(dot: Dot, view: _View, most: int) -> str:
    return f'cx="{view.x(dot.east):.0f}" cy="{view.y(dot.north):.0f}" r="{_radius(dot, most):.1f}"'


def opacity(step: int) -> str:
    """How opaque a step of colour is."""
    return f"{0.12 + 0.19 * min(max(step, 0), 4):.2f}"


def _scale(scale: Sequence[tuple[int, str]], tone: Tone, y: float, size: int) -> tuple[list[str], float]:
    parts, end = legend([(tone, words) for _, words in scale], y, WIDTH, size=size)
    squares = iter(scale)
    shaded = [
        part.replace("/>", f' fill-opacity="{opacity(next(squares)[0])}" stroke="{LINE}"/>')
        if part.startswith("<rect")
        else part
        for part in parts
    ]
    return shaded, end
