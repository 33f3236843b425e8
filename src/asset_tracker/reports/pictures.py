"""The pictures of a report as SVG, the same for page and PDF; each stands beside figures that say the same.

Colours are attributes, so that they stand in a PDF; on a page the classes take the colours of light or dark.
"""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from functools import cache
from math import cos, radians

from asset_tracker.documents import display
from asset_tracker.i18n import Lang, gettext
from asset_tracker.pictures.drawing import COLOURS, LINE, PALE, SOFT, escaped
from asset_tracker.reports.columns import municipalities
from asset_tracker.reports.structs import Facts, MunicipalityFacts
from asset_tracker.reports.structs_figures import ConditionLine, Milestone
from asset_tracker.territory.codifier import read_shipped

BRAND, GOOD, FAIR, BAD, GREY = (COLOURS[tone] for tone in ("brand", "good", "wait", "bad", "grey"))
_CONDITION = {"working": GOOD, "needs_attention": FAIR, "unserviceable": BAD, "unknown": PALE}

_WIDTH = 640
# Ukraine from Chop to the Luhansk border and from Sarych to Hremiach, in degrees of WGS 84.
_WEST, _EAST, _SOUTH, _NORTH = 22.0, 40.4, 44.3, 52.5
_SCALE = _WIDTH / ((_EAST - _WEST) * cos(radians(48.5)))
_HEIGHT = round((_NORTH - _SOUTH) * _SCALE)


def condition_bar(lines: Sequence[ConditionLine]) -> str:
    """One bar, divided by how many things are in which condition."""
    whole = sum(line.count for line in lines)
    if not whole:
        return ""
    parts, left = [], 0.0
    for line in lines:
        width = line.count * _WIDTH / whole
        parts.append(_box(left, 0, width, 12, _CONDITION[line.condition], f"p-{line.condition}"))
        left += width
    return _svg(_WIDTH, 12, parts, "")


def over_time(milestones: Sequence[Milestone], as_of: date, lang: Lang) -> str:
    """How many things were delivered, accepted, and put into service, by day, as three stairs."""
    if not milestones:
        return ""
    left, top, right, bottom = 44, 26, _WIDTH - 12, 190
    # The stairs begin a little after the axis, so that the first step is seen.
    lead = max((as_of - milestones[0].day).days // 25, 1)
    first, span = milestones[0].day - timedelta(days=lead), (as_of - milestones[0].day).days + 2 * lead
    most = max(line.delivered for line in milestones) or 1

    def x(day: date) -> float:
        return left + (day - first).days * (right - left) / span

    def y(count: int) -> float:
        return bottom - count * (bottom - top) / most

    parts = [
        f'<path class="p-line" d="M{left} {bottom}H{right}M{left} {top}H{right}" stroke="{LINE}" fill="none"/>',
        _text(left - 6, bottom + 4, "0", "end"),
        _text(left - 6, top + 4, display.number(most, lang), "end"),
        _text(x(milestones[0].day), bottom + 18, display.day(milestones[0].day, lang), "start"),
        _text(x(as_of), bottom + 18, display.day(as_of, lang), "end"),
    ]
    stairs = (
        ("delivered", "Delivered", GREY, [(line.day, line.delivered) for line in milestones]),
        ("accepted", "Accepted by act", BRAND, [(line.day, line.accepted) for line in milestones]),
        ("served", "Put into service", GOOD, [(line.day, line.served) for line in milestones]),
    )
    legend = float(left)
    for key, label, colour, points in stairs:
        path = "".join(f"H{x(day):.1f}V{y(count):.1f}" for day, count in points)
        parts.append(
            f'<path class="s-{key}" d="M{left} {bottom}{path}H{x(as_of):.1f}" stroke="{colour}" stroke-width="2.5" fill="none"/>'
        )
        parts.append(_box(legend, 4, 10, 10, colour, f"p-{key}"))
        word = gettext(lang, label)
        parts.append(_text(legend + 15, 13, word, "start"))
        legend += 36 + 7.2 * len(word)
    return _svg(
        _WIDTH, bottom + 26, parts, gettext(lang, "Delivered, accepted and put into service over time")
    )


def site_map(facts: Facts, lang: Lang) -> str:
    """Every municipality of Ukraine as a dot, those of the report larger; no place finer than its centre."""
    dots = []
    for code, place in municipalities(facts).items():
        if place.latitude is None or place.longitude is None:
            continue
        x, y = _project(float(place.latitude), float(place.longitude))
        radius = 9.0 if isinstance(facts, MunicipalityFacts) else 5.0
        dots.append(
            f'<circle class="p-brand" cx="{x}" cy="{y}" r="{radius}" fill="{BRAND}" fill-opacity="0.85" '
            f'stroke="#ffffff" stroke-width="1.5"><title>{escaped(place.name.of(lang))} {code[:9]}</title></circle>'
        )
    if not dots:
        return ""
    ground = f'<path class="p-ground" d="{_ground()}" fill="{PALE}"/>'
    return _svg(
        _WIDTH, _HEIGHT, [ground, *dots], gettext(lang, "Where the municipalities of this report lie")
    )


@cache
def _ground() -> str:
    """All municipalities as small squares: together they draw the country."""
    found = []
    for each in read_shipped().municipalities:
        if each.lat is not None and each.lon is not None:
            x, y = _project(each.lat, each.lon)
            found.append(f"M{x - 2} {y - 2}h4v4h-4z")
    return "".join(found)


def _project(lat: float, lon: float) -> tuple[int, int]:
    """Pixels of a degree: equirectangular, true to scale at 48.5 degrees north."""
    return round((lon - _WEST) * cos(radians(48.5)) * _SCALE), round((_NORTH - lat) * _SCALE)


def _box(x: float, y: float, width: float, height: float, colour: str, name: str) -> str:
    return f'<rect class="{name}" x="{x:.1f}" y="{y}" width="{width:.1f}" height="{height}" fill="{colour}"/>'


def _text(x: float, y: float, words: str, anchor: str) -> str:
    return (
        f'<text class="p-soft" x="{x:.1f}" y="{y:.1f}" font-family="PT Sans" font-size="13" fill="{SOFT}" '
        f'text-anchor="{anchor}">{escaped(words)}</text>'
    )


def _svg(width: int, height: float, parts: Iterable[str], label: str) -> str:
    about = f'role="img" aria-label="{escaped(label)}"' if label else 'aria-hidden="true"'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" {about}>'
        f"{''.join(parts)}</svg>"
    )
