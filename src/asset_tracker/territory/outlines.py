"""Reading somebody's GeoJSON: a collection of polygons, each with a code of the codifier [pure].

What comes in is coordinates and nothing else: no other member is kept, and no text of it reaches a page.
Points are thinned to what a map of the country shows.
"""

from collections.abc import Iterator, Sequence
from math import hypot, isfinite
from typing import Annotated, Any, Final, Literal

import msgspec
from msgspec import Meta

from asset_tracker.errors import FieldError, InvalidError, TooLargeError

MAX_BYTES: Final = 10_000_000
MAX_FEATURES: Final = 2_000
MAX_POINTS: Final = 300_000
_TOLD: Final = 20
# Where Ukraine lies, generously, in degrees of WGS 84.
_WEST, _EAST, _SOUTH, _NORTH = 20.0, 42.0, 43.0, 54.0
# Names of the property that holds the code, the first that is there.
_CODES: Final = ("code", "katotth", "KATOTTH", "ADM3_PCODE", "ADM2_PCODE", "ADM1_PCODE")
# Thinned until an area has at most so many points; the first tolerance is in degrees.
_POINTS, _TOLERANCE = 160, 0.002
# Of a longer ring only so many points, evenly, are looked at: thinning takes up to their square.
_LOOKED_AT: Final = 2_000

Point = tuple[float, float]
_Position = Annotated[list[float], Meta(min_length=2, max_length=4)]
_Ring = Annotated[list[_Position], Meta(min_length=4)]


class _Polygon(msgspec.Struct, tag="Polygon"):
    coordinates: list[_Ring]


class _MultiPolygon(msgspec.Struct, tag="MultiPolygon"):
    coordinates: list[list[_Ring]]


class _Feature(msgspec.Struct):
    type: Literal["Feature"]
    geometry: _Polygon | _MultiPolygon
    properties: dict[str, Any]


class _Collection(msgspec.Struct):
    type: Literal["FeatureCollection"]
    features: Annotated[list[_Feature], Meta(min_length=1, max_length=MAX_FEATURES)]


class Outline(msgspec.Struct, frozen=True, kw_only=True):
    """An area's code as it was written (``UA18`` or all 19 characters), and its rings of (east, north)."""

    code: str
    rings: tuple[tuple[Point, ...], ...]


def read_geojson(data: bytes) -> tuple[Outline, ...]:
    """The areas of a FeatureCollection. Raises InvalidError with what is wrong of which feature, TooLargeError."""
    if len(data) > MAX_BYTES:
        raise TooLargeError("The file is larger than %(megabytes)s MB.", megabytes=MAX_BYTES // 1_000_000)
    try:
        found = msgspec.json.decode(data, type=_Collection)
    except msgspec.ValidationError as wrong:
        raise _refused(
            FieldError("file", "This is not as expected: %(told)s", {"told": str(wrong)[:200]})
        ) from wrong
    except (msgspec.DecodeError, RecursionError) as wrong:
        raise _refused(FieldError("file", "The file is not JSON.")) from wrong
    if sum(len(ring) for feature in found.features for ring in _rings(feature)) > MAX_POINTS:
        raise TooLargeError("The borders have more than %(points)s points.", points=MAX_POINTS)
    problems = [*_problems(found.features)]
    if problems:
        raise _refused(*problems[:_TOLD])
    return tuple(_outline(feature) for feature in found.features)


def _refused(*errors: FieldError) -> InvalidError:
    return InvalidError("These borders cannot be used.", errors=errors)


def _problems(features: Sequence[_Feature]) -> Iterator[FieldError]:
    seen: dict[str, int] = {}
    for number, feature in enumerate(features, 1):
        code = _code(feature)
        if not code:
            yield FieldError("file", "Area %(n)s has no code of the codifier.", {"n": number})
        elif code in seen:
            params = {"n": number, "other": seen[code]}
            yield FieldError("file", "Area %(n)s has the code of area %(other)s.", params)
        seen.setdefault(code, number)
        if not all(map(_within, _positions(feature))):
            yield FieldError(
                "file", "Area %(n)s leaves Ukraine: east first, then north, in degrees.", {"n": number}
            )


def _code(feature: _Feature) -> str:
    named = (feature.properties.get(name) for name in _CODES)
    code = next((value.strip().upper() for value in named if isinstance(value, str) and value.strip()), "")
    return (
        code
        if code.startswith("UA") and code[2:].isascii() and code[2:].isdigit() and len(code) <= 19
        else ""
    )


def _rings(feature: _Feature) -> Iterator[list[_Position]]:
    shape = feature.geometry
    if isinstance(shape, _Polygon):
        yield from shape.coordinates
    else:
        for polygon in shape.coordinates:
            yield from polygon


def _positions(feature: _Feature) -> Iterator[_Position]:
    for ring in _rings(feature):
        yield from ring


def _within(position: _Position) -> bool:
    east, north = position[:2]
    return isfinite(east) and isfinite(north) and _WEST <= east <= _EAST and _SOUTH <= north <= _NORTH


def _outline(feature: _Feature) -> Outline:
    rings = [[(position[0], position[1]) for position in _fewer(ring)] for ring in _rings(feature)]
    tolerance = _TOLERANCE
    while sum(map(len, rings)) > _POINTS and tolerance < 0.2:
        thinned = [thin(ring, tolerance) for ring in rings]
        # An islet that falls together to a line is left out, but never the last ring.
        rings = [ring for ring in thinned if len(ring) >= 4] or [max(rings, key=len)]
        tolerance *= 1.6
    rounded = tuple(tuple((round(east, 4), round(north, 4)) for east, north in ring) for ring in rings)
    return Outline(code=_code(feature), rings=rounded)


def _fewer(ring: list[_Position]) -> list[_Position]:
    step = len(ring) // _LOOKED_AT + 1
    return [*ring[:-1:step], ring[-1]]


def thin(points: Sequence[Point], tolerance: float) -> list[Point]:
    """The points without those that lie nearer than ``tolerance`` to the line (Douglas and Peucker), both ends kept."""
    kept = {0, len(points) - 1}
    # A ring ends where it begins: it is taken as two lines, from the start to the farthest point and back.
    far = max(range(len(points)), key=lambda at: _distance(points[at], points[0], points[0]))
    kept.add(far)
    waiting = [(0, far), (far, len(points) - 1)]
    while waiting:
        first, last = waiting.pop()
        between = range(first + 1, last)
        worst = max(between, key=lambda at: _distance(points[at], points[first], points[last]), default=None)
        if worst is not None and _distance(points[worst], points[first], points[last]) > tolerance:
            kept.add(worst)
            waiting += [(first, worst), (worst, last)]
    return [points[at] for at in sorted(kept)]


def _distance(point: Point, start: Point, end: Point) -> float:
    (x, y), (x1, y1), (x2, y2) = point, start, end
    length = hypot(x2 - x1, y2 - y1)
    if not length:
        return hypot(x - x1, y - y1)
    return abs((x2 - x1) * (y1 - y) - (x1 - x) * (y2 - y1)) / length
