"""Fields that categories have of their own come from workbooks by their names, and go back into them."""

import datetime as dt
import io

import pytest
from openpyxl import load_workbook
from sqlalchemy import select

import workbooks
from asset_tracker.access.actors import COMMAND_LINE
from asset_tracker.assets import catalogue
from asset_tracker.assets.attributes import Attribute, Catalogue, Option
from asset_tracker.assets.catalogue import Definition, NewCategory
from asset_tracker.assets.usual_fields import USUAL
from asset_tracker.assets.views import Filters
from asset_tracker.imports import commit, queries, template
from asset_tracker.imports.export import list_workbook
from asset_tracker.imports.line import Defaults
from asset_tracker.imports.offer import Offer
from asset_tracker.imports.own_fields import vocabulary_with
from asset_tracker.imports.views import Choices
from asset_tracker.ledger.tables import asset
from factories.uploading import upload

pytestmark = pytest.mark.anyio
HEADS = [
    "№", "Громада", "Партія", "Категорія", "Назва", "Серійний номер", "IMEI-код", "Screen size", "Пальне", "Страхування до",
    "Кольоровий друк",
]  # fmt: skip
ROWS = [
    HEADS,
    [1, "Баранівська", "П-1", "планшет", "Планшет", "T-1", 490154203237518, 10.5, None, None, None],
    [2, "Баранівська", "П-1", "Захищений планшет", "Планшет", "T-2", None, "11,60 ″", None, None, None],
    [
        3,
        "Баранівська",
        "П-1",
        "автомобіль",
        "Автомобіль",
        "V-1",
        None,
        None,
        "дизель",
        dt.date(2027, 3, 1),
        None,
    ],
    [4, "Баранівська", "П-1", "принтер", "Принтер", "P-1", None, None, None, None, "так"],
]


@pytest.fixture
async def fields(conn):
    await catalogue.add_usual(conn, COMMAND_LINE, USUAL)
    imei = (await catalogue.versions(conn, "imei"))[0].definition
    required = Definition(
        **{name: getattr(imei, name) for name in imei.__struct_fields__} | {"required": True}
    )
    await catalogue.define(conn, COMMAND_LINE, "imei", required)
    await catalogue.add_category(
        conn,
        COMMAND_LINE,
        "rugged",
        NewCategory(base="tablet", name_uk="Захищений планшет", name_en="Rugged tablet"),
    )
    return await catalogue.get_catalogue(conn)


@pytest.fixture
def send(conn, storage, world, tmp_path, fields):
    async def send(rows):
        data = workbooks.save(tmp_path / "a.xlsx", rows).read_bytes()
        choices = Choices(defaults=Defaults(programme="PROSTO"))
        return await upload(conn, storage, world.me, "лист.xlsx", data, choices)

    return send


@pytest.mark.parametrize("lang", ["uk", "en"])
async def test_they_come_by_name_and_go_back_unchanged(conn, storage, world, send, lang):
    batch = await send(ROWS)
    assert (batch.plan.counts.create, batch.plan.counts.problem) == (4, 0)
    told = await queries.list_problems(conn, world.me, batch.id)
    assert [(each.code, each.params["n"]) for each in told if each.code == "required-field"] == [
        ("required-field", 1)
    ]
    await commit.commit_batch(conn, world.me, batch.id)
    rows = await conn.execute(
        select(asset.c.category, asset.c.state["attributes"].label("said")).order_by(asset.c.serial)
    )
    kept = {row.category + str(n): row.said for n, row in enumerate(rows)}
    assert kept == {
        "printer0": {"colour_print": "yes"},
        "tablet1": {"imei": "490154203237518", "screen_size": "10.5"},
        "tablet2": {"own_category": "rugged", "screen_size": "11.6"},
        "vehicle3": {"fuel": "diesel", "insured_until": "2027-03-01"},
    }
    data = await list_workbook(conn, world.me, Filters(), lang)
    sheet = load_workbook(io.BytesIO(data)).active
    heads = [cell.value for cell in sheet[1]]
    assert ("Діагональ екрана (″)" if lang == "uk" else "Screen size (″)") in heads
    back = await upload(conn, storage, world.me, "back.xlsx", data)
    assert (back.plan.counts.unchanged, back.plan.counts.create, back.plan.counts.problem) == (4, 0, 0)


async def test_what_does_not_fit_is_told_with_its_cell(conn, world, send):
    wrong = [
        HEADS,
        [
            1,
            "Баранівська",
            "П-1",
            "планшет",
            "Планшет",
            "T-1",
            "490154203237519",
            900,
            "вугілля",
            "колись",
            "може",
        ],
    ]
    batch = await send(wrong)
    told = await queries.list_problems(conn, world.me, batch.id)
    found = {each.field: (each.column, each.row) for each in told if each.severity == "error"}
    assert found == {
        "imei": ("G", 2),
        "screen_size": ("H", 2),
        "fuel": ("I", 2),
        "insured_until": ("J", 2),
        "colour_print": ("K", 2),
    }


def test_the_template_has_a_column_for_each():
    fuel = Attribute(
        key="fuel", version=1, kind="choice", name_uk="Пальне", name_en="Fuel", categories=("vehicle",),
        options=(Option("diesel", "Дизель", "Diesel"),),
    )  # fmt: skip
    screen = Attribute(
        key="screen", version=1, kind="number", name_uk="Діагональ", name_en="Screen", unit="″"
    )
    known = Catalogue({"fuel": fuel, "screen": screen})
    book = load_workbook(io.BytesIO(template.make("uk", Offer(), known)))
    heads = {sheet.title: [cell.value for cell in sheet[1]] for sheet in book.worksheets}
    assert "Діагональ (″)" in heads["Обладнання"]
    assert "Пальне" not in heads["Обладнання"]
    assert {"Пальне", "Діагональ (″)"} <= set(heads["Транспорт"])
    offered = [row for row in book["_lists"].iter_cols(values_only=True) if "Дизель" in row]
    assert offered != []
    assert vocabulary_with(known).guess("Пальне")[0] == "fuel"
