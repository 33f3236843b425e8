"""How passwords are kept: argon2id, at the price that ASVS 5.0 (11.4.2) and RFC 9106 ask for."""

import importlib

import pytest

from asset_tracker.access import passwords
from asset_tracker.errors import InvalidError


def test_a_hash_costs_what_rfc_9106_asks():
    # Imported anew, since the tests themselves hash cheaply.
    spec = importlib.util.find_spec("asset_tracker.access.passwords")
    fresh = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(fresh)
    assert fresh._NOBODY.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert not fresh._hasher.check_needs_rehash(fresh._NOBODY)  # so it takes as long as anybody's


@pytest.mark.parametrize(("length", "right"), [(9, False), (10, True), (200, True), (201, False)])
def test_the_length_of_a_new_password(length, right):
    if right:
        passwords.check_new("x" * length)
    else:
        with pytest.raises(InvalidError):
            passwords.check_new("x" * length)


async def test_nobody_has_a_password():
    stored = await passwords.hash_password("a long enough password")
    assert await passwords.verify_password(stored, "a long enough password")
    assert not await passwords.verify_password(stored, "another long password")
    assert not await passwords.verify_password(None, "nobody has this password")
    assert not await passwords.verify_password("not a hash", "nobody has this password")
