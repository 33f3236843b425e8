"""Whether many chains are sound, told at once and cheaply [pure].

What ``check`` tells one event after the other is here compared for thousands together: all bodies are
decoded, encoded and compared in one go, each column as one text. It says yes or no; a no is looked
into by ``check``, which names what is wrong. A yes means that ``check`` finds nothing.
"""

import re
from collections.abc import Iterator, Sequence
from functools import cache
from hashlib import sha256
from itertools import chain, islice, repeat
from typing import Annotated, Any, Final, NamedTuple

import msgspec
from msgspec import Meta

from asset_tracker.ledger.chain import DEVICE, GENESIS, SHARE, canonical, device_of, uncovered
from asset_tracker.ledger.envelope import Event
from asset_tracker.ledger.events import KINDS, PRIVATE

_Id = Annotated[str, Meta(min_length=36)]


class Chain(NamedTuple):
    """The stored events of one asset in the order of ``seq``, each column as one: see ``QUERY``."""

    asset: str
    number: int
    bodies: bytes
    prev_hashes: bytes
    hashes: bytes
    ids: str
    seqs: str
    kinds: str
    occurred: str
    recorded: str
    actors: str
    programmes: str
    operations: str
    supersedes: str
    openings: str


class _Document(msgspec.Struct, frozen=True, gc=False):
    """``chain.Body`` with ids and times left as text."""

    v: int
    id: str
    asset: str
    seq: int
    occurred_at: str
    recorded_at: str
    actor: str
    programme: _Id | None
    device: dict[str, str] | None
    operation: _Id | None
    supersedes: _Id | None
    nonce: str
    payload: dict[str, Any]


class _Told(Event, frozen=True, kw_only=True, gc=False):
    """An event out of its bytes; payload and device are put in their places once they are uncovered."""

    device: Any = None
    payload: msgspec.Raw  # type: ignore[assignment]  # until then: the document has it decoded


_NONE: Final = "-"
QUERY: Final = f"""
SELECT asset_id::text, count(*), string_agg(body, '\\x0a'), string_agg(prev_hash, ''), string_agg(hash, ''),
       string_agg(id::text, ' '), string_agg(seq::text, ' '), string_agg(kind, ' '),
       string_agg(occurred_at::text, ','), string_agg(recorded_at::text, ','), string_agg(actor_id::text, ' '),
       string_agg(coalesce(programme_id::text, '{_NONE}'), ' '), string_agg(coalesce(operation::text, '{_NONE}'), ' '),
       string_agg(coalesce(supersedes::text, '{_NONE}'), ' '), string_agg(coalesce(private::text, 'null'), E'\\n')
FROM (SELECT * FROM event WHERE asset_id >= $1 AND asset_id <= $2 ORDER BY asset_id, seq) AS e
GROUP BY asset_id ORDER BY e.asset_id"""

# The text of times and of ids has one form only, whatever the database was told.
PLAIN: Final = "SET LOCAL timezone = 'UTC'; SET LOCAL datestyle = 'ISO, YMD'; SET LOCAL jit = off"

_told_lines = msgspec.json.Decoder(_Told).decode_lines
_documents = msgspec.json.Decoder(_Document).decode_lines
_openings = msgspec.json.Decoder(dict[str, tuple[str, Any]] | None).decode_lines
_set = msgspec.structs.force_setattr
_encode_lines = msgspec.json.Encoder(order="sorted", decimal_format="string").encode_lines
# PostgreSQL leaves out the zeros at the end of a fraction of a second, msgspec does not.
_SHORT: Final = re.compile(r"\.(\d{1,5})\+")


class Sound(NamedTuple):
    """What the events of chains say that are sound: ``events_of`` tells more of it."""

    chains: Sequence[Chain]
    documents: Sequence[_Document]
    openings: Sequence[dict[str, tuple[str, Any]] | None]


def sound(chains: Sequence[Chain]) -> Sound | None:
    """What the events of these chains say, if nothing is wrong with any of them."""
    try:
        return _say_the_same(chains) if _links_hold(chains) else None
    except (msgspec.MsgspecError, UnicodeDecodeError, LookupError, ValueError, TypeError):
        return None


def events_of(told: Sound) -> Iterator[list[Event]]:
    """The events of each of the chains. The documents are used up by it."""
    events = _told_lines(b"\n".join([each.bodies for each in told.chains]))
    for event, document, opening in zip(events, told.documents, told.openings, strict=True):
        payload = uncovered(document.payload, opening)
        _set(event, "payload", msgspec.convert(payload, KINDS[payload["kind"]]))
        _set(event, "device", device_of(opening))
    rest = iter(events)
    for each in told.chains:
        yield list(islice(rest, each.number))


def _links_hold(chains: Sequence[Chain]) -> bool:
    for each in chains:
        lines, last, hashes = each.bodies.split(b"\n"), GENESIS, []
        for line in lines:
            last = sha256(last + line).digest()
            hashes.append(last)
        whole = b"".join(hashes)
        if len(lines) != each.number or whole != each.hashes or GENESIS + whole[:-32] != each.prev_hashes:
            return False
        if each.seqs != _numbers(each.number):
            return False
    return True


def _say_the_same(chains: Sequence[Chain]) -> Sound | None:
    bodies = b"\n".join([each.bodies for each in chains])
    documents = _documents(bodies)
    openings = _openings("\n".join([each.openings for each in chains]))
    kinds = [each.payload["kind"] for each in documents]
    same = (
        len(documents) == sum(each.number for each in chains)
        and _encode_lines(documents) == bodies + b"\n"
        and [each.seq for each in documents]
        == list(chain.from_iterable(range(1, each.number + 1) for each in chains))
        and [each.asset for each in documents]
        == list(chain.from_iterable(repeat(each.asset, each.number) for each in chains))
        and " ".join([each.id for each in documents]) == " ".join([each.ids for each in chains])
        and " ".join([each.actor for each in documents]) == " ".join([each.actors for each in chains])
        and " ".join([each.programme or _NONE for each in documents])
        == " ".join([each.programmes for each in chains])
        and " ".join([each.operation or _NONE for each in documents])
        == " ".join([each.operations for each in chains])
        and " ".join([each.supersedes or _NONE for each in documents])
        == " ".join([each.supersedes for each in chains])
        and PRIVATE.keys() >= set(kinds)
        and " ".join(kinds) == " ".join([each.kinds for each in chains])
        and ",".join([each.occurred_at for each in documents]) == _instants([e.occurred for e in chains])
        and ",".join([each.recorded_at for each in documents]) == _instants([e.recorded for e in chains])
        and _are_committed(documents, openings)
    )
    return Sound(chains, documents, openings) if same else None


def _are_committed(
    documents: Sequence[_Document], openings: Sequence[dict[str, tuple[str, Any]] | None]
) -> bool:
    for document, opening in zip(documents, openings, strict=True):
        if opening:
            payload = document.payload
            private = PRIVATE[payload["kind"]]
            for name, (salt, value) in opening.items():
                known = name in private or name.startswith(SHARE)
                committed = document.device if name == DEVICE else payload[name] if known else None
                if committed is None:
                    return False
                if committed["sha256"] != sha256(bytes.fromhex(salt) + canonical(value)).hexdigest():
                    return False
    return True


def _instants(columns: list[str]) -> str:
    """Times as the canonical form has them."""
    text = ",".join(columns)
    if "." in text:
        text = _SHORT.sub(lambda found: f".{found[1]:0<6}+", text)
    return text.replace(" ", "T").replace("+00", "Z")


@cache
def _numbers(count: int) -> str:
    return " ".join(map(str, range(1, count + 1)))
