"""The first tables: ledger, people, territory, programmes, consignments, files.

Revision: 0001
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


# The event table only grows. Erasing a person may take openings of commitments away, and nothing else.
ONLY_GROWS = (
    """
CREATE FUNCTION ledger_only_grows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF to_jsonb(NEW) - 'private' = to_jsonb(OLD) - 'private'
           AND OLD.private IS NOT NULL AND (NEW.private IS NULL OR OLD.private @> NEW.private) THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'the ledger only grows' USING ERRCODE = 'restrict_violation';
END $$""",
    """CREATE TRIGGER only_grows BEFORE UPDATE OR DELETE ON event
    FOR EACH ROW EXECUTE FUNCTION ledger_only_grows()""",
    """CREATE TRIGGER only_grows_whole BEFORE TRUNCATE ON event
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_only_grows()""",
    "ALTER TABLE event ENABLE ALWAYS TRIGGER only_grows",
    "ALTER TABLE event ENABLE ALWAYS TRIGGER only_grows_whole",
)


def upgrade() -> None:
    op.create_table(
        "asset",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tag", sa.Text(), nullable=False),
        sa.Column("programme_id", sa.Uuid(), nullable=True),
        sa.Column("consignment_id", sa.Uuid(), nullable=True),
        sa.Column("line", sa.Integer(), nullable=True),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("name_uk", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=True),
        sa.Column("manufacturer", sa.Text(), nullable=True),
        sa.Column("model", sa.Text(), nullable=True),
        sa.Column("serial", sa.Text(), nullable=True),
        sa.Column("serial_key", sa.Text(), nullable=True),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("unit_price", sa.Numeric(precision=16, scale=2), nullable=True),
        sa.Column("currency", sa.Text(), nullable=True),
        sa.Column("acquired_on", sa.Date(), nullable=True),
        sa.Column("warranty_until", sa.Date(), nullable=True),
        sa.Column("is_kit", sa.Boolean(), nullable=False),
        sa.Column("kit_id", sa.Uuid(), nullable=True),
        sa.Column("destination_code", sa.Text(), nullable=True),
        sa.Column("municipality_code", sa.Text(), nullable=True),
        sa.Column("service_point_id", sa.Uuid(), nullable=True),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("stage", sa.Text(), nullable=False),
        sa.Column("condition", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("gone_reason", sa.Text(), nullable=True),
        sa.Column("use", sa.Text(), nullable=True),
        sa.Column("disputed", sa.Boolean(), nullable=False),
        sa.Column("act_id", sa.Uuid(), nullable=True),
        sa.Column("delivered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("installed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("verified_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("maintained_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("inventory_number", sa.Text(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("head_seq", sa.Integer(), nullable=False),
        sa.Column("head_hash", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint(
            "category IN ('laptop', 'desktop', 'monitor', 'mfd', 'printer', 'scanner', 'ups', 'router', 'tablet', 'camera', 'id_reader', 'mobile_case', 'video_kit', 'vehicle', 'software', 'furniture', 'other')",
            name=op.f("asset_category_check"),
        ),
        sa.CheckConstraint(
            "condition IN ('working', 'needs_attention', 'unserviceable', 'unknown')",
            name=op.f("asset_condition_check"),
        ),
        sa.CheckConstraint(
            "gone_reason IN ('disposed', 'lost', 'stolen', 'destroyed', 'returned', 'withdrawn')",
            name=op.f("asset_gone_reason_check"),
        ),
        sa.CheckConstraint(
            "stage IN ('expected', 'received', 'dispatched', 'delivered', 'accepted', 'installed', 'in_service', 'out_of_service', 'gone')",
            name=op.f("asset_stage_check"),
        ),
        sa.CheckConstraint(
            "title IN ('donor', 'implementer', 'municipality')", name=op.f("asset_title_check")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("asset_pkey")),
    )
    op.create_index("asset_consignment_id_idx", "asset", ["consignment_id", "line"], unique=False)
    op.create_index("asset_destination_code_idx", "asset", ["destination_code", "id"], unique=False)
    op.create_index("asset_disputed_idx", "asset", ["id"], unique=False, postgresql_where=sa.text("disputed"))
    op.create_index(
        "asset_kit_id_idx", "asset", ["kit_id"], unique=False, postgresql_where=sa.text("kit_id IS NOT NULL")
    )
    op.create_index("asset_municipality_code_idx", "asset", ["municipality_code", "id"], unique=False)
    op.create_index("asset_programme_id_idx", "asset", ["programme_id", "id"], unique=False)
    op.create_index("asset_serial_key_idx", "asset", ["serial_key"], unique=False)
    op.create_index("asset_service_point_id_idx", "asset", ["service_point_id"], unique=False)
    op.create_index("asset_tag_key", "asset", ["tag"], unique=True)
    op.create_table(
        "event_file",
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("asset_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("event_id", "sha256", name=op.f("event_file_pkey")),
    )
    op.create_index("event_file_sha256_idx", "event_file", ["sha256"], unique=False)
    op.create_table(
        "asset_head",
        sa.Column("asset_id", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("programme_id", sa.Uuid(), nullable=True),
        sa.PrimaryKeyConstraint("asset_id", name=op.f("asset_head_pkey")),
    )
    op.create_table(
        "asset_period",
        sa.Column("asset_id", sa.Uuid(), nullable=False),
        sa.Column("valid_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("valid_to", sa.DateTime(timezone=True), nullable=True),
        sa.Column("destination_code", sa.Text(), nullable=True),
        sa.Column("municipality_code", sa.Text(), nullable=True),
        sa.Column("service_point_id", sa.Uuid(), nullable=True),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("stage", sa.Text(), nullable=False),
        sa.Column("condition", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.CheckConstraint("valid_to > valid_from", name=op.f("asset_period_order_check")),
        sa.PrimaryKeyConstraint("asset_id", "valid_from", name=op.f("asset_period_pkey")),
    )
    op.create_index(
        "asset_period_destination_code_idx", "asset_period", ["destination_code", "valid_from"], unique=False
    )
    op.create_index(
        "asset_period_municipality_code_idx",
        "asset_period",
        ["municipality_code", "valid_from"],
        unique=False,
    )
    op.create_table(
        "asset_share",
        sa.Column("asset_id", sa.Uuid(), nullable=False),
        sa.Column("donor_id", sa.Uuid(), nullable=False),
        sa.Column("percent", sa.Numeric(precision=7, scale=4), nullable=False),
        sa.PrimaryKeyConstraint("asset_id", "donor_id", name=op.f("asset_share_pkey")),
    )
    op.create_index("asset_share_donor_id_idx", "asset_share", ["donor_id", "asset_id"], unique=False)
    op.create_table(
        "codifier_edition",
        sa.Column("edition", sa.Date(), nullable=False),
        sa.Column("order_number", sa.Text(), nullable=False),
        sa.Column("loaded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("edition", name=op.f("codifier_edition_pkey")),
    )
    op.create_table(
        "event",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("asset_id", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=False),
        sa.Column("device", sa.Text(), nullable=True),
        sa.Column("programme_id", sa.Uuid(), nullable=True),
        sa.Column("operation", sa.Uuid(), nullable=True),
        sa.Column("supersedes", sa.Uuid(), nullable=True),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("private", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("prev_hash", sa.LargeBinary(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("seq >= 1", name=op.f("event_seq_check")),
        sa.PrimaryKeyConstraint("id", name=op.f("event_pkey")),
    )
    op.create_index("event_asset_id_seq_key", "event", ["asset_id", "seq"], unique=True)
    op.create_index(
        "event_operation_idx",
        "event",
        ["operation"],
        unique=False,
        postgresql_where=sa.text("operation IS NOT NULL"),
    )
    op.create_index("event_recorded_at_idx", "event", ["recorded_at"], unique=False, postgresql_using="brin")
    op.create_table(
        "file",
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=True),
        sa.Column("height", sa.Integer(), nullable=True),
        sa.Column("stored_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "(media_type = 'image/jpeg') = (width IS NOT NULL AND height IS NOT NULL)",
            name=op.f("file_dimensions_check"),
        ),
        sa.CheckConstraint("kind IN ('photo', 'scan')", name=op.f("file_kind_check")),
        sa.CheckConstraint(
            "media_type IN ('image/jpeg', 'application/pdf')", name=op.f("file_media_type_check")
        ),
        sa.CheckConstraint("sha256 ~ '^[0-9a-f]{64}$'", name=op.f("file_sha256_check")),
        sa.CheckConstraint("size > 0", name=op.f("file_size_check")),
        sa.PrimaryKeyConstraint("sha256", name=op.f("file_pkey")),
    )
    op.create_table(
        "login_attempt",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("account", sa.LargeBinary(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("succeeded", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("login_attempt_pkey")),
    )
    op.create_index("login_attempt_at_idx", "login_attempt", ["at"], unique=False)
    op.create_table(
        "municipality",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=True),
        sa.Column("name_uk", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("raion_code", sa.Text(), nullable=True),
        sa.Column("raion_uk", sa.Text(), nullable=True),
        sa.Column("oblast_code", sa.Text(), nullable=False),
        sa.Column("oblast_uk", sa.Text(), nullable=False),
        sa.Column("population", sa.Integer(), nullable=True),
        sa.Column("centre_uk", sa.Text(), nullable=True),
        sa.Column("lat", sa.Double(), nullable=True),
        sa.Column("lon", sa.Double(), nullable=True),
        sa.Column("gone", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("sort_key", sa.Text(collation="C"), nullable=False),
        sa.CheckConstraint("category IN ('H', 'K')", name=op.f("municipality_category_check")),
        sa.CheckConstraint("code ~ '^UA[0-9]{17}$'", name=op.f("municipality_code_check")),
        sa.CheckConstraint(
            "kind IN ('urban', 'settlement', 'rural', 'city')", name=op.f("municipality_kind_check")
        ),
        sa.CheckConstraint(
            "lat BETWEEN -90 AND 90 AND lon BETWEEN -180 AND 180", name=op.f("municipality_position_check")
        ),
        sa.CheckConstraint("population >= 0", name=op.f("municipality_population_check")),
        sa.PrimaryKeyConstraint("code", name=op.f("municipality_pkey")),
    )
    op.create_index(
        op.f("municipality_sort_key_code_idx"), "municipality", ["sort_key", "code"], unique=False
    )
    op.create_table(
        "party",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name_uk", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("short_name", sa.Text(), nullable=True),
        sa.Column("edrpou", sa.Text(), nullable=True),
        sa.Column("address", sa.Text(), nullable=True),
        sa.Column("municipality_code", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "kind IN ('donor', 'implementer', 'council', 'supplier', 'carrier')",
            name=op.f("party_kind_check"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("party_pkey")),
    )
    op.create_index(
        "party_edrpou_key", "party", ["edrpou"], unique=True, postgresql_where=sa.text("edrpou IS NOT NULL")
    )
    op.create_index("party_municipality_code_idx", "party", ["municipality_code"], unique=False)
    op.create_table(
        "quarantine",
        sa.Column("id", sa.BigInteger(), autoincrement=True, nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=True),
        sa.Column("asset_ref", sa.Text(), nullable=True),
        sa.Column("asset_id", sa.Uuid(), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=False),
        sa.Column("device", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=True),
        sa.Column("raw", sa.LargeBinary(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_by", sa.Uuid(), nullable=True),
        sa.Column("settled_how", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("quarantine_pkey")),
        sa.UniqueConstraint("digest", name=op.f("quarantine_digest_key")),
    )
    op.create_table(
        "tag",
        sa.Column("tag", sa.Text(), nullable=False),
        sa.Column("asset_id", sa.Uuid(), nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("programme_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "status IN ('blank', 'bound', 'replaced', 'retired')", name=op.f("tag_status_check")
        ),
        sa.PrimaryKeyConstraint("tag", name=op.f("tag_pkey")),
    )
    op.create_index("tag_asset_id_idx", "tag", ["asset_id"], unique=False)
    op.create_table(
        "user_account",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=True),
        sa.Column("lang", sa.Text(), server_default="uk", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("disabled_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("lang IN ('uk', 'en')", name=op.f("user_account_lang_check")),
        sa.PrimaryKeyConstraint("id", name=op.f("user_account_pkey")),
    )
    op.create_index(
        "user_account_email_key", "user_account", [sa.literal_column("lower(email)")], unique=True
    )
    op.create_table(
        "api_token",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("api_token_user_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("api_token_pkey")),
        sa.UniqueConstraint("token_hash", name=op.f("api_token_token_hash_key")),
    )
    op.create_index("api_token_user_id_idx", "api_token", ["user_id"], unique=False)
    op.create_table(
        "file_sent",
        sa.Column("sent_sha256", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.CheckConstraint("sent_sha256 ~ '^[0-9a-f]{64}$'", name=op.f("file_sent_sent_sha256_check")),
        sa.ForeignKeyConstraint(["sha256"], ["file.sha256"], name=op.f("file_sent_sha256_fkey")),
        sa.PrimaryKeyConstraint("sent_sha256", name=op.f("file_sent_pkey")),
    )
    op.create_index(op.f("file_sent_sha256_idx"), "file_sent", ["sha256"], unique=False)
    op.create_table(
        "municipality_name",
        sa.Column("municipality_code", sa.Text(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("name_uk", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["municipality_code"],
            ["municipality.code"],
            name=op.f("municipality_name_municipality_code_fkey"),
        ),
        sa.PrimaryKeyConstraint("municipality_code", "valid_from", name=op.f("municipality_name_pkey")),
    )
    op.create_table(
        "programme",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name_uk", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("agreement", sa.Text(), nullable=True),
        sa.Column("implementer_id", sa.Uuid(), nullable=False),
        sa.Column("legal_regime", sa.Text(), nullable=False),
        sa.Column("title_passes", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=True),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("demonstration", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "legal_regime IN ('technical_assistance', 'humanitarian', 'charity', 'budget')",
            name=op.f("programme_legal_regime_check"),
        ),
        sa.CheckConstraint(
            "title_passes IN ('on_acceptance', 'at_programme_end', 'by_decision')",
            name=op.f("programme_title_passes_check"),
        ),
        sa.ForeignKeyConstraint(["implementer_id"], ["party.id"], name=op.f("programme_implementer_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("programme_pkey")),
        sa.UniqueConstraint("code", name=op.f("programme_code_key")),
    )
    op.create_table(
        "service_point",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("municipality_code", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name_uk", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=True),
        sa.Column("status", sa.Text(), server_default="working", nullable=False),
        sa.Column("parent_id", sa.Uuid(), nullable=True),
        sa.Column("lat", sa.Double(), nullable=True),
        sa.Column("lon", sa.Double(), nullable=True),
        sa.Column("sort_key", sa.Text(collation="C"), nullable=False),
        sa.CheckConstraint(
            "kind IN ('asc', 'territorial_unit', 'remote_workplace', 'mobile_office', 'starosta', 'warehouse')",
            name=op.f("service_point_kind_check"),
        ),
        sa.CheckConstraint(
            "status IN ('working', 'relocated', 'suspended', 'destroyed')",
            name=op.f("service_point_status_check"),
        ),
        sa.CheckConstraint(
            "lat BETWEEN -90 AND 90 AND lon BETWEEN -180 AND 180", name=op.f("service_point_position_check")
        ),
        sa.CheckConstraint("parent_id <> id", name=op.f("service_point_parent_check")),
        sa.ForeignKeyConstraint(
            ["municipality_code"], ["municipality.code"], name=op.f("service_point_municipality_code_fkey")
        ),
        sa.ForeignKeyConstraint(
            ["parent_id"], ["service_point.id"], name=op.f("service_point_parent_id_fkey")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("service_point_pkey")),
    )
    op.create_index(
        op.f("service_point_municipality_code_sort_key_idx"),
        "service_point",
        ["municipality_code", "sort_key"],
        unique=False,
    )
    op.create_table(
        "session",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("session_user_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("session_pkey")),
        sa.UniqueConstraint("token_hash", name=op.f("session_token_hash_key")),
    )
    op.create_index("session_user_id_idx", "session", ["user_id"], unique=False)
    op.create_table(
        "user_grant",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("programme_id", sa.Uuid(), nullable=True),
        sa.Column("area", sa.Text(), nullable=True),
        sa.Column("donor_id", sa.Uuid(), nullable=True),
        sa.Column("valid_until", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "role IN ('administrator', 'coordinator', 'technician', 'custodian', 'donor', 'auditor')",
            name=op.f("user_grant_role_check"),
        ),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("user_grant_user_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("user_grant_pkey")),
    )
    op.create_index("user_grant_user_id_idx", "user_grant", ["user_id"], unique=False)
    op.create_table(
        "consignment",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("programme_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("municipality_code", sa.Text(), nullable=False),
        sa.Column("waybill", sa.Text(), nullable=True),
        sa.Column("carrier", sa.Text(), nullable=True),
        sa.Column("expected_on", sa.Date(), nullable=True),
        sa.Column("dispatched_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["municipality_code"], ["municipality.code"], name=op.f("consignment_municipality_code_fkey")
        ),
        sa.ForeignKeyConstraint(
            ["programme_id"], ["programme.id"], name=op.f("consignment_programme_id_fkey")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("consignment_pkey")),
        sa.UniqueConstraint("programme_id", "number", name=op.f("consignment_programme_id_number_key")),
    )
    op.create_index("consignment_municipality_code_idx", "consignment", ["municipality_code"], unique=False)
    op.create_table(
        "funding_share",
        sa.Column("programme_id", sa.Uuid(), nullable=False),
        sa.Column("donor_id", sa.Uuid(), nullable=False),
        sa.Column("percent", sa.Numeric(precision=7, scale=4), nullable=False),
        sa.CheckConstraint("percent > 0 AND percent <= 100", name=op.f("funding_share_percent_check")),
        sa.ForeignKeyConstraint(["donor_id"], ["party.id"], name=op.f("funding_share_donor_id_fkey")),
        sa.ForeignKeyConstraint(
            ["programme_id"], ["programme.id"], name=op.f("funding_share_programme_id_fkey")
        ),
        sa.PrimaryKeyConstraint("programme_id", "donor_id", name=op.f("funding_share_pkey")),
    )
    op.create_index("funding_share_donor_id_idx", "funding_share", ["donor_id"], unique=False)
    op.create_table(
        "support_activity",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("programme_id", sa.Uuid(), nullable=False),
        sa.Column("municipality_code", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("title_uk", sa.Text(), nullable=False),
        sa.Column("title_en", sa.Text(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("women", sa.Integer(), nullable=False),
        sa.Column("men", sa.Integer(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("recorded_by", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('training', 'technical_assistance', 'psychological_support', 'go_live')",
            name=op.f("support_activity_kind_check"),
        ),
        sa.CheckConstraint("ends_on >= starts_on", name=op.f("support_activity_order_check")),
        sa.CheckConstraint("women >= 0 AND men >= 0", name=op.f("support_activity_participants_check")),
        sa.ForeignKeyConstraint(
            ["programme_id"], ["programme.id"], name=op.f("support_activity_programme_id_fkey")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("support_activity_pkey")),
    )
    op.create_index(
        "support_activity_municipality_code_idx", "support_activity", ["municipality_code"], unique=False
    )
    op.create_table(
        "act",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("consignment_id", sa.Uuid(), nullable=False),
        sa.Column("programme_id", sa.Uuid(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("place_in_year", sa.Integer(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), server_default="printed", nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("issued_by", sa.Uuid(), nullable=False),
        sa.Column("document", sa.LargeBinary(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("signed_on", sa.Date(), nullable=True),
        sa.Column("scan", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "status IN ('printed', 'signed_by_giver', 'signed_by_recipient', 'signed', 'void')",
            name=op.f("act_status_check"),
        ),
        sa.ForeignKeyConstraint(["consignment_id"], ["consignment.id"], name=op.f("act_consignment_id_fkey")),
        sa.ForeignKeyConstraint(["programme_id"], ["programme.id"], name=op.f("act_programme_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("act_pkey")),
        sa.UniqueConstraint(
            "programme_id", "year", "place_in_year", name=op.f("act_programme_id_year_place_in_year_key")
        ),
    )
    op.create_index("act_consignment_id_idx", "act", ["consignment_id"], unique=False)
    op.create_table(
        "act_line",
        sa.Column("act_id", sa.Uuid(), nullable=False),
        sa.Column("asset_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["act_id"], ["act.id"], name=op.f("act_line_act_id_fkey")),
        sa.PrimaryKeyConstraint("act_id", "asset_id", name=op.f("act_line_pkey")),
    )
    op.create_index("act_line_asset_id_idx", "act_line", ["asset_id"], unique=False)
    for statement in ONLY_GROWS:
        op.execute(statement)


def downgrade() -> None:
    op.drop_index("act_line_asset_id_idx", table_name="act_line")
    op.drop_table("act_line")
    op.drop_index("act_consignment_id_idx", table_name="act")
    op.drop_table("act")
    op.drop_index("support_activity_municipality_code_idx", table_name="support_activity")
    op.drop_table("support_activity")
    op.drop_index("funding_share_donor_id_idx", table_name="funding_share")
    op.drop_table("funding_share")
    op.drop_index("consignment_municipality_code_idx", table_name="consignment")
    op.drop_table("consignment")
    op.drop_index("user_grant_user_id_idx", table_name="user_grant")
    op.drop_table("user_grant")
    op.drop_index("session_user_id_idx", table_name="session")
    op.drop_table("session")
    op.drop_index(op.f("service_point_municipality_code_sort_key_idx"), table_name="service_point")
    op.drop_table("service_point")
    op.drop_table("programme")
    op.drop_table("municipality_name")
    op.drop_index(op.f("file_sent_sha256_idx"), table_name="file_sent")
    op.drop_table("file_sent")
    op.drop_index("api_token_user_id_idx", table_name="api_token")
    op.drop_table("api_token")
    op.drop_index("user_account_email_key", table_name="user_account")
    op.drop_table("user_account")
    op.drop_index("tag_asset_id_idx", table_name="tag")
    op.drop_table("tag")
    op.drop_table("quarantine")
    op.drop_index("party_municipality_code_idx", table_name="party")
    op.drop_index("party_edrpou_key", table_name="party", postgresql_where=sa.text("edrpou IS NOT NULL"))
    op.drop_table("party")
    op.drop_index(op.f("municipality_sort_key_code_idx"), table_name="municipality")
    op.drop_table("municipality")
    op.drop_index("login_attempt_at_idx", table_name="login_attempt")
    op.drop_table("login_attempt")
    op.drop_table("file")
    op.drop_index("event_recorded_at_idx", table_name="event", postgresql_using="brin")
    op.drop_index(
        "event_operation_idx", table_name="event", postgresql_where=sa.text("operation IS NOT NULL")
    )
    op.drop_index("event_asset_id_seq_key", table_name="event")
    op.drop_table("event")
    op.drop_table("codifier_edition")
    op.drop_index("asset_share_donor_id_idx", table_name="asset_share")
    op.drop_table("asset_share")
    op.drop_index("asset_period_municipality_code_idx", table_name="asset_period")
    op.drop_index("asset_period_destination_code_idx", table_name="asset_period")
    op.drop_table("asset_period")
    op.drop_table("asset_head")
    op.drop_index("event_file_sha256_idx", table_name="event_file")
    op.drop_table("event_file")
    op.drop_index("asset_tag_key", table_name="asset")
    op.drop_index("asset_service_point_id_idx", table_name="asset")
    op.drop_index("asset_serial_key_idx", table_name="asset")
    op.drop_index("asset_programme_id_idx", table_name="asset")
    op.drop_index("asset_municipality_code_idx", table_name="asset")
    op.drop_index("asset_kit_id_idx", table_name="asset", postgresql_where=sa.text("kit_id IS NOT NULL"))
    op.drop_index("asset_disputed_idx", table_name="asset", postgresql_where=sa.text("disputed"))
    op.drop_index("asset_destination_code_idx", table_name="asset")
    op.drop_index("asset_consignment_id_idx", table_name="asset")
    op.drop_table("asset")
    op.execute("DROP FUNCTION ledger_only_grows")
