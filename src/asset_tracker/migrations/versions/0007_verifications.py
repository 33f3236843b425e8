"""Verification campaigns.

Revision: 0007
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "campaign",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("place_in_year", sa.Integer(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("municipality_code", sa.Text(), nullable=False),
        sa.Column("service_point_id", sa.Uuid(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("counter_id", sa.Uuid(), nullable=False),
        sa.Column("status", sa.Text(), server_default="running", nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("started_by", sa.Uuid(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by", sa.Uuid(), nullable=True),
        sa.Column("document", sa.LargeBinary(), nullable=True),
        sa.Column("sha256", sa.Text(), nullable=True),
        sa.CheckConstraint("(status = 'running') = (ended_at IS NULL)", name=op.f("campaign_ended_check")),
        sa.CheckConstraint(
            "reason IN ('annual', 'custodian_change', 'theft', 'disaster', 'transfer', 'court', 'donor', 'other')",
            name=op.f("campaign_reason_check"),
        ),
        sa.CheckConstraint("status IN ('running', 'ended', 'cancelled')", name=op.f("campaign_status_check")),
        sa.ForeignKeyConstraint(
            ["municipality_code"], ["municipality.code"], name=op.f("campaign_municipality_code_fkey")
        ),
        sa.ForeignKeyConstraint(
            ["service_point_id"], ["service_point.id"], name=op.f("campaign_service_point_id_fkey")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("campaign_pkey")),
        sa.UniqueConstraint("year", "place_in_year", name=op.f("campaign_year_place_in_year_key")),
    )
    op.create_index("campaign_municipality_code_idx", "campaign", ["municipality_code"], unique=False)
    op.create_table(
        "campaign_expected",
        sa.Column("campaign_id", sa.Uuid(), nullable=False),
        sa.Column("asset_id", sa.Uuid(), nullable=False),
        sa.Column("service_point_id", sa.Uuid(), nullable=True),
        sa.Column("condition", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaign.id"], name=op.f("campaign_expected_campaign_id_fkey")
        ),
        sa.PrimaryKeyConstraint("campaign_id", "asset_id", name=op.f("campaign_expected_pkey")),
    )
    op.create_table(
        "campaign_programme",
        sa.Column("campaign_id", sa.Uuid(), nullable=False),
        sa.Column("programme_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaign.id"], name=op.f("campaign_programme_campaign_id_fkey")
        ),
        sa.ForeignKeyConstraint(
            ["programme_id"], ["programme.id"], name=op.f("campaign_programme_programme_id_fkey")
        ),
        sa.PrimaryKeyConstraint("campaign_id", "programme_id", name=op.f("campaign_programme_pkey")),
    )
    op.create_index(
        "campaign_programme_programme_id_idx", "campaign_programme", ["programme_id"], unique=False
    )
    op.create_table(
        "campaign_unknown",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("campaign_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("scanned_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaign.id"], name=op.f("campaign_unknown_campaign_id_fkey")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("campaign_unknown_pkey")),
    )
    op.create_index("campaign_unknown_campaign_id_idx", "campaign_unknown", ["campaign_id"], unique=False)


def downgrade() -> None:
    op.drop_index("campaign_unknown_campaign_id_idx", table_name="campaign_unknown")
    op.drop_table("campaign_unknown")
    op.drop_index("campaign_programme_programme_id_idx", table_name="campaign_programme")
    op.drop_table("campaign_programme")
    op.drop_table("campaign_expected")
    op.drop_index("campaign_municipality_code_idx", table_name="campaign")
    op.drop_table("campaign")
