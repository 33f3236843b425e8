"""The charts of a report, drawn once for page and PDF, each with the table that says the same [pure]."""

from collections import Counter, defaultdict
from datetime import date
from decimal import Decimal

from msgspec.structs import replace

from asset_tracker.documents.display import SIGNS
from asset_tracker.i18n import Lang, gettext
from asset_tracker.pictures import charts
from asset_tracker.pictures.charts import Series
from asset_tracker.pictures.drawing import Picture
from asset_tracker.reports import words
from asset_tracker.reports.structs import Facts


def drawn(facts: Facts, lang: Lang) -> tuple[Picture, ...]:
    """Those that there is something to draw for: the funnel, condition by category, value over time."""
    found = (_funnel(facts, lang), conditions(facts, lang), *_values(facts, lang))
    return tuple(each for each in found if each.svg)


def _funnel(facts: Facts, lang: Lang) -> Picture:
    funnel = facts.summary.funnel
    steps = (
        ("planned", "Planned", funnel.planned),
        ("delivered", "Delivered", funnel.delivered),
        ("accepted", "Accepted by act", funnel.accepted),
        ("in_service", "In service", funnel.in_service),
    )
    drawn = charts.funnel([(gettext(lang, label), count) for _, label, count in steps], lang)
    return replace(drawn, links=tuple(("", key, key) for key, _, _ in steps))


def conditions(facts: Facts, lang: Lang) -> Picture:
    """In what condition the things of each category are."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for item in facts.items:
        if item.counted and item.delivered_on and item.stage != "gone":
            counts[item.category][item.condition] += item.quantity
    order = [line.category for line in facts.summary.by_category if not line.sets]
    told = [name for name in order if name in counts]
    drawn = charts.conditions([(words.word(words.CATEGORY, name, lang), counts[name]) for name in told], lang)
    figures = (*(f"condition:{key}" for key, _, _ in charts.CONDITIONS), "standing")
    return replace(
        drawn, links=tuple(("", *(f"{figure}?category={name}" for figure in figures)) for name in told)
    )


def _values(facts: Facts, lang: Lang) -> list[Picture]:
    grown: dict[str, dict[date, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for item in facts.items:
        if item.value is not None and item.currency and item.delivered_on:
            grown[item.currency][item.delivered_on] += item.value
    return [_value(currency, days, facts.question.as_of, lang) for currency, days in sorted(grown.items())]


def _value(currency: str, days: dict[date, Decimal], as_of: date, lang: Lang) -> Picture:
    points, sum_so_far = [], Decimal(0)
    for day in sorted(days):
        sum_so_far += days[day]
        points.append((day, sum_so_far))
    title = gettext(lang, "Value of what was delivered, %(currency)s", currency=SIGNS.get(currency, currency))
    series = Series(label=gettext(lang, "Delivered"), tone="brand", points=points)
    drawn = charts.over_time(title, [series], as_of, lang, currency=currency)
    ends = charts.year_ends(points[0][0], as_of)
    return replace(drawn, links=tuple(("", f"value_by:{currency}:{day}") for day in ends))
