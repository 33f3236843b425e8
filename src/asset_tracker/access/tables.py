"""People, their grants, sessions and tokens. What identifies a person stands here and nowhere else."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    LargeBinary,
    Table,
    Text,
    Uuid,
    func,
    text,
)

from asset_tracker.access.actors import ROLES
from asset_tracker.db.metadata import metadata
from asset_tracker.i18n import LANGS
from asset_tracker.ledger.tables import one_of

_instant = DateTime(timezone=True)

user_account = Table(
    "user_account",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("email", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("password_hash", Text),
    Column("lang", Text, nullable=False, server_default="uk"),
    Column("created_at", _instant, nullable=False, server_default=text("now()")),
    Column("disabled_at", _instant),
    one_of("lang", LANGS),
    Index("user_account_email_key", func.lower(text("email")), unique=True),
)

user_grant = Table(
    "user_grant",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("user_id", Uuid, ForeignKey("user_account.id"), nullable=False),
    Column("role", Text, nullable=False),
    Column("programme_id", Uuid),
    Column("area", Text),
    Column("donor_id", Uuid),
    Column("valid_until", _instant),
    one_of("role", ROLES),
    Index("user_grant_user_id_idx", "user_id"),
)

session = Table(
    "session",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("token_hash", LargeBinary, nullable=False, unique=True),
    Column("user_id", Uuid, ForeignKey("user_account.id"), nullable=False),
    Column("created_at", _instant, nullable=False, server_default=text("now()")),
    Column("seen_at", _instant, nullable=False, server_default=text("now()")),
    Column("ended_at", _instant),
    Column("agent", Text),  # what the browser calls itself, so that one knows one's sessions apart
    Index("session_user_id_idx", "user_id"),
)

api_token = Table(
    "api_token",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("token_hash", LargeBinary, nullable=False, unique=True),
    Column("user_id", Uuid, ForeignKey("user_account.id"), nullable=False),
    Column("name", Text, nullable=False),
    Column("created_at", _instant, nullable=False, server_default=text("now()")),
    Column("expires_at", _instant),
    Column("revoked_at", _instant),
    Index("api_token_user_id_idx", "user_id"),
)

one_time_link = Table(
    "one_time_link",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("token_hash", LargeBinary, nullable=False, unique=True),
    Column("user_id", Uuid, ForeignKey("user_account.id"), nullable=False),
    Column("made_by", Uuid, nullable=False),
    Column("created_at", _instant, nullable=False, server_default=text("now()")),
    Column("expires_at", _instant, nullable=False),
    Column("used_at", _instant),
    Index("one_time_link_user_id_idx", "user_id"),
)

# While a row is not over, nothing is changed through pages and API.
lockdown = Table(
    "lockdown",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("began_at", _instant, nullable=False, server_default=text("now()")),
    Column("over_at", _instant),
    Index(
        "lockdown_one_at_a_time",
        text("(over_at IS NULL)"),
        unique=True,
        postgresql_where=text("over_at IS NULL"),
    ),
)

login_attempt = Table(
    "login_attempt",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("account", LargeBinary, nullable=False),
    Column("address", Text, nullable=False),
    Column("at", _instant, nullable=False, server_default=text("now()")),
    Column("succeeded", Boolean, nullable=False),
    Index("login_attempt_at_idx", "at"),
)
