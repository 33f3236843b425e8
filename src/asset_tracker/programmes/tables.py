"""Parties, programmes, who funds them, and the support that is not a thing."""

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    Numeric,
    Table,
    Text,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY

from asset_tracker.db.metadata import metadata
from asset_tracker.ledger.tables import one_of
from asset_tracker.programmes.policies import RULE_KINDS
from asset_tracker.programmes.words import ACTIVITY_KINDS, LEGAL_REGIMES, PARTY_KINDS, TITLE_RULES

party = Table(
    "party",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("name_uk", Text, nullable=False),
    Column("name_en", Text, nullable=False),
    Column("short_name", Text),
    Column("edrpou", Text),
    Column("address", Text),
    Column("municipality_code", Text),
    # What a donor reckons in: reports tell amounts in it too.
    Column("currency", Text),
    one_of("kind", PARTY_KINDS),
    Index("party_edrpou_key", "edrpou", unique=True, postgresql_where=text("edrpou IS NOT NULL")),
    Index("party_municipality_code_idx", "municipality_code"),
)

programme = Table(
    "programme",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("code", Text, nullable=False, unique=True),
    Column("name_uk", Text, nullable=False),
    Column("name_en", Text, nullable=False),
    Column("agreement", Text),
    Column("implementer_id", Uuid, ForeignKey("party.id"), nullable=False),
    Column("legal_regime", Text, nullable=False),
    Column("title_passes", Text, nullable=False),
    Column("currency", Text, nullable=False),
    Column("starts_on", Date),
    Column("ends_on", Date),
    Column("demonstration", Boolean, nullable=False, server_default=text("false")),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=text("now()")),
    one_of("legal_regime", LEGAL_REGIMES),
    one_of("title_passes", TITLE_RULES),
)

funding_share = Table(
    "funding_share",
    metadata,
    Column("programme_id", Uuid, ForeignKey("programme.id"), primary_key=True),
    Column("donor_id", Uuid, ForeignKey("party.id"), primary_key=True),
    Column("percent", Numeric(7, 4), nullable=False),
    CheckConstraint("percent > 0 AND percent <= 100", name="percent"),
    Index("funding_share_donor_id_idx", "donor_id"),
)

# What one unit of a currency was worth in hryvnias on a day. A wrong rate is followed by a right one and stays:
# a report by what was known then still tells it.
exchange_rate = Table(
    "exchange_rate",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("currency", Text, nullable=False),
    Column("day", Date, nullable=False),
    Column("uah", Numeric(18, 8), nullable=False),
    Column("source", Text, nullable=False),
    Column("recorded_at", DateTime(timezone=True), nullable=False, server_default=text("clock_timestamp()")),
    Column("recorded_by", Uuid, nullable=False),
    CheckConstraint("uah > 0", name="uah"),
    CheckConstraint("currency ~ '^[A-Z]{3}$' AND currency <> 'UAH'", name="currency"),
    Index("exchange_rate_day_idx", "currency", "day", "recorded_at"),
)

# What a programme may spend, from a day on: an amendment is a row of its own, and the earlier one stays.
programme_budget = Table(
    "programme_budget",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("programme_id", Uuid, ForeignKey("programme.id"), nullable=False),
    Column("since", Date, nullable=False),
    Column("amount", Numeric(16, 2), nullable=False),
    Column("currency", Text, nullable=False),
    Column("recorded_at", DateTime(timezone=True), nullable=False, server_default=text("clock_timestamp()")),
    Column("recorded_by", Uuid, nullable=False),
    CheckConstraint("amount > 0", name="amount"),
    Index("programme_budget_programme_id_idx", "programme_id", "since"),
)

support_activity = Table(
    "support_activity",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("programme_id", Uuid, ForeignKey("programme.id"), nullable=False),
    Column("municipality_code", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("title_uk", Text, nullable=False),
    Column("title_en", Text, nullable=False),
    Column("starts_on", Date, nullable=False),
    Column("ends_on", Date, nullable=False),
    Column("women", Integer, nullable=False),
    Column("men", Integer, nullable=False),
    Column("recorded_at", DateTime(timezone=True), nullable=False, server_default=text("now()")),
    Column("recorded_by", Uuid, nullable=False),
    one_of("kind", ACTIVITY_KINDS),
    CheckConstraint("women >= 0 AND men >= 0", name="participants"),
    CheckConstraint("ends_on >= starts_on", name="order"),
    Index("support_activity_municipality_code_idx", "municipality_code"),
)

# Rules of donors and of the state. A rule that no longer holds is ended, never removed.
policy_rule = Table(
    "policy_rule",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("programme_id", Uuid, ForeignKey("programme.id")),
    Column("donor_id", Uuid, ForeignKey("party.id")),
    Column("rule", Text, nullable=False),
    Column("number", Integer),
    Column("amount", Numeric(16, 2)),
    Column("currency", Text),
    Column("fields", ARRAY(Text), nullable=False),
    Column("purposes", ARRAY(Text), nullable=False),
    Column("categories", ARRAY(Text), nullable=False),
    Column("regimes", ARRAY(Text), nullable=False),
    Column("source", Text, nullable=False),
    Column("preset", Text),
    Column("made_at", DateTime(timezone=True), nullable=False, server_default=text("now()")),
    Column("made_by", Uuid, nullable=False),
    Column("ended_at", DateTime(timezone=True)),
    Column("ended_by", Uuid),
    one_of("rule", RULE_KINDS),
    CheckConstraint("programme_id IS NULL OR donor_id IS NULL", name="reach"),
    CheckConstraint("number >= 0", name="number"),
    Index("policy_rule_programme_id_idx", "programme_id"),
    Index("policy_rule_donor_id_idx", "donor_id"),
)

# What a municipality asked of a programme, how ready it is, what was approved and is planned.
municipality_need = Table(
    "municipality_need",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("municipality_code", Text, nullable=False),
    Column("programme_id", Uuid, ForeignKey("programme.id"), nullable=False),
    Column("category", Text, nullable=False),
    Column("asked", Integer, nullable=False),
    Column("applied_on", Date, nullable=False),
    Column("readiness", Integer),
    Column("approved", Integer),
    Column("approved_on", Date),
    Column("planned_on", Date),
    Column("note", Text),
    Column("made_at", DateTime(timezone=True), nullable=False, server_default=text("now()")),
    Column("made_by", Uuid, nullable=False),
    Column("ended_at", DateTime(timezone=True)),
    Column("ended_by", Uuid),
    CheckConstraint("asked > 0 AND approved >= 0", name="numbers"),
    CheckConstraint("readiness BETWEEN 0 AND 100", name="readiness"),
    Index("municipality_need_municipality_code_idx", "municipality_code"),
)
