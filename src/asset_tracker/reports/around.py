"""Everything that a report says of its things beside their events, looked up for each report.

Two reports on the same events differ where any of this does, so it is what a kept report is compared by (``kept``).
"""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker.access.actors import Actor
from asset_tracker.assets.catalogue import get_catalogue
from asset_tracker.reports import surroundings
from asset_tracker.reports.asking import Ask
from asset_tracker.reports.telling import Around, Named, Terms


async def look_around(
    conn: AsyncConnection, actor: Actor, ask: Ask, terms: Terms, named: Named, now: datetime
) -> Around:
    """What stands around the things that name ``named``, as it is recorded now or was when ``ask`` says."""
    about, only = terms.about, terms.only
    views = await surroundings.programmes(conn, actor)
    points, point_kinds = await surroundings.points(conn, named.points)
    codes = {about.municipality} if about.municipality else named.municipalities
    support = await surroundings.support(
        conn,
        actor,
        codes if about.municipality else None,
        about.programme,
        ask.as_of,
        ask.known_on,
    )
    told = {line.programme for line in support}
    if about.programme:
        told.add(about.programme)
    else:
        told |= {view.code for view in views.values() if view.id in named.programmes}
    shown = [view for code, view in views.items() if code in told]
    return Around(
        codes={view.id: code for code, view in views.items()},
        to_publish=frozenset(
            view.id for view in views.values() if view.legal_regime == "technical_assistance"
        ),
        programmes=await surroundings.programmes_of(conn, shown),
        demonstration=any(view.demonstration for view in shown),
        points=points,
        point_kinds=point_kinds,
        consignments=await surroundings.consignments(conn, named.consignments),
        fields=await get_catalogue(conn),
        municipalities=await surroundings.municipalities(conn, codes, ask.as_of, ask.known_on),
        support=support,
        donors=await surroundings.donors(conn, map(str, named.donors)),
        restricted=await surroundings.unsafe(conn, codes) if only is not None else frozenset(),
        budget=await surroundings.budget(
            conn, views[about.programme], ask.as_of, ask.known_on, terms.donor, whole=only is None
        )
        if about.programme
        else None,
        rates=await surroundings.rates(conn, actor, ask.known_on or now),
    )
