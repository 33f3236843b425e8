"""The tables of ``sheet``: headings and rows of strings, in the report's language."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from asset_tracker.documents import display
from asset_tracker.i18n import Lang, gettext, ngettext
from asset_tracker.reports import serving, words
from asset_tracker.reports.structs import Facts, Report
from asset_tracker.reports.structs_around import Donor
from asset_tracker.reports.structs_figures import Days, Funnel

Tree = dict[str, Any]

PRINTED_RATES = 24
ZERO = Decimal("0.00")
# The rows of what came in a period, as ``evidence`` names them.
SINCE = ("delivered", "accepted", "served", "verified", "gone", "losses", "upkeep", "events")
STEPS = ("planned", "delivered", "accepted", "in_service", "gone")


def money(facts: Facts, lang: Lang) -> Tree:
    donors = (facts.question.donor,) if facts.question.donor else facts.donors
    rows, links = [], []
    for line in facts.summary.values:
        links.append([*linked_money(line.currency, donors)])
        amounts = {amount.donor: amount.value for amount in line.by_donor}
        rows.append(
            [
                line.currency,
                display.money(line.value, lang),
                display.money(line.delivered, lang),
                *(display.money(amounts.get(donor.key, Decimal("0.00")), lang) for donor in donors),
            ]
        )
    notes = [gettext(lang, "Amounts are in the currency they were paid in.")]
    if facts.summary.without_price:
        notes.append(
            gettext(
                lang,
                "Items without a recorded price, in no total: %(n)s.",
                n=display.number(facts.summary.without_price, lang),
            )
        )
    heads = [gettext(lang, head) for head in ("Currency", "Value", "of it delivered")]
    return {
        "heads": [
            *heads,
            *(gettext(lang, "Share of %(donor)s", donor=d.label(lang)) for d in donors),
        ],
        "rows": rows,
        "links": links,
        "notes": notes,
    }


def worth(facts: Facts, lang: Lang) -> Tree:
    """The same in hryvnias, euros and the donors' currencies, and by which rates."""
    summary = facts.summary
    donors = (facts.question.donor,) if facts.question.donor else facts.donors
    rows, links = [], []
    for line in summary.worth:
        links.append([*linked_worth(line.currency, donors)])
        amounts = {amount.donor: amount.value for amount in line.by_donor}
        known = line.value > 0 or not line.without_rate
        cells = (line.value, line.delivered, *(amounts.get(donor.key, ZERO) for donor in donors))
        shown = [display.money(cell if known else None, lang) for cell in cells]
        rows.append([line.currency, *shown, display.number(line.without_rate, lang)])
    heads = [gettext(lang, head) for head in ("Converted to", "Value", "of it delivered")]
    shares = (gettext(lang, "Share of %(donor)s", donor=d.label(lang)) for d in donors)
    days = sorted(rate.day for rate in summary.rates)
    notes = [
        gettext(
            lang,
            "Each item at the rate of the day it was acquired, or delivered where that is not recorded; rates older than a month are not used.",
        )
    ]
    if days:
        span = _span(days[0], days[-1], lang)
        notes.append(gettext(lang, "Rates used: %(n)s, of %(days)s.", n=len(days), days=span))
    if any(line.without_rate for line in summary.worth):
        notes.append(
            gettext(lang, "What has no recorded rate is not in any amount here; nothing is guessed.")
        )
    return {
        "heads": [*heads, *shares, gettext(lang, "Items without a rate")],
        "rows": rows,
        "links": links,
        "notes": notes,
    }


def rates(facts: Facts, lang: Lang, most: int | None = PRINTED_RATES) -> Tree:
    """The rates that were used, each with its day and who published it; ``most`` of them, None for all."""
    printed = facts.summary.rates[:most]
    left = len(facts.summary.rates) - len(printed)
    more = "And %(left)s more, in the XLSX and JSON of this report."
    heads = ("Currency", "Day", "UAH per unit", "Source")
    return {
        "heads": [gettext(lang, head) for head in heads],
        "rows": [
            [rate.currency, display.day(rate.day, lang), display.rate(rate.uah, lang), rate.source]
            for rate in printed
        ],
        "note": gettext(lang, more, left=display.number(left, lang)) if left else "",
    }


