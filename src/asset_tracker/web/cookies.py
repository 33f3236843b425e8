"""The cookies of the ways in: what a browser holds, and for how long."""

from datetime import timedelta
from typing import Literal

from litestar.datastructures import Cookie

from asset_tracker.access import sessions, steps
from asset_tracker.edge.who import AnyRequest, cookie_name, is_secure

# A browser that was logged in here before; half a log-in; half a log-in at an organisation's; what the first
# page was last narrowed to; how far the tour was seen.
Name = Literal["session", "device", "step", "organisation", "lang", "today", "tour"]
_YEAR = timedelta(days=365)
_LASTS: dict[Name, timedelta] = {
    "session": sessions.ABSOLUTE,
    "device": _YEAR,
    "step": steps.LASTS,
    "organisation": steps.LASTS,
    "lang": _YEAR,
    "today": _YEAR,
    "tour": _YEAR,
}


def cookie(request: AnyRequest, name: Name, value: str) -> Cookie:
    """Out of reach of scripts, of other sites, and over TLS of other hosts of the same domain."""
    return Cookie(
        key=cookie_name(request, name),
        value=value,
        max_age=int(_LASTS[name].total_seconds()),
        path="/",
        httponly=True,
        samesite="lax",
        secure=is_secure(request),
    )


def held(request: AnyRequest, name: Name) -> str:
    """What the browser holds under this name, nothing for nothing."""
    return request.cookies.get(cookie_name(request, name), "")
