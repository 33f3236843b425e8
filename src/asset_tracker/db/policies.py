"""Who sees which row, as PostgreSQL is told it: one entry for every table, read by ``wall`` and by the tests.

A new table gets its line here, or nothing starts. ``Walled`` rows are seen where ``reach`` is true; ``Open``
tables are not walled, for the reason that is given. Either way ``writes`` is what a request may do with
the rows it sees; whatever else is written is written by the system (``wall.as_system``).

Conditions are SQL over the row, which is called by its table's name, and over what the request may reach:
``wall.everything()``, ``wall.programmes()``, ``wall.areas()``, ``wall.pairs()``, ``wall.donors()``,
``wall.actor()`` and ``wall.may(permission)``. They are coarser than ``access.scope``, never finer: the wall
stands behind it. ``(SELECT f())`` makes PostgreSQL ask once a statement rather than once a row.
"""

from typing import Final

import msgspec


class Walled(msgspec.Struct, frozen=True):
    """Rows are seen, and written, where ``reach`` is true. ``by_system``: what the system may do, if not all."""

    reach: str
    writes: str = ""
    by_system: str = "INSERT, UPDATE, DELETE"


class Open(msgspec.Struct, frozen=True):
    """Everybody whom the server serves sees every row, because of ``reason``."""

    reason: str
    writes: str = ""
    by_system: str = "INSERT, UPDATE, DELETE"


NOBODY: Final = "false"
EVERYTHING: Final = "(SELECT wall.everything())"
ME: Final = "(SELECT wall.actor())"


def may(permission: str) -> str:
    """The actor has this permission, wherever."""
    return f"(SELECT wall.may('{permission}'))"


def granted(table: str, programme: str | None, *areas: str) -> str:
    """A grant reaches the row by its programme or by one of the columns that hold a municipality's code."""
    terms = [EVERYTHING]
    if programme:
        terms.append(f"{table}.{programme} = ANY ((SELECT wall.programmes())::uuid[])")
    for area in areas:
        terms.append(f"{table}.{area} ^@ ANY ((SELECT wall.areas())::text[])")
        if programme:
            terms.append(
                f"({table}.{programme}::text || {table}.{area}) ^@ ANY ((SELECT wall.pairs())::text[])"
            )
    return " OR ".join(terms)


def through(parent: str, key: str, table: str, column: str) -> str:
    """The row is seen by whoever sees the row of ``parent`` that it belongs to."""
    return f"EXISTS (SELECT FROM {parent} WHERE {parent}.{key} = {table}.{column})"


def of_asset(table: str) -> str:
    """The row is seen by whoever sees the asset."""
    return f"{EVERYTHING} OR {through('asset', 'id', table, 'asset_id')}"


_GROWS: Final = "INSERT"
_PROVEN: Final = "hashes that are published as proof; they say nothing of what they stand for"
_PLACES: Final = "names and places of public bodies"
_SHARED: Final = "shared by all who print labels or import; they tell of no thing"
_ASKED: Final = "what is asked of things; it tells of no thing"

UUID_WRITTEN: Final = "^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$"

