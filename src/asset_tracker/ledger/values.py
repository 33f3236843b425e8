"""The words and bounded values that events are made of [pure]."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal, get_args, get_type_hints
from uuid import UUID

import msgspec
from msgspec import Meta

from asset_tracker.errors import FieldError

Stage = Literal[
    "expected",
    "received",
    "dispatched",
    "delivered",
    "accepted",
    "installed",
    "in_service",
    "out_of_service",
    "gone",
]
Condition = Literal["working", "needs_attention", "unserviceable", "unknown"]
Title = Literal["donor", "implementer", "municipality"]
PlaceKind = Literal["service_point", "municipality", "warehouse", "in_transit", "away", "unknown"]
GoneReason = Literal["disposed", "lost", "stolen", "destroyed", "returned", "withdrawn"]
Use = Literal["in_use", "standby", "stored", "not_in_use"]
Category = Literal[
    "laptop",
    "desktop",
    "monitor",
    "mfd",
    "printer",
    "scanner",
    "ups",
    "router",
    "tablet",
    "camera",
    "id_reader",
    "mobile_case",
    "video_kit",
    "vehicle",
    "software",
    "furniture",
    "other",
]
STAGES: tuple[Stage, ...] = get_args(Stage)
CONDITIONS: tuple[Condition, ...] = get_args(Condition)
TITLES: tuple[Title, ...] = get_args(Title)
CATEGORIES: tuple[Category, ...] = get_args(Category)
GONE_REASONS: tuple[GoneReason, ...] = get_args(GoneReason)

# PostgreSQL stores no NUL in text, and nobody types one.
_NO_NUL = r"^[^\x00]*$"
# A personal or location value stands in the chain as a salted commitment, so that it can be erased.
_PRIVATE = Meta(extra={"private": True})

Name = Annotated[str, Meta(min_length=1, max_length=200, pattern=_NO_NUL)]
Text = Annotated[str, Meta(min_length=1, max_length=4000, pattern=_NO_NUL)]
PrivateName = Annotated[Name, _PRIVATE]
PrivateText = Annotated[Text, _PRIVATE]
MunicipalityCode = Annotated[str, Meta(pattern=r"^UA\d{17}$", description="KATOTTH code"), _PRIVATE]
ServicePointId = Annotated[UUID, _PRIVATE]
Sha256 = Annotated[str, Meta(pattern=r"^[0-9a-f]{64}$", description="SHA-256 in lower-case hexadecimal")]
Photos = Annotated[tuple[Sha256, ...], Meta(max_length=20)]
Money = Annotated[Decimal, Meta(description="An amount as a string, such as '1234.50'")]
Currency = Annotated[str, Meta(pattern=r"^[A-Z]{3}$", description="ISO 4217")]
Quantity = Annotated[int, Meta(ge=1, le=1_000_000)]
Tag = Annotated[str, Meta(pattern=r"^[0-9A-HJKMNP-TV-Z]{8}$", description="Tag without the hyphen")]
AttributeKey = Annotated[str, Meta(pattern="^[a-z][a-z0-9_]{0,40}$")]
MAX_MONEY = Decimal("1e12")
FIRST_YEAR, LAST_YEAR = 1990, 2100
_PERCENT_PLACES = 4


class Share(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who paid what per cent of an asset; an asset's shares sum to 100."""

    donor: UUID
    percent: Decimal


def sum_to_100(shares: Sequence[Share]) -> bool:
    """Whether each share is above 0, of at most four places after the point, and all sum to 100."""
    return all(_is_percent(share.percent) for share in shares) and sum(s.percent for s in shares) == 100


def _is_percent(value: Decimal) -> bool:
    exponent = Decimal(value).as_tuple().exponent  # a whole number may stand here as one
    # An exponent is a letter for what is no number; a huge one would take for ever to be summed.
    return isinstance(exponent, int) and -_PERCENT_PLACES <= exponent <= 2 and 0 < value <= 100


def is_amount(value: Decimal) -> bool:
    """Whether an amount of money is a number from 0 to 1e12."""
    return value.is_finite() and 0 <= value <= MAX_MONEY


def wrong_days(**days: date | None) -> list[FieldError]:
    """An error for each day, by its field, that nobody can have meant."""
    message = "A date between 1990 and 2100 is expected."
    return [
        FieldError(field, message)
        for field, day in days.items()
        if day is not None and not FIRST_YEAR <= day.year <= LAST_YEAR
    ]


class Meter(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A meter reading; the unit says what the meter counts."""

    value: Annotated[int, Meta(ge=0, le=10_000_000)]
    unit: Literal["km", "hours", "pages"]


class Source(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where in whose workbook an asset came from."""

    file: Sha256
    sheet: Name
    row: Annotated[int, Meta(ge=1, le=2_000_000)]


def _is_private(hint: Any) -> bool:
    extras = getattr(hint, "__metadata__", ())
    marked = any(isinstance(extra, Meta) and (extra.extra or {}).get("private") for extra in extras)
    return marked or any(_is_private(arg) for arg in get_args(hint))


def private_fields(struct: type[msgspec.Struct]) -> frozenset[str]:
    """The fields of a payload that go into the chain as salted commitments."""
    hints = get_type_hints(struct, include_extras=True)
    return frozenset(name for name in struct.__struct_fields__ if _is_private(hints[name]))
