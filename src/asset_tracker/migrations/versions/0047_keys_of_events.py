"""The events that were there get their keys, and are looked through once, while others write.

Second of three steps. It takes no lock that anybody waits for, and as long as it takes: at ten million events some
minutes. One statement sees one state of the table; what is stored meanwhile has its key from the trigger.

Revision: 0047
"""

from alembic import op

revision = "0047"
down_revision = "0046"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL statement_timeout = 0")
    op.execute(
        "INSERT INTO event_key (id, asset_id, seq, recorded_at)"
        " SELECT id, asset_id, seq, recorded_at FROM event ON CONFLICT (id) DO NOTHING"
    )
    op.execute("ALTER TABLE event VALIDATE CONSTRAINT event_part_check")


def downgrade() -> None:
    """Keys go with their table."""
