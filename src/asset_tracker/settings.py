"""What an installation may decide, read once from ``ASSET_TRACKER_*`` environment variables.

Only what something uses today stands here; ``docs/settings.md`` tells each one to users and is
checked against this Struct.
"""

import os
import re
import secrets
from collections.abc import Mapping
from contextlib import suppress
from difflib import get_close_matches
from email.errors import MessageError
from email.headerregistry import Address
from email.utils import parseaddr
from ipaddress import ip_network
from pathlib import Path
from typing import Any, Final, Literal, Self
from urllib.parse import urlsplit

import msgspec

from asset_tracker.errors import AssetTrackerError

PREFIX: Final = "ASSET_TRACKER_"
# Read by the test suite alone (tests/conftest.py), so never a misspelt setting.
TEST_PREFIX: Final = f"{PREFIX}TEST_"
_PRINTER: Final = re.compile(r"cups:[A-Za-z0-9_.-]+|socket://[A-Za-z0-9.-]+(:[0-9]{1,5})?")
STORAGE_SCHEMES: Final = ("file", "s3", "gs", "az")
ROLE_NAMES: Final = ("administrator", "coordinator", "technician", "custodian", "donor", "auditor")
LOOPBACK: Final = frozenset({"127.0.0.1", "::1", "localhost"})


class SettingsError(AssetTrackerError):
    """A setting cannot be used; ``name`` is the environment variable."""

    code = "settings"

    def __init__(self, name: str, message: str) -> None:
        super().__init__(f"{name}: {message}")
        self.name = name


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """Everything the product takes from its environment, validated.

    ``database_url``: ``postgresql+asyncpg://...``, or None for the embedded server under ``data_dir``.
    ``pool_url``: the same database behind a pooler in transaction mode, for what the web server asks.
    ``replica_url``: a standby of it, for lists and reports.
    ``owner_database_url``: the same database for ``db upgrade`` and ``db restore``; None for the same log-in.
    ``reader_database_url``: the same database for questions in SQL, as the reader; None for the same without a
    password, where the database asks for none.
    ``data_dir``: absolute. ``storage_url``: where photos and scans lie. ``base_url``: without a
    trailing slash; it is what label codes point to. ``secret_key``: None until ``with_secret_key``.
    ``host``, ``port``: what the web server listens on. ``lang``: of people who have not chosen one.
    ``label_printers``: name to ``cups:QUEUE`` or ``socket://HOST:PORT``.
    ``smtp_url``: ``smtp://`` or ``smtps://USER:PASSWORD@HOST:PORT``, None for no mail; with it comes
    ``mail_from``, an address perhaps with a name before it. ``second_factor_roles``: whose log-in needs a
    second factor. ``trusted_proxies``: addresses or networks whose ``X-Forwarded-For`` is believed.
    ``allowed_hosts``: host names under which requests are answered, that of ``base_url`` among them.
    ``oidc_issuer`` and what goes with it: the log-in of an organisation, None for none.
    ``webhook_hosts``: where webhooks may go, ``host`` or ``host:port``; nowhere when it is empty.
    ``worker``: whether ``serve`` brings a worker along. ``answer_within``: seconds after which whoever asks is told to
    come back. ``otlp_url``: where traces go, None for none.
    """

    database_url: str | None = None
    pool_url: str | None = None
    replica_url: str | None = None
    owner_database_url: str | None = None
    reader_database_url: str | None = None
    data_dir: Path
    storage_url: str
    base_url: str
    secret_key: str | None = None
    host: str = "127.0.0.1"
    port: int = 8000
    lang: Literal["uk", "en"] = "uk"
    label_printers: dict[str, str] = {}
    smtp_url: str | None = None
    mail_from: str | None = None
    second_factor_roles: tuple[str, ...] = ()
    trusted_proxies: tuple[str, ...] = ("127.0.0.1", "::1")
    allowed_hosts: tuple[str, ...] = ()
    oidc_issuer: str | None = None
    oidc_client_id: str | None = None
    oidc_client_secret: str | None = None
    oidc_name: str = "OpenID Connect"
    oidc_domains: tuple[str, ...] = ()
    webhook_hosts: tuple[str, ...] = ()
    worker: bool = False
    answer_within: int = 120
    otlp_url: str | None = None

    @classmethod
    def from_env(cls, env: Mapping[str, str]) -> Self:
        """Settings from ``env``; touches no file. An empty value counts as none.

        Raises SettingsError for a variable that is misspelt or has an unusable value.
        """
        _refuse_unknown(env, cls.__struct_fields__)
        given = {
            name: value for name in cls.__struct_fields__ if (value := env.get(variable(name), "").strip())
        }
        port = _port(given.get("port", "8000"))
        data_dir = Path(given.get("data_dir", ".data")).expanduser().resolve()
        fields: dict[str, Any] = {
            "database_url": _database_url(given["database_url"]) if "database_url" in given else None,
            "pool_url": _beside(given, "pool_url"),
            "replica_url": _beside(given, "replica_url"),
            "owner_database_url": _beside(given, "owner_database_url"),
            "reader_database_url": _beside(given, "reader_database_url"),
            "data_dir": data_dir,
            "storage_url": _storage_url(given.get("storage_url") or (data_dir / "files").as_uri()),
            "base_url": _base_url(given.get("base_url") or f"http://127.0.0.1:{port}"),
            "secret_key": _secret_key(given["secret_key"]) if "secret_key" in given else None,
            "host": given.get("host", "127.0.0.1"),
            "port": port,
            "lang": _lang(given.get("lang", "uk")),
            "label_printers": _printers(given.get("label_printers", "")),
            "smtp_url": _smtp_url(given["smtp_url"]) if "smtp_url" in given else None,
            "mail_from": _mail_from(given.get("mail_from"), needed="smtp_url" in given),
            "second_factor_roles": _roles(given.get("second_factor_roles", "")),
            "trusted_proxies": _networks(given.get("trusted_proxies", "127.0.0.1 ::1")),
            "allowed_hosts": _hosts(given.get("allowed_hosts", "")),
            **_oidc(given),
            "webhook_hosts": _webhook_hosts(given.get("webhook_hosts", "")),
            "answer_within": _seconds("answer_within", given.get("answer_within", "120")),
            "otlp_url": _otlp_url(given["otlp_url"]) if "otlp_url" in given else None,
            "worker": _yes("worker", given.get("worker", "no" if "database_url" in given else "yes")),
        }
        return cls(**fields)


