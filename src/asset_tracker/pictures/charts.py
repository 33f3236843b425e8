"""Bars and stairs: how far things got, how long ago they were seen, in what condition they are, what they are worth.

[pure]. Labels come translated; each function gives a ``Picture`` whose table says what is drawn.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

import msgspec

from asset_tracker.documents import display
from asset_tracker.i18n import Lang, gettext
from asset_tracker.pictures.drawing import (
    COLOURS,
    LINE,
    WIDTH,
    Picture,
    Tone,
    box,
    cut,
    legend,
    rail,
    svg,
    text,
)

CONDITIONS: Final[tuple[tuple[str, str, Tone], ...]] = (
    ("working", "Works", "good"),
    ("needs_attention", "Needs attention", "wait"),
    ("unserviceable", "Does not work", "bad"),
    ("unknown", "Not known", "grey"),
)
# Whether something was last seen within so many months, longest last; None: never.
AGES: Final[tuple[tuple[int | None, str, Tone], ...]] = (
    (6, "In the last 6 months", "good"),
    (12, "6 to 12 months ago", "brand"),
    (24, "1 to 2 years ago", "wait"),
    (1200, "More than 2 years ago", "bad"),
    (None, "Never", "grey"),
)


class Bar(msgspec.Struct, frozen=True, kw_only=True):
    """A named figure."""

    label: str
    value: int
    tone: Tone = "brand"


class Series(msgspec.Struct, frozen=True, kw_only=True):
    """A figure that changes on days, in their order: it holds from its day to the next."""

    label: str
    tone: Tone
    points: Sequence[tuple[date, int | Decimal]]


def bars(
    title: str, summary: str, lines: Sequence[Bar], lang: Lang, *, head: str, of: int | None = None
) -> Picture:
    """A bar for each figure, with its part of ``of`` (or of the largest, which then has none written)."""
    whole = of if of is not None else max((line.value for line in lines), default=0)
    if not any(line.value for line in lines):
        return Picture(title=title, summary=summary)
    parts: list[str] = []
    for at, line in enumerate(lines):
        y = at * 42.0
        said = display.number(line.value, lang)
        if of:
            said += f" · {_part(line.value, of, lang)}"
        parts += [
            text(0, y + 14, cut(line.label, 32)),
            text(WIDTH, y + 14, said, "end", strong=True),
            rail(0, y + 20, WIDTH, 12),
            box(0, y + 20, max(line.value * WIDTH / whole, 1.5 if line.value else 0), 12, line.tone),
        ]
    columns = (head, gettext(lang, "Count"), *((gettext(lang, "Part"),) if of else ()))
    rows = tuple(
        (line.label, display.number(line.value, lang), *((_part(line.value, of, lang),) if of else ()))
        for line in lines
    )
    drawn = svg(WIDTH, len(lines) * 42 - 8, parts, title, summary)
    return Picture(title=title, summary=summary, svg=drawn, head=columns, rows=rows)


def funnel(steps: Sequence[tuple[str, int]], lang: Lang) -> Picture:
    """How many things got how far, from the packing list to service: (step, how many reached it at least)."""
    title = gettext(lang, "From packing list to service")
    first = steps[0][1] if steps else 0
    last = steps[-1][1] if steps else 0
    summary = gettext(
        lang,
        "Of %(first)s things on packing lists, %(last)s reached the last step.",
        first=display.number(first, lang),
        last=display.number(last, lang),
    )
    lines = [
        Bar(label=label, value=value, tone="good" if at == len(steps) - 1 else "brand")
        for at, (label, value) in enumerate(steps)
    ]
    return bars(title, summary, lines, lang, head=gettext(lang, "Step"), of=first)


def ages(counts: Mapping[int | None, int], lang: Lang) -> Picture:
    """How long ago things were last verified; ``counts`` by the months of ``AGES``."""
    title = gettext(lang, "Time since the last verification")
    lines = [
        Bar(label=gettext(lang, words), value=counts.get(months, 0), tone=tone)
        for months, words, tone in AGES
    ]
    whole = sum(line.value for line in lines)
    recent = lines[0].value + lines[1].value
    summary = gettext(
        lang,
        "%(recent)s of %(whole)s things were seen within a year.",
        recent=display.number(recent, lang),
        whole=display.number(whole, lang),
    )
    return bars(title, summary, lines, lang, head=gettext(lang, "Last verified"), of=whole)


def conditions(rows: Sequence[tuple[str, Mapping[str, int]]], lang: Lang) -> Picture:
    """A divided bar for each category (its name, how many things are in which condition)."""
    title = gettext(lang, "Condition by category")
    kept = [(name, found) for name, found in rows if sum(found.values())]
    whole = sum(sum(found.values()) for _, found in kept)
    works = sum(found.get("working", 0) for _, found in kept)
    summary = gettext(
        lang,
        "%(works)s of %(whole)s things work.",
        works=display.number(works, lang),
        whole=display.number(whole, lang),
    )
    if not kept:
        return Picture(title=title, summary=summary)
    parts, top = legend([(tone, gettext(lang, words)) for _, words, tone in CONDITIONS], 2)
    for at, (name, found) in enumerate(kept):
        y, count = top + 6 + at * 40, sum(found.values())
        parts += [
            text(0, y + 14, cut(name, 38)),
            text(WIDTH, y + 14, display.number(count, lang), "end", strong=True),
        ]
        left = 0.0
        for key, words, tone in CONDITIONS:
            if number := found.get(key, 0):
                width = number * WIDTH / count
                told = f"{name}, {gettext(lang, words)}: {display.number(number, lang)}"
                parts.append(box(left, y + 20, max(width - 1, 0.5), 12, tone, title=told))
                left += width
    head = (
        gettext(lang, "Category"),
        *(gettext(lang, words) for _, words, _ in CONDITIONS),
        gettext(lang, "Together"),
    )
    table = tuple(
        (
            name,
            *(display.number(found.get(key, 0), lang) for key, _, _ in CONDITIONS),
            display.number(sum(found.values()), lang),
        )
        for name, found in kept
    )
    drawn = svg(WIDTH, top + len(kept) * 40, parts, title, summary)
    return Picture(title=title, summary=summary, svg=drawn, head=head, rows=table)


def over_time(
    title: str, series: Sequence[Series], as_of: date, lang: Lang, *, currency: str = ""
) -> Picture:
    """Figures as stairs up to the day ``as_of``; of money when ``currency`` is given.

    The table holds the last figure of each year, and that of ``as_of``.
    """
    say: Callable[[int | Decimal], str] = (
        (lambda value: f"{_short(value, lang)}\u00a0{display.SIGNS.get(currency, currency)}")
        if currency
        else (lambda value: display.number(int(value), lang))
    )
    days = sorted({day for line in series for day, _ in line.points if day <= as_of})
    most = max((value for line in series for day, value in line.points if day <= as_of), default=0)
    told = ", ".join(f"{line.label}: {say(_at(line, as_of))}" for line in series)
    summary = f"{display.day(as_of, lang)}: {told}" if series else ""
    if not days or not most:
        return Picture(title=title, summary=summary)
    parts, top = legend([(line.tone, line.label) for line in series], 2)
    first = days[0] - timedelta(days=max((as_of - days[0]).days // 25, 1))
    parts += _stairs(series, first, as_of, float(most), top + 20)
    bottom = top + 20 + _TALL
    parts += [
        text(0, top + 12, say(most), strong=True, size=13),
        text(0, bottom + 18, display.day(days[0], lang), size=13),
        text(WIDTH, bottom + 18, display.day(as_of, lang), "end", size=13),
    ]
    ends = year_ends(days[0], as_of)
    rows = tuple((display.day(day, lang), *(say(_at(line, day)) for line in series)) for day in ends)
    drawn = svg(WIDTH, bottom + 24, parts, title, summary)
    head = (gettext(lang, "Day"), *(line.label for line in series))
    return Picture(title=title, summary=summary, svg=drawn, head=head, rows=rows)


def year_ends(first: date, as_of: date) -> list[date]:
    """The days that the table of ``over_time`` has a row for: the last of each year, and ``as_of``."""
    return [*(date(year, 12, 31) for year in range(first.year, as_of.year)), as_of]


_TALL: Final = 150


def _stairs(series: Sequence[Series], first: date, as_of: date, most: float, top: float) -> list[str]:
    bottom, span = top + _TALL, max((as_of - first).days, 1)
    parts = [
        (
            f'<path class="k-line" d="M0 {bottom:.1f}H{WIDTH}M0 {top:.1f}H{WIDTH}M0 {(top + bottom) / 2:.1f}H{WIDTH}" '
            f'stroke="{LINE}" fill="none"/>'
        )
    ]
    for line in series:
        path = "".join(
            f"H{(day - first).days * WIDTH / span:.1f}V{bottom - float(value) * _TALL / most:.1f}"
            for day, value in line.points
            if day <= as_of
        )
        parts.append(
            f'<path class="k-{line.tone}" d="M0 {bottom:.1f}{path}H{WIDTH}" stroke="{COLOURS[line.tone]}" '
            'stroke-width="2.5" fill="none"/>'
        )
    return parts


def _at(line: Series, day: date) -> int | Decimal:
    found: int | Decimal = 0
    for when, value in line.points:
        if when > day:
            break
        found = value
    return found


def _short(value: int | Decimal, lang: Lang) -> str:
    return display.number(int(Decimal(value).to_integral_value()), lang)


def _part(value: int, whole: int, lang: Lang) -> str:
    return display.percent(Decimal(display.part(value, whole)), lang)
