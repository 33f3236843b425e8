"""Imports as JSON: a file is sent and planned, looked at, committed, undone."""

from datetime import date
from typing import Annotated
from uuid import UUID

import msgspec
from litestar import Response, get, post
from litestar.datastructures import State, UploadFile
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody, MultipartBody, QueryParameter
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker.access.actors import Actor
from asset_tracker.access.links import LinkMade
from asset_tracker.assets.views import Filters
from asset_tracker.edge import importing
from asset_tracker.edge.transaction import transaction_as
from asset_tracker.edge.who import AnyRequest, require_session
from asset_tracker.i18n import Lang
from asset_tracker.imports import invitations, queries
from asset_tracker.imports.export import list_workbook
from asset_tracker.imports.known import Action
from asset_tracker.imports.line import Defaults
from asset_tracker.imports.offering import Chosen
from asset_tracker.imports.telling import Told, told
from asset_tracker.imports.views import BatchView, Choices, KindKey, RowPage
from asset_tracker.imports.workbook import XLSX, marked_workbook, template_workbook

Limit = Annotated[int, QueryParameter(ge=1, le=queries.MAX_PAGE)]


class Upload(msgspec.Struct, kw_only=True):
    """A multipart form: the ``file``, what ``kind`` of table it is, what holds for the whole of it.

    ``shares``: who pays what share of everything new, such as `Sida=60; ESTDEV=40`; else as the programme's.
    ``mapping`` names saved columns.
    """

    file: UploadFile
    kind: KindKey = "assets"
    programme: str | None = None
    consignment: str | None = None
    municipality: str | None = None
    currency: str | None = None
    shares: Annotated[str, msgspec.Meta(max_length=1000)] | None = None
    occurred_on: date | None = None
    mapping: str | None = None


