import msgspec
import pytest

from asset_tracker.errors import InvalidError, NotFoundError
from asset_tracker.labels.stock import STOCK, check_stock, find_stock


@pytest.mark.parametrize("stock", STOCK.values(), ids=STOCK.keys())
def test_built_in_stock_fits_its_page(stock):
    check_stock(stock)
    assert stock.cells == stock.columns * stock.rows


def test_l7160_is_exact():
    stock = find_stock(" l7160 ")
    assert (stock.width, stock.height, stock.cells) == (63.5, 38.1, 21)
    assert (stock.left, stock.top, stock.pitch_x, stock.pitch_y) == (7.48, 15.49, 66.04, 38.1)
    assert (stock.page_width, stock.page_height) == (210, 297)


def test_an_unknown_name_tells_the_known_ones():
    with pytest.raises(NotFoundError) as caught:
        find_stock("L9999")
    assert "L7160" in str(caught.value)


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({"columns": 4}, {"columns"}),
        ({"rows": 8, "columns": 9}, {"columns", "rows"}),
        ({"pitch_x": 60.0, "pitch_y": 30.0}, {"pitch_x", "pitch_y"}),
        ({"width": 0.0, "height": -3.0, "rows": 0}, {"width", "height", "rows"}),
        ({"width": float("nan")}, {"width"}),
        ({"page_height": float("inf")}, {"page_height"}),
        ({"left": -1.0}, {"left"}),
        ({"columns": 1000, "rows": 1000}, {"rows"}),
        ({"margin_x": 40.0, "margin_y": 40.0}, {"margin_x", "margin_y"}),
    ],
)
def test_tells_all_that_is_wrong(changes, fields):
    with pytest.raises(InvalidError) as caught:
        check_stock(msgspec.structs.replace(STOCK["L7160"], **changes))
    assert {error.field for error in caught.value.errors} == fields
    for error in caught.value.errors:
        assert error.message % error.params
