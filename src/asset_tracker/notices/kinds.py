"""What one can hear about, and how often [pure]. Texts are English msgids."""

from typing import Final, Literal, NamedTuple, get_args

NoticeKind = Literal[
    "loss", "fault", "delivery", "act", "verification", "order", "due", "dispute", "quarantine"
]
Pace = Literal["daily", "at_once"]
NOTICE_KINDS: Final[tuple[NoticeKind, ...]] = get_args(NoticeKind)


class Notice(NamedTuple):
    """``events``: the kinds of events that are news of this sort; none: it is a state, told once a day.

    ``happens``: it is no event of the journal, and can be told of at once all the same.
    """

    title: str
    events: frozenset[str] = frozenset()
    happens: bool = False

    @property
    def paces(self) -> tuple[Pace, ...]:
        """How often one may hear of it."""
        return ("daily", "at_once") if self.events or self.happens else ("daily",)


NOTICES: Final[dict[NoticeKind, Notice]] = {
    "loss": Notice(
        "Losses, thefts and damage",
        frozenset({"damaged", "destroyed", "lost", "stolen", "found", "loss_closed", "found_inaccessible"}),
    ),
    "fault": Notice("Faults and repairs", frozenset({"fault_reported", "sent_for_repair", "repaired"})),
    "delivery": Notice("Deliveries and refusals", frozenset({"dispatched", "delivered", "refused"})),
    "act": Notice("Signed acts and transfers of title", frozenset({"accepted", "title_transferred"})),
    "verification": Notice("Things that were verified on site", frozenset({"verified"})),
    "order": Notice("Work orders for you, or for anyone who works there", happens=True),
    "due": Notice("What is due and overdue"),
    "dispute": Notice("Facts that contradict each other"),
    "quarantine": Notice("What waits in quarantine"),
}


def of_event(kind: str) -> NoticeKind | None:
    """The sort of news that an event of this kind is; None for what nobody is told of."""
    return next((name for name, notice in NOTICES.items() if kind in notice.events), None)
