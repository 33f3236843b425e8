"""Second factors, half log-ins, log-ins of organisations, tokens that may less, and the record of access.

Revision: 0017
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

NOW = sa.text("now()")


def upgrade() -> None:
    instant = sa.DateTime(timezone=True)
    op.add_column("session", sa.Column("via", sa.Text(), nullable=False, server_default="password"))
    op.create_check_constraint("via", "session", "via IN ('password', 'organisation')")
    op.add_column("api_token", sa.Column("permissions", JSONB()))
    op.add_column("api_token", sa.Column("grants", JSONB()))
    op.create_table(
        "second_factor",
        sa.Column("user_id", sa.Uuid(), sa.ForeignKey("user_account.id"), primary_key=True),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", instant, nullable=False, server_default=NOW),
        sa.Column("confirmed_at", instant),
        sa.Column("last_step", sa.BigInteger()),
    )
    op.create_table(
        "recovery_code",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("user_id", sa.Uuid(), sa.ForeignKey("user_account.id"), nullable=False),
        sa.Column("code_hash", sa.LargeBinary(), nullable=False),
        sa.Column("used_at", instant),
    )
    op.create_index("recovery_code_user_id_idx", "recovery_code", ["user_id"])
    op.create_table(
        "login_step",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False, unique=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Uuid(), sa.ForeignKey("user_account.id")),
        sa.Column("body", JSONB(), nullable=False),
        sa.Column("guesses", sa.SmallInteger(), nullable=False, server_default="0"),
        sa.Column("created_at", instant, nullable=False, server_default=NOW),
    )
    op.create_index("login_step_created_at_idx", "login_step", ["created_at"])
    op.create_table(
        "user_identity",
        sa.Column("issuer", sa.Text(), primary_key=True),
        sa.Column("subject", sa.Text(), primary_key=True),
        sa.Column("user_id", sa.Uuid(), sa.ForeignKey("user_account.id"), nullable=False),
        sa.Column("created_at", instant, nullable=False, server_default=NOW),
    )
    op.create_index("user_identity_user_id_idx", "user_identity", ["user_id", "issuer"], unique=True)
    op.create_table(
        "access_record",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), primary_key=True),
        sa.Column("at", instant, nullable=False, server_default=NOW),
        sa.Column("actor_id", sa.Uuid(), nullable=False),
        sa.Column("act", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
    )


def downgrade() -> None:
    for table in ("access_record", "user_identity", "login_step", "recovery_code", "second_factor"):
        op.drop_table(table)
    op.drop_column("api_token", "grants")
    op.drop_column("api_token", "permissions")
    op.drop_column("session", "via")
