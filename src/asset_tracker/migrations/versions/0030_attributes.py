"""Fields of their own that categories have, categories of one's own, and the index to find values by.

Revision: 0030
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

_CATEGORIES = (
    "'laptop', 'desktop', 'monitor', 'mfd', 'printer', 'scanner', 'ups', 'router', 'tablet', 'camera', 'id_reader', "
    "'mobile_case', 'video_kit', 'vehicle', 'software', 'furniture', 'other'"
)
_SOUGHT = """
CREATE INDEX asset_attributes_idx ON asset USING gin ((translate(lower((state ->> 'attributes')),
'абвгґдеєжзиіїйклмнопрстуфхцчшщьюяъыэё', 'abcdefghijklmnopqrstuvwxyz0123456789g')) gin_trgm_ops)
WHERE state ? 'attributes'"""
_CATEGORY = """
CREATE INDEX asset_category_delivered_idx ON asset (category, delivered_at, id)
WHERE gone_reason IS NULL AND delivered_at IS NOT NULL"""


def upgrade() -> None:
    instant = sa.DateTime(timezone=True)
    op.create_table(
        "attribute",
        sa.Column("key", sa.Text(), primary_key=True),
        sa.Column("version", sa.Integer(), primary_key=True),
        sa.Column("definition", JSONB(), nullable=False),
        sa.Column("made_at", instant, nullable=False, server_default=sa.text("now()")),
        sa.Column("made_by", sa.Uuid(), nullable=False),
        sa.CheckConstraint("version >= 1", name="version"),
    )
    op.create_table(
        "own_category",
        sa.Column("code", sa.Text(), primary_key=True),
        sa.Column("version", sa.Integer(), primary_key=True),
        sa.Column("base", sa.Text(), nullable=False),
        sa.Column("name_uk", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("retired", sa.Boolean(), nullable=False, server_default=sa.text("false")),
        sa.Column("made_at", instant, nullable=False, server_default=sa.text("now()")),
        sa.Column("made_by", sa.Uuid(), nullable=False),
        sa.CheckConstraint(f"base IN ({_CATEGORIES})", name="base"),
    )
    op.execute(_SOUGHT)
    op.execute(_CATEGORY)


def downgrade() -> None:
    op.execute("DROP INDEX asset_category_delivered_idx")
    op.execute("DROP INDEX asset_attributes_idx")
    op.drop_table("own_category")
    op.drop_table("attribute")
