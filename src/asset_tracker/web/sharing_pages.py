"""What of reports goes out: by mail, by a link for an auditor; and how anybody checks them without us."""

from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote
from uuid import UUID

import anyio.to_thread
import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, URLEncodedBody
from litestar.response import Redirect
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker.access.actors import Actor
from asset_tracker.access.permissions import require
from asset_tracker.edge.transaction import transaction_as
from asset_tracker.edge.who import AnyRequest, lang_of, require_session
from asset_tracker.errors import InvalidError, NotFoundError
from asset_tracker.i18n import gettext
from asset_tracker.mail import outbox
from asset_tracker.mail.stopping import stopped
from asset_tracker.programmes.queries import list_parties
from asset_tracker.reports import sharing, subjects, subscriptions
from asset_tracker.reports.asking import parse_ask
from asset_tracker.reports.formats import FORMATS, file_name, format_named, formats, written
from asset_tracker.reports.sheet import sheet
from asset_tracker.reports.structs import Report
from asset_tracker.reports.subjects import PATHS, Subject
from asset_tracker.reports.subscriptions import NewSubscription
from asset_tracker.territory.queries import get_municipalities
from asset_tracker.web.chrome import Flash
from asset_tracker.web.formats import named
from asset_tracker.web.forms import read_number
from asset_tracker.web.pages import Instead, error_texts, page, see_other

# The address is a secret: it must not go along with anything that the page leads to, nor be found by search.
_SECRET = {"Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex", "Cache-Control": "private, no-store"}
_MAILED = ("pdf", "xlsx", "csv", "json")


class About(msgspec.Struct, frozen=True):
    """The report that a form is about, and what is asked of it."""

    subject: str = ""
    code: str = ""
    donor: str = ""
    as_of: str = ""
    every: str = "month"
    pdf: str = ""
    xlsx: str = ""
    csv: str = ""
    json: str = ""
    purpose: str = ""
    days: str = "30"

    def chosen(self) -> Subject:
        """Raises NotFoundError for what is no report."""
        try:
            return msgspec.convert(
                {"subject": self.subject, "code": self.code, "donor": self.donor or None}, Subject
            )
        except msgspec.ValidationError as error:
            raise NotFoundError from error


@get("/reports/shared")
async def list_shared(
    request: AnyRequest, conn: NamedDependency[AsyncConnection], actor: NamedDependency[Actor]
) -> Response[str]:
    """Everything of one's own that goes out."""
    require(actor, "report.read")
    return await _page(request, conn, actor)


@get("/reports/new-share")
async def share_form(
    request: AnyRequest, conn: NamedDependency[AsyncConnection], actor: NamedDependency[Actor]
) -> Response[str]:
    """The two forms for one report, which the page of the report leads to."""
    about = msgspec.convert(dict(request.query_params), About)
    await subjects.check(conn, actor, about.chosen())
    return _form(request, about, {})


@post("/reports/subscriptions", status_code=303)
async def subscribe(
    request: AnyRequest,
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    data: URLEncodedBody[About],
) -> Redirect:
    try:
        wanted = tuple(name for name in _MAILED if getattr(data, name))
        every: Any = "quarter" if data.every == "quarter" else "month"
        new = NewSubscription(about=data.chosen(), every=every, formats=wanted)
        await subscriptions.subscribe(conn, actor, request.app.state.settings, new)
    except InvalidError as wrong:
        raise Instead(_form(request, data, error_texts(lang_of(request), wrong.errors))) from wrong
    return see_other(request, "/reports/shared", Flash("good", "The report will be sent to you by mail."))


@post("/reports/subscriptions/{subscription_id:uuid}/end", status_code=303)
async def end_subscription(
    request: AnyRequest,
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    subscription_id: FromPath[UUID],
) -> Redirect:
    await subscriptions.end(conn, actor, subscription_id)
    return see_other(request, "/reports/shared", Flash("good", "It will not be sent any more."))


@post("/reports/links", status_code=200)
async def make_link(
    request: AnyRequest,
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    data: URLEncodedBody[About],
) -> Response[str]:
    """Answered as a page, not a redirect: the link is shown this once and stands in no cookie."""
    require_session(request)
    now = datetime.now(UTC)
    days = read_number(data.days) or 0
    try:
        day = parse_ask(as_of=data.as_of, now=now).as_of
        token = await sharing.make_link(
            conn, actor, data.chosen(), as_of=day, purpose=data.purpose, days=days, now=now
        )
    except InvalidError as wrong:
        raise Instead(_form(request, data, error_texts(lang_of(request), wrong.errors))) from wrong
    base = request.app.state.settings.base_url.rstrip("/")
    return await _page(request, conn, actor, link=f"{base}/shared/{token}")


