"""A bundle: the events of some assets, with all that is needed to check them elsewhere.

It is a ZIP, stored without compression and laid out so that no byte of it is unaccounted for
(``verify_bundle`` says how, and is put into it): what the bundle is about, the events with their
inclusion proofs, and a signed list of the files. It holds what was sealed at one checkpoint.
"""

import tempfile
import zlib
from base64 import b64encode
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from datetime import UTC, datetime
from hashlib import sha256
from importlib.resources import files
from typing import IO, Any
from uuid import UUID

import asyncpg
import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker.db import bulk
from asset_tracker.errors import RefusedError, TooLargeError
from asset_tracker.ledger import checkpoints, merkle
from asset_tracker.ledger.chain import SHARE
from asset_tracker.ledger.checkpoints import Checkpoint
from asset_tracker.ledger.keys import Signer, list_keys
from asset_tracker.ledger.merkle import Tiles
from asset_tracker.ledger.verify_bundle import EVENTS, LIST, MANIFEST, zip_directory, zip_header

FORMAT = "asset-tracker-bundle/1"
MAX_BYTES = 2**32 - 1  # of a ZIP without its 64-bit extension
_TOGETHER = 500
_DAYS = 400
_EVENTS = """
SELECT e.asset_id, e.seq, e.body, e.hash, e.private, l.position
FROM event AS e JOIN ledger_leaf AS l ON l.event_id = e.id
WHERE e.asset_id = ANY($1) AND l.position < $2 ORDER BY e.asset_id, e.seq"""
# The last checkpoint of each day: what somebody who kept one most probably has.
_EARLIER = f"""
SELECT max(size) AS size FROM ledger_checkpoint WHERE size < $1
GROUP BY made_at::date ORDER BY 1 DESC LIMIT {_DAYS}"""
_README = "bundle_readme.txt"


# Names of private values, and the donor whose shares are told.
_Disclosed = tuple[Collection[str], UUID | None]


class _Asset(msgspec.Struct):
    asset: UUID
    events: int
    head: str


class _Key(msgspec.Struct, omit_defaults=True):
    key: str
    statement: str | None = None


class _Earlier(msgspec.Struct):
    size: int
    hashes: tuple[str, ...]


class Manifest(msgspec.Struct, kw_only=True):
    """``bundle.json``: whose events, from which log, how many of which asset, and ways from earlier sizes."""

    format: str
    about: str
    made_at: datetime
    keys: list[_Key]
    checkpoint: str
    assets: list[_Asset]
    consistency: list[_Earlier]


class Made(msgspec.Struct, frozen=True, kw_only=True):
    """What was put into a bundle."""

    assets: int
    events: int
    checkpoint: Checkpoint


async def write_bundle(
    conn: AsyncConnection,
    signer: Signer,
    out: IO[bytes],
    *,
    assets: Sequence[UUID],
    about: str,
    disclose: Collection[str],
    donor: UUID | None = None,
    withhold: Mapping[UUID, Collection[str]] | None = None,
    since: Sequence[int] = (),
) -> Made:
    """Write the bundle of the assets' sealed events to ``out``.

    ``disclose`` names the private values whose openings go along, ``withhold`` those that do not for
    some assets; of the funding shares do those of ``donor``; ``since`` sizes of the log that the
    reader knows, besides the last one of each day. Raises RefusedError when nothing is sealed yet,
    TooLargeError beyond four gigabytes.
    """
    checkpoint = await checkpoints.latest(conn)
    if checkpoint is None:
        raise RefusedError("Nothing has been sealed yet.")
    raw = await bulk.driver(conn)
    listed: dict[UUID, _Asset] = {}
    with tempfile.TemporaryFile() as events:
        async for line in _lines(raw, assets, checkpoint.size, (disclose, donor), withhold or {}, listed):
            events.write(line)
        manifest = Manifest(
            format=FORMAT,
            about=" ".join(about.split()),
            made_at=datetime.now(UTC),
            keys=[_Key(key.verify_key, key.statement) for key in await list_keys(conn)],
            checkpoint=checkpoint.note,
            assets=list(listed.values()),
            consistency=await _ways(conn, raw, checkpoint.size, since),
        )
        _write(out, signer, manifest, events)
    return Made(
        assets=len(listed), events=sum(each.events for each in listed.values()), checkpoint=checkpoint
    )


