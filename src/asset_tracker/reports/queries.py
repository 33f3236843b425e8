"""The report as of D, known on K, for whoever asks: a handful of queries, none of them per asset.

Which assets to look at is answered by the periods (``asset_period``); what is said of each is folded from its
own events, cut at D and K, so that a report never shows what came later or was not yet known.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime
from operator import attrgetter
from urllib.parse import quote, urlencode
from uuid import UUID

from anyio import to_thread
from msgspec import UNSET, Struct, UnsetType
from msgspec.structs import replace
from sqlalchemy import ColumnElement, and_, or_, select, union
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker.access import scope
from asset_tracker.access.actors import Actor
from asset_tracker.access.permissions import require
from asset_tracker.assets.catalogue import get_catalogue
from asset_tracker.assets.places import EXACT, Coarse
from asset_tracker.assets.queries import reached
from asset_tracker.assets.saved_views import find_view
from asset_tracker.assets.sensitivity import coarse, located
from asset_tracker.documents.display import KYIV
from asset_tracker.documents.names import Name
from asset_tracker.errors import NotFoundError
from asset_tracker.ledger import store
from asset_tracker.ledger.checkpoints import Checkpoint, latest
from asset_tracker.ledger.tables import asset, asset_period, event
from asset_tracker.programmes.queries import ProgrammeView, programme_by_code
from asset_tracker.reports import compose, photos, surroundings
from asset_tracker.reports.asking import Ask
from asset_tracker.reports.compose import Material
from asset_tracker.reports.fold import Known, Standing, Told, blur, stand, tell
from asset_tracker.reports.structs import Listed, Making, Question, Report
from asset_tracker.reports.structs_around import Donor
from asset_tracker.reports.structs_figures import Finding
from asset_tracker.reports.structs_items import Happening, Item
from asset_tracker.territory.queries import get_municipality

Query = Callable[..., Awaitable[Report]]


class Asked(Struct, frozen=True, kw_only=True):
    """A question on its way: who asks what about whom, when, and by which address we are known.

    ``donor`` is whose money the report is about; ``only`` the donors whose shares may be shown (None: all);
    ``coarse`` the assets of which the reader may not know the exact place;
    ``sealed`` the newest checkpoint of the ledger, which the report names; ``listed`` the condition of the saved
    list ``view``, by what the register says now.
    """

    actor: Actor
    ask: Ask
    now: datetime
    base_url: str
    donor: Donor | None = None
    only: frozenset[str] | None = None
    coarse: Coarse = EXACT
    sealed: Checkpoint | None = None
    view: Listed | UnsetType = UNSET
    listed: ColumnElement[bool] | None = None


async def municipality_report(
    conn: AsyncConnection, actor: Actor, code: str, ask: Ask, *, now: datetime, base_url: str
) -> Report:
    """What was given to a municipality, within the actor's reach; ``now`` is aware.

    Raises ``NotFoundError`` for a municipality or donor that does not exist or is out of reach. Where the
    reader has paid for nothing the report is empty.
    """
    asked = await _asked(conn, actor, ask, now, base_url)
    await get_municipality(conn, code)
    if not scope.area_reaches(actor, code, "report.read"):
        raise NotFoundError("No municipality has the code %(code)s", code=code)
    # What a reader may not know to be there is not in the report: its name alone would tell.
    standing = await _standing(conn, asked, and_(_was_there(code, ask), located(asked.coarse)))
    here = [each for each in standing if each.municipality == code]
    material, demonstration = await _material(conn, asked, here, only_code=code)
    away = tuple(found for each in standing if (found := _moved_away(each, code)))
    making = await _making(conn, asked, f"municipalities/{code}", material, demonstration=demonstration)
    material = replace(material, found=away)
    return await to_thread.run_sync(
        lambda: compose.report(compose.municipality_facts(material), making, material.point_kinds)
    )


async def programme_report(
    conn: AsyncConnection, actor: Actor, code: str, ask: Ask, *, now: datetime, base_url: str
) -> Report:
    """What a programme gave, over all its municipalities. Raises ``NotFoundError`` as above."""
    asked = await _asked(conn, actor, ask, now, base_url)
    view = await programme_by_code(conn, actor, code)
    standing = await _standing(conn, asked, asset.c.programme_id == view.id)
    material, demonstration = await _material(conn, asked, standing, only_programme=view.code)
    path = f"programmes/{quote(view.code)}"
    making = await _making(conn, asked, path, material, demonstration=demonstration)
    return await to_thread.run_sync(
        lambda: compose.report(compose.programme_facts(material), making, material.point_kinds)
    )


async def _asked(conn: AsyncConnection, actor: Actor, ask: Ask, now: datetime, base_url: str) -> Asked:
    require(actor, "report.read")
    donor, only = await surroundings.asked_donor(conn, actor, ask.donor)
    unclear = await coarse(conn, actor)
    view = await find_view(conn, actor, ask.view) if ask.view else None
    where = await reached(conn, actor, view.filters, unclear) if view else []
    return Asked(
        actor=actor,
        ask=ask,
        now=now,
        base_url=base_url,
        donor=donor,
        only=only,
        coarse=unclear,
        view=Listed(id=view.id, name=view.name) if view else UNSET,
        listed=asset.c.id.in_(select(asset.c.id).where(*where)) if view else None,
        sealed=await latest(conn),
    )


def _was_there(code: str, ask: Ask) -> ColumnElement[bool]:
    """The assets that may have been in the municipality, or bound for it, by the end of the day."""
    p, e = asset_period.c, event.c
    there = or_(p.municipality_code == code, p.destination_code == code)
    in_periods = select(p.asset_id).where(there, p.valid_from <= ask.end_of_day)
    if ask.known_on is None:
        return asset.c.id.in_(in_periods)
    # What was struck out since stands in no period today, and yet was known then.
    amended = select(e.asset_id).where(e.supersedes.is_not(None), e.recorded_at > ask.known_on)
    return asset.c.id.in_(union(in_periods, amended))


async def _standing(conn: AsyncConnection, asked: Asked, reach: ColumnElement[bool]) -> list[Standing]:
    """The assets in reach as they stood on the day, in the order of their ids."""
    ask = asked.ask
    wanted = select(asset.c.id).where(scope.assets(asked.actor, "report.read"), reach).order_by(asset.c.id)
    if asked.listed is not None:
        wanted = wanted.where(asked.listed)
    ids = list(await conn.scalars(wanted))
    histories = await store.history(conn, ids) if ids else {}

    def folded() -> list[Standing]:
        found = (stand(histories[each], ask.end_of_day, ask.known_on) for each in ids)
        return [each for each in found if each is not None]

    # Ten thousand histories take a second: others must not wait for it.
    return await to_thread.run_sync(folded)


async def _material(
    conn: AsyncConnection,
    asked: Asked,
    standing: Sequence[Standing],
    *,
    only_code: str | None = None,
    only_programme: str | None = None,
) -> tuple[Material, bool]:
    """Everything that the figures are made of, and whether any of it is a demonstration."""
    ask, actor = asked.ask, asked.actor
    views = await surroundings.programmes(conn, actor)
    named_points = set().union(*(each.points for each in standing))
    points, point_kinds = await surroundings.points(conn, named_points)
    told = _of_donor(await _tell(conn, standing, views, points), asked.donor)
    told = [blur(each, asked.coarse[each.item.asset_id]) for each in told]
    codes = {only_code} if only_code else {each.item.municipality for each in told}
    support = await surroundings.support(
        conn, actor, codes if only_code else None, only_programme, ask.as_of, ask.known_on
    )
    named = {only_programme} if only_programme else {each.item.programme for each in told}
    shown = [view for code, view in views.items() if code in named | {line.programme for line in support}]
    restricted = await surroundings.unsafe(conn, codes) if asked.only is not None else frozenset()
    items = {each.item.asset_id: each.item for each in told}
    material = Material(
        question=Question(as_of=ask.as_of, since=ask.since, donor=asked.donor, view=asked.view),
        programmes=await surroundings.programmes_of(conn, shown),
        municipalities=await surroundings.municipalities(conn, codes, ask.as_of, ask.known_on),
        items=tuple(sorted((each.item for each in told), key=_in_reading_order)),
        timeline=_timeline(told, ask),
        support=support,
        losses=tuple(
            sorted((loss for each in told for loss in each.losses), key=lambda loss: loss.occurred_on)
        ),
        donors=await surroundings.donors(conn, {s.donor for each in told for s in each.item.shares}),
        restricted=restricted,
        point_kinds=point_kinds,
        budget=await surroundings.budget(
            conn, views[only_programme], ask.as_of, ask.known_on, asked.donor, whole=asked.only is None
        )
        if only_programme
        else None,
        photos=await photos.photos_of(conn, standing, items, asked.coarse, restricted),
        only_donors=asked.only,
        rates=await surroundings.rates(conn, actor, ask.known_on or asked.now),
    )
    return material, any(view.demonstration for view in shown)


async def _tell(
    conn: AsyncConnection,
    standing: Sequence[Standing],
    programmes: Mapping[str, ProgrammeView],
    points: Mapping[UUID, Name],
) -> list[Told]:
    consignments = {each.folded.state.consignment for each in standing}
    known = Known(
        programmes={view.id: code for code, view in programmes.items()},
        to_publish=frozenset(
            view.id for view in programmes.values() if view.legal_regime == "technical_assistance"
        ),
        points=points,
        consignments=await surroundings.consignments(conn, {each for each in consignments if each}),
        tags={each.asset: each.tag for each in standing},
        fields=await get_catalogue(conn),
    )
    return [tell(each, known) for each in standing]


def _in_reading_order(item: Item) -> tuple[str, str, str, str]:
    return (item.municipality, item.category, item.name.uk, item.tag or "")


def _of_donor(told: Sequence[Told], donor: Donor | None) -> list[Told]:
    return [each for each in told if donor is None or each.item.share_of(donor.key)]


def _timeline(told: Sequence[Told], ask: Ask) -> tuple[Happening, ...]:
    lines = [line for each in told for line in each.happenings]
    if ask.since is not None and not ask.whole:
        lines = [line for line in lines if line.occurred_at.astimezone(KYIV).date() >= ask.since]
    lines.sort(key=_in_time)
    return tuple(lines)


_in_time = attrgetter("occurred_at", "recorded_at", "tag", "event_id")


def _moved_away(standing: Standing, code: str) -> Finding | None:
    day = standing.left(code)
    if day is None:
        return None
    return Finding(code="moved_away", tag=standing.tag, item=standing.name, municipality=code, day=day)


async def _making(
    conn: AsyncConnection, asked: Asked, path: str, material: Material, *, demonstration: bool
) -> Making:
    ask = asked.ask
    known = ask.known_on or asked.now
    query = {
        "as_of": ask.as_of.isoformat(),
        "known_on": known.astimezone(UTC).isoformat().replace("+00:00", "Z"),
    }
    if ask.since:
        query["since"] = ask.since.isoformat()
    if asked.donor:
        query["donor"] = asked.donor.short or asked.donor.key
    if isinstance(asked.view, Listed):
        query["view"] = str(asked.view.id)
    return Making(
        lang=ask.lang,
        both=ask.both,
        made_at=asked.now,
        known_on=ask.known_on,
        ledger_head=asked.sealed.root if asked.sealed else None,
        ledger_size=asked.sealed.size if asked.sealed else None,
        checkpoint=asked.sealed.note if asked.sealed else None,
        page_url=f"{asked.base_url.rstrip('/')}/reports/{path}?{urlencode(query)}",
        papers=await surroundings.papers(
            conn,
            {item.consignment for item in material.items if item.consignment},
            {programme.code for programme in material.programmes},
        ),
        photos=material.photos,
        demonstration=demonstration,
    )
