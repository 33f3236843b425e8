"""Service points: what they are, and what a new one must say."""

from datetime import datetime
from typing import Annotated, Literal, get_args
from uuid import UUID

import msgspec

from asset_tracker.i18n import Lang

PointKind = Literal["asc", "territorial_unit", "remote_workplace", "mobile_office", "starosta", "warehouse"]
PointStatus = Literal["working", "relocated", "suspended", "destroyed"]
Change = Literal["relocated", "suspended", "destroyed", "reopened"]
CHANGES: tuple[Change, ...] = get_args(Change)

POINT_KINDS: dict[PointKind, str] = {
    "asc": "Administrative service centre",
    "territorial_unit": "Territorial unit",
    "remote_workplace": "Remote workplace",
    "mobile_office": "Mobile office",
    "starosta": "Starosta’s office",
    "warehouse": "Warehouse",
}
"""Msgids of the kinds."""

POINT_STATUSES: dict[PointStatus, str] = {
    "working": "working",
    "relocated": "relocated",
    "suspended": "suspended",
    "destroyed": "destroyed",
}
"""Msgids of the statuses."""


def point_url(base_url: str, point_id: UUID) -> str:
    """What the QR symbol of a place says: ``BASE_URL/POINTS/ID`` in upper case, as that of an asset does."""
    return f"{base_url.rstrip('/')}/points/{point_id}".upper()


Name = Annotated[str, msgspec.Meta(min_length=1, max_length=300)]


class NewServicePoint(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A service point to be opened. ``name_en`` is transliterated where it is not given; ``lat``/``lon`` in degrees."""

    municipality_code: str
    kind: PointKind
    name_uk: Name
    name_en: Name | None = None
    address: Annotated[str, msgspec.Meta(max_length=500)] | None = None
    status: PointStatus = "working"
    parent_id: UUID | None = None
    lat: Annotated[float, msgspec.Meta(ge=-90, le=90)] | None = None
    lon: Annotated[float, msgspec.Meta(ge=-180, le=180)] | None = None


class ServicePoint(msgspec.Struct, frozen=True, kw_only=True):
    """A point where services are given or things are kept, in a municipality."""

    id: UUID
    municipality_code: str
    kind: PointKind
    name_uk: str
    name_en: str
    status: PointStatus
    address: str | None = None
    parent_id: UUID | None = None
    lat: float | None = None
    lon: float | None = None

    def name(self, lang: Lang) -> str:
        return self.name_uk if lang == "uk" else self.name_en


class PointChange(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What became of a service point. ``occurred_at`` (with a time zone; None: now) is when it happened.

    ``to_point`` is where a relocated one works from now on, if it is known.
    """

    change: Change
    occurred_at: Annotated[datetime, msgspec.Meta(tz=True)] | None = None
    reason: Annotated[str, msgspec.Meta(min_length=1, max_length=2000, pattern=r"^[^\x00]*$")] | None = None
    to_point: UUID | None = None


class ChangeView(msgspec.Struct, frozen=True, kw_only=True):
    """One entry in the history of a service point; ``change`` may be ``opened`` too."""

    change: str
    occurred_at: datetime
    recorded_at: datetime
    actor: UUID
    reason: str | None
    to_point: UUID | None
