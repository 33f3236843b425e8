"""What is due of an oblast or of a programme begins at the oldest too; plans know where their thing is.

Consignments without a valid act are marked by a trigger, so that what waits for one is not looked for among all.

Revision: 0053
"""

from alembic import op

revision = "0053"
down_revision = "0052"
branch_labels = None
depends_on = None

_PLACE = "CASE WHEN municipality_code IS NULL THEN destination_code ELSE municipality_code END"
_HERE = "gone_reason IS NULL"
_DELIVERED = f"{_HERE} AND delivered_at IS NOT NULL"
_ABSENT = {
    "serial": "serial IS NULL AND NOT is_kit AND quantity = 1",
    "unit_price": "unit_price IS NULL",
    "currency": "currency IS NULL",
    "acquired_on": "acquired_on IS NULL",
    "funding": "NOT state ? 'shares'",
    "location": "place = 'unknown'",
    "use": "use IS NULL",
    "condition": "condition NOT IN ('working', 'needs_attention', 'unserviceable')",
    "inventory_number": "inventory_number IS NULL",
}
_IN_TIME = {
    "seen": ("(coalesce(verified_at, delivered_at))", _DELIVERED),
    "delivered": ("delivered_at", _DELIVERED),
    "unaccepted": ("delivered_at", f"{_DELIVERED} AND accepted_at IS NULL"),
    "unmarked": (
        "delivered_at",
        f"{_DELIVERED} AND (coalesce(state ->> 'visibility', '') NOT IN ('applied', 'waived'))",
    ),
    "vehicle": ("accepted_at", "category = 'vehicle'"),
    "warranty_until": ("warranty_until", f"{_HERE} AND warranty_until IS NOT NULL"),
    **{f"no_{field}": ("delivered_at", f"{_DELIVERED} AND ({test})") for field, test in _ABSENT.items()},
}
_PARTS = {
    "oblast": f"(((({_PLACE})::name)[2])), (((({_PLACE})::name)[3]))",
    "programme": "programme_id",
}


def _turn(place: str = "", known: str = "") -> str:
    """When a plan's next turn is, and with ``place`` and ``known`` where its thing is."""
    return f"""
CREATE OR REPLACE FUNCTION maintenance_plan_turn() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    known jsonb;
    done jsonb;
BEGIN
    SELECT state{place} INTO known{known} FROM asset WHERE id = NEW.asset_id;
    done := known -> 'done' -> NEW.id::text;
    NEW.next_on := coalesce(((done ->> 'at')::timestamptz AT TIME ZONE 'Europe/Kyiv')::date, NEW.starts_on)
        + make_interval(months => NEW.every_months);
    NEW.over_meter := coalesce(
        known -> 'meter' ->> 'unit' = NEW.meter_unit
        AND (known -> 'meter' ->> 'value')::integer
            - coalesce((done -> 'meter' ->> 'value')::integer, NEW.start_meter, 0) >= NEW.every_meter,
        false);
    RETURN NEW;
END $$"""


def _oblast(row: str) -> str:
    return f"left({_PLACE.replace('municipality_code', f'{row}.municipality_code').replace('destination_code', f'{row}.destination_code')}, 4)"


def _plans_follow(*more: str) -> str:
    """Plans follow their thing as its state says that work was done or the meter read, and as ``more`` changes."""
    changes = ["OLD.state -> 'done' IS DISTINCT FROM NEW.state -> 'done'"]
    changes += ["OLD.state -> 'meter' IS DISTINCT FROM NEW.state -> 'meter'", *more]
    return (
        "CREATE TRIGGER plans_follow AFTER UPDATE OF state ON asset FOR EACH ROW "
        f"WHEN ({' OR '.join(changes)}) EXECUTE FUNCTION maintenance_plans_follow()"
    )


