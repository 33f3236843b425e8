"""The furnished office, and for each language a programme of its own that a journey may count and repair in."""

from typing import NamedTuple
from uuid import UUID

from sqlalchemy import select

from asset_tracker.access import granting
from asset_tracker.access.actors import COMMAND_LINE, Grant
from asset_tracker.access.tables import user_account
from asset_tracker.assets.service import record, register
from asset_tracker.i18n import LANGS
from asset_tracker.ledger import events as ev
from asset_tracker.ledger.tags import format_tag
from asset_tracker.ledger.values import Share
from asset_tracker.programmes.policies import Reach, Rule
from asset_tracker.programmes.queries import get_programme
from asset_tracker.programmes.rules import add_rule, apply_preset
from asset_tracker.programmes.service import NewProgramme, add_programme
from asset_tracker.territory.queries import list_service_points
from factories.office import BARANIVKA, Office, asset, furnish

CENTRE = (
    {"category": "laptop", "name_uk": "Ноутбук ProBook 450", "name_en": "ProBook 450 laptop", "manufacturer": "HP"},
    {"category": "ups", "name_uk": "ДБЖ Back-UPS 950", "name_en": "Back-UPS 950", "manufacturer": "APC"},
    {"category": "mfd", "name_uk": "БФП i-SENSYS", "name_en": "i-SENSYS printer", "manufacturer": "Canon"},
)  # fmt: skip
TOLD = Rule(rule="loss_report", number=5, source="Грантова угода, ст. 12")


class Standing(NamedTuple):
    """Three things that stand in a centre; tags as on a label."""

    code: str
    tags: tuple[str, ...]


class Journeys(NamedTuple):
    office: Office
    standing: dict[str, Standing]


async def furnish_journeys(conn):
    office = await furnish(conn)
    shares = (await get_programme(conn, COMMAND_LINE, office.programme)).shares
    coordinator = await conn.scalar(
        select(user_account.c.id).where(user_account.c.email == "coordinator@example.org")
    )
    (point,) = await list_service_points(conn, BARANIVKA)
    standing = {lang: await a_standing(conn, office, lang, shares, coordinator, point.id) for lang in LANGS}
    return Journeys(office, standing)


async def a_standing(conn, office, lang, shares, coordinator: UUID, point: UUID):
    paid = tuple(Share(donor=each.donor, percent=each.percent) for each in shares)
    ours = await get_programme(conn, COMMAND_LINE, office.programme)
    code = f"CENTRES-{lang.upper()}"
    new = NewProgramme(
        code=code,
        name_uk="Сучасні центри",
        name_en="Modern centres",
        implementer=ours.implementer,
        shares=paid,
    )
    programme = await add_programme(conn, COMMAND_LINE, new)
    for preset in ("us_2cfr200", "ua_budget"):
        await apply_preset(conn, COMMAND_LINE, preset, Reach(programme=programme))
    await add_rule(conn, COMMAND_LINE, TOLD, Reach(programme=programme))
    await granting.give(conn, COMMAND_LINE, coordinator, Grant(role="coordinator", programme=programme), None)
    things = [asset(paid, None, None, **{**fact, "serial": f"{lang}{n}777"}) for n, fact in enumerate(CENTRE)]
    await register(conn, COMMAND_LINE, programme, things)
    ids = [each.id for each in things]
    await record(conn, COMMAND_LINE, ids, ev.Delivered(municipality=BARANIVKA, service_point=point))
    await record(conn, COMMAND_LINE, ids, ev.Installed(service_point=point))
    return Standing(code, tuple(format_tag(each.fact.tag) for each in things))
