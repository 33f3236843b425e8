"""The tree against RFC 6962: its published vectors, and its definition written out."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asset_tracker.ledger import merkle
from asset_tracker.ledger.merkle import Growing, Range, TileKey, Tiles

# The leaves, roots and proofs that certificate-transparency publishes as the test vectors of RFC 6962.
LEAVES = [
    bytes.fromhex(text)
    for text in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
INCLUSION = [
    (0, 8, ["96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4"]),
    (5, 8, ["bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
            "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"]),
    (2, 3, ["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"]),
    (1, 5, ["6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b"]),
]  # fmt: skip
CONSISTENCY = [
    (1, 1, []),
    (1, 8, ["96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4"]),
    (6, 8, ["0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
            "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"]),
    (2, 5, ["5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b"]),
]  # fmt: skip


def written_out(leaves):
    """MTH as section 2.1 defines it."""
    if not leaves:
        return merkle.EMPTY_ROOT
    if len(leaves) == 1:
        return leaves[0]
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return merkle.node_hash(written_out(leaves[:k]), written_out(leaves[k:]))


def grown(leaves):
    growing = Growing()
    tiles = {}
    for leaf in leaves:
        tiles.update(growing.add(leaf))
    return growing, tiles | growing.edge()


def hashes(count):
    return [merkle.leaf_hash(n.to_bytes(4)) for n in range(count)]


def test_the_root_of_nothing():
    assert merkle.root_of([]).hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


@pytest.mark.parametrize("size", range(1, 9))
def test_published_roots(size):
    leaves = [merkle.leaf_hash(data) for data in LEAVES[:size]]
    assert merkle.root_of(leaves).hex() == ROOTS[size - 1]
    assert grown(leaves)[0].root().hex() == ROOTS[size - 1]


@pytest.mark.parametrize(("index", "size", "proof"), INCLUSION)
def test_published_inclusion_proofs(index, size, proof):
    leaves = [merkle.leaf_hash(data) for data in LEAVES[:size]]
    _, tiles = grown(leaves)
    made = Tiles(tiles).proof(merkle.inclusion_ranges(index, size))
    assert [each.hex() for each in made] == proof
    assert merkle.proves_inclusion(leaves[index], index, size, made, bytes.fromhex(ROOTS[size - 1]))


@pytest.mark.parametrize(("old", "new", "proof"), CONSISTENCY)
def test_published_consistency_proofs(old, new, proof):
    _, tiles = grown([merkle.leaf_hash(data) for data in LEAVES])
    made = Tiles(tiles).proof(merkle.consistency_ranges(old, new))
    assert [each.hex() for each in made] == proof
    assert merkle.proves_consistency(
        old, new, bytes.fromhex(ROOTS[old - 1]), bytes.fromhex(ROOTS[new - 1]), made
    )


@pytest.mark.parametrize("size", [1, 2, 3, 255, 256, 257, 511, 512, 513, 700])
def test_tiles_say_what_the_definition_says(size):
    leaves = hashes(size)
    growing, tiles = grown(leaves)
    assert growing.root() == merkle.root_of(leaves) == written_out(leaves)
    assert set(growing.edge()) == set(merkle.edge_keys(size))
    assert Tiles(tiles).subtree(Range(0, size)) == growing.root()


@pytest.mark.parametrize("ahead", [0, 1, 255, 256])
def test_many_leaves_at_once_make_the_same_tree(ahead):
    leaves = hashes(256 * 257 + ahead)
    slow, tiles = grown(leaves)
    growing, found = Growing(), {}
    found.update(growing.add_tile(leaves[:ahead]))
    for start in range(ahead, len(leaves), 256):
        found.update(growing.add_tile(leaves[start : start + 256]))
    assert (growing.root(), found | growing.edge()) == (slow.root(), tiles)


def test_three_levels_of_tiles():
    leaves = hashes(256 * 256 + 5)
    growing, tiles = grown(leaves)
    assert {key.level for key in tiles} == {0, 1, 2}
    assert growing.root() == merkle.root_of(leaves)
    proof = Tiles(tiles).proof(merkle.inclusion_ranges(65_000, len(leaves)))
    assert merkle.proves_inclusion(leaves[65_000], 65_000, len(leaves), proof, growing.root())


def test_a_tree_goes_on_from_its_edge():
    leaves = hashes(600)
    _, tiles = grown(leaves[:300])
    more = Growing(300, Tiles(tiles))
    for leaf in leaves[300:]:
        more.add(leaf)
    assert more.root() == merkle.root_of(leaves)


def test_a_proof_at_a_million_stays_under_a_kilobyte():
    longest = max(len(merkle.inclusion_ranges(index, 1_000_000)) for index in range(0, 1_000_000, 99_991))
    assert longest * 44 < 1024
    assert len(merkle.tiles_of(merkle.inclusion_ranges(123_456, 1_000_000))) < 8


def test_a_tile_that_is_too_short_is_refused():
    with pytest.raises(LookupError):
        Tiles({TileKey(0, 0): bytes(32)}).subtree(Range(0, 2))


@given(data=st.data(), size=st.integers(1, 90))
def test_every_proof_holds_and_no_other(data, size):
    leaves = hashes(size)
    tiles = Tiles(grown(leaves)[1])
    root = merkle.root_of(leaves)
    index = data.draw(st.integers(0, size - 1))
    proof = tiles.proof(merkle.inclusion_ranges(index, size))
    assert merkle.proves_inclusion(leaves[index], index, size, proof, root)
    other = data.draw(st.integers(0, size - 1).filter(lambda n: n != index)) if size > 1 else None
    if other is not None:
        assert not merkle.proves_inclusion(leaves[other], index, size, proof, root)
        assert not merkle.proves_inclusion(leaves[index], other, size, proof, root)
        assert not merkle.proves_inclusion(leaves[index], index, size, proof[:-1], root)
    assert not merkle.proves_inclusion(leaves[index], index, size, (*proof, root), root)


@given(data=st.data(), new=st.integers(1, 90))
def test_every_older_tree_is_proved_and_no_forked_one(data, new):
    old = data.draw(st.integers(1, new))
    leaves = hashes(new)
    tiles = Tiles(grown(leaves)[1])
    proof = tiles.proof(merkle.consistency_ranges(old, new))
    old_root, new_root = merkle.root_of(leaves[:old]), merkle.root_of(leaves)
    assert merkle.proves_consistency(old, new, old_root, new_root, proof)
    forged = merkle.root_of([*leaves[: old - 1], merkle.leaf_hash(b"forged")])
    assert not merkle.proves_consistency(old, new, forged, new_root, proof)
    assert not merkle.proves_consistency(old, new, old_root, new_root, (*proof, old_root))
