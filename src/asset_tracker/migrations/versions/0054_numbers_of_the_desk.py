"""The numbers of the desk are kept by oblast: for the country they were added up from every municipality's counts.

Revision: 0054
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0054"
down_revision = "0053"
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
_NUMBERS = {
    "total": "true",
    "in_service": "{0}.gone_reason IS NULL AND {0}.stage = 'in_service'",
    "broken": "{0}.gone_reason IS NULL AND {0}.condition IN ('needs_attention', 'unserviceable')",
    "disputed": "{0}.disputed",
    "to_install": "{0}.gone_reason IS NULL AND {0}.stage IN ('delivered', 'accepted') AND NOT {0}.component",
    "cases": "{0}.case_open",
    "unaccepted": "{0}.gone_reason IS NULL AND {0}.delivered AND NOT {0}.accepted",
}
_KEY = "what, programme_id, municipality_code, destination_code, donors"


def _note(source: str, *, numbered: bool) -> str:
    """By how much each count changed with the rows of ``source``, which have a ``sign``."""
    told = ", ".join(f"('{name}', {test.format('each')})" for name, test in _NUMBERS.items())
    more = f""",
    numbered AS (
        INSERT INTO asset_number ({_KEY}, n, pending)
        SELECT t.what, programme_id, here, bound, donors, sum(sign), true
        FROM each, LATERAL (VALUES {told}) AS t (what, told)
        WHERE t.told GROUP BY 1, 2, 3, 4, 5 HAVING sum(sign) <> 0)"""
    return f"""WITH each AS MATERIALIZED ({_READ}
        FROM ({source}) AS a),
    stood AS (
        INSERT INTO asset_count ({_COUNT}, n, pending)
        SELECT {_COUNT}, sum(sign), true FROM each GROUP BY {_COUNT} HAVING sum(sign) <> 0){more if numbered else ""}
    INSERT INTO asset_figure ({_FIGURE}, n, value, pending)
    SELECT t.what, programme_id, here, bound, donors, t.category, t.condition, t.day, t.currency,
        sum(sign * t.n), sum(sign * t.value), true
    FROM each, LATERAL (VALUES
        ('condition', each.category, each.condition, NULL::date, NULL::text, each.quantity, 0::numeric,
            delivered AND gone_reason IS NULL),
        ('seen', NULL, NULL, seen, NULL, 1, 0, delivered AND gone_reason IS NULL),
        ('worth', NULL, NULL, month, each.currency, 1, price,
            delivered AND gone_reason IS DISTINCT FROM 'withdrawn' AND price IS NOT NULL
            AND each.currency IS NOT NULL)
    ) AS t (what, category, condition, day, currency, n, value, told)
    WHERE t.told GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9 HAVING sum(sign * t.n) <> 0 OR sum(sign * t.value) <> 0"""


def _follow(*, numbered: bool) -> str:
    return f"""
CREATE OR REPLACE FUNCTION asset_counts_follow() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
    {_note("SELECT 1 AS sign, * FROM added", numbered=numbered)};
    ELSIF TG_OP = 'DELETE' THEN
    {_note("SELECT -1 AS sign, * FROM taken", numbered=numbered)};
    ELSE
    {_note("SELECT 1 AS sign, * FROM added UNION ALL SELECT -1, * FROM taken", numbered=numbered)};
    END IF;
    RETURN NULL;
END $$"""


_PLACE = "CASE WHEN municipality_code IS NULL THEN destination_code ELSE municipality_code END"


def upgrade() -> None:
    # Nobody writes assets until what there is has been added up, from some ten thousand counts.
    op.execute("LOCK TABLE asset IN SHARE ROW EXCLUSIVE MODE")
    op.create_table(
        "asset_number",
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("programme_id", sa.Uuid()),
        sa.Column("municipality_code", sa.Text()),
        sa.Column("destination_code", sa.Text()),
        sa.Column("donors", postgresql.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("n", sa.BigInteger(), nullable=False),
        sa.Column("pending", sa.Boolean(), nullable=False),
        sa.CheckConstraint(f"what IN ({', '.join(map(repr, _NUMBERS))})", name="what"),
    )
    # Until the wall is raised by this version: whoever records meanwhile writes these too.
    op.execute("GRANT SELECT, INSERT ON asset_number TO asset_tracker_system")
    op.execute(_follow(numbered=True))
    for name, test in _NUMBERS.items():
        op.execute(
            f"INSERT INTO asset_number ({_KEY}, n, pending) SELECT '{name}', programme_id, "
            "left(municipality_code, 4), left(destination_code, 4), donors, sum(n), false "
            f"FROM asset_count AS c WHERE {test.format('c')} GROUP BY 2, 3, 4, 5 HAVING sum(n) <> 0"
        )
    op.execute(
        f"CREATE UNIQUE INDEX asset_number_key ON asset_number ({_KEY}) NULLS NOT DISTINCT WHERE NOT pending"
    )
    op.execute("CREATE INDEX asset_number_pending_idx ON asset_number (pending) WHERE pending")
    op.execute("CREATE INDEX asset_number_programme_id_idx ON asset_number (programme_id)")
    op.execute(f"CREATE INDEX asset_number_place_idx ON asset_number (({_PLACE}))")
    op.execute("ALTER TABLE asset_number SET (parallel_workers = 0)")
    op.execute("ANALYZE asset_number")


def downgrade() -> None:
    op.execute("LOCK TABLE asset IN SHARE ROW EXCLUSIVE MODE")
    op.execute(_follow(numbered=False))
    op.drop_table("asset_number")
