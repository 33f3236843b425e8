"""The calendar of deliveries and maintenance: month by month, and as a feed that a link opens."""

from calendar import Calendar
from datetime import UTC, date, datetime, timedelta
from typing import Any

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker import kyiv
from asset_tracker.access.actors import Actor
from asset_tracker.consignments import calendar
from asset_tracker.consignments.calendar import CalendarItem
from asset_tracker.documents import ics
from asset_tracker.edge.who import AnyRequest, lang_of, require_session
from asset_tracker.i18n import Lang, gettext
from asset_tracker.web import formats
from asset_tracker.web.chrome import Flash
from asset_tracker.web.pages import page, see_other

# The address is a key: it must not go along with anything that is opened from it, nor be kept by a proxy.
_SECRET = {
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex",
    "Cache-Control": "private, max-age=600",
}
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
_KINDS = {"delivery": "Delivery", "maintenance": "Maintenance", "order": "Work order"}
_FIRST, _LAST = 2000, 2100


@get("/calendar")
async def show(
    request: AnyRequest,
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    month: FromQuery[str] = "",
) -> Response[str]:
    return await _page(request, conn, actor, _month(month))


@post("/calendar/link", status_code=200)
async def make_link(
    request: AnyRequest, conn: NamedDependency[AsyncConnection], actor: NamedDependency[Actor]
) -> Response[str]:
    require_session(request)
    token = await calendar.make_link(conn, actor)
    return await _page(request, conn, actor, _month(""), token)


@post("/calendar/link/end", status_code=303)
async def end_link(
    request: AnyRequest, conn: NamedDependency[AsyncConnection], actor: NamedDependency[Actor]
) -> Redirect:
    await calendar.end_link(conn, actor)
    return see_other(request, "/calendar", Flash("good", "The link to the calendar no longer works."))


@get("/calendar/feed/{token:str}", opt={"public": True}, response_headers=_SECRET)
async def feed(
    request: AnyRequest, conn: NamedDependency[AsyncConnection], token: FromPath[str]
) -> Response[bytes]:
    """For calendar programs: ``/calendar/feed/TOKEN.ics``."""
    actor, items = await calendar.of_link(conn, token.removesuffix(".ics"))
    base = request.app.state.settings.base_url
    entries = [_entry(item, actor.lang, base) for item in items]
    name = gettext(actor.lang, "Deliveries and maintenance")
    data = ics.calendar(entries, name=name, made_at=datetime.now(UTC))
    return Response(data, headers={"Content-Type": ics.MEDIA_TYPE})


def _entry(item: CalendarItem, lang: Lang, base: str) -> ics.Entry:
    return ics.Entry(
        uid=f"{item.kind}-{item.thing}-{item.title[:40]}@asset-tracker",
        day=item.day,
        title=f"{_kind(item, lang)}: {_title(item, lang)}",
        place=formats.municipality(lang, item.municipality_uk, item.municipality_en),
        url=f"{base}{item.href}",
    )


def _kind(item: CalendarItem, lang: Lang) -> str:
    return gettext(lang, _KINDS[item.kind])


def _title(item: CalendarItem, lang: Lang) -> str:
    if item.kind == "delivery":
        return item.title
    return f"{item.title} – {item.name_en if lang == 'en' else item.name_uk}"


def _month(text: str) -> date:
    try:
        found = date.fromisoformat(f"{text}-01")
    except ValueError:
        found = kyiv.today().replace(day=1)
    return found if _FIRST <= found.year <= _LAST else kyiv.today().replace(day=1)


async def _page(
    request: AnyRequest, conn: AsyncConnection, actor: Actor, first: date, token: str = ""
) -> Response[str]:
    lang = lang_of(request)
    days = [*Calendar().itermonthdates(first.year, first.month)]
    items = await calendar.entries(conn, actor, days[0], days[-1])
    by_day: dict[date, list[dict[str, Any]]] = {}
    for item in items:
        shown = {"item": item, "kind": _kind(item, lang), "title": _title(item, lang)}
        by_day.setdefault(item.day, []).append(shown)
    base = request.app.state.settings.base_url
    return page(
        request,
        "calendar.html",
        section="calendar",
        title=f"{gettext(lang, MONTHS[first.month - 1])} {first.year}",
        weekdays=[gettext(lang, each) for each in WEEKDAYS],
        days=[(day, day.month == first.month, by_day.get(day, [])) for day in days],
        today=kyiv.today(),
        before=f"{first - timedelta(days=1):%Y-%m}",
        after=f"{first + timedelta(days=31):%Y-%m}",
        link=f"{base}/calendar/feed/{token}.ics" if token else "",
        has_link=await calendar.has_link(conn, actor),
    )


ROUTES = (show, make_link, end_link, feed)
