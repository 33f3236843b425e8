"""Label stock: sheets and rolls, exact in millimetres.  [pure]

The grids are those of the makers as the gLabels template database has them (A4), and arithmetic in inches for
Letter sheets and rolls. Users keep stock of their own beside these, as the same Struct, checked the same way.
"""

from collections.abc import Mapping
from math import isfinite
from typing import Annotated, Final, Literal

import msgspec

from asset_tracker.errors import FieldError, InvalidError, NotFoundError

Text = Annotated[str, msgspec.Meta(min_length=1, max_length=60, pattern=r"^[^\x00-\x1f/]*$")]
Kind = Literal["sheet", "roll"]

A4: Final = (210.0, 297.0)
LETTER: Final = (215.9, 279.4)
LARGEST: Final = 1500.0  # mm
SMALLEST: Final = 8.0  # mm, a label; no symbol of ours is smaller
MOST_LABELS: Final = 1000  # on a sheet
_TOLERANCE: Final = 0.05  # mm; makers round


class Stock(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What labels are printed on. Lengths in mm.

    ``left`` and ``top`` lead from the page's corner to the first label, ``pitch_x`` and ``pitch_y`` from one
    label to the next. A roll is a page of one label. ``margin_x`` and ``margin_y`` are what nothing is printed
    on at a label's edges; quiet zones may lie there.
    """

    name: Text
    title: Text
    kind: Kind
    page_width: float
    page_height: float
    width: float
    height: float
    columns: int = 1
    rows: int = 1
    left: float = 0.0
    top: float = 0.0
    pitch_x: float = 0.0
    pitch_y: float = 0.0
    margin_x: float = 1.5
    margin_y: float = 1.5
    radius: float = 0.0

    @property
    def cells(self) -> int:
        """Labels on a page."""
        return self.columns * self.rows


def _sheet(
    name: str,
    maker: str,
    size: tuple[float, float],
    grid: tuple[int, int],
    corner: tuple[float, float],
    pitch: tuple[float, float],
    *,
    page: tuple[float, float] = A4,
    radius: float = 1.5,
) -> Stock:
    return Stock(
        name=name, title=f"{maker} {name}", kind="sheet", page_width=page[0], page_height=page[1],
        width=size[0], height=size[1], columns=grid[0], rows=grid[1], left=corner[0], top=corner[1],
        pitch_x=pitch[0], pitch_y=pitch[1], radius=radius,
    )  # fmt: skip


def _roll(name: str, title: str, size: tuple[float, float], margin: tuple[float, float]) -> Stock:
    width, height = size
    return Stock(
        name=name, title=title, kind="roll", page_width=width, page_height=height, width=width, height=height,
        pitch_x=width, pitch_y=height, margin_x=margin[0], margin_y=margin[1],
    )  # fmt: skip


STOCK: Final[Mapping[str, Stock]] = {
    stock.name: stock
    for stock in (
        _sheet("L7160", "Avery", (63.5, 38.1), (3, 7), (7.48, 15.49), (66.04, 38.1), radius=1.8),
        _sheet("L7163", "Avery", (99.1, 38.1), (2, 7), (3.35, 15.17), (103.0, 38.1), radius=1.8),
        _sheet("L7651", "Avery", (38.1, 21.2), (5, 13), (4.7, 10.9), (40.6, 21.2), radius=1.8),
        _sheet("L4778", "Avery", (45.7, 21.2), (4, 12), (10.0, 22.0), (48.72, 21.2)),
        _sheet("4097", "Herma", (45.7, 21.2), (4, 12), (10.0, 22.0), (48.72, 21.2)),
        _sheet("4098", "Herma", (63.5, 29.6), (3, 9), (7.8, 15.5), (66.5, 29.6)),
        _sheet("4103", "Herma", (63.5, 38.1), (3, 7), (6.75, 15.5), (66.5, 38.1)),
        _sheet("5160", "Avery", (66.675, 25.4), (3, 10), (4.7625, 12.7), (69.85, 25.4), page=LETTER),
        _sheet("5163", "Avery", (101.6, 50.8), (2, 5), (3.96875, 12.7), (106.3625, 50.8), page=LETTER),
        # 696 × 271 dots of 300 to the inch are printable
        _roll("DK-11209", "Brother DK-11209", (62.0, 29.0), (1.54, 3.03)),
        _roll("ZEBRA-2X1", "Zebra 2 × 1 in", (50.8, 25.4), (1.0, 1.0)),
        _roll("11352", "DYMO 11352", (54.0, 25.0), (1.5, 1.5)),
        _roll("99012", "DYMO 99012", (89.0, 36.0), (1.5, 1.5)),
    )
}


def find_stock(name: str) -> Stock:
    """The built-in stock of this name, in any case. Raises ``NotFoundError`` that lists the names."""
    stock = STOCK.get(name.strip().upper())
    if stock is None:
        raise NotFoundError(
            "There is no label stock “%(name)s”; there are %(known)s.",
            name=name[:60],
            known=", ".join(STOCK),
        )
    return stock


def check_stock(stock: Stock) -> None:
    """Raises ``InvalidError`` with every reason why labels cannot be printed on this."""
    errors = _wrong_numbers(stock) or [*_wrong_grid(stock), *_wrong_margins(stock)]
    if errors:
        raise InvalidError("The measurements of this label stock do not fit together.", tuple(errors))


def _wrong_numbers(stock: Stock) -> list[FieldError]:
    sizes = dict.fromkeys(("page_width", "page_height", "width", "height"), SMALLEST)
    places = dict.fromkeys(("left", "top", "pitch_x", "pitch_y", "margin_x", "margin_y", "radius"), 0.0)
    errors = [
        _error(field, "A length from %(least)s to %(most)s mm.", least=f"{least:g}", most=f"{LARGEST:g}")
        for field, least in {**sizes, **places}.items()
        if not (isfinite(getattr(stock, field)) and least <= getattr(stock, field) <= LARGEST)
    ]
    errors += [
        _error(field, "A whole number from 1 to %(most)s.", most=MOST_LABELS)
        for field in ("columns", "rows")
        if not 1 <= getattr(stock, field) <= MOST_LABELS
    ]
    if not errors and stock.cells > MOST_LABELS:
        errors.append(_error("rows", "At most %(most)s labels on a sheet.", most=MOST_LABELS))
    return errors


def _wrong_grid(stock: Stock) -> list[FieldError]:
    errors = []
    for axis, size, count, start, pitch, page in (
        ("x", stock.width, stock.columns, stock.left, stock.pitch_x, stock.page_width),
        ("y", stock.height, stock.rows, stock.top, stock.pitch_y, stock.page_height),
    ):
        if count > 1 and pitch < size - _TOLERANCE:
            errors.append(
                _error(f"pitch_{axis}", "Labels would overlap: at least %(size)s mm.", size=f"{size:g}")
            )
        end = start + (count - 1) * pitch + size
        if end > page + _TOLERANCE:
            errors.append(
                _error(
                    "columns" if axis == "x" else "rows",
                    "The labels end at %(end)s mm, the page at %(page)s mm.",
                    end=f"{round(end, 2):g}",
                    page=f"{page:g}",
                )
            )
    return errors


def _wrong_margins(stock: Stock) -> list[FieldError]:
    return [
        _error(field, "The margins leave nothing of the label.")
        for field, margin, size in (
            ("margin_x", stock.margin_x, stock.width),
            ("margin_y", stock.margin_y, stock.height),
        )
        if 2 * margin >= size
    ]


def _error(field: str, message: str, **params: object) -> FieldError:
    return FieldError(field, message, dict(params))
