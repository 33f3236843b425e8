"""Permissions and entries of the access record as people read them (msgids)."""

from asset_tracker.access.permissions import Permission
from asset_tracker.access.records import Act

PERMISSION_WORDS: dict[Permission, str] = {
    "asset.read": "See assets",
    "event.record": "Record facts",
    "event.correct": "Correct facts",
    "people.read": "See who did what",
    "people.reveal": "See personal data whole, for a reason",
    "consignment.read": "See consignments",
    "consignment.manage": "Manage consignments",
    "act.read": "See acts",
    "act.manage": "Manage acts",
    "import.manage": "Import",
    "label.print": "Print labels",
    "report.read": "Read reports",
    "query.read": "Ask the reporting views in SQL",
    "programme.read": "See programmes",
    "programme.manage": "Manage programmes",
    "territory.manage": "Manage municipalities",
    "service_point.manage": "Manage service points",
    "verification.read": "See verifications",
    "verification.manage": "Manage verifications",
    "loss.read": "See loss cases",
    "loss.manage": "Manage loss cases",
    "plan.manage": "Manage maintenance plans",
    "quarantine.settle": "Settle what is in quarantine",
    "ledger.verify": "Check the ledger",
    "user.manage": "Manage people",
    "settings.manage": "Change the settings",
    "record.read": "Read the access record",
}
ACT_WORDS: dict[Act, str] = {
    "revealed": "Personal data shown",
    "erased": "Personal data erased",
    "second_factor_removed": "Second factor removed",
    "second_factor_set": "Second factor set up",
    "identity_linked": "Log-in of an organisation linked",
    "grants_set": "Roles changed",
    "account_shut": "Account shut",
    "token_made": "API token made",
    "sensitivity_set": "Sensitivity of places set",
    "sessions_ended": "Logged out everywhere",
    "key_rotated": "Key of the journal changed",
    "webhook_made": "Webhook added",
    "webhook_ended": "Webhook ended",
}
