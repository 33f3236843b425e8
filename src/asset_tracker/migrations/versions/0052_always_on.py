"""Triggers that keep beside assets what their states say are always on, as those of the ledger and of counts are.

A session that replays what another server did, or says that it does, passed by them: then lists of cases and of
what is due told something else than the assets. ``ledger verify`` tells it when one of them is off.

Revision: 0052
"""

from alembic import op

revision = "0052"
down_revision = "0051"
branch_labels = None
depends_on = None

_TRIGGERS = {
    "asset": ("cases_begin", "cases_follow", "plans_begin", "plans_follow"),
    "maintenance_plan": ("turn",),
}


def _switch(how: str) -> None:
    for table, names in _TRIGGERS.items():
        op.execute(f"ALTER TABLE {table} {', '.join(f'{how} TRIGGER {name}' for name in names)}")


def upgrade() -> None:
    _switch("ENABLE ALWAYS")


def downgrade() -> None:
    _switch("ENABLE")
