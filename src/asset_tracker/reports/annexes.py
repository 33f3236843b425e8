"""What donors and the state ask for beside the report, each a table over the same items.

- ``us-2cfr``: the property record of 2 CFR 200.313(d)(1), with what an auditor would miss on each item;
- ``eu-transfer``: the list of transfers of the EU's General Conditions, article 7.5, with its threshold;
- ``ua-inventory``: the sheet for a yearly inventory of a Ukrainian budget institution (order 879 of 02.09.2014).
"""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from asset_tracker.documents import display
from asset_tracker.i18n import Lang, gettext
from asset_tracker.reports import words
from asset_tracker.reports.columns import Cell, Column, Kind, item_columns
from asset_tracker.reports.conversion import Rates
from asset_tracker.reports.structs import Facts, Item, Rate

# Article 7.5: above this price of one piece in EUR the proof of transfer goes with the final report.
EU_THRESHOLD = Decimal(5000)


class Annex(NamedTuple):
    """``title`` is a msgid; ``columns`` those of the table, ``rows`` which items stand in it."""

    title: str
    columns: Callable[[Facts, Lang], tuple[Column[Item], ...]]
    rows: Callable[[Facts], tuple[Item, ...]]


def missing_for_2cfr(item: Item) -> list[str]:
    """Msgids of the fields of 200.313(d)(1) that the record of this item lacks."""
    wanted: tuple[tuple[str, bool], ...] = (
        ("Serial number", bool(item.serial) or item.is_kit or item.quantity > 1),
        ("Acquired on", item.acquired_on is not None),
        ("Price", item.unit_price is not None or item.kit is not None),
        ("Share", bool(item.shares)),
        ("Where", item.stage == "gone" or item.place not in ("unknown", "in_transit")),
        ("Use", item.stage == "gone" or item.use is not None),
        ("Condition", item.stage == "gone" or item.condition != "unknown"),
        ("Verified on", item.stage == "gone" or item.verified_on is not None),
        ("Disposal", item.gone_reason != "disposed" or item.disposal is not None),
    )
    return [name for name, there in wanted if not there]


def above_eu_threshold(item: Item) -> str:
    """``yes``, ``no``, or a msgid that says why nobody can tell: no rate is guessed."""
    if item.unit_price is None:
        return "no price"
    euros = item.worth_in("EUR")
    if euros is None:
        return "no rate recorded"
    return "yes" if euros.unit_price > EU_THRESHOLD else "no"


def _chosen(facts: Facts, lang: Lang, *keys: str) -> tuple[Column[Item], ...]:
    by_key = {column.key: column for column in item_columns(facts, lang)}
    shares = [key for key in by_key if key.startswith(("percent:", "share:"))]
    wanted = [each for key in keys for each in (shares if key == "shares" else [key])]
    return tuple(by_key[key] for key in wanted)


def _own(
    lang: Lang, key: str, head: str, note: str, kind: Kind, value: Callable[[Item], Cell]
) -> Column[Item]:
    return Column(key, gettext(lang, head), gettext(lang, note), kind, "", value)


def _us(facts: Facts, lang: Lang) -> tuple[Column[Item], ...]:
    awards = {programme.code: programme.agreement for programme in facts.programmes}

    def lacking(item: Item) -> str | None:
        missing = missing_for_2cfr(item)
        if not awards.get(item.programme):
            missing.append("Award number")
        return ", ".join(gettext(lang, name) for name in missing) or None

    def disposal(item: Item) -> str | None:
        return words.word(words.DETAIL, item.disposal.method, lang) if item.disposal else None

    return (
        *_chosen(facts, lang, "tag", "name", "manufacturer", "model", "serial", "quantity"),
        _own(
            lang,
            "award",
            "Award number",
            "The agreement that paid for it (FAIN).",
            "text",
            lambda i: awards.get(i.programme),
        ),
        *_chosen(facts, lang, "title"),
        _own(lang, "acquired_on", "Acquired on", "Day it was bought.", "date", lambda i: i.acquired_on),
        *_chosen(
            facts,
            lang,
            "unit_price",
            "currency",
            "value",
            "shares",
            "municipality_name",
            "place",
            "service_point",
        ),
        _own(
            lang,
            "use",
            "Use",
            "What it is used for now.",
            "text",
            lambda i: words.word(words.DETAIL, i.use, lang) if i.use else None,
        ),
        *_chosen(facts, lang, "condition", "verified_on"),
        _own(lang, "disposal", "Disposal", "How it was disposed of.", "text", disposal),
        _own(lang, "gone_on", "Gone on", "Day it left for good.", "date", lambda i: i.gone_on),
        _own(
            lang,
            "sale_price",
            "Sale price",
            "What it was sold for.",
            "money",
            lambda i: i.disposal.price if i.disposal else None,
        ),
        _own(
            lang,
            "missing",
            "Missing for an audit",
            "Fields of 2 CFR 200.313(d)(1) that are empty.",
            "text",
            lacking,
        ),
    )


