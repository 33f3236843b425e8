"""The centre's own link: made and ended at the desk; opened by people without an account."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

import anyio.to_thread
import msgspec
from litestar import Response, get, post
from litestar.datastructures import Cookie
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, URLEncodedBody
from litestar.response import Redirect
from markupsafe import Markup
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker import kyiv
from asset_tracker.access.actors import Actor
from asset_tracker.access.permissions import require
from asset_tracker.documents.qr import qr_svg
from asset_tracker.edge.who import AnyRequest, lang_of
from asset_tracker.errors import FieldError, InvalidError, RefusedError, ThrottledError
from asset_tracker.field import centre, centre_counts, centre_paper
from asset_tracker.field.centre import CONDITIONS, LinkMade
from asset_tracker.field.centre_counts import Counted, NewCount
from asset_tracker.i18n import Lang, gettext
from asset_tracker.ledger.serving import LONGEST
from asset_tracker.mail import outbox
from asset_tracker.mail.letters import Item, Letter, check_address
from asset_tracker.territory.queries import get_municipality, get_service_point
from asset_tracker.web import field_files, formats, forms
from asset_tracker.web.chrome import Flash
from asset_tracker.web.forms import read_number
from asset_tracker.web.pages import Instead, error_texts, flash_of, page, see_other
from asset_tracker.web.words import word

COOKIE = "centre"
_COUNT_LABELS = {
    "thing": "With what?",
    "since": "Counted from which day?",
    "until": "Up to which day?",
    "trips": "Outreach trips",
    "consultations": "Video consultations held",
}
# The address is a secret: it must not go along with anything that the page leads to, nor be found by search.
_SECRET = {"Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex"}


class LinkForm(msgspec.Struct, frozen=True):
    """How long the link works, and perhaps whom it is sent to."""

    days: str = "14"
    email: str = ""


class TokenForm(msgspec.Struct, frozen=True):
    """The link that is to be printed."""

    token: str = ""


class ConfirmForm(msgspec.Struct, frozen=True):
    """A label, as scanned or typed, and what state the thing is in."""

    tag: str = ""
    condition: str = ""
    note: str = ""


class CountForm(msgspec.Struct, frozen=True):
    """How often residents were served with a thing, from day to day."""

    thing: str = ""
    since: str = ""
    until: str = ""
    trips: str = ""
    consultations: str = ""


@post("/points/{point_id:uuid}/links", status_code=200)
async def make_link(
    request: AnyRequest,
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    point_id: FromPath[UUID],
    data: URLEncodedBody[LinkForm],
) -> Response[str]:
    """Answered as a page, not a redirect: the link is shown this once and stands in no cookie."""
    require(actor, "verification.manage")
    try:
        days = _days(data.days)
        email = check_address(data.email) if data.email.strip() else None
        made = await centre.make_link(conn, actor, point_id, lasts=timedelta(days=days))
    except (InvalidError, RefusedError) as wrong:
        raise Instead(_back(request, point_id, flash_of(wrong))) from wrong
    sent = await _send(request, conn, made, point_id, email) if email else False
    address = _address(request, made.token)
    return page(
        request,
        "points/link.html",
        section="municipalities",
        point=await get_service_point(conn, point_id),
        link=made,
        address=address,
        qr=Markup(qr_svg(address)),  # noqa: S704 - our own drawing of our own address
        sent_to=email if sent else "",
    )


@post("/centre-links/{link_id:uuid}/revoke", status_code=303)
async def revoke_link(
    request: AnyRequest,
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    link_id: FromPath[UUID],
) -> Redirect:
    point = await centre.revoke_link(conn, actor, link_id)
    return _back(request, point, Flash("good", "The link was ended. What was confirmed stays."))


@post("/centre-links/paper", status_code=200)
async def print_link(
    request: AnyRequest,
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    data: URLEncodedBody[TokenForm],
) -> Response[bytes]:
    require(actor, "verification.manage")
    opened = await centre.open_link(conn, data.token)
    pdf = await anyio.to_thread.run_sync(centre_paper.write, opened, _address(request, data.token))
    headers = {"Content-Disposition": 'inline; filename="centre-link.pdf"'}
    return Response(pdf, media_type="application/pdf", headers=headers)


@get("/centre/{token:str}", opt={"public": True}, response_headers=_SECRET)
async def open_link(
    request: AnyRequest,
    conn: NamedDependency[AsyncConnection],
    token: FromPath[str],
    tag: FromQuery[str] = "",
) -> Response[str]:
    answer = await _shown(request, conn, token, ConfirmForm(tag=tag[:100]))
    answer.set_cookie(_cookie(request, token))
    return answer


@post("/centre/{token:str}", opt={"public": True}, status_code=200, response_headers=_SECRET)
async def confirm(
    request: AnyRequest,
    conn: NamedDependency[AsyncConnection],
    token: FromPath[str],
    data: URLEncodedBody[ConfirmForm],
) -> Response[str] | Redirect:
    lang = lang_of(request)
    try:
        told = await centre.confirm(conn, token, data.tag.strip(), data.condition, data.note.strip() or None)
    except InvalidError as wrong:
        texts = error_texts(lang, wrong.errors)
        raise Instead(await _shown(request, conn, token, data, texts)) from wrong
    except ThrottledError as many:
        texts = {"tag": gettext(lang, "Too many tags that are not among these. Wait a quarter of an hour.")}
        again = await _shown(request, conn, token, data, texts, status=429)
        again.headers["Retry-After"] = str(many.retry_after)
        raise Instead(again) from many
    if told.outcome == "unknown":
        # Answered, not raised: the miss is counted.
        text = gettext(lang, "This is not the tag of anything we ask about. Look at the label again.")
        return await _shown(request, conn, token, data, {"tag": text})
    thing = formats.named(lang, told)
    said = (
        "Thank you: %(thing)s is confirmed."
        if told.outcome == "confirmed"
        else "%(thing)s was confirmed before."
    )
    return see_other(request, f"/centre/{token}", Flash("good", said, {"thing": thing}))


@post("/centre/{token:str}/counts", opt={"public": True}, status_code=303, response_headers=_SECRET)
async def count(
    request: AnyRequest,
    conn: NamedDependency[AsyncConnection],
    token: FromPath[str],
    data: URLEncodedBody[CountForm],
) -> Redirect:
    try:
        await centre_counts.count(conn, token, forms.read(NewCount, msgspec.structs.asdict(data)))
    except InvalidError as wrong:
        texts = error_texts(lang_of(request), wrong.errors, labels=_count_labels(lang_of(request)))
        again = await _shown(request, conn, token, count=data, count_errors=texts)
        raise Instead(again) from wrong
    return see_other(request, f"/centre/{token}", Flash("good", "Thank you: it is counted."))


def link_of(request: AnyRequest, tag: str) -> str | None:
    """Where a label leads somebody who came by a centre's link; None for other strangers."""
    token = request.cookies.get(COOKIE, "")
    if not 10 <= len(token) <= 100 or not token.replace("-", "").replace("_", "").isalnum():
        return None
    return f"/centre/{token}?tag={''.join(c for c in tag[:40] if c.isascii() and c.isalnum())}"


