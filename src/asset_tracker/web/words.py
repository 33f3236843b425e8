"""The ledger's vocabulary as people read it: a text, an icon and a tone for each word.

Meaning is never in the colour alone: a badge always shows its icon and its text.
Tones are class names of the stylesheet: good, wait, bad, info, plain.
"""

from typing import NamedTuple


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
EVENTS: dict[str, Word] = {
    "registered": Word("Registered", "plus", "info"),
    "described": Word("Description changed", "note"),
    "label_bound": Word("Label attached", "label"),
    "label_replaced": Word("Label replaced", "label"),
    "label_retired": Word("Label retired", "label"),
    "label_printed": Word("Label printed", "label"),
    "code_linked": Word("Code linked", "label"),
    "packed": Word("Packed into a kit", "kit"),
    "unpacked": Word("Taken out of the kit", "kit"),
    "consigned": Word("Put on a consignment", "consignment", "info"),
    "dispatched": Word("Dispatched", "consignment", "info"),
    "received": Word("Received in the warehouse", "warehouse", "info"),
    "delivered": Word("Delivered", "hand", "good"),
    "refused": Word("Refused", "bad", "bad"),
    "accepted": Word("Accepted by a signed act", "act", "good"),
    "title_transferred": Word("Title passed", "title", "good"),
    "balance_recorded": Word("Put on the balance", "act", "good"),
    "installed": Word("Installed", "install", "good"),
    "commissioned": Word("Service went live", "works", "good"),
    "training_given": Word("Staff trained", "support", "good"),
    "verified": Word("Verified on site", "verify", "good"),
    "use_changed": Word("Use changed", "works", "info"),
    "fault_reported": Word("Fault reported", "fault", "bad"),
    "maintained": Word("Maintained", "maintain", "good"),
    "repaired": Word("Repaired", "maintain", "good"),
    "sent_for_repair": Word("Sent for repair", "maintain", "wait"),
    "moved": Word("Moved", "move", "info"),
    "lent": Word("Lent", "hand", "wait"),
    "returned": Word("Came back", "back", "info"),
    "evacuated": Word("Evacuated", "transit", "wait"),
    "found_inaccessible": Word("Cannot be reached", "warn", "bad"),
    "damaged": Word("Damaged", "damaged", "bad"),
    "destroyed": Word("Destroyed", "damaged", "bad"),
    "lost": Word("Lost", "lost", "bad"),
    "stolen": Word("Stolen", "lost", "bad"),
    "found": Word("Found again", "find", "good"),
    "loss_closed": Word("Loss case closed", "check", "info"),
    "consent_given": Word("Donor’s consent given", "act", "info"),
    "disposed": Word("Disposed of", "dispose"),
    "visibility_set": Word("Donor’s marking", "label"),
    "note": Word("Note", "note"),
    "correction": Word("Correction", "back", "wait"),
    "resolution": Word("Dispute resolved", "disputed", "good"),
}
CONSIGNMENTS: dict[str, Word] = {
    "empty": Word("Empty", "unknown"),
    "planned": Word("To be sent", "clock", "wait"),
    "dispatched": Word("On the way", "transit", "info"),
    "delivered": Word("Delivered", "hand", "wait"),
    "accepted": Word("Accepted", "act", "good"),
}
ACTS: dict[str, Word] = {
    "printed": Word("Waits for signatures", "clock", "wait"),
    "signed_by_giver": Word("Signed by the giving side", "act", "wait"),
    "signed_by_recipient": Word("Signed by the receiving side", "act", "wait"),
    "signed": Word("Signed", "good", "good"),
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
}


def word(family: str, value: str) -> Word:
    """The word for a value; a value that is newer than this table is shown as it is."""
    return VOCABULARY[family].get(value) or Word(value.replace("_", " ").capitalize(), "unknown")
