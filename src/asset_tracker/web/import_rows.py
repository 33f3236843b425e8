"""Rows of a plan of another kind than assets, in words."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

import msgspec

from asset_tracker.i18n import Lang, gettext
from asset_tracker.imports.kinds import BY_KEY
from asset_tracker.imports.kinds.users import role_in_words
from asset_tracker.imports.known import Item
from asset_tracker.imports.telling import field_label
from asset_tracker.imports.views import KindKey
from asset_tracker.ledger.words import KIND_TITLES
from asset_tracker.territory.municipalities import Municipality
from asset_tracker.web import formats

# What of the whole file each kind asks for.
WHOLE_FILE: dict[KindKey, tuple[str, ...]] = {
    "assets": ("programme", "consignment", "municipality", "currency", "occurred_on"),
    "consignments": ("programme", "municipality"),
    "service_points": ("municipality",),
    "parties": (),
    "programmes": (),
    "users": ("grant_roles",),
    "population": ("occurred_on",),
    "needs": ("programme", "occurred_on"),
    "events": ("programme", "consignment"),
    "verifications": ("campaign", "occurred_on", "programme", "consignment"),
}
# Where one sees what came of it.
SEEN_AT: dict[KindKey, str] = {
    "consignments": "/consignments",
    "service_points": "/municipalities",
    "parties": "/parties",
    "programmes": "/programmes",
    "users": "/people",
    "population": "/municipalities",
    "needs": "/municipalities",
    "events": "/assets",
    "verifications": "/verifications",
}
_DAYS = frozenset({"as_of", "recorded_on", "starts_on", "ends_on", "applied_on", "approved_on", "planned_on"})
_NOT_SHOWN = frozenset(
    {"id", "name", "kind", "day", "occurred_at", "source", "campaign", "method", "service_point"}
)


class Detail(msgspec.Struct, frozen=True):
    """A field of a row and what it holds."""

    label: str
    text: str


def towns_of(items: Iterable[Item]) -> set[str]:
    """The codes of the municipalities that the rows name."""
    return {code for item in items if item.record and (code := _payload(item).get("municipality"))}


def headline(item: Item, lang: Lang) -> str:
    """What the row is about, and for an event what happened when."""
    record = item.record or {}
    if "kind" in record and record["kind"] in KIND_TITLES and "payload" in record:
        day = formats.day(lang, date.fromisoformat(record["day"]))
        return f"{gettext(lang, KIND_TITLES[record['kind']])}, {day}"
    return ""


def details(item: Item, kind: KindKey, towns: Mapping[str, Municipality], lang: Lang) -> list[Detail]:
    """What the row says, field by field."""
    vocabulary = BY_KEY[kind].vocabulary
    told = _payload(item)
    return [
        Detail(_label(vocabulary, field, lang), in_words(kind, field, value, towns, lang))
        for field, value in told.items()
        if field not in _NOT_SHOWN and value not in (None, "", [], {})
    ]


def in_words(kind: KindKey, field: str, value: Any, towns: Mapping[str, Municipality], lang: Lang) -> str:
    """A value of a field as people read it."""
    words = BY_KEY[kind].words.get(field)
    if words is not None:
        codes = [code for code in str(value).split("; ") if code in words.codes]
        return "; ".join(words.name(code, lang) for code in codes) or str(value)
    if kind == "users" and field == "roles":
        return "; ".join(role_in_words(part, lang) for part in str(value).split("; "))
    if field == "municipality" and value in towns:
        town = towns[value]
        return f"{town.name(lang)}, {town.region(lang)}" if town.region(lang) else town.name(lang)
    if isinstance(value, dict):
        return " ".join(str(part) for part in value.values())
    if field in _DAYS and isinstance(value, str):
        return formats.day(lang, date.fromisoformat(value))
    return str(value)


def _payload(item: Item) -> dict[str, Any]:
    record: dict[str, Any] = dict(item.record or {})
    record.pop("refs", None)
    payload: dict[str, Any] | None = record.get("payload")
    return record if payload is None else payload


_LABELS = {"work": "description", "reason": "description", "circumstances": "description", "topic": "description", "note": "notes", "received_by": "person", "to": "person", "carrier": "person", "service": "description"}  # fmt: skip


def _label(vocabulary: Any, field: str, lang: Lang) -> str:
    return field_label(vocabulary, field if field in vocabulary.by_key else _LABELS.get(field, field), lang)
