"""What the ledger keeps: events, heads of chains, and the projections folded from them."""

from collections.abc import Sequence
from functools import reduce
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ColumnElement,
    Date,
    DateTime,
    Index,
    Integer,
    LargeBinary,
    Numeric,
    Table,
    Text,
    Uuid,
    and_,
    func,
    literal_column,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from asset_tracker.db.metadata import metadata
from asset_tracker.ledger.letters import in_letters, in_ukrainian_order
from asset_tracker.ledger.values import CATEGORIES, CONDITIONS, GONE_REASONS, STAGES, TITLES


def one_of(column: str, words: Sequence[str]) -> CheckConstraint:
    """A CHECK that a text column holds one of the words: a vocabulary grows without a type to alter."""
    listed = ", ".join(f"'{word}'" for word in words)
    return CheckConstraint(f"{column} IN ({listed})", name=column)


_instant = DateTime(timezone=True)

# Divided by the year of recording (``event_2027``, ...; ADR 146). That an id and a place in a chain are there once
# is held by ``event_key``, and by an index of (asset_id, seq) in each part: what is known by its id alone is looked
# up by its key.
event = Table(
    "event",
    metadata,
    Column("id", Uuid, nullable=False),
    Column("asset_id", Uuid, nullable=False),
    Column("seq", Integer, nullable=False),
    Column("kind", Text, nullable=False),
    Column("occurred_at", _instant, nullable=False),
    Column("recorded_at", _instant, nullable=False),
    Column("actor_id", Uuid, nullable=False),
    Column("programme_id", Uuid),
    Column("operation", Uuid),
    Column("supersedes", Uuid),
    Column("body", LargeBinary, nullable=False),
    Column("private", JSONB),
    Column("prev_hash", LargeBinary, nullable=False),
    Column("hash", LargeBinary, nullable=False),
    CheckConstraint("seq >= 1", name="seq"),
    Index("event_recorded_at_idx", "recorded_at", postgresql_using="brin"),
    Index("event_operation_idx", "operation", postgresql_where=text("operation IS NOT NULL")),
    postgresql_partition_by="RANGE (recorded_at)",
)

# A trigger keeps it in the statement that stores the event.
event_key = Table(
    "event_key",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("asset_id", Uuid, nullable=False),
    Column("seq", Integer, nullable=False),
    Column("recorded_at", _instant, nullable=False),
    Index("event_key_asset_id_seq_key", "asset_id", "seq", unique=True),
)
# The event of a key: by the time it was recorded PostgreSQL looks into its part only.
OF_KEY = and_(
    event.c.recorded_at == event_key.c.recorded_at,
    event.c.asset_id == event_key.c.asset_id,
    event.c.seq == event_key.c.seq,
)
KEYED_EVENT = event_key.join(event, OF_KEY)

# Which stored files an event names, so that who may see the asset may see its photos; provided that who named
# them had them: a hash is no key. ``named_by`` is whose fact it is, who may be another than records it. ``kind`` is
# as what the event names it (None: an earlier version wrote the row, and ``rebuild`` fills it in).
event_file = Table(
    "event_file",
    metadata,
    Column("event_id", Uuid, primary_key=True),
    Column("sha256", Text, primary_key=True),
    Column("asset_id", Uuid, nullable=False),
    Column("named_by", Uuid, nullable=False),
    Column("kind", Text),
    CheckConstraint("kind IN ('photo', 'scan')", name="kind"),
    Index("event_file_sha256_idx", "sha256"),
)

asset_head = Table(
    "asset_head",
    metadata,
    Column("asset_id", Uuid, primary_key=True),
    Column("seq", Integer, nullable=False),
    Column("hash", LargeBinary, nullable=False),
    Column("programme_id", Uuid),
)

