"""The long lists of a report's page, in pieces that weigh little: a page must not grow with the database [pure].

The report's own page shows the beginning of each list, and each list has pages of its own. Files hold all.
"""

from collections import Counter
from collections.abc import Callable
from itertools import accumulate
from typing import Any, Final, NamedTuple
from urllib.parse import unquote

from asset_tracker.reports import charted, sheet_annex, sheet_areas, sheet_tables, sheet_trouble
from asset_tracker.reports.structs import Facts, MunicipalityFacts, ProgrammeFacts, Report

Tree = dict[str, Any]

# What a page of a list weighs, in bytes.
PAGE: Final = 60_000
# What a row, a cell and a link take beside their texts and the labels of their columns.
_ROW, _CELL, _LINK = 40, 40, 60
# Cells of an item, of a line of what happened and of what needs attention.
_ITEM, _LINE, _FINDING = 22, 8, 3
_ANY: Final = (MunicipalityFacts, ProgrammeFacts)
_BESIDE: Final = ("links", "keys", "codes")


class Listing(NamedTuple):
    """``table`` writes the list out: from a row on, as much as may weigh so many bytes, where that is cheaper than all.

    ``opening``: so many bytes of it stand on the report's own page; of reports ``folded`` all of it, or none.
    """

    table: Callable[[Report, int, int], Tree | None]
    opening: int
    folded: tuple[type[Facts], ...] = ()


def part(report: Report, name: str, begin: int) -> Tree | None:
    """A page of the list ``name`` of ``LISTS`` from row ``begin`` on, None of what this report does not list."""
    return _cut(LISTS[name].table(report, begin, PAGE), begin, PAGE)


def opening(report: Report, name: str) -> Tree | None:
    """As much of a list as stands on the report's own page."""
    each = LISTS[name]
    table = each.table(report, 0, each.opening)
    cut = _cut(table, 0, each.opening)
    return _cut(table, 0, 0) if cut and cut["cut"]["next"] and isinstance(report.facts, each.folded) else cut


def first_items(facts: Facts) -> dict[str, int]:
    """For each category the place of its first item in the list of items."""
    order = sheet_annex.category_order(facts)
    counts = Counter(item.category for item in facts.items)
    ends = accumulate((counts[category] for category in order), initial=0)
    return dict(zip(order, ends, strict=False))


def page_of(table: Tree, begin: int) -> Tree:
    """As much of a table, whose ``rows`` begin at row ``begin`` of its ``whole`` number, as a page may weigh."""
    return _cut(table, begin, PAGE) or table


def _cut(table: Tree | None, begin: int, most: int) -> Tree | None:
    """The rows from ``begin`` on that weigh no more than ``most`` together, with what stands beside them.

    ``cut`` tells which they are: ``first`` and ``last`` (from 1), the ``whole`` number, and where the ``next``
    page begins, None at the end.
    """
    if table is None:
        return None
    whole = table.get("whole", len(table["rows"]))
    skipped = 0 if "whole" in table else begin
    beside = {name: table[name][skipped:] for name in _BESIDE if name in table}
    rows = table["rows"][skipped:]
    labels = sum(len(str(head).encode()) for head in table["heads"])
    weights = (
        _ROW + labels + _weight(row) + _links(beside["links"][at] if "links" in beside else ())
        for at, row in enumerate(rows)
    )
    count = 0
    for so_far in accumulate(weights):
        # A page of a list has something on it, whatever that weighs.
        if so_far > most and (count or most < PAGE):
            break
        count += 1
    end = begin + count
    told = {
        "first": begin + 1,
        "last": end,
        "whole": whole,
        "next": end if end < whole else None,
    }
    return table | {name: lines[:count] for name, lines in (beside | {"rows": rows}).items()} | {"cut": told}


def _weight(row: Any) -> int:
    cells = row.values() if isinstance(row, dict) else row
    return sum(_CELL + len(str(cell).encode()) for cell in cells)


def _links(links: Any) -> int:
    return sum(_LINK + len(unquote(link).encode()) for link in links if link)


def _window(begin: int, most: int, cells: int) -> slice:
    """The rows that may be on a page of ``most`` bytes: one more than would be if all their cells were empty."""
    return slice(begin, begin + most // (_ROW + cells * _CELL) + 1)


def _items(report: Report, begin: int, most: int) -> Tree:
    facts = report.facts
    found = sheet_annex.items(facts, report.making.lang, _window(begin, most, _ITEM))
    rows = [
        row | {"key": group["key"], "group": group["name"]}
        for group in found["groups"]
        for row in group["rows"]
    ]
    return found | {"rows": rows, "whole": len(facts.items)}


def _timeline(report: Report, begin: int, most: int) -> Tree:
    return sheet_annex.timeline(report.facts, report.making.lang, _window(begin, most, _LINE))


def _findings(report: Report, begin: int, most: int) -> Tree:
    return sheet_trouble.findings(report, _window(begin, most, _FINDING))


def _by_condition(report: Report, _begin: int, _most: int) -> Tree:
    """The table of a picture, which has a row for each category."""
    drawn = charted.conditions(report.facts, report.making.lang)
    return {"title": drawn.title, "heads": drawn.head, "rows": [*drawn.rows], "links": [*drawn.links]}


def _of_facts(table: Callable[..., Tree | None]) -> Callable[[Report, int, int], Tree | None]:
    return lambda report, _begin, _most: table(report.facts, report.making.lang)


LISTS: Final[dict[str, Listing]] = {
    "rates": Listing(
        lambda report, _begin, _most: sheet_tables.rates(report.facts, report.making.lang, None),
        1_500,
        folded=_ANY,
    ),
    "categories": Listing(_of_facts(sheet_tables.categories), 13_000),
    "over_time": Listing(_of_facts(sheet_tables.over_time), 4_000, folded=_ANY),
    "by_condition": Listing(_by_condition, 4_000, folded=_ANY),
    "oblasts": Listing(_of_facts(sheet_areas.oblasts), 13_000),
    "raions": Listing(lambda report, _begin, _most: sheet_areas.raions(report), 7_000, folded=_ANY),
    "municipalities": Listing(_of_facts(sheet_areas.municipalities), 7_000, folded=_ANY),
    "findings": Listing(_findings, 3_000),
    "losses": Listing(_of_facts(sheet_trouble.losses), 3_000),
    "support": Listing(_of_facts(sheet_tables.support), 4_000, folded=_ANY),
    "items": Listing(_items, 12_000, folded=(ProgrammeFacts,)),
    "timeline": Listing(_timeline, 6_000),
}
