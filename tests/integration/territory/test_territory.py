from datetime import date
from typing import Any

import msgspec
import pytest
from sqlalchemy import func, select, text

from asset_tracker.access.actors import COMMAND_LINE, Actor, Grant
from asset_tracker.errors import ForbiddenError, InvalidError, NotFoundError
from asset_tracker.ledger.ids import uuid7
from asset_tracker.territory import queries, service, tables
from asset_tracker.territory.changes import record_change
from asset_tracker.territory.codifier import Codifier, read_shipped
from asset_tracker.territory.points import NewServicePoint, PointChange

BARANIVKA, OVRUCH = "UA18080010000090720", "UA18060170000069581"
TECHNICIAN = Actor(id=uuid7(), name="Т", grants=(Grant(role="technician", area="UA18"),))


@pytest.fixture
async def loaded(conn):
    await service.load_shipped(conn)
    return conn


async def load_renamed(conn, edition=date(2027, 1, 1), **changes: Any):
    """The shipped edition once more, with one hromada changed and another one gone."""
    shipped = read_shipped()
    municipalities = tuple(
        msgspec.structs.replace(each, **changes) if each.code == BARANIVKA else each
        for each in shipped.municipalities
        if each.code != OVRUCH
    )
    codifier = Codifier(edition=edition, order="1", municipalities=municipalities)
    return await service.load(conn, COMMAND_LINE, codifier)


async def test_loading_twice_changes_nothing(superuser):
    conn = superuser
    await conn.execute(text("TRUNCATE codifier_edition, municipality CASCADE"))  # as before the first start
    first = await service.load_shipped(conn)
    assert len(first.new) == 1774
    assert (await service.load(conn, COMMAND_LINE, read_shipped())).empty
    assert (await service.load_shipped(conn)).empty
    count = await conn.scalar(select(func.count()).select_from(tables.municipality))
    assert count == 1774


async def test_the_list_is_in_ukrainian_order(loaded):
    names = [
        each.name_uk for each in await queries.list_municipalities(loaded, oblast_code="UA18000000000041385")
    ]
    assert len(names) == 66
    assert names.index("Ємільчинська") < names.index("Житомирська")
    assert names.index("Іршанська") < names.index("Квітнева")


async def test_a_new_edition_renames_and_closes_and_keeps_history(loaded):
    diff = await load_renamed(loaded, name_uk="Полянська", name_en="Polianska")
    assert [pair.after.name_uk for pair in diff.renamed] == ["Полянська"]
    assert [each.code for each in diff.gone] == [OVRUCH]
    before, after = ("Баранівська", "Baranivska"), ("Полянська", "Polianska")
    for day, name in ((date(2024, 5, 1), before), (date(2026, 12, 31), before), (date(2027, 1, 1), after)):
        assert await queries.names_as_of(loaded, [BARANIVKA], day) == {BARANIVKA: name}
    assert (await queries.get_municipality(loaded, OVRUCH)).gone
    assert OVRUCH not in {each.code for each in await queries.search_municipalities(loaded, "овруцька")}
    assert (await queries.search_municipalities(loaded, "полянська"))[0].code == BARANIVKA


async def test_a_dry_run_writes_nothing(loaded):
    shipped = read_shipped()
    newer = Codifier(edition=date(2027, 1, 1), order="1", municipalities=shipped.municipalities[:10])
    diff = await service.load(loaded, COMMAND_LINE, newer, dry_run=True)
    assert len(diff.gone) == 1764
    assert (await queries.edition_in_force(loaded)).edition == shipped.edition
    assert len(await queries.list_municipalities(loaded)) == 1774


async def test_an_older_edition_is_refused(loaded):
    with pytest.raises(InvalidError, match="older"):
        await load_renamed(loaded, edition=date(2024, 1, 19))


async def test_only_an_administrator_loads(loaded):
    with pytest.raises(ForbiddenError):
        await service.load(loaded, TECHNICIAN, read_shipped())


def asc(**changes: Any):
    return NewServicePoint(
        **{"municipality_code": BARANIVKA, "kind": "asc", "name_uk": "ЦНАП  Баранівської міської ради"}
        | changes
    )


async def test_a_service_point_is_opened_and_changes_its_state(loaded):
    point = await service.create_service_point(
        loaded, COMMAND_LINE, asc(municipality_code="УА1808 001 0000090720")
    )
    assert (point.municipality_code, point.name_uk, point.status) == (
        BARANIVKA,
        "ЦНАП Баранівської міської ради",
        "working",
    )
    remote = asc(kind="remote_workplace", name_uk="ВРМ, с. Марківка", parent_id=point.id)
    child = await service.create_service_point(loaded, COMMAND_LINE, remote)
    assert [each.id for each in await queries.list_service_points(loaded, BARANIVKA)] == [child.id, point.id]
    moved = await record_change(loaded, COMMAND_LINE, point.id, PointChange(change="relocated"))
    assert moved == await queries.get_service_point(loaded, point.id)
    assert moved.status == "relocated"


async def test_what_a_service_point_must_be(loaded):
    with pytest.raises(InvalidError) as caught:
        await service.create_service_point(loaded, COMMAND_LINE, asc(municipality_code="UA18080010000099999"))
    assert caught.value.errors[0].field == "municipality_code"
    point = await service.create_service_point(loaded, COMMAND_LINE, asc())
    with pytest.raises(InvalidError) as caught:
        await service.create_service_point(
            loaded, COMMAND_LINE, asc(municipality_code=OVRUCH, parent_id=point.id)
        )
    assert caught.value.errors[0].field == "parent_id"
    with pytest.raises(ForbiddenError):
        await service.create_service_point(loaded, TECHNICIAN, asc())
    with pytest.raises(NotFoundError):
        await record_change(loaded, COMMAND_LINE, uuid7(), PointChange(change="destroyed"))
