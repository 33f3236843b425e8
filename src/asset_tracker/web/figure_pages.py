"""From a figure of a report down to the items it counts and the events that say so."""

from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, urlencode

import msgspec
from anyio import to_thread
from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker.access.actors import Actor
from asset_tracker.documents import display
from asset_tracker.edge.who import AnyRequest, lang_of
from asset_tracker.i18n import Lang, gettext
from asset_tracker.reports import queries, words
from asset_tracker.reports.asking import parse_ask
from asset_tracker.reports.evidence import Evidence, Number, Part, evidence
from asset_tracker.reports.queries import Query
from asset_tracker.reports.sheet import heading
from asset_tracker.web.pages import page
from asset_tracker.web.words import EVENTS

_ASKED = ("as_of", "known_on", "since", "donor", "view")
_SHOWN = 500


@get("/reports/municipalities/{code:str}/figures/{figure:str}")
async def of_municipality(
    request: AnyRequest,
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    code: FromPath[str],
    figure: FromPath[str],
) -> Response[str]:
    return await _figure_page(
        request, conn, actor, queries.municipality_report, "municipalities", code, figure
    )


@get("/reports/programmes/{code:str}/figures/{figure:str}")
async def of_programme(
    request: AnyRequest,
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    code: FromPath[str],
    figure: FromPath[str],
) -> Response[str]:
    return await _figure_page(request, conn, actor, queries.programme_report, "programmes", code, figure)


async def _figure_page(
    request: AnyRequest,
    conn: AsyncConnection,
    actor: Actor,
    query: Query,
    family: str,
    code: str,
    figure: str,
) -> Response[str]:
    given = dict(request.query_params)
    asked = {name: given.get(name, "") for name in _ASKED}
    lang, now = lang_of(request), datetime.now(UTC)
    ask = parse_ask(**asked, now=now, default_lang=lang)
    base = request.app.state.settings.base_url
    # What came since a day is told by the whole past of the items that came.
    report = await query(conn, actor, code, msgspec.structs.replace(ask, whole=True), now=now, base_url=base)
    part = msgspec.convert(
        {name: given[name] for name in Part.__struct_fields__ if name in given}, Part, strict=False
    )
    found = await to_thread.run_sync(lambda: evidence(report.facts, figure, part))
    kept = urlencode({name: value for name, value in asked.items() if value})
    return page(
        request,
        "reports/figure.html",
        section="reports",
        heading=heading(report.facts, lang),
        back=f"/reports/{family}/{quote(code)}?{kept}",
        title=gettext(lang, found.title),
        part=_part(part, lang),
        rows=_rows(found, lang),
        total=None if found.total is None else _number(found.total, lang),
        currency=found.currency,
        left=max(len(found.rows) - _SHOWN, 0),
        events=EVENTS,
    )


def _rows(found: Evidence, lang: Lang) -> list[dict[str, Any]]:
    return [
        {
            "item": row.item,
            "name": row.item.name.of(lang),
            "number": _number(row.number, lang),
            "events": row.events,
        }
        for row in found.rows[:_SHOWN]
    ]


def _part(part: Part, lang: Lang) -> str:
    told = (
        words.word(words.CATEGORY, part.category, lang) if part.category else "",
        part.municipality,
        part.oblast,
        words.word(words.SITUATION, part.situation, lang) if part.situation else "",
    )
    return ", ".join(filter(None, told))


def _number(value: Number, lang: Lang) -> str:
    return display.number(value, lang) if isinstance(value, int) else display.money(value, lang)


ROUTES = (of_municipality, of_programme)
