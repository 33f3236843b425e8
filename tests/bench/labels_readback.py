"""Are labels read back? Draws sheets (PDF, by pdfium) and rolls (ZPL, by our own printer of pixels), spoils the
pictures, and lets zxing-cpp read every symbol.

    python tests/bench/labels_readback.py            # a table, 100 labels each
    python tests/bench/labels_readback.py --count 1000 --write docs/labels.md
    python tests/bench/labels_readback.py --levels --write docs/labels.md
"""

import argparse
import random
import sys
from collections.abc import Callable, Iterator
from math import cos, pi, sin, sqrt
from pathlib import Path
from typing import NamedTuple

import pypdfium2
import zxingcpp
from PIL import Image, ImageDraw, ImageFilter

sys.path.insert(0, str(Path(__file__).parents[1]))
from tables import show

from asset_tracker.labels.layout import MM_PER_INCH, Dpi, Label, plan_label
from asset_tracker.labels.pdf import render_pdf
from asset_tracker.labels.raster import symbol_picture
from asset_tracker.labels.sheet import PrintOptions, cell_corner
from asset_tracker.labels.stock import STOCK, Stock
from asset_tracker.labels.symbol import make_symbol, smallest_version, symbol_size
from asset_tracker.labels.zpl import render_zpl
from asset_tracker.ledger.tags import ALPHABET, check_character, tag_url
from zpl_printer import printed

BASE = "https://assets.example.org"
RANDOM = random.Random(20240224)  # noqa: S311 - the same labels every time
NAMES = (
    "Ноутбук Lenovo ThinkPad E14 Gen 5",
    "Багатофункційний пристрій Canon i-SENSYS MF453dw",
    "ДБЖ APC Easy UPS 700 ВА",
    "Мобільна валіза адміністратора ЦНАП із ґаджетами",
)


def some_labels(count: int) -> list[Label]:
    labels = []
    for n in range(count):
        seven = "".join(RANDOM.choices(ALPHABET, k=7))
        tag = seven + check_character(seven)
        labels.append(Label(tag=tag, name=NAMES[n % 4], line2="Програма · Sida", serial=f"PF3K{n:06}"))
    return labels


# Pictures of labels ---------------------------------------------------------------------------------------


def label_pictures(labels: list[Label], stock: Stock, options: PrintOptions) -> Iterator[Image.Image]:
    if stock.kind == "roll":
        yield from printed(b"".join(render_zpl(labels, stock, options)).decode())
        return
    pages = pypdfium2.PdfDocument(b"".join(render_pdf(labels, stock, options)))
    left = len(labels)
    for page in pages:
        picture = page.render(scale=options.dpi / 72, grayscale=True).to_pil()
        for cell in range(min(left, stock.cells)):
            x, y = cell_corner(stock, options, cell)
            edges = (x, y, x + stock.width, y + stock.height)
            yield picture.crop(tuple(round(mm * options.dpi / MM_PER_INCH) for mm in edges))
        left -= stock.cells


# What happens to labels -----------------------------------------------------------------------------------


class Place(NamedTuple):
    """Where the dark symbol lies in a picture, in dots, and how many modules it has on a side."""

    x: float
    y: float
    module: float
    modules: int
    module_mm: float

    @property
    def side(self) -> float:
        return self.module * self.modules


def as_printed(picture: Image.Image, _: Place) -> Image.Image:
    return picture


def noise(picture: Image.Image, _: Place) -> Image.Image:
    """A third of the contrast is lost to grey, with grain of a deviation of 19 in 255."""
    return Image.blend(picture, Image.effect_noise(picture.size, 64), 0.3)


def blur(picture: Image.Image, place: Place) -> Image.Image:
    """Out of focus: a Gaussian of 0.4 modules."""
    return picture.filter(ImageFilter.GaussianBlur(0.4 * place.module))


def rotation(picture: Image.Image, _: Place) -> Image.Image:
    return picture.rotate(17, Image.Resampling.BICUBIC, expand=True, fillcolor=255)


def pen_stroke(picture: Image.Image, place: Place) -> Image.Image:
    """A ballpoint's line of half a millimetre right across the symbol, slanting, between its corner eyes.

    A line exactly along a row of modules is another matter: of those zxing-cpp loses some.
    """
    spoilt = picture.copy()
    angle = RANDOM.choice((-1, 1)) * RANDOM.uniform(pi / 60, pi / 8) + RANDOM.choice((0, pi / 2))
    x, y = place.x + place.side / 2, place.y + place.side / 2
    dx, dy = place.side * cos(angle), place.side * sin(angle)
    width = max(1, round(0.5 * place.module / place.module_mm))
    ImageDraw.Draw(spoilt).line((x - dx, y - dy, x + dx, y + dy), fill=0, width=width)
    return spoilt


