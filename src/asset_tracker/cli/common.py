"""What the commands share: settings, the database, and finding the server that runs."""

import asyncio
import fcntl
import os
import sys
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import msgspec
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.pool import NullPool

from asset_tracker.db import migrate
from asset_tracker.db.embedded import database_url, owner_url
from asset_tracker.db.engine import make_engine, transaction
from asset_tracker.db.raising import must_stand
from asset_tracker.errors import UnavailableError
from asset_tracker.settings import PREFIX, Settings, variable, with_secret_key
from asset_tracker.territory.service import load_shipped

T = TypeVar("T")

# Held locked by the running server, so that it means nothing once the server is gone.
NOTE = Path(sys.prefix) / "asset-tracker.running"
_SECRET = {
    variable(name)
    for name in (
        "secret_key",
        "database_url",
        "pool_url",
        "owner_database_url",
        "smtp_url",
        "oidc_client_secret",
    )
}


class NotMigratedError(UnavailableError):
    """The database is not at the version of this program: run asset-tracker db upgrade."""

    code = "not-migrated"


class MovedError(UnavailableError):
    """The embedded database was moved to a server, and is kept as it was then."""

    code = "moved"


def load_settings() -> Settings:
    """The settings of this process, secret key included.

    Who names neither a database nor a data folder gets those of the server that runs from the same
    environment, if one does.
    """
    return with_secret_key(Settings.from_env(_environment()))


@contextmanager
def open_database(settings: Settings) -> Iterator[str]:
    """The address of the database, at the version of this program, running as long as the block does.

    It knows the municipalities of the shipped edition, or of a newer one that was loaded.
    The embedded one is migrated as needed; one of your own only by ``db upgrade`` (NotMigratedError).
    Raises MovedError when the embedded one was left for a server.
    """
    _must_be_here(settings)
    with owner_url(settings) as owner, database_url(settings) as url:
        asyncio.run(_prepare(url, owner if settings.database_url is None else None))
        yield url


def moved_note(settings: Settings) -> Path:
    """The file in the data folder that tells where the embedded database was moved to, if it was."""
    return settings.data_dir / "postgres.moved"


def run(work: Callable[[AsyncEngine], Coroutine[Any, Any, T]], settings: Settings | None = None) -> T:
    """Run ``work(engine)`` to its end and return what it returns."""

    async def with_engine(url: str) -> T:
        engine = make_engine(url, pool_size=2)
        try:
            return await work(engine)
        finally:
            await engine.dispose()

    with open_database(settings or load_settings()) as url:
        return asyncio.run(with_engine(url))


@contextmanager
def announced(settings: Settings) -> Iterator[None]:
    """Let commands given in other shells find this server's data folder and address."""
    try:
        descriptor = os.open(NOTE, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    except OSError:  # an environment that is not ours to write to: name the data folder yourself
        yield
        return
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:  # the first server is the one to be found
        os.close(descriptor)
        yield
        return
    told = {name: value for name, value in os.environ.items() if name.startswith(PREFIX)}
    told |= {variable("data_dir"): str(settings.data_dir), variable("port"): str(settings.port)}
    body = msgspec.json.encode({name: value for name, value in told.items() if name not in _SECRET})
    os.ftruncate(descriptor, 0)
    os.write(descriptor, body)
    try:
        yield
    finally:
        os.close(descriptor)


def _must_be_here(settings: Settings) -> None:
    note = moved_note(settings)
    if settings.database_url is None and note.exists():
        raise MovedError(
            "The database was moved to %(where)s; set %(setting)s to it. (The old one is kept read-only; "
            "asset-tracker db move-to --back uses it again.)",
            where=note.read_text().strip(),
            setting=variable("database_url"),
        )


def _environment() -> dict[str, str]:
    env = dict(os.environ)
    if env.get(variable("data_dir")) or env.get(variable("database_url")) or not NOTE.exists():
        return env
    with NOTE.open("rb") as note:
        try:
            fcntl.flock(note, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return msgspec.json.decode(note.read(), type=dict[str, str]) | env
    return env


async def _prepare(url: str, owner: str | None) -> None:
    if owner is not None:
        if not await migrate.is_ready(owner):
            await migrate.upgrade(owner)
    elif await migrate.current(url) != migrate.head():
        raise NotMigratedError
    engine = make_engine(url, poolclass=NullPool)
    try:
        async with engine.connect() as conn:
            await must_stand(conn)
        async with transaction(engine) as conn:
            # Nothing can be told of a municipality that is not known: at the first start, and when a
            # release brings a newer edition.
            await load_shipped(conn)
    finally:
        await engine.dispose()
