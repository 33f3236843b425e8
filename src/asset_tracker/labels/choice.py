"""Which labels: of assets chosen by tag, consignment or filter, blank ones for assets to come, or of places."""

from collections.abc import Sequence
from typing import Annotated, Any, Final
from uuid import UUID

import msgspec
from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker.access import scope
from asset_tracker.access.actors import Actor
from asset_tracker.access.permissions import require
from asset_tracker.errors import FieldError, ForbiddenError, InvalidError
from asset_tracker.i18n import Lang, gettext
from asset_tracker.labels.layout import Label
from asset_tracker.labels.paper import Look
from asset_tracker.ledger import blanks
from asset_tracker.ledger.tables import asset, asset_share, tag
from asset_tracker.ledger.tags import TagError, check_character, format_tag, parse_tag
from asset_tracker.programmes.tables import party, programme
from asset_tracker.territory.points import ServicePoint
from asset_tracker.territory.queries import find_service_point, get_municipalities, list_service_points

MOST: Final = 10_000  # labels at once
SAMPLE_TAG: Final = "0000000" + check_character("0000000")
_COPIES_OF_VEHICLES: Final = 2  # windscreen pillar and glove box

Tags = Annotated[tuple[Annotated[str, msgspec.Meta(max_length=2000)], ...], msgspec.Meta(max_length=MOST)]
Places = Annotated[tuple[Annotated[str, msgspec.Meta(max_length=60)], ...], msgspec.Meta(max_length=1000)]


