"""Tables of other kinds than lists of assets: planned, written, sent again, changed, taken back."""

from pathlib import Path

import msgspec
import pytest
from sqlalchemy import Text, cast, func, select

import workbooks
from asset_tracker.access import links, tokens, users
from asset_tracker.access.actors import COMMAND_LINE, Actor, Grant
from asset_tracker.access.tables import one_time_link, user_account, user_grant
from asset_tracker.consignments.tables import consignment
from asset_tracker.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError
from asset_tracker.imports import commit, invitations, lists, queries
from asset_tracker.imports.kind import StandsOnItError
from asset_tracker.imports.line import Defaults
from asset_tracker.imports.tables import import_batch, import_row
from asset_tracker.imports.views import Choices
from asset_tracker.ledger.ids import uuid7
from asset_tracker.mail.tables import mail_outbox
from asset_tracker.programmes.needs import list_needs
from asset_tracker.programmes.queries import programme_by_code
from asset_tracker.programmes.rules import list_rules
from asset_tracker.programmes.tables import party
from asset_tracker.settings import Settings
from asset_tracker.territory import service as territory
from asset_tracker.territory.changes import list_changes
from asset_tracker.territory.tables import municipality, service_point
from factories.uploading import upload

pytestmark = pytest.mark.anyio

WITHOUT_MAIL = Settings(
    data_dir=Path("nowhere"), storage_url="file:///nowhere", base_url="http://127.0.0.1:8000"
)
BARANIVKA, OVRUCH = "UA18080010000090720", "UA18060170000069581"


@pytest.fixture
def send(conn, storage, world, tmp_path):
    async def send(rows, actor=COMMAND_LINE, name="таблиця.xlsx", **choices):
        data = rows if isinstance(rows, bytes) else workbooks.save(tmp_path / "a.xlsx", rows).read_bytes()
        return await upload(conn, storage, actor, name, data, Choices(**choices))

    return send


async def came_to(conn, batch, actor=COMMAND_LINE):
    """Action by action, what the rows come to."""
    page = await queries.list_rows(conn, actor, batch.id, limit=500)
    return [(item.row, item.action) for item in page.items]


async def problems(conn, batch, actor=COMMAND_LINE):
    found = await queries.list_problems(conn, actor, batch.id)
    return {(problem.row, problem.code) for problem in found}


# service points ------------------------------------------------------------------

POINTS = [
    ["register_code", "katotth_hromada", "kind_guess", "name_uk", "address_uk", "staff", "state"],
    [175, BARANIVKA, "main_or_other", "Центр надання адміністративних послуг Баранівської міської ради", "вул. Соборна, 1, м. Баранівка", 11, "Діючий"],
    [176, BARANIVKA, "remote_workplace", "Віддалене робоче місце адміністратора", "вул. Шевченка, 2, с. Зеремля", 1, "Діючий"],
    [177, BARANIVKA, "remote_workplace", "Віддалене робоче місце адміністратора", "вул. Лесі, 3, с. Ялишів", 1, "Зупинений"],
]  # fmt: skip
POINTS[3][-1] = "Призупинено"


async def test_service_points_of_the_register(conn, send):
    batch = await send(POINTS)
    assert (batch.kind, await problems(conn, batch)) == ("service_points", set())
    assert await came_to(conn, batch) == [(2, "create"), (3, "create"), (4, "create")]
    await commit.commit_batch(conn, COMMAND_LINE, batch.id)
    rows = (await conn.execute(select(service_point).order_by(service_point.c.address))).all()
    assert [(row.kind, row.status) for row in rows] == [
        ("remote_workplace", "suspended"),
        ("asc", "working"),
        ("remote_workplace", "working"),
    ]
    again = await send(POINTS)
    assert again.plan.counts.unchanged == 3
    assert not again.has_work


