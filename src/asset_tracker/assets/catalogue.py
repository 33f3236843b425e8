"""Fields of their own that categories have, and categories of one's own: defined, changed, retired, asked for.

A definition is never overwritten and never taken away: each change is a new version, and values that were
written by an earlier one go on to be read.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

import msgspec
from msgspec import Meta
from sqlalchemy import (
    ColumnElement,
    String,
    and_,
    exists,
    false,
    func,
    insert,
    literal_column,
    null,
    or_,
    select,
    union_all,
)
from sqlalchemy.dialects.postgresql import JSONB, distinct_on
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker.access.actors import Actor
from asset_tracker.access.permissions import require
from asset_tracker.assets import attributes as pure
from asset_tracker.assets.attributes import (
    OWN_CATEGORY,
    Attribute,
    AttributeKind,
    Catalogue,
    Check,
    Option,
    OwnCategory,
)
from asset_tracker.assets.tables import attribute, own_category
from asset_tracker.db.engine import advisory_lock
from asset_tracker.errors import FieldError, InvalidError, NotFoundError
from asset_tracker.ledger import letters
from asset_tracker.ledger.events import Payload
from asset_tracker.ledger.tables import ATTRIBUTES_SOUGHT, HAS_ATTRIBUTES, asset
from asset_tracker.ledger.values import CATEGORIES, AttributeKey, Category, Name

_t, _o, _a = attribute.c, own_category.c, asset.c
Bound = Annotated[Decimal, Meta(description="A number as a string, such as '15.6'")]


class Definition(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What a field is, as it is sent and as it is kept. See ``attributes.Attribute`` for what each part means."""

    kind: AttributeKind
    name_uk: Name
    name_en: Name
    hint_uk: Name | None = None
    hint_en: Name | None = None
    unit: Annotated[str, Meta(min_length=1, max_length=20)] | None = None
    options: Annotated[tuple[Option, ...], Meta(max_length=100)] = ()
    check: Check = ""
    least: Bound | None = None
    most: Bound | None = None
    categories: Annotated[tuple[AttributeKey, ...], Meta(max_length=60)] = ()
    required: bool = False
    position: Annotated[int, Meta(ge=0, le=1000)] = 0
    retired: bool = False