def variable(field: str) -> str:
    """The environment variable of a field: ``data_dir`` is ``ASSET_TRACKER_DATA_DIR``."""
    return PREFIX + field.upper()


def with_secret_key(settings: Settings) -> Settings:
    """The same settings with a secret key: the one given, or the one kept in ``data_dir/secret-key``.

    The first call makes that file, readable by its owner only.
    """
    if settings.secret_key:
        return settings
    make_data_dir(settings.data_dir)
    path = settings.data_dir / "secret-key"
    try:
        if not path.exists():
            _make_secret(path)
        secret = path.read_text().strip()
    except OSError as error:
        raise SettingsError(variable("data_dir"), f"{path} cannot be used: {error.strerror}") from error
    return msgspec.structs.replace(settings, secret_key=_secret_key(secret, str(path)))


def make_data_dir(data_dir: Path) -> None:
    """The data folder, made so that others cannot look into it; one that is there stays as it is."""
    if data_dir.is_dir():
        return
    try:
        data_dir.mkdir(parents=True, exist_ok=True)
        # Under root the embedded server is another user, who passes through to its own folder.
        data_dir.chmod(0o711 if os.geteuid() == 0 else 0o700)
    except OSError as error:
        raise SettingsError(
            variable("data_dir"), f"the folder {data_dir} cannot be made: {error.strerror}"
        ) from error


