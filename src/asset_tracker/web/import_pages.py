"""Importing: a file is dropped, the plan is looked at and put right, then recorded; and taken back."""

from decimal import Decimal
from typing import Any
from uuid import UUID

import msgspec
from litestar import Response, get, post
from litestar.datastructures import State, UploadFile
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker.access.actors import Actor
from asset_tracker.assets.catalogue import get_catalogue
from asset_tracker.edge import importing
from asset_tracker.edge.transaction import transaction_as
from asset_tracker.edge.who import AnyRequest, lang_of, require_session
from asset_tracker.errors import ConflictError, InvalidError, TooLargeError
from asset_tracker.i18n import Lang, gettext
from asset_tracker.imports import invitations, queries, recorded, service
from asset_tracker.imports.export import list_workbook
from asset_tracker.imports.kinds import kinds_for, vocabulary_of
from asset_tracker.imports.known import ACTIONS, Action
from asset_tracker.imports.offering import list_oblasts
from asset_tracker.imports.tidying import KEPT_DAYS
from asset_tracker.imports.views import KIND_KEYS, BatchView, Choices, KindKey
from asset_tracker.imports.workbook import XLSX, marked_workbook, template_workbook
from asset_tracker.mail import outbox
from asset_tracker.programmes.queries import list_parties
from asset_tracker.territory.queries import get_municipalities
from asset_tracker.web import import_rows, import_view
from asset_tracker.web.chrome import Flash
from asset_tracker.web.forms import typed
from asset_tracker.web.list_query import asked_for, filters_of
from asset_tracker.web.pages import Instead, flash_of, page, see_other

_PAGE = 25
_NOT_A_CHOICE = "Some of your choices do not fit; please choose again."


@get("/imports")
async def index(
    request: AnyRequest, conn: NamedDependency[AsyncConnection], actor: NamedDependency[Actor]
) -> Response[str]:
    return await _index(request, conn, actor, {})


@post("/imports", status_code=303, request_max_body_size=80 * 2**20)
async def upload(request: AnyRequest, actor: NamedDependency[Actor], state: State) -> Redirect:
    form = await request.form()
    values = typed(form)
    try:
        file = _sent(form.get("file"))
        choices = _convert(import_view.defaults_from(values))
        batch = await importing.send(
            state, actor, file.filename, file.file, choices, patience=importing.PERSON
        )
    except (InvalidError, TooLargeError) as wrong:
        async with transaction_as(state, actor) as conn:
            raise Instead(await _index(request, conn, actor, values, wrong)) from wrong
    return see_other(request, f"/imports/{batch.id}")


@get("/imports/{batch_id:uuid}")
async def show(
    request: AnyRequest,
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    batch_id: FromPath[UUID],
    action: FromQuery[str] = "",
    after: FromQuery[int] = 0,
) -> Response[str]:
    batch = await queries.get_import(conn, actor, batch_id)
    if batch.is_at_work or batch.status == "sent":
        return page(request, "imports/work.html", section="import", block="work", batch=batch)
    if request.headers.get("hx-target") == "section#work":  # the work that was looked at is done
        return Response("", media_type="text/html", headers={"HX-Refresh": "true"})
    lang = lang_of(request)
    chosen = _chosen(batch, action)
    rows = await queries.list_rows(conn, actor, batch_id, action=chosen, after=after, limit=_PAGE)
    found = import_view.groups(await queries.list_problems(conn, actor, batch_id), lang)
    codes = {item.facts.municipality for item in rows.items if item.facts}
    codes |= {each.municipality for each in batch.plan.consignments} | import_rows.towns_of(rows.items)
    return page(
        request,
        "imports/plan.html",
        section="import",
        block="rows",
        batch=batch,
        chosen=chosen,
        rows=rows,
        tags=await _tags(
            conn, [item.asset for item in rows.items if item.asset and item.action != "problem"]
        ),
        groups=found[: import_view.MAX_GROUPS],
        more_groups=max(0, len(found) - import_view.MAX_GROUPS),
        towns=await get_municipalities(conn, codes),
        before=await queries.committed_before(conn, actor, batch),
        view=import_view,
        lines=import_rows,
        kept_days=KEPT_DAYS,
        guests=await invitations.list_guests(conn, actor, batch_id) if batch.has_guests else [],
        mail=outbox.is_set_up(request.app.state.settings),
        page_size=_PAGE,
        fields=import_view.field_options(await vocabulary_of(conn, batch.kind), lang),
        asked=await get_catalogue(conn),
        worth=[(currency, Decimal(sum_)) for currency, sum_ in batch.plan.values.items()],
        consignment_ids=await recorded.consignment_ids(conn, batch.plan.consignments),
        **await _offers(conn, actor, lang),
    )


