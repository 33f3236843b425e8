"""The report as of D, known on K, for whoever asks: a handful of queries, none of them per asset.

Which assets to look at is answered by the periods (``asset_period``); what is said of each is folded from its
own events, cut at D and K, so that a report never shows what came later or was not yet known.
"""

from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from typing import Final
from urllib.parse import quote, urlencode
from uuid import UUID

from anyio import to_thread
from msgspec import UNSET, Struct
from msgspec.structs import replace
from sqlalchemy import ColumnElement, Integer, LargeBinary, Uuid, and_, literal_column, or_, select, union
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker.access import scope
from asset_tracker.access.actors import Actor
from asset_tracker.access.permissions import require
from asset_tracker.assets.queries import reached
from asset_tracker.assets.saved_views import find_view
from asset_tracker.assets.sensitivity import coarse, located
from asset_tracker.db.bulk import among
from asset_tracker.documents.names import Name
from asset_tracker.errors import NotFoundError
from asset_tracker.ledger import store
from asset_tracker.ledger.chain import opened_lines
from asset_tracker.ledger.checkpoints import Checkpoint, latest
from asset_tracker.ledger.tables import asset, asset_period, event
from asset_tracker.programmes.queries import programme_by_code
from asset_tracker.reports import compose, figures, photos, surroundings, telling
from asset_tracker.reports.around import look_around
from asset_tracker.reports.asking import Ask
from asset_tracker.reports.fold import Standing, stand
from asset_tracker.reports.kept import Grounds, Keeper, Kept, Outcome
from asset_tracker.reports.progressing import Progress
from asset_tracker.reports.structs import Facts, Listed, Making, Report
from asset_tracker.reports.telling import About, Around, Terms
from asset_tracker.territory.queries import get_municipality

Query = Callable[..., Awaitable[Report]]
_KEPT: Final = Keeper()


# The ids in order, and a digest of the very rows: whatever is recorded of an asset, or erased of it, writes its row
# anew (``ledger.projection``), at another place and by another transaction.
_STATE: Final = (
    literal_column("array_agg(asset.id ORDER BY asset.id)", ARRAY(Uuid)).label("ids"),
    # A chain's events are numbered from one on.
    literal_column("coalesce(sum(asset.head_seq), 0)", Integer).label("events"),
    literal_column(
        "sha256(string_agg(asset.head_hash"
        " || convert_to(concat_ws(' ', asset.id, asset.ctid, asset.xmin), 'UTF8'), '' ORDER BY asset.id))",
        LargeBinary,
    ).label("state"),
)


class Asked(Struct, frozen=True, kw_only=True):
    """A question on its way: who asks what, when, and by which address we are known.

    ``sealed`` is the newest checkpoint of the ledger, which the report names; ``listed`` the condition of the saved
    list that it is narrowed to, by what the register says now.
    """

    actor: Actor
    ask: Ask
    terms: Terms
    now: datetime
    base_url: str
    sealed: Checkpoint | None = None
    listed: ColumnElement[bool] | None = None


class Begun(Struct, frozen=True, kw_only=True):
    """A report of which is known what it rests on, and of which nothing is read yet.

    ``name`` of what it is about, ``path`` of its page behind ``/reports/``; ``ids`` of the assets that may have something
    to tell, in order, and how many ``events`` they have.
    """

    asked: Asked
    name: Name
    path: str
    ids: Sequence[UUID]
    events: int
    grounds: Grounds

    @property
    def at_hand(self) -> bool:
        """Whether this process keeps it, so that it is told at once unless something around changed."""
        return _KEPT.holds(self.grounds)


async def municipality_report(
    conn: AsyncConnection, actor: Actor, code: str, ask: Ask, *, now: datetime, base_url: str
) -> Report:
    """What was given to a municipality, within the actor's reach; ``now`` is aware.

    Raises ``NotFoundError`` for a municipality or donor that does not exist or is out of reach. Where the
    reader has paid for nothing the report is empty.
    """
    return await finish(conn, await begin_municipality(conn, actor, code, ask, now=now, base_url=base_url))


async def programme_report(
    conn: AsyncConnection, actor: Actor, code: str, ask: Ask, *, now: datetime, base_url: str
) -> Report:
    """What a programme gave, over all its municipalities. Raises ``NotFoundError`` as above."""
    return await finish(conn, await begin_programme(conn, actor, code, ask, now=now, base_url=base_url))


async def begin_municipality(
    conn: AsyncConnection, actor: Actor, code: str, ask: Ask, *, now: datetime, base_url: str
) -> Begun:
    """The beginning of ``municipality_report``, with what that raises."""
    asked = await _asked(conn, actor, ask, About(municipality=code), now, base_url)
    place = await get_municipality(conn, code)
    if not scope.area_reaches(actor, code, "report.read"):
        raise NotFoundError("No municipality has the code %(code)s", code=code)
    # What a reader may not know to be there is not in the report: its name alone would tell.
    reach = and_(_was_there(code, ask), located(asked.terms.coarse))
    name = Name(place.name_uk, place.name_en)
    return await _begun(conn, asked, reach, name, f"municipalities/{code}")


async def begin_programme(
    conn: AsyncConnection, actor: Actor, code: str, ask: Ask, *, now: datetime, base_url: str
) -> Begun:
    """The beginning of ``programme_report``, with what that raises."""
    require(actor, "report.read")
    view = await programme_by_code(conn, actor, code)
    asked = await _asked(conn, actor, ask, About(programme=view.code), now, base_url)
    name = Name(view.name_uk, view.name_en)
    return await _begun(conn, asked, asset.c.programme_id == view.id, name, f"programmes/{quote(view.code)}")


