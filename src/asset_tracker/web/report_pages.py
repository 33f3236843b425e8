"""Reports: what a reader may look at, and the report of one municipality or programme on a day."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, urlencode

from anyio import to_thread
from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker import kyiv
from asset_tracker.access.actors import Actor
from asset_tracker.access.permissions import may, require
from asset_tracker.assets.saved_views import list_views
from asset_tracker.edge.transaction import FROM_REPLICA
from asset_tracker.edge.who import AnyRequest, lang_of
from asset_tracker.errors import InvalidError, NotFoundError
from asset_tracker.i18n import Lang, gettext
from asset_tracker.programmes.queries import list_parties, list_programmes
from asset_tracker.reports import making, overview
from asset_tracker.reports.annex_sheet import annex_sheet
from asset_tracker.reports.annexes import ANNEXES
from asset_tracker.reports.asking import BOTH, parse_ask
from asset_tracker.reports.formats import FORMATS, formats
from asset_tracker.reports.overview import OverviewLine
from asset_tracker.reports.parts import LISTS, page_of
from asset_tracker.reports.structs import Listed, Report
from asset_tracker.reports.subjects import PATHS, Kind
from asset_tracker.territory.collation import sort_key
from asset_tracker.web import report_shown
from asset_tracker.web.pages import error_texts, page, read_place
from asset_tracker.web.report_waiting import report_for

_ASKED = ("as_of", "known_on", "since", "donor", "view")
# So many items of an annex are written out to be weighed for a page of it.
_ANNEX_AT_ONCE = 200
_LABELS = {"as_of": "As of the day", "known_on": "By what was known on", "since": "Events since"}
# What takes seconds to write of a large report.
_LONG = frozenset({"pdf", "xlsx"})
# Of more municipalities than these the list shows those of one oblast at a time.
_AT_ONCE = 100
# So many programmes are on a page.
_PROGRAMMES = 50


@get("/reports", opt=FROM_REPLICA)
async def list_reports(
    request: AnyRequest,
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    oblast: FromQuery[str] = "",
    after: FromQuery[str] = "",
) -> Response[str]:
    """Every municipality that the reader's assets are in or bound for, and the programmes behind the code ``after``."""
    require(actor, "report.read")
    lines = await overview.municipalities(conn, actor)
    given = [line for line in await overview.programmes(conn, actor) if line.code > after]
    return page(
        request,
        "reports/list.html",
        section="reports",
        lines=lines,
        programmes=() if lines else await list_programmes(conn, actor),
        oblasts=_by_oblast(lines, lang_of(request)),
        opened=oblast,
        after=after,
        folded=len(lines) > _AT_ONCE,
        total=overview.together(lines),
        programme_lines=given[:_PROGRAMMES],
        next_href=_programmes_at(oblast, given[_PROGRAMMES - 1].code) if len(given) > _PROGRAMMES else None,
        first_href=_programmes_at(oblast, "") if after else None,
    )


@get("/reports/municipalities/{code:str}", opt=FROM_REPLICA)
async def municipality(
    request: AnyRequest,
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    code: FromPath[str],
) -> Response[str]:
    return await _report_page(request, conn, actor, "municipality", code)


@get("/reports/programmes/{code:str}", opt=FROM_REPLICA)
async def programme(
    request: AnyRequest,
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    code: FromPath[str],
) -> Response[str]:
    return await _report_page(request, conn, actor, "programme", code)


def _programmes_at(oblast: str, after: str) -> str:
    """Where the list of programmes goes on, with what is opened of that of municipalities."""
    asked = {name: value for name, value in (("oblast", oblast), ("after", after)) if value}
    return (f"/reports?{urlencode(asked)}" if asked else "/reports") + "#programmes"


def _by_oblast(lines: Sequence[OverviewLine], lang: Lang) -> list[dict[str, Any]]:
    groups: dict[str, list[OverviewLine]] = {}
    for line in lines:
        groups.setdefault(line.region.of(lang), []).append(line)
    ordered = sorted(groups.items(), key=lambda group: sort_key(group[0]))
    return [
        {"name": name, "code": some[0].code[:4], "lines": some, "together": overview.together(some)}
        for name, some in ordered
    ]


