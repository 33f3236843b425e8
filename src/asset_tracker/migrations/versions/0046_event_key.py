"""Every event has its key in a table of its own, where the same id twice is refused whatever becomes of ``event``.

First of three steps that divide ``event`` by time under servers that go on working. From here on a trigger keeps the
key of each event that is stored; those that were there get theirs in the next step. What is there now will be the
first part: it is told until when, so that nobody has to look through it while it is attached.

Revision: 0046
"""

import sqlalchemy as sa
from alembic import op

revision = "0046"
down_revision = "0045"
branch_labels = None
depends_on = None

_INSTANT = sa.DateTime(timezone=True)
# As the owner: nobody else may put a key in, with an event or without.
KEEP_KEY = """
CREATE FUNCTION ledger_keep_key() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    INSERT INTO public.event_key (id, asset_id, seq, recorded_at) SELECT id, asset_id, seq, recorded_at FROM stored;
    RETURN NULL;
END $$"""
# To the end of the year in which we shall be in half a year, or of the last year that anything is of.
UNTIL = """
DO $$ BEGIN EXECUTE format(
    'ALTER TABLE event ADD CONSTRAINT event_part_check CHECK (recorded_at < %L) NOT VALID',
    (SELECT date_trunc('year', greatest(max(recorded_at), now() + interval '6 months'), 'UTC')
        + interval '1 year' FROM event));
END $$"""


def upgrade() -> None:
    op.execute("SET LOCAL timezone = 'UTC'")
    op.execute("SET LOCAL statement_timeout = 0")  # it reads all there is, and locks nothing before it has
    op.create_table(
        "event_key",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("asset_id", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("recorded_at", _INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("event_key_pkey")),
    )
    op.create_index("event_key_asset_id_seq_key", "event_key", ["asset_id", "seq"], unique=True)
    op.execute(
        "ALTER TABLE event_key SET (autovacuum_vacuum_insert_scale_factor = 0.02,"
        " autovacuum_analyze_scale_factor = 0.01)"
    )
    for name, when in (("only_grows", "UPDATE OR DELETE"), ("only_grows_whole", "TRUNCATE")):
        each = "STATEMENT" if when == "TRUNCATE" else "ROW"
        op.execute(
            f"CREATE TRIGGER {name} BEFORE {when} ON event_key"
            f" FOR EACH {each} EXECUTE FUNCTION ledger_log_only_grows()"
        )
        op.execute(f"ALTER TABLE event_key ENABLE ALWAYS TRIGGER {name}")
    op.execute(KEEP_KEY)
    op.execute(UNTIL)
    op.execute(
        "CREATE TRIGGER keep_key AFTER INSERT ON event REFERENCING NEW TABLE AS stored"
        " FOR EACH STATEMENT EXECUTE FUNCTION ledger_keep_key()"
    )
    op.execute("ALTER TABLE event ENABLE ALWAYS TRIGGER keep_key")


def downgrade() -> None:
    op.execute("DROP TRIGGER keep_key ON event")
    op.execute("DROP FUNCTION ledger_keep_key()")
    op.execute("ALTER TABLE event DROP CONSTRAINT event_part_check")
    op.drop_table("event_key")
