"""HEAD is answered as GET without a body, but where a path answers it itself."""

import pytest

from asset_tracker.edge.heads import Heads


async def app(scope, receive, send):
    body = scope["method"].encode()
    length = (b"content-length", str(len(body)).encode())
    await send({"type": "http.response.start", "status": 200, "headers": [length]})
    await send({"type": "http.response.body", "body": body, "more_body": False})


@pytest.mark.parametrize(
    ("method", "path", "length", "body"),
    [
        ("HEAD", "/assets", b"3", b""),
        ("HEAD", "/photos", b"3", b""),
        ("HEAD", "/photos/ab", b"4", b"HEAD"),
        ("GET", "/assets", b"3", b"GET"),
        ("POST", "/assets", b"4", b"POST"),
    ],
)
async def test_a_head_is_a_get_without_its_body(method, path, length, body):
    sent = []

    async def send(message):
        sent.append(message)

    scope = {"type": "http", "method": method, "path": path}
    await Heads(app, ["/photos/{sha256}"])(scope, None, send)
    assert sent[0]["headers"] == [(b"content-length", length)]
    assert sent[1]["body"] == body
    assert scope["method"] == method
