"""One's own second factor: set up, recovery codes, removed."""

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import URLEncodedBody
from litestar.response import Redirect
from markupsafe import Markup
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker.access import second_factor
from asset_tracker.access.actors import Actor
from asset_tracker.documents.qr import draw_qr
from asset_tracker.edge.who import AnyRequest, lang_of, require_session
from asset_tracker.errors import InvalidError
from asset_tracker.i18n import gettext
from asset_tracker.web.chrome import Flash
from asset_tracker.web.pages import Instead, error_texts, page, see_other

_EARLY = {"before_second_factor": True}


class CodeForm(msgspec.Struct, frozen=True):
    """A code from the authenticator app."""

    code: str = ""


@get("/me/second-factor", opt=_EARLY)
async def my_factor(
    request: AnyRequest, conn: NamedDependency[AsyncConnection], actor: NamedDependency[Actor]
) -> Response[str]:
    return await _factor(request, conn, actor, {})


@post("/me/second-factor", opt=_EARLY, status_code=200)
async def set_up(
    request: AnyRequest,
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    data: URLEncodedBody[CodeForm],
) -> Response[str]:
    """Answered as a page: the recovery codes are shown this once."""
    this = require_session(request)
    secret: str = request.app.state.settings.secret_key or ""
    try:
        codes = await second_factor.confirm(conn, secret, actor, data.code[:40], keep=this)
    except InvalidError as wrong:
        texts = error_texts(lang_of(request), wrong.errors)
        return await _factor(request, conn, actor, texts)
    return _codes(request, codes)


@post("/me/second-factor/codes", status_code=200)
async def new_codes(
    request: AnyRequest,
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    data: URLEncodedBody[CodeForm],
) -> Response[str]:
    require_session(request)
    secret: str = request.app.state.settings.secret_key or ""
    if not await second_factor.check_code(conn, secret, actor.id, data.code[:40]):
        wrong = gettext(lang_of(request), "This code is wrong or has expired. Type the newest one.")
        return await _factor(request, conn, actor, {"code": wrong})
    return _codes(request, await second_factor.new_codes(conn, actor))


@post("/me/second-factor/remove", status_code=303)
async def remove(
    request: AnyRequest,
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    data: URLEncodedBody[CodeForm],
) -> Redirect:
    require_session(request)
    secret: str = request.app.state.settings.secret_key or ""
    try:
        await second_factor.remove_own(conn, secret, actor, data.code[:40])
    except InvalidError as wrong:
        texts = error_texts(lang_of(request), wrong.errors)
        raise Instead(await _factor(request, conn, actor, {"remove": texts["code"]})) from wrong
    return see_other(request, "/me", Flash("good", "The second factor was removed."))


async def _factor(
    request: AnyRequest, conn: AsyncConnection, actor: Actor, errors: dict[str, str]
) -> Response[str]:
    require_session(request)
    settings = request.app.state.settings
    state = await second_factor.state(conn, actor.id)
    offered = None
    if state.confirmed_at is None:
        name = gettext(lang_of(request), "Asset tracker")
        offered = await second_factor.offer(conn, settings.secret_key or "", actor, name)
    return page(
        request,
        "people/second_factor.html",
        status=422 if errors else 200,
        state=state,
        offered=offered,
        qr=Markup(draw_qr(offered.address)) if offered else None,  # noqa: S704 - an SVG of our own making
        needed=request.auth is not None and not request.auth.proven,
        errors=errors,
    )


def _codes(request: AnyRequest, codes: tuple[str, ...]) -> Response[str]:
    address = request.app.state.settings.base_url
    return page(request, "people/recovery_codes.html", codes=codes, address=address)


ROUTES = (my_factor, set_up, new_codes, remove)
