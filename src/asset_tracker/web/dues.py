"""What is due, as people read it."""

from datetime import date
from typing import NamedTuple

from asset_tracker.consignments import due
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


def shown(lang: Lang, item: DueItem) -> Shown:
    """One thing that is due, in words."""
    here = f"/a/{format_tag(item.tag)}" if item.tag else f"/consignments/{item.consignment}"
    field = next((text for name, text in FIELDS.items() if name == item.detail), None)
    named = formats.named(lang, item)
    return Shown(
        item=item,
        title=gettext(lang, word("due", item.rule).text),
        what=named,
        detail=gettext(lang, field) if field else item.detail,
        place=formats.municipality(lang, item.municipality_uk, item.municipality_en)
        if item.municipality
        else "",
        when=_when(lang, item.due_on),
        href=here,
    )


def _when(lang: Lang, day: date) -> str:
    days = (day - due.today()).days
    if days < 0:
        return ngettext(lang, "%(n)s day late", "%(n)s days late", -days)
    if days == 0:
        return gettext(lang, "today")
    return ngettext(lang, "in %(n)s day", "in %(n)s days", days)