_ALWAYS = "ALTER TABLE asset ENABLE ALWAYS TRIGGER plans_follow"
_ACTS_FOLLOW = """
CREATE FUNCTION consignment_acts_follow() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- Two acts of one consignment wait for each other here, so the later of them sees what the other did.
    PERFORM FROM consignment WHERE id = NEW.consignment_id FOR NO KEY UPDATE;
    UPDATE consignment SET without_act = NOT without_act WHERE id = NEW.consignment_id
    AND without_act = EXISTS (SELECT FROM act WHERE consignment_id = NEW.consignment_id AND status <> 'void');
    RETURN NULL;
END $$"""
_UP = (
    *(
        f"CREATE INDEX asset_{name}_{part}_idx ON asset ({first}, {since}, id) WHERE {where}"
        for name, (since, where) in _IN_TIME.items()
        for part, first in _PARTS.items()
    ),
    (
        "CREATE INDEX asset_undelivered_idx ON asset (consignment_id, stage) "
        "INCLUDE (id, programme_id, municipality_code, destination_code) "
        f"WHERE {_HERE} AND accepted_at IS NULL AND stage IN ('expected', 'received', 'dispatched')"
    ),
    "ALTER TABLE maintenance_plan ADD COLUMN programme_id uuid, ADD COLUMN oblast text",
    _turn(", programme_id, " + f"left({_PLACE}, 4)", ", NEW.programme_id, NEW.oblast"),
    "DROP TRIGGER plans_follow ON asset",
    _plans_follow(
        "OLD.programme_id IS DISTINCT FROM NEW.programme_id",
        f"{_oblast('OLD')} IS DISTINCT FROM {_oblast('NEW')}",
    ),
    _ALWAYS,
    "UPDATE maintenance_plan SET next_on = NULL",
    *(
        f"CREATE INDEX maintenance_plan_{part}_idx ON maintenance_plan ({part}, next_on, starts_on, asset_id) "
        "WHERE ended_at IS NULL AND NOT over_meter"
        for part in ("programme_id", "oblast")
    ),
    "ALTER TABLE consignment ADD COLUMN without_act boolean NOT NULL DEFAULT true",
    _ACTS_FOLLOW,
    (
        "CREATE TRIGGER acts_follow AFTER INSERT OR UPDATE OF status ON act FOR EACH ROW "
        "EXECUTE FUNCTION consignment_acts_follow()"
    ),
    "ALTER TABLE act ENABLE ALWAYS TRIGGER acts_follow",
    (
        "UPDATE consignment SET without_act = false "
        "WHERE EXISTS (SELECT FROM act WHERE act.consignment_id = consignment.id AND act.status <> 'void')"
    ),
    "CREATE INDEX consignment_without_act_idx ON consignment (id) WHERE without_act",
    # How many there are in an oblast: nothing is learnt of that from partial indexes.
    (f"CREATE STATISTICS asset_oblast_stat ON ((({_PLACE})::name)[2]), ((({_PLACE})::name)[3]) FROM asset"),
    "ANALYZE asset",
    "ANALYZE maintenance_plan",
    "ANALYZE consignment",
)
_DOWN = (
    "DROP INDEX consignment_without_act_idx",
    "DROP TRIGGER acts_follow ON act",
    "DROP FUNCTION consignment_acts_follow()",
    "ALTER TABLE consignment DROP COLUMN without_act",
    "DROP TRIGGER plans_follow ON asset",
    _plans_follow(),
    _ALWAYS,
    _turn(),
    "ALTER TABLE maintenance_plan DROP COLUMN oblast, DROP COLUMN programme_id",
    "DROP STATISTICS asset_oblast_stat",
    "DROP INDEX asset_undelivered_idx",
    *(f"DROP INDEX asset_{name}_{part}_idx" for name in _IN_TIME for part in _PARTS),
)


def upgrade() -> None:
    for statement in _UP:
        op.execute(statement)


def downgrade() -> None:
    for statement in _DOWN:
        op.execute(statement)
