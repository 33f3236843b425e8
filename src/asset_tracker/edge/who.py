"""Who asks: the session cookie or the bearer token, resolved once a request."""

from typing import Any
from uuid import UUID

import msgspec
from litestar.connection import ASGIConnection, Request
from litestar.datastructures import State
from litestar.handlers import BaseRouteHandler
from litestar.middleware import ASGIMiddleware
from litestar.types import ASGIApp, Receive, Scope, Send

from asset_tracker.access import sessions
from asset_tracker.access.actors import Actor
from asset_tracker.access.sessions import Authenticated
from asset_tracker.errors import ForbiddenError, SecondFactorNeededError, UnauthenticatedError
from asset_tracker.i18n import LANGS, Lang
from asset_tracker.settings import Settings

AnyRequest = Request[Actor | None, Authenticated | None, State]
LANG_COOKIE = "lang"
# In the state of a scope that no network brought: who asks from within this process (the command line).
INSIDE = "asked-inside"


class WhoAsks(ASGIMiddleware):
    """Puts the actor (or None) into ``scope["user"]``, and how they proved it into ``scope["auth"]``."""

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        connection: ASGIConnection[Any, Any, Any, State] = ASGIConnection(scope)
        inside = scope["state"].get(INSIDE)
        if isinstance(inside, Authenticated):
            found: Authenticated | None = inside
        else:
            found = _as_proven(await _authenticate(connection), connection.app.state.settings)
        scope["user"] = found.actor if found else None
        scope["auth"] = found
        await next_app(scope, receive, send)


async def _authenticate(connection: ASGIConnection[Any, Any, Any, State]) -> Authenticated | None:
    scheme, _, bearer = connection.headers.get("authorization", "").partition(" ")
    cookie = connection.cookies.get(cookie_name(connection), "")
    if scheme.lower() == "bearer":
        return await sessions.by_token(connection.app.state.engine, bearer.strip())
    if cookie:
        return await sessions.by_cookie(connection.app.state.engine, cookie)
    return None


def _as_proven(found: Authenticated | None, settings: Settings) -> Authenticated | None:
    """Whose role asks for a second factor and has none may do nothing yet, on public routes too."""
    if found is None or found.proven:
        return found
    if not any(grant.role in settings.second_factor_roles for grant in found.actor.grants):
        return msgspec.structs.replace(found, proven=True)
    return msgspec.structs.replace(found, actor=msgspec.structs.replace(found.actor, grants=()))


def cookie_name(connection: ASGIConnection[Any, Any, Any, State], name: str = "session") -> str:
    """``__Host-`` binds a cookie to this host over TLS; plain HTTP (a laptop) cannot set such a one."""
    return f"__Host-{name}" if is_secure(connection) else name


def is_secure(connection: ASGIConnection[Any, Any, Any, State]) -> bool:
    """Whether people reach us over TLS, so that cookies are sent over nothing else."""
    secure: bool = connection.app.state.settings.base_url.startswith("https:")
    return secure


async def require_login(connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
    """Guard of the whole application: a route is closed unless it says ``opt={"public": True}``.

    Asynchronous, or each request would go through a thread and back.
    """
    if handler.opt.get("public"):
        return
    if connection.scope.get("user") is None:
        raise UnauthenticatedError
    proof = connection.scope.get("auth")
    if proof is not None and not proof.proven and not handler.opt.get("before_second_factor"):
        raise SecondFactorNeededError


def require_session(request: AnyRequest) -> UUID:
    """The session of a person at a browser: what concerns the ways in is not done by a program's token.

    Raises ForbiddenError.
    """
    if request.auth is None or request.auth.session is None:
        raise ForbiddenError("This is done by a person who is logged in, not by a token.")
    return request.auth.session


async def provide_actor(request: AnyRequest) -> Actor:
    """Who is logged in. Raises UnauthenticatedError when nobody is (on public routes)."""
    if request.user is None:
        raise UnauthenticatedError
    return request.user


def lang_of(request: AnyRequest) -> Lang:
    """The language to answer in: the switch on the page, else the user's own, else the browser's, else the setting."""
    chosen = request.cookies.get(cookie_name(request, LANG_COOKIE))
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
