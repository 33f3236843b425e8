from io import BytesIO
from uuid import UUID

import msgspec
import pytest
import zxingcpp
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from asset_tracker.errors import InvalidError
from asset_tracker.labels.fonts import font
from asset_tracker.labels.layout import MM_PER_INCH, Label, draw_label, plan_label
from asset_tracker.labels.raster import render_png
from asset_tracker.labels.sheet import PrintOptions
from asset_tracker.labels.stock import STOCK
from asset_tracker.labels.symbol import QUIET_ZONE

BASE = "https://assets.example.org"
each_stock = pytest.mark.parametrize("stock", STOCK.values(), ids=STOCK.keys())


@each_stock
@pytest.mark.parametrize("dpi", [203, 300, 600])
def test_symbols_are_readable_and_stay_on_the_label(stock, dpi):
    plan = plan_label(stock, BASE, dpi)
    assert plan.dots >= 3
    assert plan.module >= 0.375 - 0.001
    assert abs(plan.module - plan.dots * MM_PER_INCH / dpi) < 1e-9
    quiet = QUIET_ZONE * plan.module
    assert plan.symbol_x - quiet >= -1e-6
    assert plan.symbol_y - quiet >= -1e-6
    assert plan.symbol_y + plan.side + quiet <= stock.height + 1e-6
    assert plan.symbol_x + plan.side + quiet <= stock.width + 1e-6
    assert plan.symbol_y >= stock.margin_y - 1e-6
    # four dots on every stock of the list, and the quiet zone is free of text
    assert plan.dots >= 4
    assert plan.text_x >= plan.symbol_x + plan.side + quiet - 1e-6 or (
        plan.text_y >= plan.symbol_y + plan.side + quiet - 1e-6
    )


@each_stock
@settings(max_examples=25, deadline=None)
@given(name=st.text(max_size=200), line2=st.text(max_size=80), serial=st.text(max_size=40))
def test_text_never_leaves_its_place(stock, name, line2, serial):
    plan = plan_label(stock, BASE, 300)
    label = Label(tag="7K3M9QXV", name=name, line2=line2, serial=serial)
    lines = draw_label(label, plan, BASE).lines
    assert lines[0].text == "7K3M-9QXV"
    for line in lines:
        face = font(line.face)
        assert line.x >= plan.text_x - 1e-6
        assert line.x + face.width(line.text) * line.size <= plan.text_x + plan.text_width + 1e-6
        assert line.y - 0.92 * line.size >= plan.text_y - 1e-6
        assert line.y + 0.28 * line.size <= plan.text_y + plan.text_height + 1e-6
        assert line.size >= 1.5


@each_stock
def test_every_stock_has_room_for_tag_name_and_serial_number(stock):
    plan = plan_label(stock, BASE, 300)
    label = Label(tag="WWWWWWWW", name="Ноутбук", line2="Sida", serial="PF3KZ00012345")
    texts = [line.text for line in draw_label(label, plan, BASE).lines]
    assert texts[:2] == ["WWWW-WWWW", "Ноутбук"]
    assert texts[-1] == "S/N …012345"


@pytest.mark.parametrize(("serial", "texts"), [("A12", ["7K3M-9QXV", "S/N A12"]), ("", ["7K3M-9QXV"])])
def test_a_short_serial_number_is_whole_and_an_empty_one_is_not_there(serial, texts):
    plan = plan_label(STOCK["L7160"], BASE, 300)
    drawing = draw_label(Label(tag="7K3M9QXV", serial=serial), plan, BASE)
    assert [line.text for line in drawing.lines] == texts


def test_a_label_too_small_is_refused():
    tiny = msgspec.structs.replace(STOCK["11352"], width=20.0, height=10.0, page_width=20.0, page_height=10.0)
    with pytest.raises(InvalidError, match="No readable symbol fits a label of 20 × 10 mm"):
        plan_label(tiny, BASE, 300)


def test_a_square_label_has_its_text_below():
    square = msgspec.structs.replace(
        STOCK["11352"], width=30.0, height=36.0, page_width=30.0, page_height=36.0
    )
    plan = plan_label(square, BASE, 300)
    assert plan.text_y > plan.symbol_y + plan.side


def test_a_long_word_is_set_smaller_rather_than_broken():
    plan = plan_label(STOCK["L7160"], BASE, 300)
    label = Label(tag="7K3M9QXV", name="Багатофункціональний пристрій Canon")
    lines = draw_label(label, plan, BASE).lines
    assert [line.text for line in lines[1:]] == ["Багатофункціональний", "пристрій Canon"]
    assert lines[1].size < 3.2


@each_stock
def test_a_label_of_a_place_is_read_back_and_says_which_place_it_is(stock):
    point = UUID("0198c2de-7a10-7c3b-9f00-0123456789ab")
    label = Label(place=point, title="Місце", name="ЦНАП Баранівки", line2="Баранівська міська громада")
    options = PrintOptions(base_url=BASE, places=True)
    picture = Image.open(BytesIO(render_png(label, stock, options))).convert("L")
    (found,) = zxingcpp.read_barcodes(picture)
    assert found.text == f"{BASE}/points/{point}".upper()
    drawing = draw_label(label, plan_label(stock, BASE, 300, places=True), BASE)
    assert [line.text for line in drawing.lines][:2] == ["Місце", "ЦНАП Баранівки"]
