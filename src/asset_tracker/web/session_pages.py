"""Logging in and out, the language, one's own account."""

from datetime import timedelta
from uuid import UUID

import msgspec
from litestar import Response, get, post
from litestar.datastructures import Cookie
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, URLEncodedBody
from litestar.response import Redirect
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker.access import links, sessions, users
from asset_tracker.access.actors import Actor
from asset_tracker.edge.who import LANG_COOKIE, AnyRequest, cookie_name, lang_of
from asset_tracker.errors import InvalidError
from asset_tracker.i18n import LANGS, Lang, gettext
from asset_tracker.programmes.queries import has_demonstration
from asset_tracker.web.chrome import Flash
from asset_tracker.web.pages import Instead, error_texts, own_path, page, see_other

_YEAR = int(timedelta(days=365).total_seconds())


# The address is a secret: it must not go along with anything that the page leads to.
_NO_REFERRER = {"Referrer-Policy": "no-referrer"}


class LoginForm(msgspec.Struct, frozen=True):
    """What the log-in page sends."""

    email: str = ""
    password: str = ""
    next: str = ""


class LanguageForm(msgspec.Struct, frozen=True):
    """The language switch, and where to come back to."""

    lang: str = ""
    next: str = ""


class PasswordForm(msgspec.Struct, frozen=True):
    """The present password and the one to come."""

    old: str = ""
    password: str = ""


class TokenForm(msgspec.Struct, frozen=True):
    """What a new API token is for."""

    name: str = ""


@get("/login", opt={"public": True})
async def login_page(
    request: AnyRequest,
    conn: NamedDependency[AsyncConnection],
    next: FromQuery[str] = "",  # noqa: A002 - the address says so
) -> Response[str]:
    # The demonstration may have been loaded since the start.
    request.app.state.demo = await has_demonstration(conn)
    return _login_page(request, next)


@post("/login", opt={"public": True, "when_read_only": True}, status_code=200)
async def log_in(
    request: AnyRequest, conn: NamedDependency[AsyncConnection], data: URLEncodedBody[LoginForm]
) -> Response[str] | Redirect:
    address = request.client.host if request.client else "?"
    old = request.cookies.get(cookie_name(request))
    agent = request.headers.get("user-agent")
    made = await sessions.log_in(
        conn, data.email[:200], data.password[:200], address, old_token=old, agent=agent
    )
    if made is None:
        problem = gettext(lang_of(request), "E-mail or password is wrong.")
        return _login_page(request, data.next, data.email, problem)
    answer = see_other(request, own_path(data.next))
    answer.set_cookie(_session_cookie(request, made.token))
    return answer


@post("/logout", opt={"when_read_only": True}, status_code=303)
async def log_out(request: AnyRequest, conn: NamedDependency[AsyncConnection]) -> Redirect:
    name = cookie_name(request)
    await sessions.end_session(conn, token=request.cookies.get(name, ""))
    answer = see_other(request, "/login")
    answer.delete_cookie(name)
    return answer


@post("/language", opt={"public": True}, status_code=303)
async def set_language(
    request: AnyRequest, conn: NamedDependency[AsyncConnection], data: URLEncodedBody[LanguageForm]
) -> Redirect:
    answer = see_other(request, own_path(data.next))
    chosen: Lang | None = next((lang for lang in LANGS if lang == data.lang), None)
    if chosen is not None:
        answer.set_cookie(Cookie(key=LANG_COOKIE, value=chosen, max_age=_YEAR, samesite="lax", httponly=True))
        if request.user is not None:
            await users.set_lang(conn, request.user, chosen)
    return answer


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
) -> Redirect:
    try:
        await users.change_password(conn, actor, data.old[:200], data.password[:201])
    except InvalidError as wrong:
        texts = error_texts(lang_of(request), wrong.errors)
        raise Instead(await _account(request, conn, actor, errors=texts)) from wrong
    answer = see_other(
        request, "/me", Flash("good", "The password was changed. You are logged out everywhere else.")
    )
    if request.auth is not None and request.auth.session is not None:
        anew = await sessions.begin_session(conn, actor.id, request.headers.get("user-agent"))
        answer.set_cookie(_session_cookie(request, anew.token))
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


@get("/password/{token:str}", opt={"public": True}, response_headers=_NO_REFERRER)
async def ask_for_password(
    request: AnyRequest, conn: NamedDependency[AsyncConnection], token: FromPath[str]
) -> Response[str]:
    return page(request, "set_password.html", email=await links.whose(conn, token), errors={})


@post("/password/{token:str}", opt={"public": True}, status_code=303, response_headers=_NO_REFERRER)
async def set_password(
    request: AnyRequest,
    conn: NamedDependency[AsyncConnection],
    token: FromPath[str],
    data: URLEncodedBody[PasswordForm],
) -> Redirect:
    try:
        await links.set_password(conn, token, data.password[:201])
    except InvalidError as wrong:
        texts = error_texts(lang_of(request), wrong.errors)
        email = await links.whose(conn, token)
        again = page(request, "set_password.html", status=422, email=email, errors=texts)
        again.headers["Referrer-Policy"] = "no-referrer"
        raise Instead(again) from wrong
    return see_other(request, "/login", Flash("good", "The password is set. Log in with it."))


@post("/me/tokens", status_code=200)
async def make_token(
    request: AnyRequest,
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    data: URLEncodedBody[TokenForm],
) -> Response[str]:
    """Answered as a page, not a redirect: the token is shown this once and stands in no address or cookie."""
    name = data.name.strip()[:100]
    if not name:
        errors = {"name": gettext(lang_of(request), "Please fill this in.")}
        return await _account(request, conn, actor, errors=errors)
    made = await users.make_token(conn, actor, name)
    return await _account(request, conn, actor, token=made.token)


@post("/me/tokens/{token_id:uuid}/revoke", status_code=303)
async def revoke_token(
    request: AnyRequest,
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    token_id: FromPath[UUID],
) -> Redirect:
    await users.revoke_token(conn, actor, token_id)
    return see_other(request, "/me", Flash("good", "The token was revoked."))


async def _account(
    request: AnyRequest,
    conn: AsyncConnection,
    actor: Actor,
    *,
    token: str | None = None,
    errors: dict[str, str] | None = None,
) -> Response[str]:
    known = await users.list_tokens(conn, actor)
    return page(
        request,
        "people/me.html",
        status=422 if errors else 200,
        tokens=known,
        token=token,
        sessions=await sessions.list_sessions(conn, actor),
        this=request.auth.session if request.auth else None,
        errors=errors or {},
    )


def _login_page(request: AnyRequest, after: str, email: str = "", problem: str = "") -> Response[str]:
    return page(
        request,
        "login.html",
        status=401 if problem else 200,
        problem=problem,
        email=email,
        next=own_path(after),
    )


def _session_cookie(request: AnyRequest, token: str) -> Cookie:
    return Cookie(
        key=cookie_name(request),
        value=token,
        max_age=int(sessions.ABSOLUTE.total_seconds()),
        path="/",
        httponly=True,
        samesite="lax",
        secure=request.app.state.settings.base_url.startswith("https:"),
    )


ROUTES = (
    login_page,
    log_in,
    log_out,
    set_language,
    my_account,
    change_password,
    make_token,
    revoke_token,
    end_session,
    ask_for_password,
    set_password,
)
