import datetime as dt

import pytest
from sqlalchemy import func, select, text

import workbooks
from asset_tracker.access.actors import COMMAND_LINE, Actor, Grant
from asset_tracker.assets import service as assets
from asset_tracker.assets.views import Filters
from asset_tracker.consignments.tables import consignment
from asset_tracker.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError
from asset_tracker.imports import commit, queries, service
from asset_tracker.imports.export import list_workbook
from asset_tracker.imports.line import Defaults
from asset_tracker.imports.views import Choices
from asset_tracker.ledger import events as ev
from asset_tracker.ledger import store
from asset_tracker.ledger.ids import uuid7
from asset_tracker.ledger.tables import asset, asset_share, event
from factories.uploading import upload

pytestmark = pytest.mark.anyio

UK = ["№", "Громада", "Партія", "Категорія", "Найменування", "Виробник", "Серійний номер", "К-сть", "Ціна, грн", "Комплект"]  # fmt: skip
ROWS = [
    UK,
    [1, "Баранівська", "П-1", "ноутбук", "Ноутбук 15″", "Lenovo", "PF1", 1, "28 999,50", None],
    [2, "Баранівська", "П-1", "кабель", "Кабель", None, None, 10, 100, None],
    [3, "Баранівська", "П-1", None, "Комплект відеоконсультування", None, None, 1, None, "ВК-1"],
    [4, "Баранівська", "П-1", "камера", "Камера", "Logitech", "CAM1", 1, "12000", "ВК-1"],
    [5, "Овруцька", "П-1", "ноутбук", "Ноутбук 15″", "Lenovo", "PF2", 1, 28999.5, None],
]
PROSTO = Choices(defaults=Defaults(programme="PROSTO"))


@pytest.fixture
def send(conn, storage, world, tmp_path):
    files = {}

    async def send(rows, choices=PROSTO, actor=None, name="лист.xlsx"):
        # a workbook says when it was saved, so the very same file is kept
        data = files.setdefault(repr(rows), workbooks.save(tmp_path / "a.xlsx", rows).read_bytes())
        return await upload(conn, storage, actor or world.me, name, data, choices)

    return send


async def count(conn, table, *where: object):
    return (await conn.execute(select(func.count()).select_from(table).where(*where))).scalar_one()


async def test_a_plan_writes_nothing_but_itself(conn, world, send):
    batch = await send(ROWS)
    counts = batch.plan.counts
    assert (batch.status, counts.create, counts.problem, counts.questions) == ("planned", 5, 0, 0)
    assert batch.plan.values == {"UAH": "70999.00"}
    assert [(each.number, each.assets, each.new) for each in batch.plan.consignments] == [
        ("П-1", 4, True),
        ("П-1 — Овруцька", 1, True),
    ]
    assert await count(conn, event) == 0
    assert await count(conn, consignment) == 0


async def test_each_column_shows_five_values_and_how_many_of_all_do_not_fit(conn, world, send):
    prices = [100 + n for n in range(200)]
    prices[3] = prices[70] = prices[199] = "дорого"
    rows = [[n, "Баранівська", "П-1", "кабель", "Кабель", None, None, 1, price, None] for n, price in enumerate(prices, 1)]  # fmt: skip
    (sheet,) = (await send([UK, *rows])).plan.sheets
    price = sheet.fields()["unit_price"]
    assert price.samples == ("100", "101", "102", "дорого", "104")
    assert {column.heading: column.unfit for column in sheet.columns if column.unfit} == {"Ціна, грн": 3}


