"""What is kept beside the ledger about assets: maintenance plans, work orders, and what a desk adds to a loss case."""

from sqlalchemy import (
    Boolean,
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
    Uuid,
    false,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from asset_tracker.db.metadata import metadata
from asset_tracker.ledger.tables import one_of
from asset_tracker.ledger.values import CATEGORIES

METER_UNITS = ("km", "hours", "pages")

_instant = DateTime(timezone=True)

# A plan that is given up is ended, never removed: what was done by it names it.
maintenance_plan = Table(
    "maintenance_plan",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("asset_id", Uuid, nullable=False),
    Column("title", Text, nullable=False),
    Column("work", Text),
    Column("every_months", Integer),
    Column("every_meter", Integer),
    Column("meter_unit", Text),
    Column("starts_on", Date, nullable=False),
    Column("start_meter", Integer),
    Column("made_at", _instant, nullable=False, server_default=text("now()")),
    Column("made_by", Uuid, nullable=False),
    Column("ended_at", _instant),
    Column("ended_by", Uuid),
    # When its work is next due by the calendar, and whether the meter has passed what it allows: kept by a
    # trigger (migration 40) whenever the plan, or what the asset's state says of it, changes.
    Column("next_on", Date),
    Column("over_meter", Boolean, nullable=False, server_default=false()),
    # Of which programme and in which oblast (the beginning of its code) the asset is: kept likewise (migration 53).
    Column("programme_id", Uuid),
    Column("oblast", Text),
    one_of("meter_unit", METER_UNITS),
    CheckConstraint("every_months > 0 AND every_meter > 0", name="every"),
    CheckConstraint("every_months IS NOT NULL OR every_meter IS NOT NULL", name="turn"),
    CheckConstraint("(every_meter IS NULL) = (meter_unit IS NULL)", name="meter"),
    Index("maintenance_plan_asset_id_idx", "asset_id"),
    *(
        Index(
            f"maintenance_plan_{(*part, 'next_on')[0]}_idx",
            *part,
            "next_on",
            "starts_on",
            "asset_id",
            postgresql_where=text("ended_at IS NULL AND NOT over_meter"),
        )
        for part in ((), ("programme_id",), ("oblast",))
    ),
    Index(
        "maintenance_plan_over_meter_idx",
        "asset_id",
        postgresql_where=text("ended_at IS NULL AND over_meter"),
    ),
)

# Somebody is to do something to one thing. It is done when an event of the thing names it, which the thing's state
# keeps (``done``): struck out, the order is open again. One that is given up is ended, never removed.
ORDER_KINDS = ("maintained", "repaired")
work_order = Table(
    "work_order",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("asset_id", Uuid, nullable=False),
    Column("kind", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("work", Text),
    Column("plan_id", Uuid, ForeignKey("maintenance_plan.id")),
    Column("assignee_id", Uuid),
    Column("due_on", Date),
    Column("made_at", _instant, nullable=False, server_default=text("now()")),
    Column("made_by", Uuid, nullable=False),
    Column("changed_at", _instant),
    Column("changed_by", Uuid),
    Column("ended_at", _instant),
    Column("ended_by", Uuid),
    # The bulk action that it was made by.
    Column("operation", Uuid),
    one_of("kind", ORDER_KINDS),
    Index("work_order_asset_id_idx", "asset_id"),
    Index("work_order_open_idx", "due_on", "id", postgresql_where=text("ended_at IS NULL")),
    Index("work_order_operation_idx", "operation", postgresql_where=text("operation IS NOT NULL")),
)

# A case exists by the events that opened it; here stands what the desk knows besides.
# Which assets a case is about, since when, and whether it still waits for a decision about them: kept by a trigger
# (migration 44) of what the assets' states say, so that a list begins at the latest and a case knows its assets.
asset_case = Table(
    "asset_case",
    metadata,
    Column("case_id", Uuid, primary_key=True),
    Column("asset_id", Uuid, primary_key=True),
    Column("at", _instant, nullable=False),
    Column("open", Boolean, nullable=False),
    Index("asset_case_asset_id_idx", "asset_id"),
    Index("asset_case_at_idx", "at", "case_id"),
)

loss_case = Table(
    "loss_case",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("report_number", Text),
    Column("donor_informed_on", Date),
    Column("changed_at", _instant, nullable=False, server_default=text("now()")),
    Column("changed_by", Uuid, nullable=False),
)

loss_note = Table(
    "loss_note",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("case_id", Uuid, ForeignKey("loss_case.id"), nullable=False),
    Column("written_at", _instant, nullable=False, server_default=text("now()")),
    Column("actor_id", Uuid, nullable=False),
    Column("text", Text, nullable=False),
    Index("loss_note_case_id_idx", "case_id", "written_at"),
)

# How exactly donors may know where something is. A rule that no longer holds is ended, never removed.
sensitivity_rule = Table(
    "sensitivity_rule",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("programme_id", Uuid),
    Column("category", Text),
    Column("asset_id", Uuid),
    Column("sensitivity", Text, nullable=False),
    Column("delay_days", Integer, nullable=False, server_default="0"),
    Column("made_at", _instant, nullable=False, server_default=text("now()")),
    Column("made_by", Uuid, nullable=False),
    Column("ended_at", _instant),
    one_of("sensitivity", ("public", "restricted", "secret")),
    CheckConstraint("num_nonnulls(programme_id, category, asset_id) > 0", "about_something"),
)

# A list of assets under a name: what it asks for, which columns it shows, in which order. With a programme it
# is there for everybody who works in that; without, for its maker.
saved_view = Table(
    "saved_view",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("owner_id", Uuid, nullable=False),
    Column("programme_id", Uuid),
    Column("name", Text, nullable=False),
    Column("filters", JSONB, nullable=False),
    Column("columns", ARRAY(Text), nullable=False),
    Column("sort", Text, nullable=False),
    Column("changed_at", _instant, nullable=False, server_default=text("now()")),
    Index("saved_view_owner_id_name_key", "owner_id", "name", unique=True),
    Index("saved_view_programme_id_idx", "programme_id"),
)

# One fact for many assets: looked at first, then recorded as one operation, which bears the id of the row.
# What would be recorded (``fact``) is forgotten once it is: the ledger has it then.
BULK_STATUSES = ("looking", "ready", "recording", "done", "taking back", "undone")
bulk_action = Table(
    "bulk_action",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("fact", JSONB),
    Column("occurred_at", _instant),
    Column("status", Text, nullable=False),
    Column("made_by", Uuid, nullable=False),
    Column("made_at", _instant, nullable=False, server_default=text("now()")),
    Column("grants", JSONB, nullable=False),
    Column("total", Integer, nullable=False, server_default="0"),
    Column("can", Integer, nullable=False, server_default="0"),
    Column("recorded", Integer, nullable=False, server_default="0"),
    Column("refusal", Text),
    one_of("status", BULK_STATUSES),
    Index("bulk_action_made_by_idx", "made_by", "made_at"),
)

# The chain head that was looked at, and why it is left out if it is (an English msgid).
bulk_item = Table(
    "bulk_item",
    metadata,
    Column("action_id", Uuid, ForeignKey("bulk_action.id", ondelete="CASCADE"), primary_key=True),
    Column("asset_id", Uuid, primary_key=True),
    Column("head", LargeBinary, nullable=False),
    # Where work is ordered: the plans whose turn it is; NULL or none where it is no plan’s.
    Column("plans", ARRAY(Uuid)),
    Column("why_not", Text),
    Index("bulk_item_left_out_idx", "action_id", "why_not", postgresql_where=text("why_not IS NOT NULL")),
)

# How far a worker is; apart from the action, whose row the work itself holds.
bulk_progress = Table(
    "bulk_progress",
    metadata,
    Column("action_id", Uuid, ForeignKey("bulk_action.id", ondelete="CASCADE"), primary_key=True),
    Column("done", Integer, nullable=False),
)

# Fields of their own that categories have, and categories of one's own. Every definition is a row and stays: the
# one with the highest version holds, and a value is read by what was meant when it was written.
attribute = Table(
    "attribute",
    metadata,
    Column("key", Text, primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("definition", JSONB, nullable=False),
    Column("made_at", _instant, nullable=False, server_default=text("now()")),
    Column("made_by", Uuid, nullable=False),
    CheckConstraint("version >= 1", name="version"),
)

own_category = Table(
    "own_category",
    metadata,
    Column("code", Text, primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("base", Text, nullable=False),
    Column("name_uk", Text, nullable=False),
    Column("name_en", Text, nullable=False),
    Column("retired", Boolean, nullable=False, server_default=text("false")),
    Column("made_at", _instant, nullable=False, server_default=text("now()")),
    Column("made_by", Uuid, nullable=False),
    one_of("base", CATEGORIES),
)
