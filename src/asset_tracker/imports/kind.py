"""What a kind of table is: its fields, how a row finds what it tells of, how it is planned, written and taken back.

There is one pipeline for all of them: ``survey`` finds the lists in a book, a ``Planning`` judges their lines, a
``Kind`` writes what was planned and takes it back.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, ClassVar, Protocol
from uuid import UUID

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker.access.actors import Actor
from asset_tracker.errors import ConflictError
from asset_tracker.imports.known import Item
from asset_tracker.imports.line import Line
from asset_tracker.imports.mapping import SheetMapping
from asset_tracker.imports.problems import Problem
from asset_tracker.imports.rows import RowReader
from asset_tracker.imports.views import BatchView, Choices, Counts, KindKey, Plan, Standing
from asset_tracker.imports.vocabulary import Vocabulary
from asset_tracker.imports.words import Words


class ChangedSinceError(ConflictError):
    """Since the plan was made, somebody recorded something about its rows; plan again to see what."""

    code = "changed-since-plan"

    def __init__(self, rows: Sequence[int]) -> None:
        if rows:
            super().__init__(
                "Since the plan was made, somebody recorded something about row %(rows)s. Plan again to see what.",
                rows=", ".join(map(str, rows[:10])),
            )
        else:
            super().__init__(
                "Since the plan was made, another import into the programme was committed or undone. Plan again."
            )
        self.rows = tuple(rows)


class StandsOnItError(ConflictError):
    """Something that was recorded later depends on this import; ``standing`` says what."""

    code = "stands-on-it"

    def __init__(self, standing: Sequence[Standing]) -> None:
        super().__init__(
            "Something recorded later depends on this import: %(what)s.",
            what="; ".join(each.told for each in standing[:10]),
        )
        self.standing = tuple(standing)


class Tally:
    """Adds up what the rows come to."""

    def __init__(self) -> None:
        self.counts = Counts()
        self._unfit: Counter[tuple[str, str]] = Counter()

    def add(self, item: Item) -> None:
        """Count a row."""
        setattr(self.counts, item.action, getattr(self.counts, item.action) + 1)
        self.counts.warnings += sum(problem.severity == "warning" for problem in item.problems)
        self._unfit.update(
            (problem.sheet, problem.column)
            for problem in item.problems
            if problem.severity == "error" and problem.column
        )

    def plan(self, kind: KindKey, mappings: tuple[SheetMapping, ...], problems: tuple[Problem, ...]) -> Plan:
        """The plan without its rows; ``problems`` are those of the book and its sheets."""
        self.counts.questions += sum(problem.severity in {"question", "error"} for problem in problems)
        self.counts.warnings += sum(problem.severity == "warning" for problem in problems)
        sheets = tuple(self._told(mapping) for mapping in mappings)
        return Plan(kind=kind, counts=self.counts, sheets=sheets, problems=problems[:500], **self.more())

    def _told(self, mapping: SheetMapping) -> SheetMapping:
        columns = (
            msgspec.structs.replace(column, unfit=self._unfit[mapping.name, column.letters])
            for column in mapping.columns
        )
        return msgspec.structs.replace(mapping, columns=tuple(columns))

    def more(self) -> dict[str, Any]:
        """What else a plan of this kind says."""
        return {}


class Planning(Protocol):
    """One file being planned. ``judge`` and ``finish`` do no I/O: what they need, ``learn`` fetched."""

    tally: Tally

    def asked(self, mapping: SheetMapping) -> Iterator[Problem]:
        """Questions about a sheet whose answers are in no row."""
        ...

    def reader(self, mapping: SheetMapping, *, since_1904: bool) -> RowReader:
        """What reads the rows of a sheet."""
        ...

    async def learn(self, lines: Sequence[Line]) -> None:
        """Fetch what must be known before these lines can be judged."""
        ...

    def judge(self, line: Line) -> Item | None:
        """What will be done with a line; None where that is only clear at the end."""
        ...

    def finish(self) -> Iterable[Item]:
        """What was left open until all lines were seen."""
        ...

    def aftermath(self) -> Iterable[Problem]:
        """What is to be said of the file as a whole, once all lines were judged."""
        ...


class Kind(Protocol):
    """A kind of table. ``label`` and ``hint`` are English msgids.

    ``telling``: the fields of which a list of this kind has all, by which it is told from the others. ``words``: of the fields that hold one of a closed set.
    """

    key: ClassVar[KindKey]
    label: ClassVar[str]
    hint: ClassVar[str]
    vocabulary: ClassVar[Vocabulary]
    telling: ClassVar[tuple[frozenset[str], ...]]
    words: ClassVar[Mapping[str, Words]]

    def may(self, actor: Actor) -> bool:
        """Whether the actor may import such tables."""
        ...

    async def planning(self, conn: AsyncConnection, actor: Actor, choices: Choices) -> Planning:
        """Begin to plan a file."""
        ...

    async def write(self, conn: AsyncConnection, actor: Actor, batch: BatchView, operation: UUID) -> None:
        """Write what the plan says. Raises ChangedSinceError where somebody was quicker."""
        ...

    async def undo(self, conn: AsyncConnection, actor: Actor, batch: BatchView) -> None:
        """Take back what was written. Raises StandsOnItError where something later stands on it."""
        ...
