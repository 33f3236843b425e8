"""History that was kept in a spreadsheet: recorded as late facts, once, with the row it came from."""

import datetime as dt

import pytest
from sqlalchemy import select

import workbooks
from asset_tracker import kyiv
from asset_tracker.access import users
from asset_tracker.access.actors import COMMAND_LINE, Actor, Grant
from asset_tracker.assets import service as assets
from asset_tracker.imports import commit, lists, queries
from asset_tracker.imports.kind import ChangedSinceError, StandsOnItError
from asset_tracker.imports.line import Defaults
from asset_tracker.imports.views import Choices
from asset_tracker.ledger import events as ev
from asset_tracker.ledger import store
from asset_tracker.ledger.ids import uuid7
from asset_tracker.ledger.replay import replay
from asset_tracker.ledger.tables import asset, event
from asset_tracker.ledger.tags import format_tag
from asset_tracker.programmes import rules
from asset_tracker.programmes.policies import Reach
from asset_tracker.territory import service as territory
from asset_tracker.territory.points import NewServicePoint
from asset_tracker.verifications import service as verifications
from asset_tracker.verifications.queries import results
from asset_tracker.verifications.service import NewCampaign
from factories.uploading import upload

pytestmark = pytest.mark.anyio

BARANIVKA, OVRUCH = "UA18080010000090720", "UA18060170000069581"
LIST = [
    [
        "№",
        "Громада",
        "Партія",
        "Категорія",
        "Найменування",
        "Виробник",
        "Серійний номер",
        "К-сть",
        "Комплект",
    ],
    [1, "Баранівська", "П-1", "ноутбук", "Ноутбук", "Lenovo", "PF1", 1, None],
    [2, "Баранівська", "П-1", "кабель", "Кабель", None, None, 10, None],
    [3, "Баранівська", "П-1", None, "Комплект відеоконсультування", None, None, 1, "ВК-1"],
    [4, "Баранівська", "П-1", "камера", "Камера", "Logitech", "CAM1", 1, "ВК-1"],
    [5, "Овруцька", "П-2", "автомобіль", "Renault Duster", "Renault", "VF1", 1, None],
]
HEADS = [
    "Мітка",
    "Серійний номер",
    "Подія",
    "Дата",
    "Опис",
    "ЦНАП",
    "Кабінет",
    "Вартість, грн",
    "Пробіг",
    "Отримав",
]


@pytest.fixture
async def there(conn, storage, world, tmp_path):
    """A committed packing list and a service point; answers a function that sends a table."""
    await territory.create_service_point(
        conn, COMMAND_LINE, NewServicePoint(municipality_code=BARANIVKA, kind="asc", name_uk="ЦНАП Баранівки")
    )

    async def send(rows, actor=None, **choices):
        data = rows if isinstance(rows, bytes) else workbooks.save(tmp_path / "a.xlsx", rows).read_bytes()
        return await upload(conn, storage, actor or world.me, "історія.xlsx", data, Choices(**choices))

    first = await send(LIST, defaults=Defaults(programme="PROSTO"))
    await commit.commit_batch(conn, world.me, first.id)
    return send


async def one(conn, serial):
    return (await conn.execute(select(asset).where(asset.c.serial == serial))).one()


async def kinds_of(conn, asset_id):
    rows = await conn.execute(select(event.c.kind).where(event.c.asset_id == asset_id).order_by(event.c.seq))
    return list(rows.scalars())


async def problems(conn, batch, actor):
    return {(p.row, p.code) for p in await queries.list_problems(conn, actor, batch.id)}


HISTORY = [
    HEADS,
    [None, "PF1", "Доставка", "01.03.2023", None, None, None, None, None, "Коваль О."],
    [None, "PF1", "Встановлення", "2023-03-05", None, "ЦНАП Баранівки", "12", None, None, None],
    [None, "pf1", "ТО", "05 лютого 2024", "Заміна термопасти", None, None, "1 200,50", None, None],
    [None, "VF1", "Доставка", workbooks.day(2023, 6, 13), None, None, None, None, None, None],
    [None, "VF1", "Планове ТО", "10.10.2024", None, None, None, None, "15 200 км", None],
]  # fmt: skip


