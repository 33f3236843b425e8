"""Events of the past: history that was kept in a spreadsheet, recorded as late facts with the row they came from."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, ClassVar
from uuid import UUID

import msgspec
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker import kyiv
from asset_tracker.access import scope
from asset_tracker.access.actors import Actor
from asset_tracker.access.permissions import may, may_record
from asset_tracker.assets.rules import CARRIED
from asset_tracker.assets.service import components, derived_id
from asset_tracker.imports import recorded, stored, writing
from asset_tracker.imports.kind import ChangedSinceError, Tally
from asset_tracker.imports.kinds.event_lines import EventReader
from asset_tracker.imports.kinds.event_plan import EventPlanner, find_asset
from asset_tracker.imports.kinds.event_words import CONDITIONS, KINDS, USES, VOCABULARY
from asset_tracker.imports.kinds.named_points import NamedPoints, list_points
from asset_tracker.imports.known import Existing, Item, Known, wanted
from asset_tracker.imports.line import Line, Municipalities, ProgrammeRef
from asset_tracker.imports.mapping import SheetMapping
from asset_tracker.imports.naming import Programmes
from asset_tracker.imports.places import Places
from asset_tracker.imports.problems import Problem
from asset_tracker.imports.tables import import_row
from asset_tracker.imports.views import BatchView, Choices, KindKey
from asset_tracker.imports.vocabulary import Vocabulary
from asset_tracker.imports.words import Words
from asset_tracker.ledger import events as ev
from asset_tracker.ledger import store
from asset_tracker.ledger.envelope import Draft
from asset_tracker.ledger.ids import uuid7
from asset_tracker.ledger.tables import asset, asset_head, event
from asset_tracker.ledger.values import Source
from asset_tracker.territory.queries import municipality_index

_PLACED = frozenset(
    {"received", "delivered", "installed", "verified", "moved", "returned", "evacuated", "found"}
)
_r = import_row.c


class EventPlanning:
    """A register of events being planned."""

    def __init__(
        self,
        conn: AsyncConnection,
        actor: Actor,
        choices: Choices,
        programmes: tuple[ProgrammeRef, ...],
        municipalities: Municipalities,
        points: NamedPoints,
    ) -> None:
        self.conn, self.actor, self.defaults = conn, actor, choices.defaults
        self.programmes, self.places, self.points = Programmes(programmes), Places(municipalities), points
        self.planner = EventPlanner(kyiv.today(), datetime.now(UTC))
        self.known = Known()
        self.tally = Tally()
        self._asked: set[tuple[UUID, str]] = set()

    def asked(self, mapping: SheetMapping) -> Iterator[Problem]:  # noqa: ARG002  # every row says what it needs
        return iter(())

    def reader(self, mapping: SheetMapping, *, since_1904: bool) -> EventReader:
        return EventReader(mapping, self.places, self.programmes, self.defaults, since_1904=since_1904)

    async def learn(self, lines: Sequence[Line]) -> None:
        """The assets that the lines name, with what is recorded of them."""
        await recorded.learn(self.conn, self.actor, self.known, wanted(lines), self._asked)
        found = {each.id for line in lines if (each := self._asset(line, quietly=True))}
        new = found - self.planner.events.keys()
        if new:
            histories = await store.history(self.conn, sorted(new))
            for asset_id in new:
                self.planner.learn(asset_id, histories.get(asset_id, ()))

    def judge(self, line: Line) -> Item | None:
        found = self._asset(line)
        kind = line.fields.get("kind")
        if kind and not may_record(self.actor, kind):
            line.say("error", "not-allowed", "kind", "Your role does not record such events.")
        told = self.told(line, kind, found) if found and kind else {}
        return self.planner.judge(line, found, told)

    def told(self, line: Line, kind: str, found: Existing) -> dict[str, Any]:
        """The place and the ids that the line means."""
        code = line.fields.get("municipality")
        if kind not in _PLACED:
            return {}
        written = line.fields.get("service_point")
        point = self.points.settle(line, written, code or found.municipality) if written else None
        if kind == "installed" and point is None and not line.blocked:
            only = self.points.only(code or found.municipality)
            if only is None:
                line.say("error", "no-service-point", "service_point", "It does not say at which service point it was installed.", expected="the name of a service point", suggestion=self.points.suggestion(code or found.municipality))  # fmt: skip
                return {}
            point = only
            line.say("warning", "only-service-point", "service_point", "No service point is named; taken as %(point)s, the only one there.", point=point.name_uk)  # fmt: skip
        told: dict[str, Any] = {"service_point": point.id} if point else {}
        if point or code:
            told["municipality"] = point.municipality_code if point else code
        elif kind == "delivered":
            told["municipality"] = found.municipality
        return told

    def finish(self) -> Iterable[Item]:
        return ()

    def aftermath(self) -> Iterable[Problem]:
        return ()

    def _asset(self, line: Line, *, quietly: bool = False) -> Existing | None:
        before = len(line.problems)
        found = None if line.blocked and not quietly else find_asset(line, self.known)
        if quietly:
            del line.problems[before:]
        return found


class EventKind:
    """Events of the past."""

    key: ClassVar[KindKey] = "events"
    label: ClassVar[str] = "Events of the past"
    hint: ClassVar[str] = (
        "deliveries, installations, maintenance, faults that were kept in a spreadsheet until now"
    )
    vocabulary: ClassVar[Vocabulary] = VOCABULARY
    words: ClassVar[Mapping[str, Words]] = {"kind": KINDS, "condition": CONDITIONS, "use": USES}
    telling: ClassVar[tuple[frozenset[str], ...]] = tuple(
        frozenset({known, *told})
        for known in ("tag", "serial", "consignment")
        for told in (
            ("kind", "occurred_on"),
            ("on_delivered",),
            ("on_installed",),
            ("on_maintained",),
            ("occurred_on", "trips"),
            ("occurred_on", "consultations"),
        )
    )

    def may(self, actor: Actor) -> bool:
        return may(actor, "import.manage") and may(actor, "event.record")

    async def planning(self, conn: AsyncConnection, actor: Actor, choices: Choices) -> EventPlanning:
        programmes = await recorded.programmes_for(conn, actor)
        points = await list_points(conn)
        return EventPlanning(conn, actor, choices, programmes, await municipality_index(conn), points)

    async def write(self, conn: AsyncConnection, actor: Actor, batch: BatchView, operation: UUID) -> None:
        await check_heads(conn, batch)
        told = {
            (row.asset_id, row.kind)
            for row in await conn.execute(
                select(_r.asset_id, _r.item["record"]["kind"].as_string().label("kind")).where(
                    _r.batch_id == batch.id, _r.action != "problem"
                )
            )
        }
        for action in ("create", "change"):
            async for rows in stored.planned(conn, batch.id, action):
                await check_reach(conn, actor, [each for _, each in rows])
                drafts = [_draft(batch, each, operation) for _, each in rows]
                drafts += await _carried(conn, drafts, told)
                await store.append(conn, actor.id, drafts)

    async def undo(self, conn: AsyncConnection, actor: Actor, batch: BatchView) -> None:
        await writing.take_back(conn, actor, batch)


async def check_heads(conn: AsyncConnection, batch: BatchView) -> None:
    """Hold the assets of a plan, and raise ChangedSinceError where something was recorded of one since."""
    planned = (
        select(_r.asset_id, func.min(_r.item["row"].as_integer()).label("row"), func.min(_r.item["head"].as_string()).label("head"))
        .where(_r.batch_id == batch.id, _r.action.in_(("create", "change")))
        .group_by(_r.asset_id)
        .subquery()
    )  # fmt: skip
    rows = await conn.execute(
        select(planned.c.row, planned.c.head, func.encode(asset_head.c.hash, "hex").label("now"))
        .join(asset_head, asset_head.c.asset_id == planned.c.asset_id)
        .order_by(asset_head.c.asset_id)
        .with_for_update(of=asset_head)
    )
    if moved := sorted(row.row for row in rows if row.now != row.head):
        raise ChangedSinceError(moved)


async def check_reach(conn: AsyncConnection, actor: Actor, items: Sequence[Item]) -> None:
    """Raise ChangedSinceError for rows about assets of which the actor may not record such events any more."""
    by_kind: dict[str, dict[UUID, int]] = {}
    for each in items:
        if each.asset and each.record:
            by_kind.setdefault(each.record["kind"], {})[each.asset] = each.row
    for kind, rows in by_kind.items():
        reach = select(asset.c.id).where(asset.c.id.in_(rows), scope.recordable(actor, kind))
        allowed = set(await conn.scalars(reach))
        if not may_record(actor, kind) or (lost := rows.keys() - allowed):
            raise ChangedSinceError(sorted(rows[each] for each in lost) if may_record(actor, kind) else sorted(rows.values()))  # fmt: skip


def _draft(batch: BatchView, each: Item, operation: UUID) -> Draft:
    record: dict[str, Any] = each.record or {}
    payload: ev.Payload = msgspec.convert(record["payload"], ev.KINDS[record["kind"]])
    source = Source(file=batch.sha256, sheet=each.sheet or "1", row=max(each.row, 1))
    replaced = record.get("supersedes")
    assert each.asset is not None  # noqa: S101  # an event is planned of an asset that exists
    return Draft(
        id=uuid7(),
        asset=each.asset,
        occurred_at=datetime.fromisoformat(record["occurred_at"]),
        payload=msgspec.structs.replace(payload, source=source),
        operation=operation,
        supersedes=UUID(replaced) if replaced else None,
    )


async def _carried(
    conn: AsyncConnection, drafts: Sequence[Draft], told: set[tuple[UUID, str]]
) -> list[Draft]:
    """What happens to a kit happens to its parts, unless the file or the ledger says so of them already."""
    kits = {draft.asset: draft for draft in drafts if draft.kind in CARRIED and draft.supersedes is None}
    if not kits:
        return []
    parts = await components(conn, list(kits))
    e = event.c
    rows = await conn.execute(select(e.asset_id, e.kind).where(e.asset_id.in_(parts), e.kind.in_(CARRIED)))
    there = told | {(row.asset_id, row.kind) for row in rows}
    return [
        msgspec.structs.replace(draft, id=derived_id(draft.id, part), asset=part)
        for draft in drafts
        for part, kit in parts.items()
        if kit == draft.asset and draft.kind in CARRIED and draft.supersedes is None and (part, draft.kind) not in there
    ]  # fmt: skip
