"""The columns of the item and timeline tables, once for XLSX, CSV and HXL: heading, meaning, kind, value."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from operator import attrgetter
from typing import Generic, Literal, NamedTuple, TypeVar

from msgspec import UNSET

from asset_tracker import kyiv
from asset_tracker.documents.names import Name
from asset_tracker.i18n import Lang, gettext
from asset_tracker.ledger.words import KIND_TITLES
from asset_tracker.reports import serving, words
from asset_tracker.reports.structs import Facts, MunicipalityFacts
from asset_tracker.reports.structs_around import Donor, Municipality
from asset_tracker.reports.structs_items import Happening, Item

Row = TypeVar("Row")
Kind = Literal["text", "number", "money", "percent", "rate", "date", "instant"]
Cell = str | int | Decimal | date | datetime | None


class Column(NamedTuple, Generic[Row]):
    """``key`` names the column in code; ``hxl`` is its hashtag, empty where HXL 1.1 has none that fits."""

    key: str
    head: str
    note: str
    kind: Kind
    hxl: str
    value: Callable[[Row], Cell]


# key (an attribute of Item, unless ``_worded`` has it), heading, meaning, kind, hashtag
_Spec = tuple[str, str, str, Kind, str]
_WHAT: tuple[_Spec, ...] = (
    ("tag", "Tag", "The code on the label.", "text", "#item+tag+code"),
    ("category", "Category", "What sort of thing it is.", "text", "#item+type+name"),
    ("name", "Item", "What it is.", "text", "#item+name"),
    ("manufacturer", "Manufacturer", "Who made it.", "text", "#item+manufacturer"),
    ("model", "Model", "The maker's model.", "text", "#item+model"),
    (
        "serial",
        "Serial number",
        "The maker's number, as text: leading zeros stay.",
        "text",
        "#item+serial+code",
    ),
    ("kit", "Kit", "Tag of the kit it is a part of.", "text", "#item+kit+code"),
    ("quantity", "Qty", "Pieces; more than one for a lot of small things.", "number", "#item+num"),
    ("unit_price", "Price", "Price of one piece.", "money", "#value+unit"),
    ("currency", "Currency", "Currency it was paid in (ISO 4217).", "text", "#currency+code"),
    ("value", "Value", "Price times quantity.", "money", "#value+delivered"),
    (
        "reckoned_on",
        "Converted on",
        "Day whose exchange rate converts the value in the columns after it.",
        "date",
        "#date+rate",
    ),
)
_PAPERS: tuple[_Spec, ...] = (
    ("programme", "Programme", "Code of the programme.", "text", "#activity+programme+code"),
    (
        "consignment",
        "Consignment",
        "Number of the consignment that brought it.",
        "text",
        "#activity+consignment+code",
    ),
    ("act_number", "Act", "Number of the signed act of acceptance-transfer.", "text", "#meta+act+code"),
    ("act_date", "Date of act", "Date of that act.", "date", "#date+act"),
    ("oblast", "Oblast", "Oblast of the municipality.", "text", "#adm1+name"),
    ("municipality_name", "Municipality", "Municipality it was given to.", "text", "#adm3+name"),
    ("municipality", "Municipality code", "KATOTTH code.", "text", "#adm3+code+v_katottg"),
    ("pcode", "P-code", "OCHA p-code.", "text", "#adm3+code+v_pcode"),
    ("place", "Where", "Kind of place.", "text", "#loc+type"),
    (
        "service_point",
        "Service point",
        "Named only as far as the policy on sensitive places allows.",
        "text",
        "#loc+name",
    ),
    ("stage", "State", "How far along it is.", "text", "#status"),
    ("gone_reason", "Reason gone", "Why it has left for good.", "text", "#status+reason"),
    ("condition", "Condition", "Whether it works.", "text", "#status+condition"),
    ("title", "Title held by", "Whose property it is.", "text", "#status+title"),
    ("disputed", "Disputed", "Records contradict each other: yes, or empty.", "text", "#status+disputed"),
    ("approved_on", "Approved on", "Day the application for it was approved.", "date", "#date+approved"),
    ("dispatched_on", "Dispatched on", "Day it was sent.", "date", "#date+dispatched"),
    ("delivered_on", "Delivered on", "Day it arrived.", "date", "#date+delivered"),
    ("accepted_on", "Accepted on", "Day the act was signed.", "date", "#date+accepted"),
    ("installed_on", "Installed on", "Day it was installed.", "date", "#date+installed"),
    ("in_service_on", "In service since", "Day it went into service.", "date", "#date+inservice"),
    (
        "service_days",
        "Days in service",
        "Days it has been in service for, breaks left out.",
        "number",
        "#item+service+num",
    ),
    ("upkeep", "Upkeep", "How often it was maintained or repaired.", "number", "#item+upkeep+num"),
    ("verified_on", "Verified on", "Day somebody last saw it and said so.", "date", "#date+verified"),
    (
        "attested_on",
        "Attested on",
        "Day the recipient last confirmed that it is there; weaker evidence than a visit.",
        "date",
        "#date+attested",
    ),
)
_SERVING: tuple[_Spec, ...] = (
    (
        "trips",
        "Outreach trips",
        "How often it went out to residents, as counted.",
        "number",
        "#reached+trips+num",
    ),
    (
        "consultations",
        "Video consultations held",
        "How many were held with it, as counted.",
        "number",
        "#reached+consultations+num",
    ),
)
_METER: tuple[_Spec, ...] = (("reading", "Meter", "The last reading of its meter.", "text", "#item+meter"),)
_OWN: tuple[_Spec, ...] = (
    ("fields", "Further fields", "What is asked about things of its category beyond the rest.", "text", ""),
)
_TIMELINE: tuple[_Spec, ...] = (
    ("occurred_at", "Occurred", "When the fact happened on site, Kyiv time.", "instant", ""),
    ("recorded_at", "Recorded", "When the server stored it, Kyiv time.", "instant", ""),
    ("kind", "What", "The kind of event.", "text", ""),
    ("detail", "Detail", "Place, act or reason, where the event names one.", "text", ""),
    ("tag", "Tag", "The code on the label.", "text", ""),
    ("item", "Item", "What it is.", "text", ""),
    ("municipality", "Municipality code", "KATOTTH code.", "text", ""),
    ("event_id", "Event", "The event's identifier in the ledger.", "text", ""),
)


def municipalities(facts: Facts) -> dict[str, Municipality]:
    """Every municipality of the report by code."""
    if isinstance(facts, MunicipalityFacts):
        return {facts.municipality.code: facts.municipality}
    return {line.municipality.code: line.municipality for line in facts.municipalities}


def item_columns(facts: Facts, lang: Lang) -> tuple[Column[Item], ...]:
    """One column per fact about an item; two for each donor whose share the report holds."""
    worded = _item_words(municipalities(facts), lang)
    donors = (facts.question.donor,) if facts.question.donor else facts.donors
    return (
        *(_column(spec, worded, lang) for spec in _WHAT),
        *(_worth(line.currency, lang) for line in facts.summary.worth),
        *(column for donor in donors for column in _share(donor, lang)),
        *(_column(spec, worded, lang) for spec in _PAPERS),
        *(_column(spec, worded, lang) for spec in _METER if facts.summary.meters is not UNSET),
        *(_column(spec, worded, lang) for spec in _SERVING if facts.summary.serving is not UNSET),
        *(_column(spec, worded, lang) for spec in _OWN if any(item.fields for item in facts.items)),
    )


def timeline_columns(lang: Lang) -> tuple[Column[Happening], ...]:
    """Times of day are Kyiv's: spreadsheets know no zones."""
    worded: dict[str, Callable[[Happening], Cell]] = {
        "occurred_at": lambda line: _local(line.occurred_at),
        "recorded_at": lambda line: _local(line.recorded_at),
        "kind": lambda line: words.word(KIND_TITLES, line.kind, lang),
        "detail": lambda line: _name(line.detail, lang),
        "item": lambda line: line.item.of(lang),
        "event_id": lambda line: str(line.event_id),
    }
    return tuple(_column(spec, worded, lang) for spec in _TIMELINE)


