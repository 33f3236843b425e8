"""A programme of two donors in two municipalities, made through the services that the product itself uses."""

from datetime import UTC, date, datetime
from decimal import Decimal
from types import SimpleNamespace

import pytest

from asset_tracker.access.actors import COMMAND_LINE, Actor, Grant
from asset_tracker.assets import service as assets
from asset_tracker.assets.service import NewAsset
from asset_tracker.consignments import service as consignments
from asset_tracker.consignments.service import NewConsignment
from asset_tracker.ledger import events as ev
from asset_tracker.ledger.ids import uuid7
from asset_tracker.ledger.tags import new_tag
from asset_tracker.ledger.values import Share
from asset_tracker.programmes import service as programmes
from asset_tracker.programmes.service import NewActivity, NewParty, NewProgramme
from asset_tracker.territory import service as territory
from asset_tracker.territory.points import NewServicePoint

BARANIVKA, OVRUCH, KHOROSHIV = "UA18080010000090720", "UA18060170000069581", "UA18040570000099817"


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def actor(*grants: Grant):
    return Actor(id=uuid7(), name="Хтось", lang="uk", grants=grants)


async def register(conn, world, n=1, *, code=BARANIVKA, shares=None, when="2024-11-01T08:00", **changes):
    """``n`` laptops bound for a municipality; their ids."""
    made = []
    for number in range(n):
        fact = {
            "category": "laptop",
            "name_uk": "Ноутбук",
            "name_en": "Laptop",
            "tag": new_tag(),
            "serial": f"SN{uuid7().hex[-8:]}",
            "unit_price": Decimal("38499.99"),
            "currency": "UAH",
            "shares": shares or (Share(world.sida, Decimal(60)), Share(world.estdev, Decimal(40))),
            "consignment": world.consignment,
            "line": number + 1,
            "destination": code,
        } | changes
        made.append(NewAsset(id=uuid7(), fact=ev.Registered(**fact)))
    await assets.register(conn, COMMAND_LINE, world.programme, made, occurred_at=at(when))
    return [each.id for each in made]


async def happen(conn, ids, when, payload, **more):
    return await assets.record(conn, COMMAND_LINE, ids, payload, occurred_at=at(when), **more)


@pytest.fixture
async def world(conn):
    await territory.load_shipped(conn)
    parties = {}
    for kind, uk, en, short in (
        ("donor", "Шведське агентство міжнародного розвитку", "Swedish agency", "Sida"),
        ("donor", "Естонський центр міжнародного розвитку", "Estonian centre", "ESTDEV"),
        ("donor", "Третій донор", "Third donor", "Third"),
        ("implementer", "Академія електронного урядування", "e-Governance Academy", "eGA"),
    ):
        new = NewParty(kind=kind, name_uk=uk, name_en=en, short_name=short)
        parties[short] = await programmes.add_party(conn, COMMAND_LINE, new)
    sida, estdev = parties["Sida"], parties["ESTDEV"]
    programme = await programmes.add_programme(
        conn,
        COMMAND_LINE,
        NewProgramme(
            code="VIDEO-2024",
            name_uk="Відеоконсультації",
            name_en="Video consultations",
            implementer=parties["eGA"],
            shares=(Share(sida, Decimal(60)), Share(estdev, Decimal(40))),
            agreement="2024/118",
            demonstration=True,
        ),
    )
    consignment = await consignments.add_consignment(
        conn,
        COMMAND_LINE,
        NewConsignment(programme=programme, number="ZHY-01", municipality=BARANIVKA),
    )
    point = await territory.create_service_point(
        conn, COMMAND_LINE, NewServicePoint(municipality_code=BARANIVKA, kind="asc", name_uk="ЦНАП Баранівка")
    )
    await programmes.record_activity(
        conn,
        COMMAND_LINE,
        NewActivity(
            programme=programme,
            municipality=BARANIVKA,
            kind="training",
            title_uk="Навчання",
            title_en="Training",
            starts_on=date(2024, 12, 5),
            ends_on=date(2024, 12, 6),
            women=11,
            men=2,
        ),
    )
    return SimpleNamespace(
        programme=programme,
        consignment=consignment,
        point=getattr(point, "id", point),
        sida=sida,
        estdev=estdev,
        third=parties["Third"],
        donor=actor(Grant(role="donor", donor=sida)),
        third_donor=actor(Grant(role="donor", donor=parties["Third"])),
        coordinator=actor(Grant(role="coordinator", programme=programme)),
        technician=actor(Grant(role="technician", area="UA18")),
    )
