"""Prints of labels, stock and presets of one's own.

Revision: 0002
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "label_print",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("printed_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=False),
        sa.Column("actor_name", sa.Text(), nullable=False),
        sa.Column("output", sa.Text(), nullable=False),
        sa.Column("stock", sa.Text(), nullable=False),
        sa.Column("labels", sa.Integer(), nullable=False),
        sa.Column("tags", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("settings", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("label_print_pkey")),
    )
    op.create_index("label_print_actor_id_idx", "label_print", ["actor_id", "printed_at"])
    op.create_index("label_print_printed_at_idx", "label_print", ["printed_at"])
    for name in ("label_stock", "label_preset"):
        op.create_table(
            name,
            sa.Column("name", sa.Text(), nullable=False),
            sa.Column("body", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
            sa.Column("made_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
            sa.Column("made_by", sa.Uuid(), nullable=False),
            sa.PrimaryKeyConstraint("name", name=op.f(f"{name}_pkey")),
        )
    # A scanned code of somebody else's is looked for among all that were linked.
    op.create_index("asset_codes_idx", "asset", [sa.text("(state -> 'codes')")], postgresql_using="gin")


def downgrade() -> None:
    op.drop_index("asset_codes_idx", table_name="asset", postgresql_using="gin")
    for name in ("label_preset", "label_stock"):
        op.drop_table(name)
    op.drop_index("label_print_printed_at_idx", table_name="label_print")
    op.drop_index("label_print_actor_id_idx", table_name="label_print")
    op.drop_table("label_print")
