"""The tables of ``sheet``: headings and rows of strings, in the report's language."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from asset_tracker.documents import display
from asset_tracker.i18n import Lang, gettext, ngettext
from asset_tracker.reports import words
from asset_tracker.reports.structs import Facts, Funnel, Happening, Item, Loss, MunicipalityFacts

Tree = dict[str, Any]

# An annex of items stays printable; the rest of a longer one is in the other formats.
PRINTED_ITEMS = 1_000
NAMED_TAGS = 6


def money(facts: Facts, lang: Lang) -> Tree:
    donors = (facts.question.donor,) if facts.question.donor else facts.donors
    rows = []
    for line in facts.summary.values:
        amounts = {amount.donor: amount.value for amount in line.by_donor}
        rows.append(
            [
                line.currency,
                display.money(line.value, lang),
                display.money(line.delivered, lang),
                *(display.money(amounts.get(donor.key, Decimal("0.00")), lang) for donor in donors),
            ]
        )
    notes = [gettext(lang, "Amounts stand in the currency they were paid in; nothing is converted.")]
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
        "notes": notes,
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
    heads = ("Category", "Planned", "Delivered", "Accepted", "In service", "Gone")
    return {
        "heads": [gettext(lang, head) for head in heads],
        "rows": rows,
        "total": row(gettext(lang, "All items"), facts.summary.funnel),
        "sets": sets,
    }


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


def days(facts: Facts, lang: Lang) -> list[list[str]]:
    return [
        [
            words.word(words.STEP, line.step, lang),
            ngettext(lang, "%(n)s day", "%(n)s days", line.median)
            if line.median is not None
            else display.NOTHING,
            display.number(line.count, lang),
        ]
        for line in facts.summary.days
    ]


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
    }


def municipalities(facts: Facts, lang: Lang) -> Tree | None:
    if isinstance(facts, MunicipalityFacts):
        return None
    rows = []
    for line in facts.municipalities:
        place, funnel = line.municipality, line.funnel
        value = (
            "; ".join(f"{display.money(v.value, lang)} {v.currency}" for v in line.values) or display.NOTHING
        )
        numbers = (place.population, funnel.planned, funnel.delivered, funnel.accepted, funnel.in_service)
        rows.append(
            [
                place.name.of(lang),
                place.oblast.of(lang),
                place.pcode,
                *(display.number(number, lang) for number in numbers),
                value,
            ]
        )
    heads = (
        "Municipality",
        "Oblast",
        "P-code",
        "Residents",
        "Planned",
        "Delivered",
        "Accepted",
        "In service",
        "Value",
    )
    return {"heads": [gettext(lang, head) for head in heads], "rows": rows}


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


def losses(facts: Facts, lang: Lang) -> Tree:
    rows = [
        [
            display.day(line.occurred_on, lang),
            line.tag or display.NOTHING,
            line.item.of(lang),
            words.word(words.LOSS, line.reason, lang),
            f"{display.money(line.value, lang)} {line.currency or ''}".strip(),
            _outcome(line, lang),
        ]
        for line in facts.losses
    ]
    heads = ("Date", "Tag", "Item", "What happened", "Value", "Outcome")
    return {"heads": [gettext(lang, head) for head in heads], "rows": rows}


def _outcome(line: Loss, lang: Lang) -> str:
    if line.outcome is None:
        return gettext(lang, "open")
    return f"{words.word(words.OUTCOME, line.outcome, lang)}, {display.day(line.closed_on, lang)}"


def findings(facts: Facts, lang: Lang) -> Tree:
    rows = [
        [
            found.tag or display.NOTHING,
            found.item.of(lang) if found.item else display.NOTHING,
            words.finding_text(found, lang, display.day(found.day, lang)),
        ]
        for found in facts.findings
    ]
    return {"heads": [gettext(lang, head) for head in ("Tag", "Item", "What to know")], "rows": rows}


def items(facts: Facts, lang: Lang) -> Tree:
    groups: dict[str, list[Item]] = defaultdict(list)
    for item in facts.items[:PRINTED_ITEMS]:
        groups[item.category].append(item)
    order = {line.category: place for place, line in enumerate(facts.summary.by_category)}
    donor = facts.question.donor
    heads = (
        "Tag",
        "Item",
        "Serial number",
        "Qty",
        "Price",
        "Value",
        "Act",
        "Where",
        "State",
        "Title held by",
        "Verified",
    )
    share = [gettext(lang, "Share of %(donor)s", donor=donor.label(lang))] if donor else []
    translated = [gettext(lang, head) for head in heads]
    left = len(facts.items) - PRINTED_ITEMS
    return {
        "heads": [*translated[:6], *share, *translated[6:]],
        "has_share": donor is not None,
        "groups": [
            {
                "name": words.word(words.CATEGORY, category, lang),
                "rows": [_item_row(item, donor.key if donor else None, lang) for item in groups[category]],
            }
            for category in sorted(groups, key=lambda name: order[name])
        ],
        "note": gettext(
            lang,
            "The first %(shown)s items; the other %(left)s are in the XLSX, CSV and JSON of this report.",
            shown=display.number(PRINTED_ITEMS, lang),
            left=display.number(left, lang),
        )
        if left > 0
        else "",
    }


def _item_row(item: Item, donor: str | None, lang: Lang) -> Tree:
    made = " ".join(part for part in (item.manufacturer, item.model) if part)
    share = item.share_of(donor) if donor else None
    where = item.service_point.of(lang) if item.service_point else words.word(words.PLACE, item.place, lang)
    act = f"{item.act_number}" if item.act_number else display.NOTHING
    gone = f" ({words.word(words.GONE, item.gone_reason, lang)})" if item.gone_reason else ""
    return {
        "tag": item.tag or display.NOTHING,
        "name": item.name.of(lang),
        "made": made,
        "kit": gettext(lang, "part of kit %(tag)s", tag=item.kit) if item.kit else "",
        "serial": item.serial or display.NOTHING,
        "quantity": display.number(item.quantity, lang),
        "price": display.money(item.unit_price, lang),
        "value": display.money(item.value, lang),
        "currency": item.currency or "" if item.value is not None else "",
        "share": display.money(share.value, lang) if share else display.NOTHING,
        "percent": display.percent(share.percent, lang) if share else "",
        "act": act,
        "act_day": display.day(item.act_date, lang) if item.act_date else "",
        "where": "" if item.stage == "gone" else where,
        "stage": words.word(words.STAGE, item.stage, lang) + gone,
        "condition": "" if item.stage == "gone" else words.word(words.CONDITION, item.condition, lang),
        "condition_key": item.condition,
        "stage_key": item.stage,
        "title": words.word(words.TITLE, item.title, lang),
        "verified": display.day(item.verified_on, lang),
    }


def timeline(lines: Sequence[Happening], lang: Lang) -> Tree:
    """What happened to several items together (same day, same kind, same detail) is one line."""
    groups: dict[tuple[str, str, str, str], list[Happening]] = {}
    for line in lines:
        key = (
            display.day_of(line.occurred_at, lang),
            display.day_of(line.recorded_at, lang),
            words.word(words.EVENT, line.kind, lang),
            line.detail.of(lang) if line.detail else "",
        )
        groups.setdefault(key, []).append(line)
    rows = [
        {
            "occurred": occurred,
            "recorded": recorded,
            "late": any(line.late for line in group),
            "what": what,
            "detail": detail,
            "count": len(group),
            "things": _things(group, lang),
        }
        for (occurred, recorded, what, detail), group in groups.items()
    ]
    heads = ("Occurred", "Recorded", "What", "Items")
    return {
        "heads": [gettext(lang, head) for head in heads],
        "rows": rows,
        "late": gettext(lang, "recorded late"),
        "count": gettext(
            lang, "Events in the ledger behind these lines: %(n)s.", n=display.number(len(lines), lang)
        ),
    }


def _things(group: Sequence[Happening], lang: Lang) -> str:
    if len(group) == 1:
        return f"{group[0].item.of(lang)}, {group[0].tag or display.NOTHING}"
    tags = [line.tag or display.NOTHING for line in group]
    shown = ", ".join(tags[:NAMED_TAGS])
    more = len(tags) - NAMED_TAGS
    listed = shown if more <= 0 else gettext(lang, "%(tags)s and %(n)s more", tags=shown, n=more)
    return f"{display.number(len(group), lang)}: {listed}"
