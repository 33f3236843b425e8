"""Parties and programmes put right. What was changed, from what and by whom stands in the access record."""

from typing import Any
from uuid import UUID

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker.access.actors import Actor
from asset_tracker.access.permissions import require
from asset_tracker.edge.who import AnyRequest, lang_of
from asset_tracker.errors import ConflictError, InvalidError, NotFoundError
from asset_tracker.i18n import gettext
from asset_tracker.programmes import changing, queries, service
from asset_tracker.programmes.queries import PartyView, ProgrammeView
from asset_tracker.programmes.service import ChangedProgramme, NewParty
from asset_tracker.territory.queries import get_municipalities
from asset_tracker.web.chrome import Flash
from asset_tracker.web.forms import answers_of, read
from asset_tracker.web.pages import Instead, error_texts, see_other
from asset_tracker.web.settings_pages import (
    party_form,
    programme_form,
    shares_of,
)
from asset_tracker.web.towns import read_with_town


@get("/parties/{party_id:uuid}")
async def edit_party(
    request: AnyRequest,
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    party_id: FromPath[UUID],
) -> Response[str]:
    require(actor, "programme.manage")
    party = await _party(conn, party_id)
    towns = await get_municipalities(conn, {party.municipality} if party.municipality else set())
    given = _typed(party) | {"municipality": "".join(each.title(lang_of(request)) for each in towns.values())}
    return party_form(request, given, party_id=party_id)


@post("/parties/{party_id:uuid}", status_code=303)
async def change_party(
    request: AnyRequest,
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    party_id: FromPath[UUID],
) -> Redirect:
    require(actor, "programme.manage")
    given, lang = await answers_of(request), lang_of(request)
    try:
        new = await read_with_town(conn, NewParty, given)
        await changing.replace_party(conn, actor, party_id, new)
    except InvalidError as wrong:
        raise Instead(party_form(request, given, error_texts(lang, wrong.errors), party_id)) from wrong
    except ConflictError as taken:
        texts = {"edrpou": gettext(lang, taken.message)}
        raise Instead(party_form(request, given, texts, party_id)) from taken
    return see_other(request, "/parties", Flash("good", "The party was changed."))


@get("/programmes/{programme_id:uuid}/edit")
async def edit_programme(
    request: AnyRequest,
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    programme_id: FromPath[UUID],
) -> Response[str]:
    service.require_to_add(actor)
    it = await queries.get_programme(conn, actor, programme_id)
    given = _typed(it) | {"implementer": str(it.implementer)}
    for n, share in enumerate(it.shares):
        given |= {f"donor_{n}": str(share.donor), f"percent_{n}": f"{share.percent.normalize():f}"}
    return await programme_form(request, conn, actor, given, changed=it)


@post("/programmes/{programme_id:uuid}/edit", status_code=303)
async def change_programme(
    request: AnyRequest,
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    programme_id: FromPath[UUID],
) -> Redirect:
    service.require_to_add(actor)
    it = await queries.get_programme(conn, actor, programme_id)
    given = await answers_of(request)
    try:
        new = read(ChangedProgramme, {**given, "shares": shares_of(given)})
        await changing.replace_programme(conn, actor, programme_id, new)
    except InvalidError as wrong:
        texts = error_texts(lang_of(request), wrong.errors)
        raise Instead(await programme_form(request, conn, actor, given, texts, it)) from wrong
    return see_other(request, f"/programmes/{programme_id}", Flash("good", "The programme was changed."))


async def _party(conn: AsyncConnection, party_id: UUID) -> PartyView:
    found = await queries.get_parties(conn, [party_id])
    if party_id not in found:
        raise NotFoundError
    return found[party_id]


def _typed(it: PartyView | ProgrammeView) -> dict[str, Any]:
    """What a form would have had typed into it."""
    values = msgspec.to_builtins(it)
    return {name: str(value) for name, value in values.items() if value is not None}


ROUTES = (edit_party, change_party, edit_programme, change_programme)
