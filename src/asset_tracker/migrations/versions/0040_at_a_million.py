"""What is asked of a million assets begins at an index: what is under way, gone, out of order, due for upkeep.

When a plan's next turn is stood in no column, so every plan was worked out each time. A trigger keeps it now:
as the plan is written, and as the state of its asset says that work was done or the meter was read.

Revision: 0040
"""

from alembic import op

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None

_LETTERS = "'абвгґдеєжзиіїйклмнопрстуфхцчшщьюяъыэё', 'abcdefghijklmnopqrstuvwxyz0123456789g'"
_UP = (
    (
        "CREATE INDEX asset_open_idx ON asset (consignment_id, stage) "
        "INCLUDE (id, programme_id, municipality_code, destination_code, delivered_at) "
        "WHERE gone_reason IS NULL AND accepted_at IS NULL"
    ),
    "CREATE INDEX asset_gone_idx ON asset (id) WHERE gone_reason IS NOT NULL",
    "CREATE INDEX asset_unusual_idx ON asset (condition, id) WHERE condition <> 'working'",
    (
        "CREATE INDEX consignment_unreported_idx ON consignment (cleared_on) "
        "WHERE cleared_on IS NOT NULL AND report_sent_on IS NULL"
    ),
    "CREATE INDEX act_unsigned_idx ON act (consignment_id) WHERE status NOT IN ('void', 'signed')",
    (
        "CREATE INDEX consignment_sought_idx ON consignment USING gin ("
        f"(translate(lower(coalesce(number, '') || ' ' || coalesce(waybill, '')), {_LETTERS})) gin_trgm_ops)"
    ),
    f"CREATE INDEX act_sought_idx ON act USING gin ((translate(lower(number), {_LETTERS})) gin_trgm_ops)",
    (
        "ALTER TABLE maintenance_plan ADD COLUMN next_on date, "
        "ADD COLUMN over_meter boolean NOT NULL DEFAULT false"
    ),
    """
CREATE FUNCTION maintenance_plan_turn() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    known jsonb;
    done jsonb;
BEGIN
    SELECT state INTO known FROM asset WHERE id = NEW.asset_id;
    done := known -> 'done' -> NEW.id::text;
    NEW.next_on := coalesce(((done ->> 'at')::timestamptz AT TIME ZONE 'Europe/Kyiv')::date, NEW.starts_on)
        + make_interval(months => NEW.every_months);
    NEW.over_meter := coalesce(
        known -> 'meter' ->> 'unit' = NEW.meter_unit
        AND (known -> 'meter' ->> 'value')::integer
            - coalesce((done -> 'meter' ->> 'value')::integer, NEW.start_meter, 0) >= NEW.every_meter,
        false);
    RETURN NEW;
END $$""",
    """
CREATE FUNCTION maintenance_plans_follow() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE maintenance_plan SET next_on = NULL WHERE asset_id = NEW.id;
    RETURN NULL;
END $$""",
    """CREATE TRIGGER turn BEFORE INSERT OR UPDATE ON maintenance_plan
FOR EACH ROW EXECUTE FUNCTION maintenance_plan_turn()""",
    """CREATE TRIGGER plans_follow AFTER UPDATE OF state ON asset FOR EACH ROW
WHEN (OLD.state -> 'done' IS DISTINCT FROM NEW.state -> 'done'
    OR OLD.state -> 'meter' IS DISTINCT FROM NEW.state -> 'meter')
EXECUTE FUNCTION maintenance_plans_follow()""",
    """CREATE TRIGGER plans_begin AFTER INSERT ON asset FOR EACH ROW
WHEN (NEW.state ? 'done' OR NEW.state ? 'meter') EXECUTE FUNCTION maintenance_plans_follow()""",
    "UPDATE maintenance_plan SET next_on = NULL",
    (
        "CREATE INDEX maintenance_plan_next_on_idx ON maintenance_plan (next_on, starts_on, asset_id) "
        "WHERE ended_at IS NULL AND NOT over_meter"
    ),
    (
        "CREATE INDEX maintenance_plan_over_meter_idx ON maintenance_plan (asset_id) "
        "WHERE ended_at IS NULL AND over_meter"
    ),
)
_DOWN = (
    "DROP TRIGGER plans_begin ON asset",
    "DROP TRIGGER plans_follow ON asset",
    "DROP TRIGGER turn ON maintenance_plan",
    "DROP FUNCTION maintenance_plans_follow()",
    "DROP FUNCTION maintenance_plan_turn()",
    "ALTER TABLE maintenance_plan DROP COLUMN over_meter, DROP COLUMN next_on",
    *(
        f"DROP INDEX {name}"
        for name in (
            "act_sought_idx",
            "consignment_sought_idx",
            "act_unsigned_idx",
            "consignment_unreported_idx",
            "asset_unusual_idx",
            "asset_gone_idx",
            "asset_open_idx",
        )
    ),
)


def upgrade() -> None:
    for statement in _UP:
        op.execute(statement)


def downgrade() -> None:
    for statement in _DOWN:
        op.execute(statement)
