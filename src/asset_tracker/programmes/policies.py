"""Rules of donors and of the state, as rows of data: their words, their shapes, and presets [pure].

A rule is a row that an administrator or coordinator adds, from a preset or by hand, for a programme, for
a donor wherever they paid, or for everything. What a kind of rule means is code; to whom it applies, since
when, how long and by whose order is data, the source included.
"""

from decimal import Decimal
from typing import Annotated, Literal, NamedTuple, get_args
from uuid import UUID

import msgspec
from msgspec import Meta

from asset_tracker.ledger.values import Category, Currency, Money, Name
from asset_tracker.programmes.words import LegalRegime

RuleKind = Literal[
    "verification",
    "act",
    "publication",
    "humanitarian_report",
    "vehicle_registration",
    "visibility",
    "required_fields",
    "transfer_proof",
    "warranty",
    "late_purchase",
    "consent",
    "minimum_life",
    "loss_report",
    "retention",
]
RequiredField = Literal[
    "serial",
    "unit_price",
    "currency",
    "acquired_on",
    "funding",
    "agreement",
    "location",
    "use",
    "condition",
    "inventory_number",
]
Purpose = Literal["disposal", "transfer", "relocation", "change_of_use"]
Unit = Literal["days", "months", ""]
RULE_KINDS: tuple[RuleKind, ...] = get_args(RuleKind)


class Kind(NamedTuple):
    """What a kind of rule asks (a msgid), what its number counts, and which of its parts it needs."""

    text: str
    unit: Unit
    needs: frozenset[str] = frozenset({"number"})


KINDS: dict[RuleKind, Kind] = {
    "verification": Kind("To be verified on site", "months"),
    "act": Kind("The act must be signed", "days"),
    "publication": Kind("To be published by the council", "days"),
    "humanitarian_report": Kind("Report on humanitarian aid", "days"),
    "vehicle_registration": Kind("The vehicle must be registered", "days"),
    "visibility": Kind("The donor’s marking must be applied", "days"),
    "required_fields": Kind("Something must be filled in", "days", frozenset({"number", "fields"})),
    "transfer_proof": Kind("Proof of transfer for the final report", "days"),
    "warranty": Kind("The warranty ends", "days"),
    "late_purchase": Kind("Bought shortly before the end of the programme", "days"),
    "consent": Kind("The donor must agree first", "", frozenset({"purposes"})),
    "minimum_life": Kind("To be kept at least", "months"),
    "loss_report": Kind("The donor must be told of a loss", "days"),
    "retention": Kind("Records are kept after the end", "months"),
}
FIELDS: dict[RequiredField, str] = {
    "serial": "Serial number",
    "unit_price": "Price",
    "currency": "Currency",
    "acquired_on": "Day of acquisition",
    "funding": "Source of funding",
    "agreement": "Number of the grant agreement",
    "location": "Where it is",
    "use": "Use",
    "condition": "Condition",
    "inventory_number": "Inventory number",
}
_Number = Annotated[int, Meta(ge=0, le=1200)]


class Rule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """One rule. ``number`` counts days or months by ``KINDS``; ``amount`` is a price per unit above which it holds.

    An asset without a price, or with a price in another currency, counts as above: nobody escapes a
    rule by leaving the price out. ``categories`` and ``regimes`` narrow it; empty means all.
    """

    rule: RuleKind
    source: Name
    number: _Number | None = None
    amount: Money | None = None
    currency: Currency | None = None
    fields: tuple[RequiredField, ...] = ()
    purposes: tuple[Purpose, ...] = ()
    categories: tuple[Category, ...] = ()
    regimes: tuple[LegalRegime, ...] = ()


class Reach(msgspec.Struct, frozen=True, kw_only=True):
    """For whom a rule holds: a programme, a donor wherever they paid, or (neither) everybody."""

    programme: UUID | None = None
    donor: UUID | None = None


class Preset(NamedTuple):
    """Rules that come together. ``name`` is a msgid."""

    name: str
    rules: tuple[Rule, ...]


_COMPUTERS: tuple[Category, ...] = (
    "laptop",
    "desktop",
    "monitor",
    "mfd",
    "printer",
    "scanner",
    "ups",
    "router",
    "tablet",
)
_LIFE = "КМУ № 514 від 16.03.2000; Податковий кодекс України, 138.3.3"

