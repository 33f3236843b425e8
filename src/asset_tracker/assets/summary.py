"""What the municipalities in reach hold, counted."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, literal_column, or_, select, true
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker.access import scope
from asset_tracker.access.actors import Actor
from asset_tracker.access.permissions import require
from asset_tracker.assets.sensitivity import coarse, located
from asset_tracker.assets.standing import standing, total
from asset_tracker.assets.views import Giver, Holding
from asset_tracker.db.prefixes import begins
from asset_tracker.ledger.areas import in_area
from asset_tracker.ledger.counts import OBLAST
from asset_tracker.ledger.tables import asset, asset_share
from asset_tracker.ledger.tables_of_counts import place_of
from asset_tracker.programmes.tables import party
from asset_tracker.territory.tables import municipality

_a = asset.c


async def held(conn: AsyncConnection, actor: Actor) -> list[str]:
    """The codes of the municipalities that have or await assets in reach, in Ukrainian order.

    By the kept counts, or where they cannot tell each by an index: it takes no longer for more assets.
    """
    require(actor, "asset.read")
    known = await coarse(conn, actor)
    m = municipality.c
    if not known.hidden:
        rows = standing(actor).c
        counted = select(place_of(rows).label("code")).where(rows.gone_reason.is_distinct_from("withdrawn"))
        each = counted.group_by(literal_column("1")).having(total(rows) > 0).subquery()
        listed = select(m.code).join(each, each.c.code == m.code).order_by(m.sort_key, m.code)
        return list(await conn.scalars(listed))
    there = select(_a.id).where(
        scope.assets(actor), located(known), _a.gone_reason.is_distinct_from("withdrawn")
    )
    here = there.where(_a.municipality_code == m.code)
    bound_for = there.where(_a.municipality_code.is_(None), _a.destination_code == m.code)
    wanted = select(m.code).where(or_(here.exists(), bound_for.exists())).order_by(m.sort_key, m.code)
    return list(await conn.scalars(wanted))


async def holdings(
    conn: AsyncConnection,
    actor: Actor,
    *,
    codes: Sequence[str] | None = None,
    programme: UUID | None = None,
    oblast: str | None = None,
) -> list[Holding]:
    """Per municipality how many assets in reach are there or bound for it, in Ukrainian order.

    ``codes``, ``programme`` and ``oblast`` (its code) narrow what is counted.
    What a donor may not know the municipality of is not counted for them.
    """
    require(actor, "asset.read")
    known = await coarse(conn, actor)

    def lies(code: ColumnElement[str]) -> ColumnElement[bool]:
        inside = begins(code, oblast[:OBLAST]) if oblast else true()
        return inside if codes is None else and_(inside, code.in_(codes))

    rows = standing(actor, known=known, programme=programme, lies=lies).c
    counted = (
        select(
            place_of(rows).label("code"),
            total(rows).label("assets"),
            total(rows, rows.delivered).label("delivered"),
            total(rows, rows.accepted).label("accepted"),
            total(rows, rows.stage.in_(("installed", "in_service"))).label("working"),
            total(rows, rows.stage == "in_service").label("in_service"),
            total(
                rows, rows.condition.in_(("needs_attention", "unserviceable")), rows.gone_reason.is_(None)
            ).label("faults"),
            total(rows, rows.gone_reason.in_(("lost", "stolen", "destroyed"))).label("lost"),
            total(rows, rows.disputed).label("disputed"),
        )
        .where(rows.gone_reason.is_distinct_from("withdrawn"))
        .group_by(literal_column("1"))
        .having(total(rows) > 0)
    )
    # Names are put to what was counted, not to each asset.
    each, m = counted.subquery("each"), municipality.c
    numbers = [column for column in each.c if column.name != "code"]
    wanted = (
        select(m.code, m.name_uk, m.name_en, m.oblast_code, m.oblast_uk, m.population, *numbers)
        .join(each, each.c.code == m.code)
        .order_by(m.sort_key, m.code)
    )
    return [_holding(row) for row in await conn.execute(wanted)]


async def givers(conn: AsyncConnection, actor: Actor, municipality_code: str) -> list[Giver]:
    """Who paid for what a municipality got, as far as the reader may see shares; who gave most comes first."""
    require(actor, "asset.read")
    known = await coarse(conn, actor)
    # Another name than that of the scope, which asks for shares too.
    share = asset_share.alias()
    s, p = share.c, party.c
    wanted = (
        select(p.name_uk, p.name_en, func.count().label("assets"))
        .select_from(asset.join(share, s.asset_id == _a.id).join(party, p.id == s.donor_id))
        .where(
            scope.assets(actor),
            located(known),
            in_area(lambda column: column == municipality_code),
            _a.delivered_at.is_not(None),
        )
        .group_by(p.id)
        .order_by(func.count().desc(), p.name_uk)
    )
    if (only := scope.donors(actor)) is not None:
        wanted = wanted.where(s.donor_id.in_(only))
    return [Giver(*row) for row in await conn.execute(wanted)]


def _holding(row: Any) -> Holding:
    return Holding(**row._asdict())
