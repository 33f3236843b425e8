"""The map of municipalities, and the pictures of how far things have come; borders that an administrator uploads."""

from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

import msgspec
from anyio import to_thread
from litestar import Response, get, post
from litestar.datastructures import UploadFile
from litestar.di import NamedDependency
from litestar.params import FromQuery, URLEncodedBody
from litestar.response import Redirect
from markupsafe import Markup
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker import kyiv
from asset_tracker.access.actors import Actor
from asset_tracker.access.permissions import may, require
from asset_tracker.assets.progress import progress
from asset_tracker.edge.who import AnyRequest, lang_of
from asset_tracker.errors import AssetTrackerError, FieldError, InvalidError
from asset_tracker.i18n import Lang, gettext
from asset_tracker.pictures.drawing import Picture
from asset_tracker.programmes.queries import list_programmes
from asset_tracker.reports import on_the_map
from asset_tracker.reports.map_pdf import pictures_pdf
from asset_tracker.reports.on_the_map import MEASURES, Asked, Place
from asset_tracker.reports.progress import pictures
from asset_tracker.territory import areas
from asset_tracker.territory.codes import is_code
from asset_tracker.territory.outlines import MAX_BYTES, read_geojson
from asset_tracker.territory.queries import list_oblasts
from asset_tracker.web.chrome import Flash
from asset_tracker.web.forms import read, read_id
from asset_tracker.web.pages import Instead, error_texts, page, see_other

LEVELS = {"oblast": "Oblasts", "raion": "Raions", "municipality": "Municipalities"}


class MapQuery(msgspec.Struct, frozen=True, kw_only=True):
    """What the address asks for."""

    size: str = "delivered"
    colour: str = "in_service"
    programme: str = ""
    oblast: str = ""


class LevelForm(msgspec.Struct, frozen=True):
    """Which borders to take away."""

    level: areas.Level


class SourceForm(msgspec.Struct, frozen=True):
    """Whose borders they are."""

    source: areas.Source


@get("/map")
async def show_map(
    request: AnyRequest,
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    size: FromQuery[str] = "delivered",
    colour: FromQuery[str] = "in_service",
    programme: FromQuery[str] = "",
    oblast: FromQuery[str] = "",
) -> Response[str]:
    query = MapQuery(size=size, colour=colour, programme=programme, oblast=oblast)
    return await _page(request, conn, actor, query)


@get("/map.pdf")
async def print_map(
    request: AnyRequest,
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    size: FromQuery[str] = "delivered",
    colour: FromQuery[str] = "in_service",
    programme: FromQuery[str] = "",
    oblast: FromQuery[str] = "",
) -> Response[bytes]:
    query = MapQuery(size=size, colour=colour, programme=programme, oblast=oblast)
    lang, now = lang_of(request), datetime.now(UTC)
    asked = _asked(query)
    drawn, _ = await _map(conn, actor, asked, lang, now)
    others = await _pictures(conn, actor, asked, lang, now)
    pdf = await to_thread.run_sync(pictures_pdf, drawn.title, (drawn, *others), lang, now)
    headers = {"Content-Disposition": 'inline; filename="map.pdf"'}
    return Response(pdf, media_type="application/pdf", headers=headers)


@post("/map/areas", status_code=303, request_max_body_size=MAX_BYTES + 100_000)
async def load_areas(
    request: AnyRequest, conn: NamedDependency[AsyncConnection], actor: NamedDependency[Actor]
) -> Redirect:
    require(actor, "territory.manage")
    sent = await request.form()
    source = str(sent.get("source") or "")
    try:
        told = read(SourceForm, {"source": source})
        outlines = await to_thread.run_sync(read_geojson, await _sent(sent.get("file")))
        number = await areas.load_outlines(conn, actor, outlines, told.source)
    except AssetTrackerError as wrong:
        raise Instead(await _page(request, conn, actor, MapQuery(), source, wrong)) from wrong
    return see_other(
        request, "/map#areas", Flash("good", "Borders of %(n)s areas are in use.", {"n": str(number)})
    )


@post("/map/areas/forget", status_code=303)
async def forget_areas(
    request: AnyRequest,
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    data: URLEncodedBody[LevelForm],
) -> Redirect:
    await areas.forget_outlines(conn, actor, data.level)
    return see_other(request, "/map#areas", Flash("good", "The borders were removed."))


