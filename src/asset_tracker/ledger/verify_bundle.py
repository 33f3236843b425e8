"""Checks a bundle of the ledger offline. Needs Python 3.9 or newer; nothing else.

    python3 verify_bundle.py bundle.zip [--head SIZE:ROOT] [--checkpoint FILE] [--key KEY]

``--head`` is the ledger head as it is printed on acts and reports, ``--checkpoint`` a checkpoint that
you kept: the bundle must go on from there. ``--key`` is the log's public key as you know it from
elsewhere; without it you learn that the bundle is whole, and by which key, but not whose key that is.

It ends with one of these numbers:

     0  everything is as it was recorded
     2  wrong usage
    10  the file is no bundle, or bytes between its parts were changed
    11  the list of files is not signed by a key of the log
    12  a file in it is not the one that was signed, or is missing, or does not belong there
    13  the checkpoint is not signed by a key of the log
    14  a key did not take over by a statement that the key before it signed
    15  the log is signed by another key than the one that you know
    20  the bytes of an event are not in canonical form, or say something else than their place
    21  the first events of an asset are missing
    22  an event in the middle is missing
    23  the last events of an asset are missing
    24  an event does not build on the one before it
    25  an event stands there twice, or belongs to no asset of the bundle
    26  a disclosed value is not the one that was committed to
    30  an event is not in the log under the checkpoint
    31  the log is older than the one that you know
    32  the log is not the one that you know: history was written anew
    33  the bundle holds no proof that goes on from the head that you know (ask for one made with it)
"""

from __future__ import annotations

import argparse
import enum
import hashlib
import json
import struct
import sys
import zlib
from base64 import b64decode, b64encode
from collections.abc import Sequence
from pathlib import Path
from typing import Any

MANIFEST, EVENTS, LIST = "bundle.json", "events.jsonl", "files.note"
GENESIS = bytes(32)
DASH = "\u2014 "


class Code(enum.IntEnum):
    """What the program ends with."""

    OK = 0
    USAGE = 2
    NOT_A_BUNDLE = 10
    LIST_NOT_SIGNED = 11
    FILE_CHANGED = 12
    CHECKPOINT_NOT_SIGNED = 13
    KEY_UNPROVEN = 14
    OTHER_KEY = 15
    BYTES_WRONG = 20
    BEGINNING_MISSING = 21
    GAP = 22
    END_MISSING = 23
    CHAIN_BROKEN = 24
    STRANGE_EVENT = 25
    OPENING_WRONG = 26
    NOT_IN_THE_LOG = 30
    OLDER = 31
    FORKED = 32
    NO_WAY_FROM_THERE = 33


class FalsifiedError(Exception):
    """What is wrong; ``code`` is the number to end with."""

    def __init__(self, code: Code, message: str) -> None:
        super().__init__(message)
        self.code = code


# --- the container: a ZIP with nothing in it that is not accounted for -------------------------------


def zip_header(name: str, crc: int, size: int) -> bytes:
    """What stands before a file: stored, without a date, its name in UTF-8."""
    encoded = name.encode()
    return (
        struct.pack("<4s5H3L2H", b"PK\3\4", 20, 0x800, 0, 0, 33, crc, size, size, len(encoded), 0) + encoded
    )


def zip_directory(entries: Sequence[tuple[str, int, int]]) -> bytes:
    """What stands behind all files; ``entries`` are (name, crc, size) in their order."""
    listed, offset = b"", 0
    for name, crc, size in entries:
        encoded = name.encode()
        listed += struct.pack(
            "<4s6H3L5H2L", b"PK\1\2", 788, 20, 0x800, 0, 0, 33, crc, size, size,
            len(encoded), 0, 0, 0, 0, 0o100644 << 16, offset,
        ) + encoded  # fmt: skip
        offset += 30 + len(encoded) + size
    count = len(entries)
    return listed + struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, count, count, len(listed), offset, 0)


