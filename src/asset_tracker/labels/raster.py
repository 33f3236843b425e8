"""Labels in printer dots: pictures of one bit, for PNG and for thermal printers."""

import io
from functools import lru_cache

from PIL import Image, ImageDraw, ImageFont

from asset_tracker.labels.fonts import Face, font_path
from asset_tracker.labels.layout import MM_PER_INCH, Dpi, Label, Line, draw_label
from asset_tracker.labels.sheet import PrintOptions, check_print
from asset_tracker.labels.stock import Stock
from asset_tracker.labels.symbol import Symbol

PAPER, INK = 255, 0


def render_png(label: Label, stock: Stock, options: PrintOptions) -> bytes:
    """One label as a PNG of one bit a dot, which tells its resolution.

    Raises what ``check_print`` raises.
    """
    plan = check_print(stock, options)
    drawing = draw_label(label, plan, options.base_url)
    dpi = options.dpi
    picture = Image.new("1", (dots(stock.width, dpi), dots(stock.height, dpi)), PAPER)
    picture.paste(symbol_picture(drawing.symbol, plan.dots), (dots(drawing.x, dpi), dots(drawing.y, dpi)))
    draw_lines(picture, drawing.lines, dpi, (0, 0))
    file = io.BytesIO()
    picture.save(file, "PNG", dpi=(dpi, dpi), optimize=True)
    return file.getvalue()


def dots(mm: float, dpi: Dpi) -> int:
    """The whole printer dot nearest to a length."""
    return round(mm * dpi / MM_PER_INCH)


def symbol_picture(symbol: Symbol, scale: int) -> Image.Image:
    """The symbol without quiet zone, ``scale`` dots a module."""
    dark = Image.frombytes("1", (symbol.size, symbol.size), symbol.data)
    side = symbol.size * scale
    picture = Image.new("1", (side, side), PAPER)
    picture.paste(INK, mask=dark.resize((side, side), Image.Resampling.NEAREST))
    return picture


def draw_lines(picture: Image.Image, lines: tuple[Line, ...], dpi: Dpi, corner: tuple[int, int]) -> None:
    """Draw the lines on a picture whose corner lies at ``corner`` (dots) of the label."""
    canvas = ImageDraw.Draw(picture)
    canvas.fontmode = "1"
    for line in lines:
        place = (dots(line.x, dpi) - corner[0], dots(line.y, dpi) - corner[1])
        canvas.text(place, line.text, fill=INK, font=_typeface(line.face, _pixels(line, dpi)), anchor="ls")


def _pixels(line: Line, dpi: Dpi) -> float:
    return round(line.size * dpi / MM_PER_INCH, 1)


@lru_cache(maxsize=64)
def _typeface(face: Face, size: float) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(font_path(face), size, layout_engine=ImageFont.Layout.BASIC)
