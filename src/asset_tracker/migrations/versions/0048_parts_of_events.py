"""``event`` is divided by the year of recording: what there is becomes the first part, as it lies.

Last of three steps, a moment under lock. An empty table is made anew instead of being attached. Parts hold the rule
that nothing is changed by triggers of their own as well, and are nobody's to write to but through ``event``.

Revision: 0048
"""

from alembic import op

from asset_tracker.db.policies import POLICIES
from asset_tracker.db.raising import of_table
from asset_tracker.db.roles import APP, OWNER, READER, SYSTEM, VIEWS

revision = "0048"
down_revision = "0047"
branch_labels = None
depends_on = None

_COLUMNS = (
    "id, asset_id, seq, kind, occurred_at, recorded_at, actor_id, programme_id, operation, supersedes,"
    " body, private, prev_hash, hash"
)
_NAMES = ("pkey", "asset_id_seq_key", "recorded_at_idx", "operation_idx")
_LISTED = ", ".join(f"'{name}'" for name in _NAMES)
_PARENT = """
CREATE TABLE event (
    id uuid NOT NULL, asset_id uuid NOT NULL, seq integer NOT NULL, kind text NOT NULL,
    occurred_at timestamptz NOT NULL, recorded_at timestamptz NOT NULL, actor_id uuid NOT NULL,
    programme_id uuid, operation uuid, supersedes uuid, body bytea NOT NULL, private jsonb,
    prev_hash bytea NOT NULL, hash bytea NOT NULL, CONSTRAINT event_seq_check CHECK (seq >= 1)
) PARTITION BY RANGE (recorded_at)"""
_INDEXES = (
    "CREATE INDEX event_recorded_at_idx ON event USING brin (recorded_at)",
    "CREATE INDEX event_operation_idx ON event (operation) WHERE operation IS NOT NULL",
)
_ROW = """CREATE TRIGGER only_grows BEFORE UPDATE OR DELETE ON event
    FOR EACH ROW EXECUTE FUNCTION ledger_only_grows()"""
_WHOLE = """CREATE TRIGGER only_grows_whole BEFORE TRUNCATE ON {table}
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_only_grows()"""
_KEY = """CREATE TRIGGER keep_key AFTER INSERT ON {table} REFERENCING NEW TABLE AS stored
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_keep_key()"""
_UNSEALED = """CREATE TRIGGER note_unsealed AFTER INSERT ON {table} REFERENCING NEW TABLE AS stored
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_note_unsealed()"""
_STATEMENTS = {"only_grows_whole": _WHOLE, "keep_key": _KEY, "note_unsealed": _UNSEALED}
_MADE = " ".join(f"EXECUTE format($q${each.format(table='%s')}$q$, part);" for each in _STATEMENTS.values())

