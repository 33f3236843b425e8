"""A file is a scan or a photo where a fact names it, and not by its bytes.

First of two steps, a moment under lock: columns that nobody has filled. Servers of the version before go on leaving
them empty, and are understood.

Revision: 0050
"""

from alembic import op

revision = "0050"
down_revision = "0049"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        "ALTER TABLE event_file ADD COLUMN kind text,"
        " ADD CONSTRAINT event_file_kind_check CHECK (kind IN ('photo', 'scan')) NOT VALID"
    )
    op.execute(
        "ALTER TABLE file_sender ADD COLUMN kinds text[], ADD CONSTRAINT file_sender_kinds_check"
        " CHECK (kinds <@ ARRAY['photo', 'scan', 'signature']) NOT VALID"
    )


def downgrade() -> None:
    op.drop_column("file_sender", "kinds")
    op.drop_column("event_file", "kind")