PRESETS: dict[str, Preset] = {
    "us_2cfr200": Preset(
        "United States, 2 CFR 200.313",
        (
            Rule(rule="verification", number=24, source="2 CFR 200.313(d)(2)"),
            Rule(
                rule="required_fields",
                number=30,
                fields=(
                    "serial",
                    "funding",
                    "agreement",
                    "acquired_on",
                    "unit_price",
                    "location",
                    "use",
                    "condition",
                ),
                source="2 CFR 200.313(d)(1)",
            ),
            Rule(
                rule="consent",
                purposes=("disposal",),
                amount=Decimal(10_000),
                currency="USD",
                source="2 CFR 200.313(e), awards from 1 October 2024",
            ),
            Rule(rule="retention", number=36, source="2 CFR 200.334, from final disposition"),
        ),
    ),
    "eu_intpa": Preset(
        "European Union, grants of INTPA",
        (
            Rule(
                rule="transfer_proof",
                number=0,
                amount=Decimal(5_000),
                currency="EUR",
                source="General Conditions for EU grants (PRAG), 7.5",
            ),
            Rule(
                rule="required_fields",
                number=30,
                fields=("unit_price", "currency", "acquired_on"),
                source="General Conditions for EU grants (PRAG), 7.5",
            ),
            Rule(
                rule="consent",
                purposes=("transfer",),
                source="General Conditions for EU grants (PRAG), 7.5: another recipient, on request",
            ),
            Rule(
                rule="visibility",
                number=30,
                source="EU visibility: the emblem with “Funded by the European Union”",
            ),
        ),
    ),
    "echo": Preset(
        "European Union, humanitarian aid (DG ECHO)",
        (
            Rule(
                rule="consent",
                purposes=("transfer", "disposal"),
                source="DG ECHO, remaining equipment: transfer if agreed, never for profit",
            ),
            Rule(
                rule="required_fields",
                number=30,
                fields=("unit_price", "currency", "acquired_on"),
                source="DG ECHO: economic life from the day of purchase",
            ),
        ),
    ),
    "un": Preset(
        "United Nations",
        (
            Rule(rule="verification", number=12, source="UNFPA, fixed-asset policy: yearly physical count"),
            Rule(
                rule="required_fields",
                number=30,
                amount=Decimal(1_500),
                currency="USD",
                fields=("serial", "unit_price", "acquired_on", "location", "condition"),
                source="UN ST/AI/2015/4: property tracked from USD 1 500",
            ),
            Rule(
                rule="consent",
                purposes=("disposal",),
                source="UN ST/AI/2015/4: the property survey board before write-off",
            ),
            Rule(
                rule="late_purchase",
                number=30,
                source="OCHA pooled funds: not in the last month unless justified",
            ),
        ),
    ),
    "ua_budget": Preset(
        "Ukraine, budget institutions and aid",
        (
            Rule(rule="verification", number=12, source="Мінфін, наказ № 879 від 02.09.2014"),
            Rule(
                rule="publication",
                number=10,
                regimes=("technical_assistance",),
                source="КМУ № 153 від 15.02.2002, п. 44",
            ),
            Rule(rule="humanitarian_report", number=90, source="КМУ № 953 від 05.09.2023"),
            Rule(
                rule="vehicle_registration",
                number=10,
                categories=("vehicle",),
                source="КМУ № 1388 від 07.09.1998",
            ),
            Rule(rule="minimum_life", number=24, categories=_COMPUTERS, source=_LIFE),
            Rule(rule="minimum_life", number=60, categories=("vehicle",), source=_LIFE),
            Rule(rule="minimum_life", number=48, categories=("furniture",), source=_LIFE),
            Rule(
                rule="required_fields",
                number=90,
                fields=("inventory_number",),
                source="Мінфін, наказ № 818 від 13.09.2016",
            ),
        ),
    ),
    "house": Preset(
        "Good housekeeping",
        (
            Rule(rule="act", number=30, source="Добра практика цього реєстру"),
            Rule(rule="warranty", number=0, source="Добра практика цього реєстру"),
        ),
    ),
}


# What the Ukrainian sources of the presets are called in English, and what the others say in Ukrainian: the name of
# a document stays, what is told beside it does not.
_IN_ENGLISH: dict[str, str] = {
    "Мінфін, наказ № 879 від 02.09.2014": "Ministry of Finance, order 879 of 2 Sep 2014",
    "Мінфін, наказ № 818 від 13.09.2016": "Ministry of Finance, order 818 of 13 Sep 2016",
    "КМУ № 153 від 15.02.2002, п. 44": "Cabinet of Ministers, resolution 153 of 15 Feb 2002, para. 44",
    "КМУ № 953 від 05.09.2023": "Cabinet of Ministers, resolution 953 of 5 Sep 2023",
    "КМУ № 1388 від 07.09.1998": "Cabinet of Ministers, resolution 1388 of 7 Sep 1998",
    _LIFE: "Cabinet of Ministers, resolution 514 of 16 Mar 2000; Tax Code of Ukraine, 138.3.3",
    "Добра практика цього реєстру": "Good practice of this register",
}


_IN_UKRAINIAN: dict[str, str] = {
    "2 CFR 200.313(e), awards from 1 October 2024": "2 CFR 200.313(e), гранти від 01.10.2024",
    "2 CFR 200.334, from final disposition": "2 CFR 200.334, від остаточного вибуття",
    "DG ECHO, remaining equipment: transfer if agreed, never for profit": "DG ECHO, залишкове обладнання: передавати за згодою, не заради прибутку",
    "DG ECHO: economic life from the day of purchase": "DG ECHO: строк служби від дня придбання",
    "EU visibility: the emblem with “Funded by the European Union”": "Видимість ЄС: емблема з написом «Фінансується Європейським Союзом»",
    "General Conditions for EU grants (PRAG), 7.5": "Загальні умови грантів ЄС (PRAG), п. 7.5",
    "General Conditions for EU grants (PRAG), 7.5: another recipient, on request": "Загальні умови грантів ЄС (PRAG), п. 7.5: інший отримувач – на запит",
    "OCHA pooled funds: not in the last month unless justified": "Об’єднані фонди OCHA: не в останній місяць без обґрунтування",
    "UN ST/AI/2015/4: property tracked from USD 1 500": "ООН, ST/AI/2015/4: майно обліковують від 1 500 $",
    "UN ST/AI/2015/4: the property survey board before write-off": "ООН, ST/AI/2015/4: перед списанням – комісія з огляду майна",
    "UNFPA, fixed-asset policy: yearly physical count": "UNFPA, правила щодо основних засобів: щорічна інвентаризація",
}


def source_in(lang: str, source: str) -> str:
    """What asks for a rule, as readers of a language know it; what somebody typed stays as it is."""
    return (_IN_ENGLISH if lang == "en" else _IN_UKRAINIAN).get(source, source)


def missing_parts(rule: Rule) -> tuple[str, ...]:
    """The parts that a rule of its kind needs and does not have."""
    return tuple(part for part in sorted(KINDS[rule.rule].needs) if getattr(rule, part) in (None, ()))
