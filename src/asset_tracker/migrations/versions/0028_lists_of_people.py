"""Files that are kept no more, though their import is.

Revision: 0028
"""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("import_batch", sa.Column("file_dropped_at", sa.DateTime(timezone=True)))


def downgrade() -> None:
    op.drop_column("import_batch", "file_dropped_at")
