"""Counts of assets are kept as assets change, so that a map of the country adds up some thousand rows, not all assets.

Revision: 0045
"""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0045"
down_revision = "0044"
branch_labels = None
depends_on = None

_COUNT = (
    "programme_id, municipality_code, destination_code, donors, stage, condition, gone_reason, "
    "disputed, component, case_open, delivered, accepted, installed"
)
_FIGURE = (
    "what, programme_id, municipality_code, destination_code, donors, category, condition, day, currency"
)
_READ = """SELECT sign, a.programme_id, a.municipality_code, a.destination_code,
        ARRAY(SELECT (share ->> 'donor')::uuid FROM jsonb_array_elements(a.state -> 'shares') AS share ORDER BY 1)
            AS donors,
        a.stage, a.condition, a.gone_reason, a.disputed, a.kit_id IS NOT NULL AS component,
        a.state @> '{"case_open": true}' AS case_open, a.delivered_at IS NOT NULL AS delivered,
        a.accepted_at IS NOT NULL AS accepted, a.installed_at IS NOT NULL AS installed,
        left(a.municipality_code, 4) AS here, left(a.destination_code, 4) AS bound, a.category, a.quantity,
        a.currency, a.unit_price * a.quantity AS price,
        (a.verified_at AT TIME ZONE 'Europe/Kyiv')::date AS seen,
        date_trunc('month', a.delivered_at AT TIME ZONE 'Europe/Kyiv')::date AS month"""


def _note(source: str, pending: str = "true") -> str:
    """By how much each count changed with the rows of ``source``, which have a ``sign``."""
    return f"""WITH each AS MATERIALIZED ({_READ}
        FROM ({source}) AS a),
    stood AS (
        INSERT INTO asset_count ({_COUNT}, n, pending)
        SELECT {_COUNT}, sum(sign), {pending} FROM each GROUP BY {_COUNT} HAVING sum(sign) <> 0)
    INSERT INTO asset_figure ({_FIGURE}, n, value, pending)
    SELECT t.what, programme_id, here, bound, donors, t.category, t.condition, t.day, t.currency,
        sum(sign * t.n), sum(sign * t.value), {pending}
    FROM each, LATERAL (VALUES
        ('condition', each.category, each.condition, NULL::date, NULL::text, each.quantity, 0::numeric,
            delivered AND gone_reason IS NULL),
        ('seen', NULL, NULL, seen, NULL, 1, 0, delivered AND gone_reason IS NULL),
        ('worth', NULL, NULL, month, each.currency, 1, price,
            delivered AND gone_reason IS DISTINCT FROM 'withdrawn' AND price IS NOT NULL
            AND each.currency IS NOT NULL)
    ) AS t (what, category, condition, day, currency, n, value, told)
    WHERE t.told GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9 HAVING sum(sign * t.n) <> 0 OR sum(sign * t.value) <> 0"""


_FOLLOW = f"""
CREATE FUNCTION asset_counts_follow() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
    {_note("SELECT 1 AS sign, * FROM added")};
    ELSIF TG_OP = 'DELETE' THEN
    {_note("SELECT -1 AS sign, * FROM taken")};
    ELSE
    {_note("SELECT 1 AS sign, * FROM added UNION ALL SELECT -1, * FROM taken")};
    END IF;
    RETURN NULL;
END $$"""
_TRIGGERS = (
    ("counts_begin", "INSERT", "NEW TABLE AS added"),
    ("counts_follow", "UPDATE", "NEW TABLE AS added OLD TABLE AS taken"),
    ("counts_end", "DELETE", "OLD TABLE AS taken"),
)


def _scope() -> tuple[sa.Column[Any], ...]:
    """What decides who sees an asset."""
    return (
        sa.Column("programme_id", sa.Uuid()),
        sa.Column("municipality_code", sa.Text()),
        sa.Column("destination_code", sa.Text()),
        sa.Column("donors", postgresql.ARRAY(sa.Uuid()), nullable=False),
    )


def upgrade() -> None:
    flags = ("disputed", "component", "case_open", "delivered", "accepted", "installed")
    op.create_table(
        "asset_count",
        *_scope(),
        sa.Column("stage", sa.Text(), nullable=False),
        sa.Column("condition", sa.Text(), nullable=False),
        sa.Column("gone_reason", sa.Text()),
        *(sa.Column(name, sa.Boolean(), nullable=False) for name in flags),
        sa.Column("n", sa.BigInteger(), nullable=False),
        sa.Column("pending", sa.Boolean(), nullable=False),
    )
    op.create_table(
        "asset_figure",
        sa.Column("what", sa.Text(), nullable=False),
        *_scope(),
        sa.Column("category", sa.Text()),
        sa.Column("condition", sa.Text()),
        sa.Column("day", sa.Date()),
        sa.Column("currency", sa.Text()),
        sa.Column("n", sa.BigInteger(), nullable=False),
        sa.Column("value", sa.Numeric(), nullable=False),
        sa.Column("pending", sa.Boolean(), nullable=False),
        sa.CheckConstraint("what IN ('condition', 'seen', 'worth')", name="what"),
    )
    op.execute(_FOLLOW)
    # Until the wall is raised by this version: whoever records meanwhile writes these too.
    op.execute("GRANT SELECT, INSERT ON asset_count, asset_figure TO asset_tracker_system")
    # From here on nobody writes assets until all are counted, which takes some ten seconds for a million.
    for name, happens, tables in _TRIGGERS:
        op.execute(
            f"CREATE TRIGGER {name} AFTER {happens} ON asset REFERENCING {tables} "
            "FOR EACH STATEMENT EXECUTE FUNCTION asset_counts_follow()"
        )
        op.execute(f"ALTER TABLE asset ENABLE ALWAYS TRIGGER {name}")
    op.execute(_note("SELECT 1 AS sign, * FROM asset", pending="false"))
    for table, key in (("asset_count", _COUNT), ("asset_figure", _FIGURE)):
        op.execute(f"CREATE UNIQUE INDEX {table}_key ON {table} ({key}) NULLS NOT DISTINCT WHERE NOT pending")
        op.execute(f"CREATE INDEX {table}_pending_idx ON {table} (pending) WHERE pending")
        op.execute(f"CREATE INDEX {table}_programme_id_idx ON {table} (programme_id)")
        op.execute(
            f"CREATE INDEX {table}_place_idx ON {table} "
            "((CASE WHEN municipality_code IS NULL THEN destination_code ELSE municipality_code END))"
        )
        # They are small: to send for help takes longer than to read them.
        op.execute(f"ALTER TABLE {table} SET (parallel_workers = 0)")
        op.execute(f"ANALYZE {table}")


def downgrade() -> None:
    for name, _, _ in _TRIGGERS:
        op.execute(f"DROP TRIGGER {name} ON asset")
    op.execute("DROP FUNCTION asset_counts_follow()")
    op.drop_table("asset_figure")
    op.drop_table("asset_count")
