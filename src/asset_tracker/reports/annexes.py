"""What donors and the state ask for beside the report, each a table over the same items.

- ``us-2cfr``: the property record of 2 CFR 200.313(d)(1), with what an auditor would miss on each item;
- ``eu-transfer``: the list of transfers of the EU's General Conditions, article 7.5, with its threshold;
- ``ua-humanitarian``: humanitarian aid received and distributed, due 90 days after clearance (KMU 953 of 05.09.2023);
- ``ua-inventory``: the sheet for a yearly inventory of a Ukrainian budget institution (order 879 of 02.09.2014).
"""

from collections import Counter
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import Final, NamedTuple

from asset_tracker.i18n import Lang, gettext
from asset_tracker.reports import words
from asset_tracker.reports.columns import Cell, Column, Kind, item_columns
from asset_tracker.reports.conversion import Rates
from asset_tracker.reports.structs import Facts, Paper, Report
from asset_tracker.reports.structs_around import Rate
from asset_tracker.reports.structs_items import Item

# Article 7.5: above this price of one piece in EUR the proof of transfer goes with the final report.
EU_THRESHOLD = Decimal(5000)


class Check(NamedTuple):
    """A small table beside the items, in the report's language."""

    title: str
    heads: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


class Annex(NamedTuple):
    """``title`` is a msgid; ``columns`` those of the table, ``rows`` which items stand in it.

    ``check`` is a sheet of its own: its title, headings and rows. ``signed_by``: who signs it on paper (msgids).
    """

    title: str
    columns: Callable[[Report], tuple[Column[Item], ...]]
    rows: Callable[[Facts], tuple[Item, ...]]
    check: Callable[[Report], Check] | None = None
    signed_by: tuple[str, ...] = ()


# What 2 CFR 200.313(d)(1) asks of the record of each item, and when the record has it.
_REQUIRED: Final[tuple[tuple[str, Callable[[Item], bool]], ...]] = (
    ("Serial number", lambda item: bool(item.serial) or item.is_kit or item.quantity > 1),
    ("Acquired on", lambda item: item.acquired_on is not None),
    ("Price", lambda item: item.unit_price is not None or item.kit is not None),
    ("Share", lambda item: bool(item.shares)),
    ("Where", lambda item: item.stage == "gone" or item.place not in ("unknown", "in_transit")),
    ("Use", lambda item: item.stage == "gone" or item.use is not None),
    ("Condition", lambda item: item.stage == "gone" or item.condition != "unknown"),
    ("Verified on", lambda item: item.stage == "gone" or item.verified_on is not None),
    ("Disposal", lambda item: item.gone_reason != "disposed" or item.disposal is not None),
)
_AWARD: Final = "Award number"


def missing_for_2cfr(item: Item) -> list[str]:
    """Msgids of the fields of 200.313(d)(1) that the record of this item lacks."""
    return [name for name, there in _REQUIRED if not there(item)]


def _lacking(item: Item, awards: Mapping[str, str | None]) -> list[str]:
    return missing_for_2cfr(item) + ([] if awards.get(item.programme) else [_AWARD])


def _awards(facts: Facts) -> dict[str, str | None]:
    return {programme.code: programme.agreement for programme in facts.programmes}


def _readiness(report: Report) -> Check:
    """How many items an auditor would ask about, by field, and how many are complete."""
    facts, lang = report.facts, report.making.lang
    awards = _awards(facts)
    missing = [_lacking(item, awards) for item in facts.items]
    names = (*(name for name, _ in _REQUIRED), _AWARD)
    counts = Counter(name for each in missing for name in each)
    complete = sum(1 for each in missing if not each)
    return Check(
        gettext(lang, "Audit readiness"),
        tuple(gettext(lang, head) for head in ("Required field", "Items without it")),
        (
            *((gettext(lang, name), counts[name]) for name in names),
            (gettext(lang, "Items with nothing missing"), complete),
            (gettext(lang, "All items"), len(facts.items)),
        ),
    )


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


