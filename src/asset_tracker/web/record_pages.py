"""Recording a fact about an asset: one form and one handler for every kind."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
from litestar import Response, get, post
from litestar.datastructures import UploadFile
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker.access import records
from asset_tracker.access.actors import Actor
from asset_tracker.access.permissions import may, may_record
from asset_tracker.assets import corrections, guided, losses, queries, revealing, service
from asset_tracker.assets import history as asset_history
from asset_tracker.assets.guidance.words import StepView
from asset_tracker.assets.views import AssetView, EventView
from asset_tracker.edge.who import AnyRequest, lang_of
from asset_tracker.errors import (
    FieldError,
    ForbiddenError,
    InvalidError,
    NotFoundError,
    RefusedError,
    StaleError,
)
from asset_tracker.files.service import store_photo
from asset_tracker.files.storage import Storage
from asset_tracker.i18n import Lang, gettext
from asset_tracker.ledger.chaining import Receipt
from asset_tracker.ledger.ids import uuid7
from asset_tracker.ledger.serving import counted_until
from asset_tracker.ledger.tags import format_tag
from asset_tracker.territory.queries import list_service_points
from asset_tracker.web import event_forms, formats, history
from asset_tracker.web.chrome import Flash
from asset_tracker.web.event_fields import FORMS
from asset_tracker.web.event_values import values_of
from asset_tracker.web.forms import typed
from asset_tracker.web.pages import Instead, own_path, page, see_other, wrong_texts
from asset_tracker.web.picks import picks
from asset_tracker.web.questions import EventForm
from asset_tracker.web.record_fields import moment_of, municipality_of
from asset_tracker.web.undo_pages import undo_of

_MAX_PHOTOS = 20
# What a link to a form may have answered already; ``then`` is the page to come back to.
_PICKED = ("plan", "order", "work", "purpose", "condition", "then")


@get("/a/{tag:str}/{kind:str}")
async def ask(
    request: AnyRequest,
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    tag: FromPath[str],
    kind: FromPath[str],
) -> Response[str]:
    view, form = await _asked_about(conn, actor, tag, kind)
    if not may_record(actor, kind):
        raise ForbiddenError
    now = formats.local_input(datetime.now(UTC))
    if replaces := request.query_params.get("replaces"):
        told = await _told(conn, actor, view, kind, replaces)
        return await _form(request, conn, actor, view, form, values_of(form, told) | {"head": view.head})
    picked = {name: request.query_params[name] for name in _PICKED if name in request.query_params}
    if "then" in picked:
        picked["then"] = own_path(picked["then"])
    values = {"id": str(uuid7()), "head": view.head, "occurred_at": now, "shown_at": now, **picked}
    if kind == "service_counted":
        until = counted_until(view.state)
        values["since"] = (until + timedelta(days=1)).isoformat() if until else ""
    return await _form(request, conn, actor, view, form, values)


@post("/a/{tag:str}/{kind:str}", status_code=303)
async def record(
    request: AnyRequest,
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    tag: FromPath[str],
    kind: FromPath[str],
) -> Redirect:
    view, form = await _asked_about(conn, actor, tag, kind)
    if not may_record(actor, kind):
        raise ForbiddenError
    sent = await request.form()
    answers = {"id": str(uuid7()), "head": "", "occurred_at": ""} | typed(sent)
    try:
        receipts = await _record(request, conn, actor, view, form, answers, sent.getall("photos", []))
    except InvalidError as wrong:
        lang = lang_of(request)
        texts = wrong_texts(lang, wrong, labels=_labels(lang, form))
        raise Instead(await _form(request, conn, actor, view, form, answers, texts)) from wrong
    except RefusedError as refused:
        texts = {"": gettext(lang_of(request), refused.message, **refused.params)}
        raise Instead(await _form(request, conn, actor, view, form, answers, texts)) from refused
    except StaleError as stale:
        answers |= {"head": view.head, "happened": "yes"}
        told = [history.happened(lang_of(request), e.kind, e.occurred_at) for e in stale.happened]
        raise Instead(await _form(request, conn, actor, view, form, answers, happened=told)) from stale
    slip = undo_of(receipts) if view.may_correct and not answers.get("replaces") else ""
    there = own_path(answers.get("then"), f"/a/{format_tag(view.row.tag)}")
    return see_other(request, there, Flash("good", form.done, undo=slip))


async def _asked_about(
    conn: AsyncConnection, actor: Actor, tag: str, kind: str
) -> tuple[AssetView, EventForm]:
    if kind not in FORMS:
        raise NotFoundError
    return await queries.look_up(conn, actor, tag), FORMS[kind]


async def _record(
    request: AnyRequest,
    conn: AsyncConnection,
    actor: Actor,
    view: AssetView,
    form: EventForm,
    answers: Mapping[str, str],
    uploads: list[Any],
) -> list[Receipt]:
    """Read the answers, keep the photos, record the fact. Raises InvalidError with every mistake."""
    values, errors = event_forms.read(form, answers)
    offered = await picks(conn, actor, lang_of(request), view, form)
    errors += [
        FieldError(name, "Choose one of the answers.")
        for name, options in offered.items()
        if name in values and str(values[name]) not in dict(options)
    ]
    at, event_id = moment_of(answers, errors), _id(answers)
    if code := await municipality_of(conn, form, answers, errors):
        values["municipality"] = code
    photos = await _photos(request.app.state.storage, conn, actor.id, uploads, errors)
    if errors or at is None:
        raise InvalidError(errors=tuple(errors))
    made = event_forms.payload(form, {**values, "photos": photos})
    heads = {view.row.id: answers.get("head", "")}
    if replaces := answers.get("replaces"):
        told = await _told(conn, actor, view, form.kind, replaces)
        if not photos and told.photos:
            made = msgspec.structs.replace(made, photos=told.photos)
        return await corrections.replace(
            conn, actor, view.row.id, told.id, made, occurred_at=at, heads=heads, correction_id=event_id
        )
    return await service.record(
        conn, actor, [view.row.id], made, occurred_at=at, heads=heads, event_id=event_id
    )


async def _told(conn: AsyncConnection, actor: Actor, view: AssetView, kind: str, event: str) -> EventView:
    """The entry that is to be replaced. Raises ForbiddenError, NotFoundError."""
    if not view.may_correct:
        raise ForbiddenError
    for each in await asset_history.timeline(conn, actor, view.row.id, whole=True):
        if str(each.id) == event and each.kind == kind:
            await _note_seen(conn, actor, each)
            return each
    raise NotFoundError


async def _note_seen(conn: AsyncConnection, actor: Actor, told: EventView) -> None:
    """Whoever corrects an entry sees what it says of people."""
    if revealing.masked(told.payload) != told.payload:
        await records.record(conn, actor, "revealed", f"event {told.id}", "correction")


def _id(answers: Mapping[str, str]) -> UUID:
    """The id that the form carried, so that sending it twice records it once."""
    try:
        return msgspec.convert(answers.get("id"), UUID, strict=False)
    except msgspec.ValidationError:
        return uuid7()


async def _photos(
    storage: Storage, conn: AsyncConnection, by: UUID, uploads: list[Any], errors: list[FieldError]
) -> tuple[str, ...]:
    kept = []
    files = [upload for upload in uploads if isinstance(upload, UploadFile) and upload.filename]
    if len(files) > _MAX_PHOTOS:
        errors.append(FieldError("photos", "At most %(n)s photos at a time.", {"n": _MAX_PHOTOS}))
        return ()
    for upload in files:
        try:
            kept.append((await store_photo(conn, storage, by, await upload.read())).sha256)
        except InvalidError as wrong:
            errors += [msgspec.structs.replace(error, field="photos") for error in wrong.errors]
    return tuple(dict.fromkeys(kept))


def _labels(lang: Lang, form: EventForm) -> dict[str, str]:
    asked = {field.name: field.label for field in form.fields}
    always = {"note": form.note, "photos": "Photos", "municipality": "Municipality"}
    return {name: gettext(lang, text) for name, text in (always | asked).items()}


async def _form(
    request: AnyRequest,
    conn: AsyncConnection,
    actor: Actor,
    view: AssetView,
    form: EventForm,
    values: Mapping[str, str],
    errors: Mapping[str, str] | None = None,
    happened: list[str] | None = None,
) -> Response[str]:
    lang: Lang = lang_of(request)
    code = view.row.municipality or view.row.destination
    points = await list_service_points(conn, code) if code else ()
    steps = await _steps(conn, actor, lang, view, form.kind)
    return page(
        request,
        "assets/record.html",
        section="assets",
        status=422 if errors else 409 if happened else 200,
        asset=view.row,
        form=form,
        known=_known(lang, view) if form.kind == "described" else {},
        values=values,
        errors=errors or {},
        labels=_labels(lang, form),
        happened=happened or [],
        steps=steps,
        blocked=form.kind == "disposed"
        and any(step.state == "now" and step.key != "dispose" for step in steps),
        points=[(str(point.id), point.name(lang)) for point in points],
        picks=await picks(conn, actor, lang, view, form),
        currencies=event_forms.CURRENCIES,
        units=event_forms.UNITS,
    )


def _known(lang: Lang, view: AssetView) -> dict[str, str]:
    """What is recorded now of what a description can change."""
    row, state = view.row, view.state
    known = {name: getattr(row, name) for name in ("name_uk", "name_en", "manufacturer", "model", "serial")}
    if row.unit_price is not None:
        known["unit_price"] = formats.money(lang, row.unit_price, row.currency)
    days = {"acquired_on": state.acquired_on, "warranty_until": state.warranty_until}
    known |= {name: formats.day(lang, day) for name, day in days.items() if day}
    return {name: text for name, text in known.items() if text}


async def _steps(
    conn: AsyncConnection, actor: Actor, lang: Lang, view: AssetView, kind: str
) -> tuple[StepView, ...]:
    """What leads to this fact, where steps do: a disposal, and the end of a loss case."""
    if kind == "disposed":
        return await guided.disposal_of(conn, actor, lang, view)
    cases = [case.id for case in view.state.cases if case.open] if kind == "loss_closed" else []
    if not (cases and may(actor, "loss.read")):
        return ()
    return await guided.case_steps(conn, actor, lang, await losses.get_case(conn, actor, cases[0]))


ROUTES = (ask, record)
