"""Reports in every format, at ``/api/v1/reports/{municipalities,programmes}/{code}.{format}``."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Annotated

from litestar import Response, get
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath, QueryParameter
from litestar.response import Stream
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker import tracing
from asset_tracker.access.actors import Actor
from asset_tracker.edge.metrics import REPORTS
from asset_tracker.edge.transaction import FROM_REPLICA
from asset_tracker.edge.who import AnyRequest, lang_of
from asset_tracker.errors import NotFoundError
from asset_tracker.reports import queries
from asset_tracker.reports.asking import parse_ask
from asset_tracker.reports.formats import file_name, format_named, written
from asset_tracker.reports.structs import Report

AsOf = Annotated[
    str | None, QueryParameter(name="as_of", description="The day of the report, such as 2025-02-01.")
]
KnownOn = Annotated[
    str | None,
    QueryParameter(
        name="known_on", description="Only what was recorded by then: a day, or an instant with its offset."
    ),
]
Since = Annotated[str | None, QueryParameter(name="since", description="The day the timeline begins on.")]
OfDonor = Annotated[
    str | None,
    QueryParameter(name="donor", description="Only what this donor paid for: an id or a short name."),
]
OfView = Annotated[
    str | None,
    QueryParameter(
        name="view",
        description="Only what a saved list of assets holds as the report is made: its id or name.",
        max_length=100,
    ),
]
InLang = Annotated[
    str | None, QueryParameter(name="lang", description="uk or en; both for a PDF in Ukrainian and English.")
]


Asked = dict[str, str | None]


async def read_asked(
    as_of: AsOf = None,
    known_on: KnownOn = None,
    since: Since = None,
    donor: OfDonor = None,
    in_lang: InLang = None,
    view: OfView = None,
) -> Asked:
    """What a report is asked, by the names of ``parse_ask``."""
    return {
        "as_of": as_of,
        "known_on": known_on,
        "since": since,
        "donor": donor,
        "lang": in_lang,
        "view": view,
    }


_ASKED = {"asked": Provide(read_asked)}


@get("/reports/municipalities/{file:str}", opt=FROM_REPLICA, dependencies=_ASKED)
async def municipality_report(
    request: AnyRequest,
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    file: FromPath[str],
    asked: NamedDependency[Asked],
) -> Response[bytes] | Stream:
    """What was given to a municipality, as a file: ``UA18080010000090720.pdf``."""
    return await _answer(request, conn, actor, queries.municipality_report, file, asked)


@get("/reports/programmes/{file:str}", opt=FROM_REPLICA, dependencies=_ASKED)
async def programme_report(
    request: AnyRequest,
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    file: FromPath[str],
    asked: NamedDependency[Asked],
) -> Response[bytes] | Stream:
    """What a programme gave, over all its municipalities, as a file: ``PROSTO.xlsx``."""
    return await _answer(request, conn, actor, queries.programme_report, file, asked)


async def _answer(
    request: AnyRequest,
    conn: AsyncConnection,
    actor: Actor,
    query: Callable[..., Awaitable[Report]],
    file: str,
    asked: Asked,
) -> Response[bytes] | Stream:
    code, dot, form = file.partition(".")
    if not dot:
        raise NotFoundError
    now, of_programme = datetime.now(UTC), query is queries.programme_report
    format_named(form, of_programme=of_programme)
    ask = parse_ask(now=now, default_lang=lang_of(request), **asked)
    chosen = format_named(form, of_programme=of_programme, both=ask.both)
    about = "programme" if query is queries.programme_report else "municipality"
    with REPORTS.labels(about, form).time(), tracing.span("report", about=about, format=form):
        report = await query(conn, actor, code, ask, now=now, base_url=request.app.state.settings.base_url)
        # Typesetting must not hold the others up; what goes in pieces is written as it is sent.
        body = b"" if chosen.pieces else await written(form, report, request.app.state.storage)
    headers = {
        "Content-Disposition": f'attachment; filename="{file_name(report, form)}"',
        "Cache-Control": "private, no-store",
        "X-Content-Hash": report.content_hash,
    }
    if chosen.pieces is not None:
        return Stream(chosen.pieces(report), media_type=chosen.media_type, headers=headers)
    return Response(body, media_type=chosen.media_type, headers=headers)


ROUTES = (municipality_report, programme_report)
