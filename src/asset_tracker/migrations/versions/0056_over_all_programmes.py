"""What is settled of the kept counts is kept over all programmes and donors, too, by triggers on the counts.

The map of the country added up the counts of each programme in each municipality. Whoever records passes by these
triggers, which follow what is settled: the job that folds pays, of this version and of the version before.

Revision: 0056
"""

import sqlalchemy as sa
from alembic import op

revision = "0056"
down_revision = "0055"
branch_labels = None
depends_on = None

# By table of counts: what is kept over all programmes, its key, and what is added up.
_FLAGS = ("disputed", "component", "case_open", "delivered", "accepted", "installed")
_WHOLE = {
    "asset_count": (
        "place_count",
        ("municipality_code", "destination_code", "stage", "condition", "gone_reason", *_FLAGS),
        ("n",),
    ),
    "asset_figure": (
        "country_figure",
        ("what", "category", "condition", "day", "currency"),
        ("n", "value"),
    ),
}
_TRIGGERS = (
    ("totals_begin", "INSERT", "NOT NEW.pending"),
    ("totals_follow", "UPDATE", "NOT NEW.pending OR NOT OLD.pending"),
    ("totals_end", "DELETE", "NOT OLD.pending AND OLD.n <> 0"),
)


def _follow(whole: str, key: tuple[str, ...], sums: tuple[str, ...]) -> str:
    """Takes off what a settled row was and puts to it what the row is: nothing of one that is pending."""
    by, of = ", ".join(key), ", ".join(sums)
    totals = ", ".join(f"sum(sign * {name})" for name in sums)
    changed = " OR ".join(f"sum(sign * {name}) <> 0" for name in sums)
    added = ", ".join(f"{name} = {whole}.{name} + excluded.{name}" for name in sums)
    return f"""
CREATE FUNCTION {whole}_follow() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO {whole} ({by}, {of})
    SELECT {by}, {totals} FROM (SELECT -1 AS sign, OLD.* UNION ALL SELECT 1, NEW.*) AS each
    WHERE NOT pending GROUP BY {by} HAVING {changed}
    ON CONFLICT ({by}) DO UPDATE SET {added};
    RETURN NULL;
END $$"""


def upgrade() -> None:
    op.create_table(
        "place_count",
        sa.Column("municipality_code", sa.Text()),
        sa.Column("destination_code", sa.Text()),
        sa.Column("stage", sa.Text(), nullable=False),
        sa.Column("condition", sa.Text(), nullable=False),
        sa.Column("gone_reason", sa.Text()),
        *(sa.Column(name, sa.Boolean(), nullable=False) for name in _FLAGS),
        sa.Column("n", sa.BigInteger(), nullable=False),
    )
    op.create_table(
        "country_figure",
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("category", sa.Text()),
        sa.Column("condition", sa.Text()),
        sa.Column("day", sa.Date()),
        sa.Column("currency", sa.Text()),
        sa.Column("n", sa.BigInteger(), nullable=False),
        sa.Column("value", sa.Numeric(), nullable=False),
    )
    # Nobody writes assets, and so no counts, until what there is has been added up: some hundred thousand counts.
    op.execute("LOCK TABLE asset IN SHARE ROW EXCLUSIVE MODE")
    for table, (whole, key, sums) in _WHOLE.items():
        by = ", ".join(key)
        op.execute(f"CREATE UNIQUE INDEX {whole}_key ON {whole} ({by}) NULLS NOT DISTINCT")
        # Until the wall is raised by this version: whoever folds meanwhile writes these too.
        op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {whole} TO asset_tracker_system")
        op.execute(_follow(whole, key, sums))
        for name, happens, told in _TRIGGERS:
            op.execute(
                f"CREATE TRIGGER {name} AFTER {happens} ON {table} FOR EACH ROW WHEN ({told}) "
                f"EXECUTE FUNCTION {whole}_follow()"
            )
            op.execute(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {name}")
        totals = ", ".join(f"sum({name})" for name in sums)
        op.execute(
            f"INSERT INTO {whole} ({by}, {', '.join(sums)}) SELECT {by}, {totals} FROM {table} "
            f"WHERE NOT pending GROUP BY {by} HAVING {' OR '.join(f'sum({name}) <> 0' for name in sums)}"
        )
        op.execute(f"ALTER TABLE {whole} SET (parallel_workers = 0)")
        op.execute(f"ANALYZE {whole}")


def downgrade() -> None:
    for table, (whole, _, _) in _WHOLE.items():
        for name, _, _ in _TRIGGERS:
            op.execute(f"DROP TRIGGER {name} ON {table}")
        op.execute(f"DROP FUNCTION {whole}_follow()")
        op.drop_table(whole)
