"""The words of the product and what they mean: explained where they stand, and all together on a page."""

from typing import Final, NamedTuple


class Term(NamedTuple):
    """A word and what it means, both msgids."""

    word: str
    means: str


TERMS: Final[dict[str, Term]] = {
    "asset": Term("Asset", "One thing that can be traced, or one lot of things too small for a serial number."),
    "tag": Term("Tag", "The permanent code on a label, such as 7K3M-9QXV. It exists before the asset does and never changes."),
    "kit": Term("Kit", "An asset made of other assets. What happens to the kit happens to its parts."),
    "event": Term("Event", "One fact about one asset. It is never changed; a mistake is struck out by another event."),
    "journal": Term("Journal", "All events. It only grows, and a seal every minute shows that nothing in it was rewritten."),
    "occurred": Term("Occurred and recorded", "When a fact happened on site, and when the server stored it. A phone without network tells of it later."),
    "municipality": Term("Municipality", "A territorial community by its KATOTTH code. Names may change, the code stays."),
    "service_point": Term("Service point", "A centre, a territorial unit, a remote workplace, a mobile office or a warehouse, in a municipality."),
    "party": Term("Party", "A legal body: donor, implementer, council, supplier or carrier. The council keeps things on its balance; a centre has no legal person."),
    "programme": Term("Programme", "A grant agreement of an implementer with one or more donors. It carries the rules that its assets must meet."),
    "funding_share": Term("Funding share", "Who paid what per cent of an asset. The shares of an asset sum to 100."),
    "consignment": Term("Consignment", "A packing list on its way to one municipality, with its lines."),
    "waybill": Term("Waybill", "The paper that travels with a consignment."),
    "act": Term("Act", "The document in two languages that hands assets over: numbered, printed, signed, its scan attached."),
    "verification": Term("Verification", "A campaign: a list of what should be there, and scans of what is. It shows what is missing and what is unexpected."),
    "loss_case": Term("Loss case", "The investigation of a damage, destruction, theft or loss, until it is decided."),
    "disputed": Term("Disputed", "Two facts about an asset cannot both be true. A coordinator looks into it and says which one is right."),
    "quarantine": Term("Quarantine", "What a phone sent and nobody could record yet. It is kept until somebody has looked at it."),
    "support": Term("Support activity", "What a programme gave that is not a thing: training, technical assistance, psychological support."),
    "title": Term("Title", "Whose an asset is: the donor’s, the implementer’s or the municipality’s."),
    "rule": Term("Rule", "What a donor or the state requires for assets: verifying, filling in, publishing or agreeing, by a certain day."),
}  # fmt: skip
