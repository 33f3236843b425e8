"""Phones that send events, the keys that their queues are sealed to, and photos that come in parts.

Revision: 0016
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

_INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "device",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("user_id", sa.Uuid(), sa.ForeignKey("user_account.id"), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("public_key", sa.LargeBinary()),
        sa.Column("session_id", sa.Uuid()),
        sa.Column("registered_at", _INSTANT, nullable=False, server_default=sa.text("now()")),
        sa.Column("seen_at", _INSTANT, nullable=False, server_default=sa.text("now()")),
        sa.Column("last_seq", sa.BigInteger(), nullable=False, server_default="0"),
        sa.Column("revoked_at", _INSTANT),
        sa.Column("revoked_by", sa.Uuid()),
    )
    op.create_index("device_user_id_idx", "device", ["user_id"])
    op.create_table(
        "device_event",
        sa.Column("device_id", sa.Uuid(), sa.ForeignKey("device.id"), primary_key=True),
        sa.Column("event_id", sa.Uuid(), primary_key=True),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("received_at", _INSTANT, nullable=False, server_default=sa.text("now()")),
        sa.Column("occurred_at", _INSTANT, nullable=False),
        sa.Column("told_at", _INSTANT, nullable=False),
        sa.Column("clock", postgresql.JSONB()),
        sa.Column("handed_by", sa.Uuid()),
    )
    op.create_index("device_event_device_id_seq_idx", "device_event", ["device_id", "seq"])
    op.create_table(
        "sealing_key",
        sa.Column("id", sa.Text(), primary_key=True),
        sa.Column("x25519", sa.LargeBinary(), nullable=False),
        sa.Column("p256", sa.LargeBinary(), nullable=False),
        sa.Column("since", _INSTANT, nullable=False, server_default=sa.text("now()")),
        sa.Column("until", _INSTANT),
    )
    op.create_index(
        "sealing_key_in_use_key",
        "sealing_key",
        [sa.text("(true)")],
        unique=True,
        postgresql_where=sa.text("until IS NULL"),
    )
    _uploads()


def _uploads() -> None:
    op.create_table(
        "photo_upload",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("uploader_id", sa.Uuid(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("length", sa.Integer(), nullable=False),
        sa.Column("received", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("touched_at", _INSTANT, nullable=False, server_default=sa.text("now()")),
        sa.Column("stored_sha256", sa.Text()),
        sa.UniqueConstraint("uploader_id", "sha256", name=op.f("photo_upload_uploader_id_sha256_key")),
        sa.CheckConstraint("sha256 ~ '^[0-9a-f]{64}$'", name=op.f("photo_upload_sha256_check")),
        sa.CheckConstraint(
            "length > 0 AND received BETWEEN 0 AND length", name=op.f("photo_upload_received_check")
        ),
    )
    op.create_index("photo_upload_touched_at_idx", "photo_upload", ["touched_at"])
    op.create_table(
        "photo_part",
        sa.Column(
            "upload_id", sa.Uuid(), sa.ForeignKey("photo_upload.id", ondelete="CASCADE"), primary_key=True
        ),
        sa.Column("start", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
    )


def downgrade() -> None:
    for table in ("photo_part", "photo_upload", "sealing_key", "device_event", "device"):
        op.drop_table(table)