class NewCategory(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A category of one's own: things of it are of the category ``base``, and are called this."""

    base: Category
    name_uk: Name
    name_en: Name
    retired: bool = False


class VersionView(msgspec.Struct, frozen=True, kw_only=True):
    """One definition that a field has had, newest first."""

    version: int
    made_at: Any
    made_by: UUID
    definition: Definition


# In one question, for every page of an asset asks it.
_NEWEST = union_all(
    select(_t.key, _t.version, _t.definition, null().label("base"))
    .ext(distinct_on(_t.key))
    .order_by(_t.key, _t.version.desc())
    .subquery()
    .select(),
    select(
        _o.code,
        _o.version,
        func.jsonb_build_object(
            "name_uk", _o.name_uk, "name_en", _o.name_en, "retired", _o.retired, type_=JSONB
        ),
        _o.base,
    )
    .ext(distinct_on(_o.code))
    .order_by(_o.code, _o.version.desc())
    .subquery()
    .select(),
)


async def get_catalogue(conn: AsyncConnection) -> Catalogue:
    """All fields and own categories as they stand, the retired ones too; everybody may know them."""
    rows = (await conn.execute(_NEWEST)).all()
    fields = [_attribute(row) for row in rows if row.base is None]
    own = [_own(row) for row in rows if row.base is not None]
    return Catalogue(
        {each.key: each for each in sorted(fields, key=lambda each: (each.position, each.key))},
        {each.code: each for each in sorted(own, key=lambda each: each.code)},
    )


async def define(conn: AsyncConnection, actor: Actor, key: str, new: Definition) -> Attribute:
    """Define a field, or give it another definition; answers it as it stands now.

    Raises InvalidError with everything that is wrong, against the definition that stands too.
    """
    require(actor, "settings.manage")
    await advisory_lock(conn, "catalogue")
    known = await get_catalogue(conn)
    before = known.attributes.get(key)
    made = _made(key, (before.version if before else 0) + 1, new)
    wrong = pure.problems(made, before, (*CATEGORIES, *known.own))
    if not _is_key(key):
        wrong.insert(0, FieldError("key", "Small Latin letters, digits and _ are expected, a letter first."))
    if wrong:
        raise InvalidError(errors=tuple(wrong))
    if before is None or _definition(before) != _definition(made):
        values = {"key": key, "version": made.version, "made_by": actor.id}
        values["definition"] = msgspec.to_builtins(new)
        await conn.execute(insert(attribute).values(values))
    return made


async def add_usual(conn: AsyncConnection, actor: Actor, usual: Mapping[str, Definition]) -> list[Attribute]:
    """Define those of the fields that nobody defined yet; answers them."""
    known = (await get_catalogue(conn)).attributes
    return [await define(conn, actor, key, new) for key, new in usual.items() if key not in known]


async def add_category(conn: AsyncConnection, actor: Actor, code: str, new: NewCategory) -> OwnCategory:
    """Add a category of one's own, or name it anew. Its base never changes: things stand under it."""
    require(actor, "settings.manage")
    await advisory_lock(conn, "catalogue")
    before = (await get_catalogue(conn)).own.get(code)
    errors = []
    if not _is_key(code):
        errors.append(FieldError("code", "Small Latin letters, digits and _ are expected, a letter first."))
    if code in CATEGORIES:
        errors.append(FieldError("code", "This name is reserved by the system."))
    if before and before.base != new.base:
        errors.append(FieldError("base", "What it is based on cannot be changed. Retire it and add another."))
    if errors:
        raise InvalidError(errors=tuple(errors))
    version = (before.version if before else 0) + 1
    values = msgspec.structs.asdict(new) | {"code": code, "version": version}
    await conn.execute(insert(own_category).values(values | {"made_by": actor.id}))
    return OwnCategory(**values)


async def versions(conn: AsyncConnection, key: str) -> list[VersionView]:
    """Every definition that a field has had, newest first. Raises NotFoundError."""
    rows = (await conn.execute(select(attribute).where(_t.key == key).order_by(_t.version.desc()))).all()
    if not rows:
        raise NotFoundError
    return [
        VersionView(
            version=row.version,
            made_at=row.made_at,
            made_by=row.made_by,
            definition=msgspec.convert(row.definition, Definition),
        )
        for row in rows
    ]


async def checked(conn: AsyncConnection, payloads: Sequence[Payload]) -> list[Payload]:
    """The payloads with their attributes in the form in which they are kept.

    Raises InvalidError that names each value that does not fit its field, as ``attributes.key``.
    """
    if not any(getattr(each, "attributes", None) for each in payloads):
        return list(payloads)
    known = await get_catalogue(conn)
    made, errors = [], []
    for n, each in enumerate(payloads):
        given: Mapping[str, str] = getattr(each, "attributes", None) or {}
        kept, wrong = pure.checked(known, given)
        place = f"assets[{n}]." if len(payloads) > 1 else ""
        errors += [msgspec.structs.replace(error, field=place + error.field) for error in wrong]
        made.append(msgspec.structs.replace(each, attributes=kept) if given and kept != given else each)
    if errors:
        raise InvalidError(errors=tuple(errors))
    return made


def matches(sought: str, known: Catalogue) -> ColumnElement[bool]:
    """The condition that some field of the asset holds the text, or an answer whose name does."""
    value = literal_column("said.value", String)
    said = func.jsonb_each_text(_a.state["attributes"]).table_valued("key", "value").alias("said")
    terms: list[ColumnElement[bool]] = []
    if word := letters.bare(sought):
        within = exists(select(literal_column("1")).select_from(said).where(letters.holds(value, word)))
        terms.append(and_(HAS_ATTRIBUTES, letters.likely(ATTRIBUTES_SOUGHT, word), within))
    for key, code in pure.meant(known.attributes.values(), sought):
        terms.append(has(key, code))
    terms += [
        has(OWN_CATEGORY, each.code)
        for each in known.own.values()
        if len(sought) > 2 and sought.casefold() in f"{each.name_uk}\n{each.name_en}".casefold()
    ]
    return or_(false(), *terms)


def has(key: str, value: str) -> ColumnElement[bool]:
    """The condition that a field of the asset holds exactly this, the value as it is kept."""
    return and_(HAS_ATTRIBUTES, _likely(value), _a.state["attributes"][key].astext == value)


def lacks(each: Attribute, known: Catalogue) -> ColumnElement[bool]:
    """The condition that the asset is asked for this field, and has no value in it."""
    empty = func.coalesce(_a.state["attributes"][each.key].astext, "") == ""
    if not each.categories:
        return empty
    own = [code for code in each.categories if code in known.own]
    base = [code for code in each.categories if code not in known.own]
    of = or_(_a.category.in_(base), *(has(OWN_CATEGORY, code) for code in own))
    return of & empty


def _likely(value: str) -> ColumnElement[bool]:
    """What the index finds: it knows its own letters only, and keys as well as values."""
    return ATTRIBUTES_SOUGHT.contains(letters.letters_of(value), autoescape=True)


def _is_key(text_: str) -> bool:
    try:
        msgspec.convert(text_, AttributeKey)
    except msgspec.ValidationError:
        return False
    return True


def _made(key: str, version: int, new: Definition) -> Attribute:
    return Attribute(key=key, version=version, **{name: getattr(new, name) for name in new.__struct_fields__})


def _definition(known: Attribute) -> Any:
    return {name: getattr(known, name) for name in Definition.__struct_fields__}


def _attribute(row: Any) -> Attribute:
    return _made(row.key, row.version, msgspec.convert(row.definition, Definition))


def _own(row: Any) -> OwnCategory:
    return OwnCategory(code=row.key, version=row.version, base=row.base, **row.definition)
