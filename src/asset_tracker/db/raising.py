"""Raises the wall that ``policies`` describes: functions, privileges and policies, as one list of statements.

It is raised anew whenever the list differs from the one it was raised by, whose digest is the comment on the
schema ``wall``; so a changed policy needs no migration.
"""

import hashlib
from collections.abc import Iterable
from functools import cache
from typing import Final, cast

import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker.db.policies import POLICIES, SECRET, Open, Walled, granted
from asset_tracker.db.roles import APP, OWNER, READER, SYSTEM, VIEWS
from asset_tracker.db.views import SCHEMA, TABLES
from asset_tracker.db.views import VIEWS as REPORTING
from asset_tracker.errors import UnavailableError

_SET: Final = "current_setting('asset_tracker.{}', true)"


# Each step of these is set up anew, and whether the log-in may call it asked anew, wherever a condition of a table
# asks for them. So there are few: nothing that was set is a list of nothing, and ids are read at once as what they are.
def _list(name: str) -> str:
    return f"string_to_array({_SET.format(name)}, ',')"


def _ids(name: str) -> str:
    return f"('{{' || {_SET.format(name)} || '}}')::uuid[]"


def _known(proof: str, told: str) -> str:
    """Whom a digest of a secret stands for, as JSON text; NULL if nobody."""
    return f"""(SELECT json_build_object('user', u.id, 'name', u.name, 'lang', u.lang, {told}, 'grants', ARRAY(
    SELECT json_build_object('id', g.id, 'role', g.role, 'programme', g.programme_id, 'area', g.area,
    'donor', g.donor_id) FROM public.user_grant AS g WHERE g.user_id = u.id
    AND (g.valid_until IS NULL OR g.valid_until > now()) ORDER BY g.id))::text
    FROM public.{proof} AS p JOIN public.user_account AS u ON u.id = p.user_id AND u.disabled_at IS NULL
    WHERE p.token_hash = digest"""


# Whoever logs in as the reader is known by a key of theirs, which they set; what a request sets is not believed.
_BY_KEY: Final = f"session_user = '{READER}'"
_KEY: Final = (
    "FROM public.reading_key AS k JOIN public.user_account AS u ON u.id = k.user_id"
    " WHERE k.token_hash = sha256(convert_to(current_setting('asset_tracker.reading', true), 'UTF8'))"
    " AND k.revoked_at IS NULL AND k.expires_at > now() AND u.disabled_at IS NULL"
)
_GRANTS: Final = (
    "FROM public.user_grant AS g WHERE g.user_id = wall.reader()"
    " AND (g.valid_until IS NULL OR g.valid_until > now())"
)


def _told(by_request: str, by_key: str) -> str:
    return f"CASE WHEN {_BY_KEY} THEN {by_key} ELSE {by_request} END"


_ASSET: Final = cast("Walled", POLICIES["asset"]).reach