# Triggers on whole statements are not passed on from ``event``: each part has its own, for whoever writes to it past
# ``event``. That may be its owner alone. The system reads it, because a backup copies part by part.
GUARD = f"""
CREATE FUNCTION ledger_guard_part(part regclass) RETURNS void LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
    EXECUTE format('LOCK TABLE %s IN ACCESS EXCLUSIVE MODE', part);  -- at once, rather than a little and then more
    IF NOT EXISTS (SELECT FROM pg_trigger WHERE tgrelid = part AND tgname = 'keep_key') THEN
        {_MADE}
    END IF;
    EXECUTE format('ALTER TABLE %s ENABLE ALWAYS TRIGGER only_grows, ENABLE ALWAYS TRIGGER only_grows_whole,'
        ' ENABLE ALWAYS TRIGGER keep_key, ENABLE ALWAYS TRIGGER note_unsealed', part);
    EXECUTE format('ALTER TABLE %s SET (autovacuum_vacuum_insert_scale_factor = 0.02,'
        ' autovacuum_analyze_scale_factor = 0.01)', part);
    EXECUTE format('REVOKE ALL ON %s FROM PUBLIC, {SYSTEM}, {APP}, {VIEWS}, {READER}', part);
    EXECUTE format('REVOKE ALL ({_COLUMNS}) ON %s FROM PUBLIC, {SYSTEM}, {APP}, {VIEWS}, {READER}', part);
    EXECUTE format('GRANT SELECT ON %s TO {SYSTEM}', part);
    EXECUTE format('DROP POLICY IF EXISTS app ON %s', part);
    EXECUTE format('DROP POLICY IF EXISTS owner ON %s', part);
    EXECUTE format('DROP POLICY IF EXISTS system ON %s', part);
    EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', part);
    EXECUTE format('CREATE POLICY owner ON %s TO {OWNER} USING (true) WITH CHECK (true)', part);
    EXECUTE format('CREATE POLICY system ON %s TO {SYSTEM} USING (true)', part);
END $$"""
# The parts of the years up to the one in which we shall be in half a year; answers how many it made. A part is made
# beside the others and attached, which lets everybody go on writing. Where a year's events are in ``event_other``
# already (or a table of its name was set aside), they stay there and its part is left out. Statistics of the whole are nobody's job in PostgreSQL but ours.
MAKE = """
CREATE FUNCTION ledger_make_parts() RETURNS integer LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp SET timezone = 'UTC' SET datestyle = 'ISO, YMD' SET lock_timeout = '4s' AS $$
DECLARE
    made integer := 0;
    year integer;
    part text;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('ledger_make_parts', 0));
    SELECT max(extract(year FROM substring(pg_get_expr(c.relpartbound, c.oid) FROM $q$TO \\('([^']+)'\\)$q$)::timestamptz))
        INTO year FROM pg_inherits AS i JOIN pg_class AS c ON c.oid = i.inhrelid WHERE i.inhparent = 'event'::regclass;
    LOOP
        part := CASE WHEN year IS NULL THEN 'event_until_' || extract(year FROM now()) ELSE 'event_' || year END;
        EXIT WHEN year > extract(year FROM now() + interval '6 months');
        BEGIN
            EXECUTE format('CREATE TABLE %I (LIKE event INCLUDING DEFAULTS INCLUDING CONSTRAINTS INCLUDING INDEXES)', part);
            EXECUTE format('CREATE UNIQUE INDEX %I ON %I (asset_id, seq)', part || '_asset_id_seq_key', part);
            EXECUTE format('ALTER TABLE event ATTACH PARTITION %I FOR VALUES FROM (%s) TO (%L)', part,
                CASE WHEN year IS NULL THEN 'MINVALUE' ELSE quote_literal(year || '-01-01 00:00:00+00') END,
                coalesce(year, extract(year FROM now())::integer) + 1 || '-01-01 00:00:00+00');
            PERFORM ledger_guard_part(part::regclass);
            made := made + 1;
        EXCEPTION WHEN check_violation OR duplicate_table THEN NULL;
        END;
        year := coalesce(year, extract(year FROM now())::integer) + 1;
    END LOOP;
    EXECUTE CASE WHEN current_setting('server_version_num')::integer >= 180000 THEN 'ANALYZE ONLY event'
        ELSE 'ANALYZE event' END;
    RETURN made;
END $$"""
_OTHER = (
    "CREATE TABLE event_other PARTITION OF event DEFAULT",
    "CREATE UNIQUE INDEX event_other_asset_id_seq_key ON event_other (asset_id, seq)",
    "SELECT ledger_guard_part('event_other')",
)
# What there is becomes the part until the year that step one told.
_ATTACH = f"""
DO $$ DECLARE
    until timestamptz := (SELECT substring(pg_get_constraintdef(oid) FROM $q$'([^']+)'$q$)::timestamptz
        FROM pg_constraint WHERE conrelid = 'event_before'::regclass AND conname = 'event_part_check');
    part text := 'event_until_' || extract(year FROM until) - 1;
    each text;
BEGIN
    EXECUTE format('ALTER TABLE event_before RENAME TO %I', part);
    FOREACH each IN ARRAY ARRAY[{_LISTED}] LOOP
        EXECUTE format('ALTER INDEX event_before_%s RENAME TO %I', each, part || '_' || each);
    END LOOP;
    EXECUTE format('DROP TRIGGER only_grows ON %I', part);
    EXECUTE format('ALTER TABLE event ATTACH PARTITION %I FOR VALUES FROM (MINVALUE) TO (%L)', part, until);
    EXECUTE format('ALTER TABLE %I DROP CONSTRAINT event_part_check', part);
    PERFORM ledger_guard_part(part::regclass);
END $$"""
_PLAIN = ("SET LOCAL timezone = 'UTC'", "SET LOCAL datestyle = 'ISO, YMD'")


