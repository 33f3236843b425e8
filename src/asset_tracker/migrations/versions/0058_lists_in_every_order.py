"""Names of a category stand together, and what is not the municipality's yet has an index of its own.

A list of a category in the order of names met hundreds of thousands of others first, or sorted them all; and of
whom things are was in no index.

Revision: 0058
"""

from alembic import op

revision = "0058"
down_revision = "0057"
branch_labels = None
depends_on = None

_CATEGORY_NAME = r"""
CREATE INDEX asset_category_name_idx ON asset (category, (translate(lower(name_uk) COLLATE "C",
'абвгґдеєжзиіїйклмнопрстуфхцчшщьюяАБВГҐДЕЄЖЗИІЇЙКЛМНОПРСТУФХЦЧШЩЬЮЯёэыъ’ʼ''',
'@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\]^_`@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\]^_`FFJ^')), id)"""


def upgrade() -> None:
    op.execute(_CATEGORY_NAME)
    op.execute("CREATE INDEX asset_title_idx ON asset (title, id) WHERE title <> 'municipality'")


def downgrade() -> None:
    for name in ("asset_title_idx", "asset_category_name_idx"):
        op.execute(f"DROP INDEX {name}")