# name and parameters: (answer, body, whether it looks through the wall)
_FUNCTIONS: Final[dict[str, tuple[str, str, bool]]] = {
    "reader()": ("uuid", f"(SELECT k.user_id {_KEY})", True),
    "reader_everything()": (
        "boolean",
        f"EXISTS (SELECT {_GRANTS} AND g.role IN ('administrator', 'auditor'))",
        True,
    ),
    "reader_programmes()": (
        "uuid[]",
        f"ARRAY(SELECT g.programme_id {_GRANTS} AND g.role = 'coordinator' AND g.programme_id IS NOT NULL)",
        True,
    ),
    "actor()": ("uuid", _told(f"nullif({_SET.format('actor')}, '')::uuid", "NULL"), False),
    "everything()": (
        "boolean",
        _told(f"coalesce({_SET.format('everything')} = 'on', false)", "wall.reader_everything()"),
        False,
    ),
    "programmes()": ("uuid[]", _told(_ids("programmes"), "wall.reader_programmes()"), False),
    "areas()": ("text[]", _told(_list("areas"), "NULL"), False),
    "pairs()": ("text[]", _told(_list("pairs"), "NULL"), False),
    "donors()": ("uuid[]", _told(_ids("donors"), "NULL"), False),
    "may(permission text)": (
        "boolean",
        _told(f"coalesce(permission = ANY ({_list('permissions')}), false)", "false"),
        False,
    ),
    "in_areas()": (
        "boolean",
        "coalesce(cardinality(wall.areas()), 0) + coalesce(cardinality(wall.pairs()), 0) > 0",
        False,
    ),
    # Who asks is looked up before anybody is somebody; in one way there and back, at each request.
    "of_token(digest bytea)": (
        "text",
        _known("api_token", "'token', p.id, 'permissions', p.permissions, 'only', p.grants")
        + " AND p.revoked_at IS NULL AND (p.expires_at IS NULL OR p.expires_at > now()))",
        True,
    ),
    "of_session(digest bytea, seen_since timestamptz, created_since timestamptz)": (
        "text",
        _known(
            "session",
            "'session', p.id, 'seen_at', p.seen_at, 'proven', p.via = 'organisation' OR EXISTS (SELECT FROM"
            " public.second_factor AS f WHERE f.user_id = u.id AND f.confirmed_at IS NOT NULL)",
        )
        + " AND p.ended_at IS NULL AND p.seen_at > seen_since AND p.created_at > created_since)",
        True,
    ),
    # These ask what the condition of another table asks of this one, which would go round in a circle.
    "granted_asset(which uuid)": (
        "boolean",
        (
            "EXISTS (SELECT FROM public.asset WHERE asset.id = which"
            f" AND ({granted('asset', 'programme_id', 'municipality_code', 'destination_code')}))"
        ),
        True,
    ),
    "funds(which uuid)": (
        "boolean",
        (
            "EXISTS (SELECT FROM public.funding_share AS f WHERE f.programme_id = which"
            " AND f.donor_id = ANY (wall.donors()))"
        ),
        True,
    ),
    # Few programmes are looked at, each row of which is asked for: not worth setting up the condition of an asset,
    # with what that asks for, in the plan of whatever names a programme.
    "works_there(which uuid)": (
        "boolean",
        f"wall.in_areas() AND EXISTS (SELECT FROM public.asset WHERE asset.programme_id = which AND ({_ASSET}))",
        True,
    ),
    "counts(which uuid)": (
        "boolean",
        "EXISTS (SELECT FROM public.campaign_member AS m WHERE m.campaign_id = which AND m.user_id = wall.actor())",
        True,
    ),
    "counted_programmes(which uuid)": (
        "uuid[]",
        "ARRAY(SELECT p.programme_id FROM public.campaign_programme AS p WHERE p.campaign_id = which)",
        True,
    ),
}


class NoWallError(UnavailableError):
    """Row-level security is not up, so nothing is served."""

    code = "no-wall"


class PolicyMissingError(UnavailableError):
    """A table has no entry in db/policies.py: say there who sees its rows, or why everybody does."""

    code = "policy-missing"


Steps = list[tuple[str, ...]]


@cache
def _functions() -> tuple[str, ...]:
    """The first step. Functions are replaced, not dropped: requests go on by the policies that call them.

    So a function whose answer or parameters change needs another name.
    """
    return (
        "CREATE SCHEMA IF NOT EXISTS wall",
        "COMMENT ON SCHEMA wall IS 'is being raised'",
        f"GRANT USAGE ON SCHEMA wall TO {SYSTEM}, {APP}, {VIEWS}, {READER}",
        f"GRANT USAGE ON SCHEMA public TO {SYSTEM}, {APP}, {VIEWS}",
        f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {SYSTEM}, {APP}",
        *(
            f"CREATE OR REPLACE FUNCTION wall.{name} RETURNS {answer} LANGUAGE sql STABLE PARALLEL SAFE"
            f"{' SECURITY DEFINER' if through else ''} RETURN {body}"
            for name, (answer, body, through) in _FUNCTIONS.items()
        ),
    )


def _views() -> Iterable[str]:
    """The views that may be asked in SQL; they see what their owner is let through to, for whoever asks."""
    yield f"DROP SCHEMA IF EXISTS {SCHEMA} CASCADE"
    yield f"CREATE SCHEMA {SCHEMA}"
    yield f"GRANT USAGE, CREATE ON SCHEMA {SCHEMA} TO {VIEWS}"
    yield f"GRANT USAGE ON SCHEMA {SCHEMA} TO {READER}"
    for table, only in TABLES.items():
        listed = f" ({', '.join(only)})" if only else ""
        yield f"GRANT SELECT{listed} ON {table} TO {VIEWS}"
    for name, view in REPORTING.items():
        full = f"{SCHEMA}.{name}"
        columns = ", ".join(f"{column.of} AS {column.name}" for column in view.columns)
        yield (
            f"CREATE VIEW {full} WITH (security_barrier) AS"
            f" SELECT {columns} FROM {view.source} WHERE {view.where}"
        )
        yield f"COMMENT ON VIEW {full} IS {_quoted(view.text)}"
        for column in view.columns:
            yield f"COMMENT ON COLUMN {full}.{column.name} IS {_quoted(column.text)}"
        yield f"ALTER VIEW {full} OWNER TO {VIEWS}"
        yield f"GRANT SELECT ON {full} TO {READER}"
    yield f"REVOKE CREATE ON SCHEMA {SCHEMA} FROM {VIEWS}"


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