def upgrade() -> None:
    asked = op.get_bind().exec_driver_sql
    for setting in _PLAIN:
        op.execute(setting)
    op.execute("LOCK TABLE event IN ACCESS EXCLUSIVE MODE")
    filled = asked("SELECT EXISTS (SELECT FROM event)").scalar()
    walled = asked("SELECT to_regnamespace('wall') IS NOT NULL").scalar()
    op.execute("ALTER TABLE event RENAME TO event_before")
    for name in _NAMES:
        op.execute(f"ALTER INDEX event_{name} RENAME TO event_before_{name}")
    for statement in (
        _PARENT,
        *_INDEXES,
        _ROW,
        *(each.format(table="event") for each in _STATEMENTS.values()),
    ):
        op.execute(statement)
    for name in ("only_grows", *_STATEMENTS):
        op.execute(f"ALTER TABLE event ENABLE ALWAYS TRIGGER {name}")
    op.execute(GUARD)
    op.execute(MAKE)
    op.execute(_ATTACH if filled else "DROP TABLE event_before CASCADE")
    for statement in (*_OTHER, "SELECT ledger_make_parts()"):
        op.execute(statement)
    op.execute("REVOKE ALL ON FUNCTION ledger_make_parts() FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION ledger_make_parts() TO {SYSTEM}")
    # The servers that go on meanwhile write to the new table at once; the wall of others is raised when all is done.
    for statement in of_table("event", POLICIES["event"]) if walled else ():
        op.execute(statement)


_BACK = f"""
DO $$ DECLARE
    part text := (SELECT c.relname FROM pg_inherits AS i JOIN pg_class AS c ON c.oid = i.inhrelid
        WHERE i.inhparent = 'event'::regclass AND pg_get_expr(c.relpartbound, c.oid) LIKE '%MINVALUE%');
    each text;
BEGIN
    EXECUTE format('ALTER TABLE event DETACH PARTITION %I', part);
    EXECUTE format('ALTER TABLE %I DISABLE TRIGGER keep_key, DISABLE TRIGGER note_unsealed', part);
    EXECUTE format('INSERT INTO %I ({_COLUMNS}) SELECT {_COLUMNS} FROM event', part);
    EXECUTE format('ALTER TABLE %I ENABLE ALWAYS TRIGGER keep_key, ENABLE ALWAYS TRIGGER note_unsealed', part);
    DROP TABLE event;
    EXECUTE format('ALTER TABLE %I RENAME TO event', part);
    IF to_regclass(part || '_pkey') IS NULL THEN
        EXECUTE format('ALTER TABLE event ADD CONSTRAINT %I PRIMARY KEY (id)', part || '_pkey');
    END IF;
    FOREACH each IN ARRAY ARRAY[{_LISTED}] LOOP
        EXECUTE format('ALTER INDEX %I RENAME TO event_%s', part || '_' || each, each);
    END LOOP;
END $$"""

# As step one told it, for whoever goes forward again.
UNTIL = """
DO $$ BEGIN EXECUTE format(
    'ALTER TABLE event ADD CONSTRAINT event_part_check CHECK (recorded_at < %L) NOT VALID',
    (SELECT date_trunc('year', greatest(max(recorded_at), now() + interval '6 months'), 'UTC')
        + interval '1 year' FROM event));
END $$"""


def downgrade() -> None:
    """One table again: the first part, into which what the others hold is written."""
    for setting in _PLAIN:
        op.execute(setting)
    op.execute("LOCK TABLE event IN ACCESS EXCLUSIVE MODE")
    op.execute(_BACK)
    op.execute(_ROW)
    op.execute("ALTER TABLE event ENABLE ALWAYS TRIGGER only_grows")
    op.execute(UNTIL)
    op.execute("ALTER TABLE event VALIDATE CONSTRAINT event_part_check")
    op.execute("DROP FUNCTION ledger_make_parts()")
    op.execute("DROP FUNCTION ledger_guard_part(regclass)")
