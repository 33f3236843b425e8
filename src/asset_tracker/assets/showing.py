"""Which photos may be shown in reports: those of which somebody said on what ground.

A photo from the field may show people, and was not taken to be printed. It goes into a report only when somebody
who answers for its asset has recorded that nobody can be recognised in it, or that all who can be have agreed.
A consent that is withdrawn takes the photo out of every report that is made from then on, whatever its day.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Annotated, Any, Final, Literal
from uuid import UUID

import msgspec
from msgspec import Meta
from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker.access import scope
from asset_tracker.access.actors import Actor
from asset_tracker.access.permissions import require
from asset_tracker.documents.names import Name
from asset_tracker.errors import ConflictError, FieldError, InvalidError, NotFoundError
from asset_tracker.files import service as files
from asset_tracker.files.kinds import kind_of_link
from asset_tracker.files.tables import file_sent, photo_consent
from asset_tracker.ledger.ids import uuid7
from asset_tracker.ledger.tables import OF_KEY, asset, event, event_file, event_key
from asset_tracker.ledger.tags import format_tag

People = Literal["nobody", "agreed"]
# Photos of what went wrong are evidence for a case, and no picture for a report.
UNSHOWN: Final = frozenset(
    {"lost", "stolen", "destroyed", "damaged", "fault_reported", "found_inaccessible", "evacuated"}
)
MOST = 60
LONGEST: Final = 200
_c, _f = photo_consent.c, event_file.c
_Named = tuple[str, UUID, str | None]  # a hash, who names it, as what


class NewConsent(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``people``: nobody can be recognised, or all who can be have agreed; ``basis``: where that is written."""

    people: People
    basis: Annotated[str, Meta(max_length=LONGEST)] = ""


class PhotoView(msgspec.Struct, frozen=True, kw_only=True):
    """A photo that was named in a fact, and whether it may be shown (``people`` None: nobody said so)."""

    sha256: str
    event: UUID
    kind: str
    occurred_at: datetime
    tag: str
    item: Name
    municipality: str | None
    people: People | None = None
    basis: str | None = None


async def give(conn: AsyncConnection, actor: Actor, sha256: str, new: NewConsent) -> None:
    """Let a photo be shown. Raises InvalidError, ConflictError where it may be already, NotFoundError for what
    is no photo of an asset in reach.
    """
    stored = await _own(conn, actor, sha256)
    basis = " ".join(new.basis.split())
    if new.people == "agreed" and not basis:
        wrong = FieldError("basis", "Say where the written consent is kept.")
        raise InvalidError(errors=(wrong,))
    row = {
        "id": uuid7(),
        "sha256": stored,
        "people": new.people,
        "basis": basis or None,
        "given_by": actor.id,
    }
    once = insert(photo_consent).values(row)
    once = once.on_conflict_do_nothing(index_elements=["sha256"], index_where=_c.withdrawn_at.is_(None))
    if not (await conn.execute(once)).rowcount:
        raise ConflictError("This photo may be shown already.")


async def withdraw(conn: AsyncConnection, actor: Actor, sha256: str) -> None:
    """From now on it is shown no more. Raises NotFoundError."""
    stored = await _own(conn, actor, sha256)
    standing = update(photo_consent).where(_c.sha256 == stored, _c.withdrawn_at.is_(None))
    if not (await conn.execute(standing.values(withdrawn_at=func.now(), withdrawn_by=actor.id))).rowcount:
        raise NotFoundError


