"""Answers of the page edge: a page or one of its blocks, a redirect with a message, a page instead of an error.

A message for the next page travels in a signed cookie of its own, so that a POST can answer 303 and the
address stays clean.
"""

import base64
import binascii
import hmac
from collections.abc import Iterable, Mapping
from hashlib import sha256
from typing import Any

import msgspec
from litestar import Response
from litestar.datastructures import Cookie
from litestar.response import Redirect

from asset_tracker.access.actors import Actor
from asset_tracker.edge.who import AnyRequest, cookie_name, is_secure, lang_of
from asset_tracker.errors import AssetTrackerError, FieldError, InvalidError
from asset_tracker.i18n import Lang, gettext
from asset_tracker.web.chrome import STEPS, Chrome, Flash, menu
from asset_tracker.web.forms import read_number
from asset_tracker.web.rendering import render

HTML = "text/html"
FLASH_COOKIE = "flash"
_FLASH_SECONDS = 60


class Instead(Exception):  # noqa: N818 - it is an answer, not a mistake of the program
    """A page to answer with although the request's transaction must be rolled back."""

    def __init__(self, response: Response[Any]) -> None:
        super().__init__("answered otherwise")
        self.response = response


def answer_instead(_request: AnyRequest, instead: Instead) -> Response[Any]:
    """Exception handler of ``Correct value``."""
    return instead.response


def page(
    request: AnyRequest,
    template: str,
    /,
    *,
    section: str = "",
    status: int = 200,
    block: str | None = None,
    **context: Any,
) -> Response[str]:
    """The template as a page; only its ``block`` when htmx asks and will put it into a page."""
    flashes = _flashes(request)
    fragment = block if is_fragment(request) else None
    chrome = chrome_of(request, section, () if fragment else flashes)
    body = render(chrome.lang, template, {"page": chrome, **context}, fragment)
    # The address answers a page or a fragment, so a cache must not give one for the other.
    answer = Response(body, status_code=status, media_type=HTML, headers={"Vary": "HX-Request, Cookie"})
    if flashes and not fragment:
        answer.delete_cookie(cookie_name(request, FLASH_COOKIE))
    return answer


def is_fragment(request: AnyRequest) -> bool:
    """Whether htmx asks for a part of a page; going back in the history asks for the whole."""
    return request.headers.get("hx-request") == "true" and "hx-history-restore-request" not in request.headers


def chrome_of(request: AnyRequest, section: str = "", flashes: tuple[Flash, ...] = ()) -> Chrome:
    """What stands around the page for whoever asks."""
    actor: Actor | None = request.scope.get("user")
    roles = tuple(dict.fromkeys(grant.role for grant in actor.grants)) if actor else ()
    query = request.scope.get("query_string", b"").decode("latin-1")
    here = request.scope["path"] + (f"?{query}" if query else "")
    return Chrome(
        actor=actor,
        lang=lang_of(request),
        here=here if request.scope["method"] == "GET" else "/",
        section=section,
        roles=roles,
        menu=menu(frozenset(roles)),
        flashes=flashes,
        demo=bool(request.app.state.get("demo")),
        toured=seen_of_tour(request),
    )


def seen_of_tour(request: AnyRequest) -> int:
    """How far somebody came in the tour: 0 not begun, ``STEPS`` + 1 through, or not wanted."""
    told = request.cookies.get(cookie_name(request, "tour"), "")
    return min(read_number(told) or 0, STEPS + 1)


def see_other(request: AnyRequest, path: str, message: Flash | None = None) -> Redirect:
    """303 to a path of ours, perhaps with a message to be shown there."""
    cookies = [_flash_cookie(request, message)] if message else []
    return Redirect(path, status_code=303, cookies=cookies)


def flash_of(wrong: AssetTrackerError) -> Flash:
    """What is wrong, as a message for the next page: of several mistakes the first."""
    first = wrong.errors[0] if isinstance(wrong, InvalidError) and wrong.errors else wrong
    return Flash("bad", first.message, {name: str(value) for name, value in first.params.items()})


def own_path(text: str | None, otherwise: str = "/") -> str:
    """``text`` if it is a path on this site, else ``otherwise``: nobody is sent elsewhere by a link to us."""
    if not text or not text.startswith("/") or text.startswith(("//", "/\\")) or len(text) > 1000:
        return otherwise
    return otherwise if any(ord(c) <= 0x20 or c == "\\" for c in text) else text


def _key(request: AnyRequest) -> bytes:
    return f"flash:{request.app.state.settings.secret_key}".encode()


def _flash_cookie(request: AnyRequest, message: Flash) -> Cookie:
    body = msgspec.json.encode(message)
    signature = hmac.digest(_key(request), body, sha256)
    return Cookie(
        key=cookie_name(request, FLASH_COOKIE),
        value=base64.urlsafe_b64encode(signature + body).decode(),
        max_age=_FLASH_SECONDS,
        httponly=True,
        samesite="lax",
        secure=is_secure(request),
    )


def _flashes(request: AnyRequest) -> tuple[Flash, ...]:
    given = request.cookies.get(cookie_name(request, FLASH_COOKIE))
    if not given or len(given) > 3000:
        return ()
    try:
        raw = base64.urlsafe_b64decode(given.encode("ascii", "replace"))
        signature, body = raw[:32], raw[32:]
        if not hmac.compare_digest(signature, hmac.digest(_key(request), body, sha256)):
            return ()
        return (msgspec.json.decode(body, type=Flash),)
    except (binascii.Error, msgspec.DecodeError):
        return ()


def read_place(text: str) -> int:
    """Behind which row of a list a page begins; the first page for what no page of ours says."""
    return read_number(text) or 0


def error_texts(
    lang: Lang,
    errors: Iterable[FieldError],
    names: Mapping[str, str] | None = None,
    labels: Mapping[str, str] | None = None,
) -> dict[str, str]:
    """What is wrong, by form field; ``names`` tells which field of the form a field of a service is.

    ``labels`` (translated) are put where a message speaks of fields by their names.
    """
    texts: dict[str, str] = {}
    for error in errors:
        name = (names or {}).get(error.field, error.field)
        params = dict(error.params)
        if labels and "fields" in params:
            listed = str(params["fields"]).split(", ")
            params["fields"] = ", ".join(labels.get(field, field) for field in listed)
        texts.setdefault(name, gettext(lang, error.message, **params))
    return texts


def wrong_texts(
    lang: Lang,
    wrong: AssetTrackerError,
    names: Mapping[str, str] | None = None,
    labels: Mapping[str, str] | None = None,
) -> dict[str, str]:
    """The same of an error; where it names no field, what it says stands under no field's name."""
    errors = wrong.errors if isinstance(wrong, InvalidError) else ()
    return error_texts(lang, errors, names, labels) or {"": gettext(lang, wrong.message, **wrong.params)}
