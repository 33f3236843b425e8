"""What all kinds of records have in common: planned against what is recorded, written with what was there before."""

from abc import abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any, ClassVar
from uuid import UUID

import msgspec
from sqlalchemy import func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker.access.actors import Actor
from asset_tracker.access.permissions import Permission, may
from asset_tracker.db.engine import advisory_lock
from asset_tracker.errors import ConflictError
from asset_tracker.i18n import Lang
from asset_tracker.imports import stored
from asset_tracker.imports.kind import ChangedSinceError, StandsOnItError, Tally
from asset_tracker.imports.known import Item
from asset_tracker.imports.line import Line
from asset_tracker.imports.mapping import SheetMapping
from asset_tracker.imports.problems import Problem
from asset_tracker.imports.records import Index, Key, Record, RecordPlanner, RecordReader, Shape, same
from asset_tracker.imports.tables import import_change
from asset_tracker.imports.views import BatchView, Choices, KindKey, Standing
from asset_tracker.imports.vocabulary import Vocabulary
from asset_tracker.imports.words import Words

_c = import_change.c


class RecordShape(Shape):
    """Base of the shapes: a line has a name, nothing merged stands alone, nothing is strict."""

    vocabulary: Vocabulary
    identity: tuple[str, ...] = ("name",)
    certain: tuple[str, ...] = ("id",)
    alone: frozenset[str] = frozenset()
    compared: tuple[str, ...] = ()
    strict: tuple[str, ...] = ()
    loose: bool = False
    fixed: tuple[str, ...] = ()
    once: tuple[str, ...] = ()

    def keys(self, values: Mapping[str, Any]) -> Iterator[Key]:
        """By the identifier, where there is one."""
        if values.get("id"):
            yield ("id", str(values["id"]))


class RecordPlanning:
    """A file of records being planned."""

    def __init__(self, shape: Shape, recorded: Sequence[Record]) -> None:
        self.shape = shape
        self.tally = Tally()
        self.planner = RecordPlanner(shape, recorded)

    def asked(self, mapping: SheetMapping) -> Iterator[Problem]:  # noqa: ARG002  # records ask nothing of a sheet
        return iter(())

    def reader(self, mapping: SheetMapping, *, since_1904: bool) -> RecordReader:
        return RecordReader(mapping, self.shape, since_1904=since_1904)

    async def learn(self, lines: Sequence[Line]) -> None:
        """Nothing: all records are known from the start, for they are few."""

    def judge(self, line: Line) -> Item | None:
        return self.planner.judge(line)

    def finish(self) -> Iterable[Item]:
        return self.planner.finish()

    def aftermath(self) -> Iterable[Problem]:
        return ()


