"""What a reader may see reports about: their municipalities as they stand now, added up from kept counts."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from msgspec import Struct
from sqlalchemy import ColumnElement, Select, case, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker.access import scope
from asset_tracker.access.actors import Actor
from asset_tracker.access.permissions import require
from asset_tracker.assets.places import Coarse
from asset_tracker.assets.sensitivity import coarse, located
from asset_tracker.assets.standing import pieces, pieces_of_programmes, places_of_programmes, total
from asset_tracker.documents.names import Name
from asset_tracker.i18n import gettext
from asset_tracker.ledger.tables import asset, asset_share
from asset_tracker.ledger.tables_of_counts import UNDER_WAY
from asset_tracker.programmes.tables import party, programme
from asset_tracker.reports.structs_figures import Funnel
from asset_tracker.territory.municipalities import CRIMEA
from asset_tracker.territory.tables import municipality
from asset_tracker.territory.translit import transliterate

_a = asset.c
_FUNNEL = Funnel.__struct_fields__


class OverviewLine(Struct, frozen=True, kw_only=True):
    """One municipality. ``paid`` is what the reader's donors paid there, by currency; empty for others."""

    code: str
    name: Name
    region: Name
    population: int | None
    funnel: Funnel
    attention: int
    paid: tuple[tuple[str, Decimal], ...] = ()


class Together(Struct, frozen=True, kw_only=True):
    """All lines added up; residents of each municipality once, and only where something was delivered."""

    municipalities: int
    residents: int
    funnel: Funnel
    attention: int
    paid: tuple[tuple[str, Decimal], ...]


async def municipalities(conn: AsyncConnection, actor: Actor) -> list[OverviewLine]:
    """The municipalities that assets in reach are in or bound for, in Ukrainian order."""
    require(actor, "report.read")
    m = municipality.c
    known = await coarse(conn, actor)
    rows = pieces(actor, known=known, permission="report.read").c
    # Names are put to what was counted.
    each = _counted(rows, _belongs(rows).label("code")).subquery("each")
    numbers = [column for column in each.c if column.name != "code"]
    wanted = (
        select(m.code, m.name_uk, m.name_en, m.oblast_uk, m.oblast_code, m.category, m.population, *numbers)
        .join(each, each.c.code == m.code)
        .order_by(m.sort_key, m.code)
    )
    paid = await _paid(conn, actor, known, _belongs(_a))
    return [_line(row, paid.get(row.code, ())) for row in await conn.execute(wanted)]


class ProgrammeLine(Struct, frozen=True, kw_only=True):
    """One programme, whoever carries it out. ``paid`` as in ``OverviewLine``."""

    code: str
    name: Name
    implementer: Name
    municipalities: int
    funnel: Funnel
    attention: int
    paid: tuple[tuple[str, Decimal], ...] = ()


async def programmes(conn: AsyncConnection, actor: Actor) -> list[ProgrammeLine]:
    """The programmes whose assets are in reach, over all implementers, by code."""
    require(actor, "report.read")
    p, i = programme.c, party.c
    known = await coarse(conn, actor)
    rows = pieces_of_programmes(actor, "report.read").c
    each = _counted(rows, rows.programme_id).subquery("each")
    places = places_of_programmes(actor, "report.read")
    wanted = (
        select(p.code, p.name_uk, p.name_en, i.name_uk, i.name_en, places.c.reached, *each.c)
        .join(party, i.id == p.implementer_id)
        .join(each, each.c.programme_id == p.id)
        .outerjoin(places, places.c.programme_id == p.id)
        .order_by(p.code)
    )
    paid = await _paid(conn, actor, known, p.code)
    return [
        ProgrammeLine(
            code=row[0],
            name=Name(row[1], row[2]),
            implementer=Name(row[3], row[4]),
            municipalities=row.reached or 0,
            funnel=Funnel(**{step: getattr(row, step) for step in _FUNNEL}),
            attention=row.attention,
            paid=paid.get(row[0], ()),
        )
        for row in await conn.execute(wanted)
    ]


def together(lines: Sequence[OverviewLine]) -> Together:
    reached = [line for line in lines if line.funnel.delivered]
    sums: dict[str, Decimal] = {}
    for line in lines:
        for currency, value in line.paid:
            sums[currency] = sums.get(currency, Decimal(0)) + value
    return Together(
        municipalities=len(reached),
        residents=sum(line.population or 0 for line in reached),
        funnel=Funnel(**{step: sum(getattr(line.funnel, step) for line in lines) for step in _FUNNEL}),
        attention=sum(line.attention for line in lines),
        paid=tuple(sorted(sums.items())),
    )


def _belongs(rows: Any) -> ColumnElement[str]:
    """Where it is given to: where it is, or is bound for while it is under way (as ``fold`` says)."""
    under_way = case((rows.stage.in_(UNDER_WAY), rows.destination_code))
    return func.coalesce(under_way, rows.municipality_code, rows.destination_code)


def _counted(rows: Any, *by: ColumnElement[Any]) -> Select[Any]:
    """What there is of each step, and what needs attention: pieces."""
    steps: dict[str, tuple[ColumnElement[bool], ...]] = {
        "planned": (),
        "delivered": (rows.stage.not_in(UNDER_WAY),),
        "accepted": (rows.accepted,),
        "in_service": (rows.stage == "in_service",),
        "gone": (rows.stage == "gone",),
        "attention": (rows.stage != "gone", rows.condition.in_(("needs_attention", "unserviceable"))),
    }
    return (
        select(*by, *(total(rows, *where).label(name) for name, where in steps.items()))
        .where(rows.gone_reason.is_distinct_from("withdrawn"))
        .group_by(*by)
        .having(total(rows) > 0)
    )


async def _paid(
    conn: AsyncConnection, actor: Actor, known: Coarse, by: ColumnElement[str]
) -> dict[str, tuple[tuple[str, Decimal], ...]]:
    own = scope.donors(actor)
    if own is None:
        return {}
    s = asset_share.c
    part = func.round(_a.unit_price * _a.quantity * s.percent / 100, 2)
    where = by.label("code")
    rows = await conn.execute(
        select(where, _a.currency, func.sum(part).label("paid"))
        .join(asset_share, s.asset_id == _a.id)
        .join(programme, programme.c.id == _a.programme_id)
        .where(
            s.donor_id.in_(own),
            located(known),
            _a.unit_price.is_not(None),
            _a.gone_reason.is_distinct_from("withdrawn"),
        )
        .group_by(where, _a.currency)
        .order_by(_a.currency)
    )
    found: dict[str, tuple[tuple[str, Decimal], ...]] = {}
    for row in rows:
        found[row.code] = (*found.get(row.code, ()), (row.currency, row.paid))
    return found


def _line(row: Any, paid: tuple[tuple[str, Decimal], ...]) -> OverviewLine:
    return OverviewLine(
        code=row.code,
        name=Name(row.name_uk, row.name_en),
        region=_region(row),
        population=row.population,
        funnel=Funnel(**{step: getattr(row, step) for step in _FUNNEL}),
        attention=row.attention,
        paid=paid,
    )


def _region(row: Any) -> Name:
    """The oblast, with that word; Crimea and the two cities have none."""
    uk, en = row.oblast_uk, transliterate(row.oblast_uk)
    if row.category == "K":
        return Name(row.name_uk, row.name_en)
    if row.oblast_code.startswith(CRIMEA):
        return Name(uk, "Autonomous Republic of Crimea")
    return Name(gettext("uk", "%(oblast)s oblast", oblast=uk), gettext("en", "%(oblast)s oblast", oblast=en))
