"""What somebody wants to hear about: kept by themselves, ended by a link in each letter."""

from collections.abc import Sequence
from uuid import UUID

import msgspec
from sqlalchemy import delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker.access.actors import Actor
from asset_tracker.access.permissions import may, may_record
from asset_tracker.access.tables import user_account
from asset_tracker.db.wall import by_system
from asset_tracker.errors import FieldError, InvalidError
from asset_tracker.notices.kinds import NOTICE_KINDS, NOTICES, NoticeKind, Pace
from asset_tracker.notices.tables import notice_choice
from asset_tracker.programmes.queries import list_programmes

_c, _u = notice_choice.c, user_account.c


class Choice(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A sort of news, how often, and of which programme (None: all in reach)."""

    kind: NoticeKind
    pace: Pace
    programme: UUID | None = None


def offered(actor: Actor) -> tuple[NoticeKind, ...]:
    """The sorts of news that are there for this reader."""
    needs = {
        "quarantine": may(actor, "quarantine.settle"),
        "due": may(actor, "asset.read"),
        "order": may_record(actor, "maintained"),
    }
    return tuple(kind for kind in NOTICE_KINDS if needs.get(kind, True))


async def list_choices(conn: AsyncConnection, actor: Actor) -> tuple[Choice, ...]:
    """One's own, in the order in which they are offered."""
    rows = await conn.execute(select(_c.kind, _c.pace, _c.programme_id).where(_c.user_id == actor.id))
    found = {kind: Choice(kind=kind, pace=pace, programme=programme) for kind, pace, programme in rows}
    return tuple(found[kind] for kind in NOTICE_KINDS if kind in found)


async def choose(conn: AsyncConnection, actor: Actor, choices: Sequence[Choice]) -> None:
    """Hear about these from now on, and about nothing else.

    Raises InvalidError for a sort twice, one that is not told so often, or a programme out of reach.
    """
    errors = []
    programmes = {each.id for each in await list_programmes(conn, actor)}
    seen: set[str] = set()
    for choice in choices:
        if choice.kind in seen or choice.kind not in offered(actor):
            errors.append(FieldError(choice.kind, "This is not what is expected here."))
        if choice.pace not in NOTICES[choice.kind].paces:
            errors.append(FieldError(choice.kind, "This is sent only once a day."))
        if choice.programme and choice.programme not in programmes:
            errors.append(FieldError(choice.kind, "There is no such programme that you may see."))
        seen.add(choice.kind)
    if errors:
        raise InvalidError(errors=tuple(errors))
    await conn.execute(delete(notice_choice).where(_c.user_id == actor.id))
    rows = [
        {"user_id": actor.id, "kind": each.kind, "pace": each.pace, "programme_id": each.programme}
        for each in choices
    ]
    if rows:
        await conn.execute(insert(notice_choice), rows)


@by_system
async def stop(conn: AsyncConnection, user: UUID) -> None:
    """End all letters to somebody, whoever holds the link."""
    await conn.execute(delete(notice_choice).where(_c.user_id == user))
