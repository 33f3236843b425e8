"""People: who may log in, with which role and reach. For administrators."""

from typing import Annotated, Protocol
from urllib.parse import urlencode
from uuid import UUID

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, URLEncodedBody
from litestar.response import Redirect
from msgspec import Meta
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker.access import links, second_factor, users
from asset_tracker.access.actors import ROLES, Actor, Grant
from asset_tracker.access.permissions import require
from asset_tracker.edge.who import AnyRequest, lang_of, require_session
from asset_tracker.errors import ConflictError, FieldError, InvalidError
from asset_tracker.i18n import Lang, gettext
from asset_tracker.programmes import queries as programmes
from asset_tracker.web import formats
from asset_tracker.web.chrome import Flash
from asset_tracker.web.formats import named
from asset_tracker.web.forms import read_id
from asset_tracker.web.pages import Instead, error_texts, page, see_other
from asset_tracker.web.towns import town_named
from asset_tracker.web.words import word


class PersonForm(msgspec.Struct, frozen=True):
    """A new account as typed: every answer text, most of them depending on the role."""

    name: str = ""
    email: str = ""
    password: str = ""
    lang: str = "uk"
    role: str = ""
    programme: str = ""
    area: str = ""
    donor: str = ""


class RoleForm(Protocol):
    """What a form says of a role."""

    @property
    def role(self) -> str: ...
    @property
    def programme(self) -> str: ...
    @property
    def area(self) -> str: ...
    @property
    def donor(self) -> str: ...


class ReasonForm(msgspec.Struct, frozen=True):
    """Why something is done."""

    reason: str = ""


@get("/people")
async def list_people(
    request: AnyRequest,
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    q: FromQuery[Annotated[str, Meta(max_length=120)]] = "",
    after: FromQuery[UUID | None] = None,
) -> Response[str]:
    found = await users.list_users(conn, actor, q=q.strip(), after=after)
    narrowed = {"q": q.strip()} if q.strip() else {}
    return page(
        request,
        "people/list.html",
        section="people",
        block="results",
        users=found.items,
        q=q.strip(),
        next_href=f"/people?{urlencode({**narrowed, 'after': found.next})}" if found.next else None,
        first_href=("/people?" + urlencode(narrowed)).rstrip("?") if after else None,
    )


@get("/people/new")
async def new_person(
    request: AnyRequest, conn: NamedDependency[AsyncConnection], actor: NamedDependency[Actor]
) -> Response[str]:
    require(actor, "user.manage")
    return await _form(request, conn, actor, PersonForm(), {})


@post("/people", status_code=303)
async def add_person(
    request: AnyRequest,
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    data: URLEncodedBody[PersonForm],
) -> Redirect | Response[str]:
    require(actor, "user.manage")
    require_session(request)
    try:
        made = await users.add_user(
            conn,
            actor,
            email=data.email,
            name=data.name,
            password=data.password or None,
            grants=(await read_grant(conn, data),),
            lang="en" if data.lang == "en" else "uk",
        )
    except InvalidError as wrong:
        texts = error_texts(lang_of(request), wrong.errors, {"grants[0]": "role"})
        raise Instead(await _form(request, conn, actor, data, texts)) from wrong
    except ConflictError as taken:
        texts = {"email": gettext(lang_of(request), taken.message, **taken.params)}
        raise Instead(await _form(request, conn, actor, data, texts)) from taken
    if not data.password:
        return await _link(request, conn, actor, made)
    return see_other(request, "/people", Flash("good", "The account was made."))


@post("/people/{user_id:uuid}/link", status_code=200)
async def make_link(
    request: AnyRequest,
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    user_id: FromPath[UUID],
) -> Response[str]:
    require_session(request)
    return await _link(request, conn, actor, user_id)


@post("/people/{user_id:uuid}/second-factor/remove", status_code=303)
async def remove_second_factor(
    request: AnyRequest,
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    user_id: FromPath[UUID],
    data: URLEncodedBody[ReasonForm],
) -> Redirect:
    require_session(request)
    await second_factor.remove(conn, actor, user_id, data.reason)
    return see_other(request, "/people", Flash("good", "The second factor was removed."))


@post("/people/{user_id:uuid}/disable", status_code=303)
async def shut_account(
    request: AnyRequest,
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    user_id: FromPath[UUID],
) -> Redirect:
    await users.disable_user(conn, actor, user_id)
    return see_other(request, "/people", Flash("good", "The account was closed."))


@post("/people/{user_id:uuid}/reopen", status_code=303)
async def reopen_account(
    request: AnyRequest,
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    user_id: FromPath[UUID],
) -> Redirect:
    await users.reopen_user(conn, actor, user_id)
    told = "The account is open again. Hand over a link to a new password: the old one no longer works."
    return see_other(request, f"/people/{user_id}", Flash("good", told))


async def _link(request: AnyRequest, conn: AsyncConnection, actor: Actor, user: UUID) -> Response[str]:
    """Answered as a page, not a redirect: the link is shown this once and stands in no cookie."""
    settings = request.app.state.settings
    made = await links.make_link(conn, actor, user, settings)
    address = f"{settings.base_url.rstrip('/')}/password/{made.token}"
    when = formats.moment(lang_of(request), made.expires_at)
    return page(request, "people/link.html", section="people", link=made, address=address, when=when)


async def read_grant(conn: AsyncConnection, data: RoleForm) -> Grant:
    """The grant that was chosen; a municipality may be named or coded. Raises InvalidError."""
    role = next((role for role in ROLES if role == data.role), None)
    if role is None:
        raise InvalidError(errors=(FieldError("role", "Choose one of the answers."),))
    return Grant(
        role=role,
        programme=read_id(data.programme, "programme") if role in ("coordinator", "technician") else None,
        donor=read_id(data.donor, "donor") if role == "donor" else None,
        area=await _area(conn, data.area) if role in ("technician", "custodian") else None,
    )


async def _area(conn: AsyncConnection, text: str) -> str | None:
    """A municipality's code, or the beginning of codes (``UA18``); None for nothing typed."""
    wanted = text.strip()
    if not wanted:
        return None
    if wanted.upper().startswith("UA") and wanted[2:].isdigit():
        return wanted.upper()
    return await town_named(conn, wanted, "area")


async def _form(
    request: AnyRequest, conn: AsyncConnection, actor: Actor, data: PersonForm, errors: dict[str, str]
) -> Response[str]:
    lang: Lang = lang_of(request)
    known = await programmes.list_programmes(conn, actor)
    donors = await programmes.list_parties(conn, actor, "donor")
    return page(
        request,
        "people/new.html",
        section="people",
        status=422 if errors else 200,
        values=data,
        errors=errors,
        roles=[(role, gettext(lang, word("role", role).text)) for role in ROLES],
        programmes=[(str(p.id), f"{p.code} {named(lang, p)}") for p in known],
        donors=[(str(p.id), named(lang, p)) for p in donors],
    )


ROUTES = (list_people, new_person, add_person, make_link, remove_second_factor, shut_account, reopen_account)
