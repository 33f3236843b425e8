"""``asset-tracker api``: anything that the API can do, from the shell, without a running server.

The request is answered by the application in this process, under the name of the command line, so whatever
is recorded is recorded by the same rules and leaves the same trace as over HTTP.
"""

import asyncio
import sys
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import click
import msgspec
from sqlalchemy.ext.asyncio import AsyncEngine

from asset_tracker.access.actors import COMMAND_LINE
from asset_tracker.access.sessions import Authenticated
from asset_tracker.app import create_app
from asset_tracker.cli import DONE, FAILED, PROBLEMS
from asset_tracker.cli.common import load_settings, run
from asset_tracker.edge.who import INSIDE

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
PREFIX = "/api/v1"


@click.command()
@click.argument("method", type=click.Choice(METHODS, case_sensitive=False))
@click.argument("path")
@click.option("-d", "--data", help="The body as JSON; @FILE reads a file, @- the standard input.")
@click.option(
    "-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help="Where to write the answer."
)
def command(method: str, path: str, data: str | None, output: Path | None) -> int:
    """Ask the API for PATH, for example `api GET /due` or `api POST /events -d @facts.json`.

    The answer goes to the standard output. Exit status 1 for what the API refuses, and when a fact that was
    sent was not recorded.
    """
    body = _body(data)
    settings = load_settings()

    async def work(engine: AsyncEngine) -> tuple[int, bytes]:
        app = create_app(settings, engine=engine)
        return await _answer(app, urlsplit(settings.base_url).netloc, method.upper(), path, body)

    status, answer = run(work, settings)
    if output:
        output.write_bytes(answer)
    else:
        sys.stdout.buffer.write(answer + (b"\n" if answer else b""))
        sys.stdout.flush()
    if status >= 500:
        return FAILED
    return DONE if status < 400 and _is_taken(answer) else PROBLEMS


def _body(data: str | None) -> bytes:
    if data is None or not data.startswith("@"):
        return (data or "").encode()
    if data == "@-":
        return sys.stdin.buffer.read()
    try:
        return Path(data[1:]).read_bytes()
    except OSError as error:
        raise click.UsageError(f"{data[1:]}: {error.strerror}.") from error


async def _answer(app: Any, host: str, method: str, path: str, body: bytes) -> tuple[int, bytes]:
    """One request, as an ASGI server hands it in: the status and the body of the answer."""
    given = urlsplit(path)
    whole = given.path if given.path.startswith("/api/") else f"{PREFIX}/{given.path.lstrip('/')}"
    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": method, "scheme": "http",
        "path": whole, "raw_path": whole.encode(), "query_string": given.query.encode(), "root_path": "",
        "headers": [(b"host", host.encode()), (b"content-type", b"application/json")],
        "client": ("127.0.0.1", 0), "server": ("127.0.0.1", 0), "extensions": {},
        "state": {INSIDE: Authenticated(actor=COMMAND_LINE)},
    }  # fmt: skip
    asked = iter([{"type": "http.request", "body": body, "more_body": False}])
    told: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        message = next(asked, None)
        if message is None:  # what waits for us to leave waits until the answer is there
            await asyncio.Event().wait()
        return message or {}

    async def send(message: dict[str, Any]) -> None:
        told.append(message)

    await app(scope, receive, send)
    return int(told[0]["status"]), b"".join(each.get("body", b"") for each in told)


def _is_taken(answer: bytes) -> bool:
    """Whether no fact of a batch was refused or put aside."""
    try:
        outcomes = msgspec.json.decode(answer, type=list[dict[str, Any]])
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return True
    return not any(each.get("outcome") in ("conflict", "quarantined", "rejected") for each in outcomes)
