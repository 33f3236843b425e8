"""What is due of each asset is kept, and counted: a map coloured by it asked each asset, and a desk a thousand of a kind.

A job tells it by the rules that hold, of all assets once and then of those that changed: triggers on assets and on
plans note which. So nothing is told here; until the job has been through, whoever asks is answered as before.

Revision: 0061
"""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0061"
down_revision = "0060"
branch_labels = None
depends_on = None

# The order of what ``late`` and ``soon`` count.
_KINDS = (
    *("verification", "act", "publication", "vehicle_registration", "visibility"),
    *("required_fields", "transfer_proof", "warranty", "late_purchase", "maintenance"),
)
_WHOSE = "programme_id, municipality_code, destination_code, donors"
_PLACE = "CASE WHEN municipality_code IS NULL THEN destination_code ELSE municipality_code END"
# As the owner: whoever plans work may not write notes of their own.
_NOTE = """
CREATE FUNCTION due_noted() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF TG_TABLE_NAME = 'asset' THEN
        INSERT INTO public.due_note (asset_id) SELECT id FROM changed;
    ELSE
        INSERT INTO public.due_note (asset_id) SELECT asset_id FROM changed;
    END IF;
    RETURN NULL;
END $$"""
_NOTED = (
    ("due_begins", "INSERT", "NEW TABLE AS changed"),
    ("due_follows", "UPDATE", "NEW TABLE AS changed"),
    ("due_ends", "DELETE", "OLD TABLE AS changed"),
)


def _counted(source: str) -> str:
    """By how much each count changed with the rows of ``source``, which have a ``sign``."""
    kinds = ", ".join(f"'{kind}'" for kind in _KINDS)
    return f"""WITH each AS MATERIALIZED ({source}),
    counted AS (
        INSERT INTO overdue_count ({_WHOSE}, n)
        SELECT {_WHOSE}, sum(sign) FROM each WHERE 0 < ANY (late) GROUP BY {_WHOSE} HAVING sum(sign) <> 0
        ON CONFLICT ({_WHOSE}) DO UPDATE SET n = overdue_count.n + excluded.n),
    placed AS (
        INSERT INTO overdue_place (municipality_code, destination_code, n)
        SELECT municipality_code, destination_code, sum(sign) FROM each WHERE 0 < ANY (late)
        GROUP BY 1, 2 HAVING sum(sign) <> 0
        ON CONFLICT (municipality_code, destination_code) DO UPDATE SET n = overdue_place.n + excluded.n)
    INSERT INTO due_number (kind, {_WHOSE}, late, soon)
    SELECT (ARRAY[{kinds}])[t.kind], programme_id, left(municipality_code, 4), left(destination_code, 4), donors,
        sum(sign * t.late), sum(sign * t.soon)
    FROM each, unnest(each.late, each.soon) WITH ORDINALITY AS t (late, soon, kind)
    WHERE t.late <> 0 OR t.soon <> 0 GROUP BY 1, 2, 3, 4, 5
    HAVING sum(sign * t.late) <> 0 OR sum(sign * t.soon) <> 0
    ON CONFLICT (kind, {_WHOSE}) DO UPDATE
        SET late = due_number.late + excluded.late, soon = due_number.soon + excluded.soon"""


_FOLLOW = f"""
CREATE FUNCTION asset_due_follow() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
    {_counted("SELECT 1 AS sign, * FROM added")};
    ELSIF TG_OP = 'DELETE' THEN
    {_counted("SELECT -1 AS sign, * FROM taken")};
    ELSE
    {_counted("SELECT 1 AS sign, * FROM added UNION ALL SELECT -1, * FROM taken")};
    END IF;
    RETURN NULL;
END $$"""
_FOLLOWED = (
    ("counts_begin", "INSERT", "NEW TABLE AS added"),
    ("counts_follow", "UPDATE", "NEW TABLE AS added OLD TABLE AS taken"),
    ("counts_end", "DELETE", "OLD TABLE AS taken"),
)


