import io
import re

import msgspec
import pytest
import zxingcpp
from lxml import etree
from PIL import Image

from asset_tracker.errors import InvalidError
from asset_tracker.labels.layout import Label, draw_label
from asset_tracker.labels.raster import render_png
from asset_tracker.labels.sheet import PrintOptions, check_print, pages
from asset_tracker.labels.stock import STOCK
from asset_tracker.labels.svg import page_svg, render_svg
from asset_tracker.labels.zpl import render_zpl
from asset_tracker.ledger.tags import new_tag, tag_url
from zpl_printer import printed

BASE = "https://assets.example.org"
LABEL = Label(tag="7K3M9QXV", name="Ноутбук «Їжак» з ґаджетами", line2="Sida", serial="PF3K000001")
ROLLS = [stock for stock in STOCK.values() if stock.kind == "roll"]


def options(dpi=300):
    return PrintOptions(base_url=BASE, dpi=dpi)


def read(picture):
    return [code.text for code in zxingcpp.read_barcodes(picture.convert("L"))]


@pytest.mark.parametrize("dpi", [203, 300, 600])
@pytest.mark.parametrize("stock", ROLLS, ids=lambda stock: stock.name)
def test_png_and_zpl_are_read_back(stock, dpi):
    png = Image.open(io.BytesIO(render_png(LABEL, stock, options(dpi))))
    assert png.mode == "1"
    assert png.info["dpi"] == pytest.approx((dpi, dpi), abs=0.1)
    assert read(png) == [tag_url(BASE, LABEL.tag)]
    (paper,) = printed(b"".join(render_zpl([LABEL], stock, options(dpi))).decode())
    assert paper.size == png.size
    assert read(paper) == [tag_url(BASE, LABEL.tag)]
    assert paper.tobytes() == png.convert("L").tobytes()


def test_a_roll_of_labels_with_copies():
    labels = [Label(tag=new_tag(), copies=2), LABEL]
    jobs = b"".join(render_zpl(labels, STOCK["ZEBRA-2X1"], options(203))).decode()
    assert jobs.count("^XA") == jobs.count("^XZ") == 2
    assert "^PQ2" in jobs
    assert "^PW406^LL203" in jobs


@pytest.mark.parametrize("name", ["^XZ^XA^JUS~JA", "~DGR:X,1,1,FF", "^FD\x00\x1b_5E", "\u202eкуб^"])
def test_no_command_comes_out_of_a_name(name):
    label = Label(tag="7K3M9QXV", name=name, line2=name, serial=name)
    job = b"".join(render_zpl([label], STOCK["ZEBRA-2X1"], options())).decode()
    assert "~" not in job
    assert {part[:2] for part in job.split("^")[1:]} == {"XA", "PW", "LL", "LH", "FO", "GF", "FS", "PQ", "XZ"}


def test_the_printer_may_draw_the_symbol():
    native = msgspec.structs.replace(options(203), native_symbol=True)
    job = b"".join(render_zpl([LABEL], STOCK["ZEBRA-2X1"], native)).decode()
    assert f"^BQN,2,4^FH_^FDHM,A{tag_url(BASE, LABEL.tag)}^FS" in job


def test_a_shift_never_leaves_the_label():
    shifted = msgspec.structs.replace(options(203), offset_x=-15.0, offset_y=-15.0)
    job = b"".join(render_zpl([LABEL], STOCK["ZEBRA-2X1"], shifted)).decode()
    assert "^FO-" not in job
    assert len(list(printed(job))) == 1


def test_sheets_are_not_for_thermal_printers():
    with pytest.raises(InvalidError, match="ZPL is for rolls"):
        render_zpl([LABEL], STOCK["L7160"], options())


def test_svg_is_well_formed_and_has_the_size_of_the_label():
    name = '<script>alert("&")</script>'
    svg = etree.fromstring(render_svg(msgspec.structs.replace(LABEL, name=name), STOCK["L7160"], options()))
    assert (svg.get("width"), svg.get("viewBox")) == ("63.5mm", "0 0 63.5 38.1")
    assert not svg.findall(".//{*}script")


def test_the_preview_is_the_page():
    stock = STOCK["L7160"]
    labels = [Label(tag=new_tag(), name="Монітор") for _ in range(5)]
    shown = msgspec.structs.replace(options(), outlines=True, cut_marks=True, start_cell=3)
    (page,) = pages(labels, stock, shown)
    drawn = page_svg(page, stock)
    svg = etree.fromstring(drawn.svg)
    assert svg.get("viewBox") == "0 0 210 297"
    assert (drawn.labels, len(svg.findall(".//{*}path[@shape-rendering]"))) == (5, 5)
    assert len(svg.findall(".//{*}rect")) == 1 + 21
    ids = {shape.get("id") for shape in svg.findall(".//{*}defs/*")}
    assert {use.get("href")[1:] for use in svg.findall(".//{*}use")} == ids
    assert drawn.svg.count("<g id=") == 1 + 5, "a word that all say is drawn once, and each one's tag"


def test_a_preview_of_many_small_labels_stays_small():
    stock = STOCK["L7651"]
    labels = [Label(tag=new_tag(), name=f"Монітор {n}") for n in range(65)]
    (page,) = pages(labels, stock, msgspec.structs.replace(options(), outlines=True))
    drawn = page_svg(page, stock, 20_000)
    assert 3 < drawn.labels < 30
    svg = etree.fromstring(drawn.svg)
    assert len(svg.findall(".//{*}path[@shape-rendering]")) == drawn.labels
    assert len(svg.findall(".//{*}rect[@data-cell]")) == 65
    assert len(drawn.svg) < 20_000 + 8_000, "with the cells of the sheet"


def test_a_symbol_of_strokes_has_the_modules_of_the_symbol():
    drawing = draw_label(LABEL, check_print(STOCK["L7160"], options()), BASE)
    svg = etree.fromstring(render_svg(LABEL, STOCK["L7160"], options()))
    dark = set()
    for row in re.findall(r"M[^M]+", svg.find(".//{*}path[@shape-rendering]").get("d")):
        x, y = (float(n) for n in re.match(r"M(\d+) ([\d.]+)", row).groups())
        for apart, long in re.findall(r"(?:m(\d+) 0)?h(\d+)", row):
            x += int(apart or 0)
            dark |= {(int(x) + n, int(y)) for n in range(int(long))}
            x += int(long)
    matrix = drawing.symbol.matrix()
    assert dark == {(x, y) for y, line in enumerate(matrix) for x, on in enumerate(line) if on}
