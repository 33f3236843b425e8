import pytest
import zxingcpp
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from qrcode import QRCode
from qrcode.util import MODE_8BIT_BYTE, QRData

from asset_tracker.labels.symbol import (
    _PACKAGE_LEVEL,
    QUIET_ZONE,
    is_alphanumeric,
    make_symbol,
    smallest_version,
    symbol_size,
)
from asset_tracker.ledger.tags import ALPHABET, new_tag, tag_url

tags = st.text(ALPHABET, min_size=8, max_size=8)


def package_matrix(url, version, level):
    code = QRCode(version, _PACKAGE_LEVEL[level], border=0)
    # Left alone, the package would mix modes within an address that alphanumeric mode cannot carry as a whole.
    code.add_data(url if is_alphanumeric(url) else QRData(url.encode(), MODE_8BIT_BYTE))
    code.make(fit=False)
    return [[bool(module) for module in row] for row in code.get_matrix()]


@pytest.mark.parametrize(
    ("host", "version", "level"),
    [
        ("https://assets.example.org", 4, "H"),
        ("https://assets.example.org", 3, "Q"),
        ("https://assets.example.org", 2, "M"),
        ("http://127.0.0.1:8000", 3, "Q"),  # odd length of the prefix: the slash shares a pair with the tag
        ("http://127.0.0.1:8000", 4, "H"),
        ("https://a-rather-long-name.of-some.municipal-programme.example.org/assets", 7, "H"),
        ("https://under_score.example.org", 5, "H"),  # byte mode
    ],
)
def test_is_the_package_s_symbol_module_by_module(host, version, level):
    @settings(max_examples=40, deadline=None)
    @given(tags)
    def same(tag):
        url = tag_url(host, tag)
        assert make_symbol(url, version, level).matrix() == package_matrix(url, version, level)

    same()


def test_hundreds_of_random_tags_in_the_common_symbol():
    for _ in range(300):
        url = tag_url("https://assets.example.org", new_tag())
        assert make_symbol(url, 4, "H").matrix() == package_matrix(url, 4, "H")


@pytest.mark.parametrize("level", "LMQH")
@pytest.mark.parametrize("length", [20, 25, 36, 38, 47, 60, 90])
@pytest.mark.parametrize("alphanumeric", [True, False])
def test_the_smallest_version_is_the_package_s(length, level, alphanumeric):
    code = QRCode(error_correction=_PACKAGE_LEVEL[level])
    code.add_data(("A" if alphanumeric else "a") * length)
    expected = code.best_fit()
    found = smallest_version(length, level, alphanumeric=alphanumeric)
    assert found == (expected if expected <= 10 else None)


def test_a_reader_reads_it():
    url = tag_url("https://assets.example.org", new_tag())
    symbol = make_symbol(url, 4, "H")
    side = symbol.size + 2 * QUIET_ZONE
    picture = Image.new("L", (side, side), 255)
    for y, row in enumerate(symbol.matrix()):
        for x, dark in enumerate(row):
            if dark:
                picture.putpixel((x + QUIET_ZONE, y + QUIET_ZONE), 0)
    found = zxingcpp.read_barcodes(picture.resize((side * 4, side * 4), Image.Resampling.NEAREST))
    assert [code.text for code in found] == [url]
    assert symbol.size == symbol_size(4) == 33
