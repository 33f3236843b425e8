"""Loss cases: from what happened to the decision."""

from urllib.parse import urlencode
from uuid import UUID

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, URLEncodedBody
from litestar.response import Redirect
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker.access.actors import Actor
from asset_tracker.access.permissions import may
from asset_tracker.assets import guided, losses
from asset_tracker.assets.losses import STATUSES, CaseFacts, Closing
from asset_tracker.edge.who import AnyRequest, lang_of
from asset_tracker.errors import InvalidError, RefusedError
from asset_tracker.i18n import gettext
from asset_tracker.web import forms, history
from asset_tracker.web.chrome import Flash
from asset_tracker.web.event_fields import FORMS
from asset_tracker.web.pages import Instead, page, see_other, wrong_texts
from asset_tracker.web.undo_pages import undo_all_of
from asset_tracker.web.words import word


class FactsForm(msgspec.Struct, frozen=True):
    """What the desk knows besides, as typed."""

    report_number: str = ""
    donor_informed_on: str = ""


class NoteForm(msgspec.Struct, frozen=True):
    """What was found out, as typed."""

    text: str = ""


class ClosingForm(msgspec.Struct, frozen=True):
    """What was decided, as typed."""

    decision: str = ""
    reason: str = ""


@get("/losses")
async def list_cases(
    request: AnyRequest,
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    status: FromQuery[str] = "",
    after: FromQuery[str] = "",
) -> Response[str]:
    chosen = next((each for each in STATUSES if each == status), None)
    found = await losses.list_cases(conn, actor, status=chosen, after=after or None)
    kept = {"status": status} if chosen else {}
    lang = lang_of(request)
    return page(
        request,
        "losses/list.html",
        section="losses",
        block="results",
        cases=found.items,
        filters=kept,
        statuses=[(key, gettext(lang, word("case", key).text)) for key in STATUSES],
        next_href="/losses?" + urlencode({**kept, "after": found.next}) if found.next else None,
        first_href="/losses?" + urlencode(kept) if after else None,
    )


@get("/losses/{case_id:uuid}")
async def show_case(
    request: AnyRequest,
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    case_id: FromPath[UUID],
) -> Response[str]:
    return await _page(request, conn, actor, case_id)


@post("/losses/{case_id:uuid}", status_code=303)
async def tell(
    request: AnyRequest,
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    case_id: FromPath[UUID],
    data: URLEncodedBody[FactsForm],
) -> Redirect:
    try:
        facts = forms.read(CaseFacts, msgspec.structs.asdict(data))
        await losses.tell(conn, actor, case_id, facts)
    except InvalidError as wrong:
        raise await _instead(request, conn, actor, case_id, wrong, data) from wrong
    return _kept(request, case_id, "Saved.")


@post("/losses/{case_id:uuid}/notes", status_code=303)
async def add_note(
    request: AnyRequest,
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    case_id: FromPath[UUID],
    data: URLEncodedBody[NoteForm],
) -> Redirect:
    try:
        await losses.add_note(conn, actor, case_id, data.text)
    except InvalidError as wrong:
        raise await _instead(request, conn, actor, case_id, wrong, data) from wrong
    return _kept(request, case_id, "The note was saved.")


@post("/losses/{case_id:uuid}/close", status_code=303)
async def close(
    request: AnyRequest,
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    case_id: FromPath[UUID],
    data: URLEncodedBody[ClosingForm],
) -> Redirect:
    try:
        closing = forms.read(Closing, msgspec.structs.asdict(data))
        receipts = await losses.close(conn, actor, case_id, closing)
    except (InvalidError, RefusedError) as wrong:
        raise await _instead(request, conn, actor, case_id, wrong, data) from wrong
    slip = await undo_all_of(conn, actor, receipts)
    return _kept(request, case_id, "The loss case was closed.", undo=slip)


def _kept(request: AnyRequest, case_id: UUID, text: str, undo: str = "") -> Redirect:
    return see_other(request, f"/losses/{case_id}", Flash("good", text, undo=undo))


async def _instead(
    request: AnyRequest,
    conn: AsyncConnection,
    actor: Actor,
    case_id: UUID,
    wrong: InvalidError | RefusedError,
    data: msgspec.Struct,
) -> Instead:
    texts = wrong_texts(lang_of(request), wrong)
    return Instead(await _page(request, conn, actor, case_id, msgspec.structs.asdict(data), texts))


async def _page(
    request: AnyRequest,
    conn: AsyncConnection,
    actor: Actor,
    case_id: UUID,
    typed: dict[str, str] | None = None,
    errors: dict[str, str] | None = None,
) -> Response[str]:
    lang = lang_of(request)
    it = await losses.get_case(conn, actor, case_id)
    told = [(one, await history.entries(conn, lang, one.events)) for one in it.assets]
    known = {
        "report_number": it.row.report_number or "",
        "donor_informed_on": it.row.donor_informed_on.isoformat() if it.row.donor_informed_on else "",
    }
    decisions = next(field.options for field in FORMS["loss_closed"].fields if field.name == "decision")
    return page(
        request,
        "losses/show.html",
        section="losses",
        status=422 if errors else 200,
        case=it.row,
        told=told,
        steps=await guided.case_steps(conn, actor, lang, it),
        notes=it.notes,
        decisions=[(key, gettext(lang, text)) for key, text in decisions],
        decided=[gettext(lang, dict(decisions).get(key, key)) for key in it.row.decisions],
        may_manage=may(actor, "loss.manage"),
        values=known | (typed or {}),
        errors=errors or {},
    )


ROUTES = (list_cases, show_case, tell, add_note, close)
