"""How the system works, for administrators: the mail server and the keys of the journal."""

from urllib.parse import urlsplit

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.response import Redirect
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker.access import records, users
from asset_tracker.access.actors import Actor
from asset_tracker.access.permissions import require
from asset_tracker.db.wall import as_system
from asset_tracker.edge.who import AnyRequest, lang_of, require_session
from asset_tracker.errors import ConflictError
from asset_tracker.i18n import gettext
from asset_tracker.ledger import checkpoints, keys
from asset_tracker.mail import trying
from asset_tracker.mail.trying import MailTroubleError
from asset_tracker.settings import Settings
from asset_tracker.web.chrome import Flash
from asset_tracker.web.pages import Instead, page, see_other


@get("/settings/mail")
async def show_mail(
    request: AnyRequest, conn: NamedDependency[AsyncConnection], actor: NamedDependency[Actor]
) -> Response[str]:
    require(actor, "settings.manage")
    return await _mail(request, conn, actor)


@post("/settings/mail/try", status_code=303)
async def try_mail(
    request: AnyRequest, conn: NamedDependency[AsyncConnection], actor: NamedDependency[Actor]
) -> Redirect:
    """Waits for the mail server, so that what it says can be shown."""
    require(actor, "settings.manage")
    require_session(request)
    to = await users.email_of(conn, actor.id)
    try:
        await trying.try_mail(request.app.state.settings, to, lang_of(request))
    except MailTroubleError as trouble:
        told = gettext(lang_of(request), trouble.message, **trouble.params)
        raise Instead(await _mail(request, conn, actor, trouble=told)) from trouble
    done = Flash("good", "The mail server accepted the letter to %(email)s.", {"email": to})
    return see_other(request, "/settings/mail", done)


@get("/settings/keys")
async def show_keys(
    request: AnyRequest, conn: NamedDependency[AsyncConnection], actor: NamedDependency[Actor]
) -> Response[str]:
    require(actor, "settings.manage")
    return page(
        request,
        "settings/keys.html",
        section="settings",
        keys=list(reversed(await keys.list_keys(conn))),
        latest=await checkpoints.latest(conn),
        trouble=request.app.state.sealing.trouble,
        done_at=request.app.state.sealing.done_at,
    )


@post("/settings/keys/rotate", status_code=303)
async def rotate_key(
    request: AnyRequest, conn: NamedDependency[AsyncConnection], actor: NamedDependency[Actor]
) -> Redirect:
    """A new key, by a statement that the old and the new one sign."""
    require(actor, "settings.manage")
    require_session(request)
    given = (await request.form()).get("reason")
    reason = records.check_reason(given if isinstance(given, str) else "")
    if not await keys.list_keys(conn):
        raise ConflictError("There is no key yet; the first checkpoint makes one.")
    async with as_system(conn):
        made = await keys.rotate(conn, request.app.state.settings.data_dir)
    await records.record(conn, actor, "key_rotated", f"key {made.known.id.hex()}", reason)
    return see_other(request, "/settings/keys", Flash("good", "A new key signs from now on."))


async def _mail(
    request: AnyRequest, conn: AsyncConnection, actor: Actor, trouble: str | None = None
) -> Response[str]:
    settings: Settings = request.app.state.settings
    server = urlsplit(settings.smtp_url) if settings.smtp_url else None
    return page(
        request,
        "settings/mail.html",
        section="settings",
        status=502 if trouble else 200,
        trouble=trouble,
        server=f"{server.hostname}:{server.port or (465 if server.scheme == 'smtps' else 587)}"
        if server
        else "",
        secure=bool(server and server.scheme == "smtps"),
        account=server.username if server else None,
        sender=settings.mail_from,
        outbox=await trying.outbox_now(conn),
        to=await users.email_of(conn, actor.id),
    )


ROUTES = (show_mail, try_mail, show_keys, rotate_key)
