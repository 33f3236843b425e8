"""Who asked a moment ago: what this process remembers of log-ins, good for nothing until it is proven anew.

Kept by the digest of the secret, the last used longest. Nothing is let in by what stands here (``db.at_once``).
"""

from collections import OrderedDict
from typing import Final, NamedTuple

from asset_tracker.access.scope import reach
from asset_tracker.access.sessions import Claim
from asset_tracker.db.at_once import settings_of
from asset_tracker.db.wall import Reach

MOST: Final = 1000
Key = tuple[bool, bytes]
"""Whether it is a token's secret or a session's, and its digest."""


class Remembered(NamedTuple):
    """A claim, and what its actor reaches, which takes longer to tell than to use."""

    claim: Claim
    reach: Reach
    settings: tuple[str, ...]


class Claims:
    """The claims of one application."""

    def __init__(self) -> None:
        self._kept: OrderedDict[Key, Remembered] = OrderedDict()

    def get(self, key: Key) -> Remembered | None:
        """What the secret stood for, if it was asked here not too long ago."""
        found = self._kept.get(key)
        if found is not None:
            self._kept.move_to_end(key)
        return found

    def keep(self, key: Key, claim: Claim) -> None:
        """Remember it, and forget the one that was not used for longest."""
        within = reach(claim.found.actor)
        self._kept[key] = Remembered(claim, within, settings_of(within))
        self._kept.move_to_end(key)
        if len(self._kept) > MOST:
            self._kept.popitem(last=False)

    def drop(self, key: Key) -> None:
        """Forget it: it stands for nobody any more."""
        self._kept.pop(key, None)
