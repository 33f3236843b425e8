"""Quarantine: what phones sent and could not be recorded."""

import re
from typing import Annotated, Any, Final

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, QueryParameter, URLEncodedBody
from litestar.response import Redirect
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker.access.actors import Actor
from asset_tracker.assets import quarantine
from asset_tracker.assets.quarantine import Mended, Quarantined
from asset_tracker.edge.who import AnyRequest, lang_of
from asset_tracker.errors import InvalidError, RefusedError
from asset_tracker.i18n import Lang, gettext
from asset_tracker.web import formats
from asset_tracker.web.chrome import Flash
from asset_tracker.web.pages import Instead, page, see_other
from asset_tracker.web.words import word

_SHOWN: Final = 50
_NOT_ALLOWED = "Your role does not allow this."
_MISSING = re.compile(r"Object missing required field `([^`]+)`")
_UNKNOWN = re.compile(r"Object contains unknown field `([^`]+)`")
_UNREADABLE = re.compile(r" - at `\$\.?([^`]*)`$")


class AsideForm(msgspec.Struct, frozen=True):
    """Why something is not recorded."""

    reason: str = ""


class MendForm(msgspec.Struct, frozen=True):
    """What is put right, as typed."""

    asset: str = ""
    occurred_at: str = ""


@get("/quarantine")
async def list_quarantined(
    request: AnyRequest,
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    after: FromQuery[Annotated[int, QueryParameter(ge=0, le=2**62)]] = 0,
) -> Response[str]:
    return await _page(request, conn, actor, after=after)


@post("/quarantine/{quarantined:int}/record", status_code=303)
async def record_after_all(
    request: AnyRequest,
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    quarantined: FromPath[int],
    data: URLEncodedBody[MendForm],
) -> Redirect:
    try:
        await quarantine.record_after_all(conn, actor, quarantined, _mended(data))
    except ValueError as wrong:
        text = gettext(lang_of(request), "Choose a day and a time.")
        raise Instead(await _page(request, conn, actor, {quarantined: text})) from wrong
    except RefusedError as still:
        lang = lang_of(request)
        reason = gettext(lang, str(still.params.get("reason", "")))
        text = gettext(lang, still.message, reason=reason)
        raise Instead(await _page(request, conn, actor, {quarantined: text})) from still
    return see_other(request, "/quarantine", Flash("good", "It was recorded after all."))


@post("/quarantine/{quarantined:int}/put-aside", status_code=303)
async def put_aside(
    request: AnyRequest,
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    quarantined: FromPath[int],
    data: URLEncodedBody[AsideForm],
) -> Redirect:
    try:
        await quarantine.put_aside(conn, actor, quarantined, data.reason)
    except InvalidError as wrong:
        text = gettext(lang_of(request), "Say why it is not recorded.")
        raise Instead(await _page(request, conn, actor, {quarantined: text})) from wrong
    return see_other(request, "/quarantine", Flash("good", "It was set aside; what was sent is kept."))


def _mended(data: MendForm) -> Mended:
    """What was put right; raises ValueError for what is no time."""
    at = formats.from_local_input(data.occurred_at) if data.occurred_at else None
    return Mended(asset=data.asset.strip()[:200].replace("\x00", "") or None, occurred_at=at)


async def _page(
    request: AnyRequest,
    conn: AsyncConnection,
    actor: Actor,
    problems: dict[int, str] | None = None,
    *,
    after: int = 0,
) -> Response[str]:
    lang = lang_of(request)
    # What could not be put right stands first, wherever it was.
    at = min(problems) - 1 if problems else after
    waiting = await quarantine.list_quarantined(conn, actor, after=at, limit=_SHOWN + 1)
    shown = waiting[:_SHOWN]
    return page(
        request,
        "quarantine.html",
        section="today",
        status=422 if problems else 200,
        rows=[(each, _what(lang, each), _why(lang, each.reason), _said(each)) for each in shown],
        problems=problems or {},
        next_href=f"/quarantine?after={shown[-1].id}" if len(waiting) > _SHOWN else None,
        first_href="/quarantine" if at else None,
    )


def _what(lang: Lang, each: Quarantined) -> str:
    payload = each.said.get("payload")
    kind = payload.get("kind") if isinstance(payload, dict) else None
    return gettext(lang, word("event", kind).text) if isinstance(kind, str) else ""


def _why(lang: Lang, reason: str) -> str:
    """Why it waits, in words for whoever settles it: it was put down for who sent it, or by a parser."""
    if reason == _NOT_ALLOWED:
        return gettext(lang, "The role of whoever sent it does not allow this.")
    if found := _MISSING.match(reason):
        return gettext(lang, "“%(field)s” is missing.", field=found[1])
    if found := _UNKNOWN.match(reason):
        return gettext(
            lang, "It contains “%(field)s”, which this version of the system does not know.", field=found[1]
        )
    if found := _UNREADABLE.search(reason):
        return gettext(lang, "“%(field)s” holds something that is not expected there.", field=found[1])
    return gettext(lang, reason)


def _said(each: Quarantined) -> list[tuple[str, str]]:
    """What was sent, a line for each value, the payload's own among them."""
    lines = []
    for name, value in each.said.items():
        inner = value.items() if isinstance(value, dict) else [("", value)]
        lines += [(f"{name}.{key}" if key else name, _text(each)) for key, each in inner]
    return lines


def _text(value: Any) -> str:
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()


ROUTES = (list_quarantined, record_after_all, put_aside)
