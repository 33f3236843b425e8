"""Imports of other tables than lists of assets, what they changed, and population figures.

Revision: 0014
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
KINDS = (
    "'assets', 'consignments', 'service_points', 'parties', 'programmes', 'users', 'population', 'events', "
    "'verifications'"
)


def upgrade() -> None:
    for table in ("import_batch", "import_mapping"):
        op.add_column(table, sa.Column("kind", sa.Text(), server_default="assets", nullable=False))
        op.create_check_constraint(op.f(f"{table}_kind_check"), table, f"kind IN ({KINDS})")
    op.create_table(
        "import_change",
        sa.Column("batch_id", sa.Uuid(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("target", sa.Uuid(), nullable=False),
        sa.Column("before", postgresql.JSONB(), nullable=True),
        sa.Column("after", postgresql.JSONB(), nullable=False),
        sa.Column("at", INSTANT, server_default=sa.text("now()"), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=False),
        sa.Column("undone_at", INSTANT, nullable=True),
        sa.Column("undone_by", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["batch_id"], ["import_batch.id"], name=op.f("import_change_batch_id_fkey")),
        sa.PrimaryKeyConstraint("batch_id", "n", name=op.f("import_change_pkey")),
    )
    op.create_index("import_change_target_idx", "import_change", ["target", "at"])
    op.create_table(
        "population_figure",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("municipality_code", sa.Text(), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("population", sa.Integer(), nullable=False),
        sa.Column("source", sa.Text(), nullable=True),
        sa.Column("recorded_at", INSTANT, server_default=sa.text("now()"), nullable=False),
        sa.Column("recorded_by", sa.Uuid(), nullable=False),
        sa.CheckConstraint("population >= 0", name=op.f("population_figure_population_check")),
        sa.ForeignKeyConstraint(
            ["municipality_code"],
            ["municipality.code"],
            name=op.f("population_figure_municipality_code_fkey"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("population_figure_pkey")),
        sa.UniqueConstraint(
            "municipality_code", "as_of", name=op.f("population_figure_municipality_code_as_of_key")
        ),
    )


def downgrade() -> None:
    op.drop_table("population_figure")
    op.drop_table("import_change")
    for table in ("import_batch", "import_mapping"):
        op.drop_constraint(op.f(f"{table}_kind_check"), table)
        op.drop_column(table, "kind")
