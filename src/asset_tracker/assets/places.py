"""How exactly somebody may know where an asset is [pure]: the one place that decides it.

Equipment stands in a war. People who work with it see where; a donor sees what its sensitivity lets
through, everywhere alike: pages, API, lists, reports in all formats, bundles.
"""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any, Literal, get_args
from uuid import UUID

import msgspec

from asset_tracker.assets.views import AssetRow
from asset_tracker.ledger.replay import Replayed
from asset_tracker.ledger.state import State

Sensitivity = Literal["public", "restricted", "secret"]
SENSITIVITIES: tuple[Sensitivity, ...] = get_args(Sensitivity)
Precision = Literal["exact", "municipality", "oblast"]
_PRECISION: dict[Sensitivity, Precision] = {
    "public": "exact",
    "restricted": "municipality",
    "secret": "oblast",
}
# What tells where something is, in the payload of an event and among the openings of a bundle.
POINT = frozenset({"service_point", "room"})
PLACES = POINT | {"municipality", "destination"}
MAX_DELAY = 3650  # days


class Protection(msgspec.Struct, frozen=True):
    """``delay_days``: so long after it came somewhere a donor is told no more than the oblast."""

    sensitivity: Sensitivity = "public"
    delay_days: int = 0


def strictest(protections: Collection[Protection]) -> Protection:
    """What holds when several rules meet: nobody makes a place more exact by adding one."""
    return Protection(
        max((each.sensitivity for each in protections), key=SENSITIVITIES.index, default="public"),
        max((each.delay_days for each in protections), default=0),
    )


def precision(
    protection: Protection, *, works_there: bool, since: datetime | None, now: datetime
) -> Precision:
    """What a reader may know. ``works_there``: some role beside that of a donor reaches the asset;
    ``since``: when it came to where it is (UTC), None when nobody knows.
    """
    if works_there:
        return "exact"
    if protection.delay_days and (since is None or since > now - timedelta(days=protection.delay_days)):
        return "oblast"
    return _PRECISION[protection.sensitivity]


def withheld(known: Precision) -> frozenset[str]:
    """The fields that are not told."""
    return {"exact": frozenset[str](), "municipality": POINT, "oblast": PLACES}[known]


def blur_row(row: AssetRow, known: Precision, oblast: tuple[str, str] | None) -> AssetRow:
    """The line of a list; ``oblast``: its name in Ukrainian and English, shown instead of a municipality."""
    if known == "exact":
        return row
    told = {key: value for key, value in row.attributes.items() if key not in withheld(known)}
    row = msgspec.structs.replace(row, precision=known, service_point=None, attributes=told)
    if known == "municipality":
        return row
    uk, en = oblast or (None, None)
    return msgspec.structs.replace(
        row, municipality=None, destination=None, municipality_uk=uk, municipality_en=en, place="unknown"
    )


def blur_state(state: State, known: Precision) -> State:
    """The state, without what is not told; its attributes and loss cases name places too."""
    if known == "exact":
        return state
    attributes = {name: value for name, value in state.attributes.items() if name not in PLACES}
    cases = tuple(_blurred(case, known) for case in state.cases)
    blurred: State = msgspec.structs.replace(_blurred(state, known), attributes=attributes, cases=cases)
    return blurred


def blur_replayed(replayed: Replayed, known: Precision) -> Replayed:
    """The same of a day in the past."""
    if known == "exact":
        return replayed
    periods = tuple(_blurred(period, known) for period in replayed.periods)
    return Replayed(blur_state(replayed.state, known), periods)


def blur_payload(payload: Mapping[str, Any], known: Precision) -> dict[str, Any]:
    """What an event said, as JSON values."""
    hidden = withheld(known)
    shown = {name: value for name, value in payload.items() if name not in hidden}
    if known != "exact" and isinstance(shown.get("attributes"), dict):
        shown["attributes"] = blur_payload(shown["attributes"], known)
    return shown


def _blurred(struct: Any, known: Precision) -> Any:
    hidden = withheld(known) & set(struct.__struct_fields__)
    changed: dict[str, Any] = dict.fromkeys(hidden)
    if known == "oblast" and "place" in struct.__struct_fields__:
        changed["place"] = "unknown"
    return msgspec.structs.replace(struct, **changed)


class Coarse(msgspec.Struct, frozen=True):
    """The assets of which a reader may not know the exact place; all others are exact."""

    of: Mapping[UUID, Precision] = {}

    def __getitem__(self, asset: UUID) -> Precision:
        return self.of.get(asset, "exact")

    @property
    def hidden(self) -> tuple[UUID, ...]:
        """Those whose municipality may not be known."""
        return tuple(asset for asset, known in self.of.items() if known == "oblast")


EXACT = Coarse()
