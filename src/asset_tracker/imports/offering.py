"""What an empty list offers to whoever fills it in: programmes and municipalities in reach, or those chosen."""

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker.access.actors import Actor
from asset_tracker.errors import FieldError, InvalidError
from asset_tracker.i18n import Lang
from asset_tracker.imports import recorded
from asset_tracker.imports.line import ProgrammeRef
from asset_tracker.imports.offer import Offer
from asset_tracker.territory.collation import sort_key
from asset_tracker.territory.municipalities import Municipality
from asset_tracker.territory.queries import municipality_index
from asset_tracker.territory.search import MunicipalityIndex, fold_region

_EXPECTED = "a KATOTTH code, or the name of a municipality with its oblast"


class Chosen(msgspec.Struct, frozen=True, kw_only=True):
    """For whom an empty list is made, as somebody wrote it; what is not chosen is all that is in reach.

    ``programme``: a code. ``municipalities``: names or codes. ``oblast``: a name or a code, in which the
    municipalities are looked for; all of its municipalities where none is named.
    """

    programme: str | None = None
    municipalities: tuple[str, ...] = ()
    oblast: str | None = None


async def offer_for(conn: AsyncConnection, actor: Actor, chosen: Chosen) -> Offer:
    """What the drop-downs hold. Raises InvalidError that names each choice that is not there."""
    wrong: list[FieldError] = []
    programmes = _programmes(await recorded.programmes_for(conn, actor), chosen.programme, wrong)
    towns = await _municipalities(conn, chosen, wrong)
    if wrong:
        raise InvalidError(errors=tuple(wrong))
    return Offer(
        programmes=tuple(each.code for each in programmes),
        municipalities=tuple(told(each) for each in towns),
        currency=programmes[0].currency if len(programmes) == 1 else None,
        chosen=bool(chosen.municipalities or chosen.oblast),
    )


def told(each: Municipality) -> str:
    """A municipality as the drop-downs say it."""
    return ", ".join(filter(None, (each.name_uk, each.raion_uk, each.oblast_uk)))


def _programmes(
    reach: tuple[ProgrammeRef, ...], code: str | None, wrong: list[FieldError]
) -> tuple[ProgrammeRef, ...]:
    if not code:
        return reach
    found = tuple(each for each in reach if each.code.casefold() == code.casefold())
    if not found:
        codes = ", ".join(each.code for each in reach)
        wrong.append(
            FieldError(
                "programme", "There is no programme “%(programme)s”.", {"programme": code}, expected=codes
            )
        )
    return found


async def _municipalities(
    conn: AsyncConnection, chosen: Chosen, wrong: list[FieldError]
) -> tuple[Municipality, ...]:
    index = await municipality_index(conn)
    oblast = _oblast(index, chosen.oblast, wrong) if chosen.oblast else None
    if chosen.municipalities:
        codes = {
            one.code
            for each in chosen.municipalities
            if (one := _named(index, each, oblast, wrong)) is not None
        }
        return tuple(each for each in index.all if each.code in codes)
    return tuple(
        each for each in index.all if not each.gone and oblast in (None, each.oblast_uk) and not wrong
    )


def _named(
    index: MunicipalityIndex, written: str, oblast: str | None, wrong: list[FieldError]
) -> Municipality | None:
    match = index.find(written, oblast=oblast)
    if match.one is None:
        message = (
            "More than one municipality is called “%(name)s”."
            if match.exact
            else "There is no municipality “%(name)s”."
        )
        near = "; ".join(f"{told(each)}, {each.code}" for each in (match.exact or match.near)[:3])
        wrong.append(FieldError("municipality", message, {"name": written[:200]}, expected=near or _EXPECTED))
    return match.one


def _oblast(index: MunicipalityIndex, written: str, wrong: list[FieldError]) -> str | None:
    """The name of the oblast that was written as a name or a code."""
    folded = fold_region(written)
    for each in index.all:
        if each.oblast_code == written or folded in (
            fold_region(each.oblast_uk),
            fold_region(each.oblast_en),
        ):
            return each.oblast_uk
    expected = "the name or the KATOTTH code of an oblast"
    wrong.append(FieldError("oblast", "There is no oblast “%(name)s”.", {"name": written[:200]}, expected))
    return None


async def list_oblasts(conn: AsyncConnection, lang: Lang) -> list[tuple[str, str]]:
    """Code and name of each oblast, in Ukrainian order."""
    index = await municipality_index(conn)
    names = {each.oblast_code: each for each in index.all if not each.gone}
    by_name = sorted(names.values(), key=lambda each: sort_key(each.oblast_uk))
    return [(each.oblast_code, each.oblast_uk if lang == "uk" else each.oblast_en) for each in by_name]
