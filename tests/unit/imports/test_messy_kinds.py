"""Tables of other kinds than packing lists as they arrive: made by script after real habits, with what must come of them."""

import datetime as dt
from uuid import UUID

import pytest
from openpyxl.worksheet.worksheet import Worksheet

import workbooks
from asset_tracker.access.actors import COMMAND_LINE
from asset_tracker.imports import kind_template
from asset_tracker.imports.kinds import KINDS, guess_kind
from asset_tracker.imports.kinds.event_lines import EventReader, payload_of
from asset_tracker.imports.kinds.event_words import VOCABULARY as EVENTS
from asset_tracker.imports.kinds.parties import PartyShape
from asset_tracker.imports.kinds.points import PointShape
from asset_tracker.imports.kinds.population import PopulationShape
from asset_tracker.imports.kinds.programmes import ProgrammeShape
from asset_tracker.imports.kinds.records import RecordPlanning
from asset_tracker.imports.kinds.users import UserShape
from asset_tracker.imports.kinds.verifications import VOCABULARY as SCANS
from asset_tracker.imports.line import Defaults, ProgrammeRef
from asset_tracker.imports.naming import Parties, Programmes
from asset_tracker.imports.places import Places
from asset_tracker.imports.survey import survey
from asset_tracker.ledger.events import ServiceCounted
from asset_tracker.ledger.values import Meter
from asset_tracker.territory.codifier import read_shipped
from asset_tracker.territory.search import MunicipalityIndex
from planning import book

BARANIVKA = "UA18080010000090720"
SIDA, ESTDEV, SALAR = (str(UUID(int=n)) for n in (1, 2, 3))
PARTIES = Parties(
    {SIDA: ["Sida", "Швеція"], ESTDEV: ["ESTDEV"], SALAR: ["SALAR International"]},
    {SIDA: "Sida", ESTDEV: "ESTDEV", SALAR: "SALAR International"},
)
PROSTO = ProgrammeRef(UUID(int=9), "PROSTO", "ПРОСТО")


@pytest.fixture(scope="session")
def ukraine():
    return MunicipalityIndex(read_shipped().municipalities)


def planned(path, shape):
    """The items of a table of records of which nothing is recorded yet, and every problem by row and code."""
    source, planning = book(path), RecordPlanning(shape, [])
    looked = survey(source, shape.vocabulary, None, planning.asked)
    items, after = [], list(looked.problems)
    for mapping in looked.mappings:
        reader = planning.reader(mapping, since_1904=source.about.since_1904)
        for row in source.rows(mapping.sheet):
            items += [item for item in map(planning.judge, reader.lines(row)) if item]
        after += reader.aftermath()
    items += planning.finish()
    said = {(p.row, p.code) for p in (*after, *(p for item in items for p in item.problems))}
    return [item for item in items if item.action == "create"], said


# which kind it is --------------------------------------------------------------------

HEADINGS = {
    "assets": [
        ["Громада", "Партія", "Категорія", "Найменування", "Серійний номер", "К-сть", "Ціна, грн"],
        ["Asset Tag", "Serial", "Model", "Category", "Manufacturer", "Location", "Purchase Date"],
        ["№ з/п", "Найменування товару", "Од. вим.", "К-сть", "Ціна", "Адреса"],
    ],
    "service_points": [
        ["register_code", "katotth_hromada", "kind_guess", "name_uk", "address_uk", "staff", "front_area_m2", "state"],
        ["Громада", "Назва ЦНАП", "Адреса", "Телефон"],
        ["Hromada", "Centre", "Type", "Address", "Status", "Lat", "Lon"],
    ],
    "parties": [["№", "Назва організації", "Код ЄДРПОУ", "Адреса"], ["Full name", "Type", "EDRPOU", "Short name"]],
    "programmes": [["Код", "Назва програми", "Виконавець", "Донори", "Валюта"], ["Code", "Programme name", "Implementer", "Donors"]],
    "users": [["ПІБ", "Електронна пошта", "Роль"], ["Name", "E-mail address", "Language"]],
    "population": [["Громада", "Населення на 01.01.2022"], ["katotth", "name_uk", "population_2022", "urban_2022"]],
    "needs": [
        ["№", "Громада", "Що потрібно", "Скільки потрібно", "Дата заявки", "Цифрова готовність", "Погоджено", "Дата погодження"],
        ["Municipality", "Equipment", "Quantity requested", "Application date", "Digital readiness", "Approved", "Planned on"],
    ],
    "events": [
        ["Мітка", "Подія", "Дата", "Опис"],
        ["Серійний номер", "Дата доставки", "Дата встановлення"],
        ["Tag", "Event", "Date", "Description"],
    ],
    "verifications": [["Мітка", "Наявність", "Технічний стан"], ["Serial number", "Found", "Seen on"]],
}  # fmt: skip


