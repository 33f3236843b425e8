"""A centre's link on paper: a code to scan, an address to type, and what to do."""

from datetime import UTC, datetime
from typing import Any

from asset_tracker.documents import display
from asset_tracker.documents.qr import qr_svg
from asset_tracker.documents.typeset import typeset
from asset_tracker.field.centre import Opened

TEMPLATE = "field/templates/centre_link.typ"


def write(opened: Opened, address: str, made_at: datetime | None = None) -> bytes:
    """The PDF. Takes CPU: call it in a thread."""
    at = made_at or datetime.now(UTC)
    tree: dict[str, Any] = {
        "point": [opened.point_uk, opened.point_en],
        "municipality": [opened.municipality_uk, opened.municipality_en],
        "address": address,
        "qr": qr_svg(address),
        "until": [display.day_of(opened.expires_at, "uk"), display.day_of(opened.expires_at, "en")],
        "count": str(len(opened.asked)),
        "things": [
            [
                each.name_uk,
                " ".join(
                    part for part in (each.made, f"× {each.quantity}" if each.quantity > 1 else "") if part
                ),
            ]
            for each in opened.asked
        ],
    }
    return typeset(TEMPLATE, tree, made_at=at)
