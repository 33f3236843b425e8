"""A hash is no key to a file: who sent it, and who named it in a fact.

What was named before is taken as named by who had it. A photo that a phone had sent and not yet named is its
phone's; of one that came in one piece nobody wrote down who sent it, and its fact shows it once it is sent again.

Revision: 0024
"""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

_NAMED = "UPDATE event_file SET named_by = (SELECT actor_id FROM event WHERE event.id = event_file.event_id)"
_SENT = """
INSERT INTO file_sender (sha256, actor_id)
SELECT file.sha256, named_by FROM event_file JOIN file ON file.sha256 = event_file.sha256
UNION SELECT file_sent.sha256, named_by FROM event_file JOIN file_sent ON sent_sha256 = event_file.sha256
UNION SELECT stored_sha256, uploader_id FROM photo_upload JOIN file ON file.sha256 = stored_sha256"""


def upgrade() -> None:
    op.create_table(
        "file_sender",
        sa.Column("sha256", sa.Text(), sa.ForeignKey("file.sha256"), primary_key=True),
        sa.Column("actor_id", sa.Uuid(), primary_key=True),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False, server_default=sa.text("now()")),
    )
    op.add_column("event_file", sa.Column("named_by", sa.Uuid()))
    op.execute(_NAMED)
    op.alter_column("event_file", "named_by", nullable=False)
    op.execute(_SENT)


def downgrade() -> None:
    op.drop_column("event_file", "named_by")
    op.drop_table("file_sender")
