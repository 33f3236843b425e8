"""The tables of ``sheet`` about what went wrong: losses, and what needs attention."""

from collections import Counter
from typing import Any

from asset_tracker.documents import display
from asset_tracker.i18n import Lang, gettext
from asset_tracker.reports import words
from asset_tracker.reports.structs import Facts, Report
from asset_tracker.reports.structs_items import Loss

Tree = dict[str, Any]

# A longer list of exceptions is printed in part; the tables of the other formats have all of it.
PRINTED_FINDINGS = 150
# Up to so many speak for themselves without being counted by kind.
FEW_FINDINGS = 12
AID_OVERDUE = "The report on this consignment of humanitarian aid was due on %(day)s."


def losses(facts: Facts, lang: Lang) -> Tree:
    """Each case, with the tag that leads to its asset and the value that leads to its event."""
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
    summary = facts.summary
    lost = "; ".join(f"{display.money(c.value, lang)} {c.currency}" for c in summary.losses_value)
    told = gettext(
        lang,
        "Cases: %(open)s open, %(closed)s closed.",
        open=display.number(summary.losses_open, lang),
        closed=display.number(summary.losses_closed, lang),
    )
    value = gettext(lang, "Value of the items: %(value)s.", value=lost) if lost else ""
    return {
        "heads": [gettext(lang, head) for head in heads],
        "rows": rows,
        "links": linked_losses(facts),
        "note": f"{told} {value}".strip(),
    }


def linked_losses(facts: Facts) -> list[list[str]]:
    """Where the cells of ``losses`` lead."""
    cases = Counter(line.asset_id for line in facts.losses)

    def value(line: Loss) -> str:
        # of an asset that was lost twice the figure would be that of both cases
        if line.value is None or cases[line.asset_id] > 1:
            return ""
        return f"loss_value:{line.currency}?asset={line.asset_id}"

    return [["", f"/a/{line.tag}" if line.tag else "", "", "", value(line), ""] for line in facts.losses]


def _outcome(line: Loss, lang: Lang) -> str:
    if line.outcome is None:
        return gettext(lang, "open")
    return f"{words.word(words.OUTCOME, line.outcome, lang)}, {display.day(line.closed_on, lang)}"


def findings(report: Report, printed: int | None = PRINTED_FINDINGS) -> Tree:
    """How many of each kind, then each by its item; what is due on consignments of aid after them.

    ``printed``: how many of them, None for all.
    """
    facts, lang = report.facts, report.making.lang
    counts: Counter[str] = Counter()
    for found in facts.findings:
        counts[found.code] += found.number or 1
    rows = [
        [
            found.tag or display.NOTHING,
            found.item.of(lang) if found.item else display.NOTHING,
            words.finding_text(found, lang, display.day(found.day, lang)),
        ]
        for found in facts.findings[:printed]
    ]
    left = len(facts.findings) - len(rows)
    rows += [
        [display.NOTHING, number, gettext(lang, AID_OVERDUE, day=display.day(due, lang))]
        for number, due in report.beside.aid_overdue
    ]
    more = "And %(left)s more, in the XLSX and JSON of this report."
    counted = counts.most_common() if len(rows) > FEW_FINDINGS else []
    return {
        "heads": [gettext(lang, head) for head in ("Tag", "Item", "What to know")],
        "rows": rows,
        "counts": [
            [words.word(words.FINDING_SHORT, code, lang), display.number(count, lang)]
            for code, count in counted
        ],
        "count_links": [["", "" if code == "moved_away" else f"finding:{code}"] for code, _ in counted],
        "note": gettext(lang, more, left=display.number(left, lang)) if left else "",
    }
