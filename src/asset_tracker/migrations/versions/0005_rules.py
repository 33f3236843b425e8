"""Rules of donors and of the state, maintenance plans, loss cases, customs of humanitarian aid.

Revision: 0005
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "loss_case",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("report_number", sa.Text(), nullable=True),
        sa.Column("donor_informed_on", sa.Date(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("changed_by", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("loss_case_pkey")),
    )
    op.create_table(
        "maintenance_plan",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("asset_id", sa.Uuid(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("work", sa.Text(), nullable=True),
        sa.Column("every_months", sa.Integer(), nullable=True),
        sa.Column("every_meter", sa.Integer(), nullable=True),
        sa.Column("meter_unit", sa.Text(), nullable=True),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("start_meter", sa.Integer(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("made_by", sa.Uuid(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "meter_unit IN ('km', 'hours', 'pages')", name=op.f("maintenance_plan_meter_unit_check")
        ),
        sa.CheckConstraint(
            "(every_meter IS NULL) = (meter_unit IS NULL)", name=op.f("maintenance_plan_meter_check")
        ),
        sa.CheckConstraint("every_months > 0 AND every_meter > 0", name=op.f("maintenance_plan_every_check")),
        sa.CheckConstraint(
            "every_months IS NOT NULL OR every_meter IS NOT NULL", name=op.f("maintenance_plan_turn_check")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("maintenance_plan_pkey")),
    )
    op.create_index("maintenance_plan_asset_id_idx", "maintenance_plan", ["asset_id"], unique=False)
    op.create_table(
        "loss_note",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["loss_case.id"], name=op.f("loss_note_case_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("loss_note_pkey")),
    )
    op.create_index("loss_note_case_id_idx", "loss_note", ["case_id", "written_at"], unique=False)
    op.create_table(
        "policy_rule",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("programme_id", sa.Uuid(), nullable=True),
        sa.Column("donor_id", sa.Uuid(), nullable=True),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=True),
        sa.Column("amount", sa.Numeric(precision=16, scale=2), nullable=True),
        sa.Column("currency", sa.Text(), nullable=True),
        sa.Column("fields", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("purposes", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("categories", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("regimes", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("preset", sa.Text(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("made_by", sa.Uuid(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "rule IN ('verification', 'act', 'publication', 'humanitarian_report', 'vehicle_registration', 'visibility', 'required_fields', 'transfer_proof', 'warranty', 'late_purchase', 'consent', 'minimum_life', 'retention')",
            name=op.f("policy_rule_rule_check"),
        ),
        sa.CheckConstraint("number >= 0", name=op.f("policy_rule_number_check")),
        sa.CheckConstraint("programme_id IS NULL OR donor_id IS NULL", name=op.f("policy_rule_reach_check")),
        sa.ForeignKeyConstraint(["donor_id"], ["party.id"], name=op.f("policy_rule_donor_id_fkey")),
        sa.ForeignKeyConstraint(
            ["programme_id"], ["programme.id"], name=op.f("policy_rule_programme_id_fkey")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("policy_rule_pkey")),
    )
    op.create_index("policy_rule_donor_id_idx", "policy_rule", ["donor_id"], unique=False)
    op.create_index("policy_rule_programme_id_idx", "policy_rule", ["programme_id"], unique=False)
    op.add_column("consignment", sa.Column("aid_code", sa.Text(), nullable=True))
    op.add_column("consignment", sa.Column("declaration", sa.Text(), nullable=True))
    op.add_column("consignment", sa.Column("cleared_on", sa.Date(), nullable=True))
    op.add_column("consignment", sa.Column("report_sent_on", sa.Date(), nullable=True))


def downgrade() -> None:
    op.drop_column("consignment", "report_sent_on")
    op.drop_column("consignment", "cleared_on")
    op.drop_column("consignment", "declaration")
    op.drop_column("consignment", "aid_code")
    op.drop_index("policy_rule_programme_id_idx", table_name="policy_rule")
    op.drop_index("policy_rule_donor_id_idx", table_name="policy_rule")
    op.drop_table("policy_rule")
    op.drop_index("loss_note_case_id_idx", table_name="loss_note")
    op.drop_table("loss_note")
    op.drop_index("maintenance_plan_asset_id_idx", table_name="maintenance_plan")
    op.drop_table("maintenance_plan")
    op.drop_table("loss_case")
