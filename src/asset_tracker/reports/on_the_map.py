"""Municipalities in figures and on the map: as large, and as strongly coloured, as what one asks."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Final, Literal, NamedTuple, get_args
from uuid import UUID

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker.access.actors import Actor
from asset_tracker.assets.overdue import overdue_places
from asset_tracker.assets.summary import holdings
from asset_tracker.documents import display
from asset_tracker.i18n import Lang, gettext
from asset_tracker.pictures import maps
from asset_tracker.pictures.drawing import Picture, Tone
from asset_tracker.territory.areas import AreaView
from asset_tracker.territory.collation import sort_key
from asset_tracker.territory.queries import list_municipalities, positions
from asset_tracker.territory.translit import transliterate

Measure = Literal["delivered", "in_service", "overdue", "lost"]
MEASURES: Final[tuple[Measure, ...]] = get_args(Measure)
NAMES: Final[dict[Measure, str]] = {
    "delivered": "Delivered",
    "in_service": "In service",
    "overdue": "Overdue",
    "lost": "Lost",
}
_TONES: Final[dict[Measure, Tone]] = {
    "delivered": "brand",
    "in_service": "good",
    "overdue": "wait",
    "lost": "bad",
}
# From how many per cent of what was delivered each step of colour begins.
_STEPS: Final = (0, 1, 10, 25, 50)


SCALE: Final = ((0, "0"), (1, "1–9 %"), (2, "10–24 %"), (3, "25–49 %"), (4, "50–100 %"))


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What the map shows: size and colour by a measure, all or one programme's, the country or an oblast."""

    size: Measure = "delivered"
    colour: Measure = "in_service"
    programme: UUID | None = None
    oblast: str | None = None


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """A municipality in figures; ``overdue`` is None when it was not asked for."""

    code: str
    name_uk: str
    name_en: str
    oblast_code: str
    oblast_uk: str
    latitude: float | None
    longitude: float | None
    delivered: int
    in_service: int
    lost: int
    overdue: int | None = None

    def of(self, measure: Measure) -> int:
        """The figure of this measure."""
        return int(getattr(self, measure) or 0)


class Shade(NamedTuple):
    """How a municipality is coloured: its step, and the part in words."""

    step: int
    part: int


async def figures(conn: AsyncConnection, actor: Actor, asked: Asked, today: date) -> tuple[Place, ...]:
    """The municipalities that have or await something in reach, in Ukrainian order.

    What a donor may not know the municipality of is not counted for them.
    """
    held = await holdings(conn, actor, programme=asked.programme, oblast=asked.oblast)
    where = await positions(conn, [each.code for each in held])
    overdue: Mapping[str, int] | None = None
    if "overdue" in (asked.size, asked.colour):
        overdue = await overdue_places(conn, actor, today, programme=asked.programme, oblast=asked.oblast)
    return tuple(
        Place(
            code=each.code,
            name_uk=each.name_uk,
            name_en=each.name_en,
            oblast_code=each.oblast_code,
            oblast_uk=each.oblast_uk,
            latitude=where[each.code][0],
            longitude=where[each.code][1],
            delivered=each.delivered,
            in_service=each.in_service,
            lost=each.lost,
            overdue=overdue.get(each.code, 0) if overdue is not None else None,
        )
        for each in held
    )


async def window_of(conn: AsyncConnection, oblast: str | None) -> maps.Window:
    """What is in sight: the country, or the oblast with this code."""
    if oblast is None:
        return maps.UKRAINE
    inside = await list_municipalities(conn, oblast_code=oblast)
    return maps.around(
        (each.lon, each.lat) for each in inside if each.lon is not None and each.lat is not None
    )


def shade(place: Place, measure: Measure) -> Shade:
    """By the part of what was delivered that the measure is; of what is delivered, all of it."""
    whole = place.delivered
    part = 100 if measure == "delivered" and whole else display.part(place.of(measure), whole)
    # One lost of a thousand is not nothing.
    part = max(part, 1 if place.of(measure) else 0)
    return Shade(max(step for step, begins in enumerate(_STEPS) if part >= begins), min(part, 100))