async def test_a_history_becomes_late_facts_with_their_rows(conn, world, there):
    batch = await there(HISTORY)
    assert (batch.kind, await problems(conn, batch, world.me)) == ("events", set())
    assert batch.plan.counts.create == 5
    await commit.commit_batch(conn, world.me, batch.id)
    laptop = await one(conn, "PF1")
    assert (laptop.stage, laptop.disputed, laptop.serial) == ("installed", False, "PF1")
    history = (await store.history(conn, [laptop.id]))[laptop.id]
    told = {each.kind: each for each in history}
    assert told["maintained"].payload.work == "Заміна термопасти"
    assert (told["maintained"].payload.cost, told["maintained"].payload.currency) == (1200.5, "UAH")
    assert told["delivered"].payload.source.row == 2
    assert told["delivered"].occurred_at.date() == dt.date(2023, 3, 1)
    car = await one(conn, "VF1")
    served = next(each for each in (await store.history(conn, [car.id]))[car.id] if each.kind == "maintained")
    assert (served.payload.meter.value, served.payload.meter.unit) == (15200, "km")
    again = await there(HISTORY)
    assert (again.plan.counts.unchanged, again.has_work) == (5, False)


async def test_a_register_put_right_supersedes_its_own_facts_only(conn, world, there):
    first = await there(HISTORY)
    await commit.commit_batch(conn, world.me, first.id)
    rows = [list(row) for row in HISTORY]
    rows[3][4] = "Заміна термопасти й чищення"
    batch = await there(rows)
    assert (batch.plan.counts.change, batch.plan.counts.unchanged) == (1, 4)
    await commit.commit_batch(conn, world.me, batch.id)
    laptop = await one(conn, "PF1")
    assert (await kinds_of(conn, laptop.id)).count("maintained") == 2  # the old one stays to be read
    assert (await there(rows)).plan.counts.unchanged == 5
    with pytest.raises(StandsOnItError):
        await commit.undo(conn, world.me, first.id)
    await commit.undo(conn, world.me, batch.id)
    assert (await there(HISTORY)).plan.counts.unchanged == 5
    assert (await one(conn, "PF1")).stage == "installed"


async def test_history_that_was_taken_back_can_be_sent_again(conn, world, there):
    batch = await there(HISTORY)
    await commit.commit_batch(conn, world.me, batch.id)
    await commit.undo(conn, world.me, batch.id)
    assert (await one(conn, "PF1")).stage == "expected"
    assert (await there(HISTORY)).plan.counts.create == 5


async def test_a_column_for_each_day_is_an_event_for_each(conn, world, there):
    rows = [
        ["Партія", "№", "Дата доставки", "Дата встановлення", "Введено в експлуатацію", "ЦНАП"],
        ["П-1", 2, "01.03.2023", None, None, None],
        ["П-1", 3, "01.03.2023", "02.03.2023", "03.03.2023", "ЦНАП"],
    ]
    batch = await there(rows, defaults=Defaults(programme="PROSTO"))
    assert (batch.kind, await problems(conn, batch, world.me)) == ("events", set())
    assert batch.plan.counts.create == 4
    await commit.commit_batch(conn, world.me, batch.id)
    camera = await one(conn, "CAM1")  # goes along with its kit
    assert (camera.stage, camera.disputed) == ("in_service", False)
    assert (await there(rows, defaults=Defaults(programme="PROSTO"))).plan.counts.unchanged == 4


async def test_a_fact_before_the_registration_is_late_and_no_problem(conn, world, there):
    batch = await there([HEADS, [None, "PF1", "доставлено", "15.01.2021", *[None] * 6]])
    await commit.commit_batch(conn, world.me, batch.id)
    laptop = await one(conn, "PF1")
    state = replay((await store.history(conn, [laptop.id]))[laptop.id]).state
    assert (state.stage, state.disputes) == ("delivered", ())


