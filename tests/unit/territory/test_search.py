import pytest

from asset_tracker.territory.codifier import read_shipped
from asset_tracker.territory.search import MunicipalityIndex

BARANIVKA = "UA18080010000090720"
MYKOLAIVSKA_VILLAGE_SUMY = "UA59080150000021486"


@pytest.fixture(scope="module")
def index():
    return MunicipalityIndex(read_shipped().municipalities)


@pytest.mark.parametrize(
    "written",
    [
        BARANIVKA, "УА18080010000090720", "UA1808001", "Баранівська", "баранівська громада", "Баранiвська", "Бaрaнівська",
        "Баранівська міська ТГ", "БАРАНІВСЬКОЇ МІСЬКОЇ ТЕРИТОРІАЛЬНОЇ ГРОМАДИ", "Баранівський ЦНАП", "м. Баранівка",
        "Baranivska", "Baranivka", "Baranivska hromada", "Баранівська (Житомирська обл.)",
        "Баранівська, Звягельський р-н", "  Баранівська \u00a0",
    ],
)  # fmt: skip
def test_one_municipality_written_many_ways(index, written):
    match = index.find(written)
    assert match.one is not None
    assert match.one.code == BARANIVKA


def test_a_former_name_is_found_where_nothing_is_called_so_now():
    former = {BARANIVKA: ["Дзержинська", "Dzerzhynska", "Миколаївська"]}
    index = MunicipalityIndex(read_shipped().municipalities, former)
    assert index.find("Дзержинська міська ТГ").one.code == BARANIVKA
    assert [each.code for each in index.suggest("dzerzhyn")] == [BARANIVKA]
    assert len(index.find("Миколаївська").exact) == 9
    assert index.find("Баранівська").one.code == BARANIVKA


@pytest.mark.parametrize("apostrophe", ["’", "'", "ʼ", "`", ""])
def test_apostrophes_are_forgiven(index, apostrophe):
    match = index.find(f"Кам{apostrophe}янець-Подільська")
    assert match.one is not None
    assert match.one.name_uk == "Кам’янець-Подільська"


def test_a_name_that_is_not_unique_finds_all(index):
    match = index.find("Миколаївська")
    assert match.one is None
    assert len(match.exact) == 9


@pytest.mark.parametrize(
    ("name", "where", "found"),
    [
        ("Миколаївська", {"oblast": "Львівська"}, 1),
        ("Миколаївська", {"oblast": "Львівська область"}, 1),
        ("Миколаївська", {"oblast": "Lvivska oblast"}, 1),
        ("Миколаївська", {"oblast": "Дніпропетровська"}, 2),
        ("Миколаївська", {"oblast": "Дніпропетровська обл.", "raion": "Синельниківський район"}, 1),
        ("Миколаївська", {"oblast": "АР Крим"}, 1),
        ("Миколаївська сільська", {"oblast": "Сумська"}, 1),
        ("Миколаївська", {"oblast": "Волинська"}, 0),
    ],
)
def test_region_and_kind_narrow(index, name, where, found):
    assert len(index.find(name, **where).exact) == found


def test_kyiv_is_a_municipality_but_its_oblast_is_not_it(index):
    assert index.find("м. Київ").one.code == "UA80000000000093317"
    assert index.find("Київська міська рада").one.code == "UA80000000000093317"
    assert index.find("Київська область").one is None


@pytest.mark.parametrize("wrong", ["UA18080010000090721", "UA99080010000090720"])
def test_a_mistyped_code_suggests_what_was_meant(index, wrong):
    match = index.find(wrong)
    assert match.one is None
    assert [each.code for each in match.near] == [BARANIVKA]


def test_a_misspelt_name_suggests(index):
    match = index.find("Бараніська")
    assert match.exact == ()
    assert match.near[0].code == BARANIVKA


@pytest.mark.parametrize("nothing", ["", "   ", ",", "???", "щщщщщщщ", "%", "x" * 5000])
def test_nothing_finds_nothing(index, nothing):
    match = index.find(nothing)
    assert match.exact == match.near == ()
    assert index.suggest(nothing) == ()


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("бар", "Барська"),
        ("овру", "Овруцька"),
        ("ovr", "Овруцька"),
        ("франк", "Івано-Франківська"),
        ("хорошив", "Хорошівська"),
    ],
)
def test_suggestions_while_typing(index, typed, first):
    assert index.suggest(typed)[0].name_uk == first


def test_suggestions_by_the_beginning_of_a_code(index):
    assert {each.oblast_uk for each in index.suggest("UA18", limit=100)} == {"Житомирська"}
