"""What an asset's entries say of people, shown whole to who says why."""

from urllib.parse import quote

import msgspec
from litestar import Response, post
from litestar.di import NamedDependency
from litestar.params import FromPath, URLEncodedBody
from litestar.response import Redirect
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker.access.actors import Actor
from asset_tracker.access.permissions import require
from asset_tracker.assets import queries, revealing
from asset_tracker.edge.who import AnyRequest, lang_of
from asset_tracker.errors import InvalidError
from asset_tracker.i18n import gettext
from asset_tracker.ledger.tags import format_tag
from asset_tracker.web.pages import flash_of, page, see_other

FIELDS = {
    "received_by": "Who took it over?",
    "approved_by": "Who approved it?",
    "to": "To whom?",
    "note": "Note",
    "room": "Room or workplace",
    "device": "Phone",
}


class ReasonForm(msgspec.Struct, frozen=True):
    """Why somebody needs to know."""

    reason: str = ""


@post("/a/{tag:str}/reveal", status_code=200)
async def reveal(
    request: AnyRequest,
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    tag: FromPath[str],
    data: URLEncodedBody[ReasonForm],
) -> Response[str] | Redirect:
    """Answered as a page: names stand in no address, and are gone with it."""
    require(actor, "people.reveal")
    asset_id = await queries.find_asset(conn, actor, tag)
    try:
        found = await revealing.reveal(conn, actor, asset_id, data.reason)
    except InvalidError as wrong:
        return see_other(request, f"/a/{quote(tag, safe='')}", flash_of(wrong))
    view = await queries.get_asset(conn, actor, asset_id)
    lang = lang_of(request)
    return page(
        request,
        "assets/revealed.html",
        section="assets",
        asset=view.row,
        tag=format_tag(view.row.tag),
        found=found,
        fields={name: gettext(lang, text) for name, text in FIELDS.items()},
    )


ROUTES = (reveal,)
