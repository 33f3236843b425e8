"""What the columns of a list of assets are called, and what a list can be narrowed to."""

from collections.abc import Sequence
from typing import Final, NamedTuple

from sqlalchemy.ext.asyncio import AsyncConnection

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
    "stage": "How far",
    "condition": "Does it work",
    "title": "Whose is it?",
    "unit_price": "Price",
    "value": "Value",
    "donors": "Who paid",
    "kit": "Kit",
    "inventory_number": "Inventory number",
    "use": "How is it used?",
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


def described(lang: Lang, names: Sequence[str]) -> list[Heading]:
    """The columns with what they are called."""
    return [
        Heading(
            key=name,
            text=gettext(lang, _HEADINGS[name]) if name in _HEADINGS else name.removeprefix(ATTRIBUTE),
            sort=name if name in SORTS else "",
            number=name in _NUMBERS,
        )
        for name in names
    ]


def offered(shown: Sequence[str]) -> list[str]:
    """What may be chosen: all columns, and what else is shown already."""
    return [*COLUMNS, *(name for name in shown if name not in COLUMNS)]


async def oblasts(conn: AsyncConnection, lang: Lang) -> list[tuple[str, str]]:
    """The oblasts by the beginning of their codes, in Ukrainian order."""
    known = {each.oblast_code[:4]: each for each in (await municipality_index(conn)).all if not each.gone}
    named = [(code, each.oblast_en if lang == "en" else each.oblast_uk) for code, each in known.items()]
    return sorted(named, key=lambda each: sort_key(each[1]))