async def _lines(
    raw: asyncpg.Connection,
    assets: Sequence[UUID],
    size: int,
    disclose: _Disclosed,
    withhold: Mapping[UUID, Collection[str]],
    listed: dict[UUID, _Asset],
) -> AsyncIterator[bytes]:
    ordered = sorted(assets)
    for n in range(0, len(ordered), _TOGETHER):
        rows = await raw.fetch(_EVENTS, ordered[n : n + _TOGETHER], size)
        paths = [merkle.inclusion_ranges(row["position"], size) for row in rows]
        ranges = {leaves for path in paths for leaves in path}
        tiles = Tiles(await checkpoints.tiles_at(raw, merkle.tiles_of(ranges)))
        hashes = {leaves: b64encode(tiles.subtree(leaves)).decode() for leaves in ranges}
        for row, path in zip(rows, paths, strict=True):
            head = row["hash"].hex()
            listed[row["asset_id"]] = _Asset(row["asset_id"], row["seq"], head)
            names, donor = disclose
            told = set(names) - set(withhold.get(row["asset_id"], ()))
            yield _line(row, [hashes[leaves] for leaves in path], (told, donor))


def _line(row: Any, proof: list[str], disclose: _Disclosed) -> bytes:
    names, donor = disclose
    openings = {
        name: opening
        for name, opening in (row["private"] or {}).items()
        if name in names or (name.startswith(SHARE) and opening[1]["donor"] == str(donor))
    }
    said = {
        "asset": row["asset_id"],
        "seq": row["seq"],
        "body": row["body"].decode(),
        "hash": row["hash"].hex(),
        "index": row["position"],
        "proof": proof,
        **({"openings": openings} if openings else {}),
    }
    return msgspec.json.encode(said) + b"\n"


async def _ways(
    conn: AsyncConnection, raw: asyncpg.Connection, size: int, since: Sequence[int]
) -> list[_Earlier]:
    sizes = {row["size"] for row in await raw.fetch(_EARLIER, size)} | {n for n in since if 0 < n < size}
    return [_Earlier(n, (await checkpoints.consistency(conn, n, size)).hashes) for n in sorted(sizes)]


def _write(out: IO[bytes], signer: Signer, manifest: Manifest, events: IO[bytes]) -> None:
    parts: list[tuple[str, bytes | IO[bytes]]] = [
        ("README.txt", _resource(_README)),
        ("verify_bundle.py", _resource("verify_bundle.py")),
        (MANIFEST, msgspec.json.format(msgspec.json.encode(manifest)) + b"\n"),
        (EVENTS, events),
    ]
    entries: list[tuple[str, int, int]] = []
    listing = [signer.known.name, "bundle", f"about {manifest.about}"]
    for name, content in parts:
        crc, length, digest = _measure(content)
        entries.append((name, crc, length))
        listing.append(f"file {digest} {name}")
    note = signer.sign("\n".join(listing) + "\n").encode()
    parts.append((LIST, note))
    entries.append((LIST, zlib.crc32(note), len(note)))
    if sum(length + 200 for _, _, length in entries) > MAX_BYTES:
        raise TooLargeError
    for (name, crc, length), (_, content) in zip(entries, parts, strict=True):
        out.write(zip_header(name, crc, length))
        for chunk in _chunks(content):
            out.write(chunk)
    out.write(zip_directory(entries))


def _resource(name: str) -> bytes:
    return (files(__package__ or "") / name).read_bytes()


def _measure(content: bytes | IO[bytes]) -> tuple[int, int, str]:
    """CRC-32, length and SHA-256."""
    crc, length, digest = 0, 0, sha256()
    for chunk in _chunks(content):
        crc, length = zlib.crc32(chunk, crc), length + len(chunk)
        digest.update(chunk)
    return crc, length, digest.hexdigest()


def _chunks(content: bytes | IO[bytes]) -> Any:
    if isinstance(content, bytes):
        return [content]
    content.seek(0)
    return iter(lambda: content.read(1 << 20), b"")
