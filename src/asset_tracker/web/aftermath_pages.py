"""After a count: the signed certificate comes back, and what is missing becomes a loss case."""

from collections.abc import Mapping
from datetime import date
from uuid import UUID

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, URLEncodedBody
from litestar.response import Redirect
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker.access.actors import Actor
from asset_tracker.access.permissions import require
from asset_tracker.edge.who import AnyRequest, lang_of
from asset_tracker.errors import InvalidError, RefusedError
from asset_tracker.verifications import aftermath
from asset_tracker.verifications.aftermath import MissingLost, SignedCertificate
from asset_tracker.web import forms
from asset_tracker.web.chrome import Flash
from asset_tracker.web.forms import read_day
from asset_tracker.web.pages import Instead, see_other, wrong_texts
from asset_tracker.web.scans import keep_scan
from asset_tracker.web.undo_pages import undo_all_of
from asset_tracker.web.verification_pages import show


class MissingForm(msgspec.Struct, frozen=True):
    """How the missing went, as typed."""

    circumstances: str = ""


@post("/verifications/{campaign_id:uuid}/signed", status_code=303)
async def file_signed(
    request: AnyRequest,
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    campaign_id: FromPath[UUID],
) -> Redirect:
    require(actor, "verification.manage")
    sent = await request.form()
    typed = {"signed_on": str(sent.get("signed_on") or "")}
    try:
        day = read_day(typed["signed_on"] or "?", "signed_on") or date.min
        scan = await keep_scan(request.app.state.storage, conn, actor.id, sent.get("scan"))
        await aftermath.file_signed(conn, actor, campaign_id, SignedCertificate(signed_on=day, scan=scan))
    except (InvalidError, RefusedError) as wrong:
        raise await _instead(request, conn, actor, campaign_id, wrong, typed) from wrong
    text = "The signed certificate was attached."
    return see_other(request, f"/verifications/{campaign_id}", Flash("good", text))


@get("/verifications/{campaign_id:uuid}/signed")
async def show_signed(
    request: AnyRequest,
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    campaign_id: FromPath[UUID],
) -> Response[bytes]:
    found, data = await aftermath.read_signed(conn, request.app.state.storage, actor, campaign_id)
    return Response(data, headers=found.headers(), media_type=found.media_type)


@post("/verifications/{campaign_id:uuid}/losses", status_code=303)
async def record_missing(
    request: AnyRequest,
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    campaign_id: FromPath[UUID],
    data: URLEncodedBody[MissingForm],
) -> Redirect:
    try:
        told = forms.read(MissingLost, msgspec.structs.asdict(data))
        opened = await aftermath.record_missing(conn, actor, campaign_id, told)
    except (InvalidError, RefusedError) as wrong:
        raise await _instead(
            request, conn, actor, campaign_id, wrong, msgspec.structs.asdict(data)
        ) from wrong
    slip = await undo_all_of(conn, actor, opened.receipts)
    text = "The loss was recorded. A loss case is open until it is closed."
    return see_other(request, f"/losses/{opened.case}", Flash("good", text, undo=slip))


async def _instead(
    request: AnyRequest,
    conn: AsyncConnection,
    actor: Actor,
    campaign_id: UUID,
    wrong: InvalidError | RefusedError,
    typed: Mapping[str, str],
) -> Instead:
    texts = wrong_texts(lang_of(request), wrong)
    return Instead(await show(request, conn, actor, campaign_id, typed, texts))


ROUTES = (file_signed, show_signed, record_missing)
