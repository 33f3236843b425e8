"""A report for a page, or a page that says how far it is: what takes longer than a click is made by a worker."""

from datetime import UTC, datetime
from urllib.parse import urlencode
from uuid import UUID

from litestar import Response
from msgspec.structs import replace
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker.access.actors import Actor
from asset_tracker.edge.transaction import transaction_as
from asset_tracker.edge.who import AnyRequest, lang_of
from asset_tracker.i18n import gettext
from asset_tracker.reports import making, queries, subjects
from asset_tracker.reports.asking import Ask
from asset_tracker.reports.formats import FORMATS
from asset_tracker.reports.making import WorkView
from asset_tracker.reports.queries import Begun
from asset_tracker.reports.structs import Listed, Report
from asset_tracker.web.forms import read_id
from asset_tracker.web.pages import HTML, Instead, is_fragment, page

# What an address says beside its question while somebody waits.
_WORK = "work"


async def report_for(
    request: AnyRequest, conn: AsyncConnection, actor: Actor, kind: subjects.Kind, code: str, ask: Ask
) -> Report:
    """The report; or raises ``Instead`` with a page that says how far it is, which turns into the one asked for."""
    waited = await _waited(request, actor)
    if waited is not None and _is_look(request) and not waited.made_at:
        raise Instead(_far(request, waited))
    begun = await _begin(request, conn, actor, kind, code, ask)
    key = making.key_of(begun)
    if _is_look(request):
        raise Instead(_to(_address(request, waited.id if waited and waited.key != key else None)))
    if making.is_large(begun):
        return await _large(request, conn, begun, key, waited)
    return await queries.finish(conn, begun)


async def _large(
    request: AnyRequest, conn: AsyncConnection, begun: Begun, key: str, waited: WorkView | None
) -> Report:
    actor = begun.asked.actor
    async with transaction_as(request.app.state, actor) as own:
        found = waited or await making.find(own, actor, key)
        if found is None or not (found.at_work or _tells(found, key, waited)):
            found = await making.ask_for(own, begun)
        kept = await making.kept_of(own, actor, found.id, begun.grounds) if found else None
    if found is not None and not found.made_at:
        raise Instead(_far(request, found, begun))
    if found is not None and kept is not None and found.key != key and found.known_at:
        return await queries.tell(conn, replace(begun, asked=replace(begun.asked, now=found.known_at)), kept)
    return await queries.finish(conn, begun, kept)


def _tells(found: WorkView, key: str, waited: WorkView | None) -> bool:
    """Whether what was made answers: as nothing changed since, or as it was made for whoever waited just now.

    Whoever waits is told as well that it was interrupted too often; who asks anew has it begun anew.
    """
    if not found.made_at:
        return found is waited
    return found.key == key or (found is waited and found.is_of_last(making.PAGE_FOR))


async def file_for(
    request: AnyRequest,
    conn: AsyncConnection,
    actor: Actor,
    kind: subjects.Kind,
    code: str,
    form: str,
    ask: Ask,
) -> Response[str] | None:
    """A page that says how far a file is, and leads to it; None where nobody need wait for a worker."""
    found = await _waited(request, actor)
    if found is not None and _is_look(request):
        return _far(request, found)
    begun = await _begin(request, conn, actor, kind, code, ask)
    if begun.events <= making.AT_ONCE:
        return None
    async with transaction_as(request.app.state, actor) as own:
        waited, found = found, found or await making.find(own, actor, making.key_of(begun, form))
        broken_off = found is not None and found is waited and not found.made_at
        if found is None or not (found.at_work or broken_off or found.is_of_last(making.FILE_FOR)):
            found = await making.ask_for(own, begun, form)
    return _far(request, found, begun) if found else None


async def _begin(
    request: AnyRequest, conn: AsyncConnection, actor: Actor, kind: subjects.Kind, code: str, ask: Ask
) -> Begun:
    base = request.app.state.settings.base_url
    return await subjects.begin(conn, actor, kind, code, ask, now=datetime.now(UTC), base_url=base)


async def _waited(request: AnyRequest, actor: Actor) -> WorkView | None:
    """What whoever asks has been waiting for, if it is there still."""
    which = read_id(request.query_params.get(_WORK, ""), _WORK)
    if which is None:
        return None
    async with transaction_as(request.app.state, actor) as own:
        return await making.get(own, actor, which)


def _is_look(request: AnyRequest) -> bool:
    """Whether the page that waits asks how far it is."""
    return is_fragment(request) and _WORK in request.query_params


def given(request: AnyRequest) -> dict[str, str]:
    """What the address asks, without what is waited for."""
    return {name: value for name, value in request.query_params.items() if name != _WORK}


def _address(request: AnyRequest, work: UUID | None = None) -> str:
    """The address that was asked for, without or with what is waited for."""
    query = urlencode(given(request) | ({_WORK: str(work)} if work else {}))
    return request.scope["path"] + (f"?{query}" if query else "")


def _to(address: str) -> Response[str]:
    return Response("", media_type=HTML, headers={"HX-Redirect": address})


def _far(request: AnyRequest, found: WorkView, begun: Begun | None = None) -> Response[str]:
    """How far it is; for a part of a page that was there before, the way to the page that waits."""
    if is_fragment(request) and not _is_look(request):
        return _to(_address(request))
    lang = lang_of(request)
    return page(
        request,
        "reports/waiting.html",
        section="reports",
        block="work",
        found=found,
        begun=begun,
        form=gettext(lang, FORMATS[found.form].text) if found.form else "",
        listed=begun is not None and isinstance(begun.asked.terms.view, Listed),
        again=_address(request),
        here=_address(request, found.id),
        back=_back(request, found),
    )


def _back(request: AnyRequest, found: WorkView) -> str:
    """The page of the report that a file is of."""
    asked = {name: value for name, value in given(request).items() if name != "lang"}
    path = f"/reports/{subjects.PATHS[found.subject]}/{found.code}"
    return f"{path}?{urlencode(asked)}" if asked else path
