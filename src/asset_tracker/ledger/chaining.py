"""Facts on their way into the ledger become the rows of its events, each linked to the one before [pure]."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

import msgspec

from asset_tracker.ledger.chain import Chance, Draw, link, repeats, sealed, written
from asset_tracker.ledger.envelope import KIND_OF, Draft, Event
from asset_tracker.ledger.events import Accepted, Payload
from asset_tracker.ledger.rows import Row

Outcome = Literal["recorded", "duplicate", "conflict"]
# What was said under an id before: a draft of the same batch, or the stored body and its openings.
Said = Draft | tuple[bytes, Any]
_to_json = msgspec.json.Encoder(decimal_format="string").encode


class Head(msgspec.Struct, frozen=True, gc=False):
    """The end of an asset's chain: how many events, the last one's hash and when it was recorded."""

    seq: int
    hash: bytes
    programme: UUID | None
    recorded_at: datetime


class Receipt(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What became of a draft. ``hash`` (hexadecimal) proves later what stood in the ledger."""

    id: UUID
    asset: UUID
    outcome: Outcome
    seq: int
    hash: str
    recorded_at: datetime


Group = tuple[UUID, Sequence[Draft]]
FileKind = Literal["photo", "scan"]


def by_asset(drafts: Iterable[Draft]) -> list[Group]:
    """The drafts in their order, those of one asset that follow each other together."""
    groups: list[tuple[UUID, list[Draft]]] = []
    last: UUID | None = None
    for draft in drafts:
        asset = draft.asset
        # Comparing and hashing a UUID is Python's work, which is felt in a hundred thousand.
        if asset is not last and (last is None or asset.int != last.int):
            some: list[Draft] = []
            groups.append((asset, some))
            last = asset
        some.append(draft)
    return list(groups)


def in_pieces(groups: Iterable[Group], size: int) -> Iterator[list[Group]]:
    """The groups in their order, as many together as make up some ``size`` drafts."""
    piece: list[Group] = []
    drafts = 0
    for group in groups:
        piece.append(group)
        drafts += len(group[1])
        if drafts >= size:
            yield piece
            piece, drafts = [], 0
    if piece:
        yield piece


class Chaining:
    """Chains drafts onto the ``heads`` of their assets, as recorded now by ``actor``.

    ``known`` tells what is stored under ids that were sent before. After all ``rows`` were taken,
    ``receipts`` has one receipt for each draft in their order, ``moved`` the new ends of chains, ``new`` the
    drafts that became events, and ``files`` what of stored files they name: (event, sha256, asset, as what).
    """

    def __init__(
        self, known: Mapping[UUID, tuple[Receipt, Said]], heads: Mapping[UUID, Head], actor: UUID
    ) -> None:
        self._heads, self._actor = heads, actor
        self._now = max(head.recorded_at for head in heads.values())
        self._now_written, self._actor_written = written(self._now), written(actor)
        # By their numbers: see ``by_asset``.
        self._said = {event.int: said for event, said in known.items()}
        self.receipts: list[Receipt] = []
        self.moved: dict[UUID, Head] = {}
        self.new: dict[UUID, list[Draft]] = {}
        self.files: list[Row] = []

    def rows(self, groups: Sequence[Group]) -> list[Row]:
        """Chain these drafts next; answers their rows, in the order of ``EVENT_COLUMNS``."""
        rows: list[Row] = []
        draw = Chance(sum(len(drafts) for _, drafts in groups)).draw
        for asset, drafts in groups:
            self._chain(rows, draw, asset, drafts)
        return rows

    def _chain(self, rows: list[Row], draw: Draw, asset: UUID, drafts: Sequence[Draft]) -> None:
        head = self.moved.get(asset) or self._heads[asset]
        seq, last, programme = head.seq, head.hash, head.programme
        now, actor, said_before = self._now, self._actor, self._said
        now_written, actor_written = self._now_written, self._actor_written
        asset_written, programme_written = written(asset), written(programme)
        recorded: list[Draft] = []
        for draft in drafts:
            event_id, payload = draft.id, draft.payload
            number = event_id.int
            if number in said_before:
                self.receipts.append(_again(draft, *said_before[number]))
                continue
            seq += 1
            body, private = sealed(
                draft, asset_written, seq, now_written, actor_written, programme_written, draw
            )
            this = link(last, body)
            rows.append(
                (
                    event_id,
                    asset,
                    seq,
                    KIND_OF[payload.__class__],
                    draft.occurred_at,
                    now,
                    actor,
                    programme,
                    draft.operation,
                    draft.supersedes,
                    body,
                    _to_json(private).decode() if private else None,
                    last,
                    this,
                )
            )
            receipt = Receipt(
                id=event_id, asset=asset, outcome="recorded", seq=seq, hash=this.hex(), recorded_at=now
            )
            self.receipts.append(receipt)
            said_before[number] = receipt, draft
            recorded.append(draft)
            if payload.photos or payload.__class__ is Accepted:
                self.files += [(event_id, sha256, asset, kind) for sha256, kind in files_of(payload).items()]
            last = this
        if recorded:
            self.moved[asset] = Head(seq, last, programme, now)
            self.new.setdefault(asset, []).extend(recorded)

    def events(self) -> dict[UUID, list[Event]]:
        """The events that the drafts have become."""
        return {
            asset: [
                self._event(draft, seq)
                for seq, draft in enumerate(drafts, start=self.moved[asset].seq - len(drafts) + 1)
            ]
            for asset, drafts in self.new.items()
        }

    def _event(self, draft: Draft, seq: int) -> Event:
        return Event(
            id=draft.id,
            asset=draft.asset,
            seq=seq,
            occurred_at=draft.occurred_at,
            recorded_at=self._now,
            actor=self._actor,
            payload=draft.payload,
            programme=self.moved[draft.asset].programme,
            device=draft.device,
            operation=draft.operation,
            supersedes=draft.supersedes,
        )


def files_of(payload: Payload) -> dict[str, FileKind]:
    """The hashes of the stored files that a payload names, each as what: its photos, and the scan of an act."""
    scan: str | None = getattr(payload, "scan", None)
    named: dict[str, FileKind] = dict.fromkeys(payload.photos, "photo")
    return named | {scan: "scan"} if scan else named


def _again(draft: Draft, first: Receipt, said: Said) -> Receipt:
    """The receipt of a draft whose id is known."""
    same = (
        msgspec.structs.replace(draft, operation=said.operation) == said
        if isinstance(said, Draft)
        else repeats(draft, *said)
    )
    return msgspec.structs.replace(first, outcome="duplicate" if same else "conflict")