async def test_a_point_changes_and_comes_back(conn, send):
    first = await send(POINTS)
    await commit.commit_batch(conn, COMMAND_LINE, first.id)
    changed = [list(row) for row in POINTS]
    changed[1][4], changed[1][-1] = "вул. Нова, 9, м. Баранівка", "Зруйновано"
    batch = await send(changed)
    assert await came_to(conn, batch) == [(3, "unchanged"), (4, "unchanged"), (2, "change")]
    await commit.commit_batch(conn, COMMAND_LINE, batch.id)
    row = (await conn.execute(select(service_point).where(service_point.c.kind == "asc"))).one()
    assert (row.address, row.status) == ("вул. Нова, 9, м. Баранівка", "destroyed")
    with pytest.raises(StandsOnItError):
        await commit.undo(conn, COMMAND_LINE, first.id)
    await commit.undo(conn, COMMAND_LINE, batch.id)
    row = (await conn.execute(select(service_point).where(service_point.c.kind == "asc"))).one()
    assert (row.address, row.status) == ("вул. Соборна, 1, м. Баранівка", "working")
    assert [each.change for each in await list_changes(conn, row.id)] == ["opened", "destroyed", "reopened"]


async def test_new_points_are_taken_back_while_nothing_stands_in_them(conn, send):
    batch = await send(POINTS)
    await commit.commit_batch(conn, COMMAND_LINE, batch.id)
    await commit.undo(conn, COMMAND_LINE, batch.id)
    assert await conn.scalar(select(func.count()).select_from(service_point)) == 0
    again = await send(POINTS)
    assert again.plan.counts.create == 3


async def test_who_keeps_no_points_imports_none(world, send):
    with pytest.raises(ForbiddenError):
        await send(POINTS, actor=world.me, kind="users")


async def test_points_with_everything_wrong(conn, send):
    rows = [
        ["Громада", "Назва", "Вид", "Адреса", "Стан", "Широта", "Довгота"],
        ["Барановська", "ЦНАП", "центр", "вул. А", "діє", 50.3, 27.6],
        [BARANIVKA, "ЦНАП", "палац", "вул. Б", "невідомо", 50.3, 27.6],
        [BARANIVKA, "ЦНАП", "центр", "вул. В", "діє", 27.6, 50.3],
        [BARANIVKA, "ЦНАП", "центр", "вул. Г", "діє", 50.3, None],
        [BARANIVKA, "ЦНАП", "центр", "вул. Ґ", "діє", 999, 1],
        [BARANIVKA, "ЦНАП", "центр", "вул. Д", "діє", 50.3, 27.6],
        [BARANIVKA, "ЦНАП", "центр", "вул. Д", "діє", 50.3, 27.6],
        [BARANIVKA, None, "центр", None, None, None, None],
        ["Разом", 7],
    ]
    batch = await send(rows)
    assert await problems(conn, batch) == {
        (2, "unknown-municipality"),
        (3, "unknown-kind"),
        (3, "unknown-status"),
        (4, "swapped-position"),
        (5, "half-position"),
        (6, "bad-lat"),
        (6, "half-position"),
        (8, "twice-in-file"),
        (9, "left-out"),
    }
    found = await queries.list_problems(conn, COMMAND_LINE, batch.id)
    assert any("Баранівська" in (problem.suggestion or "") for problem in found)


# parties -------------------------------------------------------------------------

PARTIES = [
    ["№", "Назва організації", "Тип", "Код ЄДРПОУ", "Скорочена назва", "Громада", "Адреса"],
    [1, "Баранівська міська рада", "орган місцевого самоврядування", "04343470", None, "Баранівська, Житомирська", "вул. Соборна, 20"],
    [2, "ТОВ «Техно»", "постачальник", 32855961, "Техно", None, None],
    [3, "Нова Пошта", "перевізник", None, None, None, None],
]  # fmt: skip


