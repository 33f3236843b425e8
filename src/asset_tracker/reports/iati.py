"""IATI 2.03 activity file of a programme: what was delivered where, by category, and what it cost.

IATI has no level below the activity, which is also the safe choice: a location is a municipality by its
OCHA p-code, its point the administrative centre, marked as approximate.
The order of elements is the schema's; the numbers are of the report Struct.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import UTC, date
from decimal import Decimal
from xml.etree import ElementTree as ET

from msgspec import UNSET

from asset_tracker.documents.names import Name
from asset_tracker.errors import InvalidError
from asset_tracker.reports import serving
from asset_tracker.reports.structs import ProgrammeFacts, Report
from asset_tracker.reports.structs_around import Municipality

VERSION = "2.03"
# Code lists of the standard.
_FUNDING, _IMPLEMENTING = "1", "4"
_START, _PLANNED_END = "2", "3"
_IMPLEMENTATION, _CLOSED = "2", "4"
_EXPENDITURE = "4"
# DAC purpose code 15112: decentralisation and support to subnational government.
_SECTOR = "15112"
_WGS84 = "http://www.opengis.net/def/crs/EPSG/0/4326"


def write_iati(report: Report) -> bytes:
    """Raises ``InvalidError`` for the report of a municipality, which IATI knows nothing of."""
    facts = report.facts
    if not isinstance(facts, ProgrammeFacts):
        raise InvalidError("IATI describes programmes, not municipalities.")
    made_at = report.making.made_at.astimezone(UTC)
    root = ET.Element(
        "iati-activities", {"version": VERSION, "generated-datetime": f"{made_at:%Y-%m-%dT%H:%M:%SZ}"}
    )
    root.append(_activity(facts))
    ET.indent(root)
    body: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return body


def reference(facts: ProgrammeFacts) -> str:
    """The reporting organisation: the implementer by its code in the state register, where it has one."""
    edrpou = facts.programme.implementer_edrpou
    return f"UA-EDR-{edrpou}" if edrpou else "XM-NONE"


def _activity(facts: ProgrammeFacts) -> ET.Element:
    programme = facts.programme
    currency = facts.summary.values[0].currency if facts.summary.values else "UAH"
    activity = ET.Element("iati-activity", {"xml:lang": "en", "default-currency": currency})
    _add(activity, "iati-identifier", text=f"{reference(facts)}-{programme.code}")
    # 70: private sector, 22: national NGO, 10: government; 80 (other) claims nothing.
    reporting = _add(activity, "reporting-org", {"ref": reference(facts), "type": "80"})
    for implementer in programme.implementers[:1]:
        _narrate(reporting, implementer)
    _narrate(_add(activity, "title"), programme.name)
    _narrate(_add(activity, "description", {"type": "1"}), programme.name)
    for donor in programme.donors:
        _narrate(_add(activity, "participating-org", {"role": _FUNDING}), donor.name)
    for implementer in programme.implementers:
        _narrate(_add(activity, "participating-org", {"role": _IMPLEMENTING}), implementer)
    ended = programme.ends_on is not None and programme.ends_on < facts.question.as_of
    _add(activity, "activity-status", {"code": _CLOSED if ended else _IMPLEMENTATION})
    _add(activity, "activity-date", {"type": _START, "iso-date": _start(facts).isoformat()})
    if programme.ends_on:
        _add(activity, "activity-date", {"type": _PLANNED_END, "iso-date": programme.ends_on.isoformat()})
    _add(activity, "recipient-country", {"code": "UA", "percentage": "100"})
    for line in facts.municipalities:
        if line.funnel.delivered:
            activity.append(_location(line.municipality))
    _add(activity, "sector", {"vocabulary": "1", "code": _SECTOR, "percentage": "100"})
    activity.extend(_transactions(facts))
    activity.extend(_results(facts))
    return activity


def _start(facts: ProgrammeFacts) -> date:
    """When it began; where nobody said so, the day of the first delivery, or of the report."""
    delivered = (item.delivered_on for item in facts.items if item.delivered_on)
    return facts.programme.starts_on or min(delivered, default=facts.question.as_of)


def _location(place: Municipality) -> ET.Element:
    location = ET.Element("location", {"ref": place.pcode})
    _add(location, "location-reach", {"code": "1"})
    _narrate(_add(location, "name"), place.title)
    _narrate(_add(location, "description"), Name(f"КАТОТТГ {place.code}", f"KATOTTH {place.code}"))
    _add(location, "administrative", {"vocabulary": "A4", "level": "0", "code": "UA"})
    if place.latitude is not None and place.longitude is not None:
        point = _add(location, "point", {"srsName": _WGS84})
        _add(point, "pos", text=f"{place.latitude} {place.longitude}")
    _add(location, "exactness", {"code": "2"})
    _add(location, "location-class", {"code": "1"})
    return location


def _transactions(facts: ProgrammeFacts) -> Iterable[ET.Element]:
    """What was spent on what arrived, by day and currency."""
    sums: dict[tuple[date, str], Decimal] = defaultdict(lambda: Decimal("0.00"))
    for item in facts.items:
        if item.delivered_on and item.value is not None and item.currency:
            sums[item.delivered_on, item.currency] += item.value
    for (day, currency), value in sorted(sums.items()):
        transaction = ET.Element("transaction")
        _add(transaction, "transaction-type", {"code": _EXPENDITURE})
        _add(transaction, "transaction-date", {"iso-date": day.isoformat()})
        attributes = {"currency": currency, "value-date": day.isoformat()}
        _add(transaction, "value", attributes, text=str(value))
        yield transaction


def _results(facts: ProgrammeFacts) -> Iterable[ET.Element]:
    result = ET.Element("result", {"type": "1", "aggregation-status": "true"})
    _narrate(_add(result, "title"), Name("Передане обладнання", "Equipment given"))
    delivered: Counter[tuple[str, str]] = Counter()
    in_service: Counter[tuple[str, str]] = Counter()
    for item in facts.items:
        if item.counted and item.delivered_on:
            key = (item.municipality[:9], item.category)
            delivered[key] += item.quantity
            in_service[key] += item.quantity if item.stage == "in_service" else 0
    _count(result, facts, Name("Доставлено предметів", "Items delivered"), delivered)
    _count(result, facts, Name("Предметів у роботі", "Items in service"), in_service)
    yield result
    if facts.summary.serving is not UNSET:
        yield _served(facts)
    support = ET.Element("result", {"type": "1", "aggregation-status": "true"})
    _narrate(_add(support, "title"), Name("Навчені працівники", "Staff trained"))
    people = Counter({"female": facts.summary.trained_women, "male": facts.summary.trained_men})
    period = _indicator(support, facts, Name("Участей у навчанні", "Participations in training"))
    for sex, number in sorted(people.items()):
        actual = _add(period, "actual", {"value": str(number)})
        _add(actual, "dimension", {"name": "sex", "value": sex})
    yield support


def _served(facts: ProgrammeFacts) -> ET.Element:
    """How residents were served with what was given."""
    result = ET.Element("result", {"type": "1", "aggregation-status": "true"})
    _narrate(_add(result, "title"), Name("Обслуговування мешканців", "Service to residents"))
    for line in serving.of_facts(facts):
        counts: Counter[tuple[str, str]] = Counter()
        for item in facts.items:
            counts[item.municipality[:9], item.category] += serving.of_item(item, line.unit) or 0
        _count(result, facts, serving.name(line.unit), +counts)
    return result


def _count(result: ET.Element, facts: ProgrammeFacts, title: Name, counts: Counter[tuple[str, str]]) -> None:
    period = _indicator(result, facts, title)
    for (pcode, category), number in sorted(counts.items()):
        actual = _add(period, "actual", {"value": str(number)})
        _add(actual, "location", {"ref": pcode})
        _add(actual, "dimension", {"name": "category", "value": category})


def _indicator(result: ET.Element, facts: ProgrammeFacts, title: Name) -> ET.Element:
    """An indicator counted in units, from nothing at the start; its one period, to be filled."""
    start = _start(facts)
    indicator = _add(result, "indicator", {"measure": "1", "aggregation-status": "true"})
    _narrate(_add(indicator, "title"), title)
    _add(indicator, "baseline", {"year": str(start.year), "value": "0"})
    period = _add(indicator, "period")
    _add(period, "period-start", {"iso-date": start.isoformat()})
    _add(period, "period-end", {"iso-date": facts.question.as_of.isoformat()})
    return period


def _add(
    parent: ET.Element, tag: str, attributes: dict[str, str] | None = None, *, text: str | None = None
) -> ET.Element:
    child = ET.SubElement(parent, tag, attributes or {})
    child.text = text
    return child


def _narrate(parent: ET.Element, name: Name) -> None:
    english, ukrainian = name.of("en"), name.of("uk")
    _add(parent, "narrative", text=_sound(english))
    if ukrainian != english:
        _add(parent, "narrative", {"xml:lang": "uk"}, text=_sound(ukrainian))


def _sound(text: str) -> str:
    """Without the control characters that XML cannot hold."""
    return "".join(sign for sign in text if sign >= " " or sign in "\t\n")
