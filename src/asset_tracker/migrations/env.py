"""What Alembic runs: all tables known, the connection that ``db.migrate`` opened."""

import pkgutil
import re
from importlib import import_module
from importlib.util import find_spec

from alembic import context

import asset_tracker
from asset_tracker.db.metadata import metadata

for package in pkgutil.iter_modules(asset_tracker.__path__):
    module = f"asset_tracker.{package.name}.tables"
    if package.ispkg and find_spec(module):
        import_module(module)

# Expressions that PostgreSQL writes in other words than we do, so that Alembic takes them for another index.
REWORDED = frozenset(
    {
        "asset_sought_idx",
        "consignment_sought_idx",
        "asset_count_place_idx",
        "asset_figure_place_idx",
        "asset_number_place_idx",
    }
)
# Parts of ``event``, which the database makes itself as years come.
PARTS = re.compile(r"event_(until_\d{4}|\d{4}|other)")


def ours(_thing: object, name: str | None, kind: str, *_: object) -> bool:
    """Whether the tables in the code have a say in it."""
    reworded = kind == "index" and (name in REWORDED or (name or "").endswith("_oblast_idx"))
    return not reworded and not (kind == "table" and PARTS.fullmatch(name or ""))


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    compare_server_default=True,
    include_object=ours,
    transaction_per_migration=True,
)
with context.begin_transaction():
    context.run_migrations()
