"""Run sheets: printed, and entered afterwards by scanning them."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromQuery, URLEncodedBody
from litestar.response import Redirect
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker.access.actors import Actor
from asset_tracker.edge import run_sheets
from asset_tracker.edge.who import AnyRequest, lang_of
from asset_tracker.errors import FieldError, InvalidError
from asset_tracker.field import entering
from asset_tracker.field.entering import Entry, Preview
from asset_tracker.field.run_sheet import Subject, look_up
from asset_tracker.field.ticks import ON_SHEET, TICKS
from asset_tracker.i18n import gettext
from asset_tracker.ledger.ids import uuid7
from asset_tracker.territory.queries import list_service_points
from asset_tracker.web import formats
from asset_tracker.web.chrome import Flash
from asset_tracker.web.forms import read_id, read_number
from asset_tracker.web.pages import Instead, error_texts, page, see_other

UNITS = (("km", "km"), ("hours", "hours"), ("pages", "pages"))


class SheetForm(msgspec.Struct, frozen=True):
    """A sheet as it is typed and scanned in."""

    consignment: str = ""
    municipality: str = ""
    verification: str = ""
    scans: str = ""
    first: str = ""
    occurred_at: str = ""
    who: str = ""
    told: str = ""
    service_point: str = ""
    unit: str = "km"
    operation: str = ""


@get("/run-sheets.pdf")
async def print_sheet(
    request: AnyRequest,
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    consignment: FromQuery[UUID | None] = None,
    municipality: FromQuery[str | None] = None,
    verification: FromQuery[UUID | None] = None,
) -> Response[bytes]:
    subject = Subject(consignment=consignment, municipality=municipality, verification=verification)
    return await run_sheets.answer(request, conn, actor, subject, "inline")


@get("/run-sheets/enter")
async def enter(
    request: AnyRequest, conn: NamedDependency[AsyncConnection], actor: NamedDependency[Actor]
) -> Response[str]:
    asked = {
        name: request.query_params.get(name, "") for name in ("consignment", "municipality", "verification")
    }
    return await _page(request, conn, actor, SheetForm(**asked), {})


@post("/run-sheets/preview", status_code=200)
async def preview(
    request: AnyRequest,
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    data: URLEncodedBody[SheetForm],
) -> Response[str]:
    return await _page(request, conn, actor, data, {}, await _previewed(request, conn, actor, data))


@post("/run-sheets/record", status_code=303)
async def record(
    request: AnyRequest,
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    data: URLEncodedBody[SheetForm],
) -> Redirect:
    await _previewed(request, conn, actor, data)
    outcomes = [each.outcome for each in await entering.record(conn, actor, _entry(request, data))]
    recorded = str(outcomes.count("recorded") + outcomes.count("duplicate"))
    subject = _subject(data)
    to = {
        "consignment": f"/consignments/{subject.consignment}",
        "municipality": f"/municipalities/{subject.municipality}",
        "verification": f"/verifications/{subject.verification}",
    }[subject.kind]
    if aside := len(outcomes) - int(recorded):
        params = {"n": recorded, "aside": str(aside)}
        return see_other(
            request, to, Flash("wait", "Facts recorded: %(n)s. Not recorded: %(aside)s.", params)
        )
    return see_other(request, to, Flash("good", "Facts recorded: %(n)s.", {"n": recorded}))


async def _previewed(request: AnyRequest, conn: AsyncConnection, actor: Actor, data: SheetForm) -> Preview:
    try:
        return await entering.preview(conn, actor, _entry(request, data))
    except InvalidError as wrong:
        texts = error_texts(lang_of(request), wrong.errors)
        raise Instead(await _page(request, conn, actor, data, texts)) from wrong


def _subject(data: SheetForm) -> Subject:
    return Subject(
        consignment=read_id(data.consignment, "consignment"),
        municipality=data.municipality[:40] or None,
        verification=read_id(data.verification, "verification"),
    )


def _entry(request: AnyRequest, data: SheetForm) -> Entry:
    """The entry that was typed. Raises InvalidError with every mistake."""
    errors = []
    at = datetime.now(UTC)
    try:
        at = formats.from_local_input(data.occurred_at)
    except ValueError:
        errors.append(FieldError("occurred_at", "Choose a day and a time."))
    if at > datetime.now(UTC):
        errors.append(FieldError("occurred_at", "This is in the future."))
    who = data.who.strip()
    if not who or len(who) > 200 or "\x00" in who:
        errors.append(FieldError("who", "Please fill this in."))
    if len(data.told) > 4000 or "\x00" in data.told + data.scans:
        errors.append(FieldError("told", "This is too long or has a wrong character."))
    first = read_number(data.first)
    if first not in TICKS:
        errors.append(FieldError("first", "Choose one of the answers."))
    if data.unit not in dict(UNITS):
        errors.append(FieldError("unit", "Choose one of the answers."))
    operation = read_id(data.operation, "operation")
    point = read_id(data.service_point, "service_point")
    subject = _subject(data)
    if errors or first is None:
        raise InvalidError(errors=tuple(errors))
    note = gettext(lang_of(request), "From a paper sheet; done by %(who)s", who=who)
    return Entry(
        subject=subject,
        scans=data.scans,
        first=first,
        occurred_at=at,
        who=note,
        told=data.told,
        service_point=point,
        unit=data.unit,
        operation=operation or uuid7(),
    )


async def _page(
    request: AnyRequest,
    conn: AsyncConnection,
    actor: Actor,
    data: SheetForm,
    errors: dict[str, str],
    shown: Preview | None = None,
) -> Response[str]:
    lang = lang_of(request)
    about = await look_up(conn, actor, _subject(data))
    ticks = [TICKS[number] for number in ON_SHEET[about.subject.kind]]
    others = [tick for tick in TICKS.values() if tick not in ticks]
    points = await list_service_points(conn, about.municipality_code)
    values: dict[str, Any] = msgspec.structs.asdict(data)
    values["first"] = data.first or str(ticks[0].number)
    values["operation"] = data.operation or str(uuid7())
    return page(
        request,
        "run_sheets/enter.html",
        section={"consignment": "consignments", "verification": "verifications"}.get(
            about.subject.kind, "municipalities"
        ),
        status=422 if errors else 200,
        about=about,
        values=values,
        errors=errors,
        ticks=[(str(tick.number), f"{tick.code} {tick.name.of(lang)}") for tick in (*ticks, *others)],
        points=[("", "—")] + [(str(point.id), point.name(lang)) for point in points],
        units=[(key, gettext(lang, text)) for key, text in UNITS],
        shown=shown,
        taken=sum(each.taken for each in shown.lines) if shown else 0,
    )


ROUTES = (print_sheet, enter, preview, record)
