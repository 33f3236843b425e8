"""An annex laid out in words for a reader: one tree of strings for its PDF and its page."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

from asset_tracker.documents import display
from asset_tracker.i18n import Lang, translator
from asset_tracker.reports.annexes import Annex
from asset_tracker.reports.columns import Cell, Column, Kind
from asset_tracker.reports.sheet import heading
from asset_tracker.reports.sheet_annex import PRINTED_ITEMS
from asset_tracker.reports.structs import Report
from asset_tracker.reports.structs_items import Item

Tree = dict[str, Any]

# Places to write in stand there although they are empty.
_TO_FILL: Final = frozenset({"found", "remark"})
# What takes the width that is left, and is broken into lines.
_LONG: Final = frozenset({"name", "service_point", "missing", "remark"})


def annex_sheet(report: Report, annex: Annex, most: int = PRINTED_ITEMS, begin: int = 0) -> Tree:
    """Everything that the page and the PDF of an annex print, of ``most`` items from ``begin`` on.

    A column that is empty throughout is named, not shown.
    """
    facts, making, lang = report.facts, report.making, report.making.lang
    text, about = translator(lang), heading(facts, lang)
    items = annex.rows(facts)
    printed = items[begin : begin + most]
    columns: list[Column[Item]] = []
    empty: list[Column[Item]] = []
    for column in annex.columns(report):
        there = column.key in _TO_FILL or any(column.value(item) not in (None, "") for item in items)
        (columns if there or not items else empty).append(column)
    check = annex.check(report) if annex.check else None
    left = len(items) - begin - len(printed)
    return {
        "lang": lang,
        "title": text(annex.title),
        "about": about["title"],
        "subtitle": about["subtitle"],
        "code": about["code"],
        "as_of": about["as_of"],
        "demonstration": text("Demonstration data: nothing here happened.") if making.demonstration else "",
        "heads": [column.head for column in columns],
        "right": [place for place, column in enumerate(columns) if _is_figure(column)],
        "grow": [place for place, column in enumerate(columns) if column.key in _LONG],
        "fill": [place for place, column in enumerate(columns) if column.key in _TO_FILL],
        "tag": next((place for place, column in enumerate(columns) if column.key == "tag"), None),
        "rows": [[_said(column.value(item), column.kind, lang) for column in columns] for item in printed],
        "whole": len(items),
        "none": text("Nothing of this kind by this day."),
        "left": text("And %(left)s more, in the files.", left=display.number(left, lang)) if left else "",
        "empty": text(
            "Empty for every item here: %(columns)s.", columns=", ".join(each.head for each in empty)
        )
        if empty
        else "",
        "notes": [[column.head, column.note] for column in columns],
        "explained": text("Explained"),
        "check": {
            "title": check.title,
            "heads": list(check.heads),
            "rows": [[_said(cell, "number", lang) for cell in row] for row in check.rows],
        }
        if check
        else None,
        "signing": [text(who) for who in annex.signed_by],
        "signatures": text("Signatures"),
        "signed": text("Position, name, signature, date"),
        "hash": f"{text('Content hash (SHA-256)')}: {report.content_hash}",
        "head": f"{text('Ledger head')}: {making.ledger_head or text('nothing is sealed yet')}",
        "made": f"{text('Made at')}: {display.instant(making.made_at, lang)}",
        "url": making.page_url or "",
        "page": text("page"),
        "of": text("of"),
        "verify": text("Scan to open this report"),
    }


def _is_figure(column: Column[Item]) -> bool:
    return column.kind in ("number", "money", "percent", "rate")


def _said(value: Cell, kind: Kind, lang: Lang) -> str:
    """A cell for people: nothing where nothing is recorded."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return display.instant(value, lang)
    if isinstance(value, date):
        return display.day(value, lang)
    if isinstance(value, Decimal):
        ways = {"percent": display.percent, "rate": display.rate}
        return ways.get(kind, display.money)(value, lang)
    return display.number(value, lang) if isinstance(value, int) else value
