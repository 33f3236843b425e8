"""What stands where on a label.  [pure, mm from the label's top left corner, y downwards]

The symbol comes first: the highest level whose modules are whole printer dots, at least three of them and at
least 0.375 mm (below that a phone held by hand fails), four where the label allows. The text takes what is left
and is fitted to it. Nothing on the label of an asset tells a municipality, a place or a person; that of a place
says which place it is, and hangs there.
"""

from functools import lru_cache
from math import ceil, floor
from typing import Final, Literal
from uuid import UUID

import msgspec

from asset_tracker.errors import FieldError, InvalidError
from asset_tracker.labels.fonts import Face, font
from asset_tracker.labels.stock import Stock
from asset_tracker.labels.symbol import (
    QUIET_ZONE,
    Level,
    Symbol,
    is_alphanumeric,
    make_symbol,
    smallest_version,
    symbol_size,
)
from asset_tracker.labels.text import printable, shorten, wrap
from asset_tracker.ledger.tags import TAG_LENGTH, format_tag, tag_url
from asset_tracker.territory.points import point_url

Dpi = Literal[203, 300, 600]

MM_PER_INCH: Final = 25.4
MODULE_MIN: Final = 0.375  # mm
_DOTS_WANTED: Final = 4
_DOTS_MIN: Final = 3
_LEVELS: Final[tuple[Level, ...]] = ("H", "Q", "M", "L")
_SYMBOL_MOST: Final = 32.0  # mm with its quiet zone; more helps no camera and takes the text's place
_SYMBOL_SHARE: Final = 0.57  # of the label's longer side
_TEXT_WIDTH_MIN: Final = 13.0  # mm
_TEXT_HEIGHT_MIN: Final = 4.0  # mm
_TAG_EM: Final = 5.6  # em; wider than nearly all tags in the bold face
_SIZE_MIN, _SIZE_MOST = 1.76, 4.4  # mm: 5 and 12 points
_NAME_EM: Final = 9.5  # em; a line of the name holds at least some sixteen characters
_TAG_SIZE_MOST: Final = 7.5  # mm: 21 points
_SMALL: Final = 0.87  # line2 and serial number beside the name
_LEADING: Final = 1.2
_SERIAL_TAIL: Final = 6