async def _sent(file: Any) -> bytes:
    if not isinstance(file, UploadFile) or not file.filename:
        raise InvalidError(errors=(FieldError("file", "Choose a file."),))
    return await file.read()


def _asked(query: MapQuery) -> Asked:
    """What can be shown of what the address asks for: the rest is left as it is by default."""
    try:
        programme = read_id(query.programme, "programme")
    except InvalidError:
        programme = None
    return Asked(
        size=next((each for each in MEASURES if each == query.size), "delivered"),
        colour=next((each for each in MEASURES if each == query.colour), "in_service"),
        programme=programme,
        oblast=query.oblast if is_code(query.oblast) else None,
    )


async def _map(
    conn: AsyncConnection,
    actor: Actor,
    asked: Asked,
    lang: Lang,
    now: datetime,
    links: str = "",
    closer: str = "",
) -> tuple[Picture, tuple[Place, ...]]:
    places = await on_the_map.figures(conn, actor, asked, kyiv.day_of(now))
    window = await on_the_map.window_of(conn, asked.oblast)
    borders = await areas.list_areas(conn, oblast=asked.oblast)
    return on_the_map.draw(
        places, asked, lang, window=window, areas=borders, links=links, closer=closer
    ), places


async def _pictures(
    conn: AsyncConnection, actor: Actor, asked: Asked, lang: Lang, now: datetime
) -> tuple[Picture, ...]:
    found = await progress(conn, actor, now, programme=asked.programme, oblast=asked.oblast)
    return pictures(found, kyiv.day_of(now), lang)


def shown(pictures: tuple[Picture, ...]) -> list[dict[str, Any]]:
    """Pictures as a template draws them: our own drawings, whose every word is escaped where it is drawn."""
    return [
        {
            "title": each.title,
            "summary": each.summary,
            "svg": Markup(each.svg),  # noqa: S704 - see above
            "head": each.head,
            "rows": each.rows,
            "links": each.links,
        }
        for each in pictures
    ]


async def _page(
    request: AnyRequest,
    conn: AsyncConnection,
    actor: Actor,
    query: MapQuery,
    source: str = "",
    wrong: AssetTrackerError | None = None,
) -> Response[str]:
    lang, now = lang_of(request), datetime.now(UTC)
    asked = _asked(query)
    kept = {"size": asked.size, "colour": asked.colour, "programme": str(asked.programme or "")}
    closer = "/map?" + urlencode({name: value for name, value in kept.items() if value}) + "&oblast="
    drawn, places = await _map(conn, actor, asked, lang, now, "/municipalities/", closer)
    columns = on_the_map.columns(asked)
    tone, legend = on_the_map.legend(asked)
    errors = wrong.errors if isinstance(wrong, InvalidError) else ()
    told = {f"{at}": error_texts(lang, [each])[each.field] for at, each in enumerate(errors)}
    oblasts = {each.code: each.name(lang) for each in await list_oblasts(conn)}
    return page(
        request,
        "map/show.html",
        section="map",
        block="results",
        status=422 if wrong else 200,
        asked=asked,
        map=shown((drawn,))[0],
        tone=tone,
        legend=legend,
        colour_name=on_the_map.NAMES[asked.colour],
        places=[(place, [place.of(each) for each in columns]) for place in places] if asked.oblast else (),
        by_oblast=on_the_map.by_oblast(places, asked),
        columns=[on_the_map.NAMES[each] for each in columns],
        pictures=shown(await _pictures(conn, actor, asked, lang, now)),
        measures=[(key, gettext(lang, text)) for key, text in on_the_map.NAMES.items()],
        programmes=[(str(p.id), p.code) for p in await list_programmes(conn, actor)],
        oblasts=list(oblasts.items()),
        oblast_names=oblasts,
        address=urlencode(
            {name: value for name, value in (kept | {"oblast": asked.oblast or ""}).items() if value}
        ),
        may_load=may(actor, "territory.manage"),
        loaded=await areas.loaded(conn) if may(actor, "territory.manage") else (),
        levels=LEVELS,
        source=source,
        wrong=(told or {"": gettext(lang, wrong.message, **wrong.params)}) if wrong else {},
    )


ROUTES = (show_map, print_map, load_areas, forget_areas)