def read_container(data: bytes) -> dict[str, bytes]:
    """The files by name. Every byte of the container must be as ``zip_header`` and ``zip_directory`` write it."""
    files: dict[str, bytes] = {}
    entries: list[tuple[str, int, int]] = []
    place = 0
    while data[place : place + 4] == b"PK\3\4":
        if len(data) < place + 30:
            raise FalsifiedError(Code.NOT_A_BUNDLE, "the file ends in the middle")
        crc, size, length = struct.unpack_from("<L4xLH", data, place + 14)[0:3]
        name = data[place + 30 : place + 30 + length].decode("utf-8", "replace")
        header = zip_header(name, crc, size)
        body = data[place + len(header) : place + len(header) + size]
        if data[place : place + len(header)] != header or len(body) != size or zlib.crc32(body) != crc:
            raise FalsifiedError(Code.NOT_A_BUNDLE, f"{name} is damaged")
        if name in files:
            raise FalsifiedError(Code.NOT_A_BUNDLE, f"{name} is in it twice")
        files[name] = body
        entries.append((name, crc, size))
        place += len(header) + size
    if not entries or data[place:] != zip_directory(entries):
        raise FalsifiedError(Code.NOT_A_BUNDLE, "the end of the file is damaged")
    return files


def decoded(text: str) -> bytes:
    """The bytes of base64 that could not be written in another way. Raises ValueError."""
    data = b64decode(text, validate=True)
    if b64encode(data).decode() != text:
        raise ValueError("there is more than one way to write this")
    return data


# --- Ed25519 (RFC 8032, 5.1.7), of which checking alone is needed: nothing here is secret ---------------

