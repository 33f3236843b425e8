"""The act as a bilingual PDF: Ukrainian as the language of the paper, English beneath it."""

from typing import Any

from asset_tracker.consignments.act_document import ActDocument, ActLine, ActParty, totals
from asset_tracker.documents import display
from asset_tracker.documents.names import Name
from asset_tracker.documents.qr import qr_svg
from asset_tracker.documents.typeset import typeset
from asset_tracker.documents.words import amount_in_words, number_in_words

TEMPLATE = "consignments/templates/act.typ"

Both = list[str]

# What every act states unless the programme's own conditions say more.
STATEMENTS = (
    Name(
        "Сторони оглянули майно. Кількість, комплектність і стан відповідають переліку; "
        "зауваження, якщо є, записано в розділі «Зауваження».",
        "The parties have inspected the property. Quantity, completeness and condition are as listed; "
        "remarks, if any, are written under “Remarks”.",
    ),
    Name(
        "Право власності переходить до набувача з моменту підписання цього акта обома сторонами.",
        "Title passes to the recipient when both parties have signed this act.",
    ),
)


def write_act(act: ActDocument) -> bytes:
    """The PDF. Takes CPU: call it in a thread."""
    tree: dict[str, Any] = {
        "number": act.number,
        "date": [_date_uk(act), display.day(act.drawn_on, "en")],
        "place": _both(act.place),
        "demonstration": act.demonstration,
        "programme": _both(act.programme),
        "donors": [", ".join(n.of("uk") for n in act.donors), ", ".join(n.of("en") for n in act.donors)],
        "basis": [_both(line) for line in act.basis],
        "consignment": act.consignment or "",
        "giver": _party(act.giver),
        "receiver": _party(act.receiver),
        "lines": [_line(place, line) for place, line in enumerate(act.lines, 1)],
        "count": display.number(sum(line.quantity for line in act.lines), "uk"),
        "totals": [
            [display.money(value, "uk"), currency, amount_in_words(value, currency)]
            for currency, value in totals(act.lines).items()
        ],
        "unpriced": any(line.value is None for line in act.lines),
        "conditions": [_both(line) for line in (act.conditions or STATEMENTS)],
        "copies": [f"{act.copies} ({number_in_words(act.copies)})", str(act.copies)],
        "qr": qr_svg(act.page_url) if act.page_url else "",
        "url": act.page_url or "",
        "ledger_head": act.ledger_head or "",
        "heads": act.heads or "",
        "made": display.instant(act.made_at, "uk"),
    }
    return typeset(TEMPLATE, tree, made_at=act.made_at)


_MONTHS = [
    "січня",
    "лютого",
    "березня",
    "квітня",
    "травня",
    "червня",
    "липня",
    "серпня",
    "вересня",
    "жовтня",
    "листопада",
    "грудня",
]


def _date_uk(act: ActDocument) -> str:
    day = act.drawn_on
    return f"«{day:%d}» {_MONTHS[day.month - 1]} {day.year} р."


def _both(name: Name | None) -> Both:
    """Both languages; the English is left out where it only repeats the Ukrainian."""
    if name is None:
        return ["", ""]
    return [name.of("uk"), "" if name.of("en") == name.of("uk") else name.of("en")]


def _party(party: ActParty) -> dict[str, Any]:
    return {
        "name": _both(party.name),
        "edrpou": party.edrpou or "",
        "address": _both(party.address),
        "signatory": party.signatory or "",
        "position": _both(party.position),
        "authority": _both(party.authority),
    }


def _line(place: int, line: ActLine) -> dict[str, Any]:
    return {
        "no": str(place),
        "name": _both(line.name),
        "made": line.made,
        "parts": list(line.parts),
        "papers": _both(line.papers),
        "serial": line.serial or display.NOTHING,
        "year": str(line.year) if line.year else "",
        "tag": line.tag,
        "unit": _both(line.unit),
        "quantity": display.number(line.quantity, "uk"),
        "price": display.money(line.unit_price, "uk"),
        "value": display.money(line.value, "uk"),
        "currency": line.currency or "",
        "condition": _both(line.condition),
    }
