"""Problems as pages: what went wrong, what to check, what to do next."""

from typing import Any
from urllib.parse import quote, urlsplit

from litestar import Response

from asset_tracker.edge.problems import TYPE, Problem, headers
from asset_tracker.edge.who import AnyRequest, lang_of
from asset_tracker.errors import SecondFactorNeededError
from asset_tracker.i18n import gettext
from asset_tracker.web.cookies import held
from asset_tracker.web.pages import chrome_of, is_fragment, own_path, page, see_other

_ICONS = {
    403: "key",
    404: "find",
    409: "disputed",
    413: "warn",
    422: "warn",
    429: "clock",
    503: "clock",
    507: "warn",
}
_TAG_ADVICE = (
    "Compare the tag with the label, character by character.",
    "A tag never contains the letters I, L, O or U: a round character is a zero, an upright one is a one.",
    "The label may be of another organisation. Ask your coordinator.",
)
_UNREAD = "This is not what is expected here."
_ADVICE: dict[int, tuple[str, ...]] = {
    400: ("Go back one page and send it again: on a weak connection a part of it may have been lost.",),
    405: ("This address takes a form; it is not a page. Open the page with the form again.",),
    403: ("Ask a coordinator or an administrator if you need this for your work.",),
    404: ("The address may be mistyped, or you may not see what is here.",),
    409: ("Look at how it is now, and decide again: nothing of yours was recorded over it.",),
    413: ("Send fewer or smaller photos at a time.",),
    422: ("Go back one page: what you typed is still there. Correct it and send it again.",),
    429: ("Wait a minute before you try again.",),
    500: (
        "Try it once more: sending the same form twice records it only once. If it happens again, tell whoever runs the system, and give them the number below.",
    ),
    507: ("Tell whoever runs the system that its disk is full. Then send it again.",),
    503: ("Wait a moment and send it again: sending the same form twice records it once.",),
}


def problem_page(request: AnyRequest, problem: Problem) -> Response[Any]:
    """The problem as a page, or as a fragment where htmx asked for one."""
    lang = lang_of(request)
    path = request.scope["path"]
    if problem.status == 401:
        return _to_the_log_in(request)
    if problem.type == TYPE + SecondFactorNeededError.code:
        return _to(request, "/me/second-factor")
    on_label = (
        problem.status in (404, 422)
        and path.lower().startswith("/a/")
        and not request.scope.get("query_string")
    )
    advice = _TAG_ADVICE if on_label else _ADVICE.get(problem.status, ())
    title = "There is no asset with this tag" if on_label else problem.title
    # What cannot be read the framework tells in words of its own, which say nothing to who clicked.
    unread = problem.status == 400
    if unread and request.scope["method"] == "GET":
        advice = ("The address may be mistyped or cut off: start on the first page.",)
    answer = page(
        request,
        "error.html",
        status=404 if on_label else problem.status,
        block="problem",
        title=gettext(lang, title),
        text="" if unread else problem.detail or "",
        icon=_ICONS.get(problem.status, "bad"),
        advice=[gettext(lang, line) for line in advice],
        problems=[
            f"{each.field}: {gettext(lang, _UNREAD) if unread else each.message}"
            for each in problem.errors
            if each.message != problem.detail
        ],
        happened=problem.happened,
        # An address that is none is refused before it is known who asks.
        logged_in=bool(held(request, "session")),
        again=_where_it_stood(request) if problem.status == 409 else None,
        request_id=problem.request if problem.status != 404 else None,
    )
    answer.headers.update(headers(problem))
    return answer


def _where_it_stood(request: AnyRequest) -> str:
    """The page that a refused form stood on; not every form's own address is a page."""
    path = request.scope["path"]
    try:
        came = urlsplit(request.headers.get("referer", ""))
    except ValueError:  # `http://[` is no address of a page
        return str(path)
    if request.scope["method"] == "GET" or came.netloc != request.headers.get("host"):
        return str(path)
    return own_path(came.path + (f"?{came.query}" if came.query else ""), path)


def _to_the_log_in(request: AnyRequest) -> Response[Any]:
    """Log-in comes first, and leads back; a fragment's request makes the whole page go there."""
    here = chrome_of(request).here
    address = f"/login?next={quote(here, safe='/')}" if here != "/" else "/login"
    return _to(request, address)


def _to(request: AnyRequest, address: str) -> Response[Any]:
    if is_fragment(request):
        return Response("", status_code=200, headers={"HX-Redirect": address})
    return see_other(request, address)