async def test_parties_with_their_codes(conn, send):
    batch = await send(PARTIES)
    assert (batch.kind, await problems(conn, batch)) == ("parties", set())
    await commit.commit_batch(conn, COMMAND_LINE, batch.id)
    made = (
        await conn.execute(select(party).where(party.c.kind.in_(("council", "supplier", "carrier"))))
    ).all()
    assert {(row.kind, row.edrpou, row.municipality_code) for row in made} == {
        ("council", "04343470", BARANIVKA),
        ("supplier", "32855961", None),
        ("carrier", None, None),
    }
    assert (await send(PARTIES)).plan.counts.unchanged == 3
    changed = [*PARTIES[:3], [3, "Нова пошта", "перевізник", "31316718", "НП", None, None]]
    again = await send(changed)
    assert await came_to(conn, again) == [(2, "unchanged"), (3, "unchanged"), (4, "change")]
    await commit.commit_batch(conn, COMMAND_LINE, again.id)
    await commit.undo(conn, COMMAND_LINE, again.id)
    await commit.undo(conn, COMMAND_LINE, batch.id)
    left = await conn.scalar(select(func.count()).select_from(party).where(party.c.kind == "council"))
    assert left == 0


async def test_parties_with_everything_wrong(conn, send):
    rows = [
        ["Назва", "Вид", "ЄДРПОУ", "Громада"],
        ["Рада А", "рада", "04343471", None],
        ["Рада Б", "рада", 4343470, None],
        ["Рада В", "рада", "О4343470", None],
        ["Рада Г", "рада", "04343470", None],
        ["Хтось", "невідомо", None, None],
        ["Рада Д", "рада", None, "Барановська"],
        ["=1+1", "рада", "12345678", None],
    ]
    batch = await send(rows)
    assert await problems(conn, batch) == {
        (2, "bad-edrpou"),
        (3, "read-edrpou"),
        (4, "bad-edrpou"),
        (5, "twice-in-file"),
        (6, "unknown-kind"),
        (7, "unknown-municipality"),
        (8, "formula"),
        (0, "formulas"),
        (8, "no-name"),
    }
    found = await queries.list_problems(conn, COMMAND_LINE, batch.id)
    assert {p.row: p.suggestion for p in found}[4] == "04343470"


# population ----------------------------------------------------------------------


async def test_population_by_day_and_source(conn, send):
    rows = [
        ["katotth", "pcode_adm3", "name_uk", "population_2022"],
        [BARANIVKA, "UA1808001", "Баранівська", 25000],
    ]
    shipped = await conn.scalar(select(municipality.c.population).where(municipality.c.code == BARANIVKA))
    rows[1][3] = shipped
    same = await send(rows)
    assert (same.kind, same.plan.counts.unchanged) == ("population", 1)
    newer = [
        ["Громада", "Область", "Населення, осіб", "Станом на", "Джерело"],
        ["Баранівська", "Житомирська", "24 100", "01.01.2024", "Держстат"],
        ["Овруцька", "Житомирська", "31,5 тис. осіб", "2024", "оцінка громади"],
        ["Хорошівська", "Житомирська", "багато", "01.01.2024", None],
        ["Житомирська", "Житомирська", 260000, "01.01.2099", None],
    ]
    batch = await send(newer)
    assert await problems(conn, batch) == {(3, "read-population"), (4, "bad-population"), (5, "future")}
    await commit.commit_batch(conn, COMMAND_LINE, batch.id, partial=True)
    figures = dict((await conn.execute(select(municipality.c.code, municipality.c.population))).all())
    assert (figures[BARANIVKA], figures[OVRUCH]) == (24100, 31500)
    assert (await send(newer)).plan.counts.unchanged == 2
    assert (await send(rows)).plan.counts.unchanged == 1  # what was so in 2022 is so still
    assert (await territory.load_shipped(conn)).empty
    await commit.undo(conn, COMMAND_LINE, batch.id)
    back = await conn.scalar(select(municipality.c.population).where(municipality.c.code == BARANIVKA))
    assert back == shipped


# needs ----------------------------------------------------------------------

