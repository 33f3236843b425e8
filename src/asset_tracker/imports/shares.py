"""Who pays what share of everything new in a file, as a person wrote it: ``Sida=60; ESTDEV=40``."""

from collections.abc import Iterable
from decimal import Decimal, InvalidOperation
from difflib import get_close_matches

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker.errors import FieldError, InvalidError
from asset_tracker.imports import values
from asset_tracker.ledger.values import Share, sum_to_100
from asset_tracker.programmes.tables import party

FIELD = "defaults.shares"
_EXPECTED = "donors with their per cents, such as Sida=60; ESTDEV=40"


def parse(written: str) -> list[tuple[str, Decimal]]:
    """Donors, as they were written, with their per cents. Raises InvalidError for all that is none at once."""
    found, wrong = [], []
    for part in filter(None, (each.strip() for each in written.split(";"))):
        donor, _, percent = part.rpartition("=")
        try:
            amount = Decimal(percent.strip().rstrip("%").strip().replace(",", "."))
        except InvalidOperation:
            amount = Decimal("NaN")
        if donor.strip() and amount.is_finite():
            found.append((donor.strip(), amount))
        else:
            wrong.append(_wrong("This is not a funding share: %(text)s.", text=part[:100]))
    if wrong:
        raise _refused(wrong)
    return found


async def shares_for(conn: AsyncConnection, written: str | None) -> tuple[Share, ...] | None:
    """The shares of everything new in a file; None where those of the programmes hold.

    Donors are named by short name, name, EDRPOU or id. Raises InvalidError where one is not known or named
    twice, or the shares do not sum to 100.
    """
    if not written or not (parts := parse(written)):
        return None
    p = party.c
    donors = (
        await conn.execute(
            select(p.id, p.short_name, p.name_uk, p.name_en, p.edrpou).where(p.kind == "donor")
        )
    ).all()
    by_name = {values.fold(str(name)): row.id for row in donors for name in row if name}
    wrong = [_unknown(name, by_name) for name, _ in parts if values.fold(name) not in by_name]
    if wrong:
        raise _refused(wrong)
    shares = tuple(Share(by_name[values.fold(name)], percent) for name, percent in parts)
    if len({share.donor for share in shares}) < len(shares):
        raise _refused([_wrong("A donor is named twice.")])
    if not sum_to_100(shares):
        raise _refused([_wrong("The funding shares must sum to 100 per cent.")])
    return tuple(sorted(shares, key=lambda share: share.donor))


def _unknown(name: str, known: Iterable[str]) -> FieldError:
    near = get_close_matches(values.fold(name), list(known), n=1, cutoff=0.6)
    if near:
        return _wrong("There is no donor “%(donor)s”. Perhaps: %(near)s", donor=name[:100], near=near[0])
    return _wrong("There is no donor “%(donor)s”.", donor=name[:100])


def _wrong(message: str, **params: str) -> FieldError:
    return FieldError(FIELD, message, params, _EXPECTED)


def _refused(wrong: list[FieldError]) -> InvalidError:
    """All of it by field, and the first for whoever shows one sentence."""
    return InvalidError(wrong[0].message, errors=tuple(wrong), **wrong[0].params)
