"""Logging in and out, the language, and links by which somebody sets their own password."""

from typing import Any
from urllib.parse import quote

import msgspec
from litestar import Response, get, post
from litestar.background_tasks import BackgroundTask
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, URLEncodedBody
from litestar.response import Redirect
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker.access import links, login, sessions, users
from asset_tracker.access.login import CodeNeeded
from asset_tracker.access.sessions import LoggedIn
from asset_tracker.db.engine import transaction
from asset_tracker.edge.who import AnyRequest, cookie_name, lang_of
from asset_tracker.errors import InvalidError
from asset_tracker.i18n import LANGS, Lang, gettext
from asset_tracker.mail.outbox import is_set_up
from asset_tracker.programmes.queries import has_demonstration
from asset_tracker.settings import Settings
from asset_tracker.web.chrome import Flash
from asset_tracker.web.cookies import cookie, held
from asset_tracker.web.pages import Instead, error_texts, own_path, page, see_other

# The address is a secret: it must not go along with anything that the page leads to.
_NO_REFERRER = {"Referrer-Policy": "no-referrer"}


class LoginForm(msgspec.Struct, frozen=True):
    """What the log-in page sends."""

    email: str = ""
    password: str = ""
    next: str = ""


class CodeForm(msgspec.Struct, frozen=True):
    """A code of the second factor."""

    code: str = ""
    next: str = ""


class LanguageForm(msgspec.Struct, frozen=True):
    """The language switch, and where to come back to."""

    lang: str = ""
    next: str = ""


class NewPasswordForm(msgspec.Struct, frozen=True):
    """The password to come."""

    password: str = ""


class ForgottenForm(msgspec.Struct, frozen=True):
    """Whose password was forgotten."""

    email: str = ""


@get("/login", opt={"public": True})
async def login_page(
    request: AnyRequest,
    next: FromQuery[str] = "",  # noqa: A002 - the address says so
) -> Response[str]:
    # The demonstration may have been loaded since the start; a stranger's connection sees no programme of it.
    if not request.app.state.demo:
        async with transaction(request.app.state.engine) as system:
            request.app.state.demo = await has_demonstration(system)
    return show_login(request, next)


@post("/login", opt={"public": True, "when_read_only": True}, status_code=200)
async def log_in(
    request: AnyRequest, conn: NamedDependency[AsyncConnection], data: URLEncodedBody[LoginForm]
) -> Response[str] | Redirect:
    email = data.email[:200]
    made = await login.log_in(
        conn,
        email,
        data.password[:200],
        whence_of(request, email),
        old_token=held(request, "session"),
        agent=request.headers.get("user-agent"),
    )
    if made is None:
        problem = gettext(lang_of(request), "E-mail or password is wrong.")
        return show_login(request, data.next, data.email, problem)
    if isinstance(made, CodeNeeded):
        answer = see_other(request, with_next("/login/code", data.next))
        answer.set_cookie(cookie(request, "step", made.token))
        return answer
    return logged_in(request, made, data.next, email)


@get("/login/code", opt={"public": True})
async def code_page(
    request: AnyRequest,
    conn: NamedDependency[AsyncConnection],
    next: FromQuery[str] = "",  # noqa: A002 - the address says so
) -> Response[str] | Redirect:
    if not await login.waits_for_code(conn, held(request, "step")):
        return see_other(request, with_next("/login", next))
    return page(request, "login_code.html", problem="", next=own_path(next))


@post("/login/code", opt={"public": True, "when_read_only": True}, status_code=200)
async def give_code(
    request: AnyRequest, conn: NamedDependency[AsyncConnection], data: URLEncodedBody[CodeForm]
) -> Response[str] | Redirect:
    step = held(request, "step")
    made = await login.with_code(
        conn,
        _secret(request),
        step,
        data.code[:40],
        sessions.network_of(address_of(request)),
        old_token=held(request, "session"),
        agent=request.headers.get("user-agent"),
    )
    if made is not None:
        return logged_in(request, made, data.next, await users.email_of(conn, made.actor.id))
    if not await login.waits_for_code(conn, step):
        over = Flash("bad", "That took too long or too many attempts. Please log in again.")
        return see_other(request, with_next("/login", data.next), over)
    problem = gettext(lang_of(request), "This code is wrong, has expired or has already been used.")
    return page(request, "login_code.html", status=401, problem=problem, next=own_path(data.next))


@post("/logout", opt={"when_read_only": True, "before_second_factor": True}, status_code=303)
async def log_out(request: AnyRequest, conn: NamedDependency[AsyncConnection]) -> Redirect:
    await sessions.end_session(conn, token=held(request, "session"))
    answer = see_other(request, "/login")
    answer.delete_cookie(cookie_name(request))
    return answer


