"""What Alembic runs: all tables known, the connection that ``db.migrate`` opened."""

import re

from alembic import context

from asset_tracker.db.metadata import all_tables

# Expressions that PostgreSQL writes in other words than we do, so that Alembic takes them for another index.
REWORDED = frozenset(
    {
        "asset_names_idx",
        "asset_name_sought_idx",
        "consignment_sought_idx",
        "asset_count_place_idx",
        "asset_figure_place_idx",
        "asset_number_place_idx",
        "overdue_count_place_idx",
    }
)
# Kept for the version before, until the nightly job lets go of them.
LEFT = frozenset({"asset_sought_idx", "asset_stage_idx"})
# Parts of ``event``, which the database makes itself as years come.
PARTS = re.compile(r"event_(until_\d{4}|\d{4}|other)")


def ours(_thing: object, name: str | None, kind: str, *_: object) -> bool:
    """Whether the tables in the code have a say in it."""
    reworded = kind == "index" and (name in REWORDED | LEFT or (name or "").endswith("_oblast_idx"))
    return not reworded and not (kind == "table" and PARTS.fullmatch(name or ""))


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=all_tables(),
    compare_server_default=True,
    include_object=ours,
    transaction_per_migration=True,
)
with context.begin_transaction():
    context.run_migrations()
