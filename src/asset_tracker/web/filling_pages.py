"""Filling in the fields that an asset's category has of its own."""

from collections.abc import Mapping

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker.access.actors import Actor
from asset_tracker.access.permissions import may_record
from asset_tracker.assets import attributes as pure
from asset_tracker.assets import catalogue, filling, queries
from asset_tracker.assets.attributes import Attribute, Catalogue, OwnCategory
from asset_tracker.assets.views import AssetRow, AssetView
from asset_tracker.edge.who import AnyRequest, lang_of
from asset_tracker.errors import ForbiddenError, InvalidError
from asset_tracker.i18n import Lang, gettext
from asset_tracker.ledger.tags import format_tag
from asset_tracker.web.chrome import Flash
from asset_tracker.web.forms import answers_of
from asset_tracker.web.pages import Instead, error_texts, page, see_other
from asset_tracker.web.words import word


@get("/a/{tag:str}/fields")
async def show_fields(
    request: AnyRequest,
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    tag: FromPath[str],
) -> Response[str]:
    view = await _view(conn, actor, tag)
    known = await catalogue.get_catalogue(conn)
    lang = lang_of(request)
    values = {
        each.key: typed(lang, each, view.state.attributes.get(each.key, "")) for each in _asked(known, view)
    }
    own = view.state.attributes.get(pure.OWN_CATEGORY, "")
    return _page(request, view, known, {**values, pure.OWN_CATEGORY: own}, {})


@post("/a/{tag:str}/fields", status_code=303)
async def fill_fields(
    request: AnyRequest,
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    tag: FromPath[str],
) -> Redirect:
    view = await _view(conn, actor, tag)
    known = await catalogue.get_catalogue(conn)
    given = await answers_of(request)
    lang = lang_of(request)
    try:
        done = await filling.fill(
            conn, actor, view.row.id, view.state, known, given, head=given.get("head") or None
        )
    except InvalidError as wrong:
        texts = {key: text[:1].upper() + text[1:] for key, text in error_texts(lang, wrong.errors).items()}
        raise Instead(_page(request, view, known, given, texts)) from wrong
    told = Flash("good", "The fields were saved.") if done else Flash("info", "Nothing was changed.")
    return see_other(request, f"/a/{format_tag(view.row.tag)}", told)


def typed(lang: Lang, each: Attribute, value: str) -> str:
    """The value as its field of a form holds it."""
    return value.replace(".", ",") if each.kind == "number" and lang == "uk" else value


def category_name(lang: Lang, known: Catalogue, row: AssetRow) -> str:
    """What the category of an asset is called: the own one where it is of one."""
    own = known.own.get(row.attributes.get(pure.OWN_CATEGORY, ""))
    return own.name(lang) if own else gettext(lang, word("category", row.category).text)


def asks(known: Catalogue, view: AssetView) -> bool:
    """Whether there is anything to fill in."""
    return bool(_asked(known, view) or own_offered(known, view.row.category))


def own_offered(known: Catalogue, category: str) -> list[OwnCategory]:
    """The own categories that a thing of this category may be of."""
    return [each for each in known.offered() if each.base == category]


def rows(lang: Lang, known: Catalogue, attributes: Mapping[str, str]) -> list[tuple[str, str]]:
    """What stands in the fields of an asset, as (name, value), in the order in which they are asked.

    What no field knows comes last, by its bare name; what another part of the page tells is left out.
    """
    of = [each for each in known.attributes.values() if each.key in attributes]
    told = [(each.name(lang), pure.shown(lang, each, attributes[each.key])) for each in of]
    rest = [
        (gettext(lang, _KNOWN.get(key, key)), value)
        for key, value in attributes.items()
        if key not in known.attributes and key not in _ELSEWHERE
    ]
    return told + rest


# What imports and other pages keep among the attributes, as people call it.
_KNOWN = {
    "year": "Year of make",
    "vin": "VIN",
    "plate": "Number plate",
    "imei": "IMEI",
    "mac": "MAC address",
    "part_number": "Part number",
    "box": "Box",
    "service_point": "Service point",
    "inventory_number": "Inventory number",
    "kit": "Kit",
    "registration_certificate": "Registration certificate of the vehicle",
}
_ELSEWHERE = frozenset({pure.OWN_CATEGORY})


async def _view(conn: AsyncConnection, actor: Actor, tag: str) -> AssetView:
    view = await queries.get_asset(conn, actor, await queries.find_asset(conn, actor, tag))
    if not may_record(actor, "described"):
        raise ForbiddenError
    return view


def _asked(known: Catalogue, view: AssetView) -> tuple[Attribute, ...]:
    return known.asked(view.state.category, view.state.attributes.get(pure.OWN_CATEGORY))


def _page(
    request: AnyRequest,
    view: AssetView,
    known: Catalogue,
    values: Mapping[str, str],
    errors: dict[str, str],
) -> Response[str]:
    return page(
        request,
        "assets/fields.html",
        section="assets",
        status=422 if errors else 200,
        asset=view.row,
        head=values.get("head") or view.head,
        asked=_asked(known, view),
        own=[(each.code, each.name(lang_of(request))) for each in own_offered(known, view.row.category)],
        category=gettext(lang_of(request), word("category", view.row.category).text),
        values=values,
        errors=errors,
    )


ROUTES = (show_fields, fill_fields)