@post("/language", opt={"public": True}, status_code=303)
async def set_language(
    request: AnyRequest, conn: NamedDependency[AsyncConnection], data: URLEncodedBody[LanguageForm]
) -> Redirect:
    answer = see_other(request, own_path(data.next))
    chosen: Lang | None = next((lang for lang in LANGS if lang == data.lang), None)
    if chosen is not None:
        answer.set_cookie(cookie(request, "lang", chosen))
        if request.user is not None:
            await users.set_lang(conn, request.user, chosen)
    return answer


@get("/password-forgotten", opt={"public": True})
async def forgotten_page(request: AnyRequest) -> Response[str]:
    return page(request, "password_forgotten.html", mail=is_set_up(request.app.state.settings), sent=False)


@post("/password-forgotten", opt={"public": True}, status_code=200)
async def ask_for_link(
    request: AnyRequest, conn: NamedDependency[AsyncConnection], data: URLEncodedBody[ForgottenForm]
) -> Response[str]:
    """Answers every address the same, in the same time: who has an account here is nobody's business."""
    state, email = request.app.state, data.email[:200]
    await links.count_reset(conn, email, sessions.network_of(address_of(request)))
    answer = page(request, "password_forgotten.html", mail=is_set_up(state.settings), sent=True)
    answer.background = BackgroundTask(links.send_reset, state.engine, state.settings, email)
    return answer


@get("/password/{token:str}", opt={"public": True}, response_headers=_NO_REFERRER)
async def ask_for_password(
    request: AnyRequest, conn: NamedDependency[AsyncConnection], token: FromPath[str]
) -> Response[str]:
    return _password_page(request, await links.whose(conn, token), token)


@post("/password/{token:str}", opt={"public": True}, status_code=303, response_headers=_NO_REFERRER)
async def set_password(
    request: AnyRequest,
    conn: NamedDependency[AsyncConnection],
    token: FromPath[str],
    data: URLEncodedBody[NewPasswordForm],
) -> Redirect:
    try:
        await links.set_password(conn, token, data.password[:201])
    except InvalidError as wrong:
        texts = error_texts(lang_of(request), wrong.errors)
        again = _password_page(request, await links.whose(conn, token), token, texts)
        again.headers.update(_NO_REFERRER)
        raise Instead(again) from wrong
    return see_other(request, "/login", Flash("good", "The password is set. Log in with it."))


def logged_in(request: AnyRequest, made: LoggedIn, after: str, email: str = "") -> Redirect:
    """To where somebody wanted to go, with their new session; ``email``: remember the browser as theirs."""
    answer = see_other(request, own_path(after))
    answer.set_cookie(cookie(request, "session", made.token))
    if email:
        answer.set_cookie(cookie(request, "device", login.known_device(_secret(request), email)))
    for name in ("step", "organisation"):
        if name in request.cookies or cookie_name(request, name) in request.cookies:
            answer.delete_cookie(cookie_name(request, name))
    return answer


def with_next(path: str, after: str) -> str:
    """The path, and where to go after that if it is anywhere."""
    way = own_path(after)
    return path if way == "/" else f"{path}?next={quote(way, safe='/')}"


def address_of(request: AnyRequest) -> str:
    """The address that somebody asks from, behind the proxies that are trusted."""
    return request.client.host if request.client else "?"


def whence_of(request: AnyRequest, email: str) -> str:
    """From where somebody types the password of this account: a browser that was logged in to it, or an address."""
    return login.whence_of(_secret(request), email, held(request, "device"), address_of(request))


def _secret(request: AnyRequest) -> str:
    secret: str = request.app.state.settings.secret_key or ""
    return secret


def _password_page(
    request: AnyRequest, email: str, token: str, errors: dict[str, str] | None = None
) -> Response[Any]:
    settings: Settings = request.app.state.settings
    return page(
        request,
        "set_password.html",
        status=422 if errors else 200,
        email=email,
        errors=errors or {},
        organisation=settings.oidc_name if settings.oidc_issuer else None,
        token=token,
    )


def show_login(request: AnyRequest, after: str = "", email: str = "", problem: str = "") -> Response[str]:
    """The log-in page; ``problem``: why it is shown again."""
    settings: Settings = request.app.state.settings
    return page(
        request,
        "login.html",
        status=401 if problem else 200,
        problem=problem,
        email=email,
        next=own_path(after),
        organisation=settings.oidc_name if settings.oidc_issuer else None,
    )


ROUTES = (
    login_page,
    log_in,
    code_page,
    give_code,
    log_out,
    set_language,
    forgotten_page,
    ask_for_link,
    ask_for_password,
    set_password,
)
