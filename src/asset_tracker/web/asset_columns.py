"""What the columns of a list of assets are called, and what a list can be narrowed to."""

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker.assets.attributes import NO, YES, Attribute, Catalogue, shown
from asset_tracker.assets.columns import ATTRIBUTE, COLUMNS
from asset_tracker.assets.ordering import SORTS
from asset_tracker.assets.waits import MISSING as LACKING
from asset_tracker.i18n import Lang, gettext
from asset_tracker.programmes.policies import FIELDS
from asset_tracker.territory.collation import sort_key
from asset_tracker.territory.queries import municipality_index

_HEADINGS: Final[dict[str, str]] = {
    "tag": "Tag",
    "name": "Asset",
    "category": "Kind",
    "model": "Model",
    "serial": "Serial number",
    "quantity": "Quantity",
    "programme": "Programme",
    "consignment": "Consignment",
    "municipality": "Where",
    "oblast": "Oblast",
    "service_point": "Service point",
    "stage": "How far along",
    "condition": "Does it work",
    "title": "Whose is it?",
    "unit_price": "Price",
    "value": "Value",
    "donors": "Who paid",
    "kit": "Kit",
    "inventory_number": "Inventory number",
    "use": "Is it in use?",
    "acquired_on": "Day of acquisition",
    "warranty_until": "Warranty until",
    "delivered_at": "Delivered on",
    "accepted_at": "Accepted on",
    "installed_at": "Installed on",
    "verified_at": "Last verified",
    "maintained_at": "Last maintained",
    "changed_at": "Last changed",
}
_NUMBERS: Final = frozenset({"quantity", "unit_price", "value"})
WAITS: Final[dict[str, str]] = {
    "broken": "Faults",
    "disputed": "Disputed",
    "to_install": "To be installed",
    "cases": "Loss cases",
    "lent_late": "Not returned in time",
    "unaccepted": "Delivered without a signed act",
}
MISSING: Final[dict[str, str]] = {name: FIELDS[name] for name in LACKING if name in FIELDS}


class Heading(NamedTuple):
    """A column as it is shown: its name, what to order by ('' where it cannot be), whether it holds numbers."""

    key: str
    text: str
    sort: str
    number: bool


def described(lang: Lang, names: Sequence[str], known: Catalogue) -> list[Heading]:
    """The columns with what they are called; ``known``: the fields that categories have of their own."""
    return [
        Heading(
            key=name,
            text=gettext(lang, _HEADINGS[name]) if name in _HEADINGS else field_title(lang, known, name),
            sort=name if name in SORTS else "",
            number=name in _NUMBERS or _is_number(known, name),
        )
        for name in names
    ]


def offered(present: Sequence[str], known: Catalogue) -> list[str]:
    """What may be chosen: all columns, the fields of categories, and what else is shown already."""
    own = [ATTRIBUTE + each.key for each in known.standing()]
    return list(dict.fromkeys((*COLUMNS, *own, *present)))


def lacking(lang: Lang, known: Catalogue) -> list[tuple[str, str]]:
    """What a list can be narrowed to that lack it: what donors may ask for, and the required fields."""
    own = [(ATTRIBUTE + each.key, each.name(lang)) for each in known.standing() if each.required]
    return [*((key, gettext(lang, text)) for key, text in MISSING.items()), *own]


class Sought(NamedTuple):
    """A field of categories that a list is narrowed by: what it is called, what may be chosen, what is sought."""

    name: str
    text: str
    kind: str
    options: list[tuple[str, str]]
    value: str


def sought(lang: Lang, known: Catalogue, values: Mapping[str, str]) -> list[Sought]:
    """The fields of categories, to narrow a list by; ``values``: what is sought, by key."""
    return [
        Sought(
            ATTRIBUTE + each.key,
            each.heading(lang),
            each.kind,
            _answers(lang, each),
            values.get(each.key, ""),
        )
        for each in known.standing()
    ]


def _answers(lang: Lang, each: Attribute) -> list[tuple[str, str]]:
    if each.kind == "choice":
        return [(option.code, option.name(lang)) for option in each.options]
    return [(code, gettext(lang, code)) for code in (YES, NO)] if each.kind == "yes_no" else []


def field_title(lang: Lang, known: Catalogue, name: str) -> str:
    """What a field of a category is called, by the name of its column."""
    key = name.removeprefix(ATTRIBUTE)
    return known.attributes[key].name(lang) if key in known.attributes else key


def field_text(lang: Lang, known: Catalogue, name: str, value: str | None) -> str:
    """What stands in a field of a category, as people read it."""
    return shown(lang, known.attributes.get(name.removeprefix(ATTRIBUTE)), value) if value else ""


def _is_number(known: Catalogue, name: str) -> bool:
    found = known.attributes.get(name.removeprefix(ATTRIBUTE))
    return name.startswith(ATTRIBUTE) and found is not None and found.kind == "number"


async def oblasts(conn: AsyncConnection, lang: Lang) -> list[tuple[str, str]]:
    """The oblasts by the beginning of their codes, in Ukrainian order."""
    known = {each.oblast_code[:4]: each for each in (await municipality_index(conn)).all if not each.gone}
    named = [(code, each.oblast_en if lang == "en" else each.oblast_uk) for code, each in known.items()]
    return sorted(named, key=lambda each: sort_key(each[1]))