@cache
def digest() -> str:
    """What tells this wall from another."""
    tables = (each for name, entry in POLICIES.items() for each in of_table(name, entry))
    return hashlib.sha256("\n".join((*_functions(), *tables, *_views())).encode()).hexdigest()


async def steps(conn: AsyncConnection) -> Steps:
    """What raises the wall, unless it stands as it should: each step is a transaction of the owner's.

    A step locks one table at most, so that it can be taken while others work. Raises PolicyMissingError.
    """
    tables = await _tables(conn)
    if unknown := sorted(tables - POLICIES.keys()):
        raise PolicyMissingError(tables=", ".join(unknown))
    if not POLICIES.keys() <= tables or await stands(conn):
        return []
    found = [_functions()]
    for name, entry in POLICIES.items():
        granted = []
        if name in SECRET:
            columns = sorted(await _columns(conn, name) - SECRET[name])
            granted = [f"GRANT SELECT ({', '.join(columns)}) ON {name} TO {APP}"]
        found.append((*of_table(name, entry), *granted))
    bare = (part.name for part in await conn.execute(_PARTS) if part.bare)
    found += [(f"SELECT ledger_guard_part('{name}')",) for name in bare]
    found.append(tuple(_views()))
    known = {name.partition("(")[0] for name in _FUNCTIONS}
    gone = [f"DROP FUNCTION {each}" for name, each in await _present(conn) if name not in known]
    return [*found, (*gone, f"COMMENT ON SCHEMA wall IS '{digest()}'")]


async def is_raised(conn: AsyncConnection) -> bool:
    """Whether there is a wall, of whatever version; before the first there was none."""
    return await conn.scalar(text("SELECT to_regnamespace('wall')::text")) is not None


async def lower_wall(conn: AsyncConnection) -> None:
    """Take it down to what owner and system see, so that tables may go; requests see nothing until it is raised."""
    await conn.exec_driver_sql(f"DROP SCHEMA IF EXISTS wall, {SCHEMA} CASCADE")
    for name in sorted(await _tables(conn)):
        await conn.exec_driver_sql(f"DROP POLICY IF EXISTS app ON {name}")


class Gap(msgspec.Struct, frozen=True):
    """A hole in the wall: what it is about, and what is wrong with it."""

    about: str
    what: str


async def gaps(conn: AsyncConnection) -> list[Gap]:
    """What keeps the log-in of this connection from standing behind the wall; nothing is right."""
    found = [Gap(role.name, what) for role in [(await conn.execute(_LOG_IN)).one()] for what in _wrong(role)]
    for row in await conn.execute(_TABLES):
        entry = POLICIES.get(row.name)
        if entry is None:
            found.append(Gap(row.name, "has no policy"))
        elif isinstance(entry, Walled) and not row.forced:
            found.append(Gap(row.name, "row-level security is not forced"))
    found += [
        Gap(part.name, "is written to past its table") for part in await conn.execute(_PARTS) if part.bare
    ]
    if not await stands(conn):
        found.append(Gap("wall", "was not raised by this version of the program"))
    return found


async def must_stand(conn: AsyncConnection) -> None:
    """Raise NoWallError, with all that is wrong and what to run, unless the wall is up for this log-in."""
    if found := await gaps(conn):
        told = "\n".join(f"  {gap.about}: {gap.what}" for gap in found)
        raise NoWallError(
            "Row-level security is not up, so nothing is served:\n%(gaps)s\n"
            "Run: asset-tracker db upgrade (as the owner), and let the server log in as %(app)s; "
            "docs/operations.md tells how.",
            gaps=told,
            app=APP,
        )