async def test_committed_rows_are_assets_with_where_they_came_from(conn, world, send):
    batch = await send(ROWS)
    done = await commit.commit_batch(conn, world.me, batch.id)
    assert done.status == "committed"
    rows = {
        row.line: row for row in await conn.execute(select(asset).where(asset.c.programme_id == world.prosto))
    }
    assert len(rows) == 5
    laptop, kit, camera = rows[1], rows[3], rows[4]
    assert (laptop.serial, str(laptop.unit_price), laptop.currency) == ("PF1", "28999.50", "UAH")
    assert (laptop.destination_code, laptop.stage) == ("UA18080010000090720", "expected")
    assert laptop.state["source"] == {"file": batch.sha256, "sheet": "Пакувальний лист", "row": 2}
    assert (kit.is_kit, camera.kit_id) == (True, kit.id)
    assert await count(conn, asset_share, asset_share.c.donor_id == world.sida) == 5
    assert set((await conn.execute(select(event.c.operation))).scalars()) == {done.operation}
    numbers = (
        (await conn.execute(select(consignment.c.number).order_by(consignment.c.number))).scalars().all()
    )
    assert numbers == ["П-1", "П-1 — Овруцька"]


async def test_the_same_file_again_has_nothing_to_do(conn, world, send):
    first = await send(ROWS)
    await commit.commit_batch(conn, world.me, first.id)
    again = await send(ROWS)
    assert (again.plan.counts.create, again.plan.counts.change, again.plan.counts.unchanged) == (0, 0, 5)
    before = await queries.committed_before(conn, world.me, again)
    assert before is not None
    assert before.id == first.id
    await commit.commit_batch(conn, world.me, again.id)
    assert await count(conn, asset) == 5
    with pytest.raises(ConflictError):
        await commit.commit_batch(conn, world.me, first.id)


async def test_a_changed_file_changes_only_what_changed(conn, world, send):
    await commit.commit_batch(conn, world.me, (await send(ROWS)).id)
    changed = [list(row) for row in ROWS]
    changed[1][8] = "30 000"
    changed[2][7] = 12
    batch = await send(changed)
    assert (batch.plan.counts.change, batch.plan.counts.unchanged) == (2, 3)
    page = await queries.list_rows(conn, world.me, batch.id, action="change")
    assert [(c.field, c.old, c.new) for item in page.items for c in item.changes] == [
        ("unit_price", "28999.50", "30000.00"),
        ("quantity", 10, 12),
    ]
    await commit.commit_batch(conn, world.me, batch.id)
    prices = (await conn.execute(select(asset.c.unit_price, asset.c.quantity).order_by(asset.c.line))).all()
    assert [(str(row.unit_price), row.quantity) for row in prices][:2] == [("30000.00", 1), ("100.00", 12)]
    await commit.undo(conn, world.me, batch.id)
    prices = (await conn.execute(select(asset.c.unit_price, asset.c.quantity).order_by(asset.c.line))).all()
    assert [(str(row.unit_price), row.quantity) for row in prices][:2] == [("28999.50", 1), ("100.00", 10)]


async def test_an_undone_import_can_be_made_again(conn, world, send):
    first = await send(ROWS)
    await commit.commit_batch(conn, world.me, first.id)
    undone = await commit.undo(conn, world.me, first.id)
    assert undone.status == "undone"
    assert await count(conn, asset, asset.c.gone_reason == "withdrawn") == 5
    again = await send(ROWS)
    assert again.plan.counts.create == 5
    await commit.commit_batch(conn, world.me, again.id)
    assert await count(conn, asset, asset.c.gone_reason.is_(None)) == 5
    assert await count(conn, consignment) == 2


async def test_an_undo_says_what_stands_on_the_import(conn, world, send):
    batch = await send(ROWS)
    await commit.commit_batch(conn, world.me, batch.id)
    row = (await conn.execute(select(asset.c.id, asset.c.tag).where(asset.c.serial == "PF1"))).one()
    await assets.record(conn, COMMAND_LINE, [row.id], ev.Note(note="побачено"))
    with pytest.raises(commit.StandsOnItError) as caught:
        await commit.undo(conn, world.me, batch.id)
    assert [(each.tag, each.kind) for each in caught.value.standing] == [(row.tag, "note")]


