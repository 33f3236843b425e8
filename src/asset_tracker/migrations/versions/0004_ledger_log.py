"""The log over all events: leaves, tiles of the Merkle tree, checkpoints, keys.

Revision: 0004
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

# Every event that is stored is noted as unsealed in the same transaction, whoever stores it and how.
NOTE_UNSEALED = (
    """
CREATE FUNCTION ledger_note_unsealed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO ledger_unsealed SELECT id FROM stored;
    RETURN NULL;
END $$""",
    """CREATE TRIGGER note_unsealed AFTER INSERT ON event REFERENCING NEW TABLE AS stored
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_note_unsealed()""",
    "ALTER TABLE event ENABLE ALWAYS TRIGGER note_unsealed",
    "INSERT INTO ledger_unsealed SELECT id FROM event",
)

# A tile may grow at its end, a key may end; nothing else of the log ever changes.
LOG_ONLY_GROWS = """
CREATE FUNCTION ledger_log_only_grows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND TG_TABLE_NAME = 'ledger_tile' THEN
        IF NEW.level = OLD.level AND NEW.index = OLD.index
           AND substring(NEW.hashes FROM 1 FOR length(OLD.hashes)) = OLD.hashes THEN
            RETURN NEW;
        END IF;
    ELSIF TG_OP = 'UPDATE' AND TG_TABLE_NAME = 'ledger_key' THEN
        IF OLD.until IS NULL AND to_jsonb(NEW) - 'until' = to_jsonb(OLD) - 'until' THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'the log of the ledger only grows' USING ERRCODE = 'restrict_violation';
END $$"""
_GROWING = ("ledger_leaf", "ledger_tile", "ledger_checkpoint", "ledger_key")


def upgrade() -> None:
    op.create_table("ledger_unsealed", sa.Column("event_id", sa.Uuid(), nullable=False))
    op.create_table(
        "ledger_leaf",
        sa.Column("position", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("position", name=op.f("ledger_leaf_pkey")),
    )
    op.create_index("ledger_leaf_event_id_key", "ledger_leaf", ["event_id"], unique=True)
    op.create_table(
        "ledger_tile",
        sa.Column("level", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("index", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("hashes", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("level", "index", name=op.f("ledger_tile_pkey")),
    )
    op.create_table(
        "ledger_checkpoint",
        sa.Column("size", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("root", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("key_id", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("size", name=op.f("ledger_checkpoint_pkey")),
    )
    op.create_table(
        "ledger_key",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("statement", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("ledger_key_pkey")),
    )
    op.create_index(
        "ledger_key_in_use_key",
        "ledger_key",
        [sa.text("(true)")],
        unique=True,
        postgresql_where=sa.text("until IS NULL"),
    )
    op.execute(LOG_ONLY_GROWS)
    for table in _GROWING:
        op.execute(
            f"CREATE TRIGGER only_grows BEFORE UPDATE OR DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION ledger_log_only_grows()"
        )
        op.execute(
            f"CREATE TRIGGER only_grows_whole BEFORE TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION ledger_log_only_grows()"
        )
        for name in ("only_grows", "only_grows_whole"):
            op.execute(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {name}")
    for statement in NOTE_UNSEALED:
        op.execute(statement)


def downgrade() -> None:
    op.execute("DROP TRIGGER note_unsealed ON event")
    op.execute("DROP FUNCTION ledger_note_unsealed()")
    for table in ("ledger_unsealed", *_GROWING):
        op.drop_table(table)
    op.execute("DROP FUNCTION ledger_log_only_grows()")