async def _asked(
    conn: AsyncConnection, actor: Actor, ask: Ask, about: About, now: datetime, base_url: str
) -> Asked:
    require(actor, "report.read")
    donor, only = await surroundings.asked_donor(conn, actor, ask.donor)
    unclear = await coarse(conn, actor)
    view = await find_view(conn, actor, ask.view) if ask.view else None
    where = await reached(conn, actor, view.filters, unclear) if view else []
    terms = Terms(
        about=about,
        as_of=ask.as_of,
        since=ask.since,
        whole=ask.whole and ask.since is not None,
        donor=donor,
        only=only,
        coarse=unclear,
        view=Listed(id=view.id, name=view.name) if view else UNSET,
    )
    return Asked(
        actor=actor,
        ask=ask,
        terms=terms,
        now=now,
        base_url=base_url,
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


async def finish(conn: AsyncConnection, begun: Begun, found: Kept | None = None) -> Report:
    """The report that was begun, from ``found`` if it is what follows still, or from what is kept of it, or made anew."""
    return await tell(conn, begun, await make(conn, begun, found))


async def make(
    conn: AsyncConnection, begun: Begun, found: Kept | None = None, progress: Progress | None = None
) -> Kept:
    """What the report comes to: as kept where nothing changed since, or else from its events."""
    asked, grounds, progress = begun.asked, begun.grounds, progress or Progress()
    kept, standing = found or _KEPT.on(grounds), None
    if kept is None:
        standing = await _standing(conn, asked.ask, begun.ids, progress)
        here = telling.here_of(standing, asked.terms.about)
        named = telling.named_by(telling.paid_by(here, asked.terms.donor), asked.terms.coarse)
    else:
        named = kept.named
    around = await look_around(conn, asked.actor, asked.ask, asked.terms, named, asked.now)
    if kept is not None and kept.around == around:
        if kept is found:
            _KEPT.keep(kept)
        return kept
    if standing is None:
        standing = await _standing(conn, asked.ask, begun.ids, progress)
    progress.step = "counting"
    outcome = await to_thread.run_sync(_outcome, standing, around, asked.terms)
    made = Kept(grounds=grounds, named=named, around=around, outcome=outcome)
    if (await _state(conn, among(asset.c.id, begun.ids)))[1] == grounds.events:
        # Nothing was recorded of them between the look at the grounds and the reading.
        _KEPT.keep(made)
    return made


async def tell(conn: AsyncConnection, begun: Begun, kept: Kept) -> Report:
    """The report for whoever asked: what it came to, and how it was made."""
    outcome = kept.outcome
    making = await _making(conn, begun.asked, begun.path, outcome, kept.around)
    return compose.told(outcome.facts, making, outcome.content_hash, outcome.beside)


async def _begun(
    conn: AsyncConnection, asked: Asked, reach: ColumnElement[bool], name: Name, path: str
) -> Begun:
    where = [scope.assets(asked.actor, "report.read"), reach]
    if asked.listed is not None:
        where.append(asked.listed)
    ids, state, events = await _state(conn, *where)
    grounds = Grounds(
        events=state,
        terms=asked.terms,
        end=asked.ask.end_of_day,
        known_on=asked.ask.known_on,
        reach=replace(scope.reach(asked.actor), actor=None),
    )
    return Begun(asked=asked, name=name, path=path, ids=ids, events=events, grounds=grounds)


async def _state(
    conn: AsyncConnection, *where: ColumnElement[bool]
) -> tuple[Sequence[UUID], bytes | None, int]:
    row = (await conn.execute(select(*_STATE).where(*where))).one()
    return row.ids or (), row.state, row.events


async def _standing(
    conn: AsyncConnection, ask: Ask, ids: Sequence[UUID], progress: Progress
) -> list[Standing]:
    """The assets as they stood on the day."""
    progress.due = len(ids)
    chains = await store.chains(conn, ids) if ids else ()
    end = ask.end_of_day

    def folded() -> list[Standing]:
        found = []
        for _, bodies, openings in chains:
            found.append(stand(opened_lines(bodies, openings), end, ask.known_on))
            progress.done += 1
        return [each for each in found if each is not None]

    # Ten thousand histories take two seconds: others must not wait for it.
    return await to_thread.run_sync(folded)


def _outcome(standing: Sequence[Standing], around: Around, terms: Terms) -> Outcome:
    here = telling.here_of(standing, terms.about)
    material = telling.material(here, around, terms)
    facts: Facts
    if code := terms.about.municipality:
        facts = compose.municipality_facts(replace(material, found=telling.moved_away(standing, code)))
    else:
        facts = compose.programme_facts(material)
    items = {item.asset_id: item for item in material.items}
    return Outcome(
        facts=facts,
        content_hash=figures.content_hash(facts),
        beside=figures.beside(facts, around.point_kinds),
        photos=photos.candidates(here, items, terms.coarse, around.restricted),
    )


async def _making(conn: AsyncConnection, asked: Asked, path: str, outcome: Outcome, around: Around) -> Making:
    ask = asked.ask
    known = ask.known_on or asked.now
    query = {
        "as_of": ask.as_of.isoformat(),
        "known_on": known.astimezone(UTC).isoformat().replace("+00:00", "Z"),
    }
    if ask.since:
        query["since"] = ask.since.isoformat()
    if donor := asked.terms.donor:
        query["donor"] = donor.short or donor.key
    if isinstance(asked.terms.view, Listed):
        query["view"] = str(asked.terms.view.id)
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
            set(around.consignments.values()),
            {programme.code for programme in around.programmes},
        ),
        photos=await photos.shown_of(conn, outcome.photos),
        demonstration=around.demonstration,
    )
