"""From a figure of a report down to the items it counts and the events that say so."""

from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import accumulate, takewhile
from statistics import median_low
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
from asset_tracker.reports import words
from asset_tracker.reports.asking import parse_ask
from asset_tracker.reports.evidence import Behind, Evidence, Part, evidence
from asset_tracker.reports.figures_behind import Number
from asset_tracker.reports.sheet import heading
from asset_tracker.reports.subjects import PATHS, Kind
from asset_tracker.web.forms import read
from asset_tracker.web.pages import page, read_place
from asset_tracker.web.report_waiting import given as asked_by
from asset_tracker.web.report_waiting import report_for
from asset_tracker.web.words import EVENTS

_ASKED = ("as_of", "known_on", "since", "donor", "view")
# What a page of items and events weighs, in bytes; what a row and the line of an event take beside their texts.
_PAGE, _ROW, _EVENT = 30_000, 260, 330
# So many events of one item are told, its own page tells all.
_TOLD = 12


@get("/reports/municipalities/{code:str}/figures/{figure:str}")
async def of_municipality(
    request: AnyRequest,
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    code: FromPath[str],
    figure: FromPath[str],
) -> Response[str]:
    return await _figure_page(request, conn, actor, "municipality", code, figure)


@get("/reports/programmes/{code:str}/figures/{figure:str}")
async def of_programme(
    request: AnyRequest,
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    code: FromPath[str],
    figure: FromPath[str],
) -> Response[str]:
    return await _figure_page(request, conn, actor, "programme", code, figure)


async def _figure_page(
    request: AnyRequest,
    conn: AsyncConnection,
    actor: Actor,
    kind: Kind,
    code: str,
    figure: str,
) -> Response[str]:
    given = asked_by(request)
    asked = {name: given.get(name, "") for name in _ASKED}
    lang = lang_of(request)
    ask = parse_ask(**asked, now=datetime.now(UTC), default_lang=lang)
    # What came since a day is told by the whole past of the items that came.
    whole = msgspec.structs.replace(ask, whole=True)
    report = await report_for(request, conn, actor, kind, code, whole)
    part = read(Part, given)
    begin = read_place(given.get("after", ""))
    told = slice(begin, begin + _PAGE // _ROW + 1)
    found = await to_thread.run_sync(lambda: evidence(report.facts, figure, part, told))
    kept = urlencode({name: value for name, value in asked.items() if value})
    shown = found.rows[begin : begin + _fitting(found.rows[begin:])]
    end = begin + len(shown)
    return page(
        request,
        "reports/figure.html",
        section="reports",
        heading=heading(report.facts, lang),
        back=f"/reports/{PATHS[kind]}/{quote(code)}?{kept}",
        title=gettext(lang, found.title),
        part=_part(part, lang),
        rows=_rows(shown, lang),
        total=None if found.total is None else _number(found.total, lang),
        currency=found.currency,
        signs=display.SIGNS,
        median=_median(found),
        count=len(found.rows),
        told={"first": begin + 1, "last": end},
        next_href=_turned(given, end) if end < len(found.rows) else None,
        first_href=_turned(given, 0) if begin else None,
        most=_TOLD,
        events=EVENTS,
    )


def _fitting(rows: Sequence[Behind]) -> int:
    """How many of the rows a page holds: one at least."""
    weights = (
        _ROW
        + len(row.item.name.uk.encode())
        + len(row.item.serial or "")
        + _EVENT * min(len(row.events), _TOLD)
        for row in rows
    )
    return max(sum(1 for _ in takewhile(lambda so_far: so_far <= _PAGE, accumulate(weights))), 1)


def _turned(given: dict[str, str], after: int) -> str:
    return "?" + urlencode(given | {"after": str(after)})


def _median(found: Evidence) -> int | None:
    """Of days, what the report states."""
    return median_low(int(row.number) for row in found.rows) if found.total is None and found.rows else None


def _rows(rows: Sequence[Behind], lang: Lang) -> list[dict[str, Any]]:
    return [
        {
            "item": row.item,
            "name": row.item.name.of(lang),
            "number": _number(row.number, lang),
            "events": row.events,
        }
        for row in rows
    ]


def _part(part: Part, lang: Lang) -> str:
    told = (
        words.word(words.CATEGORY, part.category, lang) if part.category else "",
        part.municipality,
        part.oblast,
        part.raion,
        words.word(words.SITUATION, part.situation, lang) if part.situation else "",
    )
    return ", ".join(filter(None, told))


def _number(value: Number, lang: Lang) -> str:
    return display.number(value, lang) if isinstance(value, int) else display.money(value, lang)


ROUTES = (of_municipality, of_programme)
