"""A small world in the database: two programmes, three assets of one, one of the other.

Made through the services, as real data are.
"""

from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

from asset_tracker.access.actors import COMMAND_LINE, Actor, Grant
from asset_tracker.assets.service import NewAsset, register
from asset_tracker.ledger.events import Registered
from asset_tracker.ledger.ids import uuid7
from asset_tracker.ledger.tags import new_tag
from asset_tracker.ledger.values import Share
from asset_tracker.programmes.service import NewParty, NewProgramme, add_party, add_programme

BARANIVKA = "UA18080010000090720"


class World(NamedTuple):
    programme: UUID
    other: UUID
    consignment: UUID
    assets: tuple[UUID, ...]  # laptop, car, router; in the consignment
    tags: tuple[str, ...]
    stranger: str  # a tag of the other programme
    coordinator: Actor  # of the first programme


async def make_world(conn):
    donor = await add_party(
        conn,
        COMMAND_LINE,
        NewParty(kind="donor", name_uk="Агентство Sida", name_en="Sida", short_name="Sida"),
    )
    programmes = [
        await add_programme(
            conn,
            COMMAND_LINE,
            NewProgramme(
                code=f"P-{uuid7().hex[-8:]}",
                name_uk=name_uk,
                name_en=name_en,
                implementer=donor,
                shares=(Share(donor, Decimal(100)),),
            ),
        )
        for name_uk, name_en in (("Відеоконсультації", "Video"), ("Інша", "Another"))
    ]
    consignment = uuid7()
    facts = [
        {
            "category": "laptop",
            "name_uk": "Ноутбук",
            "manufacturer": "Lenovo",
            "model": "E14",
            "serial": "PF3K0001",
        },
        {"category": "vehicle", "name_uk": "Автомобіль Renault Duster", "manufacturer": "Renault"},
        {"category": "router", "name_uk": "Маршрутизатор", "name_en": "Router"},
    ]
    tags = tuple(new_tag() for _ in range(4))
    new = [
        NewAsset(
            id=uuid7(),
            fact=Registered(
                tag=tags[n], consignment=consignment, line=n + 1, destination=BARANIVKA,
                shares=(Share(donor, Decimal(100)),), **fact,
            ),
        )
        for n, fact in enumerate(facts)
    ]  # fmt: skip
    await register(conn, COMMAND_LINE, programmes[0], new)
    stray = NewAsset(id=uuid7(), fact=Registered(tag=tags[3], category="laptop", name_uk="Чужий"))
    await register(conn, COMMAND_LINE, programmes[1], [stray])
    coordinator = Actor(
        id=uuid7(), name="Координаторка", grants=(Grant(role="coordinator", programme=programmes[0]),)
    )
    return World(
        programmes[0], programmes[1], consignment, tuple(n.id for n in new), tags[:3], tags[3], coordinator
    )