NEEDS = [
    ["Громада", "Область", "Що потрібно", "Потрібно", "Дата заявки", "Готовність", "Погоджено", "Дата погодження", "Заплановано на"],
    ["Баранівська", "Житомирська", "ноутбуки для ЦНАП", "4 шт.", "10.01.2025", "60 %", 3, "01.02.2025", "15.03.2025"],
    ["Овруцька", "Житомирська", "ДБЖ", 2, "12.01.2025", None, None, None, None],
    ["Овруцька", "Житомирська", "зореліт", 1, "12.01.2025", None, None, None, None],
    ["Хорошівська", "Житомирська", "планшет", "багато", "12.01.2025", 140, 3, None, None],
    ["Баранівська", "Житомирська", "принтер", 1, "10.01.2025", None, 1, "01.01.2025", None],
]  # fmt: skip


async def test_needs_are_planned_recorded_changed_and_taken_back(conn, world, send):
    asked = await send(NEEDS[:3])
    assert "no-programme-column" in {each.code for each in asked.plan.problems}
    whole = [[*row, "Програма" if n == 0 else "PROSTO"] for n, row in enumerate(NEEDS)]
    batch = await send(whole, actor=world.me)
    assert batch.kind == "needs"
    assert await problems(conn, batch, world.me) >= {
        (4, "unknown-category"),
        (5, "bad-asked"),
        (5, "bad-readiness"),
        (5, "approval"),
        (6, "days"),
    }
    await commit.commit_batch(conn, world.me, batch.id, partial=True)
    (made,) = await list_needs(conn, world.me, BARANIVKA)
    assert (made.category, made.asked, made.readiness, made.approved) == ("laptop", 4, 60, 3)
    assert (str(made.approved_on), str(made.planned_on)) == ("2025-02-01", "2025-03-15")
    assert (await send(whole)).plan.counts.unchanged == 2
    changed = [list(row) for row in whole[:3]]
    changed[2][6:8] = [1, "20.02.2025"]
    again = await send(changed, actor=world.me)
    assert await came_to(conn, again, world.me) == [(2, "unchanged"), (3, "change")]
    await commit.commit_batch(conn, world.me, again.id)
    (there,) = await list_needs(conn, world.me, OVRUCH)
    assert (there.approved, str(there.approved_on)) == (1, "2025-02-20")
    await commit.undo(conn, world.me, again.id)
    (there,) = await list_needs(conn, world.me, OVRUCH)
    assert (there.approved, there.approved_on) == (None, None)
    await commit.undo(conn, world.me, batch.id)
    assert await list_needs(conn, world.me, BARANIVKA) == []


# programmes ----------------------------------------------------------------------

PROGRAMMES = [
    ["Код", "Назва програми", "Виконавець", "Донори", "Угода", "Валюта", "Початок", "Завершення", "Правила"],
    ["UA-1", "Цифрові ЦНАП", "SALAR International", "Sida 60; ESTDEV 40", "№ 12/7", "грн", "01.02.2024", "31.12.2026", "бюджет України; ООН"],
    ["UA-2", "Мобільні ЦНАП", "SALAR International", "ESTDEV", None, "EUR", None, None, None],
]  # fmt: skip


