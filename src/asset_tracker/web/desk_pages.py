"""The first page, and finding anything from one field."""

import re
from typing import Any
from urllib.parse import urlencode

import msgspec
from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker.access.actors import Actor
from asset_tracker.access.permissions import may
from asset_tracker.assets.queries import find_asset, get_asset, list_assets
from asset_tracker.assets.views import Filters
from asset_tracker.consignments.queries import search_consignments
from asset_tracker.edge.who import AnyRequest, lang_of
from asset_tracker.errors import InvalidError, NotFoundError
from asset_tracker.labels.tagging import find_by_code
from asset_tracker.ledger.tags import TagError, format_tag, parse_tag
from asset_tracker.programmes.queries import list_programmes
from asset_tracker.territory.queries import search_municipalities
from asset_tracker.web import desk
from asset_tracker.web.asset_columns import oblasts
from asset_tracker.web.cookies import cookie, held
from asset_tracker.web.list_query import ListQuery, filters_of, params_of
from asset_tracker.web.pages import error_texts, page, see_other

_SHOWN, _SUGGESTED, _LETTERS = 12, 4, 2
# What people write before a number: "акт PROSTO-2024-0003", "s/n PF49134222". Before words it may be a name.
_WHAT_IT_IS = re.compile(
    r"(?:(?:акт[уа]?|партія|партії|накладна|мітка|код мітки|серійний(?: номер| №)?|act|consignment|waybill|tag"
    r"|serial(?: number| no\.?)?|s/n)\s*[:№]?\s+)(?=\S*\d)",
    re.IGNORECASE,
)
_NARROWS = ("programme", "oblast", "municipality")


@get("/")
async def today(
    request: AnyRequest, conn: NamedDependency[AsyncConnection], actor: NamedDependency[Actor]
) -> Response[str] | Redirect:
    if not actor.has("administrator", "coordinator", "technician", "custodian"):
        return see_other(request, "/reports")
    lang, asked = lang_of(request), _narrowed_to(request)
    try:
        within, problem = await filters_of(conn, asked), ""
    except InvalidError as wrong:
        within, problem = Filters(), next(iter(error_texts(lang, wrong.errors).values()))
    found = await desk.gather(conn, actor, lang, within)
    known = await list_programmes(conn, actor)
    answer = page(
        request,
        "desk.html",
        section="today",
        block="desk",
        **found._asdict(),
        filters=asked,
        problem=problem,
        programmes=[(str(p.id), p.code) for p in known],
        oblasts=await oblasts(conn, lang),
    )
    if not problem:
        answer.set_cookie(cookie(request, "today", urlencode(msgspec.to_builtins(asked))))
    return answer


@get("/find")
async def find(
    request: AnyRequest,
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    q: FromQuery[str] = "",
) -> Response[str] | Redirect:
    """Whatever the text may be: a tag or a linked code leads straight to its asset, the rest is listed."""
    text = meant(q)
    if asset := await _by_tag(conn, actor, text) or await _by_code(conn, actor, text):
        return see_other(request, asset)
    return page(request, "find.html", query=text, **await _found(conn, actor, text, _SHOWN))


@get("/find/suggestions")
async def suggest(
    request: AnyRequest,
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    q: FromQuery[str] = "",
) -> Response[str]:
    """What the find field proposes while one types."""
    text = meant(q)
    wanted = text if len(text) >= _LETTERS else ""
    found = await _found(conn, actor, wanted, _SUGGESTED)
    return page(request, "suggestions.html", query=wanted, **found)


@get("/{path:path}", opt={"public": True})
async def nowhere(path: FromPath[str]) -> Response[str]:
    """What no other page answers to. A route of its own, so that who asks is known and keeps their menu."""
    raise NotFoundError("There is no page %(path)s.", path=path[:200])


def meant(typed: str) -> str:
    """What to look for: without the word that only says what kind of number follows."""
    text = typed.strip()[:200].replace("\x00", "")
    return text[said.end() :] if (said := _WHAT_IT_IS.match(text)) else text


def _narrowed_to(request: AnyRequest) -> ListQuery:
    """What the desk is to be narrowed to: as the address says, else as it was the last time."""
    said = any(name in request.query_params for name in _NARROWS)
    given = request.query_params if said else params_of(held(request, "today"))
    narrowed = {name: given[name].strip() for name in _NARROWS if name in given}
    return msgspec.convert(narrowed, ListQuery)


async def _found(conn: AsyncConnection, actor: Actor, text: str, limit: int) -> dict[str, Any]:
    """Assets, consignments and municipalities that answer to the text; nothing for no text."""
    if not text:
        return {"assets": (), "consignments": (), "municipalities": ()}
    things = (await list_assets(conn, actor, Filters(q=text), limit=limit)).items
    papers = await search_consignments(conn, actor, text, limit) if may(actor, "consignment.read") else ()
    # What is called just so is no misspelt municipality.
    places = await search_municipalities(conn, text, limit, guess=not (things or papers))
    return {"assets": things, "consignments": papers, "municipalities": places}


async def _by_tag(conn: AsyncConnection, actor: Actor, text: str) -> str | None:
    try:
        tag = parse_tag(text)
        await find_asset(conn, actor, tag)
    except (TagError, NotFoundError):  # most words are no tags of ours
        return None
    return f"/a/{format_tag(tag)}"


async def _by_code(conn: AsyncConnection, actor: Actor, text: str) -> str | None:
    try:
        found = await get_asset(conn, actor, await find_by_code(conn, actor, text))
    except NotFoundError:
        return None
    return f"/a/{format_tag(found.row.tag)}"


ROUTES = (today, find, suggest, nowhere)
