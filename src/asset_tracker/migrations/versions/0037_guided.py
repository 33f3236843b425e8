"""When the certificate of a count was signed, with its scan; rules that say by when a donor hears of a loss.

Revision: 0037
"""

import sqlalchemy as sa
from alembic import op

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None

_KINDS = (
    "'verification', 'act', 'publication', 'humanitarian_report', 'vehicle_registration', 'visibility', "
    "'required_fields', 'transfer_proof', 'warranty', 'late_purchase', 'consent', 'minimum_life'"
)


def upgrade() -> None:
    op.add_column("campaign", sa.Column("signed_on", sa.Date(), nullable=True))
    op.add_column("campaign", sa.Column("scan", sa.Text(), nullable=True))
    op.create_check_constraint(
        op.f("campaign_signed_check"), "campaign", "(signed_on IS NULL) = (scan IS NULL)"
    )
    op.drop_constraint(op.f("policy_rule_rule_check"), "policy_rule")
    op.create_check_constraint(
        op.f("policy_rule_rule_check"), "policy_rule", f"rule IN ({_KINDS}, 'loss_report', 'retention')"
    )


def downgrade() -> None:
    op.execute("DELETE FROM policy_rule WHERE rule = 'loss_report'")
    op.drop_constraint(op.f("policy_rule_rule_check"), "policy_rule")
    op.create_check_constraint(
        op.f("policy_rule_rule_check"), "policy_rule", f"rule IN ({_KINDS}, 'retention')"
    )
    op.drop_constraint(op.f("campaign_signed_check"), "campaign")
    op.drop_column("campaign", "scan")
    op.drop_column("campaign", "signed_on")