def _days(text: str) -> int:
    days = read_number(text)
    if days is None or days > centre.LONGEST.days:
        wrong = FieldError(
            "days", "A number of days from 1 to %(n)s is expected.", {"n": centre.LONGEST.days}
        )
        raise InvalidError(errors=(wrong,))
    return days


def _address(request: AnyRequest, token: str) -> str:
    return f"{request.app.state.settings.base_url.rstrip('/')}/centre/{token}"


def _back(request: AnyRequest, point: UUID, message: Flash) -> Redirect:
    return see_other(request, f"/points/{point}#links", message)


def _cookie(request: AnyRequest, token: str) -> Cookie:
    # With it the phone's own camera does: a label that it opens leads back to this page.
    return Cookie(
        key=COOKIE,
        value=token,
        max_age=24 * 3600,
        path="/",
        httponly=True,
        samesite="lax",
        secure=request.app.state.settings.base_url.startswith("https:"),
    )


async def _send(
    request: AnyRequest, conn: AsyncConnection, made: LinkMade, point_id: UUID, email: str
) -> bool:
    point = await get_service_point(conn, point_id)
    place = await get_municipality(conn, point.municipality_code)
    lang: Lang = "uk"  # whom it is for works in a Ukrainian centre
    day = formats.day(lang, made.expires_at)
    letter = Letter(
        kind="centre_link",
        to=email,
        lang=lang,
        subject=gettext(lang, "Please confirm that the equipment is still there"),
        paragraphs=(
            f"{point.name(lang)}, {place.title(lang)}",
            gettext(
                lang,
                "Open the link on a phone, go from thing to thing and scan the label of each, or type its tag. You need no account.",
            ),
            gettext(lang, "The link works until %(day)s. Do not pass it on outside the centre.", day=day),
        ),
        button=Item(gettext(lang, "Confirm what is there"), f"/centre/{made.token}"),
    )
    settings = request.app.state.settings
    return await outbox.enqueue(conn, settings, letter, expires_at=made.expires_at) is not None


