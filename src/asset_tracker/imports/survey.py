"""A first look over a book: which sheets hold a list, what their columns are, and what must be asked. [pure]"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import Protocol

import msgspec

from asset_tracker.errors import FieldError, InvalidError
from asset_tracker.imports.cells import Opened, Row, SheetInfo
from asset_tracker.imports.mapping import Answers, SheetMapping, map_sheet
from asset_tracker.imports.problems import Place, Problem
from asset_tracker.imports.vocabulary import HEAD_ROWS, Vocabulary, heading_in, heading_key

# Sheets of our own template that hold no list.
EXAMPLES, LISTS = "Приклади Examples", "_lists"
OWN_SHEETS = frozenset({EXAMPLES, LISTS})


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


def survey(
    source: Source,
    vocabulary: Vocabulary,
    answers: Answers | None = None,
    asked: Callable[[SheetMapping], Iterable[Problem]] = lambda _mapping: (),
) -> Survey:
    """Look at the first rows of every sheet. ``answers``: heading or column letters to field, None to leave it out.

    ``asked`` gives the questions of a kind of table about a sheet.
    """
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
        mapping = map_sheet(info.index, name, islice(source.rows(info.index), HEAD_ROWS), vocabulary, answers)
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
        problems += [*_ask(mapping), *asked(mapping)]
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


def _ask(mapping: SheetMapping) -> Iterator[Problem]:
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


def check_answers(vocabulary: Vocabulary, answers: Answers) -> None:
    """Raise InvalidError for an answer that names no field of this kind of table."""
    wrong = [
        FieldError(f"answers.{heading}", "There is no such field: %(field)s.", {"field": str(field)})
        for heading, field in answers.items()
        if field is not None and field not in vocabulary.by_key
    ]
    if wrong:
        raise InvalidError(errors=tuple(wrong))


def heads(source: Source) -> list[list[Row]]:
    """The first rows of each sheet that may hold a table."""
    return [
        list(islice(source.rows(info.index), HEAD_ROWS))
        for info in source.sheets
        if not info.hidden and info.rows and info.name not in OWN_SHEETS
    ]


def heading_score(
    first: Iterable[Sequence[Row]], vocabulary: Vocabulary, telling: Iterable[frozenset[str]]
) -> float:
    """How well the best headings of a book (its ``heads``) fit a vocabulary; 0 where they lack what tells its kind."""
    best = 0.0
    for rows in first:
        header, score = vocabulary.find_header(rows)
        if header is None:
            continue
        found = {vocabulary.guess(heading)[0] for cell in header.cells if (heading := heading_in(cell))}
        if any(needed <= found for needed in telling):
            best = max(best, score)
    return best


def saved_answers(mapping: SheetMapping) -> dict[str, str | None]:
    """The mapping as answers that another file with the same headings can be given."""
    return {
        heading_key(column.heading): column.field
        for column in mapping.columns
        if column.heading and column.standing != "unknown"
    }