async def test_problems_keep_the_plan_from_being_committed_unless_only_the_good_is_taken(conn, world, send):
    rows = [*ROWS, [6, "Миколаївська", "П-1", "ноутбук", "Ноутбук", "HP", "H1", 1, "дорого", None]]
    batch = await send(rows)
    assert batch.plan.counts.problem == 1
    with pytest.raises(InvalidError):
        await commit.commit_batch(conn, world.me, batch.id)
    assert await count(conn, event) == 0
    page = await queries.list_rows(conn, world.me, batch.id)
    assert {(p.row, p.column, p.code) for item in page.items for p in item.problems} == {
        (7, "B", "ambiguous-municipality"),
        (7, "I", "bad-unit-price"),
    }
    await commit.commit_batch(conn, world.me, batch.id, partial=True)
    assert await count(conn, asset) == 5


async def test_cells_are_fixed_and_questions_answered_without_sending_the_file_again(
    conn, storage, world, send
):
    rows = [
        [*UK, "Колір"],
        [*ROWS[1], "сірий"],
        [2, "Миколаївська", *ROWS[1][2:6], "PF9", *ROWS[1][7:], "білий"],
    ]
    batch = await send(rows)
    assert (batch.plan.counts.problem, batch.plan.counts.questions) == (1, 1)
    choices = Choices(
        defaults=PROSTO.defaults,
        answers={"колір": "notes"},
        fixes={"Пакувальний лист!B3": "UA59080130000022249"},
    )
    again = await service.replan(conn, storage, world.me, batch.id, choices)
    assert (again.plan.counts.create, again.plan.counts.problem, again.plan.counts.questions) == (2, 0, 0)
    await service.save_mapping(conn, world.me, batch.id, "Листи ТОВ «Мрія»")
    recognised = await send(rows)
    assert recognised.plan.counts.questions == 0


async def test_somebody_was_quicker(conn, world, send):
    first, second = await send(ROWS), await send(ROWS)
    await commit.commit_batch(conn, world.me, first.id)
    with pytest.raises(commit.ChangedSinceError):
        await commit.commit_batch(conn, world.me, second.id)


async def test_a_row_that_somebody_edited_since_the_plan_is_a_conflict(conn, world, send):
    await commit.commit_batch(conn, world.me, (await send(ROWS)).id)
    changed = [list(row) for row in ROWS]
    changed[1][8] = 5
    batch = await send(changed)
    id_ = (await conn.execute(select(asset.c.id).where(asset.c.serial == "PF1"))).scalar_one()
    await assets.record(conn, world.me, [id_], ev.Described(model="V15"))
    with pytest.raises(commit.ChangedSinceError) as caught:
        await commit.commit_batch(conn, world.me, batch.id)
    assert caught.value.rows == (2,)


async def test_a_foreign_programme_is_neither_seen_nor_written(conn, storage, world, send):
    batch = await send(ROWS)
    await commit.commit_batch(conn, world.me, batch.id)
    for verb in (queries.get_import, commit.commit_batch, commit.undo):
        with pytest.raises(NotFoundError):
            await verb(conn, world.stranger, batch.id)
    assert await queries.list_imports(conn, world.stranger) == []
    into_foreign = await send(ROWS, actor=world.stranger)
    page = await queries.list_rows(conn, world.stranger, into_foreign.id)
    assert {p.code for item in page.items for p in item.problems} == {"unknown-programme"}
    own = await send(ROWS, Choices(defaults=Defaults(programme="EGA-ZH")), actor=world.stranger)
    assert own.plan.counts.create == 5


async def test_roles_that_do_not_import(conn, world, send):
    for role in ("technician", "custodian", "donor", "auditor"):
        grant = Grant(role=role, programme=world.prosto, area="UA18", donor=world.sida)
        with pytest.raises(ForbiddenError):
            await send(ROWS, actor=Actor(id=uuid7(), name="x", grants=(grant,)))


