"""Lists of assets in the order and with the columns that one wants, kept under a name.

Revision: 0026
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

_ORDER = r"""
CREATE INDEX asset_name_order_idx ON asset ((translate(lower(name_uk) COLLATE "C",
'абвгґдеєжзиіїйклмнопрстуфхцчшщьюяАБВГҐДЕЄЖЗИІЇЙКЛМНОПРСТУФХЦЧШЩЬЮЯёэыъ’ʼ''',
'@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\]^_`@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\]^_`FFJ^')), id)"""


def upgrade() -> None:
    op.create_table(
        "saved_view",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("programme_id", sa.Uuid()),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("filters", JSONB(), nullable=False),
        sa.Column("columns", ARRAY(sa.Text()), nullable=False),
        sa.Column("sort", sa.Text(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.text("now()")),
    )
    op.create_index("saved_view_owner_id_name_key", "saved_view", ["owner_id", "name"], unique=True)
    op.create_index("saved_view_programme_id_idx", "saved_view", ["programme_id"])
    op.execute(_ORDER)
    op.execute("CREATE INDEX asset_category_idx ON asset (category, id)")
    op.execute("CREATE INDEX asset_lent_idx ON asset (id) WHERE gone_reason IS NULL AND state ? 'lent_until'")


def downgrade() -> None:
    op.execute("DROP INDEX asset_lent_idx")
    op.execute("DROP INDEX asset_category_idx")
    op.execute("DROP INDEX asset_name_order_idx")
    op.drop_table("saved_view")
