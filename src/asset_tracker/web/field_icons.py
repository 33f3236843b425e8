"""The marks of the installed app, drawn as PNG from the shape of our logo; nothing is kept in the repository."""

from functools import cache
from io import BytesIO
from typing import Final

BRAND: Final = "#0d5a68"
_PAPER: Final = "#ffffff"
# The tag of icons.svg#logo in its view of 32 units, and the tick on it.
_TAG: Final = ((4, 5.5), (6.5, 3), (17.4, 3), (28.4, 13.6), (28.4, 16.4), (16, 28.6), (13.4, 28.6), (4, 19.4))
_TICK: Final = ((10.5, 15.5), (14.5, 19.5), (22, 12))
_HOLE: Final = (9.5, 9)
_FINE: Final = 4

NAMES: Final = {
    "192.png": (192, False),
    "512.png": (512, False),
    "maskable-512.png": (512, True),
    "180.png": (180, True),
}


@cache
def icon(name: str) -> bytes:
    """One of ``NAMES`` as PNG; ``maskable`` ones fill the square, their mark inside of the safe circle."""
    from PIL import Image, ImageDraw

    pixels, maskable = NAMES[name]
    side = pixels * _FINE
    picture = Image.new("RGBA", (side, side), BRAND if maskable else "#00000000")
    pen = ImageDraw.Draw(picture)
    unit = side / 32 * (0.62 if maskable else 0.98)
    start = (side - 32 * unit) / 2

    def at(point: tuple[float, float]) -> tuple[float, float]:
        return start + point[0] * unit, start + point[1] * unit

    body, mark = (_PAPER, BRAND) if maskable else (BRAND, _PAPER)
    pen.polygon([at(point) for point in _TAG], fill=body)
    pen.line([at(point) for point in _TICK], fill=mark, width=round(2.4 * unit), joint="curve")
    for point in (_TICK[0], _TICK[-1], _HOLE):
        x, y = at(point)
        radius = 1.2 * unit
        pen.ellipse((x - radius, y - radius, x + radius, y + radius), fill=mark)
    target = BytesIO()
    picture.resize((pixels, pixels), Image.Resampling.LANCZOS).save(target, "PNG", optimize=True)
    return target.getvalue()
