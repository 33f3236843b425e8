"""The service points of the demonstration [pure]: the three centres as the state register has them, others by rule."""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Final
from uuid import UUID

from asset_tracker.demo.batches import BARANIVKA, KHOROSHIV, OVRUCH, beneficiaries
from asset_tracker.demo.fixed import fixed_id
from asset_tracker.demo.story import main_point
from asset_tracker.demo.turns import BASHTANKA, REFUGE
from asset_tracker.territory.municipalities import Municipality
from asset_tracker.territory.points import NewServicePoint
from asset_tracker.territory.situations import NewSituation, Situation
from asset_tracker.territory.translit import transliterate

COUNCILS: Final = {
    "urban": ("міської ради", "City Council"),
    "settlement": ("селищної ради", "Settlement Council"),
    "rural": ("сільської ради", "Village Council"),
}

_ADDRESSES: Final = {
    BARANIVKA: "вул. Звягельська, 7-Б, м. Баранівка",
    OVRUCH: "вул. Героїв Майдану, 21, м. Овруч",
    KHOROSHIV: "вул. Героїв України, 6, с-ще Хорошів",
}
_REMOTE: Final = {
    BARANIVKA: (("с. Марківка", "вул. Першотравнева, 46-А"), ("с-ще Полянка", "вул. Промислова, 3")),
    OVRUCH: (("с. Бондарі", "вул. Центральна, 75"), ("с. Покалів", "вул. Шляхова, 53")),
}


def points(municipalities: dict[str, Municipality]) -> Iterator[tuple[UUID, NewServicePoint]]:
    """A centre in every municipality, what the register knows of the three, and a place of refuge."""
    for code in sorted({code for codes in beneficiaries().values() for code in codes}):
        yield main_point(code), _centre(municipalities[code])
        for place, address in _REMOTE.get(code, ()):
            yield (
                fixed_id("point", code, place),
                NewServicePoint(
                    municipality_code=code,
                    kind="remote_workplace",
                    name_uk=f"Віддалене робоче місце ЦНАП, {place}",
                    name_en=f"Remote workplace of the ASC, {transliterate(place.split()[-1])}",
                    address=f"{address}, {place}",
                    parent_id=main_point(code),
                ),
            )
    yield (
        REFUGE,
        NewServicePoint(
            municipality_code=BASHTANKA,
            kind="asc",
            name_uk="ЦНАП Станіславської сільської ради (тимчасово в Баштанці)",
            name_en="ASC of Stanislavska Village Council (temporarily in Bashtanka)",
        ),
    )


def _centre(municipality: Municipality) -> NewServicePoint:
    uk, en = (
        COUNCILS[municipality.kind or "rural"]
        if municipality.kind != "city"
        else ("міської ради", "City Council")
    )
    return NewServicePoint(
        municipality_code=municipality.code,
        kind="asc",
        # «Баранівська» of whom? «Баранівської»: every name of a hromada is an adjective in -а.
        name_uk=f"ЦНАП {municipality.name_uk.removesuffix('а')}ої {uk}",
        name_en=f"ASC of {municipality.name_en} {en}",
        address=_ADDRESSES.get(municipality.code),
        lat=municipality.lat,
        lon=municipality.lon,
    )


# Oblasts (the first four signs of a code) where municipalities stand on a list in the demonstration; by oblast only.
_SITUATIONS: Final[dict[str, Situation]] = {
    "UA65": "active",
    "UA63": "active",
    "UA59": "possible",
    "UA48": "possible",
}


def situations(codes: Iterable[str]) -> list[NewSituation]:
    """Where the municipalities of the demonstration stand: invented, after the oblasts that the war is in."""
    day, source = date(2022, 2, 24), "Демонстраційний перелік (demonstration)"
    return [
        NewSituation(municipality=code, situation=_SITUATIONS[code[:4]], since=day, source=source)
        for code in sorted(codes)
        if code[:4] in _SITUATIONS
    ]