@post("/imports/{batch_id:uuid}/plan", status_code=303)
async def replan(
    request: AnyRequest, actor: NamedDependency[Actor], state: State, batch_id: FromPath[UUID]
) -> Redirect:
    async with transaction_as(state, actor) as conn:
        batch = await queries.get_import(conn, actor, batch_id)
    form = await request.form()
    sent = [(name, value) for name, value in form.multi_items() if isinstance(value, str)]
    try:
        choices = import_view.choices_from(sent, batch)
        batch = await importing.replan(state, actor, batch_id, choices, patience=importing.PERSON)
    except msgspec.ValidationError as wrong:
        raise _back(request, batch_id, Flash("bad", _NOT_A_CHOICE)) from wrong
    except (InvalidError, ConflictError) as wrong:
        raise _back(request, batch_id, flash_of(wrong)) from wrong
    done = None if batch.is_at_work else Flash("info", "The plan was made again.")
    return see_other(request, f"/imports/{batch_id}", done)


@post("/imports/{batch_id:uuid}/mapping", status_code=303)
async def save_mapping(
    request: AnyRequest,
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    batch_id: FromPath[UUID],
) -> Redirect:
    name = (await request.form()).get("name")
    try:
        await service.save_mapping(conn, actor, batch_id, name if isinstance(name, str) else "")
    except InvalidError as wrong:
        raise _back(request, batch_id, flash_of(wrong)) from wrong
    done = Flash("good", "The columns are saved and will be recognised in the next file.")
    return see_other(request, f"/imports/{batch_id}", done)


@post("/imports/{batch_id:uuid}/commit", status_code=303)
async def commit_import(
    request: AnyRequest, actor: NamedDependency[Actor], state: State, batch_id: FromPath[UUID]
) -> Redirect:
    partial = (await request.form()).get("partial") == "yes"
    try:
        await importing.record(state, actor, batch_id, partial=partial, patience=importing.PERSON)
    except (InvalidError, ConflictError) as wrong:
        raise _back(request, batch_id, flash_of(wrong)) from wrong
    return see_other(request, f"/imports/{batch_id}")


@post("/imports/{batch_id:uuid}/undo", status_code=303)
async def undo_import(
    request: AnyRequest, actor: NamedDependency[Actor], state: State, batch_id: FromPath[UUID]
) -> Redirect:
    try:
        await importing.take_back(state, actor, batch_id, patience=importing.PERSON)
    except ConflictError as wrong:
        raise _back(request, batch_id, flash_of(wrong)) from wrong
    return see_other(request, f"/imports/{batch_id}")


@post("/imports/{batch_id:uuid}/invitations", status_code=200)
async def invite(
    request: AnyRequest,
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    batch_id: FromPath[UUID],
) -> Response[str]:
    """Answered as a page, not a redirect: the links are shown this once and stand in no cookie."""
    require_session(request)
    settings = request.app.state.settings
    try:
        made = await invitations.invite(conn, actor, batch_id, settings)
    except ConflictError as wrong:
        raise _back(request, batch_id, flash_of(wrong)) from wrong
    base = f"{settings.base_url.rstrip('/')}/password/"
    batch = await queries.get_import(conn, actor, batch_id)
    return page(request, "imports/invited.html", section="import", batch=batch, made=made, base=base)


@get("/imports/{batch_id:uuid}/problems.xlsx")
async def problems_workbook(
    request: AnyRequest,
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    batch_id: FromPath[UUID],
) -> Response[bytes]:
    data = await marked_workbook(conn, request.app.state.storage, actor, batch_id, lang_of(request))
    return _download(data, "problems.xlsx")


