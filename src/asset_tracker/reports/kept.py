"""What reports came to, kept while nothing changed that they rest on.

Whoever opens a report goes on within it: to what a figure is made of, to the next page of a list, to its PDF. Each of
these is the same report, and is not folded from the same events once more.

What is kept is never taken for right by its age or because nobody said otherwise. It rests on *grounds* (the very
rows of the assets in the reader's reach, the question, what the reader may see) and on what stands *around* (names,
rates, budgets, support); both are read for every report and compared, and any difference makes it anew. A process
that has kept nothing gives the same report, later.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from asset_tracker.db.wall import Reach
from asset_tracker.reports.photos import Candidate
from asset_tracker.reports.structs import Facts
from asset_tracker.reports.structs_figures import Beside
from asset_tracker.reports.telling import Around, Named, Terms

# Lines of items and timelines in all: some 60 MB.
MOST: Final = 120_000


class Grounds(Struct, frozen=True, kw_only=True):
    """``events``: a digest of the rows of the assets, None where there are none. ``end``: the last instant that counts.

    ``reach`` names nobody: those who reach the same are told the same.
    """

    events: bytes | None
    end: datetime
    known_on: datetime | None
    terms: Terms
    reach: Reach


class Outcome(Struct, frozen=True, kw_only=True):
    """``photos``: those that the events name and that the reader may see, as far as they may be shown at all."""

    facts: Facts
    content_hash: str
    beside: Beside
    photos: tuple[Candidate, ...]

    @property
    def lines(self) -> int:
        """How many lines it holds."""
        return len(self.facts.items) + len(self.facts.timeline)


class Kept(Struct, frozen=True, kw_only=True):
    """What a report came to, and all that it rests on."""

    grounds: Grounds
    named: Named
    around: Around
    outcome: Outcome


class Keeper:
    """The reports that were asked for last, as many as hold ``most`` lines together."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._reports: list[Kept] = []

    @property
    def all(self) -> Sequence[Kept]:
        """Those that are kept, the one that was asked for last at the end."""
        return tuple(self._reports)

    def on(self, grounds: Grounds) -> Kept | None:
        """The report that rests on these grounds, which is right if what stands around is the same too."""
        for at, report in enumerate(self._reports):
            if report.grounds == grounds:
                self._reports.append(self._reports.pop(at))
                return report
        return None

    def holds(self, grounds: Grounds) -> bool:
        """Whether there is one that rests on these grounds."""
        return any(report.grounds == grounds for report in self._reports)

    def keep(self, report: Kept) -> None:
        """Keep a report instead of the one that answered the same before, and of those asked for longest ago."""
        asked = _asked(report.grounds)
        self._reports = [each for each in self._reports if _asked(each.grounds) != asked]
        self._reports.append(report)
        while sum(each.outcome.lines for each in self._reports) > self._most:
            del self._reports[0]


def _asked(grounds: Grounds) -> Grounds:
    """The grounds without what had happened by then: what was asked, and by whom it may be known."""
    return replace(grounds, events=None)
