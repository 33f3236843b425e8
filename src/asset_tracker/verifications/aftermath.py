"""After a count: the certificate comes back signed, and what is missing becomes a loss case."""

from datetime import date
from uuid import UUID

import msgspec
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker import kyiv
from asset_tracker.access.actors import Actor
from asset_tracker.access.permissions import require
from asset_tracker.assets import service as assets
from asset_tracker.assets.photos import nameable
from asset_tracker.errors import FieldError, InvalidError, NotFoundError, RefusedError
from asset_tracker.files.service import StoredFile, read_file
from asset_tracker.files.storage import Storage
from asset_tracker.ledger import events as ev
from asset_tracker.ledger.chaining import Receipt
from asset_tracker.ledger.ids import uuid7
from asset_tracker.ledger.state import as_state
from asset_tracker.ledger.tables import asset
from asset_tracker.ledger.values import Sha256, Text
from asset_tracker.verifications.queries import CampaignView, Results, campaign_row, get_campaign, results
from asset_tracker.verifications.tables import campaign

_a, _c = asset.c, campaign.c


class SignedCertificate(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The day on which everybody had signed, and the hash of the stored scan."""

    signed_on: date
    scan: Sha256


class MissingLost(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is known of how the missing went: it is told of each of them."""

    circumstances: Text


class Opened(msgspec.Struct, frozen=True, kw_only=True):
    """The loss case that was opened, and a receipt for each of its facts."""

    case: UUID
    receipts: tuple[Receipt, ...]


class Missing(msgspec.Struct, frozen=True):
    """What a count missed: how many assets, which of them nobody has explained, and cases that are open.

    Explained is what was recorded as lost, stolen or destroyed since, and what was seen again.
    """

    all: int
    unexplained: tuple[UUID, ...]
    cases: tuple[UUID, ...]


async def file_signed(
    conn: AsyncConnection, actor: Actor, campaign_id: UUID, signed: SignedCertificate
) -> CampaignView:
    """Keep the scan of the signed certificate; a better scan takes the place of an earlier one.

    Raises NotFoundError, RefusedError before the end, InvalidError for a day that cannot be or a scan that
    is not stored.
    """
    row = await campaign_row(conn, actor, campaign_id, "verification.manage", lock=True)
    if row.status != "ended":
        raise RefusedError("The count has not ended.")
    errors = []
    if not kyiv.day_of(row.started_at) <= signed.signed_on <= kyiv.today():
        errors.append(
            FieldError("signed_on", "A day between the beginning of the count and today is expected.")
        )
    if not await nameable(conn, actor, {signed.scan}):
        errors.append(FieldError("scan", "No file is stored under this hash; send the scan first."))
    if errors:
        raise InvalidError(errors=tuple(errors))
    values = msgspec.structs.asdict(signed)
    await conn.execute(update(campaign).where(_c.id == campaign_id).values(values))
    return await get_campaign(conn, actor, campaign_id)


async def read_signed(
    conn: AsyncConnection, storage: Storage, actor: Actor, campaign_id: UUID
) -> tuple[StoredFile, bytes]:
    """The scan, which bears names: for those who may see people. Raises NotFoundError."""
    require(actor, "people.read")
    row = await campaign_row(conn, actor, campaign_id, "verification.read")
    if row.scan is None:
        raise NotFoundError("The signed certificate was not attached yet.")
    return await read_file(conn, storage, row.scan)


async def missing_of(conn: AsyncConnection, it: CampaignView, found: Results) -> Missing:
    """What a count that ended missed, of the assets that its results name."""
    if it.ended_at is None:
        return Missing(0, (), ())
    ids = [each.asset.id for each in found.assets if each.finding == "missing"]
    unexplained: list[UUID] = []
    cases: dict[UUID, None] = {}
    for each in await conn.execute(select(_a.id, _a.state).where(_a.id.in_(ids)).order_by(_a.id)):
        state = as_state(each.state)
        since = [case for case in state.cases if case.at >= it.started_at or (case.open and state.gone)]
        cases |= {case.id: None for case in since if case.open}
        seen_since = state.verified_at is not None and state.verified_at > it.ended_at
        if not (state.gone or since or seen_since):
            unexplained.append(each.id)
    return Missing(len(ids), tuple(unexplained), tuple(cases))


async def record_missing(conn: AsyncConnection, actor: Actor, campaign_id: UUID, told: MissingLost) -> Opened:
    """Record everything missing that nobody has explained as lost, in one loss case and as one operation.

    Raises NotFoundError, RefusedError when nothing is left to be recorded.
    """
    await campaign_row(conn, actor, campaign_id, "verification.manage", lock=True)
    it = await get_campaign(conn, actor, campaign_id)
    left = (await missing_of(conn, it, await results(conn, actor, campaign_id))).unexplained
    if not left:
        raise RefusedError("Everything that is missing has already been recorded.")
    case = uuid7()
    fact = ev.Lost(circumstances=told.circumstances, case=case)
    receipts = await assets.record(conn, actor, left, fact, operation=uuid7())
    return Opened(case=case, receipts=tuple(receipts))
