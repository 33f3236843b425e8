import pytest

from asset_tracker import vault

KEY = "k" * 40


def test_what_is_sealed_is_read_again_and_never_the_same_twice():
    one, two = [vault.seal(KEY, "mail", "row", b"secret") for _ in range(2)]
    assert one != two
    assert b"secret" not in one
    assert vault.unseal(KEY, "mail", "row", one) == b"secret"


@pytest.mark.parametrize(
    ("key", "purpose", "row", "change"),
    [
        ("x" * 40, "mail", "row", None),
        (KEY, "codes", "row", None),
        (KEY, "mail", "another", None),
        (KEY, "mail", "row", -1),
        (KEY, "mail", "row", 0),
    ],
)
def test_another_key_purpose_place_or_byte_is_refused(key, purpose, row, change):
    sealed = bytearray(vault.seal(KEY, "mail", "row", b"secret"))
    if change is not None:
        sealed[change] ^= 1
    with pytest.raises(vault.UnreadableError):
        vault.unseal(key, purpose, row, bytes(sealed))


@pytest.mark.parametrize("sealed", [b"", b"short", b"x" * 12])
def test_what_was_never_sealed_is_refused(sealed):
    with pytest.raises(vault.UnreadableError):
        vault.unseal(KEY, "mail", "row", sealed)
