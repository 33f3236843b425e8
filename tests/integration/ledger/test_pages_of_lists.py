"""Whatever way a page of a list is found by, the pages together are the list, in its order."""

import pytest
from sqlalchemy import select

from asset_tracker.access import scope
from asset_tracker.access.actors import Actor, Grant
from asset_tracker.assets import paging, queries
from asset_tracker.assets.ordering import SORTS, order_of
from asset_tracker.assets.seen import PLACED
from asset_tracker.assets.views import Filters
from asset_tracker.errors import InvalidError
from asset_tracker.ledger import store
from asset_tracker.ledger.ids import uuid7
from asset_tracker.ledger.tables import asset
from factories.facts import ACTOR, PROGRAMME, add, draft, registered

pytestmark = pytest.mark.anyio

EVERYTHING = Actor(id=uuid7(), name="one", grants=(Grant(role="administrator"),))
OF_A_PROGRAMME = Actor(id=uuid7(), name="other", grants=(Grant(role="coordinator", programme=PROGRAMME),))
# As they come; walked through and met; walked through in vain, then sorted; more than are sorted.
WAYS = ({}, {"FEW": 1}, {"FEW": 1, "_STEPS": 2}, {"FEW": 1, "_STEPS": 2, "SORTABLE": 1})
THINGS = (("Ноутбук", "laptop"), ("Єдина шафа", "furniture"), ("Ноутбук", "desktop"), ("Принтер", "printer"))


@pytest.mark.parametrize("bounds", WAYS, ids=str)
async def test_pages_of_every_order_are_the_list(conn, bounds, monkeypatch):
    for name, value in bounds.items():
        monkeypatch.setattr(paging, name, value)
    facts = [
        draft(uuid7(), registered(name_uk=name, category=category, serial=f"SN{n % 2}{n}"))
        for n in range(3)
        for name, category in THINGS
    ]
    await add(conn, *facts[3:])
    await store.append(conn, ACTOR, facts[:3], programme=uuid7())
    for sort in ("name", "-name", "tag", "-category", *(("serial",) if "SORTABLE" not in bounds else ())):
        order = order_of(sort)
        for actor in (EVERYTHING, OF_A_PROGRAMME):
            for filters in (Filters(), Filters(category="laptop"), Filters(stage="expected", title="donor")):
                where = [scope.assets(actor), *queries.conditions(filters)]
                listed = select(asset.c.id).select_from(PLACED).where(*where).order_by(*order.by)
                expected = list(await conn.scalars(listed))
                assert await paged(conn, actor, filters, sort) == expected, (sort, actor.name, filters)


async def paged(conn, actor, filters, sort):
    found, after = [], None
    while True:
        page = await queries.list_assets(conn, actor, filters, sort=sort, after=after, limit=2)
        found += [each.id for each in page.items]
        after = page.next
        if after is None:
            return found


async def test_what_would_have_to_be_sorted_has_an_end(conn, monkeypatch):
    monkeypatch.setattr(paging, "SORTABLE", 2)
    await add(conn, *(draft(uuid7(), registered(serial=f"SN{n}")) for n in range(3)))
    assert {"name", "unit_price"} <= set(SORTS)
    assert len((await queries.list_assets(conn, EVERYTHING, Filters(), sort="name")).items) == 3
    with pytest.raises(InvalidError):
        await queries.list_assets(conn, EVERYTHING, Filters(), sort="-unit_price")
