"""Rules of sensitivity: how exactly donors may know where something is."""

from uuid import UUID

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, URLEncodedBody
from litestar.response import Redirect
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker.access.actors import Actor
from asset_tracker.access.permissions import require
from asset_tracker.assets import queries, sensitivity
from asset_tracker.assets.places import SENSITIVITIES
from asset_tracker.assets.sensitivity import NewRule
from asset_tracker.edge.who import AnyRequest, lang_of
from asset_tracker.errors import AssetTrackerError, FieldError, InvalidError, NotFoundError
from asset_tracker.i18n import gettext
from asset_tracker.ledger.tags import TagError
from asset_tracker.programmes.queries import list_programmes
from asset_tracker.web.chrome import Flash
from asset_tracker.web.formats import named
from asset_tracker.web.forms import read
from asset_tracker.web.pages import Instead, error_texts, page, see_other
from asset_tracker.web.words import CATEGORIES

SENSITIVITY_WORDS = {
    "public": "Public: the service point is shown",
    "restricted": "Restricted: the municipality is shown",
    "secret": "Secret: only the oblast is shown",
}


class RuleForm(msgspec.Struct, frozen=True):
    """A rule as typed."""

    sensitivity: str = ""
    delay_days: str = "0"
    programme: str = ""
    category: str = ""
    tag: str = ""


@get("/sensitivity")
async def list_rules(
    request: AnyRequest, conn: NamedDependency[AsyncConnection], actor: NamedDependency[Actor]
) -> Response[str]:
    return await _page(request, conn, actor, RuleForm(), {})


@post("/sensitivity", status_code=303)
async def add_rule(
    request: AnyRequest,
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    data: URLEncodedBody[RuleForm],
) -> Redirect:
    require(actor, "programme.manage")
    try:
        await sensitivity.add_rule(conn, actor, await _read(conn, actor, data))
    except InvalidError as wrong:
        texts = error_texts(lang_of(request), wrong.errors, {"asset": "tag"})
        raise Instead(await _page(request, conn, actor, data, texts)) from wrong
    return see_other(request, "/sensitivity", Flash("good", "The rule applies from now on."))


@post("/sensitivity/{rule_id:uuid}/end", status_code=303)
async def end_rule(
    request: AnyRequest,
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    rule_id: FromPath[UUID],
) -> Redirect:
    await sensitivity.end_rule(conn, actor, rule_id)
    return see_other(request, "/sensitivity", Flash("good", "The rule has ended."))


async def _read(conn: AsyncConnection, actor: Actor, data: RuleForm) -> NewRule:
    found = None
    if data.tag.strip():
        try:
            found = await queries.find_asset(conn, actor, data.tag.strip()[:60])
        except (TagError, NotFoundError) as unknown:
            raise InvalidError(errors=(_no_asset(unknown),)) from unknown
    given = msgspec.structs.asdict(data) | {"asset": str(found) if found else ""}
    return read(NewRule, given)


def _no_asset(error: AssetTrackerError) -> FieldError:
    return FieldError("tag", error.message, error.params)


async def _page(
    request: AnyRequest, conn: AsyncConnection, actor: Actor, data: RuleForm, errors: dict[str, str]
) -> Response[str]:
    lang = lang_of(request)
    rules = await sensitivity.list_rules(conn, actor)
    return page(
        request,
        "programmes/sensitivity.html",
        section="programmes",
        status=422 if errors else 200,
        rules=rules,
        values=data,
        errors=errors,
        words={each: gettext(lang, SENSITIVITY_WORDS[each]) for each in SENSITIVITIES},
        programmes=[(str(p.id), f"{p.code} {named(lang, p)}") for p in await list_programmes(conn, actor)],
        categories=[(key, gettext(lang, word.text)) for key, word in CATEGORIES.items()],
    )


ROUTES = (list_rules, add_rule, end_rule)
