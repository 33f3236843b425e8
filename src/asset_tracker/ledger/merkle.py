"""The Merkle tree of RFC 6962, section 2.1: hashes, inclusion and consistency proofs [pure].

Leaves are numbered from 0. A complete subtree of 2**level leaves is the node ``(level, number)``; such
nodes never change once they are there, so they are kept, 256 of them to a tile: the tile
``(level, number)`` holds the nodes of tree level ``8 * level`` from number ``256 * number`` on. A proof
names nodes first (``inclusion_ranges``, ``consistency_ranges``), then tells which tiles they are
worked out from (``tiles_of``), and is put together from those (``Tiles``).
"""

from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256
from typing import NamedTuple

HASH = 32
TILE_LEVELS = 8
TILE_WIDTH = 1 << TILE_LEVELS
EMPTY_ROOT = sha256().digest()


class Range(NamedTuple):
    """The leaves from ``start`` up to and without ``end``."""

    start: int
    end: int


class Node(NamedTuple):
    """The complete subtree over the leaves from ``number << level`` on, ``1 << level`` of them."""

    level: int
    number: int


class TileKey(NamedTuple):
    """Where a tile lies."""

    level: int
    number: int


def leaf_hash(data: bytes) -> bytes:
    """The hash of a leaf that says ``data``."""
    return sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of an inner node."""
    return sha256(b"\x01" + left + right).digest()


def root_of(leaves: Sequence[bytes]) -> bytes:
    """The root over leaf hashes; that of no leaves is SHA-256 of nothing."""
    level = list(leaves)
    if not level:
        return EMPTY_ROOT
    while len(level) > 1:
        odd = level[-1:] if len(level) % 2 else []
        level = [node_hash(level[n], level[n + 1]) for n in range(0, len(level) - 1, 2)] + odd
    return level[0]


# --- which hashes a proof is made of ---------------------------------------------------------------


def _split(size: int) -> int:
    """The largest power of two smaller than ``size``."""
    return 1 << (size - 1).bit_length() - 1


def inclusion_ranges(index: int, size: int) -> list[Range]:
    """The subtrees whose hashes prove that leaf ``index`` stands in the tree of ``size``, leaf upwards."""
    if not 0 <= index < size:
        raise ValueError("the leaf lies outside of the tree")
    found: list[Range] = []
    start, end = 0, size
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            found.append(Range(middle, end))
            end = middle
        else:
            found.append(Range(start, middle))
            start = middle
    return found[::-1]


def consistency_ranges(old: int, new: int) -> list[Range]:
    """The subtrees whose hashes prove that the tree of ``new`` began with the tree of ``old`` leaves."""
    if not 0 < old <= new:
        raise ValueError("the older tree is not empty and not the larger one")
    found: list[Range] = []
    start, end, whole = 0, new, True
    while end - start > 1 and end != old:
        middle = start + _split(end - start)
        if old <= middle:
            found.append(Range(middle, end))
            end = middle
        else:
            found.append(Range(start, middle))
            start, whole = middle, False
    if not whole:
        found.append(Range(start, end))
    return found[::-1]


def nodes_of(leaves: Range) -> list[Node]:
    """The complete subtrees that make up the subtree over these leaves, from left to right."""
    found: list[Node] = []
    start, end = leaves
    while start < end:
        level = (end - start).bit_length() - 1
        if start:
            level = min(level, (start & -start).bit_length() - 1)
        found.append(Node(level, start >> level))
        start += 1 << level
    return found


def tile_of(node: Node) -> TileKey:
    """The tile that the node is worked out from."""
    level = node.level // TILE_LEVELS
    return TileKey(level, (node.number << node.level - level * TILE_LEVELS) >> TILE_LEVELS)


def tiles_of(ranges: Iterable[Range]) -> set[TileKey]:
    """All tiles that the hashes of these subtrees are worked out from."""
    return {tile_of(node) for leaves in ranges for node in nodes_of(leaves)}


class Tiles:
    """Hashes of subtrees, worked out from tiles (each the concatenated hashes it holds so far)."""

    def __init__(self, tiles: Mapping[TileKey, bytes]) -> None:
        self._tiles = tiles

    def tile(self, key: TileKey, size: int) -> bytes:
        """The tile as it was when the tree had ``size`` leaves, so much of it as there was then."""
        held = (size >> TILE_LEVELS * key.level) - (key.number << TILE_LEVELS)
        return self._tiles[key][: HASH * min(held, TILE_WIDTH)]

    def node(self, node: Node) -> bytes:
        """The hash of a complete subtree. Raises LookupError when the tiles do not hold it."""
        key = tile_of(node)
        below = node.level - key.level * TILE_LEVELS
        first = (node.number << below) - (key.number << TILE_LEVELS)
        tile = self._tiles[key]
        hashes = [tile[HASH * n : HASH * (n + 1)] for n in range(first, first + (1 << below))]
        if len(hashes[-1]) != HASH:
            raise LookupError("the tile does not reach so far")
        return root_of(hashes)

    def subtree(self, leaves: Range) -> bytes:
        """The hash over these leaves, which must be a subtree of the tree."""
        if leaves.start == leaves.end:
            return EMPTY_ROOT
        return _fold([self.node(node) for node in nodes_of(leaves)])

    def proof(self, ranges: Iterable[Range]) -> tuple[bytes, ...]:
        """The hashes of these subtrees."""
        return tuple(self.subtree(leaves) for leaves in ranges)


def _fold(hashes: list[bytes]) -> bytes:
    """The root over complete subtrees that shrink from left to right."""
    root = hashes[-1]
    for left in reversed(hashes[:-1]):
        root = node_hash(left, root)
    return root


# --- growing ---------------------------------------------------------------------------------------


class Growing:
    """The right edge of a growing tree: takes leaf hashes and gives back the tiles that they finish.

    It goes on from a tree of ``size`` leaves, whose unfinished tiles (``edge_keys``) are in ``tiles``.
    """

    def __init__(self, size: int = 0, tiles: Tiles | None = None) -> None:
        self.size = size
        known = tiles or Tiles({})
        self._edge = {key.level: bytearray(known.tile(key, size)) for key in edge_keys(size)}
        # The complete subtrees that the tree is made of, from left to right.
        self._subtrees = [known.node(node) for node in nodes_of(Range(0, size))]

    def add(self, hashed: bytes) -> list[tuple[TileKey, bytes]]:
        """One more leaf; the tiles that it finished."""
        finished: list[tuple[TileKey, bytes]] = []
        self.size += 1
        self._rise(hashed, self.size - 1, 0, finished)
        return finished

    def _rise(self, hashed: bytes, number: int, level: int, finished: list[tuple[TileKey, bytes]]) -> None:
        """A node is complete: it goes into its tile, and with its left sibling makes the node above."""
        while True:
            if level % TILE_LEVELS == 0:
                self._put(level // TILE_LEVELS, number, hashed, finished)
            if not number & 1:
                break
            hashed = node_hash(self._subtrees.pop(), hashed)
            number, level = number >> 1, level + 1
        self._subtrees.append(hashed)

    def add_tile(self, hashes: Sequence[bytes]) -> list[tuple[TileKey, bytes]]:
        """As many leaves at once as a tile holds, where a tile begins; the tiles that they finished."""
        if len(hashes) != TILE_WIDTH or self.size % TILE_WIDTH:
            return [finished for hashed in hashes for finished in self.add(hashed)]
        number = self.size >> TILE_LEVELS
        self.size += TILE_WIDTH
        finished = [(TileKey(0, number), b"".join(hashes))]
        self._rise(root_of(hashes), number, TILE_LEVELS, finished)
        return finished

    def _put(self, level: int, number: int, hashed: bytes, finished: list[tuple[TileKey, bytes]]) -> None:
        tile = self._edge.setdefault(level, bytearray())
        tile += hashed
        if len(tile) == TILE_WIDTH * HASH:
            finished.append((TileKey(level, number >> TILE_LEVELS), bytes(tile)))
            tile.clear()

    def edge(self) -> dict[TileKey, bytes]:
        """The unfinished tiles as they are now."""
        return {key: bytes(self._edge[key.level]) for key in edge_keys(self.size)}

    def root(self) -> bytes:
        """The root of the tree as it is now."""
        return _fold(self._subtrees) if self._subtrees else EMPTY_ROOT


def edge_keys(size: int) -> list[TileKey]:
    """Where the unfinished tiles of a tree of ``size`` leaves lie, lowest level first."""
    keys = []
    level = 0
    while size >> TILE_LEVELS * level:
        if size >> TILE_LEVELS * level & TILE_WIDTH - 1:
            keys.append(TileKey(level, size >> TILE_LEVELS * (level + 1)))
        level += 1
    return keys


# --- checking --------------------------------------------------------------------------------------


def root_from_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes]) -> bytes | None:
    """The root that the proof leads to from a leaf hash (RFC 9162, 2.1.3.2); None if it has not the right length."""
    if not 0 <= index < size or len(proof) != len(inclusion_ranges(index, size)):
        return None
    place, last, root = index, size - 1, leaf
    for sibling in proof:
        if place & 1 or place == last:
            root = node_hash(sibling, root)
            while place and not place & 1:
                place, last = place >> 1, last >> 1
        else:
            root = node_hash(root, sibling)
        place, last = place >> 1, last >> 1
    return root


def proves_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> bool:
    """Whether the proof shows that the leaf hash stands at ``index`` in the tree with this root."""
    return root_from_inclusion(leaf, index, size, proof) == root


def proves_consistency(old: int, new: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes]) -> bool:
    """Whether the proof shows that the newer tree begins with all of the older (RFC 9162, 2.1.4.2)."""
    if not 0 <= old <= new:
        return False
    if old in (0, new):
        return not proof and (old_root == new_root if old else old_root == EMPTY_ROOT)
    hashes = list(proof) if old & (old - 1) else [old_root, *proof]
    if len(proof) != len(consistency_ranges(old, new)) or not hashes:
        return False
    place, last = old - 1, new - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    older = newer = hashes[0]
    for sibling in hashes[1:]:
        if place & 1 or place == last:
            older, newer = node_hash(sibling, older), node_hash(sibling, newer)
            while place and not place & 1:
                place, last = place >> 1, last >> 1
        else:
            newer = node_hash(newer, sibling)
        place, last = place >> 1, last >> 1
    return older == old_root and newer == new_root
