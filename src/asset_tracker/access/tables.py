"""People, their grants, sessions and tokens. What identifies a person stands here and nowhere else."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    LargeBinary,
    SmallInteger,
    Table,
    Text,
    Uuid,
    func,
    or_,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from asset_tracker.access.actors import ROLES
from asset_tracker.db.metadata import metadata
from asset_tracker.i18n import LANGS
from asset_tracker.ledger.letters import in_ukrainian_order
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
Index(
    "user_account_name_order_idx",
    in_ukrainian_order(user_account.c.name).label("name_order"),
    user_account.c.id,
    _table=user_account,
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
IN_FORCE = or_(user_grant.c.valid_until.is_(None), user_grant.c.valid_until > func.now())
"""The condition that a grant has not run out."""

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
    Column("via", Text, nullable=False, server_default="password"),
    one_of("via", ("password", "organisation")),
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
    # What of its owner's it may: names of permissions and ids of grants; NULL is all that the owner may.
    Column("permissions", JSONB),
    Column("grants", JSONB),
    Index("api_token_user_id_idx", "user_id"),
)

# By which somebody asks the views in SQL; a page makes one for each question, which lasts a minute.
reading_key = Table(
    "reading_key",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("token_hash", LargeBinary, nullable=False, unique=True),
    Column("user_id", Uuid, ForeignKey("user_account.id"), nullable=False),
    # None for the key of one question.
    Column("name", Text),
    Column("created_at", _instant, nullable=False, server_default=text("now()")),
    Column("expires_at", _instant, nullable=False),
    Column("revoked_at", _instant),
    Index("reading_key_user_id_idx", "user_id"),
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

# A phone of somebody, by the id that it made for itself. Its events name it by this id.
device = Table(
    "device",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("user_id", Uuid, ForeignKey("user_account.id"), nullable=False),
    Column("name", Text, nullable=False),
    # What proves that a sealed queue comes from this phone (``sealed_box``): a raw public key.
    Column("public_key", LargeBinary),
    Column("session_id", Uuid),
    Column("registered_at", _instant, nullable=False, server_default=text("now()")),
    Column("seen_at", _instant, nullable=False, server_default=text("now()")),
    # The highest number that the phone gave to one of its events.
    Column("last_seq", BigInteger, nullable=False, server_default="0"),
    Column("revoked_at", _instant),
    Column("revoked_by", Uuid),
    Index("device_user_id_idx", "user_id"),
)

# Every event that a phone sent, recorded or not: its number on the phone, and what the phone's clocks said.
device_event = Table(
    "device_event",
    metadata,
    Column("device_id", Uuid, ForeignKey("device.id"), primary_key=True),
    Column("event_id", Uuid, primary_key=True),
    Column("seq", BigInteger, nullable=False),
    Column("received_at", _instant, nullable=False, server_default=text("now()")),
    Column(
        "occurred_at", _instant, nullable=False
    ),  # as it was recorded: put right where the clock was wrong
    Column("told_at", _instant, nullable=False),  # as the phone told it
    Column("clock", JSONB),
    Column("handed_by", Uuid),  # who brought it, when that was not the phone itself
    Index("device_event_device_id_seq_idx", "device_id", "seq"),
)

# A link with which a centre's staff, who have no accounts, confirm that their things are still there.
centre_link = Table(
    "centre_link",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("token_hash", LargeBinary, nullable=False, unique=True),
    Column("service_point_id", Uuid, nullable=False),
    Column("municipality_code", Text, nullable=False),
    Column("made_by", Uuid, nullable=False),
    Column("created_at", _instant, nullable=False, server_default=text("now()")),
    Column("expires_at", _instant, nullable=False),
    Column("revoked_at", _instant),
    Column("revoked_by", Uuid),
    # Tags typed wrongly in the running quarter of an hour, which began at ``misses_since``.
    Column("misses", BigInteger, nullable=False, server_default="0"),
    Column("misses_since", _instant, nullable=False, server_default=text("now()")),
    Index("centre_link_service_point_id_idx", "service_point_id"),
)

# What the centre is asked about, frozen when the link is made; each works once.
centre_link_asset = Table(
    "centre_link_asset",
    metadata,
    Column("link_id", Uuid, ForeignKey("centre_link.id"), primary_key=True),
    Column("asset_id", Uuid, primary_key=True),
    Column("confirmed_at", _instant),
    Column("event_id", Uuid),
    Index("centre_link_asset_asset_id_idx", "asset_id"),
)

# The public halves of the keys that queues are sealed to; the private ones lie in the data folder.
sealing_key = Table(
    "sealing_key",
    metadata,
    Column("id", Text, primary_key=True),
    Column("x25519", LargeBinary, nullable=False),
    Column("p256", LargeBinary, nullable=False),
    Column("since", _instant, nullable=False, server_default=text("now()")),
    Column("until", _instant),
    Index("sealing_key_in_use_key", text("(true)"), unique=True, postgresql_where=text("until IS NULL")),
)

second_factor = Table(
    "second_factor",
    metadata,
    Column("user_id", Uuid, ForeignKey("user_account.id"), primary_key=True),
    Column("sealed", LargeBinary, nullable=False),
    Column("created_at", _instant, nullable=False, server_default=text("now()")),
    Column("confirmed_at", _instant),
    Column("last_step", BigInteger),  # of the last code that was taken: it and those before are over
)

recovery_code = Table(
    "recovery_code",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("user_id", Uuid, ForeignKey("user_account.id"), nullable=False),
    Column("code_hash", LargeBinary, nullable=False),
    Column("used_at", _instant),
    Index("recovery_code_user_id_idx", "user_id"),
)

login_step = Table(
    "login_step",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("token_hash", LargeBinary, nullable=False, unique=True),
    Column("kind", Text, nullable=False),
    Column("user_id", Uuid, ForeignKey("user_account.id")),
    Column("body", JSONB, nullable=False),
    Column("guesses", SmallInteger, nullable=False, server_default="0"),
    Column("created_at", _instant, nullable=False, server_default=text("now()")),
    Index("login_step_created_at_idx", "created_at"),
)

user_identity = Table(
    "user_identity",
    metadata,
    Column("issuer", Text, primary_key=True),
    Column("subject", Text, primary_key=True),
    Column("user_id", Uuid, ForeignKey("user_account.id"), nullable=False),
    Column("created_at", _instant, nullable=False, server_default=text("now()")),
    Index("user_identity_user_id_idx", "user_id", "issuer", unique=True),
)

# No foreign key: who was erased stays in the record as an id that stands for nobody.
access_record = Table(
    "access_record",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("at", _instant, nullable=False, server_default=text("now()")),
    Column("actor_id", Uuid, nullable=False),
    Column("act", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("reason", Text, nullable=False),
)

# What a report that is shared or sent may be about.
SUBJECTS = ("municipality", "programme")

# Opens one report, as it was known when the link was made, and nothing else.
report_link = Table(
    "report_link",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("token_hash", LargeBinary, nullable=False, unique=True),
    Column("made_by", Uuid, nullable=False),
    Column("rights", JSONB, nullable=False),
    Column("subject", Text, nullable=False),
    Column("code", Text, nullable=False),
    Column("donor", Text),
    Column("as_of", Date, nullable=False),
    Column("known_on", _instant, nullable=False),
    Column("purpose", Text, nullable=False),
    Column("made_at", _instant, nullable=False, server_default=text("now()")),
    Column("expires_at", _instant, nullable=False),
    Column("revoked_at", _instant),
    one_of("subject", SUBJECTS),
    Index("report_link_made_by_idx", "made_by"),
)

report_link_opening = Table(
    "report_link_opening",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("link_id", Uuid, ForeignKey("report_link.id"), nullable=False),
    Column("opened_at", _instant, nullable=False, server_default=text("now()")),
    # The page, or which file.
    Column("form", Text, nullable=False),
    Index("report_link_opening_link_id_idx", "link_id"),
)

# The one link to a person's calendar that works; it is known by its hash.
calendar_link = Table(
    "calendar_link",
    metadata,
    Column("user_id", Uuid, primary_key=True),
    Column("token_hash", LargeBinary, nullable=False, unique=True),
    Column("made_at", _instant, nullable=False, server_default=text("now()")),
)
