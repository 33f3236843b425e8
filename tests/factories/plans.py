"""The plans by which PostgreSQL answers what the product really asks, as auto_explain tells them."""

import json
import re
from typing import NamedTuple

from sqlalchemy import event, text
from sqlalchemy.pool import NullPool

from asset_tracker.db.engine import make_engine
from asset_tracker.db.roles import APP

# What grows with assets and events; everything else fits on some pages.
LARGE = frozenset(
    {
        "access_record",
        "asset",
        "asset_case",
        "asset_head",
        "asset_period",
        "asset_share",
        "event",
        "event_file",
        "event_key",
        "ledger_leaf",
        "quarantine",
        "tag",
    }
)
_PART = re.compile(r"event_(until_\d{4}|\d{4}|other)")
_TOLD = {
    "session_preload_libraries": "auto_explain",
    "auto_explain.log_min_duration": "0",
    "auto_explain.log_format": "json",
    "auto_explain.log_nested_statements": "on",
    "auto_explain.log_level": "notice",
}


class Scan(NamedTuple):
    """One way into a large table: ``bounded`` by a condition of an index, a partial index, or a LIMIT above."""

    table: str
    node: str
    index: str
    bounded: bool
    statement: str


async def tell_plans(owner_url, **settings):
    """From its next session on, the product's log-in is told the plan of each statement, under these settings.

    Its own, and those within functions and policies, which an EXPLAIN of ours would not show.
    """
    engine = make_engine(owner_url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    async with engine.connect() as conn:
        name = await conn.scalar(text("SELECT current_database()"))
        for setting, value in {**_TOLD, **settings}.items():
            await conn.exec_driver_sql(f"ALTER ROLE {APP} IN DATABASE {name} SET {setting} TO '{value}'")
    await engine.dispose()


class Plans:
    """What an engine's connections are told, from when they are opened."""

    def __init__(self, engine):
        self._kept = []
        event.listen(engine.sync_engine, "connect", self._listen)

    def _listen(self, connection, _record):
        connection.driver_connection.add_log_listener(lambda _, message: self._kept.append(message.message))

    def forget(self):
        self._kept.clear()

    def statements(self):
        """The text of each statement since then, with its plan."""
        for each in self._kept:
            _, found, plan = each.partition("plan:\n")
            if found:
                told = json.loads(plan)
                yield told["Query Text"], told["Plan"]

    def scans(self):
        """How the statements since then came into large tables."""
        for statement, plan in self.statements():
            yield from _scans(plan, statement, limited=False)


def _scans(node, statement, *, limited):
    kind = node["Node Type"]
    limited = limited or kind == "Limit"
    table = _PART.sub("event", node.get("Relation Name", ""))
    if table in LARGE and "Scan" in kind:
        conditions = ("Index Cond", "Recheck Cond", "TID Cond")
        bounded = limited or any(each in node for each in conditions)
        yield Scan(table, kind, node.get("Index Name", ""), bounded, statement)
    for each in node.get("Plans", ()):
        # What sorts or counts must take all there is before a limit above it is reached.
        yield from _scans(each, statement, limited=limited and kind not in ("Sort", "Aggregate", "Hash"))