PRIME = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
CURVE = -121665 * pow(121666, -1, PRIME) % PRIME
ROOT = pow(2, (PRIME - 1) // 4, PRIME)
# A point is (x, y, z, t): the curve's x is x/z, its y is y/z, and t is x·y/z.
Point = tuple[int, int, int, int]
NEUTRAL: Point = (0, 1, 1, 0)


def read_point(data: bytes) -> Point | None:
    """The point with these 32 bytes, None if there is none or it could be written in another way."""
    number = int.from_bytes(data, "little")
    y, odd = number & (2**255 - 1), number >> 255
    if y >= PRIME:
        return None
    above, below = (y * y - 1) % PRIME, (CURVE * y * y + 1) % PRIME
    x = above * below**3 * pow(above * below**7, (PRIME - 5) // 8, PRIME) % PRIME
    if (below * x * x - above) % PRIME:
        x = x * ROOT % PRIME
    if (below * x * x - above) % PRIME or (odd and not x):
        return None
    x = PRIME - x if x & 1 != odd else x
    return (x, y, 1, x * y % PRIME)


def write_point(point: Point) -> bytes:
    """Its 32 bytes."""
    x, y, z, _ = point
    over = pow(z, -1, PRIME)
    x, y = x * over % PRIME, y * over % PRIME
    return (y | (x & 1) << 255).to_bytes(32, "little")


def added(one: Point, other: Point) -> Point:
    """The sum of two points."""
    a = (one[1] - one[0]) * (other[1] - other[0])
    b = (one[1] + one[0]) * (other[1] + other[0])
    c = 2 * one[3] * other[3] * CURVE
    d = 2 * one[2] * other[2]
    e, f, g, h = b - a, (d - c) % PRIME, (d + c) % PRIME, b + a
    return (e * f % PRIME, g * h % PRIME, f * g % PRIME, e * h % PRIME)


def times(number: int, point: Point) -> Point:
    """The point added to itself so often."""
    total = NEUTRAL
    while number:
        if number & 1:
            total = added(total, point)
        point, number = added(point, point), number >> 1
    return total


BASE = read_point((4 * pow(5, -1, PRIME) % PRIME).to_bytes(32, "little"))


def is_signed(key: bytes, signature: bytes, message: bytes) -> bool:
    """Whether the holder of ``key`` (32 bytes) made ``signature`` (64 bytes) of ``message``."""
    holder = read_point(key)
    number = int.from_bytes(signature[32:], "little")
    if holder is None or BASE is None or len(signature) != 64 or number >= ORDER:
        return False
    bound = int.from_bytes(hashlib.sha512(signature[:32] + key + message).digest(), "little") % ORDER
    back = (PRIME - holder[0], holder[1], 1, PRIME - holder[3])
    return write_point(added(times(number, BASE), times(bound, back))) == signature[:32]


# --- signatures ---------------------------------------------------------------------------------------


def read_key(text: str) -> tuple[str, bytes, bytes]:
    """(name, id, public key) of ``name+id+base64``."""
    name, _, rest = text.partition("+")
    identity, _, encoded = rest.partition("+")
    raw = decoded(encoded)
    due = hashlib.sha256(name.encode() + b"\n" + raw).digest()[:4]
    if len(raw) != 33 or raw[:1] != b"\1" or due.hex() != identity:
        raise ValueError("this is no key")
    return name, due, raw[1:]


def signed_by(
    note: str, keys: Sequence[tuple[str, bytes, bytes]]
) -> tuple[str, list[tuple[str, bytes, bytes]]]:
    """The text of a note and those of the keys that signed it; a signature that is wrong counts for nothing."""
    text, _, below = note.rpartition("\n\n")
    found = []
    for line in below.split("\n"):
        name, _, encoded = line[len(DASH) :].partition(" ") if line.startswith(DASH) else ("", "", "")
        try:
            signature = decoded(encoded)
        except ValueError:
            continue
        for key in keys:
            signed = name and (name, signature[:4]) == key[:2]
            if signed and is_signed(key[2], signature[4:], (text + "\n").encode()):
                found.append(key)
    # Nothing may stand below the text that is not one of these signatures.
    whole = below.endswith("\n") and below.count("\n") == len(found) > 0
    return text + "\n", found if whole else []


def check_keys(manifest: dict[str, Any]) -> list[tuple[str, bytes, bytes]]:
    """The keys, each of which took over from the one before it by a statement that both signed."""
    try:
        keys = [read_key(entry["key"]) for entry in manifest["keys"]]
    except (ValueError, KeyError, TypeError) as error:
        raise FalsifiedError(Code.KEY_UNPROVEN, f"a key cannot be read: {error}") from error
    for n in range(1, len(keys)):
        old, new = manifest["keys"][n - 1]["key"], manifest["keys"][n]["key"]
        text, signers = signed_by(manifest["keys"][n].get("statement") or "", keys[n - 1 : n + 1])
        if text.split("\n")[1:4] != ["key rotation", f"old {old}", f"new {new}"] or len(signers) != 2:
            raise FalsifiedError(Code.KEY_UNPROVEN, f"nothing proves that {new} took over from {old}")
    if not keys:
        raise FalsifiedError(Code.KEY_UNPROVEN, "there is no key")
    return keys


def check_list(files: dict[str, bytes], keys: Sequence[tuple[str, bytes, bytes]]) -> None:
    """The signed list names every file with its hash, and no other."""
    text, signers = signed_by(files.get(LIST, b"").decode("utf-8", "replace"), keys)
    if not signers:
        raise FalsifiedError(Code.LIST_NOT_SIGNED, "no key of the log signed the list of files")
    listed = dict(line.split(" ", 2)[:0:-1] for line in text.split("\n") if line.startswith("file "))
    for name in sorted((set(listed) | set(files)) - {LIST}):
        if name not in files or hashlib.sha256(files[name]).hexdigest() != listed.get(name):
            raise FalsifiedError(Code.FILE_CHANGED, f"{name} is not what was signed")


def check_checkpoint(note: str, keys: Sequence[tuple[str, bytes, bytes]]) -> tuple[int, bytes]:
    """(size, root) of the checkpoint."""
    text, signers = signed_by(note, keys)
    lines = text.split("\n")
    if not signers or lines[0] != signers[0][0]:
        raise FalsifiedError(Code.CHECKPOINT_NOT_SIGNED, "no key of the log signed the checkpoint")
    return int(lines[1]), decoded(lines[2])


# --- the tree (RFC 6962) -----------------------------------------------------------------------------


def node(left: bytes, right: bytes) -> bytes:
    """The hash of an inner node."""
    return hashlib.sha256(b"\1" + left + right).digest()


def root_from(leaf: bytes, index: int, size: int, proof: Sequence[bytes]) -> bytes | None:
    """The root that an inclusion proof leads to (RFC 9162, 2.1.3.2), or None."""
    if not 0 <= index < size:
        return None
    place, last, root = index, size - 1, leaf
    for sibling in proof:
        if last == 0:
            return None
        if place & 1 or place == last:
            root = node(sibling, root)
            while place and not place & 1:
                place, last = place >> 1, last >> 1
        else:
            root = node(root, sibling)
        place, last = place >> 1, last >> 1
    return root if last == 0 else None


def goes_on(old: int, old_root: bytes, new: int, new_root: bytes, proof: Sequence[bytes]) -> bool:
    """Whether the tree of ``new`` leaves begins with that of ``old`` (RFC 9162, 2.1.4.2)."""
    if old == new:
        return not proof and old_root == new_root
    if not 0 < old < new:
        return False
    hashes = list(proof) if old & (old - 1) else [old_root, *proof]
    if not hashes:
        return False
    place, last = old - 1, new - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    older = newer = hashes[0]
    for sibling in hashes[1:]:
        if last == 0:
            return False
        if place & 1 or place == last:
            older, newer = node(sibling, older), node(sibling, newer)
            while place and not place & 1:
                place, last = place >> 1, last >> 1
        else:
            newer = node(newer, sibling)
        place, last = place >> 1, last >> 1
    return last == 0 and older == old_root and newer == new_root


# --- events --------------------------------------------------------------------------------------------


def canonical(value: Any) -> bytes:
    """RFC 8785, for documents without floating-point numbers and with names in ASCII."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def check_events(lines: Sequence[str], manifest: dict[str, Any], size: int, root: bytes) -> int:
    """Every event of every asset is there once, unchanged, in its place, and in the log. Answers how many."""
    due = {entry["asset"]: entry for entry in manifest["assets"]}
    ends: dict[str, tuple[int, bytes]] = dict.fromkeys(due, (0, GENESIS))
    seen: set[str] = set()
    asset = None
    for line in lines:
        event = json.loads(line)
        if event["asset"] != asset and (event["asset"] in seen or event["asset"] not in due):
            raise FalsifiedError(Code.STRANGE_EVENT, f"asset {event['asset']} is not expected here")
        asset = event["asset"]
        seen.add(asset)
        where = f"asset {asset}, number {event['seq']}"
        ends[asset] = check_link(event, *ends[asset], where)
        check_openings(event, where)
        leaf = hashlib.sha256(b"\0" + ends[asset][1]).digest()
        if root_from(leaf, event["index"], size, [decoded(each) for each in event["proof"]]) != root:
            raise FalsifiedError(Code.NOT_IN_THE_LOG, f"{where}: not in the log")
    for each, entry in due.items():
        if ends[each] != (entry["events"], bytes.fromhex(entry["head"])):
            last = f"{ends[each][0]} of {entry['events']}"
            raise FalsifiedError(Code.END_MISSING, f"asset {each}: the last events are missing ({last})")
    return sum(entry["events"] for entry in due.values())


def check_link(event: dict[str, Any], seq: int, head: bytes, where: str) -> tuple[int, bytes]:
    """(number, hash) of an event that comes after the one with this number and hash."""
    body = event["body"].encode()
    document = json.loads(body)
    if canonical(document) != body or (document["asset"], document["seq"]) != (event["asset"], event["seq"]):
        raise FalsifiedError(
            Code.BYTES_WRONG, f"{where}: the bytes are not canonical, or those of another place"
        )
    if event["seq"] <= seq:
        raise FalsifiedError(Code.STRANGE_EVENT, f"{where}: comes after number {seq}")
    if event["seq"] != seq + 1:
        raise FalsifiedError(
            Code.GAP if seq else Code.BEGINNING_MISSING, f"{where}: comes right after number {seq}"
        )
    hashed = hashlib.sha256(head + body).digest()
    if hashed.hex() != event["hash"]:
        raise FalsifiedError(Code.CHAIN_BROKEN, f"{where}: does not build on the event before it")
    return event["seq"], hashed


def check_openings(event: dict[str, Any], where: str) -> None:
    """What is disclosed is what was committed to."""
    payload = json.loads(event["body"])["payload"]
    for name, (salt, value) in event.get("openings", {}).items():
        committed = payload.get(name)
        due = hashlib.sha256(bytes.fromhex(salt) + canonical(value)).hexdigest()
        if not isinstance(committed, dict) or committed.get("sha256") != due:
            raise FalsifiedError(Code.OPENING_WRONG, f"{where}: {name} is not what was committed to")


# --- what you know from elsewhere --------------------------------------------------------------------


def check_known(manifest: dict[str, Any], size: int, root: bytes, known: tuple[int, bytes]) -> None:
    """That the log goes on from (size, root), which somebody knew before."""
    old, old_root = known
    if old > size:
        raise FalsifiedError(Code.OLDER, f"it has {size} events, and had {old} already")
    proofs: dict[int, list[str]] = {entry["size"]: entry["hashes"] for entry in manifest["consistency"]}
    proofs[size] = []
    if old not in proofs:
        raise FalsifiedError(Code.NO_WAY_FROM_THERE, f"it holds no proof from {old} to {size}")
    if not goes_on(old, old_root, size, root, [decoded(each) for each in proofs[old]]):
        raise FalsifiedError(Code.FORKED, f"its first {old} events are not those that you know")


def verify(data: bytes, key: str | None = None, known: Sequence[tuple[int, bytes]] = ()) -> list[str]:
    """The lines to print when everything is right. Raises FalsifiedError."""
    files = read_container(data)
    try:
        manifest = json.loads(files[MANIFEST])
        keys = check_keys(manifest)
        check_list(files, keys)
        if key is not None and read_key(key) not in keys[:1]:
            raise FalsifiedError(Code.OTHER_KEY, f"the first key of the log is {manifest['keys'][0]['key']}")
        size, root = check_checkpoint(manifest["checkpoint"], keys)
        events = check_events(files[EVENTS].decode().split("\n")[:-1], manifest, size, root)
        for each in known:
            check_known(manifest, size, root, each)
    except (KeyError, TypeError, ValueError, IndexError, RecursionError) as error:
        raise FalsifiedError(Code.NOT_A_BUNDLE, f"it is not written as a bundle is: {error!r}") from error
    return [
        f"{events} events of {len(manifest['assets'])} assets: complete, unchanged, in the order of their recording.",
        f"All stand in the log of {size} events with the root {root.hex()}.",
        f"Signed by {manifest['keys'][-1]['key']}",
        *([] if key else ["Whose key that is this program cannot know: compare it with the one you know."]),
        *([] if known else ["Give --head or --checkpoint to check that it goes on from what you know."]),
    ]


def known_head(text: str) -> tuple[int, bytes]:
    """(size, root) of SIZE:ROOT."""
    size, _, root = text.partition(":")
    if len(bytes.fromhex(root)) != 32:
        raise ValueError("a root has 32 bytes")
    return int(size), bytes.fromhex(root)


def known_checkpoint(path: str) -> tuple[int, bytes]:
    """(size, root) of a checkpoint in a file."""
    lines = Path(path).read_text("utf-8").split("\n")
    return known_head(f"{int(lines[1])}:{decoded(lines[2]).hex()}")


def main(arguments: Sequence[str] | None = None) -> int:
    """The program; answers the number to end with."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter, usage=argparse.SUPPRESS
    )
    parser.add_argument("bundle")
    parser.add_argument("--head", action="append", default=[], type=known_head)
    parser.add_argument("--checkpoint", action="append", default=[], type=known_checkpoint)
    parser.add_argument("--key")
    given = parser.parse_args(arguments)
    try:
        data = Path(given.bundle).read_bytes()
    except OSError as error:
        print(f"{given.bundle}: {error.strerror}", file=sys.stderr)
        return Code.USAGE
    try:
        print("\n".join(verify(data, given.key, [*given.head, *given.checkpoint])))
    except FalsifiedError as wrong:
        print(f"NOT GENUINE ({int(wrong.code)}): {wrong}", file=sys.stderr)
        return int(wrong.code)
    return Code.OK


if __name__ == "__main__":
    sys.exit(main())
