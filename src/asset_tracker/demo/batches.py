"""The ten emergency batches of PROSTO, and the three video-consultation kits [pure].

Dates, numbers of municipalities, contents and sums are those that were published (docs/demonstration.md);
unit prices are ours, chosen so that the sums come out to the hryvnia. Which municipalities stand for those
that no news named, ``data/batches.tsv`` says.
"""

import csv
from datetime import date
from decimal import Decimal
from importlib.resources import files
from typing import Final

import msgspec

BARANIVKA: Final = "UA18080010000090720"
OVRUCH: Final = "UA18060170000069581"
KHOROSHIV: Final = "UA18040570000099817"
HOSTOMEL: Final = "UA32080110000056605"


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """``count`` of a good to each municipality (to the ``first`` so many only, if given).

    ``quantity``: how many of it make one lot. ``price`` of one, or None where no sum was published.
    """

    good: str
    price: Decimal | None = None
    count: int = 1
    quantity: int = 1
    first: int | None = None


class Batch(msgspec.Struct, frozen=True, kw_only=True):
    """What went to many municipalities at once. ``total``: the published sum in ``currency``, if there is one."""

    number: int
    programme: str
    on: date
    title_uk: str
    title_en: str
    lines: tuple[Line, ...]
    total: Decimal | None = None
    currency: str = "UAH"


def _line(
    good: str, price: int | None = None, count: int = 1, *, quantity: int = 1, first: int | None = None
) -> Line:
    amount = None if price is None else Decimal(price)
    return Line(good=good, price=amount, count=count, quantity=quantity, first=first)


def _batch(number: int, on: date, uk: str, en: str, total: int | None, *lines: Line) -> Batch:
    amount = None if total is None else Decimal(total)
    return Batch(
        number=number, programme="PROSTO", on=on, title_uk=uk, title_en=en, lines=lines, total=amount
    )


BATCHES: Final[tuple[Batch, ...]] = (
    _batch(
        1, date(2022, 10, 17), "Екстрена допомога, партія 1", "Emergency support, batch 1", 740_000,  # and 40 000 for a repair, see ``build``
        _line("desktop", 27_000), _line("office", 5_200), _line("monitor", 7_000), _line("mfd", 15_800),
        _line("passport_camera", 25_000, first=1),
    ),
    _batch(
        2, date(2022, 12, 12), "Екстрена допомога, партія 2", "Emergency support, batch 2", 1_140_000,
        _line("laptop", 24_500, 2), _line("mfd", 15_800), _line("ups", 4_100, 2), _line("router", 2_600),
        _line("desktop", 26_200, first=6),
    ),
    _batch(
        3, date(2023, 1, 25), "Мобільний ЦНАП", "Mobile ASC", 834_000,
        _line("vehicle", 748_000), _line("laptop", 24_500, 2), _line("scanner", 8_900, 2),
        _line("laser_printer", 6_900, 2), _line("router", 2_700, 2),
    ),
    _batch(
        4, date(2023, 3, 13), "Екстрена допомога, партія 4", "Emergency support, batch 4", 1_980_720,
        _line("desktop", 26_800, 3), _line("laptop", 24_640, 2), _line("ups", 4_150, 2), _line("router", 1_750),
        _line("surge_strip", 350, quantity=5),
    ),
    _batch(
        5, date(2023, 6, 5), "Екстрена допомога, партія 5", "Emergency support, batch 5", 8_998_000,
        _line("desktop", 26_900, 2), _line("laptop", 25_200), _line("ups", 4_200, 2), _line("mfd", 16_200),
        _line("mobile_case", 60_000),
    ),
    _batch(
        6, date(2023, 6, 13), "Мобільні ЦНАП, партія 6", "Mobile ASCs, batch 6", None,
        _line("vehicle"), _line("mobile_case"),
    ),
    _batch(
        7, date(2023, 9, 11), "Екстрена допомога, партія 7", "Emergency support, batch 7", None,
        _line("desktop", None, 2), _line("monitor", None, 2), _line("mfd"),
    ),
    _batch(
        8, date(2023, 11, 20), "Екстрена допомога, партія 8", "Emergency support, batch 8", 3_100_000,
        _line("desktop", 27_300), _line("laptop", 25_400), _line("ups", 4_300, 2), _line("mfd_colour", 26_871),
        _line("router", 2_803, first=5),
    ),
    _batch(
        9, date(2024, 1, 15), "Для старостинських округів, партія 9", "For starosta districts, batch 9", None,
        _line("laptop", None, 2), _line("ups"), _line("mfd"),
    ),
    _batch(
        10, date(2024, 3, 4), "Мобільний ЦНАП, партія 10", "Mobile ASC, batch 10", 904_500,
        _line("vehicle", 842_000), _line("mobile_case_small", 62_500),
    ),
)  # fmt: skip

VIDEO_KITS: Final = Batch(
    number=11,
    programme="EGA-ZHYTOMYR",
    on=date(2024, 11, 4),
    title_uk="Обладнання для відеоконсультацій",
    title_en="Video-consultation equipment",
    lines=(_line("video_kit", 4_850),),
    currency="EUR",
)
VIDEO_CENTRES: Final = (BARANIVKA, OVRUCH, KHOROSHIV)

SPARES: Final = Batch(
    number=12,
    programme="EGA-ZHYTOMYR",
    on=date(2025, 2, 17),
    title_uk="Запасне обладнання",
    title_en="Spare equipment",
    lines=(_line("headset", 95, 2), _line("ups", 130)),
    currency="EUR",
)
"""Invented, so that something is still to be sent and something on its way."""
SPARES_TO: Final = (KHOROSHIV, OVRUCH)


def beneficiaries() -> dict[int, tuple[str, ...]]:
    """The codes of the municipalities of each batch; the same one may stand in several."""
    found: dict[int, list[str]] = {batch.number: [] for batch in BATCHES}
    source = (files(__package__) / "data" / "batches.tsv").read_text(encoding="utf-8")
    rows = (line for line in source.splitlines() if not line.startswith("#"))
    for row in csv.DictReader(rows, delimiter="\t"):
        found[int(row["batch"])].append(row["code"])
    others = {VIDEO_KITS.number: VIDEO_CENTRES, SPARES.number: SPARES_TO}
    return {number: tuple(codes) for number, codes in found.items()} | others
