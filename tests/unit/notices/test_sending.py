import asyncio
import base64
import hmac
from contextlib import asynccontextmanager
from hashlib import sha256

import pytest

from asset_tracker.ledger.events import KINDS
from asset_tracker.notices import sending
from asset_tracker.notices.kinds import NOTICES, of_event

SECRET = b"k" * 32


@asynccontextmanager
async def receiver(answer, seen):
    async def handle(reader, writer):
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        length = int(head.lower().partition("content-length:")[2].partition("\r\n")[0])
        seen.append((head, await reader.readexactly(length)))
        writer.write(answer)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(handle, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1]


def answer(status, more=""):
    return f"HTTP/1.1 {status}\r\n{more}content-length: 0\r\nconnection: close\r\n\r\n".encode()


async def test_a_message_bears_a_signature_that_its_receiver_can_check():
    seen = []
    async with receiver(answer("204 No Content"), seen) as port:
        host = f"127.0.0.1:{port}"
        told = await sending.post(
            f"http://{host}/in?x=1", SECRET, "m-1", b'{"type":"lost"}', allowed=(host,), now=1_700_000_000
        )
    assert (told.status, told.trouble) == (204, None)
    head, body = seen[0]
    headers = dict(line.split(": ", 1) for line in head.split("\r\n")[1:] if line)
    assert head.startswith("POST /in?x=1 HTTP/1.1")
    assert headers["host"] == host
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    expected = base64.b64encode(hmac.digest(SECRET, signed, sha256)).decode()
    assert headers["webhook-signature"] == f"v1,{expected}"


async def test_a_redirect_is_not_followed():
    seen = []
    async with receiver(answer("302 Found", "location: http://127.0.0.1:1/\r\n"), seen) as port:
        host = f"127.0.0.1:{port}"
        told = await sending.post(f"http://{host}/", SECRET, "m", b"{}", allowed=(host,))
    assert (told.status, told.trouble, len(seen)) == (302, "HTTP 302", 1)


@pytest.mark.parametrize(
    ("url", "allowed", "trouble"),
    [
        ("https://hooks.example.org/", (), "host not allowed"),
        ("https://localhost/", ("localhost",), "address not public"),
        ("http://127.0.0.1:1/", ("127.0.0.1:1",), "ConnectError"),
    ],
)
async def test_what_is_never_reached(url, allowed, trouble):
    told = await sending.post(url, SECRET, "m", b"{}", allowed=allowed)
    assert (told.status, told.trouble) == (None, trouble)


def test_news_are_events_that_there_are():
    assert (of_event("stolen"), of_event("note")) == ("loss", None)
    named = [kind for notice in NOTICES.values() for kind in notice.events]
    assert set(named) <= set(KINDS)
    assert len(named) == len(set(named)), "an event is news of one sort"
