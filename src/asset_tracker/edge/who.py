"""Who asks: the session cookie or the bearer token, resolved once a request."""

from typing import Any

from litestar.connection import ASGIConnection, Request
from litestar.datastructures import State
from litestar.handlers import BaseRouteHandler
from litestar.middleware import ASGIMiddleware
from litestar.types import ASGIApp, Receive, Scope, Send

from asset_tracker.access import sessions
from asset_tracker.access.actors import Actor
from asset_tracker.access.sessions import Authenticated
from asset_tracker.errors import UnauthenticatedError
from asset_tracker.i18n import LANGS, Lang

AnyRequest = Request[Actor | None, Authenticated | None, State]
LANG_COOKIE = "lang"


class WhoAsks(ASGIMiddleware):
    """Puts the actor (or None) into ``scope["user"]``, and how they proved it into ``scope["auth"]``."""

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        connection: ASGIConnection[Any, Any, Any, State] = ASGIConnection(scope)
        found = await _authenticate(connection)
        scope["user"] = found.actor if found else None
        scope["auth"] = found
        await next_app(scope, receive, send)


async def _authenticate(connection: ASGIConnection[Any, Any, Any, State]) -> Authenticated | None:
    scheme, _, bearer = connection.headers.get("authorization", "").partition(" ")
    cookie = connection.cookies.get(cookie_name(connection), "")
    if scheme.lower() == "bearer":
        async with connection.app.state.engine.begin() as conn:
            return await sessions.by_token(conn, bearer.strip())
    if cookie:
        async with connection.app.state.engine.begin() as conn:
            return await sessions.by_cookie(conn, cookie)
    return None


def cookie_name(connection: ASGIConnection[Any, Any, Any, State]) -> str:
    """``__Host-`` binds the cookie to this host over TLS; plain HTTP (a laptop) cannot set such a one."""
    return "__Host-session" if connection.app.state.settings.base_url.startswith("https:") else "session"


def require_login(connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
    """Guard of the whole application: a route is closed unless it says ``opt={"public": True}``."""
    if not handler.opt.get("public") and connection.scope.get("user") is None:
        raise UnauthenticatedError


async def provide_actor(request: AnyRequest) -> Actor:
    """Who is logged in. Raises UnauthenticatedError when nobody is (on public routes)."""
    if request.user is None:
        raise UnauthenticatedError
    return request.user


def lang_of(request: AnyRequest) -> Lang:
    """The language to answer in: the switch on the page, else the user's own, else the browser's, else the setting."""
    chosen = request.cookies.get(LANG_COOKIE)
    if chosen in LANGS:
        return "uk" if chosen == "uk" else "en"
    user: Actor | None = request.scope.get("user")
    if user is not None:
        return user.lang
    default: Lang = request.app.state.settings.lang
    accepted = request.headers.get("accept-language", "").lower()
    if "uk" in accepted or not accepted:
        return default
    return "en" if accepted.startswith("en") else default


async def provide_lang(request: AnyRequest) -> Lang:
    """``lang_of`` as a dependency."""
    return lang_of(request)
