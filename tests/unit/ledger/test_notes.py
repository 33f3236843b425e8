"""Signed notes and checkpoints, as their specifications write them."""

from base64 import b64decode
from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from asset_tracker.ledger.notes import (
    Head,
    NoteError,
    VerifyKey,
    checkpoint_text,
    read_checkpoint,
    rotation_text,
    sign,
    signers,
)

# The example key and note that golang.org/x/mod/sumdb/note documents.
GO_KEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
GO_NOTE = (
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n"
    "\n"
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)


def go_key():
    name, _, encoded = GO_KEY.split("+", 2)
    return VerifyKey(name, b64decode(encoded)[1:])


def test_a_note_of_another_implementation_is_read():
    assert str(go_key()) == GO_KEY
    assert signers(GO_NOTE, [go_key()]) == [go_key()]


def test_a_note_that_was_changed_is_refused():
    with pytest.raises(NoteError):
        signers(GO_NOTE.replace("answer", "Answer"), [go_key()])


@pytest.fixture(scope="module")
def private():
    return Ed25519PrivateKey.from_private_bytes(bytes(range(32)))


def known(private, name="example.org/ledger"):
    return VerifyKey(name, private.public_key().public_bytes_raw())


def test_a_checkpoint_is_read_back(private):
    head = Head("example.org/ledger", 5, bytes(range(32)), datetime(2026, 7, 30, 10, tzinfo=UTC))
    note = sign(checkpoint_text(head), head.origin, private)
    assert note.startswith("example.org/ledger\n5\nAAECAwQF")
    assert "\nmade 2026-07-30T10:00:00Z\n\n— example.org/ledger " in note
    assert read_checkpoint(note) == head
    assert signers(note, [known(private)]) == [known(private)]


def test_only_known_keys_count(private):
    note = sign("text\n", "example.org/ledger", private)
    stranger = known(Ed25519PrivateKey.generate())
    assert signers(note, [stranger]) == []
    assert signers(note, [known(private, "other.org/ledger")]) == []


def test_both_keys_sign_a_rotation(private):
    fresh = Ed25519PrivateKey.generate()
    old, new = known(private), known(fresh)
    text = rotation_text(old, new, 7, datetime(2026, 7, 30, tzinfo=UTC))
    assert signers(sign(text, old.name, private, fresh), [old, new]) == [old, new]
    assert f"old {old}\nnew {new}\nafter 7\n" in text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a\n1\n",
        "a\nx\nAA==\n\n— a b\n",
        "a\n1\nAA==\n\n— a AAAAAAAA\n",
        "a\n01\nAAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n\n— a AAAAAAAA\n",
        "\n1\nAAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n\n— a AAAAAAAA\n",
    ],
)
def test_what_is_no_checkpoint(text):
    with pytest.raises(NoteError):
        read_checkpoint(text)


@pytest.mark.parametrize(
    "text", ["", "text\n", "text\n\n", "text\n\n— a !!!!\n", "text\n\na AAAAAAAA\n", "t\n\n— a AA==\n"]
)
def test_what_is_no_note(text):
    with pytest.raises(NoteError):
        signers(text, [])