def _whose() -> tuple[sa.Column[Any], ...]:
    """What decides who sees an asset."""
    return (
        sa.Column("programme_id", sa.Uuid()),
        sa.Column("municipality_code", sa.Text()),
        sa.Column("destination_code", sa.Text()),
        sa.Column("donors", postgresql.ARRAY(sa.Uuid()), nullable=False),
    )


def _tables() -> None:
    op.create_table(
        "asset_due",
        sa.Column("asset_id", sa.Uuid(), primary_key=True),
        *_whose(),
        sa.Column("late", postgresql.ARRAY(sa.SmallInteger()), nullable=False),
        sa.Column("soon", postgresql.ARRAY(sa.SmallInteger()), nullable=False),
        sa.Column("changes_on", sa.Date()),
    )
    op.create_table("due_note", sa.Column("asset_id", sa.Uuid(), nullable=False))
    op.create_table(
        "due_told",
        sa.Column("one", sa.Boolean(), primary_key=True, server_default=sa.true()),
        sa.Column("rules", sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("changes_on", sa.Date()),
        sa.CheckConstraint("one", name="one"),
    )
    op.create_table("overdue_count", *_whose(), sa.Column("n", sa.BigInteger(), nullable=False))
    op.create_table(
        "overdue_place",
        sa.Column("municipality_code", sa.Text()),
        sa.Column("destination_code", sa.Text()),
        sa.Column("n", sa.BigInteger(), nullable=False),
    )
    op.create_table(
        "due_number",
        sa.Column("kind", sa.Text(), nullable=False),
        *_whose(),
        sa.Column("late", sa.Integer(), nullable=False),
        sa.Column("soon", sa.Integer(), nullable=False),
        sa.CheckConstraint(f"kind IN ({', '.join(map(repr, _KINDS))})", name="kind"),
    )


def _indexes() -> None:
    op.execute("CREATE INDEX asset_due_changes_on_idx ON asset_due (changes_on) WHERE changes_on IS NOT NULL")
    for table, key in (
        ("overdue_count", _WHOSE),
        ("overdue_place", "municipality_code, destination_code"),
        ("due_number", f"kind, {_WHOSE}"),
    ):
        op.execute(f"CREATE UNIQUE INDEX {table}_key ON {table} ({key}) NULLS NOT DISTINCT")
    for table in ("overdue_count", "due_number"):
        op.execute(f"CREATE INDEX {table}_programme_id_idx ON {table} (programme_id)")
    op.execute(f"CREATE INDEX overdue_count_place_idx ON overdue_count (({_PLACE}))")
    # They are small: to send for help takes longer than to read them.
    for table in ("overdue_count", "overdue_place", "due_number"):
        op.execute(f"ALTER TABLE {table} SET (parallel_workers = 0)")


def _follows(table: str, function: str, triggers: tuple[tuple[str, str, str], ...]) -> None:
    for name, happens, tables in triggers:
        op.execute(
            f"CREATE TRIGGER {name} AFTER {happens} ON {table} REFERENCING {tables} "
            f"FOR EACH STATEMENT EXECUTE FUNCTION {function}()"
        )
        op.execute(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {name}")


def upgrade() -> None:
    _tables()
    _indexes()
    # Nothing is told yet, by rules that are nobody's.
    op.execute("INSERT INTO due_told (rules, day) VALUES ('', '2000-01-01')")
    op.execute(_NOTE)
    op.execute(_FOLLOW)
    _follows("asset_due", "asset_due_follow", _FOLLOWED)
    _follows("asset", "due_noted", _NOTED)
    _follows("maintenance_plan", "due_noted", _NOTED)


def downgrade() -> None:
    for table in ("maintenance_plan", "asset"):
        for name, _, _ in _NOTED:
            op.execute(f"DROP TRIGGER {name} ON {table}")
    for table in ("asset_due", "due_note", "due_told", "overdue_count", "overdue_place", "due_number"):
        op.drop_table(table)
    op.execute("DROP FUNCTION asset_due_follow()")
    op.execute("DROP FUNCTION due_noted()")