@pytest.mark.parametrize(
    ("key", "heads"), [(key, each) for key, several in HEADINGS.items() for each in several]
)
def test_the_headings_tell_the_kind(tmp_path, key, heads):
    rows = [["Додаток 1"], heads, ["x"] * len(heads)]
    assert guess_kind(book(workbooks.save(tmp_path / "a.xlsx", rows)), COMMAND_LINE).key == key


@pytest.mark.parametrize("lang", ["uk", "en"])
@pytest.mark.parametrize("kind", KINDS[1:], ids=lambda kind: kind.key)
def test_our_own_templates_leave_no_question(tmp_path, kind, lang):
    path = tmp_path / "a.xlsx"
    path.write_bytes(kind_template.make("x", kind.vocabulary.fields, {"municipality": [BARANIVKA]}, lang))
    (mapping,) = survey(book(path), kind.vocabulary).mappings
    fields = [column.field for column in mapping.columns]
    assert {column.standing for column in mapping.columns} <= {"mapped", "skipped"}
    assert None not in fields
    assert len(set(fields)) == len(fields)


# service points ----------------------------------------------------------------------


def test_the_register_as_an_old_spreadsheet_saves_it(ukraine, tmp_path):
    path = tmp_path / "a.csv"
    lines = [
        "Реєстр ЦНАП Житомирської області;;;;",
        "Код;Громада;Назва;Адреса;Стан",
        f"175;{BARANIVKA};Центр надання адміністративних послуг;вул. Соборна, 1;Діючий",
        "176;Овруцька;Віддалене робоче місце (с. Піщаниця);«вул. Миру, 2»;Не працює",
        "Разом;2;;;",
    ]
    path.write_bytes("\r\n".join(lines).encode("cp1251"))
    items, said = planned(path, PointShape(ukraine, None))
    assert [(item.record["kind"], item.record["status"]) for item in items] == [
        ("asc", "working"),
        ("remote_workplace", "suspended"),
    ]
    assert said == {(2, "unknown-column")}  # «Код» alone could be anything


def test_a_municipality_merged_over_its_points_and_coordinates_in_one_cell(ukraine, tmp_path):
    def touch(sheet: Worksheet) -> None:
        sheet.merge_cells("A2:A4")
        sheet.row_dimensions[4].hidden = True

    rows = [
        ["Громада", "Назва", "Координати"],
        ["Баранівська", "ЦНАП", "50,2958; 27,6630"],
        [None, "ВРМ Зеремля", "50.300, 27.700"],
        [None, "Старостинський округ Ялишів", "50.3 27.7"],
    ]
    items, said = planned(workbooks.save(tmp_path / "a.xlsx", rows, touch=touch), PointShape(ukraine, None))
    assert [(item.record["kind"], item.record["lat"]) for item in items] == [
        ("asc", 50.2958),
        ("remote_workplace", 50.3),
        ("starosta", 50.3),
    ]
    assert {item.record["municipality"] for item in items} == {BARANIVKA}
    assert said == {(0, "hidden-rows")}


def test_points_of_one_name_are_told_by_address_and_of_one_address_are_one(ukraine, tmp_path):
    rows = [
        ["Громада", "Назва", "Адреса"],
        [BARANIVKA, "Віддалене робоче місце", "с. Зеремля"],
        [BARANIVKA, "Віддалене  робоче місце", "с. Ялишів"],
        [BARANIVKA, "Вiддалене робоче місце", "с. Зеремля"],  # a Latin i
    ]
    items, said = planned(workbooks.save(tmp_path / "a.xlsx", rows), PointShape(ukraine, None))
    assert len(items) == 2
    assert said == {(4, "twice-in-file")}


