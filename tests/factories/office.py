"""A furnished office for tests of pages: a programme with two donors, one consignment, somebody in each role.

Made through the services, as real data are.
"""

from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

from asset_tracker.access.actors import COMMAND_LINE, Grant
from asset_tracker.access.users import add_user
from asset_tracker.assets.service import NewAsset, register
from asset_tracker.consignments.service import NewConsignment, add_consignment
from asset_tracker.ledger.events import Registered
from asset_tracker.ledger.ids import uuid7
from asset_tracker.ledger.tags import format_tag, new_tag
from asset_tracker.ledger.values import Share
from asset_tracker.programmes.service import NewParty, NewProgramme, add_party, add_programme
from asset_tracker.territory.points import NewServicePoint
from asset_tracker.territory.service import create_service_point, load_shipped

BARANIVKA = "UA18080010000090720"
PASSWORD = "a long enough password"
PEOPLE = ("administrator", "coordinator", "technician", "custodian", "donor", "stranger", "auditor")


class Office(NamedTuple):
    """What the tests speak of; tags are written as on a label."""

    programme: UUID
    consignment: UUID
    laptop: str
    kit: str
    foreign: str


async def furnish(conn):
    await load_shipped(conn)
    sida, estdev = [
        await add_party(conn, COMMAND_LINE, NewParty(kind="donor", name_uk=name, name_en=name))
        for name in ("Sida", "ESTDEV")
    ]
    salar = await add_party(
        conn,
        COMMAND_LINE,
        NewParty(kind="implementer", name_uk="SALAR International", name_en="SALAR International"),
    )
    shares = (Share(sida, Decimal(60)), Share(estdev, Decimal(40)))
    ours, theirs = [
        await add_programme(
            conn,
            COMMAND_LINE,
            NewProgramme(
                code=code, name_uk=f"Програма {code}", name_en=code, implementer=salar, shares=shared
            ),
        )
        for code, shared in (("PROSTO", shares), ("OTHER", (Share(estdev, Decimal(100)),)))
    ]
    await create_service_point(
        conn,
        COMMAND_LINE,
        NewServicePoint(municipality_code=BARANIVKA, kind="asc", name_uk="ЦНАП Баранівської міської ради"),
    )
    await add_people(conn, ours, theirs, sida)
    consignment = await add_consignment(
        conn, COMMAND_LINE, NewConsignment(programme=ours, number="PL-7", municipality=BARANIVKA)
    )
    laptop, kit, camera = [
        asset(shares, consignment, line, **fact)
        for line, fact in enumerate(
            (
                {"category": "laptop", "name_uk": "Ноутбук", "name_en": "Laptop", "serial": "5CD2381XYZ"},
                {"category": "video_kit", "name_uk": "Комплект", "name_en": "Kit", "is_kit": True},
                {"category": "camera", "name_uk": "Вебкамера", "serial": "CAM-1"},
            ),
            start=1,
        )
    ]
    packed = NewAsset(id=camera.id, fact=camera.fact, kit=kit.id)
    await register(conn, COMMAND_LINE, ours, [laptop, kit, packed])
    foreign = asset((Share(estdev, Decimal(100)),), None, None, category="laptop", name_uk="Чужий")
    await register(conn, COMMAND_LINE, theirs, [foreign])
    tags = [format_tag(each.fact.tag) for each in (laptop, kit, foreign)]
    return Office(ours, consignment, *tags)


def asset(shares, consignment, line, **fact):
    return NewAsset(
        id=uuid7(),
        fact=Registered(
            tag=new_tag(),
            shares=shares,
            consignment=consignment,
            line=line,
            destination=BARANIVKA,
            unit_price=Decimal("31250.50"),
            currency="UAH",
            **fact,
        ),
    )


async def add_people(conn, ours, theirs, donor):
    grants = {
        "administrator": Grant(role="administrator"),
        "coordinator": Grant(role="coordinator", programme=ours),
        "technician": Grant(role="technician", area="UA1808"),
        "custodian": Grant(role="custodian", area=BARANIVKA),
        "donor": Grant(role="donor", donor=donor),
        "stranger": Grant(role="coordinator", programme=theirs),
        "auditor": Grant(role="auditor"),
    }
    for name, grant in grants.items():
        await add_user(
            conn,
            COMMAND_LINE,
            email=f"{name}@example.org",
            name=name.capitalize(),
            password=PASSWORD,
            grants=(grant,),
        )