POLICIES: Final[dict[str, Walled | Open]] = {
    # --- the ledger; only the system writes it, and of what only grows not even the system changes a row
    "event": Walled(
        f"{EVERYTHING} OR event.programme_id = ANY ((SELECT wall.programmes())::uuid[])"
        f" OR {through('asset', 'id', 'event', 'asset_id')}",
        by_system=f"{_GROWS}, UPDATE (private)",  # erasing a person takes openings away, by trigger nothing else
    ),
    "event_key": Walled(of_asset("event_key"), by_system=""),  # a trigger of the owner's keeps them
    "event_file": Walled(of_asset("event_file")),
    "asset_head": Walled(
        f"{EVERYTHING} OR asset_head.programme_id = ANY ((SELECT wall.programmes())::uuid[])"
        f" OR {through('asset', 'id', 'asset_head', 'asset_id')}"
    ),
    "asset": Walled(
        granted("asset", "programme_id", "municipality_code", "destination_code")
        + " OR EXISTS (SELECT FROM asset_share WHERE asset_share.asset_id = asset.id"
        " AND asset_share.donor_id = ANY ((SELECT wall.donors())::uuid[]))"
    ),
    # Nobody counts more than they see: what decides over that is counted apart.
    **{
        table: Walled(
            granted(table, "programme_id", "municipality_code", "destination_code")
            + f" OR {table}.donors && (SELECT wall.donors())::uuid[]"
        )
        for table in (
            *("asset_count", "asset_figure", "asset_number"),
            *("asset_due", "overdue_count", "due_number"),
        )
    },
    # Over all programmes and donors: for whom no wall stands before any asset.
    "place_count": Walled(EVERYTHING),
    "country_figure": Walled(EVERYTHING),
    # Over all places and donors, for the same.
    "programme_count": Walled(EVERYTHING),
    "programme_reach": Walled(EVERYTHING),
    "overdue_place": Walled(EVERYTHING),
    # By what is kept of the asset, too: it may have been moved out of sight, and is counted where it was.
    "due_note": Walled(
        f"{of_asset('due_note')} OR {through('asset_due', 'asset_id', 'due_note', 'asset_id')}"
    ),
    "due_told": Open("a digest of all rules, and a day"),
    "asset_name": Walled(NOBODY),  # names of things that somebody may not see
    "asset_period": Walled(of_asset("asset_period")),
    # Not through the asset, whose own condition asks for shares.
    "asset_share": Walled(
        f"{EVERYTHING} OR asset_share.donor_id = ANY ((SELECT wall.donors())::uuid[])"
        " OR wall.granted_asset(asset_share.asset_id)"
    ),
    "tag": Walled(
        f"tag.asset_id IS NULL OR {EVERYTHING} OR tag.programme_id = ANY ((SELECT wall.programmes())::uuid[])"
        f" OR {through('asset', 'id', 'tag', 'asset_id')}"
    ),
    "quarantine": Walled(
        f"{EVERYTHING} OR quarantine.actor_id = {ME} OR ({may('quarantine.settle')} AND (EXISTS (SELECT FROM asset"
        f" WHERE asset.id = CASE WHEN quarantine.asset_ref ~ '{UUID_WRITTEN}' THEN quarantine.asset_ref::uuid END)"
        " OR EXISTS (SELECT FROM asset, tag WHERE asset.id = tag.asset_id"
        r" AND tag.tag = upper(regexp_replace(quarantine.asset_ref, '[\s-]', '', 'g')))))",
        writes="INSERT, UPDATE",
    ),
    "ledger_unsealed": Walled(NOBODY),
    "ledger_leaf": Open(_PROVEN, by_system=_GROWS),
    "ledger_tile": Open(_PROVEN, by_system=f"{_GROWS}, UPDATE (hashes)"),  # a tile grows at its end
    "ledger_checkpoint": Open(_PROVEN, by_system=_GROWS),
    "ledger_key": Open(_PROVEN, by_system=f"{_GROWS}, UPDATE (until)"),  # a key ends
    # --- people; what proves an identity is read and written by the system alone
    "user_account": Walled(
        f"user_account.id = {ME} OR {may('people.read')} OR {may('user.manage')}", writes="UPDATE (lang)"
    ),
    "user_grant": Walled(f"user_grant.user_id = {ME} OR {may('people.read')} OR {may('user.manage')}"),
    "session": Walled(f"session.user_id = {ME}", writes="UPDATE (ended_at)"),
    "api_token": Walled(
        f"api_token.user_id = {ME} OR {may('user.manage')}", writes="INSERT, UPDATE (revoked_at)"
    ),
    "reading_key": Walled(f"reading_key.user_id = {ME} OR {may('user.manage')}"),
    "report_subscription": Walled(f"report_subscription.user_id = {ME}"),
    "report_link": Walled(f"report_link.made_by = {ME}"),
    "report_link_opening": Walled(through("report_link", "id", "report_link_opening", "link_id")),
    "saved_query": Walled(f"saved_query.user_id = {ME}", writes="INSERT, DELETE"),
    "one_time_link": Walled(NOBODY),
    "login_attempt": Walled(NOBODY),
    "login_step": Walled(NOBODY),
    "second_factor": Walled(NOBODY),
    "recovery_code": Walled(NOBODY),
    "user_identity": Walled(NOBODY),
    "access_record": Walled(f"{EVERYTHING} OR {may('record.read')}", by_system="INSERT"),
    "device": Walled(f"device.user_id = {ME} OR {may('user.manage')} OR {may('people.read')}"),
    "device_event": Walled(through("device", "id", "device_event", "device_id")),
    "sealing_key": Open("public keys that every phone seals its queue to"),
    "lockdown": Open("whether the system is read-only, which every request asks"),
    # --- territory
    "codifier_edition": Open(_PLACES),
    "municipality": Open(_PLACES),
    "municipality_name": Open(_PLACES),
    "population_figure": Open("published by the state's statistics", writes="INSERT, UPDATE"),
    "area_outline": Open("borders as any atlas shows them", writes="INSERT, UPDATE, DELETE"),
    "service_point": Open(_PLACES, writes="INSERT, UPDATE"),
    "service_point_change": Open(_PLACES, writes="INSERT"),
    # --- programmes
    "party": Open(_PLACES, writes="INSERT, UPDATE"),
    "municipality_situation": Open("published by the ministry", writes="INSERT"),
    "programme_budget": Walled(
        f"{EVERYTHING} OR {through('programme', 'id', 'programme_budget', 'programme_id')}", writes="INSERT"
    ),
    "exchange_rate": Open("published by banks", writes="INSERT"),
    "programme": Walled(
        f"{EVERYTHING} OR programme.id = ANY ((SELECT wall.programmes())::uuid[])"
        " OR wall.funds(programme.id) OR wall.works_there(programme.id)",
        writes="INSERT",
    ),
    "funding_share": Walled(
        f"{EVERYTHING} OR {through('programme', 'id', 'funding_share', 'programme_id')}", writes="INSERT"
    ),
    "support_activity": Walled(
        f"{EVERYTHING} OR {through('programme', 'id', 'support_activity', 'programme_id')}", writes="INSERT"
    ),
    "policy_rule": Walled(
        f"{EVERYTHING} OR (policy_rule.programme_id IS NULL AND policy_rule.donor_id IS NULL)"
        f" OR {through('programme', 'id', 'policy_rule', 'programme_id')}"
        f" OR {through('funding_share', 'donor_id', 'policy_rule', 'donor_id')}",
        writes="INSERT, UPDATE",
    ),
    # --- consignments and acts
    "consignment": Walled(
        granted("consignment", "programme_id", "municipality_code")
        + f" OR {through('asset', 'consignment_id', 'consignment', 'id')}",
        writes="INSERT, UPDATE",
    ),
    "act": Walled(
        f"{EVERYTHING} OR act.programme_id = ANY ((SELECT wall.programmes())::uuid[])"
        f" OR {through('consignment', 'id', 'act', 'consignment_id')}",
        writes="INSERT, UPDATE",
    ),
    "act_signature": Walled(
        f"{EVERYTHING} OR {through('act', 'id', 'act_signature', 'act_id')}", writes="INSERT"
    ),
    "act_line": Walled(f"{EVERYTHING} OR {through('act', 'id', 'act_line', 'act_id')}", writes="INSERT"),
    # --- verifications, plans, losses
    "campaign": Walled(
        f"{granted('campaign', None, 'municipality_code')} OR campaign.counter_id = {ME}"
        f" OR campaign.started_by = {ME} OR wall.counts(campaign.id) OR wall.counted_programmes(campaign.id) && (SELECT wall.programmes())",
        writes="INSERT, UPDATE",
    ),
    "campaign_programme": Walled(
        f"{EVERYTHING} OR campaign_programme.programme_id = ANY ((SELECT wall.programmes())::uuid[])"
        f" OR {through('campaign', 'id', 'campaign_programme', 'campaign_id')}",
        writes="INSERT",
    ),
    "campaign_expected": Walled(
        f"{EVERYTHING} OR {through('campaign', 'id', 'campaign_expected', 'campaign_id')}", writes="INSERT"
    ),
    "campaign_unknown": Walled(
        f"{EVERYTHING} OR {through('campaign', 'id', 'campaign_unknown', 'campaign_id')}", writes="INSERT"
    ),
    "campaign_member": Walled(
        f"{EVERYTHING} OR {through('campaign', 'id', 'campaign_member', 'campaign_id')}", writes="INSERT"
    ),
    "centre_link": Walled(
        f"{EVERYTHING} OR centre_link.made_by = {ME}"
        f" OR {through('centre_link_asset', 'link_id', 'centre_link', 'id')}"
    ),
    "centre_link_asset": Walled(of_asset("centre_link_asset")),
    "maintenance_plan": Walled(of_asset("maintenance_plan"), writes="INSERT, UPDATE"),
    "work_order": Walled(of_asset("work_order"), writes="INSERT, UPDATE"),
    "asset_case": Walled(of_asset("asset_case")),
    "loss_case": Walled(
        f"{EVERYTHING} OR {through('asset_case', 'case_id', 'loss_case', 'id')}", writes="INSERT, UPDATE"
    ),
    "loss_note": Walled(
        f"{EVERYTHING} OR {through('loss_case', 'id', 'loss_note', 'case_id')}", writes="INSERT"
    ),
    "sensitivity_rule": Open(
        "they hold against whoever asks, so they must be seen whoever asks", writes="INSERT, UPDATE"
    ),
    "saved_view": Walled(
        f"saved_view.owner_id = {ME} OR (saved_view.programme_id IS NOT NULL"
        f" AND ({EVERYTHING} OR saved_view.programme_id = ANY ((SELECT wall.programmes())::uuid[])))",
        writes="INSERT, UPDATE, DELETE",
    ),
    "bulk_action": Walled(f"{EVERYTHING} OR bulk_action.made_by = {ME}", writes="INSERT, UPDATE, DELETE"),
    "bulk_item": Walled(
        through("bulk_action", "id", "bulk_item", "action_id"), writes="INSERT, UPDATE, DELETE"
    ),
    "bulk_progress": Walled(
        through("bulk_action", "id", "bulk_progress", "action_id"), writes="INSERT, UPDATE, DELETE"
    ),
    "attribute": Open(_ASKED, writes="INSERT"),
    "own_category": Open(_ASKED, writes="INSERT"),
    # --- files, labels, imports
    "file": Open(
        "content by its hash, of which nothing tells whose it is; who may have it is decided by event_file",
        writes="INSERT, UPDATE (sha256)",
    ),
    # Whether somebody had what they name is asked by the system (files.service).
    "file_sender": Walled(f"file_sender.actor_id = {ME}"),
    "photo_consent": Open(
        "whether content may be printed; who may have the content is decided by event_file",
        writes="INSERT, UPDATE (withdrawn_at, withdrawn_by)",
    ),
    "file_sent": Open("another hash of the same content", writes="INSERT"),
    "label_print": Walled(f"{EVERYTHING} OR label_print.actor_id = {ME}", writes="INSERT"),
    "label_stock": Open(_SHARED, writes="INSERT, UPDATE, DELETE"),
    "label_preset": Open(_SHARED, writes="INSERT, UPDATE, DELETE"),
    "import_batch": Walled(
        f"{EVERYTHING} OR import_batch.uploaded_by = {ME} OR (cardinality(import_batch.programme_ids) > 0"
        " AND import_batch.programme_ids <@ (SELECT wall.programmes()))",
        writes="INSERT, UPDATE, DELETE",
    ),
    "import_row": Walled(
        f"{EVERYTHING} OR {through('import_batch', 'id', 'import_row', 'batch_id')}",
        writes="INSERT, UPDATE, DELETE",
    ),
    "import_mapping": Open(_SHARED, writes="INSERT, UPDATE"),
    "import_change": Walled(
        f"{EVERYTHING} OR {through('import_batch', 'id', 'import_change', 'batch_id')}",
        writes="INSERT, UPDATE",
    ),
    "import_work": Walled(
        f"{EVERYTHING} OR {through('import_batch', 'id', 'import_work', 'batch_id')}",
        writes="INSERT, UPDATE, DELETE",
    ),
    "report_work": Walled(f"report_work.actor_id = {ME}", writes="INSERT"),
    "photo_upload": Walled(f"photo_upload.uploader_id = {ME}", writes="INSERT, UPDATE, DELETE"),
    "photo_part": Walled(through("photo_upload", "id", "photo_part", "upload_id"), writes="INSERT, DELETE"),
    # --- work outside of requests
    # Whether an import or a report waits for a worker is asked by whoever looks at it; its job holds its id, and a hash.
    "job": Walled("job.kind IN ('import', 'report')"),
    "job_schedule": Walled(NOBODY),
    "mail_outbox": Walled(NOBODY),
    # --- needs, and links to calendars
    "municipality_need": Walled(
        granted("municipality_need", "programme_id", "municipality_code"), writes="INSERT, UPDATE"
    ),
    "calendar_link": Walled(f"calendar_link.user_id = {ME}", writes="INSERT, DELETE"),
    "upkeep": Walled(NOBODY),
    # --- news
    "notice_choice": Walled(f"notice_choice.user_id = {ME}", writes="INSERT, DELETE"),
    "order_news": Walled(NOBODY),
    "feed_cursor": Walled(NOBODY),
    "webhook": Walled(may("settings.manage"), writes="INSERT, UPDATE"),
    "webhook_delivery": Walled(may("settings.manage"), writes="INSERT, UPDATE"),
    # --- the migrations' own
    "alembic_version": Open("the version of the database", by_system=""),
}

# Columns that nobody but the system reads, though the row is seen.
SECRET: Final[dict[str, frozenset[str]]] = {
    "user_account": frozenset({"password_hash"}),
    "session": frozenset({"token_hash"}),
    "api_token": frozenset({"token_hash"}),
    "centre_link": frozenset({"token_hash"}),
    "webhook": frozenset({"secret"}),
    "reading_key": frozenset({"token_hash"}),
    "report_link": frozenset({"token_hash"}),
    "calendar_link": frozenset({"token_hash"}),
}
