"""The report laid out in words for a reader: one tree of strings for the PDF and the page.

What stands here is wording and order only; every figure comes from the Struct.
"""

from typing import Any

from msgspec import UNSET

from asset_tracker.documents import display
from asset_tracker.i18n import Lang, gettext, translator
from asset_tracker.reports import (
    charted,
    pictures,
    sheet_annex,
    sheet_areas,
    sheet_tables,
    sheet_trouble,
    words,
)
from asset_tracker.reports.structs import Facts, Listed, MunicipalityFacts, ProgrammeFacts, Report

Tree = dict[str, Any]

# As a phone shows a drawing, in its units.
NARROW = 360
# From this many items on a reader wants a table of contents.
LONG = 60


def sheet(report: Report) -> Tree:
    """Everything that the PDF prints, written out in the report's language."""
    facts, lang = report.facts, report.making.lang
    return {
        **body(report, pictures.WIDTH),
        "rates": sheet_tables.rates(facts, lang),
        "categories": sheet_tables.categories(facts, lang),
        "over_time": sheet_tables.over_time(facts, lang),
        "oblasts": sheet_areas.oblasts(facts, lang),
        "municipalities": sheet_areas.municipalities(facts, lang),
        "support": sheet_tables.support(facts, lang),
        "losses": sheet_trouble.losses(facts, lang),
        "findings": sheet_trouble.findings(report),
        "items": sheet_annex.items(facts, lang),
        "timeline": sheet_annex.timeline(facts, lang),
    }


def body(report: Report, width: int = NARROW) -> Tree:
    """All of ``sheet`` but the lists that may be long, for a page (``parts``); ``width`` of its drawing of time."""
    facts, lang = report.facts, report.making.lang
    text = translator(lang)
    return {
        "lang": lang,
        "long": len(facts.items) > LONG and isinstance(facts, MunicipalityFacts),
        "demonstration": text("Demonstration data: nothing here happened.")
        if report.making.demonstration
        else "",
        **heading(facts, lang),
        "facts": _fact_rows(report),
        "figures": _figures(facts, lang),
        "money": sheet_tables.money(facts, lang),
        "worth": sheet_tables.worth(facts, lang),
        "since": sheet_tables.since(facts, lang),
        "conditions": sheet_tables.conditions(facts, lang),
        "care": sheet_tables.care(report),
        "days": sheet_tables.days(report),
        "days_links": [
            ["", f"days:{line.step}", f"days:{line.step}"] for line in sheet_tables.all_days(report)
        ],
        "pictures": {
            "map": pictures.site_map(facts, lang),
            "map_caption": text("The centres of the municipalities; no finer place is shown."),
            "conditions": pictures.condition_bar(facts.summary.by_condition),
            "over_time": pictures.over_time(facts.summary.over_time, facts.question.as_of, lang, width),
        },
        "charts": [
            {
                "title": each.title,
                "summary": each.summary,
                "svg": each.svg,
                "head": list(each.head),
                "rows": [list(row) for row in each.rows],
                "links": [list(row) for row in each.links],
            }
            for each in charted.drawn(facts, lang)
        ],
        "raions": sheet_areas.raions(report),
        "situations": sheet_areas.situations(facts, lang),
        "signing": _signing(facts, lang),
        "photos": sheet_annex.photos(report.making, lang),
        "check": _check(report),
        "behind": behind(report),
        "labels": labels(lang),
    }


def behind(report: Report) -> Tree:
    """How the addresses of what stands behind the figures are made: ``before`` figure ``after``.

    ``things`` is what a tag is put behind, ``root`` what an address is that begins with a slash.
    """
    page, _, query = (report.making.page_url or "").partition("?")
    root = page.partition("/reports/")[0]
    return {
        "before": f"{page}/figures/" if page else "",
        "after": query,
        "things": f"{root}/a/" if page else "",
        "root": root,
    }


def address(report: Report, figure: str) -> str:
    """Where a figure of this report leads, empty where it leads nowhere."""
    ways = behind(report)
    if not figure or not ways["before"]:
        return ""
    if figure.startswith("/"):
        return f"{ways['root']}{figure}"
    return f"{ways['before']}{figure}{'&' if '?' in figure else '?'}{ways['after']}"


