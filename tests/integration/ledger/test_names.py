"""A word is found among the names that assets bear as it would be among all assets."""

import pytest
from sqlalchemy import delete, func, select

from asset_tracker.access import scope
from asset_tracker.access.actors import Actor, Grant
from asset_tracker.assets import queries, sought
from asset_tracker.assets.attributes import Catalogue
from asset_tracker.assets.places import Coarse
from asset_tracker.assets.views import Filters
from asset_tracker.ledger import events as ev
from asset_tracker.ledger import store
from asset_tracker.ledger.ids import uuid7
from asset_tracker.ledger.names import missing_names, renew
from asset_tracker.ledger.tables import asset, asset_name
from factories.facts import ACTOR, PROGRAMME, add, draft, registered

pytestmark = pytest.mark.anyio

NAMES = (
    {"name_uk": "Ноутбук", "name_en": "Laptop", "manufacturer": "Lenovo", "model": "E42"},
    {"name_uk": "Ноутбук", "name_en": None, "manufacturer": "Lenovo", "model": "E43"},
    {"name_uk": "Ноутбук", "name_en": None, "manufacturer": "HP", "model": "G9"},
    {"name_uk": "Принтер", "name_en": None, "manufacturer": "HP", "model": "E42"},
    {"name_uk": "Стіл, дубовий", "name_en": None, "manufacturer": None, "model": None},
)
TEXTS = (
    "ноутбук",
    "lenovo e42",
    "E42",
    "hp",
    "g9",
    "стіл",
    "ПР",
    "lap",
    "SN2",
    "SN-3 ",
    "верстат",
    "e42 стіл",
    "№",
)
EVERYTHING = Actor(id=uuid7(), name="one", grants=(Grant(role="administrator"),))
OF_A_PROGRAMME = Actor(id=uuid7(), name="other", grants=(Grant(role="coordinator", programme=PROGRAMME),))
# Few of a name, more than are looked up, very many names; and words that so many bear that nothing is looked up.
BOUNDS = ({}, {"_FEW": 2}, {"_NAMES": 1}, {"_STEPS": 0, "_NEWEST": 1, "_COMMON": 1})


@pytest.mark.parametrize("bounds", BOUNDS, ids=str)
async def test_a_word_finds_what_a_look_at_every_asset_finds(conn, bounds, monkeypatch):
    for name, value in bounds.items():
        monkeypatch.setattr(sought, name, value)
    facts = [draft(uuid7(), registered(**name, serial=f"SN{n}")) for n in range(3) for name in NAMES]
    await add(conn, *facts[5:])
    await store.append(conn, ACTOR, facts[:5], programme=uuid7())
    for text in TEXTS:
        answers = select(asset.c.id).where(sought.answers(text, Catalogue()))
        for actor in (EVERYTHING, OF_A_PROGRAMME):
            expected = set(await conn.scalars(answers.where(scope.assets(actor))))
            for filters in (Filters(q=text), Filters(q=text, stage="expected")):
                listed, after = [], None
                while after or not listed:
                    page = await queries.list_assets(conn, actor, filters, after=after, limit=4)
                    listed += page.items or [None]
                    after = page.next
                ids = [each.id for each in listed if each]
                assert ids == sorted(expected, reverse=True), (text, actor.name, filters)
                number = await queries.count_reached(conn, actor, filters, Coarse({}), 4)
                assert number == min(len(expected), 5), (text, actor.name)
            by_name = (await queries.list_assets(conn, actor, Filters(q=text), sort="name")).items
            assert {each.id for each in by_name} == expected


async def test_a_name_is_kept_once_and_a_new_one_is_found_at_once(conn):
    one, other = (draft(uuid7(), registered(name_uk="Осцилограф", serial=serial)) for serial in ("1", "2"))
    await add(conn, one, other)
    kept = select(func.count()).where(asset_name.c.names.startswith("Осцилограф"))
    assert await conn.scalar(kept) == 1
    await add(conn, draft(other.asset, ev.Described(name_uk="Генератор", model="QX9"), days=1))
    for text, expected in (("осцилограф", {one.asset}), ("генератор qx9", {other.asset})):
        found = await queries.list_assets(conn, EVERYTHING, Filters(q=text))
        assert {each.id for each in found.items} == expected


async def test_a_name_that_somebody_took_away_is_missed_and_mended(superuser):
    await add(superuser, draft(uuid7(), registered(name_uk="Осцилограф")))
    assert await missing_names(superuser) == 0
    await superuser.execute(delete(asset_name).where(asset_name.c.names.startswith("Осцилограф")))
    assert await missing_names(superuser) == await renew(superuser) == 1
    assert await missing_names(superuser) == 0
