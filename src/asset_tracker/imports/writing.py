"""Writing an import of assets and taking it back: events through the ledger's one door, all or nothing."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, time
from uuid import UUID

from sqlalchemy import and_, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker.access import scope
from asset_tracker.access.actors import Actor
from asset_tracker.access.permissions import may_record
from asset_tracker.assets.service import NewAsset, register
from asset_tracker.consignments.service import NewConsignment, add_consignments
from asset_tracker.consignments.tables import consignment
from asset_tracker.db.bulk import among
from asset_tracker.db.engine import advisory_lock
from asset_tracker.db.wall import as_system, by_system
from asset_tracker.errors import ConflictError, ForbiddenError
from asset_tracker.imports.kind import ChangedSinceError, StandsOnItError
from asset_tracker.imports.known import Facts, Item, same_maker
from asset_tracker.imports.progress import tell
from asset_tracker.imports.shares import shares_for
from asset_tracker.imports.stored import planned
from asset_tracker.imports.tables import import_batch, import_row
from asset_tracker.imports.views import BatchView, Standing
from asset_tracker.ledger import events as ev
from asset_tracker.ledger import store
from asset_tracker.ledger.envelope import Draft
from asset_tracker.ledger.ids import uuid7
from asset_tracker.ledger.serials import serial_key
from asset_tracker.ledger.tables import asset, asset_head, event, tag
from asset_tracker.ledger.tags import format_tag, new_tag
from asset_tracker.ledger.values import Share, Source
from asset_tracker.programmes.tables import funding_share

# What is appended at once; others are answered in between.
CHUNK = 500
_r = import_row.c


async def take_back(conn: AsyncConnection, actor: Actor, batch: BatchView) -> None:
    """Strike out, by corrections, what the operation of the import recorded. Raises StandsOnItError."""
    if batch.operation is None:
        return
    if not may_record(actor, "correction"):
        raise ForbiddenError
    if standing := await standing_on(conn, batch.operation):
        raise StandsOnItError(standing)
    operation = uuid7()
    reason = ev.Correction(reason=f"The import of {batch.file_name[:150]} was undone.")
    chunks = await _to_strike(conn, batch.operation)
    for done, chunk in enumerate(chunks):
        await tell("taking back", done * CHUNK, len(chunks) * CHUNK)
        drafts = [
            Draft(
                id=uuid7(),
                asset=asset_id,
                occurred_at=datetime.now(UTC),
                payload=reason,
                operation=operation,
                supersedes=event_id,
            )
            for event_id, asset_id in chunk
        ]
        await store.append(conn, actor.id, drafts)


async def standing_on(conn: AsyncConnection, operation: UUID, limit: int = 100) -> list[Standing]:
    """What was recorded, after the operation, about the assets it touched."""
    e = event.c
    last = (
        select(e.asset_id, func.max(e.seq).label("seq"))
        .where(e.operation == operation)
        .group_by(e.asset_id)
        .subquery()
    )
    rows = await conn.execute(
        select(e.asset_id, asset.c.tag, e.kind, e.recorded_at)
        .join(last, and_(last.c.asset_id == e.asset_id, e.seq > last.c.seq))
        .join(asset, asset.c.id == e.asset_id)
        .order_by(e.asset_id, e.seq)
        .limit(limit)
    )
    return [
        Standing(
            asset=row.asset_id,
            tag=row.tag,
            kind=row.kind,
            recorded_at=row.recorded_at,
            told=f"{format_tag(row.tag)} {row.kind}",
        )
        for row in rows
    ]


async def _to_strike(conn: AsyncConnection, operation: UUID) -> list[list[tuple[UUID, UUID]]]:
    """The events to strike out, in chunks: the registration of what is new, every change of what was there."""
    e = event.c
    rows = await conn.execute(
        select(e.id, e.asset_id, e.kind).where(e.operation == operation).order_by(e.asset_id, e.seq.desc())
    )
    events = [(row.id, row.asset_id, row.kind) for row in rows]
    new = {asset_id for _, asset_id, kind in events if kind == "registered"}
    struck = [
        (id_, asset_id) for id_, asset_id, kind in events if kind == "registered" or asset_id not in new
    ]
    return [struck[at : at + CHUNK] for at in range(0, len(struck), CHUNK)]


class AssetWriter:
    """Registers and changes assets as one operation."""

    def __init__(self, conn: AsyncConnection, actor: Actor, batch: BatchView, operation: UUID) -> None:
        self.conn, self.actor, self.batch, self.operation = conn, actor, batch, operation
        day = batch.choices.occurred_on
        now = datetime.now(UTC)
        self.at = min(datetime.combine(day, time(9), UTC), now) if day else now
        self.shares: dict[UUID, tuple[Share, ...]] = {}
        self.given_shares: tuple[Share, ...] | None = None
        self.consignments: dict[tuple[UUID, str], UUID] = {}
        self.kits: dict[str, UUID] = {}
        self.done = 0

    async def run(self) -> None:
        await self._prepare()
        async for rows in planned(self.conn, self.batch.id, "create", chunk=CHUNK):
            items = [item for _, item in rows]
            await self._tell(items)
            await self._check_new(items)
            by_programme: dict[UUID, list[NewAsset]] = defaultdict(list)
            for item, code in zip(items, await _free_tags(self.conn, items), strict=True):
                facts = _facts(item)
                by_programme[facts.programme].append(self._new_asset(item, facts, code))
            for programme, new in by_programme.items():
                await register(
                    self.conn, self.actor, programme, new, occurred_at=self.at, operation=self.operation
                )
        async for rows in planned(self.conn, self.batch.id, "change", chunk=CHUNK):
            items = [item for _, item in rows]
            await self._tell(items)
            await self._change(items)

    async def _tell(self, items: Sequence[Item]) -> None:
        counts = self.batch.plan.counts
        await tell("recording", self.done, counts.create + counts.change)
        self.done += len(items)

    async def _prepare(self) -> None:
        for programme in sorted(self.batch.programme_ids):
            # two imports into one programme would otherwise both find the same things missing
            await advisory_lock(self.conn, f"import {programme}")
        b = import_batch.c
        quicker = select(b.id).where(
            b.id != self.batch.id,
            b.programme_ids.overlap(list(self.batch.programme_ids)),
            func.greatest(b.committed_at, b.undone_at) > self.batch.planned_at,
        )
        async with as_system(self.conn):
            was_quicker = (await self.conn.execute(quicker.limit(1))).first() is not None
        if self.batch.programme_ids and was_quicker:
            raise ChangedSinceError(())
        f = funding_share.c
        rows = await self.conn.execute(select(f.programme_id, f.donor_id, f.percent).order_by(f.donor_id))
        shares: dict[UUID, list[Share]] = defaultdict(list)
        for row in rows:
            shares[row.programme_id].append(Share(row.donor_id, row.percent.normalize()))
        self.shares = {programme: tuple(each) for programme, each in shares.items()}
        self.given_shares = await shares_for(self.conn, self.batch.choices.defaults.shares)
        await self._consign()
        kits = await self.conn.execute(
            select(_r.kit_key, _r.asset_id).where(
                _r.batch_id == self.batch.id,
                _r.kit_key.is_not(None),
                _r.asset_id.is_not(None),
                _r.item["facts"]["is_kit"].as_boolean(),
            )
        )
        self.kits = {row.kit_key: row.asset_id for row in kits}

    async def _consign(self) -> None:
        """The consignments of the plan: those there are, and the others made."""
        c = consignment.c
        wanted = {(each.programme, each.number): each.municipality for each in self.batch.plan.consignments}
        numbers = [number for _, number in wanted]
        rows = await self.conn.execute(
            select(c.id, c.programme_id, c.number, c.municipality_code).where(
                c.programme_id.in_({programme for programme, _ in wanted}),
                func.lower(c.number).in_([number.lower() for number in numbers]),
            )
        )
        known = {(row.programme_id, row.number.lower()): row for row in rows}
        missing: list[NewConsignment] = []
        for (programme, number), municipality in wanted.items():
            row = known.get((programme, number.lower()))
            if row is None:
                missing.append(NewConsignment(programme=programme, number=number, municipality=municipality))
            elif row.municipality_code != municipality:
                raise ConflictError(
                    "The consignment %(number)s goes to another municipality by now. Plan again.",
                    number=number,
                )
            else:
                self.consignments[programme, number] = row.id
        if missing:
            made = await add_consignments(self.conn, self.actor, missing)
            self.consignments |= {
                (new.programme, new.number): id_ for new, id_ in zip(missing, made, strict=True)
            }

    async def _check_new(self, items: Iterable[Item]) -> None:
        """Nobody registered the same serial numbers in the meantime."""
        keys = {
            (facts.programme, key): item
            for item in items
            if (facts := _facts(item)) and (key := serial_key(facts.serial))
        }
        if not keys:
            return
        a = asset.c
        own = select(_r.asset_id).where(_r.batch_id == self.batch.id, _r.asset_id == a.id).exists()
        rows = await self.conn.execute(
            select(a.programme_id, a.serial_key, a.manufacturer).where(
                among(a.serial_key, {key for _, key in keys}),
                a.gone_reason.is_distinct_from("withdrawn"),
                ~own,
            )
        )
        taken = {
            item.row
            for row in rows
            if (item := keys.get((row.programme_id, row.serial_key)))
            and same_maker(_facts(item).manufacturer, row.manufacturer)
        }
        if taken:
            raise ChangedSinceError(sorted(taken))

    def _new_asset(self, item: Item, facts: Facts, code: str) -> NewAsset:
        assert item.asset is not None  # noqa: S101  # given when the plan was stored
        attributes = facts.attributes | ({"kit": facts.kit} if facts.kit and facts.is_kit else {})
        fact = ev.Registered(
            category=facts.category,
            name_uk=facts.name_uk,
            name_en=facts.name_en,
            tag=code,
            manufacturer=facts.manufacturer,
            model=facts.model,
            serial=facts.serial,
            quantity=facts.quantity,
            unit_price=facts.unit_price,
            currency=facts.currency,
            shares=self.given_shares or self.shares.get(facts.programme, ()),
            is_kit=facts.is_kit,
            consignment=self.consignments.get((facts.programme, facts.consignment or "")),
            line=facts.line,
            destination=facts.municipality,
            acquired_on=facts.acquired_on,
            warranty_until=facts.warranty_until,
            source=self._source(item),
            attributes=attributes,
            note=facts.note,
        )
        return NewAsset(id=item.asset, fact=fact, kit=None if facts.is_kit else self._kit(item))

    def _kit(self, item: Item) -> UUID | None:
        return self.kits.get(item.kit_key, item.kit) if item.kit_key else None

    def _source(self, item: Item) -> Source:
        return Source(file=self.batch.sha256, sheet=item.sheet or "1", row=max(item.row, 1))

    async def _change(self, items: list[Item]) -> None:
        await self._check_changed(items)
        drafts = []
        for item in items:
            assert item.asset is not None  # noqa: S101  # a change is of something that exists
            drafts += [self._draft(item.asset, payload) for payload in self._payloads(item)]
        await store.append(self.conn, self.actor.id, drafts)

    def _draft(self, asset_id: UUID, payload: ev.Payload) -> Draft:
        return Draft(
            id=uuid7(), asset=asset_id, occurred_at=self.at, payload=payload, operation=self.operation
        )

    def _payloads(self, item: Item) -> Iterable[ev.Payload]:
        facts = _facts(item)
        changed = {change.field for change in item.changes}
        described = {
            name: getattr(facts, "municipality" if name == "destination" else name)
            for name in ev.Described.__struct_fields__
            if name in changed or (name == "destination" and "municipality" in changed)
        }
        attributes = {key: text for key, text in facts.attributes.items() if key in changed}
        if described or attributes:
            yield ev.Described(**described, attributes=attributes, source=self._source(item))
        if "kit" in changed and (kit := self._kit(item)):
            yield ev.Packed(kit=kit)

    async def _check_changed(self, items: list[Item]) -> None:
        """The assets are in reach and stand as they stood when the plan was made."""
        heads = {item.asset: item for item in items if item.asset}
        standing = (
            select(asset_head.c.asset_id, func.encode(asset_head.c.hash, "hex").label("head"))
            .join(asset, asset.c.id == asset_head.c.asset_id)
            .where(among(asset_head.c.asset_id, heads), scope.recordable(self.actor, "described"))
            .order_by(asset_head.c.asset_id)
            .with_for_update(of=asset_head)
        )
        async with as_system(self.conn):  # a chain is the ledger's, and locked as such
            rows = await self.conn.execute(standing)
        same = {row.asset_id for row in rows if heads[row.asset_id].head == row.head}
        if moved := [item.row for id_, item in heads.items() if id_ not in same]:
            raise ChangedSinceError(sorted(moved))


def _facts(item: Item) -> Facts:
    assert item.facts is not None  # noqa: S101  # only a row with problems has none
    return item.facts


@by_system
async def _free_tags(conn: AsyncConnection, items: Sequence[Item]) -> list[str]:
    """A tag for each item: the file's own if no asset bears it, else a new one that nobody has."""
    codes = [_facts(item).tag or new_tag() for item in items]
    given = {facts.tag: item.row for item in items if (facts := _facts(item)).tag}
    t = tag.c
    rows = await conn.execute(select(t.tag, t.asset_id.is_not(None)).where(among(t.tag, codes)))
    taken = {code for code, is_borne in rows if is_borne or code not in given}
    if clash := [row for code, row in given.items() if code in taken]:
        raise ChangedSinceError(sorted(clash))
    seen: set[str] = set()
    for at, code in enumerate(codes):
        fresh = code
        while fresh in taken or fresh in seen:
            fresh = new_tag()
        seen.add(fresh)
        codes[at] = fresh
    return codes
