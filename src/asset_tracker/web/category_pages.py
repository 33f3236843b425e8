"""Fields that categories have of their own, and categories of one's own: a page of settings."""

import re
from collections.abc import Mapping
from typing import Any

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker.access.actors import Actor
from asset_tracker.access.permissions import require
from asset_tracker.assets import attributes as pure
from asset_tracker.assets import catalogue
from asset_tracker.assets.attributes import Attribute, Catalogue, Option
from asset_tracker.assets.catalogue import Definition, NewCategory
from asset_tracker.assets.usual_fields import USUAL
from asset_tracker.edge.who import AnyRequest, lang_of
from asset_tracker.errors import FieldError, InvalidError, NotFoundError
from asset_tracker.i18n import Lang, gettext
from asset_tracker.ledger.values import CATEGORIES
from asset_tracker.web.chrome import Flash
from asset_tracker.web.forms import read, typed
from asset_tracker.web.pages import Instead, error_texts, page, see_other
from asset_tracker.web.words import word

KIND_WORDS = {
    "text": "A text",
    "number": "A number",
    "date": "A day",
    "choice": "A choice of answers",
    "yes_no": "Yes or no",
}
CHECK_WORDS = {
    "": "Nothing is checked",
    "imei": "IMEI (15 digits with a check digit)",
    "vin": "VIN (17 letters and digits)",
    "mac": "MAC address",
}
_MORE_OPTIONS = 5
_BLANK: dict[str, Any] = {
    **dict.fromkeys(("key", "kind", "name_uk", "name_en", "hint_uk", "hint_en", "unit"), ""),
    **dict.fromkeys(("check", "least", "most", "required", "retired"), ""),
    "position": 0,
    "categories": (),
}
Form = Mapping[str, Any]


@get("/settings/fields")
async def list_fields(
    request: AnyRequest, conn: NamedDependency[AsyncConnection], actor: NamedDependency[Actor]
) -> Response[str]:
    require(actor, "settings.manage")
    known = await catalogue.get_catalogue(conn)
    lang = lang_of(request)
    return page(
        request,
        "settings/fields.html",
        section="settings",
        known=known,
        where={each.key: _where(lang, known, each) for each in known.attributes.values()},
        kinds=KIND_WORDS,
        usual=[each.name(lang) for key, each in _usual().items() if key not in known.attributes],
    )


@post("/settings/fields/usual", status_code=303)
async def add_usual(
    request: AnyRequest, conn: NamedDependency[AsyncConnection], actor: NamedDependency[Actor]
) -> Redirect:
    await catalogue.add_usual(conn, actor, USUAL)
    return see_other(request, "/settings/fields", Flash("good", "The usual fields were added."))


@get("/settings/fields/new")
async def new_field(
    request: AnyRequest, conn: NamedDependency[AsyncConnection], actor: NamedDependency[Actor]
) -> Response[str]:
    require(actor, "settings.manage")
    return await _field_form(request, conn, None, {"kind": "text"}, {})


@post("/settings/fields", status_code=303)
async def add_field(
    request: AnyRequest, conn: NamedDependency[AsyncConnection], actor: NamedDependency[Actor]
) -> Redirect:
    return await _keep(request, conn, actor, None)


@get("/settings/fields/{key:str}")
async def show_field(
    request: AnyRequest,
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    key: FromPath[str],
) -> Response[str]:
    require(actor, "settings.manage")
    found = (await catalogue.get_catalogue(conn)).attributes.get(key)
    if found is None:
        raise NotFoundError
    return await _field_form(request, conn, found, _values(found), {})


@post("/settings/fields/{key:str}", status_code=303)
async def change_field(
    request: AnyRequest,
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    key: FromPath[str],
) -> Redirect:
    require(actor, "settings.manage")
    found = (await catalogue.get_catalogue(conn)).attributes.get(key)
    if found is None:
        raise NotFoundError
    return await _keep(request, conn, actor, found)