def since(facts: Facts, lang: Lang) -> Tree | None:
    """What came in the period that was asked for."""
    came = facts.summary.since
    if came is None:
        return None
    rows = (
        ("Delivered", came.delivered),
        ("Accepted by act", came.accepted),
        ("Put into service", came.served),
        ("Verified", came.verified),
        ("Left for good", came.gone),
        ("Losses and damage", came.losses),
        ("Maintenances and repairs", came.upkeep),
        ("Events in the ledger", came.events),
    )
    title = "From %(first)s to %(last)s"
    days = {
        "first": display.day(came.since, lang),
        "last": display.day(facts.question.as_of, lang),
    }
    served = serving.since_of(facts)
    return {
        "title": gettext(lang, title, **days),
        "heads": [gettext(lang, head) for head in ("What", "Count")],
        "links": [["", f"since:{key}"] for key in (*SINCE, *(line.unit for line in served))],
        "rows": [
            *([gettext(lang, label), display.number(count, lang)] for label, count in rows),
            *([serving.word(line, lang), display.number(line.number, lang)] for line in served),
        ],
    }


def categories(facts: Facts, lang: Lang) -> Tree:
    def row(name: str, funnel: Funnel) -> list[str]:
        cells = (funnel.planned, funnel.delivered, funnel.accepted, funnel.in_service, funnel.gone)
        return [name, *(display.number(cell, lang) for cell in cells)]

    lines = facts.summary.by_category
    rows = [
        row(words.word(words.CATEGORY, line.category, lang), line.funnel) for line in lines if not line.sets
    ]
    sets = [
        row(
            gettext(
                lang,
                "%(category)s (sets, counted above by their parts)",
                category=words.word(words.CATEGORY, line.category, lang),
            ),
            line.funnel,
        )
        for line in lines
        if line.sets
    ]
    heads = ("Category", "Planned", "Delivered", "Accepted", "In service", "Left for good")
    return {
        "heads": [gettext(lang, head) for head in heads],
        "keys": [line.category for line in lines if not line.sets],
        "set_keys": [line.category for line in lines if line.sets],
        "links": [linked_steps({"category": line.category}) for line in lines if not line.sets],
        "set_links": [
            linked_steps({"category": line.category, "sets": "true"}) for line in lines if line.sets
        ],
        "total_links": linked_steps({}),
        "rows": rows,
        "total": row(gettext(lang, "All items"), facts.summary.funnel),
        "sets": sets,
    }


def linked_steps(part: dict[str, str]) -> tuple[str, ...]:
    """Where the figures of a row lead: nowhere for its name, then one for each step."""
    query = f"?{urlencode(part)}" if part else ""
    return ("", *(f"{step}{query}" for step in STEPS))


def linked_money(currency: str, donors: Sequence[Donor]) -> tuple[str, ...]:
    """The same for a row of ``money``."""
    shares = (f"share:{currency}:{donor.key}" for donor in donors)
    return ("", f"value:{currency}", f"value_delivered:{currency}", *shares)


def linked_worth(currency: str, donors: Sequence[Donor]) -> tuple[str, ...]:
    """The same for a row of ``worth``."""
    shares = (f"worth:{currency}:{donor.key}" for donor in donors)
    return ("", f"worth:{currency}", f"worth_delivered:{currency}", *shares, f"without_rate:{currency}")


def conditions(facts: Facts, lang: Lang) -> list[Tree]:
    whole = sum(line.count for line in facts.summary.by_condition)
    return [
        {
            "key": line.condition,
            "label": words.word(words.CONDITION, line.condition, lang),
            "number": display.number(line.count, lang),
            "count": line.count,
            "part": f"{display.part(line.count, whole)}",
        }
        for line in facts.summary.by_condition
        if line.count
    ]