async def test_everything_wrong_with_a_history(conn, world, there):
    laptop = await one(conn, "PF1")
    await assets.record(
        conn, world.me, [laptop.id], ev.Delivered(), occurred_at=dt.datetime(2023, 3, 1, 9, tzinfo=dt.UTC)
    )
    tag = format_tag(laptop.tag)
    rows = [
        HEADS,
        [tag, None, "Доставка", "02.03.2023", *[None] * 6],  # recorded for another day
        [tag, None, "Поломка", "01.05.2023", *[None] * 6],  # not said what
        [tag, None, "Поломка", "01.05.2099", "екран", *[None] * 5],  # still to come
        [tag, None, "Танці", "01.05.2023", *[None] * 6],
        [tag, None, "ТО", "колись", "чистка", *[None] * 5],
        [tag, None, None, "01.05.2023", *[None] * 6],
        ["7K3M-9QXX", None, "ТО", "01.05.2023", *[None] * 6],
        [None, "НЕМАЄ-1", "ТО", "01.05.2023", *[None] * 6],
        [None, None, "ТО", "01.05.2023", *[None] * 6],
        [tag, None, "Встановлено", "01.05.2023", None, "ЦНАП Львова", *[None] * 4],
        [tag, None, "ТО", "01.06.2023", "чистка", *[None] * 5],
        [tag, None, "ТО", "01.06.2023", "чистка", *[None] * 5],
        [tag, None, "ТО", None, "чистка", *[None] * 5],
        [tag, None, "ТО", "#REF!", "чистка", *[None] * 5],
        [tag, None, "ТО", "02.06.2023", "чистка", None, None, "багато", *[None] * 2],
        [tag, None, "Доставка", "01.03.2023", None, None, None, None, None, "Іваненко"],
    ]
    batch = await there(rows)
    assert await problems(conn, batch, world.me) == {
        (2, "another-day"),
        (3, "no-description"),
        (4, "future"),
        (5, "unknown-kind"),
        (6, "bad-occurred-on"),
        (7, "no-kind"),
        (8, "bad-tag"),
        (9, "unknown-asset"),
        (10, "left-out"),
        (11, "unknown-service-point"),
        (13, "twice-in-file"),
        (14, "no-day"),
        (15, "cell-error"),
        (16, "bad-cost"),
        (17, "recorded-otherwise"),
    }
    assert batch.plan.counts.create == 1


async def test_somebody_was_quicker(conn, world, there):
    batch = await there(HISTORY)
    laptop = await one(conn, "PF1")
    await assets.record(conn, world.me, [laptop.id], ev.Note(note="щось"))
    with pytest.raises(ChangedSinceError):
        await commit.commit_batch(conn, world.me, batch.id)


async def test_what_one_may_not_record_one_may_not_import(conn, world, there):
    stranger = Actor(id=uuid7(), name="Інша", grants=(Grant(role="coordinator", programme=world.ega),))
    batch = await there(HISTORY, actor=stranger)
    assert {code for _, code in await problems(conn, batch, stranger)} == {"unknown-asset"}


async def test_a_journal_of_trips_is_recorded_once_and_no_day_twice(conn, world, there):
    heads = ["Серійний номер", "З дати", "Дата", "Виїзди", "Відеоконсультації"]
    delivered = [["Серійний номер", "Дата доставки"], ["VF1", "01.02.2023"]]
    await commit.commit_batch(conn, world.me, (await there(delivered)).id)
    march, april = ["VF1", "01.03.2023", "31.03.2023", 12, None], ["VF1", "01.04.2023", "30.04.2023", 9, 4]
    batch = await there([heads, march, april, ["VF1", "15.04.2023", "15.05.2023", 3, None]])
    assert (batch.kind, await problems(conn, batch, world.me)) == ("events", {(4, "days-counted")})
    await commit.commit_batch(conn, world.me, batch.id, partial=True)
    van = await one(conn, "VF1")
    assert {unit: each["number"] for unit, each in van.state["served"].items()} == {
        "trips": 21,
        "consultations": 4,
    }
    again = await there([heads, march, ["VF1", "01.04.2023", "30.04.2023", 10, 4]])
    assert (again.plan.counts.unchanged, again.plan.counts.change) == (1, 1)
    await commit.commit_batch(conn, world.me, again.id)
    assert (await one(conn, "VF1")).state["served"]["trips"]["number"] == 22
    assert not (await one(conn, "VF1")).disputed


