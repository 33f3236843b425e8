"""Indexes by which lists of what is due, the desk and the search stay quick over a million assets.

Revision: 0019
"""

from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

INDEXES = (
    """CREATE INDEX asset_acquired_on_idx ON asset (programme_id, acquired_on) WHERE gone_reason IS NULL AND acquired_on IS NOT NULL""",
    """CREATE INDEX asset_broken_idx ON asset (changed_at DESC, id) WHERE gone_reason IS NULL AND (condition IN ('needs_attention', 'unserviceable'))""",
    """CREATE INDEX asset_case_open_idx ON asset (changed_at DESC, id) WHERE (state @> '{"case_open": true}')""",
    """CREATE INDEX asset_no_acquired_on_idx ON asset (delivered_at, id) WHERE gone_reason IS NULL AND delivered_at IS NOT NULL AND (acquired_on IS NULL)""",
    """CREATE INDEX asset_no_condition_idx ON asset (delivered_at, id) WHERE gone_reason IS NULL AND delivered_at IS NOT NULL AND (condition = 'unknown')""",
    """CREATE INDEX asset_no_currency_idx ON asset (delivered_at, id) WHERE gone_reason IS NULL AND delivered_at IS NOT NULL AND (currency IS NULL)""",
    """CREATE INDEX asset_no_funding_idx ON asset (delivered_at, id) WHERE gone_reason IS NULL AND delivered_at IS NOT NULL AND (NOT state ? 'shares')""",
    """CREATE INDEX asset_delivered_idx ON asset (delivered_at, id) WHERE gone_reason IS NULL AND delivered_at IS NOT NULL""",
    """CREATE INDEX asset_unproved_idx ON asset (programme_id) WHERE gone_reason IS NULL AND accepted_at IS NULL""",
    """CREATE INDEX asset_no_inventory_number_idx ON asset (delivered_at, id) WHERE gone_reason IS NULL AND delivered_at IS NOT NULL AND (inventory_number IS NULL)""",
    """CREATE INDEX asset_no_location_idx ON asset (delivered_at, id) WHERE gone_reason IS NULL AND delivered_at IS NOT NULL AND (place = 'unknown')""",
    """CREATE INDEX asset_no_serial_idx ON asset (delivered_at, id) WHERE gone_reason IS NULL AND delivered_at IS NOT NULL AND (serial IS NULL AND NOT is_kit AND quantity = 1)""",
    """CREATE INDEX asset_no_unit_price_idx ON asset (delivered_at, id) WHERE gone_reason IS NULL AND delivered_at IS NOT NULL AND (unit_price IS NULL)""",
    """CREATE INDEX asset_no_use_idx ON asset (delivered_at, id) WHERE gone_reason IS NULL AND delivered_at IS NOT NULL AND (use IS NULL)""",
    """CREATE INDEX asset_seen_idx ON asset (coalesce(verified_at, delivered_at), id) WHERE gone_reason IS NULL AND delivered_at IS NOT NULL""",
    """CREATE INDEX asset_stage_idx ON asset (stage, programme_id) WHERE gone_reason IS NULL""",
    """CREATE INDEX asset_to_install_idx ON asset (changed_at DESC, id) WHERE gone_reason IS NULL AND (stage IN ('delivered', 'accepted') AND kit_id IS NULL)""",
    """CREATE INDEX asset_unaccepted_idx ON asset (delivered_at, id) WHERE gone_reason IS NULL AND delivered_at IS NOT NULL AND accepted_at IS NULL""",
    """CREATE INDEX asset_unmarked_idx ON asset (delivered_at, id) WHERE gone_reason IS NULL AND delivered_at IS NOT NULL AND (coalesce(state ->> 'visibility', '') NOT IN ('applied', 'waived'))""",
    """CREATE INDEX asset_unpublished_idx ON asset (id) WHERE gone_reason IS NULL AND (state ? 'balance_on' AND NOT state ? 'published_on')""",
    """CREATE INDEX asset_vehicle_idx ON asset (accepted_at, id) WHERE (category = 'vehicle')""",
    """CREATE INDEX asset_warranty_until_idx ON asset (warranty_until, id) WHERE gone_reason IS NULL AND warranty_until IS NOT NULL""",
)
NAMED = """CREATE INDEX asset_named_idx ON asset USING gin (name_uk gin_trgm_ops, name_en gin_trgm_ops, manufacturer gin_trgm_ops, model gin_trgm_ops)"""


def upgrade() -> None:
    # A trusted extension: whoever may make things in the database may make it.
    op.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
    for index in (*INDEXES, NAMED):
        op.execute(index)


def downgrade() -> None:
    for index in (*INDEXES, NAMED):
        op.execute(f"DROP INDEX {index.split()[2]}")
