"""The receipt of one entry: its hash, the signed checkpoint that covers it, and how anybody can check both."""

from uuid import UUID

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker.access import scope
from asset_tracker.access.actors import Actor
from asset_tracker.access.permissions import may
from asset_tracker.assets import history as asset_history
from asset_tracker.assets import queries
from asset_tracker.assets.proofs import event_proof
from asset_tracker.edge.who import AnyRequest, lang_of
from asset_tracker.errors import NotFoundError
from asset_tracker.web import history
from asset_tracker.web.pages import page


@get("/a/{tag:str}/events/{event_id:uuid}/receipt")
async def show_receipt(
    request: AnyRequest,
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    tag: FromPath[str],
    event_id: FromPath[UUID],
) -> Response[str]:
    asset_id = await queries.find_asset(conn, actor, tag)
    view = await queries.get_asset(conn, actor, asset_id)
    only = [each for each in await asset_history.timeline(conn, actor, asset_id) if each.id == event_id]
    if not only:
        raise NotFoundError
    own = scope.donors(actor)
    funding = [share for share in view.funding if own is None or share.donor in own]
    return page(
        request,
        "assets/receipt.html",
        section="assets",
        asset=view.row,
        entries=await history.entries(conn, lang_of(request), only),
        told=await event_proof(conn, actor, event_id),
        donors=funding if may(actor, "report.read") else [],
    )


ROUTES = (show_receipt,)