async def _shown(
    request: AnyRequest,
    conn: AsyncConnection,
    token: str,
    values: ConfirmForm | None = None,
    errors: dict[str, str] | None = None,
    *,
    count: CountForm | None = None,
    count_errors: dict[str, str] | None = None,
    status: int = 422,
) -> Response[str]:
    lang = lang_of(request)
    opened = await centre.open_link(conn, token)
    counted = await centre_counts.list_counted(conn, token)
    conditions: list[tuple[str, Any]] = [
        (key, gettext(lang, word("condition", key).text)) for key in CONDITIONS
    ]
    return page(
        request,
        "centre.html",
        status=status if errors or count_errors else 200,
        opened=opened,
        token=token,
        values=values or ConfirmForm(),
        errors=errors or {},
        conditions=conditions,
        scanner=_scanner(),
        confirmed=sum(each.confirmed_at is not None for each in opened.asked),
        counted=counted,
        things=[(str(each.id), _thing(lang, each)) for each in counted],
        count=count or _uncounted(counted),
        count_errors=count_errors or {},
        count_labels=_count_labels(lang),
    )


def _thing(lang: Lang, each: Counted) -> str:
    name = " ".join(part for part in (formats.named(lang, each), each.made) if part)
    if each.until is None:
        return name
    return gettext(lang, "%(thing)s (counted up to %(day)s)", thing=name, day=formats.day(lang, each.until))


def _uncounted(counted: Sequence[Counted]) -> CountForm:
    """The days since the last that was counted, where that is not asked of several things."""
    (only, *others) = counted or (None,)
    if only is None or others:
        return CountForm()
    today = kyiv.today()
    # What is longer ago than a year is counted no more.
    since = max(only.until + timedelta(days=1), today - LONGEST + timedelta(days=1)) if only.until else None
    told = since.isoformat() if since and since <= today else ""
    return CountForm(thing=str(only.id), since=told, until=today.isoformat())


def _count_labels(lang: Lang) -> dict[str, str]:
    return {name: gettext(lang, label) for name, label in _COUNT_LABELS.items()}


def _scanner() -> dict[str, str]:
    """The field app's camera, for those whose browser can run it."""
    setup = field_files.setup()
    told = msgspec.json.encode({"version": setup["version"], "files": setup["files"]}).decode()
    return {"setup": told, "script": field_files.address("centre.js")}


ROUTES = (make_link, revoke_link, print_link, open_link, confirm, count)
