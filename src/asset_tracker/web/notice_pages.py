"""What one wants to hear about; and the link in each letter that ends all of them."""

from uuid import UUID

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker.access.actors import Actor
from asset_tracker.edge.who import AnyRequest, lang_of
from asset_tracker.errors import FieldError, InvalidError
from asset_tracker.i18n import gettext
from asset_tracker.mail.outbox import is_set_up
from asset_tracker.mail.stopping import stopped
from asset_tracker.notices import choices
from asset_tracker.notices.choices import Choice
from asset_tracker.notices.kinds import NOTICES, NoticeKind, Pace
from asset_tracker.programmes.queries import list_programmes
from asset_tracker.web.chrome import Flash
from asset_tracker.web.forms import read_id
from asset_tracker.web.pages import Instead, error_texts, page, see_other

PACES: dict[str, str] = {"": "Never", "daily": "Each morning", "at_once": "At once"}
# The address is a key: it must not go along with anything that the page leads to, nor be found by search.
_SECRET = {"Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex"}


@get("/me/notices")
async def my_notices(
    request: AnyRequest, conn: NamedDependency[AsyncConnection], actor: NamedDependency[Actor]
) -> Response[str]:
    kept = await choices.list_choices(conn, actor)
    return await _page(request, conn, actor, kept)


@post("/me/notices", status_code=303)
async def choose(
    request: AnyRequest, conn: NamedDependency[AsyncConnection], actor: NamedDependency[Actor]
) -> Redirect:
    sent = {name: str(value) for name, value in (await request.form()).items()}
    asked: tuple[Choice, ...] = ()
    try:
        asked = tuple(_read(kind, sent) for kind in choices.offered(actor) if sent.get(f"{kind}_pace"))
        await choices.choose(conn, actor, asked)
    except InvalidError as wrong:
        texts = error_texts(lang_of(request), wrong.errors)
        raise Instead(await _page(request, conn, actor, asked, texts)) from wrong
    return see_other(request, "/me/notices", Flash("good", "Your choice was saved."))


@get("/notices/stop/{token:str}", opt={"public": True}, response_headers=_SECRET)
async def ask_to_stop(request: AnyRequest, token: FromPath[str]) -> Response[str]:
    stopped(_key(request), "notices", token)
    return _stop_page(request, token, done=False)


@post("/notices/stop/{token:str}", opt={"public": True}, status_code=200, response_headers=_SECRET)
async def stop(
    request: AnyRequest, conn: NamedDependency[AsyncConnection], token: FromPath[str]
) -> Response[str]:
    await choices.stop(conn, stopped(_key(request), "notices", token))
    return _stop_page(request, token, done=True)


def _read(kind: NoticeKind, sent: dict[str, str]) -> Choice:
    paces: dict[str, Pace] = {"daily": "daily", "at_once": "at_once"}
    pace = paces.get(sent[f"{kind}_pace"])
    if pace is None:
        raise InvalidError(errors=(FieldError(kind, "Choose one of the answers."),))
    programme: UUID | None = read_id(sent.get(f"{kind}_programme", ""), kind)
    return Choice(kind=kind, pace=pace, programme=programme)


def _stop_page(request: AnyRequest, token: str, *, done: bool) -> Response[str]:
    return page(request, "notices/stop.html", token=token, done=done)


def _key(request: AnyRequest) -> str:
    return request.app.state.settings.secret_key or ""


async def _page(
    request: AnyRequest,
    conn: AsyncConnection,
    actor: Actor,
    kept: tuple[Choice, ...],
    errors: dict[str, str] | None = None,
) -> Response[str]:
    lang = lang_of(request)
    by_kind = {choice.kind: choice for choice in kept}
    rows = [
        {
            "kind": kind,
            "title": gettext(lang, NOTICES[kind].title),
            "paces": [(pace, gettext(lang, PACES[pace])) for pace in ("", *NOTICES[kind].paces)],
            "choice": by_kind.get(kind),
            "by_programme": kind not in ("dispute", "quarantine"),
        }
        for kind in choices.offered(actor)
    ]
    return page(
        request,
        "notices/mine.html",
        status=422 if errors else 200,
        rows=rows,
        programmes=[(str(p.id), p.code) for p in await list_programmes(conn, actor)],
        mail=is_set_up(request.app.state.settings),
        errors=errors or {},
    )


ROUTES = (my_notices, choose, ask_to_stop, stop)