class Commit(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``partial``: take the good rows and leave those with problems."""

    partial: bool = False


class PlannedView(msgspec.Struct, frozen=True, kw_only=True):
    """An import with all that is to be said about it, in the language of who asks."""

    batch: BatchView
    problems: tuple[Told, ...]


@post("/imports", request_max_body_size=80 * 2**20)
async def add_import(
    actor: NamedDependency[Actor],
    lang: NamedDependency[Lang],
    request: AnyRequest,
    state: State,
    data: MultipartBody[Upload],
) -> Response[PlannedView]:
    """Send a file (.xlsx, .ods, .csv) and get the plan: nothing else is written yet.

    A large file takes a while; with `Prefer: respond-async` the answer comes at once (202), and the import's
    `work` tells how far it is.
    """
    defaults = Defaults(
        programme=data.programme or None,
        consignment=data.consignment or None,
        municipality=data.municipality or None,
        currency=data.currency or None,
        shares=data.shares or None,
    )
    batch = await importing.send(
        state,
        actor,
        data.file.filename,
        data.file.file,
        Choices(kind=data.kind, defaults=defaults, occurred_on=data.occurred_on),
        mapping=data.mapping or None,
        patience=_patience(request),
    )
    return await _answer(state, actor, lang, batch, done=201)


@get("/imports")
async def list_imports(
    conn: NamedDependency[AsyncConnection], actor: NamedDependency[Actor], limit: Limit = 50
) -> list[BatchView]:
    """The newest imports in reach."""
    return await queries.list_imports(conn, actor, limit)


@get("/imports/{batch_id:uuid}")
async def get_import(
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    lang: NamedDependency[Lang],
    batch_id: FromPath[UUID],
) -> PlannedView:
    """One import with its problems."""
    return await _planned(conn, actor, lang, await queries.get_import(conn, actor, batch_id))


@get("/imports/{batch_id:uuid}/rows")
async def list_rows(
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    batch_id: FromPath[UUID],
    action: FromQuery[Action | None] = None,
    after: Annotated[int, QueryParameter(ge=0, le=2**31 - 1)] = 0,
    limit: Limit = 100,
) -> RowPage:
    """What will be done with each row, in the order of the file."""
    return await queries.list_rows(conn, actor, batch_id, action=action, after=after, limit=limit)


@post("/imports/{batch_id:uuid}/plan", status_code=200)
async def replan(
    actor: NamedDependency[Actor],
    lang: NamedDependency[Lang],
    request: AnyRequest,
    state: State,
    batch_id: FromPath[UUID],
    data: JSONBody[Choices],
) -> Response[PlannedView]:
    """Plan the same file again with other choices: columns, defaults, cells put right."""
    batch = await importing.replan(state, actor, batch_id, data, patience=_patience(request))
    return await _answer(state, actor, lang, batch)


@post("/imports/{batch_id:uuid}/commit", status_code=200)
async def commit_import(
    actor: NamedDependency[Actor],
    request: AnyRequest,
    state: State,
    batch_id: FromPath[UUID],
    data: JSONBody[Commit],
) -> Response[BatchView]:
    """Record what the plan says, all of it or nothing."""
    patience = _patience(request)
    batch = await importing.record(state, actor, batch_id, partial=data.partial, patience=patience)
    return Response(batch, status_code=_status(batch))


@post("/imports/{batch_id:uuid}/undo", status_code=200)
async def undo_import(
    actor: NamedDependency[Actor], request: AnyRequest, state: State, batch_id: FromPath[UUID]
) -> Response[BatchView]:
    """Take a committed import back, unless something later stands on it."""
    batch = await importing.take_back(state, actor, batch_id, patience=_patience(request))
    return Response(batch, status_code=_status(batch))


@post("/imports/{batch_id:uuid}/invitations", status_code=200)
async def invite(
    request: AnyRequest,
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    state: State,
    batch_id: FromPath[UUID],
) -> list[LinkMade]:
    """Invite those whose accounts a list of people made: who was not invited yet, else who has not come, anew.

    By mail (`token` is null then); where none is set up, each `token` stands in the answer, this once: the link
    is `/password/{token}`. Done by a person who is logged in: a token makes no links.
    """
    require_session(request)
    return await invitations.invite(conn, actor, batch_id, state.settings)


@get("/imports/{batch_id:uuid}/problems.xlsx", media_type=XLSX)
async def problems_workbook(
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    lang: NamedDependency[Lang],
    state: State,
    batch_id: FromPath[UUID],
) -> Response[bytes]:
    """The workbook that was sent, with its problems marked, to be put right and sent again."""
    data = await marked_workbook(conn, state.storage, actor, batch_id, lang)
    return Response(
        data, media_type=XLSX, headers={"Content-Disposition": 'attachment; filename="problems.xlsx"'}
    )


@get("/imports/template.xlsx", media_type=XLSX)
async def template(
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    lang: NamedDependency[Lang],
    kind: FromQuery[KindKey] = "assets",
    programme: FromQuery[str | None] = None,
    municipality: FromQuery[list[str] | None] = None,
    oblast: FromQuery[str | None] = None,
) -> Response[bytes]:
    """An empty packing list, or another kind of table, with notes and drop-downs.

    `programme`, `municipality` (as often as needed) and `oblast`: what the drop-downs offer; else all in reach.
    """
    chosen = Chosen(programme=programme, municipalities=tuple(municipality or ()), oblast=oblast)
    data = await template_workbook(conn, actor, lang, kind, chosen)
    headers = {"Content-Disposition": 'attachment; filename="packing-list.xlsx"'}
    return Response(data, media_type=XLSX, headers=headers)


@get("/assets.xlsx", media_type=XLSX)
async def list_assets_workbook(
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    lang: NamedDependency[Lang],
    programme: FromQuery[UUID | None] = None,
    consignment: FromQuery[UUID | None] = None,
    municipality: FromQuery[str | None] = None,
) -> Response[bytes]:
    """The assets in reach as a workbook that comes back: imported unchanged, it has nothing to do."""
    filters = Filters(programme=programme, consignment=consignment, municipality=municipality)
    data = await list_workbook(conn, actor, filters, lang)
    headers = {"Content-Disposition": 'attachment; filename="assets.xlsx"'}
    return Response(data, media_type=XLSX, headers=headers)


async def _answer(
    state: State, actor: Actor, lang: Lang, batch: BatchView, *, done: int = 200
) -> Response[PlannedView]:
    async with transaction_as(state, actor) as conn:
        return Response(await _planned(conn, actor, lang, batch), status_code=_status(batch, done))


def _status(batch: BatchView, done: int = 200) -> int:
    return 202 if batch.is_at_work else done


def _patience(request: AnyRequest) -> float:
    """Seconds to wait for a worker; none for who prefers to ask again (RFC 7240)."""
    preferred = request.headers.get("prefer", "").lower().replace(" ", "").split(",")
    return importing.AT_ONCE if "respond-async" in preferred else importing.PROGRAM


async def _planned(conn: AsyncConnection, actor: Actor, lang: Lang, batch: BatchView) -> PlannedView:
    problems = await queries.list_problems(conn, actor, batch.id)
    return PlannedView(batch=batch, problems=tuple(told(problem, lang) for problem in problems))


ROUTES = (
    add_import,
    list_imports,
    template,
    get_import,
    list_rows,
    replan,
    commit_import,
    undo_import,
    invite,
    problems_workbook,
    list_assets_workbook,
)
