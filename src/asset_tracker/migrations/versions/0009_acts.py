"""Which side has signed an act, and acts drawn up in vain.

Revision: 0009
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


STATUSES = "'printed', 'signed_by_giver', 'signed_by_recipient', 'signed', 'void'"


def upgrade() -> None:
    op.drop_constraint(op.f("act_status_check"), "act")
    op.create_check_constraint(op.f("act_status_check"), "act", f"status IN ({STATUSES}, 'signed_by_both')")
    op.add_column("act", sa.Column("giver_signed_on", sa.Date(), nullable=True))
    op.add_column("act", sa.Column("recipient_signed_on", sa.Date(), nullable=True))
    op.add_column("act", sa.Column("void_reason", sa.Text(), nullable=True))


def downgrade() -> None:
    op.execute("UPDATE act SET status = 'printed' WHERE status = 'signed_by_both'")
    op.drop_constraint(op.f("act_status_check"), "act")
    op.create_check_constraint(op.f("act_status_check"), "act", f"status IN ({STATUSES})")
    op.drop_column("act", "void_reason")
    op.drop_column("act", "recipient_signed_on")
    op.drop_column("act", "giver_signed_on")
