"""Taking back at once what was a slip: the button beside the message that it was done."""

from collections.abc import Sequence

import msgspec
from litestar import post
from litestar.di import NamedDependency
from litestar.params import URLEncodedBody
from litestar.response import Redirect
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker.access.actors import Actor
from asset_tracker.access.permissions import may
from asset_tracker.assets.undoing import Undone, operation_of, undo_event, undo_operation
from asset_tracker.edge.who import AnyRequest
from asset_tracker.errors import NotFoundError
from asset_tracker.ledger.chaining import Receipt
from asset_tracker.web.chrome import Flash
from asset_tracker.web.forms import read_id
from asset_tracker.web.pages import own_path, see_other

_REASON = "It was a slip, taken back by who recorded it."


class UndoForm(msgspec.Struct, frozen=True):
    """What to take back (``event ID`` or ``operation ID``), and the page to go back to."""

    what: str = ""
    back: str = "/"


def undo_of(receipts: Sequence[Receipt]) -> str:
    """What a message offers to take back: the one event that was recorded, with what it carried along."""
    return f"event {receipts[0].id}" if receipts else ""


async def undo_all_of(conn: AsyncConnection, actor: Actor, receipts: Sequence[Receipt]) -> str:
    """The same of everything that was recorded together; nothing for who may not take it back."""
    if not receipts or not may(actor, "event.correct"):
        return ""
    operation = await operation_of(conn, receipts[0].id)
    return f"operation {operation}" if operation else undo_of(receipts)


@post("/undo", status_code=303)
async def undo(
    request: AnyRequest,
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    data: URLEncodedBody[UndoForm],
) -> Redirect:
    undone = await _undo(conn, actor, data.what)
    text = "It was undone. Both stay readable in the history."
    if undone.left:
        text = "It was undone wherever nothing later depends on it; %(n)s assets are left as they are."
    return see_other(request, own_path(data.back), Flash("good", text, {"n": str(undone.left)}))


async def _undo(conn: AsyncConnection, actor: Actor, what: str) -> Undone:
    word, _, text = what.partition(" ")
    wanted = read_id(text, "what")
    if wanted is None or word not in ("event", "operation"):
        raise NotFoundError("There is nothing to undo.")
    return await (undo_event if word == "event" else undo_operation)(conn, actor, wanted, _REASON)


ROUTES = (undo,)
