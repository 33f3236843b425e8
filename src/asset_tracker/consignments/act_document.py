"""What an act of acceptance-transfer (акт приймання-передачі) holds, ready to print [pure].

The contents follow the Ministry of Finance's form for fixed assets (order 818 of 13.09.2016) and what a
project's own act needs besides: the basis of the aid, the tags, both languages.
"""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal

from msgspec import Struct

from asset_tracker.documents.names import Name

ZERO = Decimal("0.00")


class ActParty(Struct, frozen=True, kw_only=True):
    """A legal body that signs; what is missing becomes a line to be filled in by hand.

    ``authority`` is the document that gives the signatory the right to sign.
    """

    name: Name
    edrpou: str | None = None
    address: Name | None = None
    signatory: str | None = None
    position: Name | None = None
    authority: Name | None = None


class ActLine(Struct, frozen=True, kw_only=True):
    """One asset. ``parts`` names the components of a kit; ``condition`` is in words already."""

    tag: str
    name: Name
    made: str = ""
    serial: str | None = None
    year: int | None = None
    unit: Name = Name("шт.", "pcs")
    quantity: int = 1
    unit_price: Decimal | None = None
    currency: str | None = None
    condition: Name = Name("справний", "working")
    parts: tuple[str, ...] = ()
    papers: Name | None = None

    @property
    def value(self) -> Decimal | None:
        return None if self.unit_price is None else self.unit_price * self.quantity


class ActDocument(Struct, frozen=True, kw_only=True):
    """``basis`` and ``conditions`` are numbered as they stand; ``responsible`` is the materially
    responsible person's position, never a name that the act would carry into the archive unasked.
    ``page_url`` becomes the QR code; ``made_at`` is UTC. ``ledger_head`` is the newest checkpoint of the
    ledger (size and root), ``heads`` the SHA-256 over the heads of the chains of the assets listed.
    """

    number: str
    drawn_on: date
    made_at: datetime
    giver: ActParty
    receiver: ActParty
    lines: tuple[ActLine, ...]
    place: Name | None = None
    programme: Name | None = None
    donors: tuple[Name, ...] = ()
    basis: tuple[Name, ...] = ()
    conditions: tuple[Name, ...] = ()
    consignment: str | None = None
    copies: int = 2
    page_url: str | None = None
    ledger_head: str | None = None
    heads: str | None = None
    demonstration: bool = False


def totals(lines: Sequence[ActLine]) -> dict[str, Decimal]:
    """What the lines are worth by currency, in the order of the codes; lines without a price are left out."""
    sums: dict[str, Decimal] = {}
    for line in lines:
        if line.value is not None and line.currency:
            sums[line.currency] = sums.get(line.currency, ZERO) + line.value
    return dict(sorted(sums.items()))
