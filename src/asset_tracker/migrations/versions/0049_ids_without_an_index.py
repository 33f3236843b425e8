"""The first part of events lets go of its index of ids, a fortnight after nobody needs it any more.

Revision 0048 left it on a table that was divided as it lay, for servers of the version before, which look events up
by it; this version's look them up by their keys, and no other part has one. Those servers may go on while an upgrade
is under way, so it is not dropped here: from now on it says until when it is kept, and the nightly job drops it then.

Revision: 0049
"""

from alembic import op

from asset_tracker.db.roles import SYSTEM

revision = "0049"
down_revision = "0048"
branch_labels = None
depends_on = None

_IDS_OF_PARTS = """SELECT i.indexrelid::regclass AS index, i.indrelid::regclass AS part, c.conname AS name
        FROM pg_inherits AS p JOIN pg_index AS i ON i.indrelid = p.inhrelid AND i.indisprimary
        JOIN pg_constraint AS c ON c.conindid = i.indexrelid WHERE p.inhparent = 'event'::regclass"""
_KEPT = f"""
DO $$ DECLARE each record; BEGIN
    FOR each IN {_IDS_OF_PARTS} LOOP
        EXECUTE format('COMMENT ON INDEX %s IS %L', each.index, 'kept until ' || (now() AT TIME ZONE 'UTC')::date + 14);
    END LOOP;
END $$"""
# Answers how many it dropped. A moment under lock, and where it cannot have that, another night.
_LET_GO = f"""
CREATE FUNCTION ledger_let_go() RETURNS integer LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp SET datestyle = 'ISO, YMD' SET lock_timeout = '4s' AS $$
DECLARE
    each record;
    dropped integer := 0;
BEGIN
    FOR each IN {_IDS_OF_PARTS} LOOP
        IF substring(obj_description(each.index, 'pg_class') FROM 'kept until (.*)')::date < (now() AT TIME ZONE 'UTC')::date THEN
            EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', each.part, each.name);
            dropped := dropped + 1;
        END IF;
    END LOOP;
    RETURN dropped;
END $$"""


def upgrade() -> None:
    op.execute("SET LOCAL datestyle = 'ISO, YMD'")
    op.execute(_KEPT)
    op.execute(_LET_GO)
    op.execute("REVOKE ALL ON FUNCTION ledger_let_go() FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION ledger_let_go() TO {SYSTEM}")


def downgrade() -> None:
    """An index that went does not come back here: 0048 makes it anew where it is taken back."""
    op.execute("DROP FUNCTION ledger_let_go()")