asset = Table(
    "asset",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("tag", Text, nullable=False),
    Column("programme_id", Uuid),
    Column("consignment_id", Uuid),
    Column("line", Integer),
    Column("category", Text, nullable=False),
    Column("name_uk", Text, nullable=False),
    Column("name_en", Text),
    Column("manufacturer", Text),
    Column("model", Text),
    Column("serial", Text),
    Column("serial_key", Text),
    Column("quantity", Integer, nullable=False),
    Column("unit_price", Numeric(16, 2)),
    Column("currency", Text),
    Column("acquired_on", Date),
    Column("warranty_until", Date),
    Column("is_kit", Boolean, nullable=False),
    Column("kit_id", Uuid),
    Column("destination_code", Text),
    Column("municipality_code", Text),
    Column("service_point_id", Uuid),
    Column("place", Text, nullable=False),
    Column("stage", Text, nullable=False),
    Column("condition", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("gone_reason", Text),
    Column("use", Text),
    Column("disputed", Boolean, nullable=False),
    Column("act_id", Uuid),
    Column("delivered_at", _instant),
    Column("accepted_at", _instant),
    Column("installed_at", _instant),
    Column("verified_at", _instant),
    Column("maintained_at", _instant),
    Column("inventory_number", Text),
    Column("changed_at", _instant, nullable=False),
    Column("state", JSONB, nullable=False),
    Column("head_seq", Integer, nullable=False),
    Column("head_hash", LargeBinary, nullable=False),
    one_of("category", CATEGORIES),
    one_of("stage", STAGES),
    one_of("condition", CONDITIONS),
    one_of("title", TITLES),
    one_of("gone_reason", GONE_REASONS),
    Index("asset_tag_key", "tag", unique=True),
    Index("asset_programme_id_idx", "programme_id", "id"),
    Index("asset_consignment_id_idx", "consignment_id", "line"),
    Index("asset_municipality_code_idx", "municipality_code", "id"),
    Index("asset_destination_code_idx", "destination_code", "id"),
    Index("asset_service_point_id_idx", "service_point_id"),
    Index("asset_serial_key_idx", "serial_key"),
    Index("asset_kit_id_idx", "kit_id", postgresql_where=text("kit_id IS NOT NULL")),
    Index("asset_disputed_idx", "id", postgresql_where=text("disputed")),
)


def _sql(condition: str) -> ColumnElement[bool]:
    return literal_column(f"({condition})", Boolean)


# The two digits of the code that tell the oblast where an asset is or is bound for. As letters of a ``name``: neither
# ``left`` nor ``substr`` is trusted behind row-level security to use an index, these are.
_place = (
    "CASE WHEN asset.municipality_code IS NULL THEN asset.destination_code ELSE asset.municipality_code END"
)
OBLAST_DIGITS = tuple(f"((({_place})::name)[{_at}])" for _at in (2, 3))

# Lists of what is due, and the desk, begin at the oldest or the newest of something and stop after a page.
# These are the conditions of the partial indexes that they begin with; word for word, without parameters,
# so that PostgreSQL sees that a question is within its index.
UNPUBLISHED = _sql("asset.state ? 'balance_on' AND NOT asset.state ? 'published_on'")
UNMARKED = _sql("coalesce(asset.state ->> 'visibility', '') NOT IN ('applied', 'waived')")
BROKEN = _sql("asset.condition IN ('needs_attention', 'unserviceable')")
TO_INSTALL = _sql("asset.stage IN ('delivered', 'accepted') AND asset.kit_id IS NULL")
CASE_OPEN = _sql("""asset.state @> '{"case_open": true}'""")
GONE = asset.c.gone_reason.is_not(None)
UNUSUAL = _sql("asset.condition <> 'working'")
UNFINISHED = _sql("asset.stage <> 'in_service'")
UNTRANSFERRED = _sql("asset.title <> 'municipality'")
ODD = _sql("asset.quantity <> 1 OR asset.is_kit")
LENT = _sql("asset.state ? 'lent_until'")
# Codes of others that stand for an asset: written as the index of them is, which ``state['codes']`` is not.
CODES = literal_column("(asset.state -> 'codes')", JSONB)
SEEN = literal_column("(asset.state -> 'seen')", JSONB)
WAS_SEEN = _sql("asset.state ? 'seen'")
NOT_FILLED: dict[str, ColumnElement[bool]] = {
    "serial": _sql("asset.serial IS NULL AND NOT asset.is_kit AND asset.quantity = 1"),
    "unit_price": _sql("asset.unit_price IS NULL"),
    "currency": _sql("asset.currency IS NULL"),
    "acquired_on": _sql("asset.acquired_on IS NULL"),
    "funding": _sql("NOT asset.state ? 'shares'"),
    "location": _sql("asset.place = 'unknown'"),
    "use": _sql("asset.use IS NULL"),
    "condition": _sql("asset.condition NOT IN ('working', 'needs_attention', 'unserviceable')"),
    "inventory_number": _sql("asset.inventory_number IS NULL"),
}
# Where an asset is, or is bound for while it is nowhere yet.
PLACED_AT = func.coalesce(asset.c.municipality_code, asset.c.destination_code)
_here = asset.c.gone_reason.is_(None)
# Handed over by no act yet: what consignments that are under way consist of.
OPEN = and_(_here, asset.c.accepted_at.is_(None))
_delivered = and_(_here, asset.c.delivered_at.is_not(None))
_since_delivery = (asset.c.delivered_at, asset.c.id)
_last_change = (asset.c.changed_at.desc(), asset.c.id)
# What is due begins at the oldest. Each such order stands three times: for all, for an oblast, for a programme.
_IN_TIME: dict[str, tuple[ColumnElement[Any], ColumnElement[bool]]] = {
    "seen": (func.coalesce(asset.c.verified_at, asset.c.delivered_at), _delivered),
    "delivered": (asset.c.delivered_at, _delivered),
    "unaccepted": (asset.c.delivered_at, and_(_delivered, asset.c.accepted_at.is_(None))),
    "unmarked": (asset.c.delivered_at, and_(_delivered, UNMARKED)),
    "vehicle": (asset.c.accepted_at, _sql("asset.category = 'vehicle'")),
    "warranty_until": (asset.c.warranty_until, and_(_here, asset.c.warranty_until.is_not(None))),
    **{
        f"no_{_field}": (asset.c.delivered_at, and_(_delivered, _absent))
        for _field, _absent in NOT_FILLED.items()
    },
}
_parts_of: dict[str, tuple[ColumnElement[Any], ...]] = {
    "": (),
    "_oblast": tuple(literal_column(each, Text) for each in OBLAST_DIGITS),
    "_programme": (asset.c.programme_id,),
}
for _name, (_since, _where) in _IN_TIME.items():
    for _part, _first in _parts_of.items():
        Index(f"asset_{_name}{_part}_idx", *_first, _since, asset.c.id, postgresql_where=_where)
Index("asset_unpublished_idx", asset.c.id, postgresql_where=and_(_here, UNPUBLISHED))
Index("asset_unproved_idx", asset.c.programme_id, postgresql_where=OPEN)
# What the wall asks of a row: with it in the index, rows are counted that are never read.
_WALL = ["programme_id", "municipality_code", "destination_code"]
Index("asset_gone_idx", asset.c.id, postgresql_where=GONE, postgresql_include=_WALL)
Index("asset_odd_idx", asset.c.id, postgresql_where=ODD)
Index(
    "asset_unfinished_idx",
    asset.c.stage,
    asset.c.id,
    postgresql_where=and_(_here, UNFINISHED),
    postgresql_include=_WALL,
)
for _name, _more in (("asset_unusual_idx", ()), ("asset_unusual_category_idx", (asset.c.category,))):
    _columns = (asset.c.condition, *_more, asset.c.id)
    Index(_name, *_columns, postgresql_where=UNUSUAL, postgresql_include=_WALL)
Index(
    "asset_open_idx",
    asset.c.consignment_id,
    asset.c.stage,
    postgresql_where=OPEN,
    postgresql_include=["id", *_WALL, "delivered_at"],
)
# Of these the few that are on their way or still to be sent.
Index(
    "asset_undelivered_idx",
    asset.c.consignment_id,
    asset.c.stage,
    postgresql_where=and_(OPEN, _sql("asset.stage IN ('expected', 'received', 'dispatched')")),
    postgresql_include=["id", *_WALL],
)
_acquired = and_(_here, asset.c.acquired_on.is_not(None))
Index("asset_acquired_on_idx", asset.c.programme_id, asset.c.acquired_on, postgresql_where=_acquired)
Index("asset_broken_idx", *_last_change, postgresql_where=and_(_here, BROKEN))
Index("asset_to_install_idx", *_last_change, postgresql_where=and_(_here, TO_INSTALL))
Index("asset_case_open_idx", *_last_change, postgresql_where=CASE_OPEN)
Index("asset_lent_idx", asset.c.id, postgresql_where=and_(_here, LENT))
Index("asset_category_idx", asset.c.category, asset.c.id)
_named: list[ColumnElement[str]] = [
    func.coalesce(asset.c[_name], text("''"), type_=Text)
    for _name in ("name_uk", "name_en", "manufacturer", "model")
]
NAMES = reduce(lambda one, other: one + literal_column("' '") + other, _named)
# Assets that bear the same names lie together, newest last: ``asset_name`` knows which names there are.
NAMES_KEY: ColumnElement[int] = func.hashtextextended(NAMES, text("0"), type_=BigInteger)
Index("asset_names_idx", NAMES_KEY.label("names_key"), asset.c.id, _table=asset)
Index(
    "asset_seen_in_idx", SEEN.label("seen"), postgresql_using="gin", postgresql_where=WAS_SEEN, _table=asset
)
# The same for what stands in the fields that categories have of their own; keys are found too, values decide.
HAS_ATTRIBUTES = _sql("asset.state ? 'attributes'")
ATTRIBUTES_SOUGHT = in_letters(literal_column("asset.state ->> 'attributes'", Text))
# SQLAlchemy does not find the table within an expression.
_letters: dict[str, Any] = {
    "postgresql_using": "gin",
    "postgresql_ops": {"sought": "gin_trgm_ops"},
    "_table": asset,
}
Index("asset_attributes_idx", ATTRIBUTES_SOUGHT.label("sought"), postgresql_where=HAS_ATTRIBUTES, **_letters)
# A required field that a category has of its own is missed among the delivered things of that category.
Index("asset_category_delivered_idx", asset.c.category, *_since_delivery, postgresql_where=_delivered)

NAME_ORDER = in_ukrainian_order(asset.c.name_uk)
Index("asset_name_order_idx", NAME_ORDER.label("name_order"), asset.c.id, _table=asset)
# The names of one category stand together among all names, so their page may begin after hundreds of thousands.
Index("asset_category_name_idx", asset.c.category, NAME_ORDER.label("name_order"), asset.c.id, _table=asset)
# Nearly everything belongs to a municipality in the end; what does not is looked for among few.
Index("asset_title_idx", asset.c.title, asset.c.id, postgresql_where=UNTRANSFERRED)

# The names (with maker and model) that assets bear or bore, once each or a few times: a trigger adds what is new. A
# word is looked for here, among some thousand rows of a million assets.
asset_name = Table(
    "asset_name",
    metadata,
    Column("key", BigInteger, nullable=False),
    Column("names", Text, nullable=False),
    Index("asset_name_key_idx", "key"),
)
NAME_SOUGHT = in_letters(asset_name.c.names)
Index("asset_name_sought_idx", NAME_SOUGHT.label("sought"), **(_letters | {"_table": asset_name}))

asset_period = Table(
    "asset_period",
    metadata,
    Column("asset_id", Uuid, primary_key=True),
    Column("valid_from", _instant, primary_key=True),
    Column("valid_to", _instant),
    Column("destination_code", Text),
    Column("municipality_code", Text),
    Column("service_point_id", Uuid),
    Column("place", Text, nullable=False),
    Column("stage", Text, nullable=False),
    Column("condition", Text, nullable=False),
    Column("title", Text, nullable=False),
    CheckConstraint("valid_to > valid_from", name="order"),
    Index("asset_period_municipality_code_idx", "municipality_code", "valid_from"),
    Index("asset_period_destination_code_idx", "destination_code", "valid_from"),
)

asset_share = Table(
    "asset_share",
    metadata,
    Column("asset_id", Uuid, primary_key=True),
    Column("donor_id", Uuid, primary_key=True),
    Column("percent", Numeric(7, 4), nullable=False),
    Index("asset_share_donor_id_idx", "donor_id", "asset_id"),
)

tag = Table(
    "tag",
    metadata,
    Column("tag", Text, primary_key=True),
    Column("asset_id", Uuid),
    Column("status", Text, nullable=False),
    Column("issued_at", _instant, nullable=False, server_default=text("now()")),
    Column("programme_id", Uuid),
    one_of("status", ("blank", "bound", "replaced", "retired")),
    Index("tag_asset_id_idx", "asset_id"),
)

quarantine = Table(
    "quarantine",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=True),
    Column("event_id", Uuid),
    Column("asset_ref", Text),
    Column("asset_id", Uuid),
    Column("received_at", _instant, nullable=False, server_default=text("now()")),
    Column("actor_id", Uuid, nullable=False),
    Column("device", Text),
    Column("reason", Text, nullable=False),
    Column("detail", Text),
    Column("raw", LargeBinary, nullable=False),
    Column("digest", LargeBinary, nullable=False, unique=True),
    Column("settled_at", _instant),
    Column("settled_by", Uuid),
    Column("settled_how", Text),
    Index("quarantine_waiting_idx", "id", postgresql_where=text("settled_at IS NULL")),
)