@get("/settings/categories/new")
async def new_category(request: AnyRequest, actor: NamedDependency[Actor]) -> Response[str]:
    require(actor, "settings.manage")
    return _category_form(request, None, {"base": "other"}, {})


@post("/settings/categories", status_code=303)
async def add_category(
    request: AnyRequest, conn: NamedDependency[AsyncConnection], actor: NamedDependency[Actor]
) -> Redirect:
    given = await _answers(request)
    code = given.get("code") or _slug(given.get("name_en", ""))
    if code in (await catalogue.get_catalogue(conn)).own:
        taken = {"code": gettext(lang_of(request), "There is already one with this name.")}
        raise Instead(_category_form(request, None, given, taken))
    return await _keep_category(request, conn, actor, code, given, None)


@get("/settings/categories/{code:str}")
async def show_category(
    request: AnyRequest,
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    code: FromPath[str],
) -> Response[str]:
    require(actor, "settings.manage")
    found = (await catalogue.get_catalogue(conn)).own.get(code)
    if found is None:
        raise NotFoundError
    return _category_form(request, code, msgspec.structs.asdict(found), {})


@post("/settings/categories/{code:str}", status_code=303)
async def change_category(
    request: AnyRequest,
    conn: NamedDependency[AsyncConnection],
    actor: NamedDependency[Actor],
    code: FromPath[str],
) -> Redirect:
    require(actor, "settings.manage")
    found = (await catalogue.get_catalogue(conn)).own.get(code)
    if found is None:
        raise NotFoundError
    given = {**await _answers(request), "base": found.base}
    return await _keep_category(request, conn, actor, code, given, code)


async def _keep_category(
    request: AnyRequest, conn: AsyncConnection, actor: Actor, code: str, given: Form, shown: str | None
) -> Redirect:
    try:
        new = read(NewCategory, {**given, "retired": bool(given.get("retired"))})
        made = await catalogue.add_category(conn, actor, code, new)
    except InvalidError as wrong:
        texts = error_texts(lang_of(request), wrong.errors)
        raise Instead(_category_form(request, shown, given, texts)) from wrong
    message = Flash("good", "The category “%(name)s” was saved.", {"name": made.name(lang_of(request))})
    return see_other(request, "/settings/fields", message)


async def _keep(
    request: AnyRequest, conn: AsyncConnection, actor: Actor, found: Attribute | None
) -> Redirect:
    require(actor, "settings.manage")
    given = await _answers(request)
    key = found.key if found else given.get("key") or _slug(given.get("name_en", ""))
    if found is None and key in (await catalogue.get_catalogue(conn)).attributes:
        taken = {"key": gettext(lang_of(request), "There is already one with this name.")}
        raise Instead(await _field_form(request, conn, None, given, taken))
    try:
        made = await catalogue.define(conn, actor, key, _read(given, found))
    except InvalidError as wrong:
        texts = error_texts(lang_of(request), wrong.errors)
        raise Instead(await _field_form(request, conn, found, given, texts)) from wrong
    told = Flash("good", "The field “%(name)s” was saved.", {"name": made.name(lang_of(request))})
    return see_other(request, "/settings/fields", told)


async def _answers(request: AnyRequest) -> dict[str, Any]:
    sent = await request.form()
    return typed(sent) | {
        "categories": [each for each in sent.getall("categories", []) if isinstance(each, str)]
    }


def _read(given: Form, found: Attribute | None) -> Definition:
    """The definition that the form holds. Raises InvalidError with everything that is wrong."""
    kind = found.kind if found else given.get("kind", "")
    told: dict[str, Any] = {
        name: given.get(name) for name in ("name_uk", "name_en", "hint_uk", "hint_en", "position", "unit")
    }
    told |= {name: str(given.get(name) or "").strip().replace(",", ".") for name in ("least", "most")}
    told |= {"kind": kind, "check": given.get("check") or None, "categories": tuple(given["categories"])}
    told |= {"required": bool(given.get("required")), "retired": bool(given.get("retired"))}
    for name, of in (("unit", "number"), ("least", "number"), ("most", "number"), ("check", "text")):
        if kind != of:
            told[name] = None
    return read(Definition, {**told, "options": _options(given) if kind == "choice" else ()})