def of_table(name: str, entry: Walled | Open) -> Iterable[str]:
    """What walls one table off."""
    yield f"REVOKE ALL ON {name} FROM PUBLIC, {SYSTEM}, {APP}, {VIEWS}, {READER}"
    if entry.by_system:
        yield f"GRANT SELECT, {entry.by_system} ON {name} TO {SYSTEM}"
    else:
        yield f"GRANT SELECT ON {name} TO {SYSTEM}"
    if name not in SECRET:
        yield f"GRANT SELECT ON {name} TO {APP}"
    if entry.writes:
        yield f"GRANT {entry.writes} ON {name} TO {APP}"
    for policy in ("owner", "system", "app"):
        yield f"DROP POLICY IF EXISTS {policy} ON {name}"
    if isinstance(entry, Open):
        yield f"ALTER TABLE {name} NO FORCE ROW LEVEL SECURITY, DISABLE ROW LEVEL SECURITY"
        return
    yield f"ALTER TABLE {name} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY"
    yield f"CREATE POLICY owner ON {name} TO {OWNER} USING (true) WITH CHECK (true)"
    # True and nothing else, so that PostgreSQL plans for the system as if there were no wall.
    yield f"CREATE POLICY system ON {name} TO {SYSTEM} USING (true) WITH CHECK (true)"
    asked = f"{APP}, {VIEWS}" if name in TABLES else APP
    yield f"CREATE POLICY app ON {name} TO {asked} USING ({entry.reach})"


_LOG_IN: Final = text(
    f"""SELECT rolname AS name, rolsuper AS super, rolbypassrls AS bypass,
    pg_has_role(oid, '{OWNER}', 'MEMBER') AS owner,
    pg_has_role(oid, '{APP}', 'USAGE') AS app, pg_has_role(oid, '{SYSTEM}', 'MEMBER') AS system,
    pg_has_role(oid, '{SYSTEM}', 'USAGE') AS always_system
    FROM pg_roles WHERE rolname = session_user"""
)
_TABLES: Final = text(
    """SELECT relname AS name, relrowsecurity AND relforcerowsecurity AS forced FROM pg_class
    WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition ORDER BY 1"""
)
# Parts of tables: nobody passes by the table whose parts they are.
_PARTS: Final = text(
    f"""SELECT relname AS name, NOT (relrowsecurity AND relforcerowsecurity) OR has_table_privilege('{APP}', oid,
    'SELECT, INSERT, UPDATE, DELETE, TRUNCATE') OR has_table_privilege('{SYSTEM}', oid,
    'INSERT, UPDATE, DELETE, TRUNCATE') AS bare FROM pg_class
    WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND relispartition ORDER BY 1"""
)


def _wrong(role: object) -> Iterable[str]:
    tests = {
        "super": "logs in as a superuser",
        "bypass": "may bypass row-level security",
        "owner": f"may become {OWNER}, who owns the tables",
        "always_system": f"inherits what {SYSTEM} may; it must be NOINHERIT",
    }
    for name, what in tests.items():
        if getattr(role, name):
            yield what
            if name == "super":
                return
    if not getattr(role, "app"):  # noqa: B009 - one way for all of these
        yield f"is not {APP}"
    if not getattr(role, "system"):  # noqa: B009 - as above
        yield f"may not become {SYSTEM}"


async def _tables(conn: AsyncConnection) -> set[str]:
    return {row.name for row in await conn.execute(_TABLES)}


async def _columns(conn: AsyncConnection, table: str) -> set[str]:
    of = text(
        "SELECT attname FROM pg_attribute WHERE attrelid = CAST(:t AS regclass) AND attnum > 0 AND NOT attisdropped"
    )
    return set(await conn.scalars(of, {"t": table}))


async def _present(conn: AsyncConnection) -> list[tuple[str, str]]:
    """The functions of the wall that is there: name, and how PostgreSQL calls each."""
    asked = (
        "SELECT proname, oid::regprocedure::text FROM pg_proc WHERE pronamespace = to_regnamespace('wall')"
    )
    return [(row[0], row[1]) for row in await conn.execute(text(asked))]


async def stands(conn: AsyncConnection) -> bool:
    """Whether the wall is the one of this program."""
    told = text("SELECT obj_description(oid, 'pg_namespace') FROM pg_namespace WHERE nspname = 'wall'")
    return bool(await conn.scalar(told) == digest())
