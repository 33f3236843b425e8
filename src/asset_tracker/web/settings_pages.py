"""Making a party, a programme, a support activity."""

from decimal import Decimal
from typing import Any
from uuid import UUID

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker.access.actors import Actor
from asset_tracker.access.permissions import require
from asset_tracker.edge.who import AnyRequest, lang_of
from asset_tracker.errors import ConflictError, FieldError, InvalidError
from asset_tracker.i18n import Lang, gettext
from asset_tracker.ledger.values import Share
from asset_tracker.programmes import queries, service
from asset_tracker.programmes.queries import ProgrammeView
from asset_tracker.programmes.service import NewActivity, NewParty, NewProgramme
from asset_tracker.programmes.words import ACTIVITY_KINDS, LEGAL_REGIMES, PARTY_KINDS, TITLE_RULES
from asset_tracker.web.chrome import Flash
from asset_tracker.web.event_forms import CURRENCIES
from asset_tracker.web.formats import named
from asset_tracker.web.forms import answers_of, read, read_money
from asset_tracker.web.pages import Instead, error_texts, page, see_other
from asset_tracker.web.towns import read_with_town
from asset_tracker.web.words import word

DONORS = 4  # as many rows as the form has


@get("/parties/new")
async def new_party(request: AnyRequest, actor: NamedDependency[Actor]) -> Response[str]:
    require(actor, "programme.manage")
    return party_form(request, {"kind": "donor"})


@post("/parties", status_code=303)
async def add_party(
    request: AnyRequest, conn: NamedDependency[AsyncConnection], actor: NamedDependency[Actor]
) -> Redirect:
    given = await answers_of(request)
    try:
        await service.add_party(conn, actor, await read_with_town(conn, NewParty, given))
    except InvalidError as wrong:
        texts = error_texts(lang_of(request), wrong.errors)
        raise Instead(party_form(request, given, texts)) from wrong
    except ConflictError as taken:
        texts = {"edrpou": gettext(lang_of(request), taken.message)}
        raise Instead(party_form(request, given, texts)) from taken
    return see_other(request, "/parties", Flash("good", "The party was added."))


@get("/programmes/new")
async def new_programme(
    request: AnyRequest, conn: NamedDependency[AsyncConnection], actor: NamedDependency[Actor]
) -> Response[str]:
    service.require_to_add(actor)
    given = {"currency": "UAH", "legal_regime": "technical_assistance", "title_passes": "on_acceptance"}
    return await programme_form(request, conn, actor, given)


@post("/programmes", status_code=303)
async def add_programme(
    request: AnyRequest, conn: NamedDependency[AsyncConnection], actor: NamedDependency[Actor]
) -> Redirect:
    given = await answers_of(request)
    try:
        new = read(NewProgramme, {**given, "code": given.get("code", "").upper(), "shares": shares_of(given)})
        made = await service.add_programme(conn, actor, new)
    except InvalidError as wrong:
        texts = error_texts(lang_of(request), wrong.errors)
        raise Instead(await programme_form(request, conn, actor, given, texts)) from wrong
    except ConflictError as taken:
        texts = {"code": gettext(lang_of(request), taken.message)}
        raise Instead(await programme_form(request, conn, actor, given, texts)) from taken
    return see_other(request, f"/programmes/{made}", Flash("good", "The programme was added."))


@get("/programmes/{programme_id:uuid}/activities/new")
async def new_activity(
    request: AnyRequest,
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    programme_id: FromPath[UUID],
) -> Response[str]:
    require(actor, "programme.manage")
    return await _activity_form(request, conn, actor, programme_id, {"kind": "training"})