def heading(facts: Facts, lang: Lang) -> Tree:
    day = display.day(facts.question.as_of, lang)
    if isinstance(facts, MunicipalityFacts):
        place = facts.municipality
        return {
            "kicker": gettext(lang, "Report on equipment given to a municipality"),
            "title": place.title.of(lang),
            "subtitle": place.region.of(lang),
            "code": f"KATOTTH {place.code} · p-code {place.pcode}"
            if lang == "en"
            else f"КАТОТТГ {place.code} · p-code {place.pcode}",
            "as_of": gettext(lang, "As of %(day)s", day=day),
            "day": day,
        }
    return {
        "kicker": gettext(lang, "Programme report"),
        "title": facts.programme.name.of(lang),
        "subtitle": ", ".join(name.of(lang) for name in facts.programme.implementers),
        "code": facts.programme.code,
        "as_of": gettext(lang, "As of %(day)s", day=day),
        "day": day,
    }


def _fact_rows(report: Report) -> list[list[str]]:
    """What is said, what of it, and which figure it is (empty: none)."""
    facts, lang = report.facts, report.making.lang
    text = translator(lang)
    rows: list[list[str]] = []
    for programme in facts.programmes:
        name = programme.name.of(lang)
        marks = [mark for mark in (programme.code, programme.agreement) if mark and f"({mark})" not in name]
        rows.append([text("Programme"), f"{name} ({', '.join(marks)})" if marks else name, ""])
    donors = {donor.name.of(lang): None for programme in facts.programmes for donor in programme.donors}
    rows.append([text("Donors"), _list(donors), ""])
    makers = {name.of(lang): None for programme in facts.programmes for name in programme.implementers}
    rows.append([text("Implemented by"), _list(makers), ""])
    since = facts.question.since or (facts.programme.starts_on if isinstance(facts, ProgrammeFacts) else None)
    last = display.day(facts.question.as_of, lang)
    span = (
        f"{display.day(since, lang)} – {last}" if since else text("from the beginning to %(day)s", day=last)
    )
    rows.append([text("Reporting period"), span, ""])
    summary = facts.summary
    if isinstance(facts, ProgrammeFacts):
        rows += _of_programme(facts, lang)
        rows.append([text("Municipalities reached"), display.number(summary.municipalities, lang), "reached"])
        rows.append([text("Raions reached"), display.number(report.beside.raions, lang), "raions"])
    elif isinstance(facts.municipality.situation, str):
        stood = words.word(words.SITUATION, facts.municipality.situation, lang)
        rows.append([text("Situation"), stood, ""])
    if summary.residents is not None:
        figure = "residents" if isinstance(facts, ProgrammeFacts) or summary.funnel.delivered else ""
        rows.append([text("Residents"), _residents(facts, lang), figure])
    rows.append([text("Service points with items"), _points(report), "service_points"])
    if facts.question.donor:
        rows.append([text("Only what was paid by"), facts.question.donor.name.of(lang), ""])
    if isinstance(facts.question.view, Listed):
        rows.append([text("Only what this list holds now"), facts.question.view.name, ""])
    known = report.making.known_on
    rows.append(
        [text("Facts known by"), display.instant(known or report.making.made_at, lang), ""],
    )
    return rows


def _of_programme(facts: ProgrammeFacts, lang: Lang) -> list[list[str]]:
    """How long it lasts, and how much of what it may spend was delivered."""
    rows: list[list[str]] = []
    programme, budget = facts.programme, facts.budget
    if programme.starts_on or programme.ends_on:
        span = f"{display.day(programme.starts_on, lang)} – {display.day(programme.ends_on, lang)}"
        rows.append([gettext(lang, "Duration"), span, ""])
    if budget is not UNSET:
        amount = f"{display.money(budget.amount, lang)} {budget.currency}"
        rows.append([gettext(lang, budget_word(facts)), amount, ""])
        delivered = f"{display.money(budget.delivered, lang)} {budget.currency}"
        part = f"{delivered} ({display.percent(budget.percent, lang)})"
        donor = facts.question.donor
        figure = f"worth_delivered:{budget.currency}" + (f":{donor.key}" if donor else "")
        rows.append([gettext(lang, "Of it delivered"), part, figure])
    return rows


