"""What a count comes to: the expected list against what was seen [pure].

While a campaign runs, what nobody scanned is only not scanned yet; it is missing when the count ends.
"""

from collections.abc import Iterable, Mapping
from typing import Literal, get_args
from uuid import UUID

import msgspec

from asset_tracker.ledger.state import Seen

# Why a municipality counts: order 879 of 02.09.2014, and what donors ask for.
Reason = Literal["annual", "custodian_change", "theft", "disaster", "transfer", "court", "donor", "other"]
Status = Literal["running", "ended", "cancelled"]
Finding = Literal["found", "wrong_place", "unexpected", "by_custodian", "not_scanned", "missing"]
REASONS: tuple[Reason, ...] = get_args(Reason)
STATUSES: tuple[Status, ...] = get_args(Status)
FINDINGS: tuple[Finding, ...] = get_args(Finding)
VARIANCES: tuple[Finding, ...] = ("missing", "wrong_place", "unexpected", "by_custodian")


class Place(msgspec.Struct, frozen=True):
    """Where a campaign counts: a municipality, or one service point of it."""

    municipality: str
    service_point: UUID | None = None


class Expected(msgspec.Struct, frozen=True):
    """What the register said of an asset when the campaign started."""

    service_point: UUID | None
    condition: str


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """What came of one asset. ``changed`` when it was seen in another condition than the register said."""

    asset: UUID
    finding: Finding
    expected: Expected | None = None
    seen: Seen | None = None
    changed: bool = False


class Tally(msgspec.Struct, frozen=True, kw_only=True):
    """The numbers of a campaign. ``double`` counts scans beyond the first of an asset; ``changed`` conditions."""

    expected: int = 0
    found: int = 0
    wrong_place: int = 0
    unexpected: int = 0
    by_custodian: int = 0
    not_scanned: int = 0
    missing: int = 0
    unknown: int = 0
    double: int = 0
    changed: int = 0


def compare(
    expected: Mapping[UUID, Expected],
    seen: Mapping[UUID, Seen],
    place: Place,
    *,
    custodians: Iterable[UUID] = (),
    ended: bool,
) -> list[Found]:
    """One ``Found`` for each asset that was expected or seen; order of ``expected``, then of ``seen``."""
    keepers = frozenset(custodians)
    absent: Finding = "missing" if ended else "not_scanned"
    found = []
    for asset, wanted in expected.items():
        sight = seen.get(asset)
        found.append(
            Found(
                asset=asset,
                finding=_finding(wanted, sight, place, keepers) if sight else absent,
                expected=wanted,
                seen=sight,
                changed=bool(sight and sight.condition and sight.condition != wanted.condition),
            )
        )
    others = (asset for asset in seen if asset not in expected)
    return found + [Found(asset=asset, finding="unexpected", seen=seen[asset]) for asset in others]


def _finding(wanted: Expected, seen: Seen, place: Place, keepers: frozenset[UUID]) -> Finding:
    if seen.by in keepers:
        return "by_custodian"
    at = wanted.service_point or place.service_point
    elsewhere = seen.municipality is not None and seen.municipality != place.municipality
    if elsewhere or (at and seen.service_point and seen.service_point != at):
        return "wrong_place"
    return "found"


def tally(found: Iterable[Found], unknown: int) -> Tally:
    """The numbers of what ``compare`` gave, and of codes that nobody knows."""
    counts: dict[str, int] = dict.fromkeys(FINDINGS, 0)
    expected = double = changed = 0
    for each in found:
        counts[each.finding] += 1
        expected += each.expected is not None
        double += each.seen.times - 1 if each.seen else 0
        changed += each.changed
    return Tally(expected=expected, unknown=unknown, double=double, changed=changed, **counts)
