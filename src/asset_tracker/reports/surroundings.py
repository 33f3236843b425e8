"""What stands around the assets of a report: names of places, programmes, donors, and the support given."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

import msgspec
from msgspec.structs import replace
from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker.access import scope
from asset_tracker.access.actors import Actor
from asset_tracker.consignments.tables import consignment
from asset_tracker.documents.names import Name
from asset_tracker.errors import NotFoundError
from asset_tracker.programmes.budgets import budget_on
from asset_tracker.programmes.queries import (
    PartyView,
    ProgrammeView,
    get_parties,
    in_reach,
    list_parties,
    list_programmes,
)
from asset_tracker.programmes.rates import list_rates
from asset_tracker.programmes.tables import programme, support_activity
from asset_tracker.reports.structs import Paper
from asset_tracker.reports.structs_around import Budget, Donor, Municipality, Programme, Rate
from asset_tracker.reports.structs_items import Support
from asset_tracker.territory import queries as territory
from asset_tracker.territory.municipalities import Municipality as Territory
from asset_tracker.territory.population import SHIPPED_DAY, days
from asset_tracker.territory.situations import situations_on
from asset_tracker.territory.tables import service_point

# KMU 953 of 05.09.2023: the report on humanitarian aid is due so long after its clearance.
AID_REPORT = timedelta(days=90)
_UNSAFE = ("relocated", "suspended", "destroyed")


async def asked_donor(
    conn: AsyncConnection, actor: Actor, asked: str | None
) -> tuple[Donor | None, frozenset[str] | None]:
    """The donor that the report is for, and the keys of the donors whose shares the actor may see.

    ``asked`` is an id, a short name or a name. A donor who asks for nobody asks for themselves.
    Raises ``NotFoundError`` for a donor that does not exist or is not the actor's to ask about.
    """
    own = scope.donors(actor)
    only = None if own is None else frozenset(map(str, own))
    if asked is None:
        if own is None or len(own) != 1:
            return None, only
        asked = str(own[0])
    wanted = asked.casefold()
    for each in await list_parties(conn, actor, "donor"):
        names = (str(each.id), each.short_name or "", each.name_uk, each.name_en)
        if wanted in (name.casefold() for name in names if name) and (only is None or str(each.id) in only):
            return donor_of(each), only
    raise NotFoundError("There is no donor %(donor)s, or you may not ask about it.", donor=asked[:40])


async def rates(conn: AsyncConnection, actor: Actor, known_on: datetime | None) -> tuple[Rate, ...]:
    """The rates of exchange that stood at ``known_on``."""
    found = await list_rates(conn, actor, known_on=known_on)
    return tuple(
        Rate(currency=rate.currency, day=rate.day, uah=rate.uah, source=rate.source) for rate in found
    )


def donor_of(party: PartyView) -> Donor:
    return Donor(
        key=str(party.id),
        name=Name(party.name_uk, party.name_en),
        short=party.short_name,
        currency=party.currency,
    )


async def donors(conn: AsyncConnection, keys: Iterable[str]) -> tuple[Donor, ...]:
    """The donors with these keys, by their label in English."""
    found = [donor_of(party) for party in (await get_parties(conn, [UUID(key) for key in keys])).values()]
    return tuple(sorted(found, key=lambda donor: (donor.label("en").casefold(), donor.key)))


async def programmes(conn: AsyncConnection, actor: Actor) -> dict[str, ProgrammeView]:
    """The programmes in the actor's reach, by code and in its order."""
    return {view.code: view for view in await list_programmes(conn, actor)}


async def programmes_of(conn: AsyncConnection, views: Sequence[ProgrammeView]) -> tuple[Programme, ...]:
    implementers = await get_parties(conn, [view.implementer for view in views])
    return tuple(_programme(view, implementers[view.implementer].edrpou) for view in views)


def _programme(view: ProgrammeView, edrpou: str | None) -> Programme:
    return Programme(
        implementer_edrpou=edrpou,
        code=view.code,
        name=Name(view.name_uk, view.name_en),
        agreement=view.agreement,
        starts_on=view.starts_on,
        ends_on=view.ends_on,
        donors=tuple(Donor(key=str(s.donor), name=Name(s.name_uk, s.name_en)) for s in view.shares),
        implementers=(Name(view.implementer_uk, view.implementer_en),),
    )


async def municipalities(
    conn: AsyncConnection, codes: Collection[str], day: date, known_on: datetime | None = None
) -> tuple[Municipality, ...]:
    """These municipalities by the names they had on ``day``, in the order of the Ukrainian alphabet.

    Where each stood among the territories of hostilities is told by what was recorded at ``known_on``.
    """
    found = await territory.get_municipalities(conn, codes)
    names = await territory.names_as_of(conn, codes, day)
    counted = await days(conn, found)
    stood = await situations_on(conn, codes, day, known_on)
    ordered = sorted(found.values(), key=lambda each: (each.oblast_code, each.sort_key, each.code))
    return tuple(
        replace(
            _municipality(each, names.get(each.code), counted.get(each.code, SHIPPED_DAY)),
            situation=stood.get(each.code, msgspec.UNSET),
        )
        for each in ordered
    )