async def _report_page(
    request: AnyRequest,
    conn: AsyncConnection,
    actor: Actor,
    kind: Kind,
    code: str,
) -> Response[str]:
    path = f"{PATHS[kind]}/{code}"
    asked = {name: request.query_params.get(name, "") for name in _ASKED}
    now, lang = datetime.now(UTC), lang_of(request)
    wrong: dict[str, str] = {}
    try:
        ask = parse_ask(**asked, now=now, default_lang=lang)
    except InvalidError as error:
        wrong = error_texts(lang, error.errors)
        ask = parse_ask(donor=asked["donor"], view=asked["view"], now=now, default_lang=lang)
    report = await report_for(request, conn, actor, kind, code, ask)
    if (name := request.query_params.get("part", "")) in LISTS:
        begin = read_place(request.query_params.get("after", ""))
        table = await to_thread.run_sync(report_shown.one, report, path, _query(asked), name, begin)
        return page(request, "reports/part.html", section="reports", block="part", **table)
    if (name := request.query_params.get("annex", "")) and not wrong:
        return await _annex_page(request, report, path, asked, name)
    shown = await to_thread.run_sync(report_shown.whole, report, path, _query(asked))
    for photo in shown["r"]["photos"]["rows"]:
        photo["there"] = await request.app.state.storage.holds(photo["sha256"])
    return page(
        request,
        "reports/report.html",
        section="reports",
        status=422 if wrong else 200,
        **shown,
        asked=asked | ({} if wrong else {"as_of": ask.as_of.isoformat()}),
        wrong=wrong,
        told_wrong=[f"{gettext(lang, _LABELS.get(field, field))}: {text}" for field, text in wrong.items()],
        today=kyiv.day_of(now),
        donors=await _donors(conn, actor, report),
        views=[(str(each.id), each.name) for each in await list_views(conn, actor)],
        view=str(report.facts.question.view.id) if isinstance(report.facts.question.view, Listed) else "",
        files=_files(path, asked, lang, large=making.takes_long(report)) if not wrong else [],
        annexes=[] if wrong else _annexes(path, asked, lang),
        may_choose_photos=may(actor, "programme.manage"),
    )


async def _annex_page(
    request: AnyRequest, report: Report, path: str, asked: dict[str, str], name: str
) -> Response[str]:
    """What a donor's rules or the state ask for, over the items of the report."""
    if name not in ANNEXES:
        raise NotFoundError("There is no such annex.")
    begin = read_place(request.query_params.get("after", ""))
    tree = await to_thread.run_sync(annex_sheet, report, ANNEXES[name], _ANNEX_AT_ONCE, begin)
    tree = page_of(tree, begin)
    query = urlencode({key: value for key, value in asked.items() if value} | {"lang": report.making.lang})
    base = f"/api/v1/reports/{quote(path)}.{name}"
    large = making.takes_long(report)
    if large:
        base = f"/reports/{quote(path)}/files/{name}"
    files = [
        {"name": "PDF", "href": f"{base}.pdf?{query}", "waits": large},
        {"name": "XLSX", "href": f"{base}?{query}", "waits": large},
    ]
    kept, after = _query(asked), tree["cut"]["next"]
    here = f"?{urlencode({'annex': name})}{'&' if kept else ''}{kept}"
    return page(
        request,
        "reports/annex.html",
        section="reports",
        r=tree,
        back=f"/reports/{quote(path)}?{kept}",
        files=files,
        next_href=f"{here}&after={after}" if after is not None else None,
        first_href=here if begin else None,
    )


async def _donors(conn: AsyncConnection, actor: Actor, report: Report) -> list[tuple[str, str]]:
    """Whom one may ask about: nobody, for a donor, but themselves."""
    if actor.has("donor") or (not report.facts.donors and not report.facts.question.donor):
        return []
    lang = report.making.lang
    parties = await list_parties(conn, actor, "donor")
    named = [(str(p.id), p.short_name or (p.name_uk if lang == "uk" else p.name_en)) for p in parties]
    return [("", gettext(lang, "All donors")), *named]


def _query(asked: dict[str, str]) -> str:
    return urlencode({name: value for name, value in asked.items() if value})


def _files(path: str, asked: dict[str, str], lang: Lang, *, large: bool) -> list[dict[str, Any]]:
    """What can be downloaded; of a ``large`` report what takes long is made while a page says how far it is."""
    query = urlencode({name: value for name, value in asked.items() if value} | {"lang": lang})
    base = f"/api/v1/reports/{quote(path)}"
    page_of = f"/reports/{quote(path)}/files/"
    found = [
        {
            "name": name.upper(),
            "text": gettext(lang, FORMATS[name].text),
            "href": f"{page_of}{name}?{query}" if large and name in _LONG else f"{base}.{name}?{query}",
            "waits": large and name in _LONG,
        }
        for name in formats(of_programme=path.startswith("programmes/"))
        if name.removesuffix(".pdf") not in ANNEXES
    ]
    both = urlencode({name: value for name, value in asked.items() if value} | {"lang": BOTH})
    text = gettext(lang, "PDF in Ukrainian and English")
    both_at = f"{page_of}pdf?{both}" if large else f"{base}.pdf?{both}"
    found.insert(1, {"name": "PDF", "text": text, "href": both_at, "waits": large})
    return found


def _annexes(path: str, asked: dict[str, str], lang: Lang) -> list[tuple[str, str]]:
    """Title and address of each."""
    base, query = f"/reports/{quote(path)}", {key: value for key, value in asked.items() if value}
    return [
        (gettext(lang, annex.title), f"{base}?{urlencode(query | {'annex': name})}")
        for name, annex in ANNEXES.items()
    ]


ROUTES = (list_reports, municipality, programme)
