"""Large tables are looked after before a fifth of them is new; what waits in quarantine is found by an index.

A table that only grows gets its visibility map and statistics after every fiftieth and hundredth part that is
added, not after every fifth and tenth: at 200 million events those are 40 and 20 million rows. Ends of chains are
rewritten with each event and have one index, on what never changes: room on their pages keeps that within a page.

Revision: 0036
"""

import sqlalchemy as sa
from alembic import op

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None

_GROWING = ("event", "event_file", "ledger_leaf", "asset_period")
_ADDED = "autovacuum_vacuum_insert_scale_factor"
_COUNTED = "autovacuum_analyze_scale_factor"


def upgrade() -> None:
    for table in _GROWING:
        op.execute(f"ALTER TABLE {table} SET ({_ADDED} = 0.02, {_COUNTED} = 0.01)")
    op.execute(f"ALTER TABLE asset SET (autovacuum_vacuum_scale_factor = 0.05, {_COUNTED} = 0.02)")
    op.execute("ALTER TABLE asset_head SET (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.05)")
    op.create_index(
        "quarantine_waiting_idx", "quarantine", ["id"], postgresql_where=sa.text("settled_at IS NULL")
    )


def downgrade() -> None:
    op.drop_index("quarantine_waiting_idx", "quarantine")
    op.execute("ALTER TABLE asset_head RESET (fillfactor, autovacuum_vacuum_scale_factor)")
    op.execute(f"ALTER TABLE asset RESET (autovacuum_vacuum_scale_factor, {_COUNTED})")
    for table in _GROWING:
        op.execute(f"ALTER TABLE {table} RESET ({_ADDED}, {_COUNTED})")
