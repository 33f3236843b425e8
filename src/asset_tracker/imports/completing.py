"""A line as a whole: its fields checked against each other, and names turned into what they mean. [pure]"""

import re
from decimal import Decimal

from asset_tracker.assets.attributes import OWN_CATEGORY, Catalogue
from asset_tracker.errors import InvalidError
from asset_tracker.imports import values
from asset_tracker.imports.categories import category_of
from asset_tracker.imports.line import Defaults, Line, Municipalities, ProgrammeRef
from asset_tracker.imports.naming import Programmes
from asset_tracker.imports.places import Places
from asset_tracker.ledger import tags
from asset_tracker.ledger.serials import serial_key
from asset_tracker.ledger.values import CATEGORIES

_ATTRIBUTES = (
    "year",
    "inventory_number",
    "vin",
    "plate",
    "imei",
    "mac",
    "part_number",
    "box",
    "service_point",
)
_CYRILLIC = re.compile("[\u0400-\u04ff]")
_TO_LATIN = str.maketrans("АВСЕНІКМОРТХУ", "ABCEHIKMOPTXY")


class Completer:
    """Knows the programmes, the municipalities and what holds for the whole file.

    ``assumed`` counts the prices that were taken to be in the programme's currency.
    """

    def __init__(
        self,
        municipalities: Municipalities,
        programmes: tuple[ProgrammeRef, ...],
        defaults: Defaults,
        known: Catalogue,
    ) -> None:
        self.places = Places(municipalities)
        self.programmes = Programmes(programmes)
        self.defaults = defaults
        self.assumed: dict[str, int] = {}
        self._attributes = tuple(dict.fromkeys((*_ATTRIBUTES, OWN_CATEGORY, *known.attributes)))
        self._own = {
            values.fold(name): each
            for each in known.offered()
            for name in (each.code, each.name_uk, each.name_en)
        }

    def complete(self, line: Line, section: str | None) -> None:
        """Check the fields of a line against each other and turn names into what they mean.

        ``section`` is the municipality that a title above the row named.
        """
        fields = line.fields
        self.programmes.settle(line, self.defaults.programme)
        self.places.settle(line, section or self.defaults.municipality)
        self._category(line)
        self._names(line)
        self._price(line)
        self._tag(line)
        if "consignment" not in fields and self.defaults.consignment:
            fields["consignment"] = self.defaults.consignment
        if "serial" not in fields and "vin" in fields:
            fields["serial"] = fields["vin"]
        if (serial := fields.get("serial")) and _CYRILLIC.search(serial):
            latin = serial.upper().translate(_TO_LATIN)
            line.say(
                "warning",
                "look-alike",
                "serial",
                "The serial number holds Cyrillic letters.",
                suggestion=latin if latin.isascii() else None,
            )
        fields["serial_key"] = serial_key(fields.get("serial"))
        fields["attributes"] = {key: str(fields[key]) for key in self._attributes if key in fields}

    def _category(self, line: Line) -> None:
        fields = line.fields
        written = fields.get("category")
        if written and (own := self._own.get(values.fold(written))):
            fields["category"], fields[OWN_CATEGORY] = own.base, own.code
            return
        found = category_of(written) if written else None
        if found is None:
            named = next(
                (category_of(fields[key]) for key in ("name", "name_en", "model") if fields.get(key)), None
            )
            if written:
                line.say(
                    "error" if named is None else "warning",
                    "unknown-category",
                    "category",
                    "There is no category “%(category)s”."
                    if named is None
                    else "There is no category “%(category)s”; taken as %(taken)s by the name.",
                    expected="one of: %(categories)s",
                    category=written,
                    taken=named,
                    categories=CATEGORIES,
                )
            found = named
        if found is None and not written:
            line.say(
                "warning",
                "no-category",
                "category",
                "The category is missing; taken as “other”.",
                expected="one of: %(categories)s",
                categories=CATEGORIES,
            )
            found = "other"
        if found:
            fields["category"] = found

    def _names(self, line: Line) -> None:
        fields = line.fields
        name = fields.pop("name", None)
        english = fields.get("name_en")
        if name is None:
            made = " ".join(filter(None, (fields.get("manufacturer"), fields.get("model"))))
            name = english or made or None
        if name is None:
            line.say("error", "no-name", "name", "It does not say what it is.", expected="a name")
            return
        fields["name_uk"] = name
        if english is None and not _CYRILLIC.search(name) and name != fields.get("model"):
            fields["name_en"] = name

    def _price(self, line: Line) -> None:
        fields = line.fields
        unit, total = fields.get("unit_price"), fields.pop("total_price", None)
        count = fields.get("quantity", 1)
        if unit is None and total is not None:
            fields["unit_price"] = unit = (total / count).quantize(Decimal("0.01"))
            if unit * count != total:
                line.say(
                    "warning",
                    "rounded-price",
                    "total_price",
                    "%(total)s cannot be split evenly over %(count)s; the unit price is taken as %(unit)s.",
                    total=str(total),
                    count=count,
                    unit=str(unit),
                )
        elif unit is not None and total is not None and abs(unit * count - total) > Decimal("0.05"):
            line.say(
                "warning",
                "total",
                "total_price",
                "%(count)s × %(unit)s is not %(total)s.",
                total=str(total),
                count=count,
                unit=str(unit),
                expected=str(unit * count),
            )
        self._currency(line)

    def _currency(self, line: Line) -> None:
        fields = line.fields
        sign = fields.pop("sign", None)
        if fields.get("unit_price") is None:
            fields.pop("currency", None)
            return
        heading = next(
            (line.columns[key].currency for key in ("unit_price", "total_price") if key in line.columns), None
        )
        if "currency" not in fields:
            programme: ProgrammeRef | None = fields.get("programme")
            if found := sign or heading or self.defaults.currency:
                fields["currency"] = found
            elif programme and programme.currency:
                fields["currency"] = programme.currency
                self.assumed[programme.currency] = self.assumed.get(programme.currency, 0) + 1
            elif not any(problem.field == "currency" for problem in line.problems):
                line.say(
                    "error",
                    "no-currency",
                    "unit_price",
                    "The price has no currency.",
                    expected="a currency in its own column, beside the amount, in the heading, or for the whole file",
                )

    def _tag(self, line: Line) -> None:
        if written := line.fields.get("tag"):
            try:
                line.fields["tag"] = tags.parse_tag(written)
            except InvalidError as error:
                del line.fields["tag"]
                line.say(
                    "error",
                    "bad-tag",
                    "tag",
                    error.message,
                    expected="the code from our label, such as 7K3M-9QXV",
                    **error.params,
                )
