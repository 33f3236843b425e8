"""What is due, as people read it."""

from datetime import date
from typing import NamedTuple

from asset_tracker import kyiv
from asset_tracker.assets.attributes import OWN, Catalogue
from asset_tracker.consignments.due import DueItem
from asset_tracker.i18n import Lang, gettext, ngettext
from asset_tracker.ledger.tags import format_tag
from asset_tracker.programmes.policies import FIELDS
from asset_tracker.web import formats
from asset_tracker.web.words import word


class Shown(NamedTuple):
    """One thing that is due, ready to be shown."""

    item: DueItem
    title: str
    what: str
    detail: str
    place: str
    when: str
    href: str


def shown(lang: Lang, item: DueItem, own: Catalogue) -> Shown:
    """One thing that is due, in words; ``own``: the fields that categories have of their own."""
    here = f"/a/{format_tag(item.tag)}" if item.tag else f"/consignments/{item.consignment}"
    field = next((text for name, text in FIELDS.items() if name == item.detail), None)
    asked = own.attributes.get(item.detail.removeprefix(OWN)) if item.detail.startswith(OWN) else None
    if asked and item.tag:
        here += "/fields"
    named = formats.named(lang, item)
    return Shown(
        item=item,
        title=gettext(lang, word("due", item.rule).text),
        what=named,
        detail=asked.name(lang) if asked else gettext(lang, field) if field else item.detail,
        place=formats.municipality(lang, item.municipality_uk, item.municipality_en)
        if item.municipality
        else "",
        when=_when(lang, item.due_on),
        href=here,
    )


def _when(lang: Lang, day: date) -> str:
    days = (day - kyiv.today()).days
    if days < 0:
        return ngettext(lang, "%(n)s day late", "%(n)s days late", -days)
    if days == 0:
        return gettext(lang, "today")
    return ngettext(lang, "in %(n)s day", "in %(n)s days", days)


class Mends(NamedTuple):
    """What mends a thing that is due: the page, what its button says (a msgid), the kind of fact it records."""

    href: str
    button: str
    kind: str | None = None


# The kind of fact that each rule waits for, and what the button says.
_FACTS: dict[str, tuple[str, str]] = {
    "verification": ("verified", "Verify"),
    "publication": ("balance_recorded", "Fill in"),
    "vehicle_registration": ("described", "Fill in"),
    "visibility": ("visibility_set", "Record the marking"),
    "maintenance": ("maintained", "Record the work"),
}
# The kind of fact that fills in a field which a donor's rule asks for.
_FILLED_BY: dict[str, str] = {
    "serial": "described",
    "unit_price": "described",
    "currency": "described",
    "acquired_on": "described",
    "inventory_number": "balance_recorded",
    "location": "moved",
    "use": "use_changed",
    "condition": "verified",
}


def mends(item: DueItem) -> Mends | None:
    """The one thing that mends it; None where there is nothing but to look."""
    if item.tag is None:
        anchor, button = ("#acts", "Attach the scan") if item.rule == "act" else ("", "Fill in")
        return Mends(f"/consignments/{item.consignment}{anchor}", button)
    here = f"/a/{format_tag(item.tag)}"
    if item.detail.startswith(OWN):
        return Mends(f"{here}/fields", "Fill in", "described")
    if item.rule == "required_fields":
        kind = _FILLED_BY.get(item.detail)
        return Mends(f"{here}/{kind}", "Fill in", kind) if kind else None
    if item.rule in _FACTS:
        kind, button = _FACTS[item.rule]
        return Mends(f"{here}/{kind}", button, kind)
    if item.rule in ("act", "transfer_proof") and item.consignment:
        return Mends(f"/consignments/{item.consignment}#acts", "Attach the scan")
    return None
