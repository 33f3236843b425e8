"""How things served: outreach trips, video consultations and meters, added up and said in words [pure]."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import date

from msgspec import UNSET, UnsetType

from asset_tracker.documents import display
from asset_tracker.documents.names import Name
from asset_tracker.i18n import Lang, gettext, ngettext
from asset_tracker.ledger import events as ev
from asset_tracker.ledger.serving import UNITS
from asset_tracker.reports import words
from asset_tracker.reports.structs import Facts
from asset_tracker.reports.structs_figures import MeterLine, ServingLine
from asset_tracker.reports.structs_items import Happening, Item

WORDS = {
    "trips": "Outreach trips, by the counts of %(n)s things",
    "consultations": "Video consultations held, by the counts of %(n)s things",
}
SHORT = {"trips": "Outreach trips", "consultations": "Video consultations held"}


def of_item(item: Item, unit: str, since: date | None = None) -> int | None:
    """What was counted of an item, with ``since`` by the counts that ended then or later; None where nothing was."""
    found = [
        each.number
        for each in item.serving or ()
        if each.unit == unit and (since is None or each.until >= since)
    ]
    return sum(found) if found else None


def told_by(unit: str, since: date | None) -> Callable[[Item, Happening], bool]:
    """Whether a line of an item's history is one of the counts that ``of_item`` adds up."""

    def said(item: Item, line: Happening) -> bool:
        counted = (each for each in item.serving or () if each.event == line.event_id and each.unit == unit)
        return any(since is None or each.until >= since for each in counted)

    return said


def lines(items: Iterable[Item], since: date | None = None) -> tuple[ServingLine, ...] | UnsetType:
    """The counts by unit, kits as well as single things; absent where there are none."""
    found: dict[str, list[int]] = defaultdict(list)
    for item in items:
        for unit in UNITS:
            number = of_item(item, unit, since)
            if number is not None:
                found[unit].append(number)
    told = (
        ServingLine(unit=unit, number=sum(found[unit]), things=len(found[unit]))
        for unit in UNITS
        if unit in found
    )
    return tuple(told) or UNSET


def of_facts(facts: Facts) -> tuple[ServingLine, ...]:
    """The lines of a report."""
    return facts.summary.serving or ()


def since_of(facts: Facts) -> tuple[ServingLine, ...]:
    """Those of the period that was asked for."""
    return (facts.summary.since.serving or ()) if facts.summary.since else ()


def name(unit: str) -> Name:
    """What a unit counts, in both languages."""
    return words.both(SHORT, unit)


def word(line: ServingLine, lang: Lang) -> str:
    """What a line counts, and over how many things."""
    return gettext(lang, WORDS[line.unit], n=display.number(line.things, lang))


def meters(facts: Facts) -> tuple[MeterLine, ...]:
    """The last readings of meters, by unit."""
    return facts.summary.meters or ()


def meter_word(line: MeterLine, lang: Lang) -> str:
    """What a sum of readings counts, and over how many things."""
    return gettext(lang, words.METER[line.unit], n=display.number(line.things, lang))


def said(payload: ev.ServiceCounted) -> Name:
    """What one count says, as the timeline tells it."""
    return Name(_said(payload, "uk"), _said(payload, "en"))


def _said(payload: ev.ServiceCounted, lang: Lang) -> str:
    parts = []
    if payload.trips is not None:
        parts.append(ngettext(lang, "%(n)s trip", "%(n)s trips", payload.trips))
    if payload.consultations is not None:
        number = payload.consultations
        parts.append(ngettext(lang, "%(n)s video consultation", "%(n)s video consultations", number))
    if payload.meter is not None:
        parts.append(f"{display.number(payload.meter.value, lang)} {gettext(lang, payload.meter.unit)}")
    return ", ".join(parts)
