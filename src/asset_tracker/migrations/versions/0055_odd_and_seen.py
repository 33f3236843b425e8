"""Indexes of what few assets are: not one piece each, and seen in a count.

Reports are added up from the kept counts and put right by the first; what a count came to begins with the second.
Both asked every asset.

Revision: 0055
"""

from alembic import op

revision = "0055"
down_revision = "0054"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("CREATE INDEX asset_odd_idx ON asset (id) WHERE quantity <> 1 OR is_kit")
    op.execute("CREATE INDEX asset_seen_in_idx ON asset USING gin ((state -> 'seen')) WHERE state ? 'seen'")


def downgrade() -> None:
    op.execute("DROP INDEX asset_seen_in_idx")
    op.execute("DROP INDEX asset_odd_idx")