def _column(spec: _Spec, worded: Mapping[str, Callable[[Row], Cell]], lang: Lang) -> Column[Row]:
    key, head, note, kind, hxl = spec
    value = worded[key] if key in worded else attrgetter(key)
    return Column(key, gettext(lang, head), gettext(lang, note), kind, hxl, value)


def _item_words(places: Mapping[str, Municipality], lang: Lang) -> dict[str, Callable[[Item], Cell]]:
    """Where a cell is not simply the item's attribute of that name."""

    def coded(table: dict[str, str], code: Callable[[Item], str | None]) -> Callable[[Item], Cell]:
        known = {name: words.word(table, name, lang) for name in table}
        return lambda item: known.get(name, name) if (name := code(item)) else None

    def of_place(get: Callable[[Municipality], Name]) -> Callable[[Item], Cell]:
        known = {code: get(place).of(lang) for code, place in places.items()}
        return lambda item: known.get(item.municipality)

    yes = gettext(lang, "yes")
    return {
        "category": coded(words.CATEGORY, attrgetter("category")),
        "name": lambda item: item.name.of(lang),
        "fields": lambda item: _name(item.fields, lang),
        "oblast": of_place(attrgetter("oblast")),
        "municipality_name": of_place(attrgetter("name")),
        "pcode": lambda item: item.municipality[:9],
        "place": coded(words.PLACE, attrgetter("place")),
        "service_point": lambda item: _name(item.service_point, lang),
        "stage": coded(words.STAGE, attrgetter("stage")),
        "gone_reason": coded(words.GONE, attrgetter("gone_reason")),
        "condition": coded(words.CONDITION, attrgetter("condition")),
        "title": coded(words.TITLE, attrgetter("title")),
        "trips": lambda item: serving.of_item(item, "trips"),
        "consultations": lambda item: serving.of_item(item, "consultations"),
        "reading": lambda item: (
            f"{item.reading.value} {gettext(lang, item.reading.unit)}" if item.reading is not UNSET else None
        ),
        "disputed": lambda item: yes if item.disputed else None,
    }