async def test_a_day_in_the_past_is_when_it_happened(conn, world, send):
    choices = Choices(defaults=PROSTO.defaults, occurred_on=dt.date(2023, 6, 1))
    await commit.commit_batch(conn, world.me, (await send(ROWS, choices)).id)
    days = {when.date() for when in (await conn.execute(select(event.c.occurred_at))).scalars()}
    assert days == {dt.date(2023, 6, 1)}


async def test_the_chain_of_an_imported_asset_holds(conn, world, send):
    batch = await send(ROWS, name="../../etc/па\x00роль.xlsx")
    assert batch.file_name == "пароль.xlsx"
    await commit.commit_batch(conn, world.me, batch.id)
    ids = (await conn.execute(select(asset.c.id))).scalars().all()
    histories = await store.history(conn, ids)
    assert all(events[0].kind == "registered" for events in histories.values())


@pytest.mark.parametrize("lang", ["uk", "en"])
async def test_an_exported_list_comes_back_with_nothing_to_do(conn, storage, world, send, lang):
    rows = [[*UK, "VIN", "Гарантія до", "Примітка"], *([*row, None, None, None] for row in ROWS[1:])]
    rows.append(
        [
            6,
            "Овруцька",
            "П-1",
            None,
            "Автомобіль =SUM(1)",
            "Renault",
            None,
            1,
            834000,
            None,
            "1M8GDM9AXKP042788",
            "31.12.2026",
            "x",
        ]
    )
    await commit.commit_batch(conn, world.me, (await send(rows)).id)
    if lang == "en":  # a kit that no file brought is called by its tag
        await conn.execute(text("UPDATE asset SET state = state #- '{attributes,kit}'"))
    data = await list_workbook(conn, world.me, Filters(), lang)
    back = await upload(conn, storage, world.me, "assets.xlsx", data)
    page = await queries.list_rows(conn, world.me, back.id, action="change")
    assert [(item.row, item.changes) for item in page.items] == []
    problems = await queries.list_problems(conn, world.me, back.id)
    assert [(p.row, p.code, p.value) for p in problems if p.severity != "warning"] == []
    assert (back.plan.counts.unchanged, back.plan.counts.create) == (6, 0)


async def test_shares_for_the_whole_file_are_those_of_everything_new(conn, world, send):
    given = Choices(defaults=Defaults(programme="PROSTO", shares="Sida=60; estdev = 40 %"))
    batch = await send(ROWS, given)
    await commit.commit_batch(conn, world.me, batch.id)
    shares = select(asset_share.c.percent, func.count()).group_by(asset_share.c.percent)
    assert dict((await conn.execute(shares)).all()) == {60: 5, 40: 5}


@pytest.mark.parametrize(
    ("shares", "told"),
    [
        ("Sida=60; ESTDEV=30", "sum to 100"),
        ("Sida=60; Sida=40", "named twice"),
        ("Sidda=100", "Perhaps: sida"),
        ("SALAR International=100", "no donor"),
        ("Sida=110; ESTDEV=-10", "sum to 100"),
        ("Sida=1e999999", "sum to 100"),
        ("Sida", "not a funding share"),
    ],
)
async def test_shares_that_are_none_are_told(conn, send, shares, told):
    with pytest.raises(InvalidError, match=told):
        await send(ROWS, Choices(defaults=Defaults(programme="PROSTO", shares=shares)))


@pytest.mark.parametrize("day", [dt.date(1, 1, 1), dt.date(9999, 12, 31)])
async def test_a_day_at_the_ends_of_the_calendar_is_told(conn, send, day):
    with pytest.raises(InvalidError) as refused:
        await send(ROWS, Choices(defaults=Defaults(programme="PROSTO"), occurred_on=day))
    assert [each.field for each in refused.value.errors] == ["occurred_on"]
