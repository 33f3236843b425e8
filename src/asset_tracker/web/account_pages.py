"""One's own account: password, sessions, tokens for programs."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, URLEncodedBody
from litestar.response import Redirect
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker.access import second_factor, sessions, tokens, users
from asset_tracker.access.actors import Actor
from asset_tracker.access.permissions import READING, Permission, held
from asset_tracker.edge.who import AnyRequest, lang_of, require_session
from asset_tracker.errors import FieldError, InvalidError
from asset_tracker.i18n import gettext
from asset_tracker.web.access_words import PERMISSION_WORDS
from asset_tracker.web.agents import device_name
from asset_tracker.web.chrome import Flash
from asset_tracker.web.cookies import cookie
from asset_tracker.web.pages import error_texts, page, see_other
from asset_tracker.web.session_pages import whence_of


class PasswordForm(msgspec.Struct, frozen=True):
    """The present password and the one to come."""

    old: str = ""
    password: str = ""


class TokenForm(msgspec.Struct, frozen=True):
    """What a new API token is for, what it may, and for how long. ``may``: everything, reading or chosen."""

    name: str = ""
    days: str = "365"
    may: str = "all"
    permission: tuple[str, ...] = ()


@get("/me")
async def my_account(
    request: AnyRequest, conn: NamedDependency[AsyncConnection], actor: NamedDependency[Actor]
) -> Response[str]:
    return await _account(request, conn, actor)


@post("/me/password", status_code=303)
async def change_password(
    request: AnyRequest,
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    data: URLEncodedBody[PasswordForm],
) -> Response[str] | Redirect:
    require_session(request)
    whence = whence_of(request, await users.email_of(conn, actor.id))
    wrong = await users.change_password(conn, actor, data.old[:200], data.password[:201], whence)
    if wrong:  # answered, not raised: wrong passwords must stay counted
        return await _account(request, conn, actor, errors=error_texts(lang_of(request), wrong))
    answer = see_other(
        request, "/me", Flash("good", "The password was changed. You are logged out everywhere else.")
    )
    anew = await sessions.begin_session(conn, actor.id, request.headers.get("user-agent"))
    answer.set_cookie(cookie(request, "session", anew.token))
    return answer


@post("/me/sessions/{session_id:uuid}/end", status_code=303)
async def end_session(
    request: AnyRequest,
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    session_id: FromPath[UUID],
) -> Redirect:
    await sessions.end_own(conn, actor, session_id)
    return see_other(request, "/me", Flash("good", "The session was ended."))


@post("/me/tokens", status_code=200)
async def make_token(
    request: AnyRequest,
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
) -> Response[str]:
    """Answered as a page, not a redirect: the token is shown this once and stands in no address or cookie."""
    require_session(request)
    sent = await request.form()
    given = {name: sent[name] for name in ("name", "days", "may") if isinstance(sent.get(name), str)}
    data = TokenForm(**given, permission=tuple(map(str, sent.getall("permission", []))))
    try:
        chosen = _read_token(data, actor)
    except InvalidError as wrong:
        errors = error_texts(lang_of(request), wrong.errors)
        return await _account(request, conn, actor, errors=errors, form=data)
    made = await tokens.make_token(conn, actor, **chosen)
    return await _account(request, conn, actor, token=made.token)


@post("/me/tokens/{token_id:uuid}/revoke", status_code=303)
async def revoke_token(
    request: AnyRequest,
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    token_id: FromPath[UUID],
) -> Redirect:
    await tokens.revoke_token(conn, actor, token_id)
    return see_other(request, "/me", Flash("good", "The token was revoked."))


def _read_token(data: TokenForm, actor: Actor) -> dict[str, Any]:
    errors = []
    name = data.name.strip()[:100]
    if not name:
        errors.append(FieldError("name", "Please fill this in."))
    known = held(actor)
    chosen: frozenset[Permission] | None = {
        "all": None,
        "read": READING & known,
        "some": frozenset(each for each in known if each in data.permission),
    }.get(data.may, frozenset())
    if chosen is not None and not chosen:
        errors.append(FieldError("permission", "Choose at least one."))
    if data.days not in _DAYS:
        errors.append(FieldError("days", "Choose one of the answers."))
    if errors:
        raise InvalidError(errors=tuple(errors))
    until = datetime.now(UTC) + timedelta(days=int(data.days)) if data.days else None
    return {"name": name, "expires_at": until, "permissions": chosen}


async def _account(
    request: AnyRequest,
    conn: AsyncConnection,
    actor: Actor,
    *,
    token: str | None = None,
    errors: dict[str, str] | None = None,
    form: TokenForm | None = None,
) -> Response[str]:
    lang = lang_of(request)
    return page(
        request,
        "people/me.html",
        status=422 if errors else 200,
        tokens=await tokens.list_tokens(conn, actor),
        token=token,
        sessions=await sessions.list_sessions(conn, actor),
        this=request.auth.session if request.auth else None,
        factor=await second_factor.state(conn, actor.id),
        device_name=device_name,
        form=form or TokenForm(),
        reading=READING,
        days=[(days, gettext(lang, text)) for days, text in _DAYS.items()],
        permissions=[(each, gettext(lang, PERMISSION_WORDS[each])) for each in sorted(held(actor))],
        errors=errors or {},
    )


_DAYS = {
    "30": "30 days",
    "90": "90 days",
    "365": "One year",
    "1095": "Three years",
    "": "Until it is revoked",
}

ROUTES = (my_account, change_password, make_token, revoke_token, end_session)
