"""Who asks: the session cookie or the bearer token, resolved once a request."""

from typing import Any
from uuid import UUID

import msgspec
from litestar.connection import ASGIConnection, Request
from litestar.datastructures import State
from litestar.types import ASGIApp, Receive, Scope, Send

from asset_tracker.access import sessions
from asset_tracker.access.actors import Actor
from asset_tracker.access.sessions import Authenticated
from asset_tracker.edge.claims import Remembered
from asset_tracker.edge.layer import Layer
from asset_tracker.errors import ForbiddenError, SecondFactorNeededError, UnauthenticatedError
from asset_tracker.i18n import LANGS, Lang
from asset_tracker.settings import Settings

AnyRequest = Request[Actor | None, Authenticated | None, State]
LANG_COOKIE = "lang"
# In the state of a scope that no network brought: who asks from within this process (the command line).
INSIDE = "asked-inside"
# There as well: who a secret stood for before, on routes that prove it anew.
CLAIM = "claim"


class WhoAsks(Layer):
    """Puts the actor (or None) into ``scope["user"]``, and how they proved it into ``scope["auth"]``.

    Raises UnauthenticatedError and SecondFactorNeededError before a route that is not for them.
    """

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        inside = scope["state"].get(INSIDE)
        if isinstance(inside, Authenticated):
            _put(scope, inside)
        else:
            known = claimed(scope)
            if known is not None:
                scope["state"][CLAIM] = known
                _put(scope, known.claim.found)
            else:
                await identify(ASGIConnection(scope))
        require_login(scope)
        await next_app(scope, receive, send)


def claimed(scope: Scope) -> Remembered | None:
    """What the secret stood for before, where the route proves it anew by itself (``edge.at_once``)."""
    opt = scope["route_handler"].opt
    if not opt.get("at_once"):
        return None
    state = scope["litestar_app"].state
    # Whether a standby has caught up is asked first; then there is nothing to be won.
    if state.replica is not None and opt.get("replica"):
        return None
    is_token, secret = _secret(scope)
    found: Remembered | None = state.claims.get((is_token, sessions.digest(secret)))
    return found


async def identify(connection: ASGIConnection[Any, Any, Any, State]) -> None:
    """Look up whom the secret stands for, and remember it as a claim."""
    state = connection.app.state
    is_token, secret = _secret(connection.scope)
    ask = sessions.by_token if is_token else sessions.by_cookie
    claim = await ask(state.engine, secret) if secret or is_token else None
    found = _as_proven(claim.found, state.settings) if claim else None
    if (
        claim is not None
        and found is not None
        and found.proven
        and connection.scope["route_handler"].opt.get("at_once")
    ):
        state.claims.keep((is_token, claim.secret), msgspec.structs.replace(claim, found=found))
    elif secret:
        state.claims.drop((is_token, sessions.digest(secret)))
    _put(connection.scope, found)


def header(scope: Scope, name: bytes) -> str:
    """The first header of this name (in small letters), empty for none; the framework would read all of them."""
    return next((value.decode("latin-1") for known, value in scope["headers"] if known == name), "")


def _put(scope: Scope, found: Authenticated | None) -> None:
    scope["user"] = found.actor if found else None
    scope["auth"] = found


def _secret(scope: Scope) -> tuple[bool, str]:
    """Whether it is a token, and the secret; empty for a stranger."""
    scheme, _, bearer = header(scope, b"authorization").partition(" ")
    if scheme.lower() == "bearer":
        return True, bearer.strip()
    connection: ASGIConnection[Any, Any, Any, State] = ASGIConnection(scope)
    return False, connection.cookies.get(cookie_name(connection), "")


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


def require_login(scope: Scope) -> None:
    """A route is closed unless it says ``opt={"public": True}``.

    Not by a guard of the framework, which copies the route's handler for it at each request.
    """
    opt = scope["route_handler"].opt
    if opt.get("public"):
        return
    if scope.get("user") is None:
        raise UnauthenticatedError
    proof = scope.get("auth")
    if proof is not None and not proof.proven and not opt.get("before_second_factor"):
        raise SecondFactorNeededError


def require_session(request: AnyRequest) -> UUID:
    """The session of a person at a browser: what concerns the ways in is not done by a program's token.

    Raises ForbiddenError.
    """
    if request.auth is None or request.auth.session is None:
        raise ForbiddenError("Only a person who is logged in can do this, not a token.")
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
