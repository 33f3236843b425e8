"""Phones: one's own, everybody's, those of which facts are still to come; and a sealed queue handed in."""

from uuid import UUID

import msgspec
from litestar import Response, get, post
from litestar.datastructures import UploadFile
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, MultipartBody
from litestar.response import Redirect
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker.access import devices
from asset_tracker.access.actors import Actor
from asset_tracker.access.devices import DevicePage
from asset_tracker.access.permissions import may
from asset_tracker.access.sealed_box import Sealed
from asset_tracker.edge.who import AnyRequest, lang_of
from asset_tracker.errors import AssetTrackerError
from asset_tracker.field.sealed import Opened, hand_in
from asset_tracker.i18n import gettext
from asset_tracker.web.chrome import Flash
from asset_tracker.web.pages import Instead, page, see_other

# What became of the events of a file, as people read it.
OUTCOMES = {
    "recorded": "Recorded",
    "duplicate": "Already known",
    "conflict": "Contradicts what was sent before; kept for review",
    "quarantined": "Waits in quarantine",
    "rejected": "Could not be read",
}


class QueueForm(msgspec.Struct):
    """A multipart form with one ``file``."""

    file: UploadFile


@get("/devices")
async def list_devices(
    request: AnyRequest,
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    after: FromQuery[UUID | None] = None,
) -> Response[str]:
    return await _page(request, conn, actor, after=after)


@post("/devices/{device_id:uuid}/revoke", status_code=303)
async def revoke_device(
    request: AnyRequest,
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    device_id: FromPath[UUID],
) -> Redirect:
    await devices.revoke(conn, actor, device_id)
    text = "The phone was revoked. What it sends from now on waits in quarantine."
    return see_other(request, "/devices", Flash("good", text))


@post("/devices/queue", status_code=200)
async def hand_in_queue(
    request: AnyRequest,
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    data: MultipartBody[QueueForm],
) -> Response[str]:
    state = request.app.state
    try:
        sealed = msgspec.json.decode(await data.file.read(), type=Sealed)
        opened = await hand_in(conn, state.storage, state.settings.data_dir, actor, sealed)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as wrong:
        text = gettext(lang_of(request), "This is not the queue of a phone.")
        raise Instead(await _page(request, conn, actor, problem=text)) from wrong
    except AssetTrackerError as wrong:
        text = gettext(lang_of(request), wrong.message, **wrong.params)
        raise Instead(await _page(request, conn, actor, problem=text)) from wrong
    return await _page(request, conn, actor, opened=opened)


async def _page(
    request: AnyRequest,
    conn: AsyncConnection,
    actor: Actor,
    *,
    opened: Opened | None = None,
    problem: str = "",
    after: UUID | None = None,
) -> Response[str]:
    everybodys = may(actor, "user.manage")
    known = await devices.list_all(conn, actor, after=after) if everybodys else DevicePage((), None)
    told = [each.outcome for each in opened.outcomes] if opened else []
    return page(
        request,
        "people/devices.html",
        section="people" if everybodys else "",
        status=422 if problem else 200,
        own=await devices.list_own(conn, actor),
        all=known.items,
        next_href=f"/devices?after={known.next}" if known.next else None,
        first_href="/devices" if after else None,
        behind=await devices.list_behind(conn, actor) if may(actor, "quarantine.settle") else [],
        may_settle=may(actor, "quarantine.settle"),
        everybodys=everybodys,
        opened=opened,
        counts=[(text, told.count(key)) for key, text in OUTCOMES.items() if key in told],
        problem=problem,
    )


ROUTES = (list_devices, revoke_device, hand_in_queue)
