"""Events as people read them: what was said, in words, with the names of places."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker.assets.attributes import OWN_CATEGORY, Catalogue, shown
from asset_tracker.assets.catalogue import get_catalogue
from asset_tracker.assets.views import EventView
from asset_tracker.i18n import Lang, gettext
from asset_tracker.territory.municipalities import Municipality
from asset_tracker.territory.points import ServicePoint
from asset_tracker.territory.queries import get_municipalities, get_service_points
from asset_tracker.web import formats
from asset_tracker.web.event_fields import FORMS
from asset_tracker.web.picks import PICKED, names_of
from asset_tracker.web.questions import Field
from asset_tracker.web.words import TITLES, word

# What was recorded within this time of its happening is not worth the remark.
_LATE = timedelta(hours=12)
_OPTIONS_OF_TITLE = tuple((key, each.text) for key, each in TITLES.items())

# What events say that no form asks for, because another page or the import gave it.
_OTHER: dict[str, tuple[Field, ...]] = {
    "registered": (Field("destination", "Bound for", "place"), Field("unit_price", "Price", "money")),
    "described": (Field("destination", "Bound for", "place"),),
    "dispatched": (Field("destination", "Bound for", "place"),),
    "accepted": (Field("act_number", "Act"), Field("signed_on", "Signed on", "date")),
    "label_replaced": (Field("old", "Old tag"), Field("new", "New tag"), Field("reason", "Why?")),
    "label_bound": (Field("tag", "Tag"),),
    "label_printed": (Field("stock", "Label stock"),),
    "code_linked": (Field("code", "Code"),),
    "correction": (Field("reason", "Why?"),),
    "resolution": (Field("reason", "Why?"),),
}


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One event on a timeline; ``facts`` are pairs of what was asked and what was said."""

    id: UUID
    kind: str
    occurred_at: datetime
    recorded_at: datetime
    late: bool
    struck: bool
    actor: str
    facts: list[tuple[str, str]]
    note: str | None
    photos: tuple[str, ...]
    scan: str | None
    replaceable: bool


class Places(msgspec.Struct, frozen=True):
    """The names of the places and things that events speak of."""

    points: Mapping[str, ServicePoint]
    municipalities: Mapping[str, Municipality]
    things: Mapping[str, str]
    fields: Catalogue = Catalogue()


async def entries(conn: AsyncConnection, lang: Lang, events: Iterable[EventView]) -> list[Entry]:
    """The events, in the order given, ready to be shown."""
    listed = list(events)
    places = await _places(conn, lang, listed)
    return [_entry(lang, event, places) for event in listed]


async def _places(conn: AsyncConnection, lang: Lang, events: list[EventView]) -> Places:
    points = {str(p) for e in events if (p := e.payload.get("service_point"))}
    codes = {str(c) for e in events for name in ("municipality", "destination") if (c := e.payload.get(name))}
    known = await get_service_points(conn, [UUID(point) for point in points]) if points else {}
    named = await get_municipalities(conn, codes) if codes else {}
    things = {str(t) for e in events for name in PICKED if (t := e.payload.get(name))}
    titles = await names_of(conn, lang, [UUID(thing) for thing in things]) if things else {}
    told = any(e.payload.get("attributes") or e.payload.get("cleared") for e in events)
    fields = await get_catalogue(conn) if told else Catalogue()
    return Places({str(key): point for key, point in known.items()}, named, titles, fields)


def _entry(lang: Lang, event: EventView, places: Places) -> Entry:
    return Entry(
        id=event.id,
        kind=event.kind,
        occurred_at=event.occurred_at,
        recorded_at=event.recorded_at,
        late=event.recorded_at - event.occurred_at > _LATE,
        struck=not event.standing,
        actor=event.actor or "",
        facts=facts(lang, event.payload, places),
        note=event.payload.get("note"),
        photos=event.photos,
        scan=event.payload.get("scan"),
        replaceable=event.kind in FORMS,
    )


def facts(lang: Lang, payload: Mapping[str, Any], places: Places) -> list[tuple[str, str]]:
    """What a payload says, as (question, answer) in ``lang``; what was not said is left out."""
    kind = str(payload["kind"])
    form = FORMS.get(kind)
    found = []
    for field in (*(form.fields if form else ()), *_OTHER.get(kind, ())):
        said = payload.get("attributes", {}) if field.type == "attribute" else payload
        value = said.get(field.name)
        text = _text(lang, field, value, payload, places) if value not in (None, "") else ""
        if text:
            found.append((gettext(lang, field.label), text))
    asked = {field.name for field in form.fields if field.type == "attribute"} if form else frozenset()
    found += _attributes(lang, payload, places.fields, asked)
    if "municipality" in payload and not payload.get("service_point"):
        found.append((gettext(lang, "Municipality"), _municipality(lang, payload["municipality"], places)))
    return found


def _attributes(
    lang: Lang, payload: Mapping[str, Any], fields: Catalogue, asked: Collection[str]
) -> Iterator[tuple[str, str]]:
    """What was said of fields that categories have of their own; one that was emptied says so."""
    for key, value in payload.get("attributes", {}).items():
        if key == OWN_CATEGORY and key not in asked:
            own = fields.own.get(value)
            yield gettext(lang, "Category"), own.name(lang) if own else value
        elif (known := fields.attributes.get(key)) and key not in asked:
            yield known.name(lang), shown(lang, known, value)
    for key in payload.get("cleared", ()):
        known = fields.attributes.get(key)
        yield (known.name(lang) if known else gettext(lang, "Category")), formats.NO_VALUE


def _text(lang: Lang, field: Field, value: Any, payload: Mapping[str, Any], places: Places) -> str:
    if field.options:
        return gettext(lang, dict(field.options).get(str(value), str(value)))
    if field.type == "money":
        return formats.money(lang, Decimal(str(value)), payload.get("currency"))
    if field.type == "pick":
        return places.things.get(str(value), "")
    if field.type == "flag":
        return gettext(lang, "yes") if value else ""
    if field.type == "date":
        return formats.day(lang, date.fromisoformat(str(value)))
    if field.type == "number":
        return formats.number(lang, int(value))
    if field.type == "meter":
        return f"{formats.number(lang, value['value'])} {gettext(lang, value['unit'])}"
    if field.name == "service_point":
        point = places.points.get(str(value))
        return point.name(lang) if point else ""
    if field.name == "destination":
        return _municipality(lang, str(value), places)
    return str(value)


def _municipality(lang: Lang, code: str, places: Places) -> str:
    found = places.municipalities.get(code)
    return found.title(lang) if found else code


def happened(lang: Lang, kind: str, at: datetime) -> str:
    """One line about an event that came in between."""
    return f"{gettext(lang, word('event', kind).text)}, {formats.moment(lang, at)}"
