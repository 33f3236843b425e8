"""Names of a category stand together, what is not the municipality's yet and people have indexes of their own.

A list of a category in the order of names met hundreds of thousands of others first, or sorted them all; and of
whom things are was in no index. The list of people is a page at a time now, in the order of names.

Revision: 0060
"""

from alembic import op

revision = "0060"
down_revision = "0059"
branch_labels = None
depends_on = None

_IN_ORDER = r"""(translate(lower({0}) COLLATE "C",
'абвгґдеєжзиіїйклмнопрстуфхцчшщьюяАБВГҐДЕЄЖЗИІЇЙКЛМНОПРСТУФХЦЧШЩЬЮЯёэыъ’ʼ''',
'@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\]^_`@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\]^_`FFJ^'))"""


def upgrade() -> None:
    op.execute(f"CREATE INDEX asset_category_name_idx ON asset (category, {_IN_ORDER.format('name_uk')}, id)")
    op.execute(f"CREATE INDEX user_account_name_order_idx ON user_account ({_IN_ORDER.format('name')}, id)")
    op.execute("CREATE INDEX asset_title_idx ON asset (title, id) WHERE title <> 'municipality'")


def downgrade() -> None:
    for name in ("user_account_name_order_idx", "asset_title_idx", "asset_category_name_idx"):
        op.execute(f"DROP INDEX {name}")