class Label(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One label, of an asset or of a place. ``tag`` is canonical (eight characters); all else may be empty.

    ``line2`` is for a programme or donor where visibility asks for it; of ``serial`` only the tail is printed.
    ``place``: the service point, whose ``title`` then stands where else the tag does.
    """

    tag: str = ""
    place: UUID | None = None
    title: str = ""
    name: str = ""
    line2: str = ""
    serial: str = ""
    copies: int = 1


class Line(msgspec.Struct, frozen=True):
    """A line of text: its baseline's left end and its size (the em), in mm."""

    x: float
    y: float
    size: float
    face: Face
    text: str


class Drawing(msgspec.Struct, frozen=True):
    """A label ready to be drawn: the symbol's top left module, the size of a module, and the lines, in mm."""

    symbol: Symbol
    x: float
    y: float
    module: float
    lines: tuple[Line, ...]


class Plan(msgspec.Struct, frozen=True):
    """What all labels of one stock, address length and printer have in common."""

    version: int
    level: Level
    dots: int  # printer dots a module
    module: float
    symbol_x: float
    symbol_y: float
    text_x: float
    text_y: float
    text_width: float
    text_height: float

    @property
    def side(self) -> float:
        """Of the dark symbol, mm."""
        return self.module * symbol_size(self.version)


class _Room(msgspec.Struct, frozen=True):
    """One arrangement: how much place the symbol may take, and what it must leave to the text."""

    beside: bool
    with_quiet: float
    dark: float


@lru_cache(maxsize=64)
def plan_label(stock: Stock, base_url: str, dpi: Dpi, *, places: bool = False) -> Plan:
    """The arrangement for labels of this stock, of assets or of places, whose address is longer.

    Raises ``InvalidError`` where no readable symbol and tag fit.
    """
    url = point_url(base_url, UUID(int=0)) if places else tag_url(base_url, "0" * TAG_LENGTH)
    dot = MM_PER_INCH / dpi
    least = ceil(MODULE_MIN / dot - 0.005)  # 3 dots of 203 to the inch are 0.3754 mm
    for dots_wanted in (max(_DOTS_WANTED, least), max(_DOTS_MIN, least)):
        for level in _LEVELS:
            version = smallest_version(len(url), level, alphanumeric=is_alphanumeric(url))
            if version is None:
                continue
            plans = [_place(stock, room, version, level, dot) for room in _rooms(stock)]
            fitting = [plan for plan in plans if plan is not None and plan.dots >= dots_wanted]
            if fitting:
                return max(fitting, key=lambda plan: plan.dots)  # the first, beside, where they are equal
    raise InvalidError(
        "No readable symbol fits a label of %(width)s × %(height)s mm.",
        (FieldError("stock", "Take larger labels or a shorter address.", {}, "at least 21 × 38 mm"),),
        width=f"{stock.width:g}",
        height=f"{stock.height:g}",
    )


def _rooms(stock: Stock) -> list[_Room]:
    dark_width, dark_height = stock.width - 2 * stock.margin_x, stock.height - 2 * stock.margin_y
    most = min(_SYMBOL_MOST, _SYMBOL_SHARE * max(stock.width, stock.height))
    return [
        _Room(beside=True, with_quiet=min(stock.height, most), dark=dark_height),
        _Room(beside=False, with_quiet=min(stock.width, most), dark=dark_width),
    ]


def _place(stock: Stock, room: _Room, version: int, level: Level, dot: float) -> Plan | None:
    size = symbol_size(version)
    dots = floor(min(room.with_quiet / (size + 2 * QUIET_ZONE), room.dark / size) / dot + 1e-6)
    module = dots * dot
    quiet, side = QUIET_ZONE * module, size * module
    first_x, first_y = max(quiet, stock.margin_x), max(quiet, stock.margin_y)
    if room.beside:
        symbol_x, symbol_y = first_x, (stock.height - side) / 2
        text_x, text_y = symbol_x + side + quiet, stock.margin_y
    else:
        symbol_x, symbol_y = (stock.width - side) / 2, first_y
        text_x, text_y = stock.margin_x, symbol_y + side + quiet
    width, height = stock.width - stock.margin_x - text_x, stock.height - stock.margin_y - text_y
    if dots < 1 or width < _TEXT_WIDTH_MIN or height < _TEXT_HEIGHT_MIN:
        return None
    return Plan(version, level, dots, module, symbol_x, symbol_y, text_x, text_y, width, height)


def label_url(base_url: str, label: Label) -> str:
    """What the label's symbol says."""
    return point_url(base_url, label.place) if label.place else tag_url(base_url, label.tag)


def draw_label(label: Label, plan: Plan, base_url: str) -> Drawing:
    """The label with its symbol and its lines, all within the plan's places."""
    symbol = make_symbol(label_url(base_url, label), plan.version, plan.level)
    return Drawing(symbol, plan.symbol_x, plan.symbol_y, plan.module, _lines(label, plan))


def _lines(label: Label, plan: Plan) -> tuple[Line, ...]:
    """The tag or the title, large; the name in as many lines as there is room for; then line2 and serial number, small."""
    regular = font("regular")
    face: Face = "bold" if label.tag else "regular"  # the bold one has the characters of tags only
    width, height = plan.text_width, plan.text_height
    head = format_tag(label.tag) if label.tag else printable(label.title, regular)
    tag_size = min(width / max(_TAG_EM, font(face).width(head)), 0.45 * height, _TAG_SIZE_MOST)
    body = min(_SIZE_MOST, max(_SIZE_MIN, min(0.115 * height, width / _NAME_EM)))
    room = height - tag_size * _LEADING

    name = printable(label.name, regular)
    below = [_serial(label.serial), printable(label.line2, regular)]
    small_lines: list[str] = []
    for text in below:  # the serial number first, where there is room for one only
        needed = body * _LEADING * (bool(name) + _SMALL * (len(small_lines) + 1))
        if text and needed <= room + 1e-9:
            small_lines.insert(0, shorten(text, regular, width / (body * _SMALL)))
    room -= body * _SMALL * _LEADING * len(small_lines)

    name_size, name_lines = _fit_name(name, width, room, body)
    sized: list[tuple[float, Face, str]] = [
        (tag_size, face, head),
        *((name_size, "regular", text) for text in name_lines),
        *((body * _SMALL, "regular", text) for text in small_lines),
    ]
    return _stack(sized, plan)


def _fit_name(name: str, width: float, height: float, body: float) -> tuple[float, list[str]]:
    """The name in the largest of three sizes that takes all of it.

    A smaller size is taken rather than a word broken, and the smallest one with an ellipsis where none takes
    it whole.
    """
    tried = []
    for size in (body, max(_SIZE_MIN, 0.9 * body), max(_SIZE_MIN, 0.8 * body)):
        count = floor(height / (size * _LEADING) + 1e-6)
        if count < 1 or not name:
            return size, []
        wrapped = wrap(name, font("regular"), width / size, count)
        if wrapped.whole and not wrapped.broken:
            return size, wrapped.lines
        tried.append((size, wrapped))
    size, wrapped = next((each for each in tried if each[1].whole), tried[-1])
    return size, wrapped.lines


def _serial(serial: str) -> str:
    clean = printable(serial, font("regular"))
    if not clean:
        return ""
    return f"S/N {clean}" if len(clean) <= _SERIAL_TAIL else f"S/N …{clean[-_SERIAL_TAIL:]}"


def _stack(sized: list[tuple[float, Face, str]], plan: Plan) -> tuple[Line, ...]:
    """The lines below each other, centred in the height of their place."""
    total = sum(size * _LEADING for size, _, _ in sized)
    top = plan.text_y + (plan.text_height - total) / 2
    lines = []
    for size, face, text in sized:
        # A line of 1.2 em: the baseline lies 0.9 em below its top, descenders reach 0.28 em further.
        lines.append(Line(plan.text_x, top + 0.92 * size, size, face, text))
        top += size * _LEADING
    return tuple(lines)
