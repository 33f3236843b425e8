"""What a device is called stands among the openings of an event, and a second sending is known by its content.

A digest over personal values, and a column with a device's name, could not have been erased.

Revision: 0006
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_column("event", "digest")
    op.drop_column("event", "device")


def downgrade() -> None:
    op.add_column("event", sa.Column("device", sa.Text(), nullable=True))
    op.add_column(
        "event", sa.Column("digest", sa.LargeBinary(), server_default=sa.text("''"), nullable=False)
    )
