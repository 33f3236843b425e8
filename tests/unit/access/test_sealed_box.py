from base64 import b64decode, b64encode
from uuid import uuid4

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from asset_tracker.access.sealed_box import (
    Sealed,
    UnopenableError,
    is_public_key,
    public_bytes,
    seal,
    unseal,
)

MAKE = {"X25519": X25519PrivateKey.generate, "P-256": lambda: ec.generate_private_key(ec.SECP256R1())}
PLAIN = '{"note": "Під крапкою"}'.encode()


def closed(alg, *, by=None, device=None, mode=None):
    server, device = MAKE[alg](), device or uuid4()
    box = seal(PLAIN, key_id="k", device=device, server_public=public_bytes(server), device_private=by)
    file = Sealed(
        format="asset-tracker-sealed",
        v=1,
        key_id="k",
        device=device,
        boxes=(box,),
        alg=alg,
        mode=mode or ("device" if by else "anonymous"),
    )
    return server, file, box


@pytest.mark.parametrize("alg", MAKE)
def test_what_was_closed_is_opened_by_the_server_alone(alg):
    phone = MAKE[alg]()
    server, file, box = closed(alg, by=phone)
    assert unseal(file, box, server, public_bytes(phone)) == PLAIN
    assert unseal(*closed_anonymous(alg)) == PLAIN
    for wrong in (MAKE[alg](), MAKE["P-256" if alg == "X25519" else "X25519"]()):
        with pytest.raises(UnopenableError):
            unseal(file, box, wrong, public_bytes(phone))


def closed_anonymous(alg):
    server, file, box = closed(alg)
    return file, box, server, None


@pytest.mark.parametrize("alg", MAKE)
def test_nobody_closes_in_the_name_of_a_phone(alg):
    phone, forger = MAKE[alg](), MAKE[alg]()
    server, file, box = closed(alg, by=forger)
    with pytest.raises(UnopenableError):
        unseal(file, box, server, public_bytes(phone))
    server, file, box = closed(alg, mode="device")
    with pytest.raises(UnopenableError):
        unseal(file, box, server, public_bytes(phone))
    with pytest.raises(UnopenableError):
        unseal(file, box, server, None)


@pytest.mark.parametrize("field", ["device", "key_id", "mode"])
def test_a_box_is_bound_to_what_stands_around_it(field):
    phone = X25519PrivateKey.generate()
    server, file, box = closed("X25519", by=phone)
    other = {"device": uuid4(), "key_id": "another", "mode": "anonymous"}[field]
    with pytest.raises(UnopenableError):
        unseal(msgspec.structs.replace(file, **{field: other}), box, server, public_bytes(phone))


@pytest.mark.parametrize("field", ["epk", "iv", "ct"])
def test_a_bit_that_was_turned_is_seen(field):
    server, file, box = closed("X25519")
    raw = bytearray(b64decode(getattr(box, field)))
    raw[0] ^= 1
    turned = msgspec.structs.replace(box, **{field: b64encode(raw).decode()})
    with pytest.raises(UnopenableError):
        unseal(file, turned, server, None)


def test_the_same_text_is_never_sealed_the_same():
    server = X25519PrivateKey.generate()
    boxes = {
        seal(PLAIN, key_id="k", device=uuid4(), server_public=public_bytes(server)).ct for _ in range(20)
    }
    assert len(boxes) == 20


@pytest.mark.parametrize("raw", [b"", b"x", bytes(31), bytes(33), bytes(65), b"\x04" + bytes(64)])
def test_what_is_no_public_key(raw):
    assert not is_public_key(raw)


@pytest.mark.parametrize("alg", MAKE)
def test_what_is_a_public_key(alg):
    assert is_public_key(public_bytes(MAKE[alg]()))


def test_a_key_that_agrees_on_nothing_opens_nothing():
    """A phone's key of all zeros would make the second agreement one that anybody knows."""
    server, file, box = closed("X25519", mode="device")
    with pytest.raises(UnopenableError):
        unseal(file, box, server, bytes(32))