def _options(given: Form) -> tuple[Option, ...]:
    found = []
    for n in range(_rows(given)):
        uk, en = (str(given.get(f"option_{part}_{n}", "")).strip() for part in ("uk", "en"))
        if not uk and not en:
            continue
        code = given.get(f"option_code_{n}") or _slug(en) or f"answer_{n + 1}"
        found.append({"code": code, "name_uk": uk, "name_en": en, "retired": f"option_retired_{n}" in given})
    try:
        return msgspec.convert(tuple(found), tuple[Option, ...])
    except msgspec.ValidationError as error:
        message = "Each answer needs a name in both languages."
        raise InvalidError(errors=(FieldError("options", message),)) from error


def _rows(given: Form) -> int:
    return min(
        1 + max((int(each[10:]) for each in given if re.fullmatch(r"option_uk_\d{1,3}", each)), default=0),
        100,
    )


def _slug(text: str) -> str:
    """A name for programs out of an English one: ``Screen size`` is ``screen_size``."""
    return re.sub(r"[^a-z0-9]+", "_", text.casefold()).strip("_0123456789")[:41].rstrip("_")


def _values(found: Attribute) -> dict[str, Any]:
    """What the form shows of a definition."""
    values = msgspec.structs.asdict(found) | {
        "least": pure.plain_number(found.least),
        "most": pure.plain_number(found.most),
    }
    for n, option in enumerate(found.options):
        values |= {f"option_code_{n}": option.code, f"option_uk_{n}": option.name_uk}
        values |= {f"option_en_{n}": option.name_en}
        if option.retired:
            values[f"option_retired_{n}"] = "on"
    return values


async def _field_form(
    request: AnyRequest, conn: AsyncConnection, found: Attribute | None, given: Form, errors: dict[str, str]
) -> Response[str]:
    lang = lang_of(request)
    known = await catalogue.get_catalogue(conn)
    return page(
        request,
        "settings/field.html",
        section="settings",
        status=422 if errors else 200,
        found=found,
        values=_BLANK | dict(given),
        rows=range((_rows(given) if "option_uk_0" in given else 0) + _MORE_OPTIONS),
        errors=errors,
        kinds=[(key, gettext(lang, text)) for key, text in KIND_WORDS.items()],
        checks=[(key, gettext(lang, text)) for key, text in CHECK_WORDS.items()],
        categories=categories(lang, known),
        versions=await catalogue.versions(conn, found.key) if found else [],
    )


def _category_form(
    request: AnyRequest, code: str | None, given: Form, errors: dict[str, str]
) -> Response[str]:
    lang = lang_of(request)
    return page(
        request,
        "settings/category.html",
        section="settings",
        status=422 if errors else 200,
        code=code,
        values={"name_uk": "", "name_en": "", "code": "", "base": "other", "retired": ""} | dict(given),
        errors=errors,
        bases=[(key, gettext(lang, word("category", key).text)) for key in CATEGORIES],
    )


def categories(lang: Lang, known: Catalogue) -> list[tuple[str, str]]:
    """All categories to choose from: the product's own, then those that were added."""
    return [
        *((key, gettext(lang, word("category", key).text)) for key in CATEGORIES),
        *((each.code, each.name(lang)) for each in known.offered()),
    ]


def _where(lang: Lang, known: Catalogue, each: Attribute) -> str:
    names = dict(categories(lang, known))
    return ", ".join(names.get(code, code) for code in each.categories)


def _usual() -> dict[str, Attribute]:
    return {
        key: Attribute(key=key, version=1, kind=new.kind, name_uk=new.name_uk, name_en=new.name_en)
        for key, new in USUAL.items()
    }


ROUTES = (
    list_fields,
    add_usual,
    new_field,
    add_field,
    show_field,
    change_field,
    new_category,
    add_category,
    show_category,
    change_category,
)
