"""Fields that categories have of their own, as columns of a list of assets. [pure]"""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from functools import partial
from typing import Any

from asset_tracker.assets import attributes as own
from asset_tracker.assets.attributes import Attribute, Catalogue
from asset_tracker.i18n import Lang, gettext
from asset_tracker.imports import values
from asset_tracker.imports.categories import CATEGORY_NAMES
from asset_tracker.imports.cells import Cell
from asset_tracker.imports.fields import FIELDS, READERS, SKIPPED
from asset_tracker.imports.values import NOTHING, Reading
from asset_tracker.imports.vocabulary import Field, Vocabulary

_HINTS = {
    "text": "as text",
    "number": "a number",
    "date": "31.12.2024 or 2024-12-31",
    "choice": "one of the answers that the field has",
    "yes_no": "yes or no",
}
_NAMES: dict[str, tuple[str, str]] = {str(each): names for each, names in CATEGORY_NAMES.items()}
_DAYS = ("acquired_on", "warranty_until")


def vocabulary_with(known: Catalogue) -> Vocabulary:
    """What the columns of a list of assets can be, with the fields that are asked today.

    One that we know by itself (IMEI, VIN) is read as the definition says, and called by either name.
    """
    asked = {each.key: each for each in known.standing()}
    fields = [_field(asked.pop(field.key), field) if field.key in asked else field for field in FIELDS]
    fields += [_field(each) for each in asked.values()]
    readers = READERS | {each.key: partial(_read, each) for each in known.standing() if each.kind != "date"}
    days = (*_DAYS, *(each.key for each in known.standing() if each.kind == "date"))
    return Vocabulary(fields, skipped=SKIPPED, readers=readers, days=days)


def _field(each: Attribute, before: Field | None = None) -> Field:
    names = tuple(values.fold(name) for name in (each.name_uk, each.name_en, each.key.replace("_", " ")))
    return Field(
        each.key,
        each.name_en,
        _HINTS[each.kind],
        (*names, *(before.names if before else ())),
        own=(each.heading("uk"), each.heading("en")),
    )


def _read(each: Attribute, cell: Cell) -> Reading:
    """The value of a cell in the form in which it is kept; what a spreadsheet made a number of is taken as it shows."""
    value = values.plain(cell)
    if value is None:
        return NOTHING
    if isinstance(value, bool):
        written = own.YES if value else own.NO
    elif isinstance(value, int | float):
        written = own.plain_number(Decimal(repr(value)))
    else:
        written = values.tidy(value)
    if not written or (each.kind != "yes_no" and written.casefold() in values.NONE_WRITTEN):
        return NOTHING
    try:
        return Reading(own.read_value(each, written))
    except own.Wrong as wrong:
        return Reading(expected=wrong.expected, params=wrong.params)


def cell_value(each: Attribute | None, value: str, lang: Lang) -> Any:
    """What a workbook that comes back holds for a value."""
    if each is None:
        return value
    if each.kind == "number":
        return Decimal(value)
    if each.kind == "date":
        return date.fromisoformat(value)
    return own.shown(lang, each, value)


def category_name(known: Catalogue, category: str, attributes: dict[str, str], lang: Lang) -> str:
    """What a workbook calls the category of an asset: by its own name where it has one."""
    mine = known.own.get(attributes.get(own.OWN_CATEGORY, ""))
    return mine.name(lang) if mine else _NAMES[category][0 if lang == "uk" else 1]


def category_names(known: Catalogue, lang: Lang) -> list[str]:
    """The names that a drop-down of categories offers."""
    return [
        *(names[0 if lang == "uk" else 1] for names in CATEGORY_NAMES.values()),
        *(each.name(lang) for each in known.offered()),
    ]


def answers(each: Attribute, lang: Lang) -> Sequence[str]:
    """What a drop-down of the field offers; nothing where anything may be written."""
    if each.kind == "choice":
        return [option.name(lang) for option in each.options if not option.retired]
    return [gettext(lang, own.YES), gettext(lang, own.NO)] if each.kind == "yes_no" else ()