def _eu(facts: Facts, lang: Lang) -> tuple[Column[Item], ...]:
    rates = Rates(facts.summary.rates)

    def factor(item: Item) -> tuple[Decimal, tuple[Rate, ...]] | None:
        if item.currency is None or item.reckoned_on is None or item.currency == "EUR":
            return None
        return rates.between(item.currency, "EUR", item.reckoned_on)

    def by_rate(item: Item) -> str | None:
        found = factor(item)
        return display.rate(found[0].quantize(Decimal("0.00000001")), lang) if found else None

    def of_day(item: Item) -> date | None:
        found = factor(item)
        return min(rate.day for rate in found[1]) if found else None

    def euros(item: Item) -> Decimal | None:
        worth = item.worth_in("EUR")
        return worth.unit_price if worth else None

    return (
        *_chosen(
            facts,
            lang,
            "tag",
            "name",
            "manufacturer",
            "model",
            "serial",
            "quantity",
            "unit_price",
            "currency",
            "value",
        ),
        _own(lang, "euros", "Price in EUR", "Price of one piece at its purchase.", "money", euros),
        _own(lang, "rate", "Rate", "Euros for one unit of the currency it was paid in.", "text", by_rate),
        _own(lang, "rate_day", "Day of the rate", "The day that rate was published for.", "date", of_day),
        _own(
            lang,
            "above",
            "Above EUR 5 000",
            "Whether one piece cost more than the threshold of article 7.5.",
            "text",
            lambda i: gettext(lang, above_eu_threshold(i)),
        ),
        *_chosen(facts, lang, "municipality_name", "municipality", "act_number", "act_date", "title"),
        _own(
            lang,
            "proof",
            "Proof of transfer",
            "Whether a signed act is there.",
            "text",
            lambda i: gettext(lang, "yes" if i.act_number else "missing"),
        ),
    )


def _ua(facts: Facts, lang: Lang) -> tuple[Column[Item], ...]:
    return (
        *_chosen(facts, lang, "name", "manufacturer", "model", "serial"),
        _own(
            lang,
            "inventory_number",
            "Inventory number",
            "Given by the council that holds the balance.",
            "text",
            lambda i: i.inventory_number,
        ),
        *_chosen(
            facts,
            lang,
            "tag",
            "quantity",
            "unit_price",
            "currency",
            "value",
            "service_point",
            "condition",
            "verified_on",
        ),
        _own(lang, "found", "Found", "Pieces found at the count: to be filled in.", "number", lambda _: None),
        _own(lang, "remark", "Remark", "To be filled in.", "text", lambda _: None),
    )


ANNEXES: dict[str, Annex] = {
    "us-2cfr": Annex("Property record by 2 CFR 200.313(d)", _us, lambda facts: facts.items),
    "eu-transfer": Annex(
        "List of transfers for the EU",
        _eu,
        lambda facts: tuple(item for item in facts.items if item.delivered_on),
    ),
    "ua-inventory": Annex(
        "Inventory sheet",
        _ua,
        lambda facts: tuple(item for item in facts.items if item.delivered_on and item.stage != "gone"),
    ),
}