def loss(picture: Image.Image, place: Place, share: float = 0.06) -> Image.Image:
    """Six per cent of the symbol's area scratched away in one piece, anywhere but at its three corner eyes."""
    spoilt = picture.copy()
    side = sqrt(share) * place.modules
    eye = 8
    while True:
        x, y = (RANDOM.uniform(0, place.modules - side) for _ in range(2))
        near_x, near_y = x < eye, y < eye
        far_x, far_y = x + side > place.modules - eye, y + side > place.modules - eye
        if not ((near_x and near_y) or (near_x and far_y) or (far_x and near_y)):
            break
    corner = (place.x + x * place.module, place.y + y * place.module)
    end = (corner[0] + side * place.module, corner[1] + side * place.module)
    ImageDraw.Draw(spoilt).rectangle((*corner, *end), fill=255)
    return spoilt


LOSSES = (0.03, 0.06, 0.09, 0.12)
SPOILING: dict[str, Callable[[Image.Image, Place], Image.Image]] = {
    "as printed": as_printed,
    "noise": noise,
    "blur": blur,
    "17°": rotation,
    "pen": pen_stroke,
    "6 % lost": loss,
}


# Reading --------------------------------------------------------------------------------------------------


def read(picture: Image.Image) -> str:
    """What the reader sees in five looks; a camera gives it ten in a second."""
    for angle in (0, 2, -5, 9, -13):
        seen = picture.rotate(angle, Image.Resampling.BICUBIC, fillcolor=255) if angle else picture
        if found := zxingcpp.read_barcodes(seen, formats=zxingcpp.BarcodeFormat.QRCode):
            return found[0].text
    return ""


def rates(stock: Stock, dpi: Dpi, count: int) -> tuple[list[str], list[float]]:
    """What the labels of a stock look like, and the share read back under each spoiling."""
    options = PrintOptions(base_url=BASE, dpi=dpi)
    plan = plan_label(stock, BASE, dpi)
    dot = MM_PER_INCH / dpi
    place = Place(plan.symbol_x / dot, plan.symbol_y / dot, plan.dots, symbol_size(plan.version), plan.module)
    labels = some_labels(count)
    right = dict.fromkeys(SPOILING, 0)
    for label, picture in zip(labels, label_pictures(labels, stock, options), strict=True):
        for name, spoil in SPOILING.items():
            right[name] += read(spoil(picture, place)) == tag_url(BASE, label.tag)
    looks = [
        stock.title, str(dpi), f"{plan.version}-{plan.level}", str(plan.dots), f"{plan.module:.2f}",
        f"{plan.side:.1f}",
    ]  # fmt: skip
    return looks, [right[name] / count for name in SPOILING]


def stock_rows(names: list[str], dpis: list[Dpi], count: int) -> Iterator[list[str]]:
    for name in names:
        for dpi in dpis:
            looks, shares = rates(STOCK[name], dpi, count)
            yield looks + [_percent(share) for share in shares]


def level_rows(count: int) -> Iterator[list[str]]:
    """Why level H: symbols of 15 mm at most, at 300 dpi, with more and more of them lost in one piece."""
    dot = MM_PER_INCH / 300
    for level in ("H", "Q", "M", "L"):
        labels = some_labels(count)
        version = smallest_version(len(tag_url(BASE, labels[0].tag)), level)
        modules = symbol_size(version)
        dots = int(15 / modules / dot)
        side = modules * dots
        place = Place(4 * dots, 4 * dots, dots, modules, dots * dot)
        right = dict.fromkeys(LOSSES, 0)
        for label in labels:
            url = tag_url(BASE, label.tag)
            picture = Image.new("L", (side + 8 * dots, side + 8 * dots), 255)
            picture.paste(symbol_picture(make_symbol(url, version, level), dots), (4 * dots, 4 * dots))
            for share in LOSSES:
                right[share] += read(loss(picture, place, share)) == url
        looks = [f"{version}-{level}", f"{dots * dot:.2f}", f"{side * dot:.1f}"]
        yield looks + [_percent(right[share] / count) for share in LOSSES]


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %".replace("100.0", "100")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=100, help="labels of each stock")
    parser.add_argument("--stock", choices=STOCK, action="append", help="only this stock (may be repeated)")
    parser.add_argument("--dpi", type=int, choices=(203, 300, 600), action="append")
    parser.add_argument("--levels", action="store_true", help="compare the levels instead of the stock")
    parser.add_argument("--write", type=Path, help="the document whose table to replace")
    args = parser.parse_args()
    if args.levels:
        head = ("symbol", "module mm", "side mm", *(f"{100 * share:.0f} % lost" for share in LOSSES))
        show("labels_levels", head, level_rows(args.count), args.write)
        return
    head = ("stock", "dpi", "symbol", "dots", "module mm", "side mm", *SPOILING)
    found = stock_rows(args.stock or list(STOCK), args.dpi or [203, 300], args.count)
    show("labels_readback", head, found, args.write)


if __name__ == "__main__":
    main()
