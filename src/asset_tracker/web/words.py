"""The ledger's vocabulary as people read it: a text, an icon and a tone for each word.

Meaning is never in the colour alone: a badge always shows its icon and its text.
Tones are class names of the stylesheet: good, wait, bad, info, plain.
"""

from typing import NamedTuple

from asset_tracker.ledger.words import KIND_TITLES


class Word(NamedTuple):
    """What stands for a value: an English msgid, an icon of the sprite, a tone."""

    text: str
    icon: str
    tone: str = "plain"


STAGES: dict[str, Word] = {
    "expected": Word("Expected", "clock"),
    "received": Word("In the warehouse", "warehouse", "info"),
    "dispatched": Word("On the way", "transit", "info"),
    "delivered": Word("Delivered", "hand", "wait"),
    "accepted": Word("Accepted", "act", "good"),
    "installed": Word("Installed", "install", "good"),
    "in_service": Word("In service", "good", "good"),
    "out_of_service": Word("Out of service", "warn", "wait"),
    "gone": Word("Gone", "dispose", "bad"),
}
CONDITIONS: dict[str, Word] = {
    "working": Word("Working", "good", "good"),
    "needs_attention": Word("Needs attention", "warn", "wait"),
    "unserviceable": Word("Does not work", "bad", "bad"),
    "unknown": Word("Not known", "unknown"),
}
TITLES: dict[str, Word] = {
    "donor": Word("The donor’s", "title", "info"),
    "implementer": Word("The implementer’s", "title", "info"),
    "municipality": Word("The municipality’s", "title", "good"),
}
PLACES: dict[str, Word] = {
    "service_point": Word("At a service point", "place", "good"),
    "municipality": Word("In the municipality", "municipality", "good"),
    "warehouse": Word("In the warehouse", "warehouse", "info"),
    "in_transit": Word("On the way", "transit", "info"),
    "away": Word("Away for a while", "maintain", "wait"),
    "unknown": Word("Not known", "unknown"),
}
GONE: dict[str, Word] = {
    "disposed": Word("Disposed of", "dispose", "plain"),
    "lost": Word("Lost", "lost", "bad"),
    "stolen": Word("Stolen", "lost", "bad"),
    "destroyed": Word("Destroyed", "damaged", "bad"),
    "returned": Word("Returned to the donor", "back", "plain"),
    "withdrawn": Word("Withdrawn", "back", "plain"),
}
USES: dict[str, Word] = {
    "in_use": Word("In use", "good", "good"),
    "standby": Word("On standby", "clock", "info"),
    "stored": Word("Stored", "warehouse", "info"),
    "not_in_use": Word("Not in use", "warn", "wait"),
}
CATEGORIES: dict[str, Word] = {
    "laptop": Word("Laptop", "laptop"),
    "desktop": Word("Desktop computer", "install"),
    "monitor": Word("Monitor", "install"),
    "mfd": Word("Multifunction printer", "printer"),
    "printer": Word("Printer", "printer"),
    "scanner": Word("Scanner", "verify"),
    "ups": Word("Uninterruptible power supply", "ups"),
    "router": Word("Router", "router"),
    "tablet": Word("Tablet", "laptop"),
    "camera": Word("Camera", "photo"),
    "id_reader": Word("ID-card reader", "person"),
    "mobile_case": Word("Mobile case", "kit"),
    "video_kit": Word("Video-consultation kit", "video"),
    "vehicle": Word("Vehicle", "vehicle"),
    "software": Word("Software", "programme"),
    "furniture": Word("Furniture", "asset"),
    "other": Word("Other", "asset"),
}
_EVENT_LOOKS: dict[str, tuple[str, str]] = {
    "registered": ("plus", "info"),
    "described": ("note", "plain"),
    "label_bound": ("label", "plain"),
    "label_replaced": ("label", "plain"),
    "label_retired": ("label", "plain"),
    "label_printed": ("label", "plain"),
    "code_linked": ("label", "plain"),
    "packed": ("kit", "plain"),
    "unpacked": ("kit", "plain"),
    "consigned": ("consignment", "info"),
    "dispatched": ("consignment", "info"),
    "received": ("warehouse", "info"),
    "delivered": ("hand", "good"),
    "refused": ("bad", "bad"),
    "accepted": ("act", "good"),
    "title_transferred": ("title", "good"),
    "balance_recorded": ("act", "good"),
    "installed": ("install", "good"),
    "commissioned": ("works", "good"),
    "training_given": ("support", "good"),
    "verified": ("verify", "good"),
    "use_changed": ("works", "info"),
    "fault_reported": ("fault", "bad"),
    "maintained": ("maintain", "good"),
    "repaired": ("maintain", "good"),
    "service_counted": ("support", "good"),
    "sent_for_repair": ("maintain", "wait"),
    "moved": ("move", "info"),
    "lent": ("hand", "wait"),
    "returned": ("back", "info"),
    "evacuated": ("transit", "wait"),
    "found_inaccessible": ("warn", "bad"),
    "damaged": ("damaged", "bad"),
    "destroyed": ("damaged", "bad"),
    "lost": ("lost", "bad"),
    "stolen": ("lost", "bad"),
    "found": ("find", "good"),
    "loss_closed": ("check", "info"),
    "approved": ("check", "info"),
    "consent_given": ("act", "info"),
    "disposed": ("dispose", "plain"),
    "visibility_set": ("label", "plain"),
    "note": ("note", "plain"),
    "correction": ("back", "wait"),
    "resolution": ("disputed", "good"),
}
EVENTS: dict[str, Word] = {kind: Word(KIND_TITLES[kind], *look) for kind, look in _EVENT_LOOKS.items()}
CONSIGNMENTS: dict[str, Word] = {
    "empty": Word("Empty", "unknown"),
    "planned": Word("To be sent", "clock", "wait"),
    "dispatched": Word("On the way", "transit", "info"),
    "delivered": Word("Delivered", "hand", "wait"),
    "accepted": Word("Accepted", "act", "good"),
}
ACTS: dict[str, Word] = {
    "printed": Word("Waiting for signatures", "clock", "wait"),
    "signed_by_giver": Word("Signed by the giving side", "act", "wait"),
    "signed_by_recipient": Word("Signed by the receiving side", "act", "wait"),
    "signed_by_both": Word("Signed by both, scan missing", "attach", "wait"),
    "signed": Word("Signed, scan attached", "good", "good"),
    "void": Word("Void", "bad"),
}
ACTIVITIES: dict[str, Word] = {
    "training": Word("Training", "support"),
    "technical_assistance": Word("Technical assistance", "maintain"),
    "psychological_support": Word("Psychological support", "person"),
    "go_live": Word("Go-live", "works", "good"),
}
PARTIES: dict[str, Word] = {
    "donor": Word("Donor", "party"),
    "implementer": Word("Implementer", "settings"),
    "council": Word("Council", "municipality"),
    "supplier": Word("Supplier", "asset"),
    "carrier": Word("Carrier", "consignment"),
}
REGIMES: dict[str, Word] = {
    "technical_assistance": Word("International technical assistance", "act"),
    "humanitarian": Word("Humanitarian aid", "act"),
    "charity": Word("Charity", "act"),
    "budget": Word("Budget", "act"),
}
TITLE_RULES: dict[str, Word] = {
    "on_acceptance": Word("when the act is signed", "act"),
    "at_programme_end": Word("at the end of the programme", "clock"),
    "by_decision": Word("by a separate decision", "note"),
}
ROLES: dict[str, Word] = {
    "administrator": Word("Administrator", "settings"),
    "coordinator": Word("Coordinator", "today"),
    "technician": Word("Technician", "maintain"),
    "custodian": Word("Custodian", "municipality"),
    "donor": Word("Donor", "party"),
    "auditor": Word("Auditor", "verify"),
}
DUES: dict[str, Word] = {
    "verification": Word("To be verified on site", "verify", "wait"),
    "act": Word("The act must be signed", "act", "wait"),
    "publication": Word("To be published by the council", "title", "wait"),
    "humanitarian_report": Word("Report on humanitarian aid", "report", "wait"),
    "vehicle_registration": Word("The vehicle must be registered", "vehicle", "wait"),
    "visibility": Word("The donor’s marking must be applied", "label", "wait"),
    "required_fields": Word("Something must be filled in", "note", "wait"),
    "transfer_proof": Word("Proof of transfer for the final report", "act", "wait"),
    "warranty": Word("The warranty ends", "clock", "wait"),
    "late_purchase": Word("Bought shortly before the end of the programme", "warn", "wait"),
    "maintenance": Word("Maintenance by plan", "maintain", "wait"),
}
PURPOSES: dict[str, Word] = {
    "disposal": Word("disposal", "dispose"),
    "transfer": Word("transfer to somebody else", "hand"),
    "relocation": Word("relocation", "move"),
    "change_of_use": Word("change of use", "works"),
}
IMPORTS: dict[str, Word] = {
    "sent": Word("Sent", "import", "plain"),
    "planned": Word("Planned", "clock", "wait"),
    "committed": Word("Recorded", "good", "good"),
    "undone": Word("Undone", "back", "plain"),
}

