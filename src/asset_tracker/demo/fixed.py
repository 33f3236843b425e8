"""Identifiers and choices that are the same in every demonstration [pure]."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from hashlib import sha256
from typing import Final, TypeVar
from uuid import UUID, uuid5

from asset_tracker.ledger.tags import ALPHABET, check_character

T = TypeVar("T")
NAMESPACE: Final = UUID("6d2f3a57-0b1e-5c1c-9d0a-64656d6f0001")


def fixed_id(*key: object) -> UUID:
    """The identifier of the thing called ``key``."""
    return uuid5(NAMESPACE, "/".join(map(str, key)))


def fixed_id_at(at: datetime, *key: object) -> UUID:
    """The same as a UUIDv7 of that moment, since lists come in the order of their identifiers."""
    bits = fixed_id(*key).int & ~(0xFFFF_FFFF_FFFF << 80 | 0xF << 76)
    return UUID(int=int(at.timestamp() * 1000) << 80 | 7 << 76 | bits)


def fixed_tag(*key: object) -> str:
    """The tag of the asset called ``key``."""
    number = _number("tag", *key)
    seven = "".join(ALPHABET[number >> shift & 31] for shift in range(30, -1, -5))
    return seven + check_character(seven)


def chance(percent: int, *key: object) -> bool:
    """True for ``percent`` of all keys, always the same ones."""
    return _number("chance", *key) % 100 < percent


def pick(choices: Sequence[T], *key: object) -> T:
    """One of the choices, always the same one for a key."""
    return choices[_number("pick", *key) % len(choices)]


def between(low: int, high: int, *key: object) -> int:
    """A number from ``low`` to ``high``."""
    return low + _number("between", *key) % (high - low + 1)


def working_time(day: date, *key: object) -> datetime:
    """A moment of working hours in Ukraine, in UTC; at a weekend, of the Monday after."""
    day += timedelta(days=max(0, 7 - day.weekday()) if day.weekday() > 4 else 0)
    minutes = between(0, 8 * 60 - 1, "time", day, *key)
    return datetime.combine(day, time(6, 30), UTC) + timedelta(minutes=minutes)


def _number(*key: object) -> int:
    return int.from_bytes(sha256("/".join(map(str, key)).encode()).digest()[:8], "big")
