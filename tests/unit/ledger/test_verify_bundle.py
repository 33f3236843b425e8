"""The verifier's own arithmetic agrees with the RFC, and with the library that signs."""

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from asset_tracker.ledger.verify_bundle import ORDER, PRIME, is_signed, read_point, write_point

# RFC 8032, 7.1: the first test, of an empty message.
KEY = bytes.fromhex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a")
SIGNATURE = bytes.fromhex(
    "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"
)


def test_it_agrees_with_the_rfc():
    assert is_signed(KEY, SIGNATURE, b"")
    assert not is_signed(KEY, SIGNATURE, b"x")


def test_it_agrees_with_the_library_that_signs():
    for seed in range(8):
        private = Ed25519PrivateKey.from_private_bytes(bytes([seed]) * 32)
        key, message = private.public_key().public_bytes_raw(), bytes(range(seed * 9))
        signature = private.sign(message)
        assert is_signed(key, signature, message)
        assert not is_signed(KEY, signature, message)
        for bit in range(0, 512, 73):
            changed = bytearray(signature)
            changed[bit // 8] ^= 1 << bit % 8
            assert not is_signed(key, bytes(changed), message)


def test_there_is_one_way_to_write_a_signature():
    number = int.from_bytes(SIGNATURE[32:], "little") + ORDER
    assert not is_signed(KEY, SIGNATURE[:32] + number.to_bytes(32, "little"), b"")
    assert not is_signed(KEY, SIGNATURE + b"\0", b"")
    assert not is_signed(KEY, SIGNATURE[:63], b"")


@pytest.mark.parametrize("number", [PRIME, PRIME + 1, 2**255 - 1, 2, 1 | 1 << 255])
def test_what_is_no_point_is_none(number):
    assert read_point(number.to_bytes(32, "little")) is None


def test_a_point_is_read_as_it_is_written():
    point = read_point(KEY)
    assert point is not None
    assert write_point(point) == KEY
