"""Consignments: from the packing list to the signed act, on one page."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any, get_args
from urllib.parse import urlencode
from uuid import UUID

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, URLEncodedBody
from litestar.response import Redirect
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker.access.actors import Actor
from asset_tracker.access.permissions import may, require
from asset_tracker.assets.queries import list_assets
from asset_tracker.assets.undoing import last_on
from asset_tracker.assets.views import Filters
from asset_tracker.consignments import acts, queries, refiling, service, signing
from asset_tracker.consignments.discrepancies import list_discrepancies
from asset_tracker.consignments.glass import signatures_of
from asset_tracker.consignments.queries import ConsignmentView
from asset_tracker.consignments.signing import Side
from asset_tracker.edge.who import AnyRequest, lang_of
from asset_tracker.errors import AssetTrackerError, FieldError, InvalidError, RefusedError
from asset_tracker.i18n import Lang, gettext
from asset_tracker.programmes.queries import list_programmes
from asset_tracker.territory.queries import list_service_points
from asset_tracker.web import field_files, formats
from asset_tracker.web.chrome import Flash
from asset_tracker.web.forms import read_day, read_id
from asset_tracker.web.pages import Instead, page, see_other, wrong_texts
from asset_tracker.web.scans import keep_scan
from asset_tracker.web.undo_pages import undo_all_of
from asset_tracker.web.words import CONSIGNMENTS

_SHOWN = 200
SIDES: tuple[tuple[Side, str], ...] = (
    ("giver", "the giving side"),
    ("recipient", "the receiving side"),
    ("both", "both sides"),
)


class DispatchForm(msgspec.Struct, frozen=True):
    """How a consignment is sent, as typed."""

    waybill: str = ""
    carrier: str = ""
    expected_on: str = ""
    occurred_at: str = ""
    shown_at: str = ""


class SideForm(msgspec.Struct, frozen=True):
    """Who signed an act and when, as typed."""

    by: str = ""
    side_signed_on: str = ""


class VoidForm(msgspec.Struct, frozen=True):
    """Why an act was drawn up in vain, as typed."""

    reason: str = ""


class DeliverForm(msgspec.Struct, frozen=True):
    """Where and when a consignment was handed over, as typed."""

    service_point: str = ""
    occurred_at: str = ""
    shown_at: str = ""


@get("/consignments")
async def list_consignments(
    request: AnyRequest,
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    programme: FromQuery[str] = "",
    status: FromQuery[str] = "",
    after: FromQuery[UUID | None] = None,
) -> Response[str]:
    chosen = read_id(programme, "programme")
    found = await queries.list_consignments(
        conn, actor, programme_id=chosen, status=status if status in CONSIGNMENTS else None, after=after
    )
    lang = lang_of(request)
    kept = {name: value for name, value in (("programme", programme), ("status", status)) if value}
    return page(
        request,
        "consignments/list.html",
        section="consignments",
        block="results",
        consignments=found.items,
        filters=kept,
        programmes=[(str(p.id), p.code) for p in await list_programmes(conn, actor)],
        statuses=[(key, gettext(lang, word.text)) for key, word in CONSIGNMENTS.items()],
        may_import=may(actor, "import.manage"),
        next_href="/consignments?" + urlencode({**kept, "after": str(found.next)}) if found.next else None,
        first_href="/consignments?" + urlencode(kept) if after else None,
    )


@get("/consignments/{consignment_id:uuid}")
async def show_consignment(
    request: AnyRequest,
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    consignment_id: FromPath[UUID],
) -> Response[str]:
    return await _page(request, conn, actor, consignment_id)


@post("/consignments/{consignment_id:uuid}/dispatch", status_code=303)
async def dispatch(
    request: AnyRequest,
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    consignment_id: FromPath[UUID],
    data: URLEncodedBody[DispatchForm],
) -> Redirect:
    try:
        how = service.Dispatch(
            waybill=_line(data.waybill, "waybill"),
            carrier=_line(data.carrier, "carrier"),
            expected_on=read_day(data.expected_on, "expected_on"),
            occurred_at=_moment(data.occurred_at, data.shown_at),
        )
        receipts = await service.dispatch(conn, actor, consignment_id, how)
    except InvalidError as wrong:
        raise await _instead(request, conn, actor, consignment_id, wrong, data) from wrong
    slip = await undo_all_of(conn, actor, receipts)
    return _done(request, consignment_id, "The consignment is on its way.", undo=slip)


@post("/consignments/{consignment_id:uuid}/deliver", status_code=303)
async def deliver(
    request: AnyRequest,
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    consignment_id: FromPath[UUID],
    data: URLEncodedBody[DeliverForm],
) -> Redirect:
    try:
        point = read_id(data.service_point, "service_point")
        at = _moment(data.occurred_at, data.shown_at)
        receipts = await service.deliver(conn, actor, consignment_id, service_point=point, occurred_at=at)
    except InvalidError as wrong:
        raise await _instead(request, conn, actor, consignment_id, wrong, data) from wrong
    slip = await undo_all_of(conn, actor, receipts)
    return _done(request, consignment_id, "The delivery was recorded.", undo=slip)


@post("/consignments/{consignment_id:uuid}/acts", status_code=303)
async def draw_up_act(
    request: AnyRequest,
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    consignment_id: FromPath[UUID],
) -> Redirect:
    await acts.issue_act(conn, actor, consignment_id, base_url=request.app.state.settings.base_url)
    return _done(request, consignment_id, "The act is drawn up. Print it and have it signed.")


@get("/acts/{act_id:uuid}/act.pdf")
async def print_act(
    conn: NamedDependency[AsyncConnection], actor: NamedDependency[Actor], act_id: FromPath[UUID]
) -> Response[bytes]:
    number, pdf = await acts.act_pdf(conn, actor, act_id)
    name = "".join(c if c.isascii() and (c.isalnum() or c in "-_") else "_" for c in number)
    headers = {"Content-Disposition": f'inline; filename="{name}.pdf"'}
    return Response(pdf, media_type="application/pdf", headers=headers)


@post("/acts/{act_id:uuid}/sign", status_code=303)
async def sign_act(
    request: AnyRequest,
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    act_id: FromPath[UUID],
) -> Redirect:
    require(actor, "act.manage")
    sent = await request.form()
    act = await acts.get_act(conn, actor, act_id)
    try:
        scan = await keep_scan(request.app.state.storage, conn, actor.id, sent.get("scan"))
        signed_on = read_day(str(sent.get("signed_on") or "?"), "signed_on") or date.min
        await acts.sign_act(conn, actor, act_id, signed_on=signed_on, scan=scan)
    except InvalidError as wrong:
        raise await _instead(request, conn, actor, act.consignment, wrong, act=act_id) from wrong
    return _done(request, act.consignment, "The signed act was attached. The assets are accepted.")


@post("/acts/{act_id:uuid}/scan", status_code=303)
async def refile_act(
    request: AnyRequest,
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    act_id: FromPath[UUID],
) -> Redirect:
    require(actor, "act.manage")
    sent = await request.form()
    act = await acts.get_act(conn, actor, act_id)
    try:
        scan = await keep_scan(request.app.state.storage, conn, actor.id, sent.get("scan"))
        await refiling.refile_act(conn, actor, act_id, scan=scan)
    except (InvalidError, RefusedError) as wrong:
        raise await _instead(request, conn, actor, act.consignment, wrong, act=act_id) from wrong
    return _done(request, act.consignment, "The other scan is filed; the earlier one stays readable.")


@post("/acts/{act_id:uuid}/signatures", status_code=303)
async def record_signature(
    request: AnyRequest,
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    act_id: FromPath[UUID],
    data: URLEncodedBody[SideForm],
) -> Redirect:
    act = await acts.get_act(conn, actor, act_id)
    try:
        signed_on = read_day(data.side_signed_on or "?", "side_signed_on") or date.min
        await signing.record_signature(conn, actor, act_id, by=_side(data.by), signed_on=signed_on)
    except (InvalidError, RefusedError) as wrong:
        raise await _instead(request, conn, actor, act.consignment, wrong, data, act_id) from wrong
    return _done(request, act.consignment, "The signature was saved.")


@post("/acts/{act_id:uuid}/void", status_code=303)
async def void_act(
    request: AnyRequest,
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    act_id: FromPath[UUID],
    data: URLEncodedBody[VoidForm],
) -> Redirect:
    act = await acts.get_act(conn, actor, act_id)
    try:
        await signing.void_act(conn, actor, act_id, data.reason)
    except (InvalidError, RefusedError) as wrong:
        raise await _instead(request, conn, actor, act.consignment, wrong, data, act_id) from wrong
    return _done(request, act.consignment, "The act is void. Draw up another one.")


def _side(text: str) -> Side:
    sides: tuple[Side, ...] = get_args(Side)
    chosen = next((side for side in sides if side == text), None)
    if chosen is None:
        raise InvalidError(errors=(FieldError("by", "Choose one of the answers."),))
    return chosen


def _line(text: str, field: str) -> str | None:
    if len(text) > 200 or "\x00" in text:
        raise InvalidError(errors=(FieldError(field, "This is too long or has a wrong character."),))
    return text.strip() or None


def _moment(text: str, shown_at: str) -> datetime | None:
    """When it happened; None, so this very second, for a time left as it was shown."""
    if text and text == shown_at:
        return None
    try:
        return formats.from_local_input(text) if text else None
    except ValueError as error:
        raise InvalidError(errors=(FieldError("occurred_at", "Choose a day and a time."),)) from error


def _done(request: AnyRequest, consignment_id: UUID, text: str, undo: str = "") -> Redirect:
    return see_other(request, f"/consignments/{consignment_id}", Flash("good", text, undo=undo))


async def _instead(
    request: AnyRequest,
    conn: AsyncConnection,
    actor: Actor,
    consignment_id: UUID,
    wrong: AssetTrackerError,
    data: msgspec.Struct | None = None,
    act: UUID | None = None,
) -> Instead:
    typed = (msgspec.structs.asdict(data) if data else {}) | ({"act": str(act)} if act else {})
    return await show_instead(request, conn, actor, consignment_id, wrong, typed)


async def show_instead(
    request: AnyRequest,
    conn: AsyncConnection,
    actor: Actor,
    consignment_id: UUID,
    wrong: AssetTrackerError,
    typed: Mapping[str, Any],
) -> Instead:
    """The page of the consignment with what was typed and what is wrong with it."""
    texts = wrong_texts(lang_of(request), wrong)
    return Instead(await _page(request, conn, actor, consignment_id, typed, texts))


async def _slip(conn: AsyncConnection, actor: Actor, it: ConsignmentView) -> str:
    """What takes the dispatch of a consignment back while it is on its way; nothing for who may not."""
    if not it.on_the_way or not (may(actor, "consignment.manage") and may(actor, "event.correct")):
        return ""
    sent = await last_on(conn, it.id, "dispatched")
    return "" if sent is None else f"operation {sent[1]}" if sent[1] else f"event {sent[0]}"


async def _page(
    request: AnyRequest,
    conn: AsyncConnection,
    actor: Actor,
    consignment_id: UUID,
    typed: Mapping[str, Any] | None = None,
    errors: Mapping[str, str] | None = None,
) -> Response[str]:
    lang = lang_of(request)
    it = await queries.get_consignment(conn, actor, consignment_id)
    lines = await list_assets(conn, actor, Filters(consignment=consignment_id), limit=_SHOWN)
    points = await list_service_points(conn, it.municipality)
    loose = Filters(programme=it.programme, municipality=it.municipality)
    waiting = (
        await list_assets(conn, actor, loose, limit=_SHOWN) if may(actor, "consignment.manage") else None
    )
    now = formats.local_input(datetime.now(UTC))
    return page(
        request,
        "consignments/show.html",
        section="consignments",
        status=422 if errors else 200,
        consignment=it,
        steps=_steps(lang, it),
        assets=sorted(lines.items, key=lambda a: (a.line or 0, a.kit is not None, a.tag)),
        more=lines.next is not None,
        acts=await acts.list_acts(conn, actor, consignment_id) if may(actor, "act.read") else [],
        glass=field_files.address("glass.js"),
        signatures=await signatures_of(conn, actor, consignment_id) if may(actor, "act.read") else {},
        discrepancies=await list_discrepancies(conn, actor, consignment_id),
        sides=[(key, gettext(lang, text)) for key, text in SIDES],
        points=[("", "—"), *((str(point.id), point.name(lang)) for point in points)],
        may_manage=may(actor, "consignment.manage"),
        choices=[
            each
            for each in (waiting.items if waiting else ())
            if each.consignment is None and each.stage in ("expected", "received")
        ],
        slip=await _slip(conn, actor, it),
        may_act=may(actor, "act.manage"),
        may_label=may(actor, "label.print"),
        may_run=may(actor, "event.record"),
        values={
            "occurred_at": now,
            "shown_at": now,
            "signed_on": now[:10],
            "side_signed_on": now[:10],
            **(typed or {}),
        },
        errors=errors or {},
    )


def _steps(lang: Lang, it: ConsignmentView) -> list[tuple[str, str, str]]:
    """The way of a consignment as (text, state, note)."""
    left = it.assets - it.gone
    reached = {
        "Planned": left > 0,
        "Dispatched": left > 0 and it.waiting == 0,
        "Delivered": left > 0 and it.waiting + it.on_the_way == 0,
        "Act drawn up": it.acts > 0,
        "Act signed": it.acts > 0 and it.unsigned_acts == 0 and it.status == "accepted",
    }
    notes = {"Dispatched": formats.day(lang, it.dispatched_at) if it.dispatched_at else ""}
    first_open = next((name for name, done in reached.items() if not done), None)
    return [
        (
            gettext(lang, name),
            "done" if done else "now" if name == first_open else "later",
            notes.get(name, "") if done else "",
        )
        for name, done in reached.items()
    ]


ROUTES = (
    list_consignments,
    show_consignment,
    dispatch,
    deliver,
    draw_up_act,
    print_act,
    sign_act,
    refile_act,
    record_signature,
    void_act,
)
