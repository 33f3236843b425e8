"""Territories of hostilities: where municipalities stand, and a place to paste the state's list."""

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import URLEncodedBody
from litestar.response import Redirect
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker.access.actors import Actor
from asset_tracker.access.permissions import may, require
from asset_tracker.edge.who import AnyRequest, lang_of
from asset_tracker.errors import FieldError, InvalidError
from asset_tracker.i18n import gettext
from asset_tracker.territory import situations
from asset_tracker.territory.queries import get_municipalities
from asset_tracker.territory.situations import NewSituation
from asset_tracker.web.chrome import Flash
from asset_tracker.web.pages import Instead, page, see_other

# What the words of the list are called where its Ukrainian text is pasted.
_IN_UKRAINIAN = {
    "можливі": "possible",
    "активні": "active",
    "окупована": "occupied",
    "вилучено": "none",
}
_PARTS = len(("code", "situation", "day"))


class ListForm(msgspec.Struct, frozen=True):
    """Lines as pasted, and which list they are from."""

    lines: str = ""
    source: str = ""


@get("/situations")
async def list_situations(
    request: AnyRequest, conn: NamedDependency[AsyncConnection], actor: NamedDependency[Actor]
) -> Response[str]:
    return await _page(request, conn, actor, ListForm(), [])


@post("/situations", status_code=303)
async def add_situations(
    request: AnyRequest,
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    data: URLEncodedBody[ListForm],
) -> Redirect:
    require(actor, "territory.manage")
    try:
        count = await situations.add_situations(conn, actor, _read(data))
    except InvalidError as wrong:
        raise Instead(await _page(request, conn, actor, data, _texts(request, wrong))) from wrong
    return see_other(request, "/situations", Flash("good", "Lines recorded: %(n)s.", {"n": str(count)}))


def _read(data: ListForm) -> list[NewSituation]:
    """One from each line: code, situation and day, between blanks, tabs or semicolons."""
    found: list[NewSituation] = []
    errors: list[FieldError] = []
    source = data.source.strip()
    if not 1 <= len(source) <= 200:
        errors.append(FieldError("source", "Say which list it is, and of which day."))
    lines = [line for line in data.lines.splitlines() if line.strip()]
    for place, line in enumerate(lines[: situations.MOST_AT_ONCE + 1], 1):
        parts = line.replace(";", " ").split()
        try:
            code, situation, day = parts if len(parts) == _PARTS else ("", "", "")
            day = "-".join(reversed(day.split(".")))
            situation = _IN_UKRAINIAN.get(situation.casefold(), situation)
            told = {"municipality": code, "situation": situation, "since": day, "source": source or "?"}
            found.append(msgspec.convert(told, NewSituation))
        except msgspec.ValidationError:
            params = {"line": place, "text": line.strip()[:60]}
            said = "Line %(line)s is not a code, a situation and a day: %(text)s"
            errors.append(FieldError("lines", said, params))
    if errors:
        raise InvalidError(errors=tuple(errors))
    return found


def _texts(request: AnyRequest, wrong: InvalidError) -> list[str]:
    lang = lang_of(request)
    told = []
    for error in wrong.errors:
        text = gettext(lang, error.message, **error.params)
        place = error.field.partition("[")[2].partition("]")[0]
        told.append(gettext(lang, "Line %(line)s: %(text)s", line=place, text=text) if place else text)
    return told


async def _page(
    request: AnyRequest, conn: AsyncConnection, actor: Actor, data: ListForm, wrong: list[str]
) -> Response[str]:
    found = await situations.list_situations(conn, actor)
    return page(
        request,
        "reports/situations.html",
        section="reports",
        status=422 if wrong else 200,
        found=found,
        places=await get_municipalities(conn, {each.municipality for each in found}),
        words=situations.WORDS,
        values=data,
        wrong=wrong,
        may_add=may(actor, "territory.manage"),
    )


ROUTES = (list_situations, add_situations)
