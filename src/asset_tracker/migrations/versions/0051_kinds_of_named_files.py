"""The files that were named before get the kind that their event names them as; who had one, that it was sent as.

Second of two steps, while others write: of the events only acceptances name a scan as such. It takes some minutes at
ten million events.

Revision: 0051
"""

from alembic import op

revision = "0051"
down_revision = "0050"
branch_labels = None
depends_on = None

_SCANS = """
UPDATE event_file AS f SET kind = 'scan' FROM event_key AS k
JOIN event AS e ON e.recorded_at = k.recorded_at AND e.asset_id = k.asset_id AND e.seq = k.seq
WHERE k.id = f.event_id AND e.kind = 'accepted' AND f.kind IS NULL
    AND convert_from(e.body, 'UTF8')::jsonb #>> '{payload,scan}' = f.sha256"""

FILLING = (
    _SCANS,
    "UPDATE event_file SET kind = 'photo' WHERE kind IS NULL",
    "UPDATE file_sender AS s SET kinds = ARRAY[f.kind] FROM file AS f WHERE f.sha256 = s.sha256 AND kinds IS NULL",
)


def upgrade() -> None:
    for statement in (
        "SET LOCAL statement_timeout = 0",
        *FILLING,
        "ALTER TABLE event_file VALIDATE CONSTRAINT event_file_kind_check",
        "ALTER TABLE file_sender VALIDATE CONSTRAINT file_sender_kinds_check",
    ):
        op.execute(statement)


def downgrade() -> None:
    """The kinds go with their columns."""