# parties -------------------------------------------------------------------------------


def test_councils_with_codes_that_a_spreadsheet_made_numbers(ukraine, tmp_path):
    rows = [
        ["Перелік балансоутримувачів"],
        ["№ з/п", "Найменування", "ЄДРПОУ", "Громада", "Область"],
        [1, "Баранівська міська рада", 4343470, "Баранівська", "Житомирська"],
        [2, "Виконавчий комітет Овруцької міської ради", "04343470 ", "Овруцька", None],
        [3, "ТОВ «Зв’язок»", "б/н", None, None],
        ["Всього", 3],
    ]
    items, said = planned(workbooks.save(tmp_path / "a.xlsx", rows), PartyShape(ukraine))
    assert [(item.row, item.record["kind"], item.record["edrpou"]) for item in items] == [
        (3, "council", "04343470")
    ]
    assert said == {(3, "read-edrpou"), (4, "twice-in-file"), (5, "no-kind")}


# population ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "people"),
    [
        (24100, 24100),
        ("24 100", 24100),
        ("24\u00a0100 осіб", 24100),
        ("24,1 тис.", 24100),
        ("24’100", 24100),
        (0, 0),
    ],
)
def test_people_as_they_are_counted(ukraine, tmp_path, written, people):
    rows = [["Громада", "Населення на 01.01.2022"], [BARANIVKA, written]]
    shape = PopulationShape(ukraine, None, dt.date(2026, 1, 1))
    items, _ = planned(workbooks.save(tmp_path / "a.xlsx", rows), shape)
    assert [(item.record["population"], item.record["as_of"]) for item in items] == [(people, "2022-01-01")]


def test_figures_that_say_nothing(ukraine, tmp_path):
    rows = [
        ["Громада", "Чисельність", "Джерело"],
        [BARANIVKA, 1, "x"],
        ["Овруцька", -5, "x"],
        ["Хорошівська", 1.5, "x"],
        [None, 7, "x"],
    ]
    _, said = planned(
        workbooks.save(tmp_path / "a.xlsx", rows), PopulationShape(ukraine, None, dt.date(2026, 1, 1))
    )
    assert said == {
        *((row, "no-day") for row in (2, 3, 4, 5)),
        (3, "bad-population"),
        (4, "bad-population"),
        (5, "no-municipality"),
    }


# programmes ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "shares"),
    [
        ("Sida 60; ESTDEV 40", "Sida 60; ESTDEV 40"),
        ("Sida – 60 %, ESTDEV – 40 %", "Sida 60; ESTDEV 40"),
        ("ESTDEV (40%)\nSida (60%)", "Sida 60; ESTDEV 40"),
        ("Sida 66,6667; ESTDEV 33,3333", "Sida 66.6667; ESTDEV 33.3333"),
        ("Швеція", "Sida 100"),
        ("Sida: 99; ESTDEV: 2", None),
        ("Sida; ESTDEV", None),
        ("Сіда", None),
        ("S" + "-" * 3900 + "x", None),
    ],
)
def test_shares_as_people_write_them(tmp_path, written, shares):
    rows = [["Код", "Назва", "Виконавець", "Донори"], ["A-1", "Програма", "salar international", written]]
    items, said = planned(workbooks.save(tmp_path / "a.xlsx", rows), ProgrammeShape(PARTIES))
    assert [item.record["shares"] for item in items] == ([shares] if shares else [])
    assert bool(said) is (shares is None)


# people ------------------------------------------------------------------------------------


def test_people_from_an_address_book(ukraine, tmp_path):
    rows = [
        ["Контакти"],
        ["Прізвище, ім’я", "E-mail", "Посада"],
        ["Коваль Олена", "mailto:Olena@Example.org", "адміністратор ЦНАП"],
        ["Бойко Іван", "<ivan@example.org>", None],
        ["Шевченко", "shevchenko@example,org", None],
        ["Мельник", "a@b", None],
    ]
    shape = UserShape(ukraine, (PROSTO,), PARTIES)
    items, said = planned(workbooks.save(tmp_path / "a.xlsx", rows), shape)
    assert [item.record["email"] for item in items] == ["olena@example.org", "ivan@example.org"]
    assert not any("refs" in item.record for item in items)  # a post is no role
    assert said == {(5, "bad-email"), (6, "bad-email")}