@post("/programmes/{programme_id:uuid}/activities", status_code=303)
async def add_activity(
    request: AnyRequest,
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    programme_id: FromPath[UUID],
) -> Redirect:
    require(actor, "programme.manage")
    await queries.get_programme(conn, actor, programme_id)
    given = await answers_of(request)
    try:
        ends_on = given.get("ends_on") or given.get("starts_on")
        asked = {**given, "programme": programme_id, "ends_on": ends_on}
        new = await read_with_town(conn, NewActivity, asked)
        await service.record_activity(conn, actor, new)
    except InvalidError as wrong:
        texts = error_texts(lang_of(request), wrong.errors)
        raise Instead(await _activity_form(request, conn, actor, programme_id, given, texts)) from wrong
    return see_other(request, f"/programmes/{programme_id}", Flash("good", "The activity was recorded."))


def shares_of(given: dict[str, str]) -> tuple[Share, ...]:
    """The donors and their percentages, from rows of the form; one donor alone pays everything."""
    rows = [(given.get(f"donor_{n}", ""), given.get(f"percent_{n}", "").strip()) for n in range(DONORS)]
    chosen = [(donor, percent) for donor, percent in rows if donor]
    if len(chosen) == 1 and not chosen[0][1]:
        chosen = [(chosen[0][0], "100")]
    try:
        return tuple(Share(UUID(donor), _percent(percent)) for donor, percent in chosen)
    except ValueError as error:
        raise InvalidError(errors=(FieldError("shares", "This is not what is expected here."),)) from error


def _percent(text: str) -> Decimal:
    amount = read_money(text.replace("%", ""))
    if amount is None:
        raise InvalidError(errors=(FieldError("shares", "Write what per cent each donor pays."),))
    return amount


def _words(lang: Lang, family: str, keys: tuple[str, ...]) -> list[tuple[str, str]]:
    return [(key, gettext(lang, word(family, key).text)) for key in keys]


def party_form(
    request: AnyRequest,
    given: dict[str, Any],
    errors: dict[str, str] | None = None,
    party_id: UUID | None = None,
) -> Response[str]:
    """The form of a party: of a new one, or of one that is changed."""
    return page(
        request,
        "programmes/new_party.html",
        section="parties",
        status=422 if errors else 200,
        values=given,
        errors=errors or {},
        kinds=_words(lang_of(request), "party", PARTY_KINDS),
        currencies=[("", ""), *((code, code) for code in CURRENCIES)],
        action=f"/parties/{party_id}" if party_id else "/parties",
        changes=party_id is not None,
    )


async def programme_form(
    request: AnyRequest,
    conn: AsyncConnection,
    actor: Actor,
    given: dict[str, Any],
    errors: dict[str, str] | None = None,
    changed: ProgrammeView | None = None,
) -> Response[str]:
    """The form of a programme: of a new one, or of one that is changed."""
    lang = lang_of(request)
    parties = await queries.list_parties(conn, actor)
    return page(
        request,
        "programmes/new_programme.html",
        section="programmes",
        status=422 if errors else 200,
        values=given,
        errors=errors or {},
        implementers=[(str(p.id), named(lang, p)) for p in parties if p.kind == "implementer"],
        donors=[(str(p.id), named(lang, p)) for p in parties if p.kind == "donor"],
        rows=range(DONORS),
        currencies=[(code, code) for code in CURRENCIES],
        regimes=_words(lang, "regime", LEGAL_REGIMES),
        rules=_words(lang, "title_rule", TITLE_RULES),
        action=f"/programmes/{changed.id}/edit" if changed else "/programmes",
        changed=changed,
    )


async def _activity_form(
    request: AnyRequest,
    conn: AsyncConnection,
    actor: Actor,
    programme_id: UUID,
    given: dict[str, Any],
    errors: dict[str, str] | None = None,
) -> Response[str]:
    return page(
        request,
        "programmes/new_activity.html",
        section="programmes",
        status=422 if errors else 200,
        values=given,
        errors=errors or {},
        programme=await queries.get_programme(conn, actor, programme_id),
        kinds=_words(lang_of(request), "activity", ACTIVITY_KINDS),
    )


ROUTES = (new_party, add_party, new_programme, add_programme, new_activity, add_activity)
