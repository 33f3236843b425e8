"""A first look over a book: which sheets hold a list, what their columns are, and what must be asked. [pure]"""

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Protocol

import msgspec

from asset_tracker.imports.cells import Opened, Row, SheetInfo
from asset_tracker.imports.fields import FieldKey
from asset_tracker.imports.line import Defaults
from asset_tracker.imports.lines import LineReader
from asset_tracker.imports.mapping import HEAD_ROWS, SheetMapping, heading_key, map_sheet
from asset_tracker.imports.problems import Place, Problem

# Sheets of our own template that hold no list.
EXAMPLES, LISTS = "Приклади Examples", "_lists"
OWN_SHEETS = frozenset({EXAMPLES, LISTS})

Answers = Mapping[str, FieldKey | None]


class Source(Protocol):
    """A file that could be read; ``sheet.Book`` is one."""

    @property
    def about(self) -> Opened: ...
    @property
    def sheets(self) -> tuple[SheetInfo, ...]: ...
    def rows(self, sheet: int) -> Iterator[Row]: ...


class Survey(msgspec.Struct, frozen=True, kw_only=True):
    """The sheets that hold a list, and what is to be said about the book as a whole."""

    mappings: tuple[SheetMapping, ...]
    problems: tuple[Problem, ...]

    @property
    def questions(self) -> int:
        return sum(problem.severity == "question" for problem in self.problems)


def survey(source: Source, answers: Answers | None = None, defaults: Defaults | None = None) -> Survey:
    """Look at the first rows of every sheet. ``answers``: heading or column letters to field, None to leave it out."""
    mappings: list[SheetMapping] = []
    problems: list[Problem] = []
    for info in source.sheets:
        if not info.rows:
            continue
        name = info.name or "1"
        if name in OWN_SHEETS:
            continue
        place = Place(sheet=name)
        if info.hidden:
            problems.append(place.problem("warning", "hidden-sheet", "The sheet is hidden and was left out."))
            continue
        mapping = map_sheet(info.index, name, islice(source.rows(info.index), HEAD_ROWS), answers)
        if mapping is None:
            problems.append(
                place.problem(
                    "warning",
                    "no-headings",
                    "No row of headings was found on this sheet; it was left out.",
                    expected="a row with headings such as: municipality, category, name, serial number, quantity, unit price",
                )
            )
            continue
        mappings.append(mapping)
        problems += _ask(mapping, defaults or Defaults())
    if source.about.external_links:
        problems.append(
            Place(sheet="").problem(
                "warning",
                "external-links",
                "The workbook refers to other files; their values are as last saved.",
            )
        )
    if not mappings:
        empty = not any(info.rows for info in source.sheets)
        problems.insert(
            0,
            Place(sheet=source.sheets[0].name if source.sheets else "").problem(
                "error",
                "empty" if empty else "no-list",
                "The file holds no rows."
                if empty
                else "No sheet of the file holds a list that could be read.",
                expected="a row of headings with a row for each thing below it",
            ),
        )
    return Survey(mappings=tuple(mappings), problems=tuple(problems))


def _ask(mapping: SheetMapping, defaults: Defaults) -> Iterator[Problem]:
    for column in mapping.columns:
        if column.standing == "unknown":
            yield Place(
                sheet=mapping.name,
                row=mapping.header_row,
                index=column.index,
                heading=column.heading,
                cell="; ".join(column.samples[:3]),
            ).problem(
                "question",
                "unknown-column",
                "The column “%(heading)s” is not known. What does it hold?",
                expected="a field, or “leave it out”",
                heading=column.heading or column.letters,
            )
    # a municipality may be named by rows between the lines, so its column may be missing; a programme may not
    if "programme" not in mapping.fields() and not defaults.programme:
        yield Place(sheet=mapping.name, row=mapping.header_row, field="programme").problem(
            "question",
            "no-programme-column",
            "No column names the programme. Which one is it?",
            expected="a programme for the whole file, or a column with its code",
        )


def aftermath(readers: Iterable[LineReader]) -> Iterator[Problem]:
    """What is to be said of the sheets once all their rows were read."""
    for reader in readers:
        place = Place(sheet=reader.mapping.name)
        if reader.hidden:
            yield place.problem(
                "warning", "hidden-rows", "%(n)s hidden rows were read like the others.", n=reader.hidden
            )
        if reader.formulas:
            yield place.problem(
                "warning",
                "formulas",
                "%(n)s cells hold formulas; their stored results were taken.",
                n=reader.formulas,
            )
        for currency, n in reader.completer.assumed.items():
            yield place.problem(
                "warning",
                "programme-currency",
                "%(n)s prices have no currency; taken as %(currency)s, the currency of the programme.",
                n=n,
                currency=currency,
            )
        yield from reader.left_out


def saved_answers(mapping: SheetMapping) -> dict[str, FieldKey | None]:
    """The mapping as answers that another file with the same headings can be given."""
    return {
        heading_key(column.heading): column.field
        for column in mapping.columns
        if column.heading and column.standing != "unknown"
    }
