"""A programme to import into, made through the services that the product itself uses."""

from decimal import Decimal
from types import SimpleNamespace

import pytest

from asset_tracker.access.actors import COMMAND_LINE, Actor, Grant
from asset_tracker.files.storage import Storage
from asset_tracker.ledger.ids import uuid7
from asset_tracker.ledger.values import Share
from asset_tracker.programmes import service as programmes
from asset_tracker.programmes.service import NewParty, NewProgramme
from asset_tracker.territory import service as territory


@pytest.fixture
def storage(tmp_path):
    return Storage.open((tmp_path / "files").as_uri())


@pytest.fixture
async def world(conn):
    await territory.load_shipped(conn)
    parties = {}
    for kind, name in (("donor", "Sida"), ("donor", "ESTDEV"), ("implementer", "SALAR International")):
        new = NewParty(kind=kind, name_uk=name, name_en=name, short_name=name)
        parties[name] = await programmes.add_party(conn, COMMAND_LINE, new)
    made = {}
    for code, donor in (("PROSTO", "Sida"), ("EGA-ZH", "ESTDEV")):
        new = NewProgramme(
            code=code,
            name_uk=f"Програма {code}",
            name_en=f"Programme {code}",
            implementer=parties["SALAR International"],
            shares=(Share(parties[donor], Decimal(100)),),
        )
        made[code] = await programmes.add_programme(conn, COMMAND_LINE, new)
    coordinator = Actor(
        id=uuid7(), name="Координаторка", grants=(Grant(role="coordinator", programme=made["PROSTO"]),)
    )
    stranger = Actor(id=uuid7(), name="Інша", grants=(Grant(role="coordinator", programme=made["EGA-ZH"]),))
    return SimpleNamespace(
        prosto=made["PROSTO"], ega=made["EGA-ZH"], sida=parties["Sida"], me=coordinator, stranger=stranger
    )