async def list_photos(
    conn: AsyncConnection, actor: Actor, municipality: str | None = None
) -> list[PhotoView]:
    """The newest photos of assets that the actor manages, at most ``MOST``, with what was said of each."""
    require(actor, "programme.manage")
    wanted = (
        select(
            _f.sha256,
            _f.event_id,
            _f.named_by,
            _f.kind.label("named_as"),
            event.c.kind,
            event.c.occurred_at,
            asset.c.tag,
            asset.c.name_uk,
            asset.c.name_en,
            asset.c.municipality_code,
        )
        .join(event_key, event_key.c.id == _f.event_id)
        .join(event, OF_KEY)
        .join(asset, asset.c.id == _f.asset_id)
        .where(scope.assets(actor, "programme.manage"), event.c.kind.not_in(UNSHOWN))
        .order_by(_f.event_id.desc(), _f.sha256)
        .limit(MOST * 2)
    )
    if municipality is not None:
        wanted = wanted.where(asset.c.municipality_code == municipality)
    rows = (await conn.execute(wanted)).all()
    stored = await _photos(conn, {(row.sha256, row.named_by, row.named_as) for row in rows})
    said = {row.sha256: row for row in await _standing(conn, set(stored.values()))}
    found: dict[str, PhotoView] = {}
    for row in rows:
        name = stored.get((row.sha256, row.named_by, row.named_as))
        if name is not None and name not in found and len(found) < MOST:
            found[name] = _view(row, name, said.get(name))
    return list(found.values())


async def shown(
    conn: AsyncConnection, named: Collection[tuple[str, UUID]]
) -> dict[tuple[str, UUID], tuple[str, People]]:
    """Those of (hash as a fact names it, who named it) that may be shown: the stored hash, and on what ground.

    As everywhere, a hash opens nothing unless whoever named it had the file.
    """
    stored = await _photos(conn, {(sha256, who, "photo") for sha256, who in named})
    people: dict[str, People] = {
        row.sha256: row.people for row in await _standing(conn, set(stored.values()))
    }
    return {
        (sha256, who): (name, people[name]) for (sha256, who, _), name in stored.items() if name in people
    }


def _view(row: Any, stored: str, said: Any) -> PhotoView:
    return PhotoView(
        sha256=stored,
        event=row.event_id,
        kind=row.kind,
        occurred_at=row.occurred_at,
        tag=format_tag(row.tag),
        item=Name(row.name_uk, row.name_en or ""),
        municipality=row.municipality_code,
        people=said.people if said else None,
        basis=said.basis if said else None,
    )


async def _own(conn: AsyncConnection, actor: Actor, sha256: str) -> str:
    """The stored hash of what is a photo of some asset that the actor manages. Raises NotFoundError."""
    require(actor, "programme.manage")
    stored = (await files.stored_under(conn, [sha256])).get(sha256, "")
    sent = select(file_sent.c.sent_sha256).where(file_sent.c.sha256 == stored)
    wanted = (
        select(_f.sha256, _f.named_by, _f.kind)
        .distinct()
        .join(asset, asset.c.id == _f.asset_id)
        .where(_f.sha256.in_([*await conn.scalars(sent), stored]))
        .where(scope.assets(actor, "programme.manage"))
    )
    named = {(row.sha256, row.named_by, row.kind) for row in await conn.execute(wanted)}
    if not await _photos(conn, named):
        raise NotFoundError("There is no such file.")
    return stored


async def _photos(conn: AsyncConnection, named: Collection[_Named]) -> dict[_Named, str]:
    """Where photos are named, no scans and no signatures, and by somebody who had them -> the stored hash."""
    stored = await files.stored_under(conn, {sha256 for sha256, _, _ in named}) if named else {}
    had = await files.had_as(conn, {(stored[sha256], who) for sha256, who, _ in named if sha256 in stored})
    return {
        (sha256, who, named_as): stored[sha256]
        for sha256, who, named_as in named
        if sha256 in stored and kind_of_link(named_as, had.get((stored[sha256], who), ())) == "photo"
    }


async def _standing(conn: AsyncConnection, stored: Collection[str]) -> Sequence[Any]:
    wanted = select(_c.sha256, _c.people, _c.basis).where(_c.sha256.in_(stored), _c.withdrawn_at.is_(None))
    return (await conn.execute(wanted)).all() if stored else ()
