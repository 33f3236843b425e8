"""The tables of ``sheet`` about what went wrong: losses, and what needs attention."""

from collections import Counter
from datetime import date
from typing import Any

from asset_tracker.documents import display
from asset_tracker.i18n import Lang, gettext
from asset_tracker.reports import words
from asset_tracker.reports.structs import Facts, Report
from asset_tracker.reports.structs_figures import Finding
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


def findings(report: Report, window: slice | None = None) -> Tree:
    """How many of each kind, then each by its item; what is due on consignments of aid after them.

    ``window``: which of all rows; without it those of paper.
    """
    facts, lang = report.facts, report.making.lang
    counts: Counter[str] = Counter()
    for found in facts.findings:
        counts[found.code] += found.number or 1
    printed = facts.findings if window else facts.findings[:PRINTED_FINDINGS]
    left = len(facts.findings) - len(printed)
    told: list[Finding | tuple[str, date]] = [*printed, *report.beside.aid_overdue]
    rows = [_finding(each, lang) for each in told[window or slice(None)]]
    more = "And %(left)s more, in the XLSX and JSON of this report."
    counted = counts.most_common() if len(told) > FEW_FINDINGS else []
    return {
        "heads": [gettext(lang, head) for head in ("Tag", "Item", "What to know")],
        "rows": rows,
        "whole": len(told),
        "counts": [
            [words.word(words.FINDING_SHORT, code, lang), display.number(count, lang)]
            for code, count in counted
        ],
        "count_links": [["", "" if code == "moved_away" else f"finding:{code}"] for code, _ in counted],
        "note": gettext(lang, more, left=display.number(left, lang)) if left else "",
    }


def _finding(found: Finding | tuple[str, date], lang: Lang) -> list[str]:
    if isinstance(found, tuple):
        number, due = found
        return [display.NOTHING, number, gettext(lang, AID_OVERDUE, day=display.day(due, lang))]
    return [
        found.tag or display.NOTHING,
        found.item.of(lang) if found.item else display.NOTHING,
        words.finding_text(found, lang, display.day(found.day, lang)),
    ]
