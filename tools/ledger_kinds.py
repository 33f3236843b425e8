"""Writes the kinds of facts, each with an example, into ``docs/ledger.md``; a test holds the two together.

usage: ledger_kinds.py [--check]
"""

import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
from msgspec import inspect

from asset_tracker.ledger.envelope import problems
from asset_tracker.ledger.events import KINDS, PRIVATE, Payload

DOCUMENT = Path(__file__).parents[1] / "docs" / "ledger.md"
BEGIN, END = "<!-- kinds -->", "<!-- end of kinds -->"
ID = "0192f70b-d793-7211-9657-7ca778fee584"
# What stands in the examples, by the name of the field; other fields are left out of them.
VALUES: dict[str, Any] = {
    "act": ID, "act_number": "VIDEO-2024-0007", "approval": "ESTDEV, 3 March 2026", "campaign": ID,
    "case": ID, "category": "laptop", "circumstances": "Shelled on 3 March; photos attached", "code": "LNV-0042",
    "condition": "needs_attention", "consignment": ID, "consultations": 31, "cost": "1250.00", "currency": "UAH",
    "decision": "written_off", "description": "Does not start", "destination": "UA18080010000090720",
    "donor": ID, "events": [ID], "expected_on": "2026-03-20", "given_on": "2026-03-01",
    "inventory_number": "101480123", "kit": ID, "line": 3, "meter": {"value": 48210, "unit": "km"},
    "method": "recycling", "municipality": "UA18080010000090720", "name_en": "Laptop", "name_uk": "Ноутбук",
    "new": "7K3M9QXV", "old": "AVWPZW9J", "outcome": "damaged", "output": "pdf", "purpose": "disposal",
    "quantity": 1, "reason": "Moved to the new centre", "received_by": "Оксана Коваль", "recorded_on": "2026-02-01",
    "reference": "Letter 14 of 1 March 2026", "report_number": "12026180000000123", "room": "12",
    "serial": "PF3K0001", "service": "Video consultations", "service_point": ID, "shares": [{"donor": ID, "percent": "100"}],
    "signed_on": "2026-01-15", "since": "2026-03-01", "status": "applied", "stock": "L7160", "tag": "AVWPZW9J", "title": "implementer",
    "topic": "Video consultations", "trips": 12, "unit_price": "30000.50", "until": "2026-04-01", "use": "standby",
    "waybill": "N 118", "women": 4, "men": 1, "work": "Power supply replaced",
}  # fmt: skip
# Where a kind wants another value than the others.
OWN: dict[tuple[str, str], Any] = {
    ("accepted", "scan"): "ab" * 32,
    ("lent", "to"): "Оксана Коваль",
    ("note", "note"): "The key is with the guard",
    ("sent_for_repair", "to"): "Service centre, Zhytomyr",
    ("title_transferred", "to"): "municipality",
    ("verified", "method"): "scan",
    ("correction", "reason"): "Recorded for the wrong laptop",
    ("resolution", "reason"): "Two phones recorded one hand-over",
}


def example(kind: str) -> Payload:
    """A payload of the kind that a new event may have."""
    cls = KINDS[kind]
    given = {"kind": kind}
    for field in msgspec.structs.fields(cls):
        value = OWN.get((kind, field.name), VALUES.get(field.name))
        if value is not None:
            given[field.name] = value
    payload: Payload = msgspec.convert(given, cls, dec_hook=lambda _, value: Decimal(value))
    assert not problems(payload), (kind, problems(payload))  # noqa: S101 - a tool may stop where it is wrong
    return payload


def written() -> str:
    """The part of the document between the marks."""
    parts = []
    for kind, cls in KINDS.items():
        private = ", ".join(
            f"`{name}`"
            for name in msgspec.structs.asdict(example(kind))
            if name in PRIVATE[kind] or name == "shares"
        )
        fields = ", ".join(
            f"`{f.name}`" + ("" if not f.required else "*") for f in inspect.type_info(cls).fields
        )
        shown = msgspec.json.format(msgspec.json.encode(example(kind), order="sorted"), indent=0).decode()
        says = " ".join((cls.__doc__ or "").split())
        parts.append(
            f"### {kind}\n\n{says}\n\nFields: {fields}. Committed to, not told: {private}.\n\n```json\n{shown}\n```\n"
        )
    return "\n" + "\n".join(parts)


def main(arguments: list[str]) -> int:
    """Write, or with ``--check`` tell by the exit status whether the document is up to date."""
    text = DOCUMENT.read_text("utf-8")
    before, rest = text.split(BEGIN)
    stale, after = rest.split(END)
    fresh = written()
    if "--check" in arguments:
        return int(stale != fresh)
    DOCUMENT.write_text(before + BEGIN + fresh + END + after, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
