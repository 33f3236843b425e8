"""The sentence or word for every code a report holds, as English msgids (``i18n/uk/reports.po`` has the rest)."""

from functools import lru_cache

from asset_tracker.documents.names import Name
from asset_tracker.i18n import Lang, gettext
from asset_tracker.reports.structs_figures import Finding
from asset_tracker.territory.points import POINT_KINDS
from asset_tracker.territory.situations import WORDS

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
    "away": "away for repair or on loan",
    "unknown": "unknown",
}
GONE = {
    "disposed": "disposed of",
    "lost": "lost",
    "stolen": "stolen",
    "destroyed": "destroyed",
    "returned": "returned",
    "withdrawn": "withdrawn",
}
LOSS = {"lost": "lost", "stolen": "stolen", "destroyed": "destroyed", "damaged": "damaged"}
OUTCOME = {
    "found": "found again",
    "written_off": "written off",
    "compensated": "compensated",
    "recovered": "recovered",
    "no_fault": "nobody at fault",
    "referred": "referred to the authorities",
}
# What an event says of itself beside its kind.
DETAIL = {
    "short": "delivered in part",
    "over": "more than was sent",
    "damaged": "delivered damaged",
    "wrong_serial": "another serial number",
    "scan": "by scan",
    "sight": "by sight",
    "document": "by documents",
    "attested": "attested by the centre",
    "transfer": "transfer",
    "sale": "sale",
    "trade_in": "trade-in",
    "recycling": "recycling",
    "destruction": "destruction",
    "gift": "gift",
    "in_use": "in use",
    "standby": "on standby",
    "stored": "in storage",
    "not_in_use": "not in use",
    **TITLE,
    **OUTCOME,
}
SUPPORT = {
    "training": "Training",
    "technical_assistance": "Technical assistance",
    "psychological_support": "Psychological support",
    "go_live": "Service went live",
}
METER = {
    "km": "Kilometres, by the last readings of %(n)s things",
    "hours": "Hours, by the last readings of %(n)s things",
    "pages": "Pages, by the last readings of %(n)s things",
}
POINT = {str(kind): text for kind, text in POINT_KINDS.items()}
SITUATION = {**WORDS, "unknown": "not recorded"}
STEP = {
    "approved_delivered": "from approval to delivery",
    "dispatched_delivered": "from dispatch to delivery",
    "delivered_accepted": "from delivery to signed act",
    "accepted_in_service": "from act to service",
    "accepted_installed": "from act to installation",
    "in_service": "in service so far",
}
FINDING = {
    "no_serial": "The serial number is missing.",
    "no_price": "The price is missing; the item is in no total.",
    "shares_not_whole": "The donors' shares do not sum to 100 per cent.",
    "not_delivered": "Dispatched on %(day)s, and not delivered yet.",
    "no_act": "Delivered on %(day)s, and no signed act yet.",
    "not_verified": "Last seen on %(day)s; verification is overdue.",
    "not_published": "Put on the balance on %(day)s; that the council published it, due in ten days, is not recorded.",
    "disputed": "Records contradict each other; a coordinator has to resolve it.",
    "needs_attention": "Needs attention.",
    "unserviceable": "Does not work.",
    "moved_away": "Given here, and moved to another municipality on %(day)s.",
    "gone_lost": "Lost.",
    "gone_stolen": "Stolen.",
    "gone_destroyed": "Destroyed.",
    "no_rate": "Items with no recorded exchange rate for some currency of this report: %(number)s. They are left out of those amounts; nothing is guessed.",
    "recorded_late": "Events recorded more than a day after they occurred: %(number)s. They stand where they occurred.",
}


# The same as headings of a count.
FINDING_SHORT = {
    "no_serial": "Without a serial number",
    "no_price": "Without a price",
    "shares_not_whole": "Shares do not sum to 100 per cent",
    "not_delivered": "Dispatched long ago, not delivered",
    "no_act": "Delivered, without a signed act",
    "not_verified": "Verification overdue",
    "not_published": "On the balance, not published",
    "disputed": "With contradicting records",
    "needs_attention": "Need attention",
    "unserviceable": "Do not work",
    "moved_away": "Moved to another municipality",
    "gone_lost": "Lost",
    "gone_stolen": "Stolen",
    "gone_destroyed": "Destroyed",
    "no_rate": "Without an exchange rate",
    "recorded_late": "Recorded late",
}


def both(table: dict[str, str], code: str) -> Name:
    """The word for ``code`` in both languages."""
    return _in_both(_msgid(table, code))


def word(table: dict[str, str], code: str, lang: Lang) -> str:
    """The word for ``code``; a code that is newer than this module is shown as it is."""
    return gettext(lang, _msgid(table, code))


def _msgid(table: dict[str, str], code: str) -> str:
    return table.get(code) or code.replace("_", " ")


@lru_cache(maxsize=512)
def _in_both(msgid: str) -> Name:
    return Name(gettext("uk", msgid), gettext("en", msgid))


def finding_text(finding: Finding, lang: Lang, day: str) -> str:
    """The sentence of ``finding``; ``day`` is its day already written out."""
    return gettext(lang, FINDING[finding.code], day=day, number=finding.number or 0)
