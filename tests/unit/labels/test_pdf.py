import re

import msgspec
import pypdfium2
import pytest
import zxingcpp

from asset_tracker.errors import InvalidError
from asset_tracker.labels.layout import Label
from asset_tracker.labels.pdf import render_alignment_pdf, render_pdf
from asset_tracker.labels.sheet import PrintOptions
from asset_tracker.labels.stock import STOCK
from asset_tracker.ledger.tags import format_tag, new_tag, tag_url

BASE = "https://assets.example.org"
OPTIONS = PrintOptions(base_url=BASE)


def some_labels(count):
    return [
        Label(tag=new_tag(), name="Багатофункційний пристрій «Їжак»", line2="Sida", serial=f"PF3K{n:06}")
        for n in range(count)
    ]


def document(labels, stock, options):
    return pypdfium2.PdfDocument(b"".join(render_pdf(labels, stock, options)))


def read(page, dpi):
    picture = page.render(scale=dpi / 72).to_pil().convert("L")
    return {code.text for code in zxingcpp.read_barcodes(picture, formats=zxingcpp.BarcodeFormat.QRCode)}


@pytest.mark.parametrize("dpi", [203, 300])
@pytest.mark.parametrize("stock", STOCK.values(), ids=STOCK.keys())
def test_every_symbol_of_a_page_is_read_back(stock, dpi):
    labels = some_labels(stock.cells)
    pages = document(labels, stock, msgspec.structs.replace(OPTIONS, dpi=dpi))
    assert len(pages) == 1
    assert read(pages[0], dpi) == {tag_url(BASE, label.tag) for label in labels}


def test_pages_have_the_paper_s_size_and_the_text_can_be_copied():
    labels = some_labels(2)
    page = document(labels, STOCK["L7160"], OPTIONS)[0]
    assert page.get_size() == pytest.approx((595.28, 841.89), abs=0.01)
    text = page.get_textpage().get_text_bounded()
    assert format_tag(labels[0].tag) in text
    assert "«Їжак»" in text.replace("\r\n", " ")
    letter = document(labels, STOCK["5160"], OPTIONS)[0]
    assert letter.get_size() == pytest.approx((612, 792), abs=0.01)


def test_a_used_sheet_is_begun_where_it_is_free():
    labels = some_labels(3)
    pages = document(labels, STOCK["L7160"], msgspec.structs.replace(OPTIONS, start_cell=20))
    assert len(pages) == 2
    assert read(pages[0], 150) == {tag_url(BASE, label.tag) for label in labels[:2]}
    first = pages[0].get_textpage().get_text_bounded()
    assert format_tag(labels[2].tag) not in first


def test_copies_and_no_labels():
    label = msgspec.structs.replace(some_labels(1)[0], copies=2)
    assert len(document([label], STOCK["99012"], OPTIONS)) == 2
    assert b"".join(render_pdf([], STOCK["99012"], OPTIONS)).startswith(b"%PDF")


def test_the_printer_s_shift_moves_the_labels():
    label = some_labels(1)
    plain = b"".join(render_pdf(label, STOCK["L7160"], OPTIONS))
    shifted = b"".join(render_pdf(label, STOCK["L7160"], msgspec.structs.replace(OPTIONS, offset_y=1.5)))
    assert plain != shifted


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"start_cell": 22}, "start_cell"),
        ({"start_cell": 0}, "start_cell"),
        ({"dpi": 100}, "dpi"),
        ({"offset_x": 30.0}, "offset_x"),
        ({"scale_y": float("nan")}, "scale_y"),
    ],
)
def test_wrong_options_are_told_before_the_first_byte(changes, field):
    with pytest.raises(InvalidError) as caught:
        render_pdf([], STOCK["L7160"], msgspec.structs.replace(OPTIONS, **changes))
    assert [error.field for error in caught.value.errors] == [field]


def test_the_same_labels_give_the_same_bytes_and_name_no_time():
    labels = some_labels(30)
    written = [b"".join(render_pdf(labels, STOCK["L7160"], OPTIONS)) for _ in range(2)]
    assert written[0] == written[1]
    assert b"CreationDate" not in written[0]


def test_it_streams():
    taken = []

    def endless():
        while True:
            taken.append(1)
            yield some_labels(1)[0]

    pieces = render_pdf(endless(), STOCK["L7160"], OPTIONS)
    for _ in range(4):
        next(pieces)
    assert len(taken) == 3 * 21


def test_the_cross_reference_table_is_true():
    data = b"".join(render_pdf(some_labels(25), STOCK["L7160"], OPTIONS))
    start = int(re.search(rb"startxref\n(\d+)", data)[1])
    rows = re.findall(rb"(\d{10}) 00000 n ", data[start:])
    for number, offset in enumerate(rows, 1):
        assert data[int(offset) :].startswith(b"%d 0 obj" % number)


def test_marks_and_the_alignment_page():
    marked = msgspec.structs.replace(OPTIONS, cut_marks=True, outlines=True)
    assert read(document(some_labels(21), STOCK["L7160"], marked)[0], 200)
    for stock in STOCK.values():
        pages = pypdfium2.PdfDocument(b"".join(render_alignment_pdf(stock, OPTIONS, ("Друкуйте у 100 %",))))
        assert "Друкуйте у 100 %" in pages[0].get_textpage().get_text_bounded()