def care(report: Report) -> Tree:
    """How well it is documented and looked after."""
    facts, lang = report.facts, report.making.lang
    summary = facts.summary
    costs = "; ".join(f"{display.money(c.value, lang)} {c.currency}" for c in summary.upkeep_costs)
    delivered = summary.funnel.delivered
    one_cost = len(summary.upkeep_costs) == 1

    def row(label: str, number: int, whole: int) -> list[str]:
        part = display.percent(Decimal(display.part(number, whole)), lang) if whole else display.NOTHING
        return [gettext(lang, label), display.number(number, lang), part]

    return {
        "heads": [gettext(lang, head) for head in ("What", "Items", "Part")],
        "links": [
            *(["", key, key] for key in ("act", "installed", "verified_last_year", "verified_two_years")),
            ["", "unseen", ""],
            ["", "upkeep", f"upkeep_cost:{summary.upkeep_costs[0].currency}" if one_cost else ""],
            *(["", f"meter:{line.unit}", ""] for line in serving.meters(facts)),
            *(["", f"serving:{line.unit}", ""] for line in serving.of_facts(facts)),
        ],
        "rows": [
            row("With a signed act, of what was delivered", summary.with_act, delivered),
            row("Installed, of what was delivered", report.beside.installed, delivered),
            row("Verified within a year, of what is not gone", summary.verified_last_year, summary.standing),
            row(
                "Verified within two years, of what is not gone",
                summary.verified_two_years,
                summary.standing,
            ),
            [
                gettext(lang, "Since it was last verified, median"),
                _days(summary.unseen_days, lang),
                display.NOTHING,
            ],
            [
                gettext(lang, "Maintenances and repairs, and what they cost"),
                display.number(summary.upkeep, lang),
                costs or display.NOTHING,
            ],
            *(
                [serving.meter_word(line, lang), display.number(line.value, lang), display.NOTHING]
                for line in serving.meters(facts)
            ),
            *(
                [serving.word(line, lang), display.number(line.number, lang), display.NOTHING]
                for line in serving.of_facts(facts)
            ),
        ],
    }


def all_days(report: Report) -> tuple[Days, ...]:
    """Every step, in the order in which things go."""
    *steps, served = report.facts.summary.days
    return (*steps[:-1], *report.beside.days, *steps[-1:], served)


def days(report: Report) -> list[list[str]]:
    """How long each step took."""
    lang = report.making.lang
    return [
        [
            words.word(words.STEP, line.step, lang),
            _days(line.median, lang),
            display.number(line.count, lang),
        ]
        for line in all_days(report)
    ]


def _days(number: int | None, lang: Lang) -> str:
    return display.NOTHING if number is None else ngettext(lang, "%(n)s day", "%(n)s days", number)


def over_time(facts: Facts, lang: Lang) -> Tree:
    lines = facts.summary.over_time
    return {
        "heads": [gettext(lang, h) for h in ("Date", "Delivered", "Accepted by act", "Put into service")],
        "rows": [
            [
                display.day(line.day, lang),
                *(display.number(n, lang) for n in (line.delivered, line.accepted, line.served)),
            ]
            for line in lines
        ],
        "links": [
            ["", *(f"by:{step}:{line.day}" for step in ("delivered", "accepted", "served"))] for line in lines
        ],
    }


def support(facts: Facts, lang: Lang) -> Tree:
    rows = [
        [
            _span(line.starts_on, line.ends_on, lang),
            words.word(words.SUPPORT, line.kind, lang),
            line.title.of(lang),
            display.number(line.women, lang),
            display.number(line.men, lang),
            display.number(line.participants, lang),
        ]
        for line in facts.support
    ]
    summary = facts.summary
    people = (
        summary.participants_women,
        summary.participants_men,
        summary.participants_women + summary.participants_men,
    )
    heads = ("Date", "Kind", "What", "Women", "Men", "Together")
    return {
        "heads": [gettext(lang, head) for head in heads],
        "rows": rows,
        "total": ["", "", gettext(lang, "Participations"), *(display.number(n, lang) for n in people)],
    }


def _span(start: date, end: date | None, lang: Lang) -> str:
    first = display.day(start, lang)
    return first if end is None or end == start else f"{first} – {display.day(end, lang)}"
