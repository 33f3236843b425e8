"""A service point: what stands in it, what became of it, and taking its things along."""

from datetime import UTC, datetime
from uuid import UUID

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, URLEncodedBody
from litestar.response import Redirect
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker.access.actors import Actor
from asset_tracker.access.people import names_of
from asset_tracker.access.permissions import may, require
from asset_tracker.assets import points
from asset_tracker.edge.who import AnyRequest, lang_of
from asset_tracker.errors import FieldError, InvalidError
from asset_tracker.field.centre import list_links
from asset_tracker.i18n import gettext
from asset_tracker.mail.outbox import is_set_up
from asset_tracker.territory import queries, service
from asset_tracker.territory.points import CHANGES, POINT_KINDS, Change, NewServicePoint, PointChange
from asset_tracker.web import formats
from asset_tracker.web.chrome import Flash
from asset_tracker.web.pages import Instead, error_texts, page, see_other
from asset_tracker.web.towns import town_named
from asset_tracker.web.words import word


class ChangeForm(msgspec.Struct, frozen=True):
    """What became of a point, as typed. A municipality opens a point of the same name there."""

    change: str = ""
    occurred_at: str = ""
    reason: str = ""
    to_point: str = ""
    municipality: str = ""
    with_assets: str = ""


class AlongForm(msgspec.Struct, frozen=True):
    """Where what still stands here goes."""

    to_point: str = ""


@get(["/points/{point_id:uuid}", "/POINTS/{point_id:uuid}"])
async def show_point(
    request: AnyRequest,
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    point_id: FromPath[UUID],
) -> Response[str]:
    return await _page(request, conn, actor, point_id)


@post("/points/{point_id:uuid}/changes", status_code=303)
async def change_point(
    request: AnyRequest,
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    point_id: FromPath[UUID],
    data: URLEncodedBody[ChangeForm],
) -> Redirect:
    require(actor, "service_point.manage")
    try:
        told = await _told(conn, actor, point_id, data)
        await points.change_point(conn, actor, point_id, told, with_assets=bool(data.with_assets))
    except InvalidError as wrong:
        texts = error_texts(lang_of(request), wrong.errors)
        raise Instead(await _page(request, conn, actor, point_id, data, texts)) from wrong
    return see_other(
        request, f"/points/{point_id}", Flash("good", "What became of the service point was saved.")
    )


@post("/points/{point_id:uuid}/along", status_code=303)
async def move_along(
    request: AnyRequest,
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    point_id: FromPath[UUID],
    data: URLEncodedBody[AlongForm],
) -> Redirect:
    require(actor, "service_point.manage")
    await points.get_point(conn, actor, point_id)
    to_point = _uuid(data.to_point)
    if to_point is None:
        return see_other(request, f"/points/{point_id}", Flash("bad", "Choose a service point."))
    await points.move_along(conn, actor, point_id, to_point)
    return see_other(request, f"/points/{to_point}", Flash("good", "What was there is here now."))


async def _told(conn: AsyncConnection, actor: Actor, point_id: UUID, data: ChangeForm) -> PointChange:
    """The change that was typed; a municipality without a point gets one. Raises InvalidError."""
    errors = []
    change = next((each for each in CHANGES if each == data.change), None)
    if change is None:
        errors.append(FieldError("change", "Choose one of the answers."))
    at = None
    try:
        at = formats.from_local_input(data.occurred_at)
    except ValueError:
        errors.append(FieldError("occurred_at", "Choose a day and a time."))
    reason = data.reason.strip()
    if len(reason) > 2000 or "\x00" in reason:
        errors.append(FieldError("reason", "This is too long or has a wrong character."))
    if errors or change is None:
        raise InvalidError(errors=tuple(errors))
    to_point = await _destination(conn, actor, point_id, data) if change == "relocated" else None
    return PointChange(change=change, occurred_at=at, reason=reason or None, to_point=to_point)


async def _destination(conn: AsyncConnection, actor: Actor, point_id: UUID, data: ChangeForm) -> UUID | None:
    if data.to_point:
        return _uuid(data.to_point) or point_id  # refused as no other point by the service
    named = data.municipality.strip()[:120]
    if not named:
        return None
    code = await town_named(conn, named)
    old = await queries.get_service_point(conn, point_id)
    new = NewServicePoint(municipality_code=code, kind=old.kind, name_uk=old.name_uk, name_en=old.name_en)
    return (await service.create_service_point(conn, actor, new)).id


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        return None


async def _page(
    request: AnyRequest,
    conn: AsyncConnection,
    actor: Actor,
    point_id: UUID,
    typed: ChangeForm | None = None,
    errors: dict[str, str] | None = None,
) -> Response[str]:
    lang = lang_of(request)
    view = await points.get_point(conn, actor, point_id)
    named = {change.to_point for change in view.changes if change.to_point}
    others = await queries.list_service_points(conn, view.point.municipality_code)
    known = await queries.get_service_points(conn, named)
    options: dict[Change, str] = {key: word("point_change", key).text for key in CHANGES}
    offered = {point.id: point.name(lang) for point in (*others, *known.values()) if point.id != point_id}
    return page(
        request,
        "points/show.html",
        section="municipalities",
        status=422 if errors else 200,
        point=view.point,
        kind_text=POINT_KINDS[view.point.kind],
        municipality=await queries.find_municipality(conn, view.point.municipality_code),
        changes=view.changes,
        people=await names_of(conn, actor, {change.actor for change in view.changes}),
        destinations={key: each.name(lang) for key, each in known.items()},
        assets=view.assets,
        total=view.total,
        options=[(key, gettext(lang, text)) for key, text in options.items()],
        points=[(str(key), name) for key, name in offered.items()],
        may_change=may(actor, "service_point.manage"),
        may_print=may(actor, "label.print"),
        may_ask=may(actor, "verification.manage"),
        centre_links=await list_links(conn, actor, point_id) if may(actor, "verification.manage") else [],
        mail=is_set_up(request.app.state.settings),
        values=typed or ChangeForm(occurred_at=formats.local_input(datetime.now(UTC)), with_assets="yes"),
        errors=errors or {},
    )


ROUTES = (show_point, change_point, move_along)
