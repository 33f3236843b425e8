"""Verification campaigns, what each expected, and the codes that nobody knows."""

from sqlalchemy import (
    CheckConstraint,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)

from asset_tracker.db.metadata import metadata
from asset_tracker.ledger.tables import one_of
from asset_tracker.verifications.count import REASONS, STATUSES

_instant = DateTime(timezone=True)

campaign = Table(
    "campaign",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("year", Integer, nullable=False),
    Column("place_in_year", Integer, nullable=False),
    Column("number", Text, nullable=False),
    Column("municipality_code", Text, ForeignKey("municipality.code"), nullable=False),
    Column("service_point_id", Uuid, ForeignKey("service_point.id")),
    Column("reason", Text, nullable=False),
    Column("note", Text),
    # The person who counts, named by id only; the custodian of the place may not.
    Column("counter_id", Uuid, nullable=False),
    Column("status", Text, nullable=False, server_default="running"),
    Column("started_at", _instant, nullable=False, server_default=text("now()")),
    Column("started_by", Uuid, nullable=False),
    Column("ended_at", _instant),
    Column("ended_by", Uuid),
    # What the certificate says, word for word, and its hash.
    Column("document", LargeBinary),
    Column("sha256", Text),
    # When everybody had signed it on paper, and the hash of the stored scan.
    Column("signed_on", Date),
    Column("scan", Text),
    one_of("reason", REASONS),
    one_of("status", STATUSES),
    CheckConstraint("(status = 'running') = (ended_at IS NULL)", name="ended"),
    CheckConstraint("(signed_on IS NULL) = (scan IS NULL)", name="signed"),
    UniqueConstraint("year", "place_in_year"),
    Index("campaign_municipality_code_idx", "municipality_code"),
)

campaign_programme = Table(
    "campaign_programme",
    metadata,
    Column("campaign_id", Uuid, ForeignKey("campaign.id"), primary_key=True),
    Column("programme_id", Uuid, ForeignKey("programme.id"), primary_key=True),
    Index("campaign_programme_programme_id_idx", "programme_id"),
)

# The commission besides who leads the count: somebody with an account, or a name as it was given. It is
# kept here and not in the frozen certificate, so that a person can be forgotten.
campaign_member = Table(
    "campaign_member",
    metadata,
    Column("campaign_id", Uuid, ForeignKey("campaign.id"), primary_key=True),
    Column("place", Integer, primary_key=True),
    Column("user_id", Uuid),
    Column("name", Text),
    Column("position", Text),
    CheckConstraint("(user_id IS NULL) <> (name IS NULL)", name="who"),
    Index("campaign_member_user_id_idx", "user_id", postgresql_where=text("user_id IS NOT NULL")),
)

# Frozen when the campaign starts: what the register said should be there.
campaign_expected = Table(
    "campaign_expected",
    metadata,
    Column("campaign_id", Uuid, ForeignKey("campaign.id"), primary_key=True),
    Column("asset_id", Uuid, primary_key=True),
    Column("service_point_id", Uuid),
    Column("condition", Text, nullable=False),
)

campaign_unknown = Table(
    "campaign_unknown",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("campaign_id", Uuid, ForeignKey("campaign.id"), nullable=False),
    Column("code", Text, nullable=False),
    Column("scanned_at", _instant, nullable=False),
    Column("recorded_at", _instant, nullable=False, server_default=text("now()")),
    Column("actor_id", Uuid, nullable=False),
    Index("campaign_unknown_campaign_id_idx", "campaign_id"),
)