def _municipality(each: Territory, names: tuple[str, str] | None, counted: date) -> Municipality:
    if names:
        each = replace(each, name_uk=names[0], name_en=names[1])
    return Municipality(
        code=each.code,
        pcode=each.pcode,
        name=Name(each.name_uk, each.name_en),
        title=Name(each.title("uk"), each.title("en")),
        region=Name(each.region("uk"), each.region("en")),
        oblast=Name(each.oblast_uk, each.oblast_en),
        population=each.population,
        population_year=counted.year if each.population is not None else None,
        latitude=_degrees(each.lat),
        longitude=_degrees(each.lon),
    )


def _degrees(value: float | None) -> Decimal | None:
    return None if value is None else Decimal(f"{value:.4f}")


async def budget(
    conn: AsyncConnection,
    view: ProgrammeView,
    day: date,
    known_on: datetime | None,
    donor: Donor | None,
    *,
    whole: bool,
) -> Budget | None:
    """What the programme might spend on a day; of one donor their share, and the ``whole`` for those who may know it."""
    found = await budget_on(conn, view.id, day, known_on)
    if found is None or (donor is None and not whole):
        return None
    percent = next((s.percent for s in view.shares if donor and str(s.donor) == donor.key), Decimal(100))
    amount = found.amount * (percent if donor else 100) / 100
    return Budget(currency=found.currency, amount=amount.quantize(Decimal("0.01")))


async def points(
    conn: AsyncConnection, ids: Collection[UUID]
) -> tuple[dict[UUID, Name], dict[tuple[str, str], str]]:
    """The names of service points, and of what kind each is, by its municipality and Ukrainian name."""
    found = await territory.get_service_points(conn, ids)
    names = {key: Name(point.name_uk, point.name_en) for key, point in found.items()}
    return names, {(point.municipality_code, point.name_uk): point.kind for point in found.values()}


async def consignments(conn: AsyncConnection, ids: Collection[UUID]) -> dict[UUID, str]:
    c = consignment.c
    rows = await conn.execute(select(c.id, c.number).where(c.id.in_(ids)))
    return {row.id: row.number for row in rows}


async def papers(
    conn: AsyncConnection, numbers: Collection[str], programmes: Collection[str]
) -> tuple[Paper, ...]:
    """What is known of the consignments that came as humanitarian aid, by their numbers."""
    c = consignment.c
    rows = await conn.execute(
        select(c.number, c.aid_code, c.declaration, c.cleared_on, c.report_sent_on)
        .join(programme, programme.c.id == c.programme_id)
        .where(
            c.number.in_(numbers),
            programme.c.code.in_(programmes),
            or_(programme.c.legal_regime == "humanitarian", c.aid_code.is_not(None)),
        )
        .order_by(c.number)
    )
    return tuple(
        Paper(
            number=row.number,
            aid_code=row.aid_code,
            declaration=row.declaration,
            cleared_on=row.cleared_on,
            report_due=row.cleared_on + AID_REPORT if row.cleared_on else None,
            report_sent_on=row.report_sent_on,
        )
        for row in rows
    )


async def unsafe(conn: AsyncConnection, codes: Collection[str]) -> frozenset[str]:
    """Municipalities where a service point had to move, stop, or was destroyed.

    There a donor's report names no service point: equipment stands near danger (DOMAIN 2.9, OCHA's
    classification of sensitive data for Ukraine).
    """
    p = service_point.c
    wanted = select(p.municipality_code).where(p.municipality_code.in_(codes), p.status.in_(_UNSAFE))
    return frozenset(await conn.scalars(wanted))


async def support(
    conn: AsyncConnection,
    actor: Actor,
    codes: Collection[str] | None,
    programme_code: str | None,
    day: date,
    known_on: datetime | None,
) -> tuple[Support, ...]:
    """The support that had begun by ``day`` and was recorded by ``known_on``, oldest first."""
    a = support_activity.c
    wanted = (
        select(support_activity, programme.c.code)
        .join(programme, programme.c.id == a.programme_id)
        .where(in_reach(actor), a.starts_on <= day)
        .order_by(a.starts_on, a.id)
    )
    if codes is not None:
        wanted = wanted.where(a.municipality_code.in_(codes))
    if programme_code is not None:
        wanted = wanted.where(programme.c.code == programme_code)
    if known_on is not None:
        wanted = wanted.where(a.recorded_at <= known_on)
    return tuple(
        Support(
            kind=row.kind,
            title=Name(row.title_uk, row.title_en),
            programme=row.code,
            municipality=row.municipality_code,
            starts_on=row.starts_on,
            ends_on=row.ends_on,
            women=row.women,
            men=row.men,
        )
        for row in await conn.execute(wanted)
    )
