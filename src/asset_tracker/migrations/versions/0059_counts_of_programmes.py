"""What is settled of the counts of assets is kept by programme: how its assets stand, and how many reached which place.

The list of reports added up what each programme holds in each municipality. As in 0056 those who fold pay.

Revision: 0059
"""

import sqlalchemy as sa
from alembic import op

revision = "0059"
down_revision = "0058"
branch_labels = None
depends_on = None

_STANDS = ("programme_id", "stage", "condition", "gone_reason", "accepted")
_PLACE = "CASE WHEN municipality_code IS NULL THEN destination_code ELSE municipality_code END"
_HANDED_OVER = (
    "stage NOT IN ('expected', 'received', 'dispatched') AND gone_reason IS DISTINCT FROM 'withdrawn'"
)
# By table: the names of its triggers, its key, what each column of that is, and which counts are added up.
_WHOLE = {
    "programme_count": ("standing", _STANDS, _STANDS, "true"),
    "programme_reach": ("reach", ("programme_id", "code"), ("programme_id", _PLACE), _HANDED_OVER),
}
_TRIGGERS = (
    ("begin", "INSERT", "NOT NEW.pending"),
    ("follow", "UPDATE", "NOT NEW.pending OR NOT OLD.pending"),
    ("end", "DELETE", "NOT OLD.pending AND OLD.n <> 0"),
)


def _follow(whole: str, key: tuple[str, ...], told: tuple[str, ...], where: str) -> str:
    """Takes off what a settled row was and puts to it what the row is: nothing of one that is pending."""
    by = ", ".join(key)
    return f"""
CREATE FUNCTION {whole}_follow() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO {whole} ({by}, n)
    SELECT {", ".join(told)}, sum(sign * n) FROM (SELECT -1 AS sign, OLD.* UNION ALL SELECT 1, NEW.*) AS each
    WHERE NOT pending AND {where} GROUP BY {", ".join(told)} HAVING sum(sign * n) <> 0
    ON CONFLICT ({by}) DO UPDATE SET n = {whole}.n + excluded.n;
    RETURN NULL;
END $$"""


def upgrade() -> None:
    op.create_table(
        "programme_count",
        sa.Column("programme_id", sa.Uuid()),
        sa.Column("stage", sa.Text(), nullable=False),
        sa.Column("condition", sa.Text(), nullable=False),
        sa.Column("gone_reason", sa.Text()),
        sa.Column("accepted", sa.Boolean(), nullable=False),
        sa.Column("n", sa.BigInteger(), nullable=False),
    )
    op.create_table(
        "programme_reach",
        sa.Column("programme_id", sa.Uuid()),
        sa.Column("code", sa.Text()),
        sa.Column("n", sa.BigInteger(), nullable=False),
    )
    # Nobody writes assets, and so no counts, until what there is has been added up: some hundred thousand counts.
    op.execute("LOCK TABLE asset IN SHARE ROW EXCLUSIVE MODE")
    for whole, (name, key, told, where) in _WHOLE.items():
        op.execute(f"CREATE UNIQUE INDEX {whole}_key ON {whole} ({', '.join(key)}) NULLS NOT DISTINCT")
        # Until the wall is raised by this version: whoever folds meanwhile writes these too.
        op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {whole} TO asset_tracker_system")
        op.execute(_follow(whole, key, told, where))
        for when, happens, settled in _TRIGGERS:
            op.execute(
                f"CREATE TRIGGER {name}_{when} AFTER {happens} ON asset_count FOR EACH ROW WHEN ({settled}) "
                f"EXECUTE FUNCTION {whole}_follow()"
            )
            op.execute(f"ALTER TABLE asset_count ENABLE ALWAYS TRIGGER {name}_{when}")
        by = ", ".join(told)
        op.execute(
            f"INSERT INTO {whole} ({', '.join(key)}, n) SELECT {by}, sum(n) FROM asset_count "
            f"WHERE NOT pending AND {where} GROUP BY {by} HAVING sum(n) <> 0"
        )
        op.execute(f"ALTER TABLE {whole} SET (parallel_workers = 0)")
        op.execute(f"ANALYZE {whole}")


def downgrade() -> None:
    for whole, (name, _, _, _) in _WHOLE.items():
        for when, _, _ in _TRIGGERS:
            op.execute(f"DROP TRIGGER {name}_{when} ON asset_count")
        op.execute(f"DROP FUNCTION {whole}_follow()")
        op.drop_table(whole)
