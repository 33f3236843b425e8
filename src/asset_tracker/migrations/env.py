"""What Alembic runs: all tables known, the connection that ``db.migrate`` opened."""

import pkgutil
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
    {"asset_sought_idx", "consignment_sought_idx", "asset_count_place_idx", "asset_figure_place_idx"}
)

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    compare_server_default=True,
    include_object=lambda _thing, name, kind, *_: not (kind == "index" and name in REWORDED),
    transaction_per_migration=True,
)
with context.begin_transaction():
    context.run_migrations()