def _us(report: Report) -> tuple[Column[Item], ...]:
    facts, lang = report.facts, report.making.lang
    awards = _awards(facts)

    def lacking(item: Item) -> str | None:
        return ", ".join(gettext(lang, name) for name in _lacking(item, awards)) or None

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


def _eu(report: Report) -> tuple[Column[Item], ...]:
    facts, lang = report.facts, report.making.lang
    rates = Rates(facts.summary.rates)

    def factor(item: Item) -> tuple[Decimal, tuple[Rate, ...]] | None:
        if item.currency is None or item.reckoned_on is None or item.currency == "EUR":
            return None
        return rates.between(item.currency, "EUR", item.reckoned_on)

    def by_rate(item: Item) -> Decimal | None:
        found = factor(item)
        return found[0].quantize(Decimal("0.00000001")) if found else None

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
        _own(lang, "rate", "Rate", "Euros for one unit of the currency it was paid in.", "rate", by_rate),
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


def _ua(report: Report) -> tuple[Column[Item], ...]:
    facts, lang = report.facts, report.making.lang
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


def _aid(report: Report) -> tuple[Column[Item], ...]:
    facts, lang = report.facts, report.making.lang
    papers = {paper.number: paper for paper in report.making.papers}

    def paper(get: Callable[[Paper], Cell]) -> Callable[[Item], Cell]:
        return lambda item: get(papers[item.consignment]) if item.consignment in papers else None

    def handed_over(item: Item) -> int:
        return item.quantity if item.delivered_on else 0

    asked: tuple[tuple[str, str, str, Kind, Callable[[Paper], Cell]], ...] = (
        ("aid_code", "Code of the aid", "Unique code of the humanitarian aid.", "text", lambda p: p.aid_code),
        ("declaration", "Declaration", "Number of the declaration.", "text", lambda p: p.declaration),
        ("cleared_on", "Cleared on", "Day of customs clearance.", "date", lambda p: p.cleared_on),
        (
            "report_due",
            "Report due",
            "Last day for the report: 90 days after clearance.",
            "date",
            lambda p: p.report_due,
        ),
        (
            "report_sent_on",
            "Report sent on",
            "Day the report went out; empty while it has not.",
            "date",
            lambda p: p.report_sent_on,
        ),
    )
    return (
        *_chosen(facts, lang, "consignment"),
        *(_own(lang, key, head, note, kind, paper(get)) for key, head, note, kind, get in asked),
        *_chosen(
            facts, lang, "tag", "name", "manufacturer", "model", "serial", "unit_price", "currency", "value"
        ),
        *_chosen(facts, lang, "quantity"),
        _own(lang, "handed_over", "Distributed", "Pieces handed over by this day.", "number", handed_over),
        _own(
            lang,
            "left",
            "Not distributed",
            "Pieces not handed over by this day.",
            "number",
            lambda i: i.quantity - handed_over(i),
        ),
        *_chosen(facts, lang, "municipality_name", "municipality", "delivered_on", "act_number", "act_date"),
    )


ANNEXES: dict[str, Annex] = {
    "us-2cfr": Annex(
        "Property record by 2 CFR 200.313(d)",
        _us,
        lambda facts: facts.items,
        _readiness,
        ("Report made by", "For the donor"),
    ),
    "eu-transfer": Annex(
        "List of transfers for the EU",
        _eu,
        lambda facts: tuple(item for item in facts.items if item.delivered_on),
        signed_by=("Report made by", "For the municipality", "For the donor"),
    ),
    "ua-humanitarian": Annex(
        "Report on humanitarian aid received and distributed",
        _aid,
        lambda facts: facts.items,
        signed_by=("Report made by", "For the recipient of the aid"),
    ),
    "ua-inventory": Annex(
        "Inventory sheet",
        _ua,
        lambda facts: tuple(item for item in facts.items if item.delivered_on and item.stage != "gone"),
        signed_by=(
            "Head of the inventory commission",
            "Member of the commission",
            "Person responsible for keeping",
        ),
    ),
}