class Choice(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Exactly one of: tags (in any form), a consignment, a municipality (KATOTTH code), a number of blank ones,
    places (ids of service points, or KATOTTH codes of municipalities whose points are meant).

    ``programme`` narrows the municipality's assets, and is where blank tags belong.
    """

    tags: Tags = ()
    consignment: UUID | None = None
    municipality: str | None = None
    blank: Annotated[int, msgspec.Meta(ge=0, le=2**31 - 1)] = 0
    places: Places = ()
    programme: UUID | None = None


class Item(msgspec.Struct, frozen=True):
    """A label, and the asset it is for; None for a blank one and for that of a place."""

    asset: UUID | None
    label: Label


_a, _p = asset.c, programme.c
_ASSET = (
    select(
        _a.id,
        _a.tag,
        _a.name_uk,
        _a.name_en,
        _a.manufacturer,
        _a.model,
        _a.serial,
        _a.category,
        _a.gone_reason,
        _p.name_uk.label("programme_uk"),
        _p.name_en.label("programme_en"),
    )
    .select_from(asset)
    .outerjoin(programme, _p.id == _a.programme_id)
)


async def choose(
    conn: AsyncConnection, actor: Actor, choice: Choice, look: Look, *, sample: bool = False
) -> tuple[Item, ...]:
    """The labels that were chosen, within the actor's reach; blank tags are made here.

    A ``sample`` is to be looked at: it makes no tags, and shows one that nothing bears.
    Raises InvalidError where nothing or more than one thing is chosen, for each unknown or retired tag
    (``tags[n]``), and above 10,000 labels.
    """
    require(actor, "label.print")
    _check(choice)
    items = await _chosen(conn, actor, choice, look, sample=sample)
    if sum(item.label.copies for item in items) > MOST:
        raise _too_many("copies")
    return items


async def _chosen(
    conn: AsyncConnection, actor: Actor, choice: Choice, look: Look, *, sample: bool
) -> tuple[Item, ...]:
    if choice.blank:
        belongs_to = _programme_of_blanks(actor, choice.programme)
        tags = [SAMPLE_TAG] * choice.blank if sample else await blanks.issue(conn, choice.blank, belongs_to)
        return tuple(Item(None, blank_label(code, look)) for code in tags)
    if choice.places:
        return await _of_places(conn, choice.places, look)
    if choice.tags:
        return await _by_tag(conn, actor, choice.tags, look)
    return await _by_filter(conn, actor, choice, look)


def blank_label(code: str, look: Look) -> Label:
    """A label for an asset to come."""
    return Label(tag=code, copies=look.copies or 1)


def _check(choice: Choice) -> None:
    many = [bool(choice.tags), bool(choice.places), bool(choice.municipality), choice.blank > 0]
    if sum(many) + (choice.consignment is not None) != 1:
        message = (
            "Choose tags, a consignment, a municipality, places, or a number of blank labels: one of these."
        )
        raise InvalidError(message, (FieldError("tags", message),))
    if choice.blank > MOST:
        raise _too_many("blank")
    if len(choice.tags) > MOST:
        raise _too_many("tags")


def _too_many(field: str) -> InvalidError:
    message = "At most %(most)s labels at once: print them in several parts."
    params = {"most": f"{MOST:,}".replace(",", " ")}
    return InvalidError(message, (FieldError(field, message, params),), **params)


def _programme_of_blanks(actor: Actor, wanted: UUID | None) -> UUID | None:
    """The programme that blank tags belong to: the one named, or the only one that the actor works in."""
    allowed = scope.programmes(actor, "label.print")
    if wanted is None and allowed is not None and len(allowed) == 1:
        return allowed[0]
    if allowed is not None and wanted is not None and wanted not in allowed:
        raise ForbiddenError
    return wanted


async def _of_places(conn: AsyncConnection, places: Places, look: Look) -> tuple[Item, ...]:
    points: dict[UUID, ServicePoint] = {}
    for each in places:
        points |= {point.id: point for point in await _points(conn, each)}
    towns = await get_municipalities(conn, {point.municipality_code for point in points.values()})
    title, copies = gettext(look.lang, "Place"), look.copies or 1
    return tuple(
        Item(
            None,
            Label(
                place=point.id,
                title=title,
                name=point.name(look.lang),
                line2=towns[point.municipality_code].title(look.lang),
                copies=copies,
            ),
        )
        for point in points.values()
    )


async def _points(conn: AsyncConnection, named: str) -> Sequence[ServicePoint]:
    """A service point by its id, or those of a municipality; what was destroyed needs no label."""
    try:
        found = await find_service_point(conn, UUID(named))
        points = [found] if found else []
    except ValueError:
        points = [each for each in await list_service_points(conn, named) if each.status != "destroyed"]
    if not points:
        message = "There is no such service point, or the municipality has none: %(named)s."
        raise InvalidError(message, (FieldError("places", message, {"named": named}),), named=named)
    return points


async def _by_filter(conn: AsyncConnection, actor: Actor, choice: Choice, look: Look) -> tuple[Item, ...]:
    wanted = _ASSET.where(scope.assets(actor, "label.print"), _a.gone_reason.is_(None))
    if choice.consignment:
        wanted = wanted.where(_a.consignment_id == choice.consignment)
    if choice.municipality:
        here = _a.municipality_code == choice.municipality
        bound_for = and_(_a.municipality_code.is_(None), _a.destination_code == choice.municipality)
        wanted = wanted.where(or_(here, bound_for))
    if choice.programme:
        wanted = wanted.where(_a.programme_id == choice.programme)
    rows = (await conn.execute(_in_order(wanted).limit(MOST + 1))).all()
    field = "consignment" if choice.consignment else "municipality"
    if len(rows) > MOST:
        raise _too_many(field)
    if not rows:
        message = "Nothing to print: there are no assets there, or none that you may see."
        raise InvalidError(message, (FieldError(field, message),))
    donors = await _donors(conn, [row.id for row in rows], look)
    return tuple(_item(row, donors, look) for row in rows)


def _in_order(wanted: Select[Any]) -> Select[Any]:
    """As the packing list has it; a kit's components come after the kit."""
    kit = func.coalesce(_a.kit_id, _a.id)
    return wanted.order_by(_a.consignment_id, _a.line.nulls_last(), kit, _a.is_kit.desc(), _a.id)


async def _by_tag(conn: AsyncConnection, actor: Actor, texts: Tags, look: Look) -> tuple[Item, ...]:
    codes, errors = _parsed(texts)
    known = await _known(conn, actor, list(codes.values()))
    assets = [row.asset_id for row in known.values() if row.asset_id]
    found = await conn.execute(_ASSET.where(_a.id.in_(assets), scope.assets(actor, "label.print")))
    rows = {row.id: row for row in found}
    donors = await _donors(conn, assets, look)
    items: dict[str, Item] = {}
    for n, code in codes.items():
        status = known.get(code)
        row = rows.get(status.asset_id) if status else None
        if status and status.status == "blank":
            items[code] = Item(None, blank_label(code, look))
        elif row is None or status is None:
            errors.append(_about(n, "There is no tag %(tag)s, or you may not see it.", code))
        elif row.tag != code:
            message = "%(tag)s was retired or replaced; the asset now has %(now)s."
            errors.append(_about(n, message, code, now=format_tag(row.tag)))
        else:
            items[code] = _item(row, donors, look)
    if errors:
        message = "Some of the tags cannot be printed."
        raise InvalidError(message, tuple(sorted(errors, key=lambda error: _place(error.field))))
    return tuple(items.values())


def _parsed(texts: Tags) -> tuple[dict[int, str], list[FieldError]]:
    codes: dict[int, str] = {}
    errors = []
    for n, written in enumerate(texts):
        try:
            codes[n] = parse_tag(written)
        except TagError as wrong:
            errors += [msgspec.structs.replace(error, field=f"tags[{n}]") for error in wrong.errors]
    return codes, errors


def _place(field: str) -> int:
    return int(field.removeprefix("tags[").removesuffix("]"))


def _about(n: int, message: str, code: str, **params: str) -> FieldError:
    return FieldError(f"tags[{n}]", message, {"tag": format_tag(code), **params})


async def _known(conn: AsyncConnection, actor: Actor, codes: list[str]) -> dict[str, Any]:
    """The tags' rows; of blank ones those of the actor's programmes only."""
    rows = await conn.execute(select(tag).where(tag.c.tag.in_(codes)))
    allowed = scope.programmes(actor, "label.print")
    return {
        row.tag: row
        for row in rows
        if row.status != "blank" or allowed is None or row.programme_id in (None, *allowed)
    }


async def _donors(conn: AsyncConnection, assets: list[UUID], look: Look) -> dict[UUID, str]:
    """The donors' names, the largest share first, where the labels ask for them."""
    if look.line2 != "donors":
        return {}
    name = func.coalesce(party.c.short_name, party.c.name_uk if look.lang == "uk" else party.c.name_en)
    s = asset_share.c
    wanted = (
        select(s.asset_id, name.label("name"))
        .join(party, party.c.id == s.donor_id)
        .where(s.asset_id.in_(assets))
        .order_by(s.percent.desc(), name)
    )
    found: dict[UUID, list[str]] = {}
    for row in await conn.execute(wanted):
        found.setdefault(row.asset_id, []).append(row.name)
    return {asset_id: ", ".join(each) for asset_id, each in found.items()}


def _item(row: Any, donors: dict[UUID, str], look: Look) -> Item:
    programme_name = row.programme_uk if look.lang == "uk" else row.programme_en
    line2 = {"programme": programme_name, "donors": donors.get(row.id)}.get(look.line2)
    copies = look.copies or (_COPIES_OF_VEHICLES if row.category == "vehicle" else 1)
    label = Label(
        tag=row.tag, name=_name(row, look.lang), line2=line2 or "", serial=row.serial or "", copies=copies
    )
    return Item(row.id, label)


def _name(row: Any, lang: Lang) -> str:
    """What it is, with maker and model where the name does not tell them already."""
    name: str = (row.name_en if lang == "en" else None) or row.name_uk
    for part in (row.manufacturer, row.model):
        if part and part.casefold() not in name.casefold():
            name = f"{name} {part}"
    return name
