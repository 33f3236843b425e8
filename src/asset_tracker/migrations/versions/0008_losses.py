"""Loss cases are found by the assets that have one.

Revision: 0008
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        "asset_cases_idx", "asset", ["id"], unique=False, postgresql_where=sa.text("state ? 'cases'")
    )


def downgrade() -> None:
    op.drop_index("asset_cases_idx", table_name="asset", postgresql_where=sa.text("state ? 'cases'"))
