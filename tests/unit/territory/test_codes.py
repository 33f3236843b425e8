import pytest

from asset_tracker.errors import InvalidError
from asset_tracker.territory.codes import Level, categories, level, parse_code, pcode

BARANIVKA = "UA18080010000090720"


@pytest.mark.parametrize(
    "written",
    [
        BARANIVKA,
        "ua18080010000090720",
        "УА18080010000090720",
        "ЦА18080010000090720",
        " UA 18 08 001 0000090720 ",
        "UA18-0800-1000-0090-720",
        "UA18080010000090720\u200b",
        "UA18О8ОО1ОООО09О72О",  # the letter О for the nought
    ],
)
def test_the_ways_people_write_a_code(written):
    assert parse_code(written) == BARANIVKA


@pytest.mark.parametrize(
    "written", ["", "UA", "UA1808001000009072", "UA180800100000907200", "RU18080010000090720", "Баранівська"]
)
def test_what_is_no_code_names_its_field(written):
    with pytest.raises(InvalidError) as caught:
        parse_code(written, "lines[3].municipality")
    (problem,) = caught.value.errors
    assert problem.field == "lines[3].municipality"
    assert problem.expected is not None
    assert "17 digits" in problem.expected


@pytest.mark.parametrize(
    ("code", "expected_level", "expected_categories"),
    [
        ("UA18000000000041385", Level.OBLAST, {"O"}),
        ("UA80000000000093317", Level.OBLAST, {"K"}),
        ("UA85000000000065278", Level.OBLAST, {"K"}),
        ("UA18080000000016657", Level.RAION, {"P"}),
        (BARANIVKA, Level.MUNICIPALITY, {"H"}),
        ("UA18020030010047029", Level.SETTLEMENT, {"M", "X", "C"}),
        ("UA80000000000126643", Level.DISTRICT, {"B"}),
        ("UA12020010010137831", Level.DISTRICT, {"B"}),
    ],
)
def test_level_and_category_are_in_the_code(code, expected_level, expected_categories):
    assert level(code) is expected_level
    assert categories(code) == expected_categories


def test_pcodes_are_prefixes():
    assert [pcode(BARANIVKA, adm) for adm in (1, 2, 3, 4)] == ["UA18", "UA1808", "UA1808001", "UA1808001000"]
