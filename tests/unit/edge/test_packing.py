"""Texts are packed for whoever takes them so, and nothing else is."""

import gzip

import httpx
import pytest

from asset_tracker.edge.packing import SMALL, Packing

pytestmark = pytest.mark.anyio
PAGE = "<p>Баранівська громада</p>".encode() * 200


def answering(pieces, kind="text/html; charset=utf-8", status=200, more=()):
    async def app(scope, receive, send):
        headers = [(b"content-type", kind.encode()), *more]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        for piece in pieces[:-1]:
            await send({"type": "http.response.body", "body": piece, "more_body": True})
        await send({"type": "http.response.body", "body": pieces[-1]})

    return Packing(app)


async def ask(app, takes="gzip, deflate, br", method="GET"):
    async with (
        httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://x") as client,
        client.stream(method, "/", headers={"Accept-Encoding": takes}) as answer,
    ):
        return answer, b"".join([part async for part in answer.aiter_raw()])


async def test_a_page_is_packed():
    length = (b"content-length", str(len(PAGE)).encode())
    app = answering([PAGE], more=(length, (b"vary", b"HX-Request, Cookie"), (b"etag", b'"1"')))
    answer, raw = await ask(app)
    assert gzip.decompress(raw) == PAGE
    assert len(raw) < len(PAGE) / 10
    assert answer.headers["content-encoding"] == "gzip"
    assert answer.headers["vary"] == "HX-Request, Cookie, Accept-Encoding"
    assert answer.headers["etag"] == 'W/"1"'
    assert "content-length" not in answer.headers


async def test_a_stream_is_packed_piece_by_piece():
    _, raw = await ask(answering([b"a" * 10, PAGE, b""]))
    assert gzip.decompress(raw) == b"a" * 10 + PAGE


@pytest.mark.parametrize(
    ("app", "takes", "method"),
    [
        (answering([PAGE]), "identity", "GET"),
        (answering([PAGE]), "gzip;q=0", "GET"),
        (answering([PAGE]), "gzip", "HEAD"),
        (answering([b"x" * (SMALL - 1)]), "gzip", "GET"),
        (answering([PAGE], kind="application/pdf"), "gzip", "GET"),
        (answering([PAGE], status=206), "gzip", "GET"),
        (answering([PAGE], more=((b"content-encoding", b"br"),)), "gzip", "GET"),
    ],
)
async def test_what_goes_out_as_it_is(app, takes, method):
    answer, _ = await ask(app, takes, method)
    assert answer.headers.get("content-encoding") in (None, "br")
