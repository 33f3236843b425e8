"""Verification campaigns: started, counted with a scanner or by typing, ended with a certificate."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, URLEncodedBody
from litestar.response import Redirect
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker import kyiv
from asset_tracker.access.actors import Actor
from asset_tracker.access.people import Counter, possible_counters
from asset_tracker.access.permissions import may, may_record, require
from asset_tracker.edge.who import AnyRequest, lang_of
from asset_tracker.errors import FieldError, InvalidError, RefusedError
from asset_tracker.i18n import gettext
from asset_tracker.ledger.ids import uuid7
from asset_tracker.ledger.tags import format_tag
from asset_tracker.ledger.values import CONDITIONS
from asset_tracker.programmes.queries import list_programmes
from asset_tracker.territory.queries import (
    find_municipality,
    get_service_points,
    list_service_points,
    municipality_index,
)
from asset_tracker.verifications import aftermath, certificate, guided, queries, service
from asset_tracker.verifications.count import REASONS, STATUSES, Finding
from asset_tracker.verifications.service import Member, NewCampaign, Scan
from asset_tracker.web import formats
from asset_tracker.web.chrome import Flash, Tone
from asset_tracker.web.pages import Instead, error_texts, page, see_other, wrong_texts
from asset_tracker.web.towns import unclear
from asset_tracker.web.words import FINDINGS, REASONS_TO_COUNT, word

# What wants looking at first stands first.
_ORDER: tuple[Finding, ...] = (
    "missing",
    "wrong_place",
    "unexpected",
    "by_custodian",
    "not_scanned",
    "found",
)


class CampaignForm(msgspec.Struct, frozen=True):
    """A new campaign as typed."""

    municipality: str = ""
    programme: str = ""
    service_point: str = ""
    reason: str = "annual"
    counter: str = ""
    commission: str = ""
    note: str = ""


# Of each finding so many at first; of one that is looked at by itself, so many on a page.
_AT_FIRST, _ON_A_PAGE = 20, 100


class Group(msgspec.Struct, frozen=True, kw_only=True):
    """Assets of one finding: so many of ``all`` as are shown, and the way to the others."""

    finding: Finding
    rows: Sequence[queries.Counted]
    all: int
    others: str | None = None


class ScanForm(msgspec.Struct, frozen=True):
    """One code as it was read or typed."""

    code: str = ""
    condition: str = ""


@get("/verifications")
async def list_campaigns(
    request: AnyRequest,
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    status: FromQuery[str] = "",
    after: FromQuery[UUID | None] = None,
) -> Response[str]:
    chosen = next((each for each in STATUSES if each == status), None)
    found = await queries.list_campaigns(conn, actor, status=chosen, after=after)
    kept = {"status": status} if chosen else {}
    return page(
        request,
        "verifications/list.html",
        section="verifications",
        block="results",
        campaigns=found.items,
        filters=kept,
        statuses=[(key, gettext(lang_of(request), word("campaign", key).text)) for key in STATUSES],
        may_start=may(actor, "verification.manage"),
        next_href="/verifications?" + urlencode({**kept, "after": str(found.next)}) if found.next else None,
        first_href="/verifications?" + urlencode(kept) if after else None,
    )


@get("/verifications/new")
async def new_campaign(
    request: AnyRequest,
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    municipality: FromQuery[str] = "",
) -> Response[str]:
    require(actor, "verification.manage")
    return await _form(request, conn, actor, CampaignForm(municipality=municipality[:120]), {})


@post("/verifications", status_code=303)
async def start(
    request: AnyRequest,
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    data: URLEncodedBody[CampaignForm],
) -> Redirect:
    require(actor, "verification.manage")
    try:
        made = await service.start(conn, actor, await _asked(conn, actor, data))
    except (InvalidError, RefusedError) as wrong:
        errors = wrong.errors if isinstance(wrong, InvalidError) else ()
        names = {error.field: error.field.partition("[")[0] for error in errors}
        texts = wrong_texts(lang_of(request), wrong, names)
        raise Instead(await _form(request, conn, actor, data, texts)) from wrong
    return see_other(request, f"/verifications/{made}", Flash("good", "The count has begun."))


@get("/verifications/{campaign_id:uuid}")
async def show_campaign(
    request: AnyRequest,
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    campaign_id: FromPath[UUID],
    finding: FromQuery[str] = "",
    skip: FromQuery[int] = 0,
) -> Response[str]:
    """``finding`` looks at one of them by itself, from the asset behind so many (``skip``) on."""
    return await show(request, conn, actor, campaign_id, finding=finding, skip=max(skip, 0))


@post("/verifications/{campaign_id:uuid}/scans", status_code=303)
async def scan(
    request: AnyRequest,
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    campaign_id: FromPath[UUID],
    data: URLEncodedBody[ScanForm],
) -> Redirect:
    """A hand scanner types and sends; the page comes back with what it was, ready for the next."""
    here = f"/verifications/{campaign_id}"
    code = data.code.strip()[:300].replace("\x00", "")
    if not code:
        return see_other(request, here)
    condition = next((each for each in CONDITIONS if each == data.condition), None)
    one = Scan(id=uuid7(), code=code, scanned_at=datetime.now(UTC), condition=condition)
    (told,) = await service.scan(conn, actor, campaign_id, [one])
    said = FINDINGS[told.outcome]
    lang = lang_of(request)
    thing = f"{formats.named(lang, told)} {format_tag(told.tag)}" if told.tag else code
    params = {"outcome": gettext(lang, said.text), "thing": thing}
    tone: Tone = "good" if said.tone == "good" else "bad" if said.tone == "bad" else "wait"
    return see_other(request, here, Flash(tone, "Scanned %(thing)s: %(outcome)s", params))


@post("/verifications/{campaign_id:uuid}/end", status_code=303)
async def end(
    request: AnyRequest,
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    campaign_id: FromPath[UUID],
) -> Redirect:
    await certificate.end(conn, actor, campaign_id)
    text = "The count has ended. Print the certificate and have it signed."
    return see_other(request, f"/verifications/{campaign_id}", Flash("good", text))


@post("/verifications/{campaign_id:uuid}/cancel", status_code=303)
async def cancel(
    request: AnyRequest,
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    campaign_id: FromPath[UUID],
) -> Redirect:
    await service.cancel(conn, actor, campaign_id)
    text = "The count was cancelled. What was scanned stays recorded."
    return see_other(request, f"/verifications/{campaign_id}", Flash("good", text))


@get("/verifications/{campaign_id:uuid}/certificate.pdf")
async def print_certificate(
    conn: NamedDependency[AsyncConnection], actor: NamedDependency[Actor], campaign_id: FromPath[UUID]
) -> Response[bytes]:
    number, pdf = await certificate.certificate_pdf(conn, actor, campaign_id)
    headers = {"Content-Disposition": f'inline; filename="{number}.pdf"'}
    return Response(pdf, media_type="application/pdf", headers=headers)


async def _asked(conn: AsyncConnection, actor: Actor, data: CampaignForm) -> NewCampaign:
    """The campaign that was typed. Raises InvalidError with every mistake."""
    errors = []
    match = (await municipality_index(conn)).find(data.municipality.strip()[:120])
    if match.one is None:
        errors.append(unclear(match))
    ids: dict[str, UUID | None] = {}
    for name in ("programme", "counter", "service_point"):
        text = getattr(data, name)
        ids[name] = _uuid(text)
        if ids[name] is None and (text or name != "service_point"):
            errors.append(FieldError(name, "Choose one of the answers."))
    reason = next((each for each in REASONS if each == data.reason), None)
    if reason is None:
        errors.append(FieldError("reason", "Choose one of the answers."))
    note = data.note.strip()
    if len(note) > 4000 or "\x00" in note:
        errors.append(FieldError("note", "This is too long or has a wrong character."))
    code = match.one.code if match.one else None
    commission, wrong = members_typed(data.commission, await possible_counters(conn, actor, code))
    errors += wrong
    if errors or match.one is None or reason is None or not ids["programme"] or not ids["counter"]:
        raise InvalidError(errors=tuple(errors))
    return NewCampaign(
        programmes=(ids["programme"],),
        municipality=match.one.code,
        service_point=ids["service_point"],
        counter=ids["counter"],
        commission=commission,
        reason=reason,
        note=note or None,
    )


def members_typed(typed: str, accounts: Sequence[Counter]) -> tuple[tuple[Member, ...], list[FieldError]]:
    """The commission, one a line: a name and, after a comma, a position; and what is wrong with it.

    A name that one account bears is that account, which may then scan.
    """
    members = []
    for line in filter(None, map(str.strip, typed.splitlines())):
        name, _, position = (part.strip() for part in line.partition(","))
        if not name or max(len(name), len(position)) > 200 or "\x00" in line:
            return (), [FieldError("commission", "This is too long or has a wrong character.")]
        same = [each.id for each in accounts if each.name.casefold() == name.casefold()]
        who: dict[str, Any] = {"user": same[0]} if len(same) == 1 else {"name": name}
        members.append(Member(**who, position=position or None))
    if len(members) > 12:
        return (), [FieldError("commission", "At most 12 people are expected.")]
    return tuple(members), []


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        return None


async def _form(
    request: AnyRequest,
    conn: AsyncConnection,
    actor: Actor,
    data: CampaignForm,
    errors: dict[str, str],
) -> Response[str]:
    lang = lang_of(request)
    known, told = None, errors
    if data.municipality:
        match = (await municipality_index(conn)).find(data.municipality.strip()[:120])
        known = match.one
        told = errors if known else error_texts(lang, (unclear(match),)) | errors
    points = await list_service_points(conn, known.code) if known else ()
    counters = await possible_counters(conn, actor, known.code if known else None)
    return page(
        request,
        "verifications/new.html",
        section="verifications",
        status=422 if errors else 200,
        values=data,
        errors=told,
        municipality=known,
        programmes=[
            (str(p.id), f"{p.code} {formats.named(lang, p)}") for p in await list_programmes(conn, actor)
        ],
        points=[(str(point.id), point.name(lang)) for point in points],
        reasons=[(key, gettext(lang, each.text)) for key, each in REASONS_TO_COUNT.items()],
        counters=[(str(each.id), each.name) for each in counters],
    )


async def show(
    request: AnyRequest,
    conn: AsyncConnection,
    actor: Actor,
    campaign_id: UUID,
    typed: Mapping[str, str] | None = None,
    errors: Mapping[str, str] | None = None,
    *,
    finding: str = "",
    skip: int = 0,
) -> Response[str]:
    """The page of a campaign, perhaps with what was typed and what is wrong with it."""
    lang = lang_of(request)
    it = await queries.get_campaign(conn, actor, campaign_id)
    found = await queries.results(conn, actor, campaign_id)
    groups = groups_of(found.assets, f"/verifications/{campaign_id}", finding, skip)
    shown = [each for group in groups for each in group.rows]
    places = {point for each in shown for point in (each.seen_at, each.expected_at) if point}
    known = await get_service_points(conn, places)
    missing = await aftermath.missing_of(conn, it, found)
    not_found = gettext(lang, "Not found in the count %(number)s.", number=it.number)
    today = kyiv.today().isoformat()
    return page(
        request,
        "verifications/show.html",
        section="verifications",
        status=422 if errors else 200,
        campaign=it,
        steps=await guided.campaign_steps(conn, actor, lang, it, found, missing),
        unexplained=len(missing.unexplained),
        municipality=await find_municipality(conn, it.municipality),
        tally=found.tally,
        groups=groups,
        whole=f"/verifications/{campaign_id}" if finding or skip else None,
        unknown=found.unknown,
        points={key: point.name(lang) for key, point in known.items()},
        conditions=[("", "—")] + [(key, gettext(lang, word("condition", key).text)) for key in CONDITIONS],
        may_manage=may(actor, "verification.manage"),
        may_scan=may_record(actor, "verified"),
        may_see_signed=may(actor, "people.read"),
        values={"circumstances": not_found, "signed_on": today, **(typed or {})},
        errors=errors or {},
    )


def groups_of(counted: Sequence[queries.Counted], here: str, chosen: str, skip: int) -> list[Group]:
    """What is shown of the assets; ``chosen``: the finding that is looked at by itself."""
    made = []
    for finding in _ORDER:
        rows = [each for each in counted if each.finding == finding]
        if not rows or (chosen in _ORDER and chosen != finding):
            continue
        first, last = (skip, skip + _ON_A_PAGE) if chosen == finding else (0, _AT_FIRST)
        behind = last if chosen == finding else 0
        others = f"{here}?{urlencode({'finding': finding, 'skip': behind})}#{finding}"
        shown = Group(finding=finding, rows=rows[first:last], all=len(rows), others=others)
        made.append(shown if len(rows) > last else msgspec.structs.replace(shown, others=None))
    return made


ROUTES = (list_campaigns, new_campaign, start, show_campaign, scan, end, cancel, print_certificate)