@get("/imports/template.xlsx")
async def template(
    request: AnyRequest,
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    kind: FromQuery[str] = "assets",
    programme: FromQuery[str] = "",
    oblast: FromQuery[str] = "",
    municipality: FromQuery[str] = "",
) -> Response[bytes]:
    wanted: KindKey = next((each for each in KIND_KEYS if each == kind), "assets")
    asked = import_view.Asked(kind=wanted, programme=programme, oblast=oblast, municipality=municipality)
    try:
        data = await template_workbook(conn, actor, lang_of(request), wanted, asked.chosen)
    except InvalidError as wrong:
        told = asked.told(wrong, lang_of(request))
        raise Instead(await _index(request, conn, actor, {}, wrong, told)) from wrong
    return _download(data, f"{'packing-list' if wanted == 'assets' else wanted}.xlsx")


@get("/assets.xlsx")
async def list_workbook_of(
    request: AnyRequest, conn: NamedDependency[AsyncConnection], actor: NamedDependency[Actor]
) -> Response[bytes]:
    """The list of assets with the filters of its page; imported unchanged, it has nothing to do."""
    asked = await asked_for(conn, actor, request.query_params)
    data = await list_workbook(conn, actor, await filters_of(conn, asked.query), lang_of(request))
    return _download(data, "assets.xlsx")


async def _index(
    request: AnyRequest,
    conn: AsyncConnection,
    actor: Actor,
    values: dict[str, str],
    wrong: InvalidError | TooLargeError | None = None,
    asked: import_view.Asked = import_view.NOTHING_ASKED,
) -> Response[str]:
    lang = lang_of(request)
    return page(
        request,
        "imports/index.html",
        section="import",
        status=422 if wrong else 200,
        batches=await queries.list_imports(conn, actor, 20),
        values=values,
        wrong=wrong,
        asked=asked,
        oblasts=await list_oblasts(conn, lang),
        view=import_view,
        **await _offers(conn, actor, lang),
    )


async def _offers(conn: AsyncConnection, actor: Actor, lang: Lang) -> dict[str, Any]:
    programmes = await recorded.programmes_for(conn, actor)
    donors = await list_parties(conn, actor, "donor")
    return {
        "donors": [(str(each.id), each.name_uk if lang == "uk" else each.name_en) for each in donors],
        "kinds": [(each.key, gettext(lang, each.label)) for each in kinds_for(actor)],
        "programmes": [
            (each.code, f"{each.code} · {(lang == 'en' and each.title_en) or each.title}")
            for each in programmes
        ],
        "currencies": [(code, code) for code in ("UAH", "EUR", "USD", "SEK", "CHF", "PLN", "GBP")],
    }


async def _tags(conn: AsyncConnection, ids: list[UUID]) -> dict[UUID, str]:
    return await recorded.tags_of(conn, ids) if ids else {}


def _chosen(batch: BatchView, action: str) -> Action:
    """The rows to show: those asked for, else the first that there are."""
    if action in ACTIONS:
        return action
    counts = batch.plan.counts
    return next((each for each in ACTIONS if getattr(counts, each)), "create")


def _sent(file: Any) -> UploadFile:
    if not isinstance(file, UploadFile) or not file.filename:
        raise InvalidError("Choose a file first.")
    return file


def _convert(fields: dict[str, Any]) -> Choices:
    try:
        return msgspec.convert(fields, Choices)
    except msgspec.ValidationError as error:
        raise InvalidError(_NOT_A_CHOICE) from error


def _back(request: AnyRequest, batch_id: UUID, message: Flash) -> Instead:
    return Instead(see_other(request, f"/imports/{batch_id}", message))


def _download(data: bytes, name: str) -> Response[bytes]:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(data, media_type=XLSX, headers=headers)


ROUTES = (
    index,
    upload,
    template,
    show,
    replan,
    save_mapping,
    commit_import,
    undo_import,
    invite,
    problems_workbook,
    list_workbook_of,
)
