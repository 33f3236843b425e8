"""Photos of a report: which may be shown to its reader, and their pixels.

Whoever may not know exactly where a thing is sees no photo of it, and a donor none from a municipality where a
service point had to move or was hit: a picture tells more of a place than its name does.
"""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Final
from uuid import UUID

from anyio import to_thread
from msgspec import Struct
from msgspec.structs import replace
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker import kyiv
from asset_tracker.assets import showing
from asset_tracker.assets.places import Coarse
from asset_tracker.errors import AssetTrackerError
from asset_tracker.files.images import clean_image
from asset_tracker.files.storage import Storage
from asset_tracker.ledger.envelope import Event
from asset_tracker.reports.fold import Standing
from asset_tracker.reports.sheet_annex import PRINTED_PHOTOS
from asset_tracker.reports.structs import Photo, Report
from asset_tracker.reports.structs_items import Item

# Pixels of the longer edge in a document: 200 a inch at the width it is printed in.
EDGE: Final = 800

Pixels = Mapping[str, bytes]


class Candidate(Struct, frozen=True):
    """A photo by the hash that a fact names, who recorded that fact, and what would be told of it."""

    sha256: str
    actor: UUID
    photo: Photo


def candidates(
    standing: Sequence[Standing], items: Mapping[UUID, Item], coarse: Coarse, restricted: frozenset[str]
) -> tuple[Candidate, ...]:
    """The photos that facts of these items name and that this reader might see, the newest first."""
    named = [
        (sha256, event, item)
        for each in standing
        if (item := items.get(each.asset)) is not None
        and coarse[each.asset] == "exact"
        and item.municipality not in restricted
        for event in each.occurred
        if event.payload.photos and event.kind not in showing.UNSHOWN
        for sha256 in event.payload.photos
    ]
    named.sort(key=lambda one: (one[1].occurred_at, one[1].id), reverse=True)
    return tuple(Candidate(sha256, event.actor, _photo(sha256, event, item)) for sha256, event, item in named)


async def shown_of(conn: AsyncConnection, named: Sequence[Candidate]) -> tuple[Photo, ...]:
    """Those of the photos that may be shown now, in their order."""
    if not named:
        return ()
    allowed = await showing.shown(conn, {(each.sha256, each.actor) for each in named})
    found: dict[str, Photo] = {}
    for each in named:
        if (may := allowed.get((each.sha256, each.actor))) is not None and may[0] not in found:
            found[may[0]] = replace(each.photo, sha256=may[0], people=may[1])
    return tuple(found.values())


async def pixels(storage: Storage, report: Report) -> Pixels:
    """The printed photos by their hashes, as small JPEGs that hold nothing but pixels; what is missing is left out."""
    found: dict[str, bytes] = {}
    for photo in report.making.photos[:PRINTED_PHOTOS]:
        try:
            data = await storage.get(photo.sha256)
            small = await to_thread.run_sync(partial(clean_image, data, edge=EDGE))
        except AssetTrackerError:
            # A report is made without it, and says that it is missing.
            continue
        found[photo.sha256] = small.data
    return found


def _photo(sha256: str, event: Event, item: Item) -> Photo:
    """Why it may be shown is asked when it is."""
    return Photo(
        sha256=sha256,
        event_id=event.id,
        asset_id=event.asset,
        tag=item.tag,
        item=item.name,
        municipality=item.municipality,
        kind=event.kind,
        taken_on=kyiv.day_of(event.occurred_at),
        people="",
    )
