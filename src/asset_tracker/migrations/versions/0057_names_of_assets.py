"""Words are looked for among the names that assets bear, and what is not in service has an index in the order of lists.

An index of three letters each over a million assets told which of them hold a word, all of them, when a page needs
the newest fifty; and it cost more to write than any other. There are some thousand different names: a trigger keeps
each once (twice, where two recorded it at once: nobody waits), and assets of a name lie together, in the order of
lists. The indexes in whose place these stand go a fortnight later (ADR 161).

Revision: 0057
"""

import sqlalchemy as sa
from alembic import op

from asset_tracker.db.roles import SYSTEM

revision = "0057"
down_revision = "0056"
branch_labels = None
depends_on = None

_NAMES = " || ' ' || ".join(
    f"coalesce({{0}}{name}, '')" for name in ("name_uk", "name_en", "manufacturer", "model")
)
_LETTERS = ("абвгґдеєжзиіїйклмнопрстуфхцчшщьюяъыэё", "abcdefghijklmnopqrstuvwxyz0123456789g")
_LEFT = {
    "asset_sought_idx": "USING gin (translate(lower({names}), '{letters[0]}', '{letters[1]}') gin_trgm_ops)",
    "asset_stage_idx": "(stage, programme_id) WHERE gone_reason IS NULL",
}
_FOLLOW = f"""
CREATE FUNCTION asset_names_follow() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    borne text := {_NAMES.format("NEW.")};
    known bigint := hashtextextended(borne, 0);
BEGIN
    IF NOT EXISTS (SELECT FROM asset_name WHERE key = known) THEN
        INSERT INTO asset_name (key, names) VALUES (known, borne);
    END IF;
    RETURN NULL;
END $$"""
_IDS_OF_PARTS = """SELECT i.indexrelid::regclass AS index, i.indrelid::regclass AS part, c.conname AS name
        FROM pg_inherits AS p JOIN pg_index AS i ON i.indrelid = p.inhrelid AND i.indisprimary
        JOIN pg_constraint AS c ON c.conindid = i.indexrelid WHERE p.inhparent = 'event'::regclass"""
_OTHERS = """
        UNION ALL SELECT i.indexrelid::regclass, i.indrelid::regclass, NULL
        FROM pg_index AS i WHERE i.indrelid = 'asset'::regclass"""


def _let_go(which: str) -> str:
    return f"""
CREATE OR REPLACE FUNCTION ledger_let_go() RETURNS integer LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp SET datestyle = 'ISO, YMD' SET lock_timeout = '4s' AS $$
DECLARE
    each record;
    dropped integer := 0;
BEGIN
    FOR each IN {which} LOOP
        IF substring(obj_description(each.index, 'pg_class') FROM 'kept until (.*)')::date < (now() AT TIME ZONE 'UTC')::date THEN
            IF each.name IS NULL THEN
                EXECUTE format('DROP INDEX %s', each.index);
            ELSE
                EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', each.part, each.name);
            END IF;
            dropped := dropped + 1;
        END IF;
    END LOOP;
    RETURN dropped;
END $$"""


def upgrade() -> None:
    # Nobody writes assets until their names have been read, once.
    op.execute("LOCK TABLE asset IN SHARE ROW EXCLUSIVE MODE")
    op.create_table(
        "asset_name",
        sa.Column("key", sa.BigInteger(), nullable=False),
        sa.Column("names", sa.Text(), nullable=False),
    )
    # Until the wall is raised by this version: whoever records meanwhile writes these too.
    op.execute(f"GRANT SELECT, INSERT ON asset_name TO {SYSTEM}")
    names = _NAMES.format("")
    op.execute(
        f"INSERT INTO asset_name (key, names) SELECT DISTINCT hashtextextended({names}, 0), {names} FROM asset"
    )
    op.execute("CREATE INDEX asset_name_key_idx ON asset_name (key)")
    op.execute(
        "CREATE INDEX asset_name_sought_idx ON asset_name "
        f"USING gin (translate(lower(names), '{_LETTERS[0]}', '{_LETTERS[1]}') gin_trgm_ops)"
    )
    op.execute(_FOLLOW)
    op.execute(
        "CREATE TRIGGER names_begin AFTER INSERT ON asset FOR EACH ROW EXECUTE FUNCTION asset_names_follow()"
    )
    op.execute(
        "CREATE TRIGGER names_follow AFTER UPDATE OF name_uk, name_en, manufacturer, model ON asset FOR EACH ROW "
        "WHEN ((OLD.name_uk, OLD.name_en, OLD.manufacturer, OLD.model) "
        "IS DISTINCT FROM (NEW.name_uk, NEW.name_en, NEW.manufacturer, NEW.model)) "
        "EXECUTE FUNCTION asset_names_follow()"
    )
    op.execute("ALTER TABLE asset ENABLE ALWAYS TRIGGER names_begin, ENABLE ALWAYS TRIGGER names_follow")
    op.execute(f"CREATE INDEX asset_names_idx ON asset (hashtextextended({names}, 0), id)")
    op.execute(
        "CREATE INDEX asset_unfinished_idx ON asset (stage, id) "
        "INCLUDE (programme_id, municipality_code, destination_code) "
        "WHERE gone_reason IS NULL AND stage <> 'in_service'"
    )
    op.execute("ANALYZE asset_name")
    op.execute("ANALYZE asset")
    op.execute("SET LOCAL datestyle = 'ISO, YMD'")
    for name in _LEFT:
        op.execute(
            f"DO $$ BEGIN EXECUTE format('COMMENT ON INDEX {name} IS %L', "
            "'kept until ' || (now() AT TIME ZONE 'UTC')::date + 14); END $$"
        )
    op.execute(_let_go(_IDS_OF_PARTS + _OTHERS))


def downgrade() -> None:
    op.execute(_let_go(_IDS_OF_PARTS))
    for name, of in _LEFT.items():
        op.execute(
            f"CREATE INDEX IF NOT EXISTS {name} ON asset "
            + of.format(names=_NAMES.format(""), letters=_LETTERS)
        )
        op.execute(f"COMMENT ON INDEX {name} IS NULL")
    for name in ("asset_unfinished_idx", "asset_names_idx"):
        op.execute(f"DROP INDEX {name}")
    for name in ("names_follow", "names_begin"):
        op.execute(f"DROP TRIGGER {name} ON asset")
    op.execute("DROP FUNCTION asset_names_follow()")
    op.drop_table("asset_name")
