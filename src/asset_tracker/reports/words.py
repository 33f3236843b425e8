"""The sentence or word for every code a report holds, as English msgids (``i18n/uk/reports.po`` has the rest)."""

from asset_tracker.i18n import Lang, gettext
from asset_tracker.reports.structs import Finding

CATEGORY = {
    "laptop": "Laptops",
    "desktop": "Desktop computers",
    "monitor": "Monitors",
    "mfd": "Multifunction printers",
    "printer": "Printers",
    "scanner": "Scanners",
    "ups": "Uninterruptible power supplies",
    "router": "Routers",
    "tablet": "Tablets",
    "camera": "Cameras",
    "id_reader": "ID card readers",
    "mobile_case": "Mobile suitcases",
    "video_kit": "Video consultation kits",
    "vehicle": "Vehicles",
    "software": "Software",
    "furniture": "Furniture",
    "other": "Other items",
}
STAGE = {
    "expected": "expected",
    "received": "received in warehouse",
    "dispatched": "on its way",
    "delivered": "delivered",
    "accepted": "accepted",
    "installed": "installed",
    "in_service": "in service",
    "out_of_service": "out of service",
    "gone": "gone",
}
CONDITION = {
    "working": "working",
    "needs_attention": "needs attention",
    "unserviceable": "unserviceable",
    "unknown": "not assessed",
}
TITLE = {"donor": "donor", "implementer": "implementer", "municipality": "municipality"}
PLACE = {
    "service_point": "service point",
    "warehouse": "warehouse",
    "in_transit": "in transit",
    "municipality": "in the municipality",
    "unknown": "unknown",
}
GONE = {
    "disposed": "disposed of",
    "lost": "lost",
    "stolen": "stolen",
    "destroyed": "destroyed",
    "returned": "returned",
    "withdrawn": "withdrawn",
    "damaged": "damaged",
}
EVENT = {
    "registered": "Registered",
    "labelled": "Labelled",
    "received": "Received",
    "dispatched": "Dispatched",
    "delivered": "Delivered",
    "accepted": "Accepted by act",
    "installed": "Installed",
    "put_in_service": "Put into service",
    "in_service": "Put into service",
    "maintained": "Maintained",
    "fault_reported": "Fault reported",
    "repaired": "Repaired",
    "moved": "Moved",
    "verified": "Verified",
    "lost": "Lost or stolen",
    "found": "Found again",
    "damaged": "Damaged",
    "disposed": "Disposed of",
    "returned": "Returned",
    "withdrawn": "Withdrawn",
    "corrected": "Corrected",
    "resolved": "Contradiction resolved",
    "title_transferred": "Title transferred",
    "note": "Note",
    "noted": "Note",
}
SUPPORT = {
    "training": "Training",
    "technical_assistance": "Technical assistance",
    "psychological_support": "Psychological support",
    "other": "Other support",
}
STEP = {
    "dispatched_delivered": "from dispatch to delivery",
    "delivered_accepted": "from delivery to signed act",
    "accepted_in_service": "from act to service",
}
FINDING = {
    "no_serial": "The serial number is missing.",
    "no_price": "The price is missing; the item is in no total.",
    "shares_not_whole": "The donors' shares do not sum to 100 per cent.",
    "no_tag": "Delivered on %(day)s, and still without a label.",
    "not_delivered": "Dispatched on %(day)s, and not delivered yet.",
    "no_act": "Delivered on %(day)s, and no signed act yet.",
    "not_verified": "Last seen on %(day)s; verification is overdue.",
    "disputed": "Records contradict each other; a coordinator has to resolve it.",
    "needs_attention": "Needs attention.",
    "unserviceable": "Does not work.",
    "gone_lost": "Lost.",
    "gone_stolen": "Stolen.",
    "gone_destroyed": "Destroyed.",
    "recorded_late": "Events recorded more than a day after they occurred: %(number)s. They stand where they occurred.",
}


def word(table: dict[str, str], code: str, lang: Lang) -> str:
    """The word for ``code``; a code that is newer than this module is shown as it is."""
    return gettext(lang, table.get(code, code.replace("_", " ")))


def finding_text(finding: Finding, lang: Lang, day: str) -> str:
    """The sentence of ``finding``; ``day`` is its day already written out."""
    return gettext(lang, FINDING[finding.code], day=day, number=finding.number or 0)