def _make_secret(path: Path) -> None:
    """Written beside and linked into place: a second process starting now sees all of it or nothing."""
    draft = path.with_name(f"secret-key.{os.getpid()}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(secrets.token_hex(32))
        file.flush()
        os.fsync(file.fileno())
    with suppress(FileExistsError):  # the other process was first; its key is the one
        os.link(draft, path)
    draft.unlink()


def _refuse_unknown(env: Mapping[str, str], fields: tuple[str, ...]) -> None:
    known = [variable(field) for field in fields]
    for name in sorted(env):
        if not name.startswith(PREFIX) or name.startswith(TEST_PREFIX) or name in known:
            continue
        near = get_close_matches(name.removeprefix(PREFIX).lower(), fields, n=1)
        hint = f"did you mean {variable(near[0])}?" if near else f"known are {', '.join(known)}"
        raise SettingsError(name, f"there is no such setting; {hint}")


def _beside(given: Mapping[str, str], field: str) -> str | None:
    """Another address of the database that ``database_url`` names."""
    if field not in given:
        return None
    if "database_url" not in given:
        raise SettingsError(variable(field), f"goes with {variable('database_url')}, which is not set")
    return _database_url(given[field], field)


def _database_url(value: str, field: str = "database_url") -> str:
    """As SQLAlchemy writes it; several hosts, as libpq takes them (HOST:PORT,HOST:PORT), become several ``host``."""
    scheme, separator, rest = value.partition("://")
    if not separator or scheme not in {"postgresql", "postgres", "postgresql+asyncpg"} or not rest:
        raise SettingsError(
            variable(field),
            "expected postgresql://USER:PASSWORD@HOST/DATABASE (nothing for the embedded server)",
        )
    places, slash, tail = rest.partition("/")
    who, at, hosts = places.rpartition("@")
    if "," not in hosts:
        return f"postgresql+asyncpg://{rest}"
    database, _, query = tail.partition("?")
    listed = [f"host={host}" for host in hosts.split(",")]
    return f"postgresql+asyncpg://{who}{at}{slash}{database}?{'&'.join([*listed, query]).rstrip('&')}"


def _storage_url(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in STORAGE_SCHEMES or not (parts.netloc or parts.path):
        expected = ", ".join(f"{scheme}://" for scheme in STORAGE_SCHEMES)
        raise SettingsError(
            variable("storage_url"), f"expected an address that begins with one of {expected}"
        )
    return value.rstrip("/")


def _smtp_url(value: str) -> str:
    """Never repeated in a message: there may be a password in it."""
    name = variable("smtp_url")
    expected = "expected smtp://USER:PASSWORD@HOST:PORT (STARTTLS) or smtps://... (TLS from the start)"
    try:
        parts = urlsplit(value)
        port = parts.port
    except ValueError as error:
        raise SettingsError(name, expected) from error
    if parts.scheme not in {"smtp", "smtps"} or not parts.hostname or port == 0:
        raise SettingsError(name, expected)
    if (
        parts.query
        or parts.fragment
        or parts.path not in {"", "/"}
        or bool(parts.username) != bool(parts.password)
    ):
        raise SettingsError(name, expected)
    return value.rstrip("/")


def _mail_from(value: str | None, *, needed: bool) -> str | None:
    name = variable("mail_from")
    if value is None:
        if needed:
            raise SettingsError(name, f"expected the sender's address, since {variable('smtp_url')} is set")
        return None
    try:
        display, address = parseaddr(value)
        Address(display, addr_spec=address)
    except (ValueError, IndexError, MessageError) as error:
        raise SettingsError(name, "expected an e-mail address, perhaps with a name before it") from error
    if "@" not in address or not value.isprintable():
        raise SettingsError(name, "expected an e-mail address, perhaps with a name before it")
    return value


def _roles(value: str) -> tuple[str, ...]:
    found = tuple(value.replace(",", " ").lower().split())
    for role in found:
        if role not in ROLE_NAMES:
            raise SettingsError(
                variable("second_factor_roles"),
                f"expected some of {', '.join(ROLE_NAMES)}, not {role[:20]!r}",
            )
    return found


def _networks(value: str) -> tuple[str, ...]:
    found = tuple(value.replace(",", " ").split())
    for each in found:
        try:
            ip_network(each)
        except ValueError as error:
            raise SettingsError(
                variable("trusted_proxies"), f"expected addresses or networks such as 10.0.0.0/8: {error}"
            ) from error
    return found


def _hosts(value: str) -> tuple[str, ...]:
    found = tuple(value.replace(",", " ").lower().split())
    for each in found:
        if not re.fullmatch(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?|[0-9a-f:]+", each):
            raise SettingsError(
                variable("allowed_hosts"), f"expected host names without a port, not {each[:60]!r}"
            )
    return found


def _webhook_hosts(value: str) -> tuple[str, ...]:
    found = tuple(value.replace(",", " ").lower().split())
    for each in found:
        if not re.fullmatch(r"([a-z0-9]([a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:.]+\])(:[0-9]{1,5})?", each):
            raise SettingsError(
                variable("webhook_hosts"),
                f"expected hosts, perhaps with a port, such as hooks.example.org, not {each[:60]!r}",
            )
    return found


def _oidc(given: Mapping[str, str]) -> dict[str, Any]:
    """Everything or nothing: a log-in of an organisation needs its issuer and our client there."""
    issuer = given.get("oidc_issuer")
    if issuer is None:
        for name in ("oidc_client_id", "oidc_client_secret", "oidc_name", "oidc_domains"):
            if name in given:
                raise SettingsError(variable("oidc_issuer"), f"expected, since {variable(name)} is set")
        return {}
    parts = urlsplit(issuer)
    here = parts.scheme == "http" and parts.hostname in LOOPBACK
    if not (parts.scheme == "https" or here) or not parts.hostname or parts.query or parts.fragment:
        raise SettingsError(variable("oidc_issuer"), "expected the https:// address of the issuer")
    if "oidc_client_id" not in given:
        raise SettingsError(variable("oidc_client_id"), f"expected, since {variable('oidc_issuer')} is set")
    domains = given.get("oidc_domains", "").replace(",", " ").lower().split()
    if any(not re.fullmatch(r"[a-z0-9-]+(\.[a-z0-9-]+)+", domain) for domain in domains):
        raise SettingsError(variable("oidc_domains"), "expected domains such as example.org")
    return {
        "oidc_issuer": issuer,
        "oidc_client_id": given["oidc_client_id"],
        "oidc_client_secret": given.get("oidc_client_secret"),
        "oidc_name": given.get("oidc_name", "OpenID Connect"),
        "oidc_domains": tuple(domains),
    }


def _otlp_url(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.username or parts.query:
        raise SettingsError(
            variable("otlp_url"),
            "expected the address of a collector that takes OTLP by HTTP: http://HOST:4318",
        )
    return value.rstrip("/").removesuffix("/v1/traces")


def _base_url(value: str) -> str:
    name = variable("base_url")
    try:
        parts = urlsplit(value)
        port = parts.port
    except ValueError as error:
        raise SettingsError(name, f"not an address: {error}") from error
    if parts.scheme not in {"http", "https"} or not parts.hostname or port == 0:
        raise SettingsError(
            name, "expected http://HOST or https://HOST, with a port if it is not the usual one"
        )
    if parts.query or parts.fragment or parts.username or parts.path not in {"", "/"}:
        raise SettingsError(name, "expected scheme, host and port only, such as https://assets.example.org")
    return f"{parts.scheme}://{parts.netloc}"


def _secret_key(value: str, name: str = variable("secret_key")) -> str:
    if len(value) < 32:
        raise SettingsError(name, "expected at least 32 random characters")
    return value


def _port(value: str) -> int:
    if not (value.isascii() and value.isdigit() and 1 <= int(value) <= 65535):
        raise SettingsError(variable("port"), f"expected a number from 1 to 65535, not {value[:20]!r}")
    return int(value)


def _lang(value: str) -> Literal["uk", "en"]:
    if value == "uk":
        return "uk"
    if value == "en":
        return "en"
    raise SettingsError(variable("lang"), f"expected uk or en, not {value[:20]!r}")


def _yes(field: str, value: str) -> bool:
    if value.lower() not in {"yes", "no"}:
        raise SettingsError(variable(field), f"expected yes or no, not {value[:20]!r}")
    return value.lower() == "yes"


def _seconds(field: str, value: str) -> int:
    if not (value.isascii() and value.isdigit() and 10 <= int(value) <= 3600):
        raise SettingsError(variable(field), f"expected seconds, from 10 to 3600, not {value[:20]!r}")
    return int(value)


def _printers(value: str) -> dict[str, str]:
    printers = {}
    for each in value.replace(",", " ").split():
        name, separator, address = each.partition("=")
        if not (separator and name and _PRINTER.fullmatch(address)):
            raise SettingsError(
                variable("label_printers"),
                f"expected NAME=cups:QUEUE or NAME=socket://HOST:PORT with spaces between, not {each[:60]!r}",
            )
        printers[name.lower()] = address
    return printers
