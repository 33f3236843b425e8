"""One account: its roles and until when they hold, its sessions, tokens and second factor. For administrators."""

from uuid import UUID

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, URLEncodedBody
from litestar.response import Redirect
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker.access import granting, second_factor, tokens
from asset_tracker.access.actors import ROLES, Actor, Grant
from asset_tracker.assets import orders
from asset_tracker.edge.who import AnyRequest, lang_of, require_session
from asset_tracker.errors import InvalidError, NotFoundError
from asset_tracker.i18n import Lang, gettext
from asset_tracker.programmes import queries as programmes
from asset_tracker.territory.queries import get_municipalities
from asset_tracker.web.agents import device_name
from asset_tracker.web.chrome import Flash
from asset_tracker.web.formats import named
from asset_tracker.web.forms import read_day
from asset_tracker.web.pages import Instead, error_texts, page, see_other
from asset_tracker.web.people_pages import read_grant
from asset_tracker.web.words import word


class GrantForm(msgspec.Struct, frozen=True):
    """One role as typed, with what it reaches and the last day on which it holds."""

    role: str = ""
    programme: str = ""
    area: str = ""
    donor: str = ""
    until: str = ""


@get("/people/{user_id:uuid}")
async def show_person(
    request: AnyRequest,
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    user_id: FromPath[UUID],
) -> Response[str]:
    return await _page(request, conn, actor, user_id, GrantForm(), {})


@post("/people/{user_id:uuid}/grants", status_code=303)
async def give_role(
    request: AnyRequest,
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    user_id: FromPath[UUID],
    data: URLEncodedBody[GrantForm],
) -> Redirect:
    require_session(request)
    try:
        grant = await read_grant(conn, data)
        await granting.give(conn, actor, user_id, grant, read_day(data.until, "until"))
    except InvalidError as wrong:
        texts = error_texts(lang_of(request), wrong.errors, {"grants[0]": "role"})
        raise Instead(await _page(request, conn, actor, user_id, data, texts)) from wrong
    return see_other(request, f"/people/{user_id}", Flash("good", "The role was given."))


@post("/people/{user_id:uuid}/grants/{grant_id:uuid}/end", status_code=303)
async def end_role(
    request: AnyRequest,
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    user_id: FromPath[UUID],
    grant_id: FromPath[UUID],
) -> Redirect:
    await granting.end(conn, actor, user_id, grant_id)
    return see_other(request, f"/people/{user_id}", Flash("good", "The role was ended."))


@post("/people/{user_id:uuid}/sessions/end", status_code=303)
async def end_sessions(
    request: AnyRequest,
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    user_id: FromPath[UUID],
) -> Redirect:
    await granting.end_sessions(conn, actor, user_id)
    return see_other(request, f"/people/{user_id}", Flash("good", "They are logged out everywhere."))


@post("/people/{user_id:uuid}/tokens/{token_id:uuid}/revoke", status_code=303)
async def revoke_token(
    request: AnyRequest,
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    user_id: FromPath[UUID],
    token_id: FromPath[UUID],
) -> Redirect:
    account = await granting.get_account(conn, actor, user_id)
    if token_id not in {token.id for token in account.tokens}:
        raise NotFoundError
    await tokens.revoke_token(conn, actor, token_id)
    return see_other(request, f"/people/{user_id}", Flash("good", "The token was revoked."))


async def _page(
    request: AnyRequest,
    conn: AsyncConnection,
    actor: Actor,
    user_id: UUID,
    typed: GrantForm,
    errors: dict[str, str],
) -> Response[str]:
    lang = lang_of(request)
    account = await granting.get_account(conn, actor, user_id)
    known = [(str(p.id), f"{p.code} {named(lang, p)}") for p in await programmes.list_programmes(conn, actor)]
    donors = [(str(p.id), named(lang, p)) for p in await programmes.list_parties(conn, actor, "donor")]
    reached = await _reached(conn, lang, account, dict(known) | dict(donors))
    return page(
        request,
        "people/show.html",
        to_do=await orders.count_orders(conn, actor, orders.OrderFilter(assignee=user_id)),
        section="people",
        status=422 if errors else 200,
        person=account,
        grants=[(each, reached[each.id]) for each in account.grants],
        factor=await second_factor.state(conn, user_id),
        device_name=device_name,
        values=typed,
        errors=errors,
        roles=[(role, gettext(lang, word("role", role).text)) for role in ROLES],
        programmes=known,
        donors=donors,
    )


async def _reached(
    conn: AsyncConnection, lang: Lang, account: granting.Account, names: dict[str, str]
) -> dict[UUID, str]:
    """What each role reaches, in words; nothing for a role that reaches everything."""
    codes = {each.grant.area for each in account.grants if each.grant.area}
    towns = await get_municipalities(conn, codes) if codes else {}

    def told(grant: Grant) -> str:
        parts = [names.get(str(thing), str(thing)) for thing in (grant.programme, grant.donor) if thing]
        if grant.area:
            parts.append(towns[grant.area].title(lang) if grant.area in towns else grant.area)
        return ", ".join(parts)

    return {each.id: told(each.grant) for each in account.grants}


ROUTES = (show_person, give_role, end_role, end_sessions, revoke_token)
