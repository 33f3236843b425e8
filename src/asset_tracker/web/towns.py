"""The municipality that somebody typed on a page: its name in either language, or its code."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker.errors import FieldError, InvalidError
from asset_tracker.territory.queries import municipality_index
from asset_tracker.territory.search import Match
from asset_tracker.web.forms import S, read

_ALIKE, _SHOWN = 12, 4


async def town_named(conn: AsyncConnection, text: str, field: str = "municipality") -> str:
    """The code of the municipality that is meant. Raises InvalidError that says which may be."""
    match = (await municipality_index(conn)).find(text.strip()[:200])
    if match.one is None:
        raise InvalidError(errors=(unclear(match, field),))
    return match.one.code


def unclear(match: Match, field: str = "municipality") -> FieldError:
    """What to tell when a look-up did not find one municipality: those that may be meant, with their codes."""
    if match.exact:
        near = "; ".join(f"{each.code} ({each.raion_uk}, {each.oblast_uk})" for each in match.exact[:_ALIKE])
        message = "Several municipalities have this name. Write the code of yours: %(near)s."
    elif match.near:
        near = "; ".join(f"{each.name_uk} ({each.oblast_uk})" for each in match.near[:_SHOWN])
        message = "There is no such municipality. Did you mean %(near)s?"
    else:
        return FieldError(field, "There is no such municipality.")
    return FieldError(field, message, {"near": near})


async def read_with_town(conn: AsyncConnection, struct: type[S], given: Mapping[str, Any]) -> S:
    """The command that a form's answers make, its municipality named or coded. Raises InvalidError with every mistake."""
    code, wrong = "", tuple[FieldError, ...]()
    try:
        code = await town_named(conn, named) if (named := given.get("municipality", "").strip()) else ""
    except InvalidError as unknown:
        # What else is wrong is told with it; a code that is none stands for the one that is not known yet.
        code, wrong = "UA", unknown.errors
    try:
        made = read(struct, {**given, "municipality": code})
    except InvalidError as more:
        others = (each for each in more.errors if not (wrong and each.field == "municipality"))
        raise InvalidError(errors=(*others, *wrong)) from more
    if wrong:
        raise InvalidError(errors=wrong)
    return made
