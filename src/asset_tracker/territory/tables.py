"""Tables of the territory."""

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    Double,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from asset_tracker.db.metadata import metadata

codifier_edition = Table(
    "codifier_edition",
    metadata,
    Column("edition", Date, primary_key=True),
    Column("order_number", Text, nullable=False),
    Column("loaded_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
)

municipality = Table(
    "municipality",
    metadata,
    Column("code", Text, primary_key=True),
    Column("category", Text, nullable=False),
    Column("kind", Text),
    Column("name_uk", Text, nullable=False),
    Column("name_en", Text, nullable=False),
    Column("raion_code", Text),
    Column("raion_uk", Text),
    Column("oblast_code", Text, nullable=False),
    Column("oblast_uk", Text, nullable=False),
    Column("population", Integer),
    Column("centre_uk", Text),
    Column("lat", Double),
    Column("lon", Double),
    # Codes that left the codifier stay: events of years ago name them.
    Column("gone", Boolean, nullable=False, server_default=text("false")),
    Column("sort_key", Text(collation="C"), nullable=False),
    CheckConstraint("code ~ '^UA[0-9]{17}$'", name="code"),
    CheckConstraint("category IN ('H', 'K')", name="category"),
    CheckConstraint("kind IN ('urban', 'settlement', 'rural', 'city')", name="kind"),
    CheckConstraint("population >= 0", name="population"),
    CheckConstraint("lat BETWEEN -90 AND 90 AND lon BETWEEN -180 AND 180", name="position"),
    Index(None, "sort_key", "code"),
)

municipality_name = Table(
    "municipality_name",
    metadata,
    Column("municipality_code", Text, ForeignKey("municipality.code"), primary_key=True),
    # The edition that first had the name. Before the first edition we know, its name is the best we have.
    Column("valid_from", Date, primary_key=True),
    Column("name_uk", Text, nullable=False),
    Column("name_en", Text, nullable=False),
)

# How many live there, by day and source; ``municipality.population`` is the figure of the newest day.
population_figure = Table(
    "population_figure",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("municipality_code", Text, ForeignKey("municipality.code"), nullable=False),
    Column("as_of", Date, nullable=False),
    Column("population", Integer, nullable=False),
    Column("source", Text),
    Column("recorded_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("recorded_by", Uuid, nullable=False),
    CheckConstraint("population >= 0", name="population"),
    UniqueConstraint("municipality_code", "as_of"),
)

# Borders that an administrator has uploaded: simplified rings of (east, north), for drawing only.
area_outline = Table(
    "area_outline",
    metadata,
    Column("code", Text, primary_key=True),
    Column("level", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("rings", JSONB, nullable=False),
    Column("source", Text, nullable=False),
    Column("loaded_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("loaded_by", Uuid, nullable=False),
    CheckConstraint("code ~ '^UA[0-9]{17}$'", name="code"),
    CheckConstraint("level IN ('oblast', 'raion', 'municipality')", name="level"),
)

service_point = Table(
    "service_point",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("municipality_code", Text, ForeignKey("municipality.code"), nullable=False),
    Column("kind", Text, nullable=False),
    Column("name_uk", Text, nullable=False),
    Column("name_en", Text, nullable=False),
    Column("address", Text),
    Column("status", Text, nullable=False, server_default="working"),
    Column("parent_id", Uuid, ForeignKey("service_point.id")),
    Column("lat", Double),
    Column("lon", Double),
    Column("sort_key", Text(collation="C"), nullable=False),
    CheckConstraint(
        "kind IN ('asc', 'territorial_unit', 'remote_workplace', 'mobile_office', 'starosta', 'warehouse')",
        name="kind",
    ),
    CheckConstraint("status IN ('working', 'relocated', 'suspended', 'destroyed')", name="status"),
    CheckConstraint("lat BETWEEN -90 AND 90 AND lon BETWEEN -180 AND 180", name="position"),
    CheckConstraint("parent_id <> id", name="parent"),
    Index(None, "municipality_code", "sort_key"),
)

# What became of a service point, both clocks kept; its status follows from the last of them to happen.
service_point_change = Table(
    "service_point_change",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("service_point_id", Uuid, ForeignKey("service_point.id"), nullable=False),
    Column("change", Text, nullable=False),
    Column("occurred_at", DateTime(timezone=True), nullable=False),
    Column("recorded_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("actor_id", Uuid, nullable=False),
    Column("reason", Text),
    Column("to_point_id", Uuid, ForeignKey("service_point.id")),
    CheckConstraint("change IN ('opened', 'relocated', 'suspended', 'destroyed', 'reopened')", name="change"),
    CheckConstraint("to_point_id IS NULL OR change = 'relocated'", name="to_point"),
    CheckConstraint("to_point_id <> service_point_id", name="elsewhere"),
    Index(None, "service_point_id", "occurred_at"),
)

# On which list of territories of hostilities a municipality stands, from a day on; rows are never changed.
municipality_situation = Table(
    "municipality_situation",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("municipality_code", Text, ForeignKey("municipality.code"), nullable=False),
    Column("since", Date, nullable=False),
    Column("situation", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("recorded_at", DateTime(timezone=True), nullable=False, server_default=text("clock_timestamp()")),
    Column("recorded_by", Uuid, nullable=False),
    CheckConstraint("situation IN ('possible', 'active', 'occupied', 'none')", name="situation"),
    Index("municipality_situation_code_idx", "municipality_code", "since"),
)
