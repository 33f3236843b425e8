"""Links with which a centre's staff confirm that their things are still there.

Revision: 0020
"""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

_INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "centre_link",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False, unique=True),
        sa.Column("service_point_id", sa.Uuid(), nullable=False),
        sa.Column("municipality_code", sa.Text(), nullable=False),
        sa.Column("made_by", sa.Uuid(), nullable=False),
        sa.Column("created_at", _INSTANT, nullable=False, server_default=sa.text("now()")),
        sa.Column("expires_at", _INSTANT, nullable=False),
        sa.Column("revoked_at", _INSTANT),
        sa.Column("revoked_by", sa.Uuid()),
        sa.Column("misses", sa.BigInteger(), nullable=False, server_default="0"),
        sa.Column("misses_since", _INSTANT, nullable=False, server_default=sa.text("now()")),
    )
    op.create_index("centre_link_service_point_id_idx", "centre_link", ["service_point_id"])
    op.create_table(
        "centre_link_asset",
        sa.Column("link_id", sa.Uuid(), sa.ForeignKey("centre_link.id"), primary_key=True),
        sa.Column("asset_id", sa.Uuid(), primary_key=True),
        sa.Column("confirmed_at", _INSTANT),
        sa.Column("event_id", sa.Uuid()),
    )
    op.create_index("centre_link_asset_asset_id_idx", "centre_link_asset", ["asset_id"])


def downgrade() -> None:
    op.drop_table("centre_link_asset")
    op.drop_table("centre_link")
