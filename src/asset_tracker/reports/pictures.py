"""The pictures of a report as SVG, the same for page and PDF; each stands beside figures that say the same.

Colours are attributes, so that they stand in a PDF; on a page the classes take the colours of light or dark.
"""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from asset_tracker.documents import display
from asset_tracker.i18n import Lang, gettext
from asset_tracker.pictures import maps
from asset_tracker.pictures.drawing import COLOURS, LINE, PALE, SOFT, Tone, escaped, legend
from asset_tracker.reports.columns import municipalities
from asset_tracker.reports.structs import Facts, ProgrammeFacts
from asset_tracker.reports.structs_figures import ConditionLine, Milestone

BRAND, GOOD, FAIR, BAD = (COLOURS[tone] for tone in ("brand", "good", "wait", "bad"))
_CONDITION = {"working": GOOD, "needs_attention": FAIR, "unserviceable": BAD, "unknown": PALE}

WIDTH = 640
_CLOSE = 40


def condition_bar(lines: Sequence[ConditionLine]) -> str:
    """One bar, divided by how many things are in which condition."""
    whole = sum(line.count for line in lines)
    if not whole:
        return ""
    parts, left = [], 0.0
    for line in lines:
        width = line.count * WIDTH / whole
        parts.append(_box(left, 0, width, 12, _CONDITION[line.condition], f"p-{line.condition}"))
        left += width
    return _svg(WIDTH, 12, parts, "")


def over_time(milestones: Sequence[Milestone], as_of: date, lang: Lang, width: int = WIDTH) -> str:
    """How many things were delivered, accepted, and put into service, by day, as three stairs.

    ``width`` in units of the drawing, in which words are 13 high: less of them for what is shown small.
    """
    if not milestones:
        return ""
    stairs: tuple[tuple[str, str, Tone, list[tuple[date, int]]], ...] = (
        ("delivered", "Delivered", "grey", [(line.day, line.delivered) for line in milestones]),
        ("accepted", "Accepted by act", "brand", [(line.day, line.accepted) for line in milestones]),
        ("served", "Put into service", "good", [(line.day, line.served) for line in milestones]),
    )
    entries: list[tuple[Tone, str]] = [(tone, gettext(lang, label)) for _, label, tone, _ in stairs]
    parts, below = legend(entries, 2, width)
    left, top, right = 44, below + 8, width - 12
    bottom = top + 160
    # The stairs begin a little after the axis, so that the first step is seen.
    lead = max((as_of - milestones[0].day).days // 25, 1)
    first, span = milestones[0].day - timedelta(days=lead), (as_of - milestones[0].day).days + 2 * lead
    most = max(line.delivered for line in milestones) or 1

    def x(day: date) -> float:
        return left + (day - first).days * (right - left) / span

    def y(count: int) -> float:
        return bottom - count * (bottom - top) / most

    parts += [
        f'<path class="p-line" d="M{left} {bottom:.0f}H{right}M{left} {top:.0f}H{right}" stroke="{LINE}" fill="none"/>',
        _text(left - 6, bottom + 4, "0", "end"),
        _text(left - 6, top + 4, display.number(most, lang), "end"),
        _text(x(milestones[0].day), bottom + 18, display.day(milestones[0].day, lang), "start"),
        _text(x(as_of), bottom + 18, display.day(as_of, lang), "end"),
    ]
    for key, _, tone, points in stairs:
        # A day on which nothing more came is no step.
        steps = (points[at] for at in range(len(points)) if not at or points[at][1] != points[at - 1][1])
        path = "".join(f"H{x(day):.0f}V{y(count):.0f}" for day, count in steps)
        parts.append(
            f'<path class="s-{key}" d="M{left} {bottom:.0f}{path}H{x(as_of):.0f}" stroke="{COLOURS[tone]}" '
            'stroke-width="2.5" fill="none"/>'
        )
    return _svg(
        width, bottom + 26, parts, gettext(lang, "Delivered, accepted and put into service over time")
    )


def site_map(facts: Facts, lang: Lang) -> str:
    """The municipalities of the report on the outline of the country, as large as what was delivered there.

    A dot is the administrative centre of a municipality: no place finer is ever drawn.
    """
    delivered = dict.fromkeys(municipalities(facts), 1)
    if isinstance(facts, ProgrammeFacts):
        delivered = {line.municipality.code: line.funnel.delivered for line in facts.municipalities}
    dots = [
        maps.Dot(
            name=place.name.of(lang),
            east=float(place.longitude),
            north=float(place.latitude),
            value=delivered[code],
            # Where many lie close together each must still be seen through the others.
            step=4 if len(delivered) < _CLOSE else 2,
        )
        for code, place in municipalities(facts).items()
        if place.latitude is not None and place.longitude is not None
    ]
    if not dots:
        return ""
    title = gettext(lang, "Where the municipalities of this report lie")
    summary = gettext(lang, "The centres of the municipalities; no finer place is shown.")
    return maps.country(dots, lang, title=title, summary=summary).svg


def _box(x: float, y: float, width: float, height: float, colour: str, name: str) -> str:
    return f'<rect class="{name}" x="{x:.1f}" y="{y}" width="{width:.1f}" height="{height}" fill="{colour}"/>'


def _text(x: float, y: float, words: str, anchor: str) -> str:
    return (
        f'<text class="p-soft" x="{x:.0f}" y="{y:.0f}" font-size="13" fill="{SOFT}" '
        f'text-anchor="{anchor}">{escaped(words)}</text>'
    )


def _svg(width: int, height: float, parts: Iterable[str], label: str) -> str:
    about = f'role="img" aria-label="{escaped(label)}"' if label else 'aria-hidden="true"'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height:.0f}" {about} font-family="PT Sans">'
        f"{''.join(parts)}</svg>"
    )
