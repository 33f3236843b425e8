"""Photos for reports: which may be shown, and on what ground."""

from typing import Annotated
from urllib.parse import urlencode

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import PathParameter, URLEncodedBody
from litestar.response import Redirect
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker.access.actors import Actor
from asset_tracker.access.permissions import require
from asset_tracker.assets import showing
from asset_tracker.assets.showing import NewConsent
from asset_tracker.edge.who import AnyRequest, lang_of
from asset_tracker.errors import FieldError, InvalidError
from asset_tracker.territory.queries import get_municipality
from asset_tracker.web.chrome import Flash
from asset_tracker.web.formats import named
from asset_tracker.web.pages import Instead, error_texts, page, see_other
from asset_tracker.web.words import EVENTS

Hash = Annotated[str, PathParameter(pattern="^[0-9a-f]{64}$")]
PEOPLE = {"nobody": "Nobody can be recognised in it", "agreed": "Everyone who can be recognised has agreed"}


class ConsentForm(msgspec.Struct, frozen=True):
    """What was ticked; ``municipality`` is the list to come back to."""

    people: str = ""
    basis: str = ""
    municipality: str = ""


@get("/reports/photos")
async def list_photos(
    request: AnyRequest, conn: NamedDependency[AsyncConnection], actor: NamedDependency[Actor]
) -> Response[str]:
    """The newest photos that were named in facts, of one municipality or of all."""
    return await _page(request, conn, actor, request.query_params.get("municipality", ""))


@post("/reports/photos/{sha256:str}", status_code=303)
async def give_consent(
    request: AnyRequest,
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    sha256: Hash,
    data: URLEncodedBody[ConsentForm],
) -> Redirect:
    require(actor, "programme.manage")
    try:
        await showing.give(conn, actor, sha256, _read(data))
    except InvalidError as wrong:
        texts = error_texts(lang_of(request), wrong.errors)
        instead = await _page(request, conn, actor, data.municipality, sha256, data, texts)
        raise Instead(instead) from wrong
    return see_other(request, _back(data), Flash("good", "The photo may be shown in reports from now on."))


@post("/reports/photos/{sha256:str}/withdraw", status_code=303)
async def withdraw_consent(
    request: AnyRequest,
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    sha256: Hash,
    data: URLEncodedBody[ConsentForm],
) -> Redirect:
    await showing.withdraw(conn, actor, sha256)
    return see_other(request, _back(data), Flash("good", "The photo is shown in no report from now on."))


def _read(data: ConsentForm) -> NewConsent:
    if data.people not in PEOPLE:
        raise InvalidError(errors=(FieldError("people", "Say who can be recognised in the photo."),))
    if len(data.basis) > showing.LONGEST:
        raise InvalidError(errors=(FieldError("basis", "At most %(n)s characters.", {"n": showing.LONGEST}),))
    return NewConsent(people="agreed" if data.people == "agreed" else "nobody", basis=data.basis)


def _back(data: ConsentForm) -> str:
    query = f"?{urlencode({'municipality': data.municipality})}" if data.municipality else ""
    return f"/reports/photos{query}"


async def _page(
    request: AnyRequest,
    conn: AsyncConnection,
    actor: Actor,
    code: str,
    wrong_of: str = "",
    values: ConsentForm | None = None,
    wrong: dict[str, str] | None = None,
) -> Response[str]:
    place = await get_municipality(conn, code) if code else None
    return page(
        request,
        "reports/photos.html",
        section="reports",
        status=422 if wrong else 200,
        place=named(lang_of(request), place) if place else "",
        code=code,
        photos=await showing.list_photos(conn, actor, code or None),
        most=showing.MOST,
        people=PEOPLE,
        events=EVENTS,
        wrong_of=wrong_of,
        values=values or ConsentForm(),
        wrong=wrong or {},
    )


ROUTES = (list_photos, give_consent, withdraw_consent)
