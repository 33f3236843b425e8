"""The roles that PostgreSQL keeps apart, and the SQL that makes them.

``OWNER`` owns every table and never logs in: migrations become it. ``APP`` is what the server logs in as:
it sees through the policies of ``policies`` only. ``SYSTEM`` is what it becomes (``SET LOCAL ROLE``) for the
ledger, for log-ins and for the command line. ``VIEWS`` owns the views that may be asked in SQL, ``READER`` is what
those who ask them log in as, whatever they then say of themselves (``raising``: a key tells who they are). None of them is a superuser or passes by row-level security.
"""

from typing import Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker.errors import UnavailableError

OWNER: Final = "asset_tracker_owner"
SYSTEM: Final = "asset_tracker_system"
APP: Final = "asset_tracker_app"
VIEWS: Final = "asset_tracker_views"
READER: Final = "asset_tracker_reader"
# NOINHERIT: the server has what the system has only while it has become it, and says so.
_MADE_AS: Final = {
    OWNER: "NOLOGIN",
    SYSTEM: "NOLOGIN",
    VIEWS: "NOLOGIN",
    READER: "LOGIN",
    APP: "LOGIN NOINHERIT",
}
ROLES: Final = tuple(_MADE_AS)
_NEVER: Final = "NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE NOREPLICATION"
# PostgreSQL copies rows only into tables that are not walled for whom it copies. To the system they are open anyway
# (its policies are ``true``); where an administrator may not say so, rows go in by INSERT (``bulk.put``).
_MAY_COPY: Final = (
    f"DO $$ BEGIN ALTER ROLE {SYSTEM} BYPASSRLS; EXCEPTION WHEN insufficient_privilege THEN NULL; END $$"
)


class RolesMissingError(UnavailableError):
    """The database lacks the roles that keep offices apart, and this log-in may not make them."""

    code = "roles-missing"


def setup_sql(database: str, login: str | None = None) -> list[str]:
    """What an administrator of a server runs once for ``database``; again is safe.

    ``login`` is who runs ``db upgrade``: it may become the owner. None leaves that to a superuser.
    """
    statements = [
        f"DO $$ BEGIN CREATE ROLE {role} {kind} {_NEVER}; EXCEPTION WHEN duplicate_object THEN NULL; END $$"
        for role, kind in _MADE_AS.items()
    ]
    # It was made before anybody could log in as it.
    statements += [
        _MAY_COPY,
        f"ALTER ROLE {READER} LOGIN",
        f"ALTER ROLE {READER} SET default_transaction_read_only = on",
        f"ALTER ROLE {READER} SET statement_timeout = '30s'",
        f"GRANT {SYSTEM} TO {APP}",
        f"GRANT {SYSTEM}, {VIEWS} TO {OWNER}",  # it hands views over, and backs up as the system
        f'GRANT CREATE, CONNECT, TEMPORARY ON DATABASE "{database}" TO {OWNER}',
        f'GRANT CONNECT ON DATABASE "{database}" TO {APP}, {READER}',
        f"GRANT ALL ON SCHEMA public TO {OWNER} WITH GRANT OPTION",
        "REVOKE CREATE ON SCHEMA public FROM PUBLIC",
    ]
    if login:
        statements.append(f'GRANT {OWNER} TO "{login}"')
    return statements


# Whatever somebody else made in our schema before there was an owner.
_OTHERS = f"""
SELECT format(CASE c.relkind WHEN 'S' THEN 'ALTER SEQUENCE %s OWNER TO {OWNER}'
                             WHEN 'v' THEN 'ALTER VIEW %s OWNER TO {OWNER}'
                             ELSE 'ALTER TABLE %s OWNER TO {OWNER}' END, c.oid::regclass) AS statement
FROM pg_class AS c
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'S')
  AND pg_get_userbyid(c.relowner) <> '{OWNER}'
  AND NOT EXISTS (SELECT FROM pg_depend AS d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid
                  AND d.deptype IN ('e', 'i', 'a') AND c.relkind = 'S')
UNION ALL
SELECT format('ALTER FUNCTION %s OWNER TO {OWNER}', p.oid::regprocedure)
FROM pg_proc AS p
WHERE p.pronamespace = 'public'::regnamespace AND pg_get_userbyid(p.proowner) <> '{OWNER}'
  AND NOT EXISTS (SELECT FROM pg_depend AS d WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid
                  AND d.deptype = 'e')
"""


async def missing(conn: AsyncConnection) -> list[str]:
    """The roles that this server does not know."""
    there = set(await conn.scalars(text("SELECT rolname FROM pg_roles WHERE rolname LIKE 'asset_tracker_%'")))
    return [role for role in _MADE_AS if role not in there]


async def become_owner(conn: AsyncConnection) -> None:
    """Make the roles if need be, hand over what others own, and go on as the owner of everything.

    Raises RolesMissingError, with the SQL that an administrator must run, when this log-in may not.
    """
    who = (
        await conn.execute(
            text(
                "SELECT current_user AS name, current_database() AS database,"
                " (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) AS super,"
                f" (SELECT rolbypassrls FROM pg_roles WHERE rolname = '{SYSTEM}') AS copies"
            )
        )
    ).one()
    if await _is_set_up(conn, who.name) and (who.copies or not who.super):
        pass
    elif who.super:
        for statement in setup_sql(who.database):
            await conn.execute(text(statement))
    else:
        raise RolesMissingError(
            "The database needs its roles first. As a superuser of the server, run:\n%(sql)s",
            sql=";\n".join(setup_sql(who.database, who.name)) + ";",
        )
    for statement in (await conn.scalars(text(_OTHERS))).all():
        await conn.execute(text(statement))
    await conn.execute(text(f"SET ROLE {OWNER}"))


async def _is_set_up(conn: AsyncConnection, login: str) -> bool:
    if await missing(conn):
        return False
    asked = text(
        "SELECT pg_has_role(:login, :owner, 'MEMBER') AND pg_has_role(:app, :system, 'MEMBER')"
        " AND pg_has_role(:owner, :views, 'MEMBER')"
        " AND has_database_privilege(:owner, current_database(), 'CREATE')"
        " AND has_schema_privilege(:owner, 'public', 'CREATE')"
        " AND NOT has_schema_privilege(:app, 'public', 'CREATE')"
        " AND (SELECT rolcanlogin FROM pg_roles WHERE rolname = :reader)"
    )
    named = {"reader": READER, "login": login, "owner": OWNER, "app": APP, "system": SYSTEM, "views": VIEWS}
    return bool(await conn.scalar(asked, named))
