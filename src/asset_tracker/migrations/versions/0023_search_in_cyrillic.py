"""The index of the search knows Cyrillic, whatever the character type of the database.

Revision: 0023
"""

from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

_NAMED = (
    "CREATE INDEX asset_named_idx ON asset USING gin (name_uk gin_trgm_ops, name_en gin_trgm_ops, "
    "manufacturer gin_trgm_ops, model gin_trgm_ops)"
)
_SOUGHT = """
CREATE INDEX asset_sought_idx ON asset USING gin ((translate(lower(coalesce(name_uk, '') || ' ' ||
coalesce(name_en, '') || ' ' || coalesce(manufacturer, '') || ' ' || coalesce(model, '')),
'абвгґдеєжзиіїйклмнопрстуфхцчшщьюяъыэё', 'abcdefghijklmnopqrstuvwxyz0123456789g')) gin_trgm_ops)"""


def upgrade() -> None:
    op.execute(_SOUGHT)
    op.execute("DROP INDEX asset_named_idx")


def downgrade() -> None:
    op.execute(_NAMED)
    op.execute("DROP INDEX asset_sought_idx")
