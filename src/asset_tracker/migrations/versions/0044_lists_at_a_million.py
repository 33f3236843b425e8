"""Lists of a million assets count in an index what they do not show, and loss cases are paged like everything else.

The cases of an asset stand in its state alone, so every one of them was unpacked for each list and each case.
A trigger keeps beside them which assets a case is about, since when, and whether it is open.

Revision: 0044
"""

from alembic import op

revision = "0044"
down_revision = "0043"
branch_labels = None
depends_on = None

_WALL = "INCLUDE (programme_id, municipality_code, destination_code)"
_DELIVERED = "gone_reason IS NULL AND delivered_at IS NOT NULL"
_UP = (
    "DROP INDEX asset_gone_idx",
    f"CREATE INDEX asset_gone_idx ON asset (id) {_WALL} WHERE gone_reason IS NOT NULL",
    "DROP INDEX asset_unusual_idx",
    f"CREATE INDEX asset_unusual_idx ON asset (condition, id) {_WALL} WHERE condition <> 'working'",
    (
        f"CREATE INDEX asset_unusual_category_idx ON asset (condition, category, id) {_WALL} "
        "WHERE condition <> 'working'"
    ),
    "DROP INDEX asset_no_condition_idx",
    (
        f"CREATE INDEX asset_no_condition_idx ON asset (delivered_at, id) WHERE {_DELIVERED} "
        "AND (condition NOT IN ('working', 'needs_attention', 'unserviceable'))"
    ),
    (
        "CREATE INDEX consignment_expected_on_idx ON consignment (expected_on, number) "
        "WHERE expected_on IS NOT NULL"
    ),
    """CREATE TABLE asset_case (
    case_id uuid NOT NULL,
    asset_id uuid NOT NULL,
    at timestamptz NOT NULL,
    open boolean NOT NULL,
    CONSTRAINT asset_case_pkey PRIMARY KEY (case_id, asset_id)
)""",
    """
CREATE FUNCTION asset_cases_follow() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM asset_case WHERE asset_id = NEW.id;
    INSERT INTO asset_case (case_id, asset_id, at, open)
    SELECT (one ->> 'id')::uuid, NEW.id, min((one ->> 'at')::timestamptz),
        bool_or(coalesce((one ->> 'open')::boolean, true))
    FROM jsonb_array_elements(NEW.state -> 'cases') AS one GROUP BY 1;
    RETURN NULL;
END $$""",
    """CREATE TRIGGER cases_follow AFTER UPDATE OF state ON asset FOR EACH ROW
WHEN (OLD.state -> 'cases' IS DISTINCT FROM NEW.state -> 'cases')
EXECUTE FUNCTION asset_cases_follow()""",
    """CREATE TRIGGER cases_begin AFTER INSERT ON asset FOR EACH ROW
WHEN (NEW.state ? 'cases') EXECUTE FUNCTION asset_cases_follow()""",
    """
INSERT INTO asset_case (case_id, asset_id, at, open)
SELECT (one ->> 'id')::uuid, asset.id, min((one ->> 'at')::timestamptz),
    bool_or(coalesce((one ->> 'open')::boolean, true))
FROM asset, jsonb_array_elements(state -> 'cases') AS one WHERE state ? 'cases' GROUP BY 1, 2""",
    "CREATE INDEX asset_case_asset_id_idx ON asset_case (asset_id)",
    "CREATE INDEX asset_case_at_idx ON asset_case (at, case_id)",
    "DROP INDEX asset_cases_idx",
)
_DOWN = (
    "CREATE INDEX asset_cases_idx ON asset (id) WHERE state ? 'cases'",
    "DROP TRIGGER cases_begin ON asset",
    "DROP TRIGGER cases_follow ON asset",
    "DROP FUNCTION asset_cases_follow()",
    "DROP TABLE asset_case",
    "DROP INDEX consignment_expected_on_idx",
    "DROP INDEX asset_no_condition_idx",
    (
        f"CREATE INDEX asset_no_condition_idx ON asset (delivered_at, id) WHERE {_DELIVERED} "
        "AND condition = 'unknown'"
    ),
    "DROP INDEX asset_unusual_category_idx",
    "DROP INDEX asset_unusual_idx",
    "CREATE INDEX asset_unusual_idx ON asset (condition, id) WHERE condition <> 'working'",
    "DROP INDEX asset_gone_idx",
    "CREATE INDEX asset_gone_idx ON asset (id) WHERE gone_reason IS NOT NULL",
)


def upgrade() -> None:
    for statement in _UP:
        op.execute(statement)


def downgrade() -> None:
    for statement in _DOWN:
        op.execute(statement)
