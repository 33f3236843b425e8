"""What a line of a file tells of an asset, what is recorded of it, and what will be done about it. [pure]"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any, Literal
from uuid import UUID

import msgspec

from asset_tracker.imports import values
from asset_tracker.imports.line import Line, ProgrammeRef
from asset_tracker.imports.problems import Problem
from asset_tracker.ledger.serials import serial_key
from asset_tracker.ledger.values import Category

Action = Literal["create", "change", "unchanged", "problem"]
ACTIONS: tuple[Action, ...] = ("create", "change", "unchanged", "problem")


class Facts(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What the file tells of one asset. ``consignment`` and ``kit`` are as written; money in ``currency``."""

    programme: UUID
    category: Category
    name_uk: str
    name_en: str | None = None
    manufacturer: str | None = None
    model: str | None = None
    serial: str | None = None
    quantity: int = 1
    unit_price: Decimal | None = None
    currency: str | None = None
    municipality: str
    consignment: str | None = None
    line: int | None = None
    kit: str | None = None
    is_kit: bool = False
    tag: str | None = None
    acquired_on: date | None = None
    warranty_until: date | None = None
    note: str | None = None
    attributes: dict[str, str] = {}


class ConsignmentRef(msgspec.Struct, frozen=True):
    """A consignment that is recorded."""

    id: UUID
    programme: UUID
    number: str
    municipality: str


class Existing(msgspec.Struct, frozen=True, kw_only=True):
    """An asset as it stands. ``head`` is the end of its chain (hexadecimal); ``consignment`` its number.

    ``kit`` is what the file that brought it called its kit, ``kit_label`` what it is called as a kit itself.
    """

    id: UUID
    head: str
    tag: str
    programme: UUID | None
    category: str
    name_uk: str
    name_en: str | None = None
    manufacturer: str | None = None
    model: str | None = None
    serial: str | None = None
    quantity: int = 1
    unit_price: Decimal | None = None
    currency: str | None = None
    municipality: str | None = None
    consignment: str | None = None
    line: int | None = None
    kit_id: UUID | None = None
    kit_label: str | None = None
    acquired_on: date | None = None
    warranty_until: date | None = None
    attributes: dict[str, str] = {}


class Change(msgspec.Struct, frozen=True):
    """One field, as it is recorded and as the file has it."""

    field: str
    old: Any
    new: Any


class Item(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What will be done with one line. ``asset`` and ``head`` are set where it exists.

    A line of another kind than assets has a ``title`` to be known by, and in ``record`` what would be written, by field;
    ``asset`` is then the id of what it is about.

    ``kit_key`` is the same for a kit (``facts.is_kit``) and its parts; ``kit`` is the kit where it exists already.
    """

    action: Action
    sheet: str
    row: int
    part: int = 0
    facts: Facts | None = None
    asset: UUID | None = None
    head: str | None = None
    tag: str | None = None
    changes: tuple[Change, ...] = ()
    problems: tuple[Problem, ...] = ()
    kit_key: str | None = None
    kit: UUID | None = None
    title: str | None = None
    programme: UUID | None = None
    record: dict[str, Any] | None = None


ConsignmentKey = tuple[UUID, str]
PlaceKey = tuple[UUID, str, str]


class Wanted(msgspec.Struct, frozen=True):
    """What must be known before some lines can be judged.

    A consignment is wanted with those whose number goes on after a dash (``consignment_number``).
    """

    tags: frozenset[str]
    serial_keys: frozenset[str]
    consignments: frozenset[ConsignmentKey]


class Known:
    """The assets that lines may mean, as far as they were asked for and are the person's to see."""

    def __init__(self, assets: Iterable[Existing] = ()) -> None:
        self.by_tag: dict[str, Existing] = {}
        self.by_serial: dict[str, list[Existing]] = defaultdict(list)
        self.by_line: dict[tuple[PlaceKey, int], list[Existing]] = defaultdict(list)
        self.by_look: dict[tuple[PlaceKey, tuple[str, ...]], list[Existing]] = defaultdict(list)
        self.kits: dict[str, Existing] = {}
        self.consignments: dict[ConsignmentKey, ConsignmentRef] = {}
        self.last_line: dict[ConsignmentKey, int] = defaultdict(int)
        self._ids: set[UUID] = set()
        self.add(assets)

    def add(self, assets: Iterable[Existing]) -> None:
        for asset in assets:
            if asset.id in self._ids:
                continue
            self._ids.add(asset.id)
            self.by_tag[asset.tag] = asset
            if key := serial_key(asset.serial):
                self.by_serial[key].append(asset)
            if asset.programme and asset.consignment:
                self._place(asset, asset.programme, values.fold(asset.consignment))

    def add_consignments(self, consignments: Iterable[ConsignmentRef]) -> None:
        for each in consignments:
            self.consignments[each.programme, values.fold(each.number)] = each

    def consignment(self, programme: UUID, number: str) -> ConsignmentRef | None:
        return self.consignments.get((programme, values.fold(number)))

    def _place(self, asset: Existing, programme: UUID, consignment: str) -> None:
        place = (programme, consignment, asset.municipality or "")
        if asset.line is not None:
            self.by_line[place, asset.line].append(asset)
            self.last_line[place[:2]] = max(self.last_line[place[:2]], asset.line)
        if asset.serial is None:
            appearance = look(asset.category, asset.name_uk, asset.manufacturer, asset.model)
            self.by_look[place, appearance].append(asset)
        if asset.kit_label:
            self.kits["|".join((*map(str, place), values.fold(asset.kit_label)))] = asset


def wanted(lines: Iterable[Line]) -> Wanted:
    """What to ask for before judging these lines."""
    tags, serials, consignments = set(), set(), set()
    for line in lines:
        fields = line.fields
        if tag := fields.get("tag"):
            tags.add(tag)
        if key := fields.get("serial_key"):
            serials.add(key)
        programme: ProgrammeRef | None = fields.get("programme")
        if programme and fields.get("consignment"):
            consignments.add((programme.id, values.fold(fields["consignment"])))
    return Wanted(frozenset(tags), frozenset(serials), frozenset(consignments))


def look(category: str, name: str, manufacturer: str | None, model: str | None) -> tuple[str, ...]:
    """What a thing without a serial number is told by."""
    return (category, *(values.fold(text or "") for text in (name, manufacturer, model)))


def consignment_number(number: str, municipality_name: str) -> str:
    """The number of the consignment to another municipality, where one packing list serves several."""
    return f"{number[: 57 - len(municipality_name)]} — {municipality_name}"


def same_maker(one: str | None, other: str | None) -> bool:
    """Whether two manufacturers may be the same: one of them is not named, or they fold alike."""
    return not one or not other or values.fold(one) == values.fold(other)
