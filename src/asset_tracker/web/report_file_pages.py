"""Files of large reports: made by a worker while a page says how far it is, and given out when they are there."""

from datetime import UTC, datetime
from urllib.parse import quote, urlencode
from uuid import UUID

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker.access.actors import Actor
from asset_tracker.edge.who import AnyRequest, lang_of
from asset_tracker.errors import NotFoundError
from asset_tracker.reports import making
from asset_tracker.reports.asking import parse_ask
from asset_tracker.reports.formats import FORMATS, format_named
from asset_tracker.reports.subjects import PATHS, Kind
from asset_tracker.web.pages import see_other
from asset_tracker.web.report_waiting import file_for

_ASKED = ("as_of", "known_on", "since", "donor", "view", "lang")


@get("/reports/municipalities/{code:str}/files/{form:str}")
async def of_municipality(
    request: AnyRequest,
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    code: FromPath[str],
    form: FromPath[str],
) -> Response[str] | Redirect:
    return await _file(request, conn, actor, "municipality", code, form)


@get("/reports/programmes/{code:str}/files/{form:str}")
async def of_programme(
    request: AnyRequest,
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    code: FromPath[str],
    form: FromPath[str],
) -> Response[str] | Redirect:
    return await _file(request, conn, actor, "programme", code, form)


@get("/reports/files/{work:uuid}")
async def made(
    conn: NamedDependency[AsyncConnection], actor: NamedDependency[Actor], work: FromPath[UUID]
) -> Response[bytes]:
    """A file that was made for whoever asks; for an hour."""
    found = await making.get(conn, actor, work)
    content = await making.content_of(conn, actor, work)
    if found is None or found.form is None or content is None:
        raise NotFoundError("This file is no longer kept; ask for it again.")
    headers = {
        "Content-Disposition": f'attachment; filename="{found.file_name}"',
        "Cache-Control": "private, no-store",
    }
    return Response(content, media_type=FORMATS[found.form].media_type, headers=headers)


async def _file(
    request: AnyRequest, conn: AsyncConnection, actor: Actor, kind: Kind, code: str, form: str
) -> Response[str] | Redirect:
    asked = {name: value for name in _ASKED if (value := request.query_params.get(name))}
    ask = parse_ask(now=datetime.now(UTC), default_lang=lang_of(request), **asked)
    format_named(form, of_programme=kind == "programme", both=ask.both)
    if waiting := await file_for(request, conn, actor, kind, code, form, ask):
        return waiting
    query = urlencode(asked)
    return see_other(
        request, f"/api/v1/reports/{PATHS[kind]}/{quote(code)}.{form}" + (f"?{query}" if query else "")
    )


ROUTES = (of_municipality, of_programme, made)