class RecordKind:
    """A kind of records: what a kind must say is how they are read, made, changed and taken away."""

    key: ClassVar[KindKey]
    label: ClassVar[str]
    hint: ClassVar[str]
    vocabulary: ClassVar[Vocabulary]
    telling: ClassVar[tuple[frozenset[str], ...]]
    permission: ClassVar[Permission]
    reading: ClassVar[Permission] = "asset.read"
    words: ClassVar[Mapping[str, Words]] = {}

    def may(self, actor: Actor) -> bool:
        return may(actor, "import.manage") and may(actor, self.permission)

    @abstractmethod
    async def shape(self, conn: AsyncConnection, actor: Actor, choices: Choices) -> Shape:
        """What planning must know, with all that names may mean."""

    @abstractmethod
    async def recorded(self, conn: AsyncConnection, actor: Actor) -> list[Record]:
        """All records within the actor's reach."""

    @abstractmethod
    async def create(self, conn: AsyncConnection, actor: Actor, record: Record, refs: dict[str, Any]) -> None:
        """Make a record under its id."""

    @abstractmethod
    async def change(
        self, conn: AsyncConnection, actor: Actor, old: Record, new: dict[str, Any], refs: dict[str, Any]
    ) -> None:
        """Change the fields in ``new``; None takes a value away."""

    @abstractmethod
    async def remove(self, conn: AsyncConnection, actor: Actor, record: Record) -> None:
        """Take away a record that this import made. Raises ConflictError where something stands on it."""

    def refs(self, batch: BatchView, refs: dict[str, Any]) -> dict[str, Any]:  # noqa: ARG002  # a kind may hold something back
        """The ids that the names of a row stand for, as far as the person's choices let them count."""
        return refs

    def kept(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """What is kept of a new record beside it, to see later whether it still stands as it was made."""
        return dict(values)

    def shown(self, record: Record, lang: Lang) -> dict[str, Any]:
        """The values of a record by field, as a list shows them; read again, they say the same."""
        told = dict(record.values)
        for field, words in self.words.items():
            if field in told:
                told[field] = "; ".join(words.name(code, lang) for code in str(told[field]).split("; "))
        for field in self.vocabulary.days:
            if field in told:
                told[field] = date.fromisoformat(told[field])
        return told

    async def planning(self, conn: AsyncConnection, actor: Actor, choices: Choices) -> RecordPlanning:
        shape = await self.shape(conn, actor, choices)
        return RecordPlanning(shape, await self.recorded(conn, actor))

    async def write(self, conn: AsyncConnection, actor: Actor, batch: BatchView, operation: UUID) -> None:  # noqa: ARG002  # records know their import by ``import_change``
        # two imports of one kind would otherwise both find the same record missing
        await advisory_lock(conn, f"import {self.key}")
        shape = await self.shape(conn, actor, batch.choices)
        known = Index(shape, await self.recorded(conn, actor))
        async for rows in stored.planned(conn, batch.id, "create"):
            for n, item in rows:
                await self._create(conn, actor, batch, n, item, known)
        async for rows in stored.planned(conn, batch.id, "change"):
            for n, item in rows:
                await self._change(conn, actor, batch, n, item, known)

    async def _create(
        self, conn: AsyncConnection, actor: Actor, batch: BatchView, n: int, item: Item, known: Index
    ) -> None:
        values, refs = _parted(item)
        refs = self.refs(batch, refs)
        if known.find(values) or item.asset is None:
            raise ChangedSinceError([item.row])
        made = Record(item.asset, item.title or "", values)
        await self.create(conn, actor, made, refs)
        known.add(made)
        await _keep(conn, actor, batch.id, n, made.id, None, self.kept(values))

    async def _change(
        self, conn: AsyncConnection, actor: Actor, batch: BatchView, n: int, item: Item, known: Index
    ) -> None:
        old = known.by_id.get(item.asset) if item.asset else None
        if old is None or any(not same(old.values.get(c.field), c.old) for c in item.changes):
            raise ChangedSinceError([item.row])
        after = {change.field: change.new for change in item.changes}
        before = {change.field: change.old for change in item.changes} | {"refs": old.refs}
        _, refs = _parted(item)
        await self.change(conn, actor, old, after, refs)
        await _keep(conn, actor, batch.id, n, old.id, before, after)

    async def undo(self, conn: AsyncConnection, actor: Actor, batch: BatchView) -> None:
        await advisory_lock(conn, f"import {self.key}")
        now = {record.id: record for record in await self.recorded(conn, actor)}
        changes = (
            await conn.execute(select(import_change).where(_c.batch_id == batch.id).order_by(_c.n.desc()))
        ).all()
        standing = [
            Standing(told=f"{now[row.target].title if row.target in now else '—'}")
            for row in changes
            if row.target not in now or not _stands(now[row.target], row.after)
        ]
        if standing:
            raise StandsOnItError(standing)
        for row in changes:
            record = now[row.target]
            if row.before is not None:
                before = dict(row.before)
                await self.change(conn, actor, record, before, before.pop("refs", {}))
                continue
            try:
                async with conn.begin_nested():
                    await self.remove(conn, actor, record)
            except ConflictError as error:
                raise StandsOnItError([Standing(told=record.title)]) from error
        await conn.execute(
            update(import_change)
            .where(_c.batch_id == batch.id)
            .values(undone_at=func.clock_timestamp(), undone_by=actor.id)
        )


def _stands(record: Record, after: Mapping[str, Any]) -> bool:
    """Whether the record still says what the import made it say."""
    return all(same(record.values.get(field), value) for field, value in after.items())


def _parted(item: Item) -> tuple[dict[str, Any], dict[str, Any]]:
    """The values of a row by field, and the ids that its names stand for."""
    told = dict(item.record or {})
    refs: dict[str, Any] = told.pop("refs", {})
    return told, refs


async def _keep(
    conn: AsyncConnection,
    actor: Actor,
    batch_id: UUID,
    n: int,
    target: UUID,
    before: Mapping[str, Any] | None,
    after: Mapping[str, Any],
) -> None:
    await conn.execute(
        insert(import_change).values(
            batch_id=batch_id,
            n=n,
            target=target,
            before=msgspec.to_builtins(before),
            after=msgspec.to_builtins(after),
            actor_id=actor.id,
        )
    )
