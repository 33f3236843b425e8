"""Consignments on their way to a municipality, and the acts that hand them over."""

from sqlalchemy import (
    Boolean,
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
    func,
    literal_column,
    text,
    true,
)

from asset_tracker.db.metadata import metadata
from asset_tracker.ledger.letters import in_letters
from asset_tracker.ledger.tables import one_of

# ``signed`` is signed by both with the scan attached: what makes its assets accepted.
ACT_STATUSES = ("printed", "signed_by_giver", "signed_by_recipient", "signed_by_both", "signed", "void")

_instant = DateTime(timezone=True)

consignment = Table(
    "consignment",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("programme_id", Uuid, ForeignKey("programme.id"), nullable=False),
    Column("number", Text, nullable=False),
    Column("municipality_code", Text, ForeignKey("municipality.code"), nullable=False),
    Column("waybill", Text),
    Column("carrier", Text),
    Column("expected_on", Date),
    Column("dispatched_at", _instant),
    # Of humanitarian aid: its code and declaration, when customs cleared it, when the report on it went out.
    Column("aid_code", Text),
    Column("declaration", Text),
    Column("cleared_on", Date),
    Column("report_sent_on", Date),
    Column("created_at", _instant, nullable=False, server_default=text("now()")),
    # No act of it is valid: kept by a trigger of the acts (migration 53).
    Column("without_act", Boolean, nullable=False, server_default=true()),
    UniqueConstraint("programme_id", "number"),
    Index("consignment_without_act_idx", "id", postgresql_where=text("without_act")),
    Index("consignment_municipality_code_idx", "municipality_code"),
    Index(
        "consignment_expected_on_idx",
        "expected_on",
        "number",
        postgresql_where=text("expected_on IS NOT NULL"),
    ),
    Index(
        "consignment_unreported_idx",
        "cleared_on",
        postgresql_where=text("cleared_on IS NOT NULL AND report_sent_on IS NULL"),
    ),
)

act = Table(
    "act",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("consignment_id", Uuid, ForeignKey("consignment.id"), nullable=False),
    Column("programme_id", Uuid, ForeignKey("programme.id"), nullable=False),
    Column("year", Integer, nullable=False),
    Column("place_in_year", Integer, nullable=False),
    Column("number", Text, nullable=False),
    Column("status", Text, nullable=False, server_default="printed"),
    Column("issued_at", _instant, nullable=False),
    Column("issued_by", Uuid, nullable=False),
    # What was printed, word for word; its hash stands on the paper.
    Column("document", LargeBinary, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("giver_signed_on", Date),
    Column("recipient_signed_on", Date),
    Column("signed_on", Date),
    Column("scan", Text),
    Column("void_reason", Text),
    one_of("status", ACT_STATUSES),
    UniqueConstraint("programme_id", "year", "place_in_year"),
    Index("act_consignment_id_idx", "consignment_id"),
)

# Acts that still have to be signed: few, and asked for at every desk.
UNSIGNED = literal_column("(act.status NOT IN ('void', 'signed'))", Boolean)
Index("act_unsigned_idx", act.c.consignment_id, postgresql_where=UNSIGNED)
# What people type is looked for within numbers.
_number, _waybill = (
    func.coalesce(each, text("''"), type_=Text) for each in (consignment.c.number, consignment.c.waybill)
)
CONSIGNMENT_SOUGHT = in_letters(_number + literal_column("' '") + _waybill)
ACT_SOUGHT = in_letters(act.c.number)
for _table, _sought in ((consignment, CONSIGNMENT_SOUGHT), (act, ACT_SOUGHT)):
    Index(
        f"{_table.name}_sought_idx",
        _sought.label("sought"),
        postgresql_using="gin",
        postgresql_ops={"sought": "gin_trgm_ops"},
        _table=_table,
    )

# What somebody without an account signed on the glass when the things of an act were handed over.
act_signature = Table(
    "act_signature",
    metadata,
    Column("act_id", Uuid, ForeignKey("act.id"), primary_key=True),
    Column("sha256", Text, primary_key=True),
    Column("signed_at", _instant, nullable=False),
    Column("recorded_at", _instant, nullable=False, server_default=text("now()")),
    Column("recorded_by", Uuid, nullable=False),
)

act_line = Table(
    "act_line",
    metadata,
    Column("act_id", Uuid, ForeignKey("act.id"), primary_key=True),
    Column("asset_id", Uuid, primary_key=True),
    Index("act_line_asset_id_idx", "asset_id"),
)