# events and sightings ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "kind"),
    [
        ("Доставка в громаду", "delivered"),
        ("передано за актом", "delivered"),
        ("ВСТАНОВЛЕНО", "installed"),
        ("Монтаж обладнання", "installed"),
        ("Планове ТО", "maintained"),
        ("технічне обслуговування", "maintained"),
        ("Поломка принтера", "fault_reported"),
        ("Передано в ремонт", "sent_for_repair"),
        ("Повернуто з ремонту", "returned"),
        ("Поточний ремонт", "repaired"),
        ("Інвентаризація 2024", "verified"),
        ("викрадення", "stolen"),
        ("handed over", "delivered"),
        ("Repair", "repaired"),
        ("Scheduled service", "maintained"),
        ("Виїзди", "service_counted"),
        ("Відеоконсультації", "service_counted"),
        ("вечірка", None),
    ],
)
def test_what_happened_in_peoples_words(ukraine, tmp_path, written, kind):
    rows = [["Серійний номер", "Подія", "Дата"], ["PF1", written, "01.02.2023"]]
    source = book(workbooks.save(tmp_path / "a.xlsx", rows))
    (mapping,) = survey(source, EVENTS).mappings
    reader = EventReader(mapping, Places(ukraine), Programmes((PROSTO,)), Defaults())
    (line,) = [line for row in source.rows(0) for line in reader.lines(row)]
    assert line.fields.get("kind") == kind
    assert line.blocked is (kind is None)


def test_a_journal_of_trips_says_by_its_columns_what_it_is(ukraine, tmp_path):
    heads = [
        "Мітка",
        "Серійний номер",
        "З дати",
        "Дата",
        "Кількість виїздів",
        "Проведено відеоконсультацій",
        "Пробіг",
    ]
    rows = [
        heads,
        [None, "VF1", "01.03.2025", "31.03.2025", 12, 0, "15 200 км"],
        [None, "VF1", None, "30.04.2025", 3],
    ]
    source = book(workbooks.save(tmp_path / "a.xlsx", rows))
    (mapping,) = survey(source, EVENTS).mappings
    reader = EventReader(mapping, Places(ukraine), Programmes((PROSTO,)), Defaults())
    march, april = [line for row in source.rows(0) for line in reader.lines(row)]
    told = payload_of(march, march.fields["kind"], {})
    assert told == ServiceCounted(
        since=dt.date(2025, 3, 1), trips=12, consultations=0, meter=Meter(15_200, "km")
    )
    assert payload_of(april, april.fields["kind"], {}) is None
    assert [each.code for each in april.problems] == ["no-first-day"]


@pytest.mark.parametrize(
    "written",
    [
        "05.03.2023",
        "5.3.23",
        "05/03/2023",
        "2023-03-05",
        "2023-03-05T10:00:00Z",
        "5 березня 2023 року",
        "«05» березня 2023 р.",
        "5 March 2023",
        "Mar 5, 2023",
        "05-03-2023",
        "20230305",
        44990,
        dt.date(2023, 3, 5),
    ],
)
def test_a_day_in_a_dozen_forms(ukraine, tmp_path, written):
    rows = [["Код мітки", "Серійний номер", "Дата доставки"], [None, "PF1", written]]
    source = book(workbooks.save(tmp_path / "a.xlsx", rows))
    (mapping,) = survey(source, EVENTS).mappings
    reader = EventReader(mapping, Places(ukraine), Programmes((PROSTO,)), Defaults())
    (line,) = [line for row in source.rows(0) for line in reader.lines(row)]
    assert (line.fields["kind"], line.fields["occurred_on"]) == ("delivered", dt.date(2023, 3, 5))


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ("так", "yes"),
        ("+", "yes"),
        ("✓", "yes"),
        ("наявний", "yes"),
        ("Х", "yes"),
        (1, "yes"),
        ("ні", "no"),
        ("немає", "no"),
        ("не знайдено", "no"),
        ("missing", "no"),
        ("-", "no"),
        ("може", None),
    ],
)
def test_found_or_not(written, found):
    assert SCANS.read("found", written).value == found