async def test_programmes_with_shares_and_presets(conn, world, send):
    batch = await send(PROGRAMMES)
    assert (batch.kind, await problems(conn, batch)) == ("programmes", set())
    await commit.commit_batch(conn, COMMAND_LINE, batch.id)
    made = await programme_by_code(conn, COMMAND_LINE, "UA-1")
    assert {share.name_uk: int(share.percent) for share in made.shares} == {"Sida": 60, "ESTDEV": 40}
    rules = await list_rules(conn, COMMAND_LINE, programme_id=made.id)
    assert {rule.preset for rule in rules} >= {"ua_budget", "un"}
    assert (await send(PROGRAMMES)).plan.counts.unchanged == 2
    changed = [list(row) for row in PROGRAMMES]
    changed[1][3], changed[1][8] = "Sida — 50 %, ESTDEV — 50 %", "ООН"
    again = await send(changed)
    assert await came_to(conn, again) == [(2, "change"), (3, "unchanged")]
    await commit.commit_batch(conn, COMMAND_LINE, again.id)
    made = await programme_by_code(conn, COMMAND_LINE, "UA-1")
    assert {int(share.percent) for share in made.shares} == {50}
    await commit.undo(conn, COMMAND_LINE, again.id)
    assert (await send(PROGRAMMES)).plan.counts.unchanged == 2
    await commit.undo(conn, COMMAND_LINE, batch.id)
    assert (await send(PROGRAMMES)).plan.counts.create == 2
    with pytest.raises(ForbiddenError):
        await send(PROGRAMMES, actor=world.me, kind="programmes")


async def test_programmes_with_everything_wrong(conn, world, send):
    rows = [
        ["Код", "Назва", "Виконавець", "Донори", "Режим", "Початок", "Кінець", "Правила"],
        ["UA-1", "А", "SALAR International", "Sida 60; ESTDEV 30", None, None, None, None],
        ["уа 2", "Б", "SALAR International", "Sida", None, None, None, None],
        ["UA-3", "В", "САЛАР", "Сіда 100", "дивний", None, None, None],
        ["UA-4", "Г", "SALAR Internatonal", "Sida; ESTDEV", None, "01.01.2026", "01.01.2025", "марсіанські"],
        ["UA-5", "Ґ", "SALAR International", "Sida 50; Sida 50", None, None, None, None],
        ["UA-5", "Д", "SALAR International", "Sida", None, None, None, None],
    ]
    batch = await send(rows)
    assert await problems(conn, batch) == {
        (2, "shares-sum"),
        (3, "bad-code"),
        (4, "unknown-party"),
        (4, "unknown-legal-regime"),
        (5, "unknown-party"),
        (5, "bad-shares"),
        (5, "days"),
        (5, "unknown-preset"),
        (6, "donor-twice"),
    }
    found = await queries.list_problems(conn, COMMAND_LINE, batch.id)
    assert "SALAR International" in {problem.suggestion for problem in found if problem.row == 5}


# consignments --------------------------------------------------------------------


async def test_consignments_by_number(conn, world, send):
    rows = [["Номер партії", "Громада"], ["П-1", "Баранівська"], ["П-2", "Овруцька"]]
    asks = await send(rows, kind="consignments")
    assert (1, "no-programme-column") in await problems(conn, asks)
    defaults = Defaults(programme="PROSTO")
    batch = await send(rows, actor=world.me, kind="consignments", defaults=defaults)
    await commit.commit_batch(conn, world.me, batch.id)
    assert set(await conn.scalars(select(consignment.c.number))) == {"П-1", "П-2"}
    again = await send(rows, actor=world.me, kind="consignments", defaults=defaults)
    assert again.plan.counts.unchanged == 2
    moved = await send([rows[0], ["П-1", "Овруцька"]], kind="consignments", defaults=defaults)
    assert await problems(conn, moved) == {(2, "fixed")}
    await commit.undo(conn, world.me, batch.id)
    assert await conn.scalar(select(func.count()).select_from(consignment)) == 0


# people --------------------------------------------------------------------------

PEOPLE = [
    ["ПІБ", "Електронна пошта", "Мова", "Роль", "Програма"],
    ["Олена Коваль", "Olena@Example.org", "українська", "координатор", "PROSTO"],
    ["John Smith", "john@example.org", "English", None, None],
]


@pytest.fixture
async def boss(conn, world):
    me = Actor(id=uuid7(), name="Адміністраторка", grants=(Grant(role="administrator"),))
    await users.add_user(
        conn,
        COMMAND_LINE,
        email="boss@example.org",
        name=me.name,
        password=None,
        grants=me.grants,
        user_id=me.id,
    )
    return me


