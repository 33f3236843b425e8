"""What a phone takes along, or a sheet of paper instead of it; and what comes back as a sealed file."""

import gzip
from typing import Annotated, Any
from uuid import UUID

import anyio.to_thread
import msgspec
from litestar import Request, Response, get, post
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.params import FromQuery, JSONBody, QueryParameter
from msgspec import Meta
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker.access.actors import Actor
from asset_tracker.access.sealed_box import Sealed
from asset_tracker.edge import run_sheets
from asset_tracker.edge.metrics import count_events
from asset_tracker.edge.who import AnyRequest, lang_of
from asset_tracker.field import round as rounds
from asset_tracker.field import sealed
from asset_tracker.field.round import Chosen, Round
from asset_tracker.field.run_sheet import Subject
from asset_tracker.field.sealed import Opened

_Few = Meta(max_length=50)
Limit = Annotated[int, QueryParameter(ge=1, le=rounds.MAX_PAGE)]


@get("/field/round")
async def get_round(
    request: AnyRequest,
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    consignment: FromQuery[Annotated[list[UUID], _Few] | None] = None,
    municipality: FromQuery[Annotated[list[str], _Few] | None] = None,
    verification: FromQuery[Annotated[list[UUID], _Few] | None] = None,
    mine: FromQuery[bool] = False,
    after: FromQuery[UUID | None] = None,
    limit: Limit = 500,
) -> Response[Round | None]:
    """What to take along: by consignment, municipality, verification (each may be repeated) or ``mine``.

    Pass ``next`` as ``after`` for the following page. A page that did not change is answered 304 to its ETag.
    """
    chosen = Chosen(
        consignments=tuple(consignment or ()),
        municipalities=tuple(municipality or ()),
        verifications=tuple(verification or ()),
        mine=mine,
    )
    lang = lang_of(request)
    page = await rounds.take_along(conn, actor, chosen, lang=lang, after=after, limit=limit)
    tag = rounds.etag(page, lang)
    vary = "Cookie, Accept-Language, Accept-Encoding"
    headers = {"ETag": tag, "Cache-Control": "private, no-cache", "Vary": vary}
    if request.headers.get("if-none-match") == tag:
        return Response(None, status_code=304, headers=headers)
    if "gzip" not in request.headers.get("accept-encoding", ""):
        return Response(page, headers=headers)
    # Each thing says much the same as the one before: packed it is a thirtieth, and lines are slow out there.
    packed: Any = await anyio.to_thread.run_sync(_packed, page)
    return Response(packed, media_type="application/json", headers=headers | {"Content-Encoding": "gzip"})


@get("/run-sheet.pdf", media_type="application/pdf")
async def get_run_sheet(
    request: AnyRequest,
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    consignment: FromQuery[UUID | None] = None,
    municipality: FromQuery[str | None] = None,
    verification: FromQuery[UUID | None] = None,
) -> Response[bytes]:
    """What to do on paper: tags with QR codes and boxes to tick, for one of the three."""
    subject = Subject(consignment=consignment, municipality=municipality, verification=verification)
    return await run_sheets.answer(request, conn, actor, subject, "attachment")


@post("/field/sealed", status_code=200)
async def hand_in(
    request: Request[Actor, Any, State],
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    data: JSONBody[Sealed],
) -> Opened:
    """Hand in the sealed queue of a phone, one's own or another's; twice is once."""
    state = request.app.state
    done = await sealed.hand_in(conn, state.storage, state.settings.data_dir, actor, data)
    count_events(done.outcomes)
    return done


def _packed(page: Round) -> bytes:
    return gzip.compress(msgspec.json.encode(page), 4, mtime=0)


ROUTES = (get_round, get_run_sheet, hand_in)
