"""What a report came to as bytes, for another process to go on within it [pure].

Written and read in pieces: one step of the decoder holds up a process, and of a programme's 50,000 lines that step
would take a tenth of a second.
"""

import zlib
from collections.abc import Iterable, Sequence
from typing import Any, Final

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from asset_tracker.reports.kept import Grounds, Kept, Outcome
from asset_tracker.reports.structs_items import Happening, Item
from asset_tracker.reports.telling import Around, Named

_AT_ONCE: Final = 500  # lines
_FASTEST: Final = 1
_encode = msgspec.msgpack.Encoder(uuid_format="bytes").encode


class _Head(Struct, array_like=True):
    named: Named
    around: Around
    outcome: Outcome


class _Pieces(Struct, array_like=True):
    head: bytes
    items: Sequence[bytes]
    timeline: Sequence[bytes]


_pieces = msgspec.msgpack.Decoder(_Pieces)
_head = msgspec.msgpack.Decoder(_Head)
_items = msgspec.msgpack.Decoder(tuple[Item, ...])
_timeline = msgspec.msgpack.Decoder(tuple[Happening, ...])


def pack(kept: Kept) -> bytes:
    """The report without its grounds, by which it is found."""
    facts = kept.outcome.facts
    outcome = replace(kept.outcome, facts=replace(facts, items=(), timeline=()))
    head = _Head(named=kept.named, around=kept.around, outcome=outcome)
    return _encode(_Pieces(_squeezed(head), _cut(facts.items), _cut(facts.timeline)))


def unpack(content: bytes, grounds: Grounds) -> Kept | None:
    """The report that was packed, which rests on these grounds; None of what another version of this program packed."""
    try:
        pieces = _pieces.decode(content)
        head = _head.decode(zlib.decompress(pieces.head))
        items = _joined(_items, pieces.items)
        timeline = _joined(_timeline, pieces.timeline)
    except (msgspec.DecodeError, zlib.error):
        return None
    facts = replace(head.outcome.facts, items=items, timeline=timeline)
    outcome = replace(head.outcome, facts=facts)
    return Kept(grounds=grounds, named=head.named, around=head.around, outcome=outcome)


def _squeezed(said: Any) -> bytes:
    return zlib.compress(_encode(said), _FASTEST)


def _cut(lines: Sequence[Any]) -> Sequence[bytes]:
    return [_squeezed(lines[begin : begin + _AT_ONCE]) for begin in range(0, len(lines), _AT_ONCE)]


def _joined(decoder: Any, pieces: Iterable[bytes]) -> tuple[Any, ...]:
    return tuple(line for piece in pieces for line in decoder.decode(zlib.decompress(piece)))
