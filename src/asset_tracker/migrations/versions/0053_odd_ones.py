"""Pieces are told by the kept counts of assets, and by what few assets there are that are not one piece each.

Revision: 0053
"""

from alembic import op

revision = "0053"
down_revision = "0052"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("CREATE INDEX asset_odd_idx ON asset (id) WHERE quantity <> 1 OR is_kit")


def downgrade() -> None:
    op.execute("DROP INDEX asset_odd_idx")
