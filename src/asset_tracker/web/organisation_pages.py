"""Logging in at one's organisation, and coming back from there."""

from typing import Any
from uuid import UUID

import msgspec
import structlog
from litestar import Response, get
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect

from asset_tracker.access import identities, links, sessions, steps
from asset_tracker.access.oidc import Answer, Begun, Provider, UntrustedError
from asset_tracker.access.sessions import LoggedIn
from asset_tracker.db.engine import transaction
from asset_tracker.edge.who import AnyRequest, cookie_name, lang_of
from asset_tracker.errors import NotFoundError
from asset_tracker.i18n import gettext
from asset_tracker.settings import Settings
from asset_tracker.web.cookies import cookie, held
from asset_tracker.web.pages import own_path
from asset_tracker.web.session_pages import logged_in, show_login

_STEP = "organisation"
log = structlog.get_logger(__name__)


class _OnItsWay(msgspec.Struct, frozen=True):
    """What is kept while somebody is away: what the answer must fit, where they wanted to go, whose invitation."""

    begun: Begun
    next: str = "/"
    link: UUID | None = None


@get("/login/organisation", opt={"public": True})
async def go_there(
    request: AnyRequest,
    next: FromQuery[str] = "",  # noqa: A002 - the address says so
) -> Response[Any]:
    return await _send(request, own_path(next), None)


@get("/password/{token:str}/organisation", opt={"public": True})
async def go_there_invited(request: AnyRequest, token: FromPath[str]) -> Response[Any]:
    async with transaction(request.app.state.engine) as conn:
        link = await links.id_of(conn, token)
    return await _send(request, "/", link)


@get("/login/organisation/back", opt={"public": True})
async def come_back(request: AnyRequest) -> Response[Any]:
    """No transaction is open while the provider is asked. The step is used up whatever comes of it."""
    engine = request.app.state.engine
    async with transaction(engine) as conn:
        step = await steps.take(conn, _STEP, held(request, "organisation"))
    if step is None:
        return _refused(request, "no log-in on its way", _STALE)
    way = msgspec.convert(step.body, _OnItsWay)
    try:
        person = await _provider(request).finish(way.begun, _answer(request))
    except UntrustedError as refused:
        return _refused(request, str(refused), _FAILED)
    async with transaction(engine) as conn:
        user = await identities.user_of(conn, _settings(request), person, way.link)
        made = await _log_in(request, conn, user) if user else None
    if made is None:
        return _refused(request, "no account", _NOBODY)
    return logged_in(request, made, way.next)


def _answer(request: AnyRequest) -> Answer:
    """What stands in the address. ``state`` cannot be a parameter of a handler: the framework has one."""
    given = {name: request.query_params.get(name, "") for name in ("code", "state", "iss", "error")}
    return Answer(**given)


async def _send(request: AnyRequest, after: str, link: UUID | None) -> Response[Any]:
    try:
        address, begun = await _provider(request).begin()
    except UntrustedError as refused:
        return _refused(request, str(refused), _AWAY)
    way = msgspec.to_builtins(_OnItsWay(begun, after, link))
    async with transaction(request.app.state.engine) as conn:
        token = await steps.begin(conn, _STEP, **way)
    answer = Redirect(address, status_code=303)
    answer.set_cookie(cookie(request, "organisation", token))
    return answer


async def _log_in(request: AnyRequest, conn: Any, user: UUID) -> LoggedIn:
    await sessions.end_session(conn, token=held(request, "session"))
    return await sessions.begin_session(conn, user, request.headers.get("user-agent"), via="organisation")


def _refused(request: AnyRequest, why: str, told: str) -> Response[Any]:
    log.warning("a log-in of an organisation was refused", why=why)
    answer = show_login(request, problem=gettext(lang_of(request), told))
    answer.delete_cookie(cookie_name(request, "organisation"))
    return answer


def _provider(request: AnyRequest) -> Provider:
    """The provider of the settings, made at its first use. Raises NotFoundError without one."""
    if _settings(request).oidc_issuer is None:
        raise NotFoundError
    if "organisation" not in request.app.state:
        request.app.state.organisation = Provider(_settings(request))
    provider: Provider = request.app.state.organisation
    return provider


def _settings(request: AnyRequest) -> Settings:
    settings: Settings = request.app.state.settings
    return settings


_STALE = "That log-in was started too long ago, or in another browser. Please start again."
_FAILED = "Your organisation’s log-in did not work. Please try again, or ask an administrator."
_AWAY = "Your organisation’s log-in cannot be reached just now."
_NOBODY = "You have no account here, or it was closed. Ask an administrator for an invitation."

ROUTES = (go_there, go_there_invited, come_back)