CAMPAIGNS: dict[str, Word] = {
    "running": Word("Running", "clock", "wait"),
    "ended": Word("Ended", "good", "good"),
    "cancelled": Word("Cancelled", "bad"),
}
FINDINGS: dict[str, Word] = {
    "found": Word("In its place", "good", "good"),
    "wrong_place": Word("In another place", "move", "wait"),
    "unexpected": Word("Not on the list", "plus", "wait"),
    "by_custodian": Word("Scanned by the custodian only", "person", "wait"),
    "not_scanned": Word("Not scanned yet", "clock", "plain"),
    "missing": Word("Missing", "lost", "bad"),
    "double": Word("Scanned before", "info", "info"),
    "unknown": Word("Unknown code", "unknown", "bad"),
}
REASONS_TO_COUNT: dict[str, Word] = {
    "annual": Word("Before the annual statements", "today"),
    "custodian_change": Word("Change of the custodian", "person"),
    "theft": Word("Theft or spoilage", "lost"),
    "disaster": Word("Disaster, fire or shelling", "damaged"),
    "transfer": Word("Transfer or lease", "hand"),
    "court": Word("Court order", "act"),
    "donor": Word("A donor asks for it", "party"),
    "other": Word("Another reason", "note"),
}
CASES: dict[str, Word] = {
    "reported": Word("Reported", "warn", "bad"),
    "investigated": Word("Being looked into", "find", "wait"),
    "closed": Word("Closed", "good", "good"),
}
TURNS: dict[str, Word] = {
    "planned": Word("Not due yet", "good", "good"),
    "due": Word("Due soon", "clock", "wait"),
    "overdue": Word("Overdue", "warn", "bad"),
}
ORDERS: dict[str, Word] = TURNS | {
    "planned": Word("To do", "maintain", "info"),
    "done": Word("Done", "good", "good"),
    "ended": Word("Cancelled", "dispose"),
}
DIFFERENCES: dict[str, Word] = {
    "short": Word("Less than listed", "warn", "wait"),
    "over": Word("More than listed", "plus", "wait"),
    "damaged": Word("It is damaged", "damaged", "bad"),
    "wrong_serial": Word("Another serial number", "disputed", "bad"),
    "refused": Word("Refused", "bad", "bad"),
    "not_delivered": Word("Not handed over with the rest", "transit", "wait"),
}
POINTS: dict[str, Word] = {
    "working": Word("working", "good", "good"),
    "relocated": Word("relocated", "transit", "wait"),
    "suspended": Word("suspended", "warn", "wait"),
    "destroyed": Word("destroyed", "damaged", "bad"),
}
POINT_CHANGES: dict[str, Word] = {
    "opened": Word("Entered here", "plus", "info"),
    "relocated": Word("It moved", "transit", "wait"),
    "suspended": Word("It stopped working", "warn", "wait"),
    "destroyed": Word("It was destroyed", "damaged", "bad"),
    "reopened": Word("It works again", "good", "good"),
}
VOCABULARY: dict[str, dict[str, Word]] = {
    "stage": STAGES,
    "condition": CONDITIONS,
    "title": TITLES,
    "place": PLACES,
    "gone": GONE,
    "use": USES,
    "category": CATEGORIES,
    "event": EVENTS,
    "consignment": CONSIGNMENTS,
    "act": ACTS,
    "activity": ACTIVITIES,
    "party": PARTIES,
    "regime": REGIMES,
    "title_rule": TITLE_RULES,
    "role": ROLES,
    "due": DUES,
    "purpose": PURPOSES,
    "import": IMPORTS,
    "campaign": CAMPAIGNS,
    "point": POINTS,
    "point_change": POINT_CHANGES,
    "difference": DIFFERENCES,
    "case": CASES,
    "turn": TURNS,
    "order": ORDERS,
    "finding": FINDINGS,
    "reason": REASONS_TO_COUNT,
}


def word(family: str, value: str) -> Word:
    """The word for a value; a value that is newer than this table is shown as it is."""
    return VOCABULARY[family].get(value) or Word(value.replace("_", " ").capitalize(), "unknown")