async def test_nobody_gets_a_role_from_a_list_unless_an_administrator_says_so(conn, boss, send, storage):
    batch = await send(PEOPLE, actor=boss)
    assert (batch.kind, await problems(conn, batch, boss)) == ("users", {(0, "roles")})
    with pytest.raises(InvalidError):
        await commit.commit_batch(conn, boss, batch.id)
    # the good rows alone: accounts, and no role
    await commit.commit_batch(conn, boss, batch.id, partial=True)
    olena = await users.by_email(conn, "olena@example.org")
    assert await conn.scalar(select(func.count()).where(user_grant.c.user_id == olena)) == 0
    await commit.undo(conn, boss, batch.id)
    confirmed = await send(PEOPLE, actor=boss, grant_roles=True)
    assert await problems(conn, confirmed, boss) == set()
    await commit.commit_batch(conn, boss, confirmed.id)
    olena = await users.by_email(conn, "olena@example.org")
    grant = (await conn.execute(select(user_grant).where(user_grant.c.user_id == olena))).one()
    assert (grant.role, str(grant.programme_id)) == (
        "coordinator",
        str((await programme_by_code(conn, boss, "PROSTO")).id),
    )
    again = await send(PEOPLE, actor=boss)
    assert (again.plan.counts.unchanged, again.plan.counts.questions) == (2, 0)


async def test_a_list_changes_no_role_and_no_name(conn, boss, world, send):
    batch = await send(PEOPLE, actor=boss, grant_roles=True)
    await commit.commit_batch(conn, boss, batch.id)
    rows = [list(row) for row in PEOPLE]
    rows[1][3], rows[1][4] = "адміністратор", None
    rows[2][0] = "Джон Сміт"
    raised = await send(rows, actor=boss, grant_roles=True)
    assert await problems(conn, raised, boss) == {(2, "fixed"), (3, "not-changed")}
    assert await came_to(conn, raised, boss) == [(2, "problem"), (3, "unchanged")]
    with pytest.raises(ForbiddenError):
        await send(PEOPLE, actor=world.me, kind="users")


async def test_who_stood_in_a_list_of_people_stands_in_their_account_only(conn, boss, send):
    batch = await send(PEOPLE, actor=boss, grant_roles=True)
    await commit.commit_batch(conn, boss, batch.id)
    kept = await conn.execute(select(cast(import_row.c.item, Text)).where(import_row.c.batch_id == batch.id))
    texts = [row.item for row in kept]
    b = import_batch.c
    texts += (
        await conn.execute(select(cast(b.plan, Text), cast(b.choices, Text)).where(b.id == batch.id))
    ).one()
    assert not any("olena" in text.lower() or "Олена" in text for text in texts)


async def test_people_with_everything_wrong(conn, boss, send):
    rows = [
        ["ПІБ", "E-mail", "Роль", "Програма", "Донор"],
        ["А", "оlena@example.org", None, None, None],
        ["Б", "не адреса", None, None, None],
        ["В", "v@example.org", "бог", None, None],
        ["Г", "g@example.org", "координатор", None, None],
        ["Ґ", "V@Example.org", None, None, None],
        [None, "d@example.org", None, None, None],
        ["Е", "e@example.org", "донор", None, "Сіда"],
        ["Є", "ye@example.org", "координатор", "PROSTA", None],
        ["Ж", "boss@example.org", None, None, None],
    ]
    batch = await send(rows, actor=boss)
    assert await problems(conn, batch, boss) == {
        (2, "bad-email"),
        (3, "bad-email"),
        (4, "unknown-role"),
        (5, "no-programme"),
        (7, "no-name"),
        (8, "role-reach"),
        (9, "unknown-programme"),
        (10, "not-changed"),
    }
    found = await queries.list_problems(conn, boss, batch.id)
    assert "olena@example.org" in {problem.suggestion for problem in found}


