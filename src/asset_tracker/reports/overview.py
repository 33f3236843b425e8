"""What a reader may see reports about: their municipalities as they stand now, counted in one query."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from msgspec import Struct
from sqlalchemy import ColumnElement, Integer, case, cast, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker.access import scope
from asset_tracker.access.actors import Actor
from asset_tracker.access.permissions import require
from asset_tracker.assets.places import Coarse
from asset_tracker.assets.sensitivity import coarse, located
from asset_tracker.documents.names import Name
from asset_tracker.i18n import gettext
from asset_tracker.ledger.tables import asset, asset_share
from asset_tracker.programmes.tables import party, programme
from asset_tracker.reports.structs_figures import Funnel
from asset_tracker.territory.municipalities import CRIMEA
from asset_tracker.territory.tables import municipality
from asset_tracker.territory.translit import transliterate

_a = asset.c
_UNDER_WAY = ("expected", "received", "dispatched")


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
    where = _belongs()
    known = await coarse(conn, actor)
    wanted = (
        select(m.code, m.name_uk, m.name_en, m.oblast_uk, m.oblast_code, m.category, m.population, *_counts())
        .select_from(asset)
        .join(municipality, m.code == where)
        .where(
            scope.assets(actor, "report.read"),
            located(known),
            _a.gone_reason.is_distinct_from("withdrawn"),
            ~_a.is_kit,
        )
        .group_by(m.code)
        .order_by(m.sort_key, m.code)
    )
    paid = await _paid(conn, actor, known, _belongs())
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
    reached = func.count(_belongs().distinct()).filter(_a.stage.not_in(_UNDER_WAY))
    wanted = (
        select(p.code, p.name_uk, p.name_en, i.name_uk, i.name_en, reached.label("reached"), *_counts())
        .select_from(asset)
        .join(programme, p.id == _a.programme_id)
        .join(party, i.id == p.implementer_id)
        .where(scope.assets(actor, "report.read"), _a.gone_reason.is_distinct_from("withdrawn"), ~_a.is_kit)
        .group_by(p.id, i.id)
        .order_by(p.code)
    )
    paid = await _paid(conn, actor, known, p.code)
    steps = Funnel.__struct_fields__
    return [
        ProgrammeLine(
            code=row[0],
            name=Name(row[1], row[2]),
            implementer=Name(row[3], row[4]),
            municipalities=row.reached,
            funnel=Funnel(**{step: getattr(row, step) for step in steps}),
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
    steps = ("planned", "delivered", "accepted", "in_service", "gone")
    return Together(
        municipalities=len(reached),
        residents=sum(line.population or 0 for line in reached),
        funnel=Funnel(**{step: sum(getattr(line.funnel, step) for line in lines) for step in steps}),
        attention=sum(line.attention for line in lines),
        paid=tuple(sorted(sums.items())),
    )


def _belongs() -> ColumnElement[str]:
    """Where it is given to: where it is, or is bound for while it is under way (as ``fold`` says)."""
    under_way = case((_a.stage.in_(_UNDER_WAY), _a.destination_code))
    return func.coalesce(under_way, _a.municipality_code, _a.destination_code)


def _counts() -> list[Any]:
    handed_over = _a.stage.not_in(_UNDER_WAY)
    sums: dict[str, ColumnElement[bool] | None] = {
        "planned": None,
        "delivered": handed_over,
        "accepted": _a.accepted_at.is_not(None),
        "in_service": _a.stage == "in_service",
        "gone": _a.stage == "gone",
        "attention": (_a.stage != "gone") & _a.condition.in_(("needs_attention", "unserviceable")),
    }
    return [_sum(where).label(name) for name, where in sums.items()]


def _sum(where: ColumnElement[bool] | None) -> Any:
    total = func.sum(_a.quantity)
    return cast(func.coalesce(total if where is None else total.filter(where), 0), Integer)


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
    steps = ("planned", "delivered", "accepted", "in_service", "gone")
    return OverviewLine(
        code=row.code,
        name=Name(row.name_uk, row.name_en),
        region=_region(row),
        population=row.population,
        funnel=Funnel(**{step: getattr(row, step) for step in steps}),
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
