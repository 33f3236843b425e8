"""Needs of municipalities are imported like other lists.

Revision: 0041
"""

from alembic import op

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None

_BEFORE = (
    "assets", "consignments", "service_points", "parties", "programmes", "users", "population", "events",
    "verifications",
)  # fmt: skip


def upgrade() -> None:
    for table in ("import_batch", "import_mapping"):
        _allow(table, (*_BEFORE, "needs"), not_valid=False)


def downgrade() -> None:
    for table in ("import_batch", "import_mapping"):
        _allow(table, _BEFORE, not_valid=True)  # what was imported meanwhile stays


def _allow(table: str, kinds: tuple[str, ...], *, not_valid: bool) -> None:
    listed = ", ".join(f"'{kind}'" for kind in kinds)
    name = op.f(f"{table}_kind_check")
    op.drop_constraint(name, table)
    op.create_check_constraint(name, table, f"kind IN ({listed})", postgresql_not_valid=not_valid)
