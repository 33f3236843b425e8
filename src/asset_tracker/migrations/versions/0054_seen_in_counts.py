"""What a count came to begins at what was expected and what was seen: every asset was asked whether it was.

Revision: 0054
"""

from alembic import op

revision = "0054"
down_revision = "0053"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("CREATE INDEX asset_seen_in_idx ON asset USING gin ((state -> 'seen')) WHERE state ? 'seen'")


def downgrade() -> None:
    op.execute("DROP INDEX asset_seen_in_idx")
