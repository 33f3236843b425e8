"""Rates of exchange: what one unit of a currency was worth in hryvnias on a day, and who said so.

Amounts stay in the currency they were paid in; a report tells them in others by these rates and names rate
and day. A rate is never changed: a later one for the same currency and day stands instead of it, from when it
was recorded.
"""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated

import msgspec
from msgspec import Meta
from sqlalchemy import insert, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker.access.actors import Actor
from asset_tracker.access.permissions import require
from asset_tracker.errors import FieldError, InvalidError
from asset_tracker.ledger.ids import uuid7
from asset_tracker.ledger.values import Currency, Name, wrong_days
from asset_tracker.programmes.tables import exchange_rate

MOST_AT_ONCE = 2_000
_MOST = Decimal(1_000_000)
_r = exchange_rate.c


class NewRate(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``uah``: hryvnias for one unit, eight decimals at most; ``source``: who published it."""

    currency: Currency
    day: date
    uah: Annotated[Decimal, Meta(description="UAH for one unit")]
    source: Name


class RateView(msgspec.Struct, frozen=True, kw_only=True):
    """A rate that stands: of several for a currency and day the one that was recorded last."""

    currency: str
    day: date
    uah: Decimal
    source: str
    recorded_at: datetime


async def add_rates(conn: AsyncConnection, actor: Actor, rates: Sequence[NewRate]) -> int:
    """Record rates, all or none; how many. Raises InvalidError that names every wrong row, counted from 1."""
    require(actor, "programme.manage")
    errors = [
        FieldError(f"rates[{place}].{wrong.field}", wrong.message, dict(wrong.params), wrong.expected)
        for place, rate in enumerate(rates, 1)
        for wrong in _wrong(rate)
    ]
    if not 1 <= len(rates) <= MOST_AT_ONCE:
        errors.append(FieldError("rates", "Give 1 to %(most)s rates at once.", {"most": str(MOST_AT_ONCE)}))
    if errors:
        raise InvalidError(errors=tuple(errors))
    rows = [msgspec.structs.asdict(rate) | {"id": uuid7(), "recorded_by": actor.id} for rate in rates]
    await conn.execute(insert(exchange_rate), rows)
    return len(rows)


async def list_rates(
    conn: AsyncConnection, actor: Actor, *, known_on: datetime | None = None
) -> list[RateView]:
    """The rates that stand, or stood at ``known_on`` (UTC), the newest day first."""
    require(actor, "report.read")
    columns = (_r.currency, _r.day, _r.uah, _r.source, _r.recorded_at)
    wanted = (
        select(*columns)
        .ext(distinct_on(_r.currency, _r.day))
        .order_by(_r.currency, _r.day.desc(), _r.recorded_at.desc(), _r.id.desc())
    )
    if known_on is not None:
        wanted = wanted.where(_r.recorded_at <= known_on)
    found = [
        RateView(
            currency=row.currency,
            day=row.day,
            uah=_plain(row.uah),
            source=row.source,
            recorded_at=row.recorded_at,
        )
        for row in await conn.execute(wanted)
    ]
    return sorted(found, key=lambda rate: (-rate.day.toordinal(), rate.currency))


def _plain(number: Decimal) -> Decimal:
    """Without closing zeros."""
    text = f"{number:f}"
    return Decimal(text.rstrip("0").rstrip(".")) if "." in text else number


def _wrong(rate: NewRate) -> list[FieldError]:
    found = wrong_days(day=rate.day)
    if rate.currency == "UAH":
        found.append(FieldError("currency", "A rate of the hryvnia to itself is always one."))
    exponent = rate.uah.as_tuple().exponent
    fits = rate.uah.is_finite() and 0 < rate.uah <= _MOST
    if not fits or not isinstance(exponent, int) or exponent < -8:
        found.append(
            FieldError("uah", "This is not a rate.", expected="hryvnias for one unit, such as 41.2345")
        )
    return found