# verification lists ----------------------------------------------------------------


@pytest.fixture
async def counted(conn, world, there):
    """A campaign over what was delivered to Baranivka."""
    history = [HEADS, *([None, serial, "Доставка", "01.03.2023", *[None] * 6] for serial in ("PF1", "CAM1"))]
    batch = await there(history)
    await commit.commit_batch(conn, world.me, batch.id)
    counter = await users.add_user(
        conn,
        COMMAND_LINE,
        email="c@example.org",
        name="Рахує",
        password=None,
        grants=(Grant(role="auditor"),),
    )
    new = NewCampaign(programmes=(world.prosto,), municipality=BARANIVKA, counter=counter)
    return await verifications.start(conn, COMMAND_LINE, new)


async def test_a_found_list_becomes_sightings_once(conn, world, there, counted):
    rows = [
        ["Серійний номер", "Наявність", "Дата перевірки", "Технічний стан", "Назва"],
        ["PF1", "так", kyiv.today(), "потребує уваги", "Ноутбук"],
        ["CAM1", "ні", None, None, "Камера"],
        ["VF1", "+", None, None, "Автомобіль"],
        ["PF1", "так", None, None, "Ноутбук"],
        ["XX1", "так", None, None, "?"],
    ]
    batch = await there(rows)
    assert batch.kind == "verifications"
    assert await problems(conn, batch, world.me) == {
        (4, "unexpected"),
        (5, "twice-in-file"),
        (6, "unknown-asset"),
    }
    assert (batch.plan.counts.create, batch.plan.counts.unchanged) == (2, 1)
    await commit.commit_batch(conn, world.me, batch.id, partial=True)
    tally = (await results(conn, COMMAND_LINE, counted)).tally
    assert (tally.found, tally.unexpected) == (1, 1)
    assert (await one(conn, "PF1")).condition == "needs_attention"
    again = await there(rows[:4])
    assert (again.plan.counts.unchanged, again.has_work) == (3, False)
    await commit.undo(conn, world.me, batch.id)
    assert (await results(conn, COMMAND_LINE, counted)).tally.found == 0


async def test_a_bare_list_of_tags_is_one_of_what_was_found(conn, world, there, counted):
    tags = [format_tag((await one(conn, serial)).tag) for serial in ("PF1", "CAM1")]
    batch = await there([["Мітка", "Інвентаризація"], *([tag, "V-2020-0001"] for tag in tags)])
    assert {code for _, code in await problems(conn, batch, world.me)} == {"unknown-campaign"}
    rows = [["Код мітки", "Назва"], *([f"https://x.example/a/{tag}", "щось"] for tag in tags)]
    batch = await there(rows, kind="verifications")
    assert batch.plan.counts.create == 2


@pytest.mark.parametrize("lang", ["uk", "en"])
async def test_a_verification_comes_back_with_nothing_to_do(conn, world, there, counted, lang):
    rows = [
        ["Серійний номер", "Наявність", "Технічний стан"],
        ["PF1", "так", "справний"],
        ["VF1", "так", None],
    ]
    batch = await there(rows)
    await commit.commit_batch(conn, world.me, batch.id)
    data = await lists.workbook(conn, COMMAND_LINE, "verifications", lists.Wanted(campaign=counted), lang)
    back = await there(data)
    assert (back.kind, await problems(conn, back, world.me)) == ("verifications", set())
    assert (back.plan.counts.unchanged, back.has_work) == (3, False)


@pytest.mark.parametrize("lang", ["uk", "en"])
async def test_what_is_due_comes_back_with_nothing_to_do(conn, world, there, counted, lang):
    await rules.apply_preset(conn, COMMAND_LINE, "us_2cfr200", Reach(programme=world.prosto))
    data = await lists.workbook(conn, COMMAND_LINE, "due", lists.Wanted(), lang)
    back = await there(data)
    assert (back.kind, await problems(conn, back, world.me)) == ("assets", set())
    assert back.plan.counts.unchanged > 0
    assert not back.has_work