async def test_an_account_that_came_is_not_taken_back(conn, boss, send):
    batch = await send(PEOPLE, actor=boss, grant_roles=True)
    await commit.commit_batch(conn, boss, batch.id)
    john = await users.by_email(conn, "john@example.org")
    await tokens.make_token(conn, boss, "script", user=john)
    with pytest.raises(StandsOnItError):
        await commit.undo(conn, boss, batch.id)
    assert await conn.scalar(select(func.count()).select_from(user_account)) == 3


async def test_an_administrator_invites_those_whose_accounts_a_list_made(conn, boss, send, world):
    batch = await send(PEOPLE, actor=boss, grant_roles=True)
    with pytest.raises(ConflictError):
        await invitations.invite(conn, boss, batch.id, WITHOUT_MAIL)  # nobody has an account yet
    await commit.commit_batch(conn, boss, batch.id)
    assert await conn.scalar(select(func.count()).select_from(one_time_link)) == 0  # never by itself
    guests = await invitations.list_guests(conn, boss, batch.id)
    assert {guest.standing for guest in guests} == {"new"}
    made = await invitations.invite(conn, boss, batch.id, WITHOUT_MAIL)
    assert [link.email for link in made] == [guest.email for guest in guests]
    await links.set_password(conn, made[0].token, "a long enough password")
    standing = {g.email: g.standing for g in await invitations.list_guests(conn, boss, batch.id)}
    assert (standing.pop(made[0].email), set(standing.values())) == ("came", {"invited"})
    with_mail = msgspec.structs.replace(
        WITHOUT_MAIL, smtp_url="smtp://127.0.0.1:1025", mail_from="a@example.org", secret_key="s" * 40
    )
    letters = select(func.count()).select_from(mail_outbox)
    before = await conn.scalar(letters)
    again = await invitations.invite(conn, boss, batch.id, with_mail)
    assert {link.email for link in again} == set(standing)
    assert {link.token for link in again} == {None}
    assert await conn.scalar(letters) - before == len(again)
    with pytest.raises(ForbiddenError):
        await invitations.invite(conn, world.me, batch.id, WITHOUT_MAIL)


# lists that come back ------------------------------------------------------------


@pytest.fixture
async def full(conn, boss, world, send):
    """Something of everything, and who may see it."""
    for rows, more in (
        (POINTS, {}),
        (PARTIES, {}),
        (PROGRAMMES, {}),
        (PEOPLE, {"grant_roles": True}),
    ):
        batch = await send(rows, actor=boss, **more)
        await commit.commit_batch(conn, boss, batch.id)
    batch = await send(NEEDS[:3], actor=boss, defaults=Defaults(programme="PROSTO"))
    await commit.commit_batch(conn, boss, batch.id)
    rows = [["Номер партії", "Громада"], ["П-1", "Баранівська"]]
    batch = await send(rows, actor=boss, kind="consignments", defaults=Defaults(programme="PROSTO"))
    await commit.commit_batch(conn, boss, batch.id)
    return boss


@pytest.mark.parametrize(
    "name", ["service_points", "parties", "programmes", "consignments", "users", "population", "needs"]
)
async def test_a_list_comes_back_with_nothing_to_do(conn, full, send, name):
    for lang in ("uk", "en"):
        data = await lists.workbook(conn, full, name, lists.Wanted(), lang)
        kind = "consignments" if name == "consignments" else None
        back = await send(data, actor=full, kind=kind)
        assert (back.kind, await problems(conn, back, full)) == (name, set())
        counts = back.plan.counts
        assert counts.unchanged > 0
        assert (counts.create, counts.change, counts.problem, counts.questions) == (0, 0, 0, 0)


async def test_a_list_of_people_is_for_administrators(conn, world):
    with pytest.raises(ForbiddenError):
        await lists.workbook(conn, world.me, "users", lists.Wanted(), "uk")
    with pytest.raises(NotFoundError):
        await lists.workbook(conn, world.me, "events", lists.Wanted(), "uk")
