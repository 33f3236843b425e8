"""Raises the wall that ``policies`` describes: functions, privileges and policies, as one list of statements.

It is raised anew whenever the list differs from the one it was raised by, whose digest is the comment on the
schema ``wall``; so a changed policy needs no migration.
"""

import hashlib
from collections.abc import Iterable
from functools import cache
from typing import Final

import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker.db.policies import POLICIES, SECRET, Open, Walled, granted
from asset_tracker.db.roles import APP, OWNER, READER, SYSTEM, VIEWS
from asset_tracker.errors import UnavailableError

_SET: Final = "nullif(current_setting('asset_tracker.{}', true), '')"


def _list(name: str, of: str) -> str:
    return f"string_to_array({_SET.format(name)}, ',')::{of}[]"


def _known(proof: str, told: str) -> str:
    """Whom a digest of a secret stands for, as JSON text; NULL if nobody."""
    return f"""(SELECT jsonb_build_object('user', u.id, 'name', u.name, 'lang', u.lang, {told}, 'grants', coalesce(
    (SELECT jsonb_agg(jsonb_build_object('id', g.id, 'role', g.role, 'programme', g.programme_id, 'area', g.area,
    'donor', g.donor_id) ORDER BY g.id) FROM public.user_grant AS g WHERE g.user_id = u.id
    AND (g.valid_until IS NULL OR g.valid_until > now())), '[]'::jsonb))::text
    FROM public.{proof} AS p JOIN public.user_account AS u ON u.id = p.user_id AND u.disabled_at IS NULL
    WHERE p.token_hash = digest"""


# name and parameters: (answer, body, whether it looks through the wall)
_FUNCTIONS: Final[dict[str, tuple[str, str, bool]]] = {
    "actor()": ("uuid", f"{_SET.format('actor')}::uuid", False),
    "everything()": ("boolean", f"coalesce({_SET.format('everything')} = 'on', false)", False),
    "programmes()": ("uuid[]", _list("programmes", "uuid"), False),
    "areas()": ("text[]", _list("areas", "text"), False),
    "pairs()": ("text[]", _list("pairs", "text"), False),
    "donors()": ("uuid[]", _list("donors", "uuid"), False),
    "may(permission text)": (
        "boolean",
        f"coalesce(permission = ANY ({_list('permissions', 'text')}), false)",
        False,
    ),
    "in_areas()": ("boolean", "wall.areas() IS NOT NULL OR wall.pairs() IS NOT NULL", False),
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


@cache
def digest() -> str:
    """What tells this wall from another."""
    tables = (each for name, entry in POLICIES.items() for each in _of_table(name, entry))
    return hashlib.sha256("\n".join((*_functions(), *tables)).encode()).hexdigest()


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
        found.append((*_of_table(name, entry), *granted))
    known = {name.partition("(")[0] for name in _FUNCTIONS}
    gone = [f"DROP FUNCTION {each}" for name, each in await _present(conn) if name not in known]
    return [*found, (*gone, f"COMMENT ON SCHEMA wall IS '{digest()}'")]


async def is_raised(conn: AsyncConnection) -> bool:
    """Whether there is a wall, of whatever version; before the first there was none."""
    return await conn.scalar(text("SELECT to_regnamespace('wall')::text")) is not None


async def lower_wall(conn: AsyncConnection) -> None:
    """Take it down to what owner and system see, so that tables may go; requests see nothing until it is raised."""
    await conn.exec_driver_sql("DROP SCHEMA IF EXISTS wall CASCADE")
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


def _of_table(name: str, entry: Walled | Open) -> Iterable[str]:
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
    yield f"CREATE POLICY app ON {name} TO {APP} USING ({entry.reach})"


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