def _worth(currency: str, lang: Lang) -> Column[Item]:
    def value(item: Item) -> Cell:
        worth = item.worth_in(currency)
        return worth.value if worth else None

    return Column(
        f"worth:{currency}",
        gettext(lang, "Value in %(currency)s", currency=currency),
        gettext(lang, "At the rate of the day in column Converted on; empty where no rate is recorded."),
        "money",
        f"#value+{currency.lower()}",
        value,
    )


def _share(donor: Donor, lang: Lang) -> tuple[Column[Item], Column[Item]]:
    name = donor.label(lang)

    def percent(item: Item) -> Cell:
        share = item.share_of(donor.key)
        return share.percent if share else None

    def value(item: Item) -> Cell:
        share = item.share_of(donor.key)
        return share.value if share else None

    # Two donors must not stand under one hashtag; an attribute is written in plain letters.
    plain = "".join(sign for sign in (donor.short or "").lower() if sign.isascii() and sign.isalnum())
    mark = f"+by_{plain}" if plain else ""
    part = gettext(lang, "What per cent of the value this donor paid.")
    whole = gettext(lang, "This donor's part of the value; all parts sum to the value, to the cent.")
    return (
        Column(
            f"percent:{donor.key}",
            gettext(lang, "%(donor)s, per cent", donor=name),
            part,
            "percent",
            f"#value+share+pct{mark}",
            percent,
        ),
        Column(
            f"share:{donor.key}",
            gettext(lang, "Share of %(donor)s", donor=name),
            whole,
            "money",
            f"#value+share{mark}",
            value,
        ),
    )


def _name(name: Name | None, lang: Lang) -> str | None:
    return name.of(lang) if name else None


def _local(instant: datetime) -> datetime:
    return instant.astimezone(kyiv.ZONE).replace(tzinfo=None, microsecond=0)