def budget_word(facts: Facts) -> str:
    """Whose budget it is, as a msgid."""
    return "Budget, part of the donor" if facts.question.donor else "Budget of the programme"


def _points(report: Report) -> str:
    """How many service points hold something, by kind."""
    lang, number = report.making.lang, report.facts.summary.service_points
    kinds = [
        f"{words.word(words.POINT, line.kind, lang).lower()} – {display.number(line.count, lang)}"
        for line in report.beside.points
    ]
    told = display.number(number, lang)
    return f"{told} ({'; '.join(kinds)})" if kinds and number > 1 else told


def _signing(facts: Facts, lang: Lang) -> list[str]:
    """Who signs the report of a municipality on paper."""
    if not isinstance(facts, MunicipalityFacts):
        return []
    return [gettext(lang, who) for who in ("Report made by", "For the municipality", "For the donor")]


def _residents(facts: Facts, lang: Lang) -> str:
    summary = facts.summary
    number = display.number(summary.residents, lang)
    if summary.residents_year is None:
        return number
    return gettext(lang, "%(number)s (estimate of %(year)s)", number=number, year=summary.residents_year)


def _figures(facts: Facts, lang: Lang) -> list[Tree]:
    funnel = facts.summary.funnel
    steps = (
        ("planned", "planned", funnel.planned),
        ("delivered", "delivered", funnel.delivered),
        ("accepted", "accepted by act", funnel.accepted),
        ("in_service", "in service", funnel.in_service),
    )
    return [
        {
            "key": key,
            "label": gettext(lang, label),
            "number": display.number(value, lang),
            "part": display.part(value, funnel.planned),
        }
        for key, label, value in steps
    ]


def _check(report: Report) -> Tree:
    lang, making = report.making.lang, report.making
    text = translator(lang)
    return {
        "heading": text("How to check this report"),
        "text": text(
            "Every figure here is counted from events in a ledger that only grows. The address below asks "
            "for the same day by what was known when this report was made: the content hash must be the same."
        ),
        "rows": [
            [text("Content hash (SHA-256)"), report.content_hash],
            [text("Ledger head"), making.ledger_head or text("nothing is sealed yet")],
            [text("Events sealed in the ledger"), display.number(making.ledger_size, lang)],
            [text("Made at"), display.instant(making.made_at, lang)],
            [text("Address"), making.page_url or display.NOTHING],
        ],
        "head_short": (making.ledger_head or "")[:16],
        "hash_short": report.content_hash[:16],
        "made": display.instant(making.made_at, lang),
        "url": making.page_url or "",
    }


def labels(lang: Lang) -> dict[str, str]:
    """The headings and words of a report."""
    msgids = {
        "short": "In short",
        "money": "What it cost and who paid",
        "categories": "What was given",
        "conditions": "Does it work",
        "conditions_note": "Of what was delivered and is not gone.",
        "care": "How it is documented and looked after",
        "days": "How long it took",
        "over_time": "Over time",
        "over_time_alt": "Delivered, accepted and put into service over time",
        "median": "Median",
        "days_items": "Items",
        "step": "Step",
        "municipalities": "Municipalities",
        "oblasts": "By oblast",
        "raions": "By raion",
        "count": "Count",
        "support": "Training and other support",
        "losses": "Losses",
        "findings": "What needs attention",
        "items": "All items",
        "photos": "Photos",
        "photo_missing": "The file of this photo is missing.",
        "timeline": "What happened, and when it was recorded",
        "contents": "Contents",
        "none": "Nothing of this kind by this day.",
        "no_items": "Nothing was given here by this day, as far as you may see.",
        "page": "page",
        "of": "of",
        "ledger": "ledger head",
        "hash": "content hash",
        "verify": "Scan to open this report",
        "value": "Value",
        "worth": "The same in other currencies",
        "rates": "Exchange rates used",
        "since": "In the period asked for",
        "charts": "Pictures",
        "situations": "By territories of hostilities",
        "signatures": "Signatures",
        "signed": "Position, name, signature, date",
        "behind": "A figure in colour is a link to the items that it counts, and to their events in the ledger.",
    }
    return {key: gettext(lang, msgid) for key, msgid in msgids.items()}


def _list(names: Any) -> str:
    return ", ".join(names) or display.NOTHING