@post("/reports/links/{link_id:uuid}/revoke", status_code=303)
async def revoke_link(
    request: AnyRequest,
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    link_id: FromPath[UUID],
) -> Redirect:
    await sharing.revoke(conn, actor, link_id)
    return see_other(request, "/reports/shared", Flash("good", "The link no longer opens anything."))


@get("/shared/{token:str}", opt={"public": True})
async def show_shared(
    request: AnyRequest, conn: NamedDependency[AsyncConnection], token: FromPath[str]
) -> Response[str]:
    """The report that a link opens, in short, with its files; for somebody without an account."""
    opened, report = await _opened(request, conn, token, "page")
    tree = await anyio.to_thread.run_sync(sheet, report)
    answer = page(
        request,
        "reports/shared.html",
        r=tree,
        opened=opened,
        token=token,
        files=[
            (name, gettext(lang_of(request), FORMATS[name].text))
            for name in formats(of_programme=opened.about.subject == "programme")
        ],
    )
    answer.headers.update(_SECRET)
    return answer


@get("/shared/{token:str}/{form:str}", opt={"public": True})
async def shared_file(
    request: AnyRequest,
    conn: NamedDependency[AsyncConnection],
    token: FromPath[str],
    form: FromPath[str],
) -> Response[bytes]:
    chosen = format_named(form)
    opened, report = await _opened(request, conn, token, form)
    format_named(form, of_programme=opened.about.subject == "programme")
    body = await written(form, report, request.app.state.storage)
    headers = {"Content-Disposition": f'attachment; filename="{file_name(report, form)}"', **_SECRET}
    return Response(body, media_type=chosen.media_type, headers=headers)


@get("/reports/stop/{token:str}", opt={"public": True}, response_headers=_SECRET)
async def ask_to_stop(request: AnyRequest, token: FromPath[str]) -> Response[str]:
    """Asks first: programs that look at letters open every link in them."""
    stopped(_key(request), subscriptions.STOPS, token)
    return page(request, "reports/stop.html", token=token, done=False)


@post("/reports/stop/{token:str}", opt={"public": True}, status_code=200, response_headers=_SECRET)
async def stop(
    request: AnyRequest, conn: NamedDependency[AsyncConnection], token: FromPath[str]
) -> Response[str]:
    await subscriptions.stop(conn, stopped(_key(request), subscriptions.STOPS, token))
    return page(request, "reports/stop.html", token=token, done=True)


@get("/reports/proof")
async def proof(
    request: AnyRequest, conn: NamedDependency[AsyncConnection], actor: NamedDependency[Actor]
) -> Response[str]:
    """What a donor takes along to check the history, and how, in plain words."""
    require(actor, "report.read")
    parties = [] if actor.has("donor") else await list_parties(conn, actor, "donor")
    donors = [(str(party.id), named(lang_of(request), party)) for party in parties]
    return page(request, "reports/proof.html", section="reports", donors=donors)


async def _opened(
    request: AnyRequest, conn: AsyncConnection, token: str, form: str
) -> tuple[sharing.Opened, Report]:
    opened = await sharing.open_link(conn, token, form=form, lang=lang_of(request))
    state, now = request.app.state, datetime.now(UTC)
    # As its maker sees it: the stranger who asks reaches nothing.
    async with transaction_as(state, opened.actor) as own:
        base = state.settings.base_url
        report = await subjects.report_on(own, opened.actor, opened.about, opened.ask, now=now, base_url=base)
    return opened, report


def _form(request: AnyRequest, about: About, errors: dict[str, str]) -> Response[str]:
    path = f"/reports/{PATHS.get(about.subject, '')}/{quote(about.code)}"
    return page(
        request,
        "reports/share.html",
        section="reports",
        status=422 if errors else 200,
        about=about,
        errors=errors,
        back=path,
        mailed=[(name, gettext(lang_of(request), FORMATS[name].text)) for name in _MAILED],
        may_mail=outbox.is_set_up(request.app.state.settings),
    )


async def _page(request: AnyRequest, conn: AsyncConnection, actor: Actor, *, link: str = "") -> Response[str]:
    links, mailed = await sharing.list_links(conn, actor), await subscriptions.list_own(conn, actor)
    abouts = {*(each.about for each in links), *(each.about for each in mailed)}
    codes = sorted(about.code for about in abouts if about.subject == "municipality")
    return page(
        request,
        "reports/shares.html",
        section="reports",
        link=link,
        made_links=links,
        subscriptions=mailed,
        paths=PATHS,
        places=await get_municipalities(conn, codes) if codes else {},
    )


def _key(request: AnyRequest) -> str:
    return request.app.state.settings.secret_key or ""


ROUTES = (
    list_shared,
    share_form,
    subscribe,
    end_subscription,
    make_link,
    revoke_link,
    show_shared,
    shared_file,
    ask_to_stop,
    stop,
    proof,
)
