"""Planning of tables whose rows become records: what is there already, what a row adds or changes. [pure]

A record has an id, values by field (texts, numbers, nothing else) and a title. A kind of record says by which keys a
row finds its record; no I/O is done here.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Protocol
from uuid import UUID

import msgspec

from asset_tracker.imports import values
from asset_tracker.imports.known import Change, Item
from asset_tracker.imports.line import Line
from asset_tracker.imports.mapping import SheetMapping
from asset_tracker.imports.rows import RowReader
from asset_tracker.imports.vocabulary import Vocabulary

Key = tuple[str, ...]


class Record(msgspec.Struct, frozen=True):
    """Something that is recorded. ``values`` by field; what is not said is not among them.

    ``refs``: the ids that some of the values stand for.
    """

    id: UUID
    title: str
    values: dict[str, Any]
    refs: dict[str, Any] = {}


class Shape(Protocol):
    """What a kind of record is, as far as planning needs to know.

    ``compared``: the fields that a file may change. ``strict``: fields of which two different values mean two things;
    ``fixed``: fields that stay as they were recorded, so that another value is a problem;
    ``once``: fields that count only when the record is made;
    ``loose``: only as long as the recorded one stands elsewhere in the file (else the value changed).
    """

    vocabulary: Vocabulary
    identity: tuple[str, ...]
    certain: tuple[str, ...]
    alone: frozenset[str]
    compared: tuple[str, ...]
    strict: tuple[str, ...]
    loose: bool
    fixed: tuple[str, ...]
    once: tuple[str, ...]

    def complete(self, line: Line) -> None:
        """Check the fields of a line against each other and turn names into what they mean."""
        ...

    def keys(self, values: Mapping[str, Any]) -> Iterator[Key]:
        """What a record is known by, the surest first."""
        ...

    def title(self, values: Mapping[str, Any]) -> str:
        """What a record is called."""
        ...


class RecordReader(RowReader):
    """Reads the rows of a sheet of records."""

    def __init__(self, mapping: SheetMapping, shape: Shape, *, since_1904: bool = False) -> None:
        self.identity, self.certain, self.alone = shape.identity, shape.certain, shape.alone
        super().__init__(mapping, shape.vocabulary, since_1904=since_1904)
        self.shape = shape

    def completed(self, line: Line) -> Iterator[Line]:
        """The line checked as a whole."""
        self.shape.complete(line)
        yield line


class Index:
    """Records by what they are known by."""

    def __init__(self, shape: Shape, records: Iterable[Record] = ()) -> None:
        self.shape = shape
        self.by_id: dict[UUID, Record] = {}
        self._by_key: dict[Key, list[Record]] = defaultdict(list)
        for record in records:
            self.add(record)

    def add(self, record: Record) -> None:
        """One more."""
        self.by_id[record.id] = record
        for key in self.shape.keys(record.values):
            self._by_key[key].append(record)

    def find(self, wanted: Mapping[str, Any], *, loose: bool = False) -> list[Record]:
        """The records that the surest key with any finds; more than one where it cannot be told."""
        for key in self.shape.keys(wanted):
            found = [each for each in self._by_key.get(key, ()) if loose or self._may_be(wanted, each)]
            if found:
                return found
        return []

    def twin(self, wanted: Mapping[str, Any]) -> Record | None:
        """A record that the surest key finds."""
        key = next(self.shape.keys(wanted), None)
        return next(iter(self._by_key.get(key, ())), None) if key else None

    def _may_be(self, wanted: Mapping[str, Any], record: Record) -> bool:
        return all(
            not (one := wanted.get(field)) or not (other := record.values.get(field)) or one == other
            for field in self.shape.strict
        )


class RecordPlanner:
    """Judges the lines of a file in their order against what is recorded."""

    def __init__(self, shape: Shape, recorded: Iterable[Record]) -> None:
        self.shape = shape
        self.known = Index(shape, recorded)
        self._seen = Index(shape)
        self._rows: dict[UUID, Line] = {}
        self._taken: dict[UUID, Line] = {}
        self._doubtful: list[tuple[Line, dict[str, Any], Record]] = []

    def judge(self, line: Line) -> Item | None:
        """What will be done with the line; None where that is only clear at the end (``finish``)."""
        told = {field: line.fields[field] for field in self.shape.compared if field in line.fields}
        if line.blocked or self._stood_before(line, told):
            return _item(line, "problem")
        wanted = told | _extra(line)
        found = self.known.find(wanted)
        if len(found) > 1:
            _ambiguous(line, found)
            return _item(line, "problem")
        if not found and self.shape.loose and len(moved := self.known.find(wanted, loose=True)) == 1:
            self._doubtful.append((line, told, moved[0]))
            return None
        return self._change(line, told, found[0]) if found else self._create(line, told)

    def finish(self) -> Iterator[Item]:
        """Lines of which one value tells them from the only record they could mean: it changed, or they are new."""
        for line, told, moved in self._doubtful:
            taken = moved.id in self._taken
            yield self._create(line, told) if taken else self._change(line, told, moved)

    def _create(self, line: Line, told: dict[str, Any]) -> Item:
        return _item(line, "create", title=self.shape.title(told), record=told | _refs(line))

    def _change(self, line: Line, told: dict[str, Any], existing: Record) -> Item:
        if (other := self._taken.setdefault(existing.id, line)) is not line:
            _twice(line, other)
            return _item(line, "problem")
        # what was filled in for the row changes nothing that somebody recorded on purpose
        assumed = line.fields.get("assumed", ())
        changes = tuple(
            Change(field, existing.values.get(field), new)
            for field, new in told.items()
            if field not in assumed and not same(existing.values.get(field), new)
        )
        for change in changes:
            if change.field in self.shape.once:
                line.say(
                    "warning",
                    "not-changed",
                    change.field,
                    "It is recorded differently, and a list cannot change that.",
                    expected="%(recorded)s",
                    recorded=str(change.old),
                )
        changes = tuple(change for change in changes if change.field not in self.shape.once)
        stuck = [change for change in changes if change.field in self.shape.fixed]
        for change in stuck:
            line.say(
                "error",
                "fixed",
                change.field,
                "It is recorded differently, and a list cannot change that.",
                expected="%(recorded)s",
                recorded=str(change.old),
            )
        if stuck:
            return _item(line, "problem")
        return _item(
            line,
            "change" if changes else "unchanged",
            title=existing.title,
            record=told | _refs(line),
            asset=existing.id,
            changes=changes,
        )

    def _stood_before(self, line: Line, told: dict[str, Any]) -> bool:
        wanted = dict(told | _extra(line))
        if twin := self._seen.twin(wanted):
            _twice(line, self._rows[twin.id])
            return True
        seen = Record(UUID(int=len(self._rows)), "", wanted)
        self._rows[seen.id] = line
        self._seen.add(seen)
        return False


def same(old: Any, new: Any) -> bool:
    """Whether two values say the same."""
    if isinstance(old, str) and isinstance(new, str):
        return values.tidy(old) == values.tidy(new)
    return bool(old == new)


def _extra(line: Line) -> dict[str, Any]:
    """What the line is known by besides its values."""
    return {"id": line.fields["id"]} if "id" in line.fields else {}


def _refs(line: Line) -> dict[str, Any]:
    """The ids that names of the line stand for."""
    return {"refs": line.fields["refs"]} if line.fields.get("refs") else {}


def _item(line: Line, action: Any, **more: Any) -> Item:
    return Item(
        action=action, sheet=line.sheet, row=line.row, part=line.part, problems=tuple(line.problems), **more
    )


def _twice(line: Line, other: Line) -> None:
    line.say(
        "error",
        "twice-in-file",
        None,
        "The same is in row %(row)s of “%(sheet)s” too.",
        expected="each of them once",
        row=other.row,
        sheet=other.sheet,
    )


def _ambiguous(line: Line, found: list[Record]) -> None:
    line.say(
        "error",
        "ambiguous",
        None,
        "More than one on record has this name.",
        expected="something that tells them apart: an identifier, a code or an address",
        suggestion="; ".join(sorted({each.title for each in found}))[:300] or None,
    )
