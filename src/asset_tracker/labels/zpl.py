"""Labels as ZPL II, for thermal printers.

Everything is sent as graphic fields of whole dots, text too: a printer's built-in fonts may lack ґ є і ї, and no
character of a name ever becomes part of a command. The symbol may be left to the printer (``^BQ``).
"""

from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Final

from PIL import Image, ImageChops

from asset_tracker.errors import FieldError, InvalidError
from asset_tracker.labels.layout import Drawing, Label, Plan, draw_label, label_url
from asset_tracker.labels.raster import PAPER, dots, draw_lines, symbol_picture
from asset_tracker.labels.sheet import PrintOptions, check_print
from asset_tracker.labels.stock import Stock

# Run lengths in graphic data: G to Y are 1 to 19, g to z are 20 to 400 in twenties.
_ONES: Final = " GHIJKLMNOPQRSTUVWXY"
_TWENTIES: Final = " ghijklmnopqrstuvwxyz"
_RUN_MOST: Final = 419
_NATIVE_MOST: Final = 10  # the largest magnification of ^BQ


def render_zpl(labels: Iterable[Label], stock: Stock, options: PrintOptions) -> Iterator[bytes]:
    """One ``^XA … ^XZ`` for each label.

    Raises ``InvalidError`` before the first piece where stock or options are wrong, or the stock is a sheet.
    """
    plan = check_print(stock, options)
    if stock.kind != "roll":
        message = "ZPL is for rolls; “%(title)s” is a sheet."
        params = {"title": stock.title}
        raise InvalidError(message, (FieldError("stock", message, params),), **params)
    return (_label(label, plan, stock, options) for label in labels)


def _label(label: Label, plan: Plan, stock: Stock, options: PrintOptions) -> bytes:
    drawing = draw_label(label, plan, options.base_url)
    dpi = options.dpi
    shift = dots(options.offset_x, dpi), dots(options.offset_y, dpi)
    x, y = dots(drawing.x, dpi) + shift[0], dots(drawing.y, dpi) + shift[1]
    if options.native_symbol and plan.dots <= _NATIVE_MOST:
        symbol = _native(label_url(options.base_url, label), plan, x, y)
    else:
        symbol = _graphic(symbol_picture(drawing.symbol, plan.dots), x, y)
    return (
        f"^XA^PW{dots(stock.width, dpi)}^LL{dots(stock.height, dpi)}^LH0,0\n"
        f"{symbol}{_text(drawing, stock, options, shift)}^PQ{label.copies}^XZ\n"
    ).encode("ascii")


def _native(url: str, plan: Plan, x: int, y: int) -> str:
    """The printer's own symbol: model 2, alphanumeric by hand so that it has the planned version."""
    safe = "".join(c if c.isalnum() or c in ":/.-" else "".join(f"_{b:02X}" for b in c.encode()) for c in url)
    return f"^FO{max(0, x)},{max(0, y)}^BQN,2,{plan.dots}^FH_^FD{plan.level}M,A{safe}^FS\n"


def _text(drawing: Drawing, stock: Stock, options: PrintOptions, shift: tuple[int, int]) -> str:
    picture = Image.new("1", (dots(stock.width, options.dpi), dots(stock.height, options.dpi)), PAPER)
    draw_lines(picture, drawing.lines, options.dpi, (0, 0))
    box = ImageChops.invert(picture).getbbox()
    if box is None:
        return ""
    return _graphic(picture.crop(box), box[0] + shift[0], box[1] + shift[1])


def _graphic(picture: Image.Image, x: int, y: int) -> str:
    """A graphic field; what a shift would push over the label's edge is cut off."""
    if x < 0 or y < 0:
        picture = picture.crop((max(0, -x), max(0, -y), picture.width, picture.height))
        x, y = max(0, x), max(0, y)
    stride = (picture.width + 7) // 8
    data = ImageChops.invert(picture).tobytes()
    rows = [data[start : start + stride].hex().upper() for start in range(0, len(data), stride)]
    total = len(data)
    return f"^FO{x},{y}^GFA,{total},{total},{stride},{_packed(rows)}^FS\n"


def _packed(rows: list[str]) -> str:
    """Rows of hex digits with repetitions counted; a row like the one before is a colon."""
    packed, before = [], None
    for row in rows:
        packed.append(":" if row == before else _packed_row(row))
        before = row
    return "".join(packed)


def _packed_row(row: str) -> str:
    end = row.rstrip("0")
    rest = "," if len(end) < len(row) else ""  # the rest of the row is empty
    return "".join(_run(digit, len(list(same))) for digit, same in groupby(end)) + rest


def _run(digit: str, count: int) -> str:
    runs = ""
    while count > 2:
        now = min(count, _RUN_MOST)
        twenties, ones = divmod(now, 20)
        runs += (_TWENTIES[twenties] if twenties else "") + (_ONES[ones] if ones else "") + digit
        count -= now
    return runs + digit * count
