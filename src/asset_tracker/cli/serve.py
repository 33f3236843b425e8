"""``asset-tracker serve``: the database, its migrations, and the web server on top of them."""

import gc
import logging
import os
import signal
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress
from importlib import import_module
from types import FrameType
from typing import Never

import click
import msgspec
import uvicorn
from rich.console import Console

from asset_tracker import collector
from asset_tracker.cli import FAILED
from asset_tracker.cli.common import announced, load_settings, open_database
from asset_tracker.cli.worker import companion
from asset_tracker.db.embedded import EmbeddedServer
from asset_tracker.errors import AssetTrackerError
from asset_tracker.settings import Settings

WATCH_EVERY = 5.0  # seconds
log = logging.getLogger(__name__)


@click.command()
@click.option("--host", help="The address to listen on [default: ASSET_TRACKER_HOST or 127.0.0.1].")
@click.option("--port", type=click.IntRange(1, 65535), help="The port [default: ASSET_TRACKER_PORT or 8000].")
@click.option("--demo", is_flag=True, help="Load the demonstration data first, unless it is there.")
@click.pass_context
def command(ctx: click.Context, host: str | None, port: int | None, *, demo: bool) -> None:
    """Serve the web pages and the API."""
    # Options are settings given in another place; so what follows from them (BASE_URL) follows here too.
    for name, value in {"ASSET_TRACKER_HOST": host, "ASSET_TRACKER_PORT": port}.items():
        if value is not None:
            os.environ[name] = str(value)
    # All that is loaded from here on stays: looking through it for garbage took a fifth of the start.
    gc.disable()
    collector.give_back()
    settings = load_settings()
    # PostgreSQL takes its time meanwhile.
    threading.Thread(target=import_module, args=("asset_tracker.app",), daemon=True).start()
    console = Console(highlight=False)
    listener = _listen(settings)
    for ending in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(ending, _leave_in_order)
    console.print("Database ...", end=" ")
    with open_database(settings) as url, _watched(settings), announced(settings):
        console.print(
            "[green]ready[/green]" + (f" in {settings.data_dir}" if not settings.database_url else "")
        )
        if demo:
            gc.enable()
            _load_demo(ctx)
        settings = msgspec.structs.replace(settings, database_url=url)
        answers = threading.Event()
        with companion(settings, answers) if settings.worker else nullcontext():
            _serve(settings, listener, console, answers)
    console.print("Stopped.")


class _Server(uvicorn.Server):
    """Tells the address when it answers there, not before."""

    ready = ""
    console: Console
    answers: threading.Event

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self.console.print(self.ready)
            self.answers.set()


def _serve(settings: Settings, listener: socket.socket, console: Console, answers: threading.Event) -> None:
    from asset_tracker.app import create_app

    config = uvicorn.Config(
        create_app(settings),
        loop="uvloop",
        http="httptools",
        lifespan="on",
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=True,
        forwarded_allow_ips=list(settings.trusted_proxies),
        timeout_graceful_shutdown=10,
    )
    server = _Server(config)
    server.console, server.answers = console, answers
    collector.seldom()
    gc.enable()
    server.ready = f"Serving at [bold]{settings.base_url}[/bold] (Ctrl-C stops it)"
    with suppress(KeyboardInterrupt):  # uvicorn has shut down in order and passes the signal on
        server.run(sockets=[listener])
    if not server.started:
        raise SystemExit(FAILED)


def _load_demo(ctx: click.Context) -> None:
    demo = ctx.parent and ctx.parent.command
    assert isinstance(demo, click.Group)  # noqa: S101 - this command stands in the group
    command = demo.get_command(ctx, "demo")
    assert command is not None  # noqa: S101 - as above
    ctx.invoke(command)


def _listen(settings: Settings) -> socket.socket:
    """The listening socket, taken before anything else is started."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((settings.host, settings.port))
        # Listening from now on keeps a second start from binding the same port at the same moment.
        listener.listen(2048)
    except OSError as error:
        listener.close()
        click.echo(
            f"Error: {settings.host}:{settings.port} cannot be used: {error.strerror}.\n"
            "If asset_tracker runs there already, it is at that address; else choose another port: "
            f"make run PORT={settings.port + 1}, or ASSET_TRACKER_PORT.",
            err=True,
        )
        raise SystemExit(FAILED) from error
    return listener


@contextmanager
def _watched(settings: Settings) -> Iterator[None]:
    """While the block runs, start the embedded server again should it be killed."""
    if settings.database_url is not None:
        yield
        return
    over = threading.Event()
    server = EmbeddedServer(settings.data_dir)

    def watch() -> None:
        while not over.wait(WATCH_EVERY):
            try:
                if not server.running():
                    log.warning("the embedded database is gone, starting it again")
                    server.start()
            except AssetTrackerError:
                log.exception("the embedded database does not start")

    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
        server.leave()


def _leave_in_order(number: int, frame: FrameType | None) -> Never:
    del frame
    raise SystemExit(0 if number == signal.SIGTERM else 128 + number)