def draw(
    places: Sequence[Place],
    asked: Asked,
    lang: Lang,
    *,
    window: maps.Window = maps.UKRAINE,
    areas: Iterable[AreaView] = (),
    links: str = "",
    closer: str = "",
) -> Picture:
    """The map of ``figures``; on paper with the table that says the same.

    ``links``: the path that a municipality's code is put behind, ``closer`` that an oblast's is; none for paper.
    """
    size, colour = (gettext(lang, NAMES[each]) for each in (asked.size, asked.colour))
    dots = [
        maps.Dot(
            name=(place.name_en if lang == "en" else place.name_uk),
            east=place.longitude,
            north=place.latitude,
            value=place.of(asked.size),
            step=shade(place, asked.colour).step,
            tone=_TONES[asked.colour],
            note=_note(place, asked, lang),
            href=f"{links}{place.code}" if links else "",
            group=place.oblast_code,
        )
        for place in places
        if place.longitude is not None and place.latitude is not None
    ]
    whole = sum(place.of(asked.size) for place in places)
    drawn = maps.country(
        dots,
        lang,
        title=gettext(lang, "Municipalities on the map"),
        summary=gettext(
            lang,
            "Size of a dot: %(size)s, %(whole)s in total. Colour: %(colour)s, as a share of what was delivered.",
            size=size.lower(),
            colour=colour.lower(),
            whole=display.number(whole, lang),
        ),
        window=window,
        areas=[maps.Area(name=area.name, rings=area.rings) for area in areas],
        # A page tells it in words of its own, which stay as large on a phone (``legend``).
        scale=SCALE if asked.colour != "delivered" and not links else (),
        tone=_TONES[asked.colour],
        # To be read where the drawing is as narrow as a phone.
        lettering=23 if links else 20,
        groups=_groups(places, asked, closer, lang) if closer and len(dots) > maps.CROWD else {},
    )
    if links:  # a page has a table of its own
        return drawn
    head, rows = table(places, asked, lang)
    return msgspec.structs.replace(drawn, head=head, rows=rows)


def legend(asked: Asked) -> tuple[Tone, tuple[tuple[str, str], ...]]:
    """The tone of the map's colour, and how opaque which part of what was delivered is drawn."""
    told = SCALE if asked.colour != "delivered" else ()
    return _TONES[asked.colour], tuple((maps.opacity(step), words) for step, words in told)


def _groups(places: Sequence[Place], asked: Asked, closer: str, lang: Lang) -> dict[str, maps.Group]:
    """Oblasts, each with its figure and the way to its map."""
    figure = columns(asked).index(asked.size)
    return {
        code: maps.Group(
            f"{transliterate(name) if lang == 'en' else name}: {numbers[figure]}", f"{closer}{code}"
        )
        for code, name, numbers in by_oblast(places, asked)
    }


def by_oblast(places: Sequence[Place], asked: Asked) -> tuple[tuple[str, str, tuple[int, ...]], ...]:
    """Oblasts in Ukrainian order: code, name, and their figures in the order of ``columns``."""
    found: dict[tuple[str, str], list[Place]] = {}
    for place in places:
        found.setdefault((place.oblast_code, place.oblast_uk), []).append(place)
    return tuple(
        (code, name, tuple(sum(each.of(measure) for each in some) for measure in columns(asked)))
        for (code, name), some in sorted(found.items(), key=lambda one: sort_key(one[0][1]))
    )


def columns(asked: Asked) -> tuple[Measure, ...]:
    """The measures that the table shows: what is overdue only where it was asked for."""
    return tuple(each for each in MEASURES if each != "overdue" or "overdue" in (asked.size, asked.colour))


def table(
    places: Sequence[Place], asked: Asked, lang: Lang
) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]:
    """The same in words: heads and rows, all municipalities, those without coordinates too."""
    shown = columns(asked)
    head = ("Municipality", "Oblast", *(NAMES[each] for each in shown))
    rows = tuple(
        (
            place.name_en if lang == "en" else place.name_uk,
            place.oblast_uk,
            *(display.number(place.of(measure), lang) for measure in shown),
        )
        for place in places
    )
    return tuple(gettext(lang, each) for each in head), rows


def _note(place: Place, asked: Asked, lang: Lang) -> str:
    if asked.colour in (asked.size, "delivered"):
        return ""
    return f"{gettext(lang, NAMES[asked.colour])}: {display.number(place.of(asked.colour), lang)}"
