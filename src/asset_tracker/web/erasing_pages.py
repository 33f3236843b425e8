"""Forgetting a person: their account, and where else they are named. For administrators, who prove who they are."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, URLEncodedBody
from litestar.response import Redirect
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker.access import granting, proving, records, users
from asset_tracker.access.actors import Actor
from asset_tracker.access.granting import Account
from asset_tracker.access.permissions import require
from asset_tracker.assets.queries import tags_of
from asset_tracker.edge.who import AnyRequest, lang_of, require_session
from asset_tracker.errors import ConflictError, FieldError, InvalidError
from asset_tracker.i18n import gettext, ngettext
from asset_tracker.verifications import forgetting
from asset_tracker.verifications.forgetting import Named
from asset_tracker.web.chrome import Flash
from asset_tracker.web.forms import read_id
from asset_tracker.web.pages import Instead, error_texts, page, see_other
from asset_tracker.web.reveal_pages import FIELDS
from asset_tracker.web.session_pages import whence_of

_SHOWN = 200


class EraseForm(msgspec.Struct, frozen=True):
    """What somebody types who is about to erase a person."""

    name: str = ""
    typed: str = ""
    reason: str = ""
    password: str = ""
    code: str = ""


@get("/people/{user_id:uuid}/erase")
async def ask(
    request: AnyRequest,
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    user_id: FromPath[UUID],
) -> Response[str]:
    return await _account(request, conn, actor, await _open(conn, actor, user_id), EraseForm(), {})


@post("/people/{user_id:uuid}/erase", status_code=303)
async def erase(
    request: AnyRequest,
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    user_id: FromPath[UUID],
    data: URLEncodedBody[EraseForm],
) -> Redirect | Response[str]:
    account = await _open(conn, actor, user_id)
    wrong = await _wrong(request, conn, actor, data, account.email)
    if wrong:
        return await _account(request, conn, actor, account, data, wrong)
    reason = records.check_reason(data.reason)
    await users.erase_user(conn, actor, user_id, request.app.state.settings, reason)
    return see_other(request, "/people", Flash("good", "The person was erased. What they recorded stays."))


@get("/people/erase")
async def ask_for_name(
    request: AnyRequest,
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    person: FromQuery[str] = "",
) -> Response[str]:
    """The name may be that of an account: an address never bears one."""
    require(actor, "user.manage")
    user = read_id(person, "person")
    name = (await granting.get_account(conn, actor, user)).name if user else ""
    return await _names(request, conn, actor, EraseForm(name=name), {}, None)


@post("/people/erase/find", status_code=200)
async def find(
    request: AnyRequest,
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    data: URLEncodedBody[EraseForm],
) -> Response[str]:
    """Show what would be erased; that it was looked at, and why, is written down."""
    require(actor, "user.manage")
    require_session(request)
    try:
        reason = records.check_reason(data.reason)
        found = await forgetting.find_named(conn, actor, data.name)
    except InvalidError as wrong:
        texts = error_texts(lang_of(request), wrong.errors)
        raise Instead(await _names(request, conn, actor, data, texts, None)) from wrong
    await records.record(conn, actor, "revealed", f"{found.count} values", reason)
    return await _names(request, conn, actor, data, {}, found)


@post("/people/erase", status_code=303)
async def erase_name(
    request: AnyRequest,
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    data: URLEncodedBody[EraseForm],
) -> Redirect | Response[str]:
    require(actor, "user.manage")
    wrong = await _wrong(request, conn, actor, data, " ".join(data.name.split()))
    if wrong:
        found = await forgetting.find_named(conn, actor, data.name)
        return await _names(request, conn, actor, data, wrong, found)
    many = await forgetting.forget_named(conn, actor, data.name, records.check_reason(data.reason))
    told = ngettext(
        lang_of(request), "%(n)s value was erased for good.", "%(n)s values were erased for good.", many
    )
    return see_other(request, "/people", Flash("good", told))


async def _open(conn: AsyncConnection, actor: Actor, user_id: UUID) -> Account:
    """The account, if it can be erased. Raises NotFoundError, ConflictError for oneself or one that was."""
    account = await granting.get_account(conn, actor, user_id)
    if account.erased:
        raise ConflictError("This person has already been erased.")
    if user_id == actor.id:
        raise ConflictError("Another administrator must do this: you would lock yourself out.")
    return account


async def _wrong(
    request: AnyRequest, conn: AsyncConnection, actor: Actor, data: EraseForm, typed: str
) -> dict[str, str]:
    """What is wrong with what was typed. Answered, not raised: wrong passwords must stay counted."""
    errors: list[FieldError] = []
    session = require_session(request)
    if " ".join(data.typed.split()).casefold() != typed.casefold():
        errors.append(FieldError("typed", "The two are not the same."))
    try:
        records.check_reason(data.reason)
    except InvalidError as wrong:
        errors += wrong.errors
    if not errors:
        secret = request.app.state.settings.secret_key or ""
        email = str(await users.email_of(conn, actor.id))
        given = proving.Proof(
            session=session,
            whence=whence_of(request, email),
            password=data.password[:200],
            code=data.code[:40],
        )
        errors += await proving.problems(conn, secret, actor, given)
    return error_texts(lang_of(request), errors)


async def _account(
    request: AnyRequest,
    conn: AsyncConnection,
    actor: Actor,
    account: Account,
    data: EraseForm,
    errors: Mapping[str, str],
) -> Response[str]:
    return await _page(request, conn, actor, "people/erase.html", data, errors, person=account)


async def _names(
    request: AnyRequest,
    conn: AsyncConnection,
    actor: Actor,
    data: EraseForm,
    errors: Mapping[str, str],
    found: Named | None,
) -> Response[str]:
    shown = found.events[:_SHOWN] if found else []
    tags = await tags_of(conn, list({each.asset for each in shown}))
    more = {"found": found, "shown": shown, "tags": tags}
    return await _page(request, conn, actor, "people/erase_name.html", data, errors, **more)


async def _page(
    request: AnyRequest,
    conn: AsyncConnection,
    actor: Actor,
    template: str,
    data: EraseForm,
    errors: Mapping[str, str],
    **context: Any,
) -> Response[str]:
    return page(
        request,
        template,
        section="people",
        status=422 if errors else 200,
        values=data,
        errors=errors,
        asks=await proving.needed(conn, actor),
        fields={name: gettext(lang_of(request), text) for name, text in FIELDS.items()},
        **context,
    )


ROUTES = (ask, erase, ask_for_name, find, erase_name)
