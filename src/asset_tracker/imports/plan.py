"""What an import will do, decided before anything is written. [pure]

``Planner`` takes the lines of a file in order and what is known of the assets they may mean (``Known``), and says for
each: create, change (old and new side by side), unchanged, or problem. It never sees more than one line at a time, so
a large file costs no more memory than the serial numbers in it.
"""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import msgspec

from asset_tracker.imports import values
from asset_tracker.imports.categories import category_of
from asset_tracker.imports.known import (
    Change,
    ConsignmentKey,
    Existing,
    Facts,
    Item,
    Known,
    PlaceKey,
    consignment_number,
    look,
    same_maker,
)
from asset_tracker.imports.line import Line, is_kit_itself
from asset_tracker.ledger.serials import serial_key

_COMPARED = (
    "category",
    "name_uk",
    "name_en",
    "manufacturer",
    "model",
    "serial",
    "quantity",
    "unit_price",
    "currency",
    "municipality",
    "acquired_on",
    "warranty_until",
)
# A field that the file fills in by itself changes nothing that somebody recorded on purpose.
_WRITTEN_AS = {"category": "category", "name_uk": "name", "municipality": "municipality"}


class Planner:
    """Judges lines in the order of the file.

    ``split``: numbers of packing lists that serve several municipalities, with the consignments made of them.
    """

    def __init__(self) -> None:
        self._serials: dict[str, list[tuple[str, int, str | None]]] = {}
        self._tags: dict[str, tuple[str, int]] = {}
        self._lines: set[tuple[PlaceKey, int]] = set()
        self._next_line: dict[ConsignmentKey, int] = {}
        self._taken: set[UUID] = set()
        self._kits: dict[str, Item | None] = {}
        self._kit_parts: dict[str, Item] = {}
        self._consignments: dict[ConsignmentKey, str] = {}
        self.split: dict[str, set[str]] = {}
        self._doubtful: list[tuple[Line, Facts, Existing]] = []

    def judge(self, line: Line, known: Known) -> Item | None:
        """What will be done with the line; None where that is only clear at the end (``finish``)."""
        self._check_file(line)
        if line.blocked:
            return self._problem(line)
        facts = self._consigned(line, _facts(line), known)
        existing = self._match(line, facts, known)
        if line.blocked:
            return self._problem(line)
        if existing is None and (moved := self._same_line(line, facts, known)):
            if moved.serial is None:
                existing = moved
            else:
                self._doubtful.append((line, facts, moved))
                return None
        return self._item(line, facts, existing, known)

    def finish(self, known: Known) -> Iterator[Item]:
        """What was left open: lines whose serial number changed, and kits that have no row of their own."""
        for line, facts, moved in self._doubtful:
            # the recorded serial number stands elsewhere in the file: this is another thing
            same = serial_key(moved.serial) not in self._serials and moved.id not in self._taken
            yield self._item(line, facts, moved if same else None, known)
        for key, kit in list(self._kits.items()):
            part = self._kit_parts.get(key)
            if kit is None and part is not None and part.facts is not None:
                yield _implied_kit(key, part, part.facts)

    # the file against itself -----------------------------------------------------

    def _check_file(self, line: Line) -> None:
        fields = line.fields
        if key := fields.get("serial_key"):
            maker = fields.get("manufacturer")
            for sheet, row, other in self._serials.get(key, ()):
                if same_maker(maker, other):
                    line.say(
                        "error",
                        "twice-in-file",
                        "serial",
                        "The serial number %(serial)s is in row %(row)s of “%(sheet)s” too.",
                        expected="each serial number once",
                        serial=fields["serial"],
                        row=row,
                        sheet=sheet,
                    )
                    break
            self._serials.setdefault(key, []).append((line.sheet, line.row, maker))
        if tag := fields.get("tag"):
            if tag in self._tags:
                sheet, row = self._tags[tag]
                line.say(
                    "error",
                    "tag-twice-in-file",
                    "tag",
                    "The tag is in row %(row)s of “%(sheet)s” too.",
                    expected="each tag once",
                    row=row,
                    sheet=sheet,
                )
            self._tags.setdefault(tag, (line.sheet, line.row))
        if not fields.get("serial") and not fields.get("tag") and not fields.get("consignment"):
            line.say(
                "error",
                "no-identity",
                "consignment",
                "Without a serial number the line needs a consignment, or it could not be recognised again.",
                expected="the number of the consignment",
            )

    def _consigned(self, line: Line, facts: Facts, known: Known) -> Facts:
        """A consignment goes to one municipality; a packing list for several makes one for each of them."""
        if facts.consignment is None:
            return facts
        name = line.fields["municipality_name"]
        other = consignment_number(facts.consignment, name)
        for number in (facts.consignment, other, consignment_number(other, facts.municipality[-5:])):
            key = (facts.programme, values.fold(number))
            recorded = known.consignments.get(key)
            owner = (
                recorded.municipality if recorded else self._consignments.setdefault(key, facts.municipality)
            )
            if owner == facts.municipality:
                if number != facts.consignment:
                    self.split.setdefault(facts.consignment, set()).add(number)
                return msgspec.structs.replace(facts, consignment=number)
        return facts

    # the file against what is recorded -------------------------------------------

    def _match(self, line: Line, facts: Facts, known: Known) -> Existing | None:
        by_serial = self._by_serial(line, facts, known)
        if facts.tag:
            existing = known.by_tag.get(facts.tag)
            if by_serial and existing and existing.id != by_serial.id:
                line.say(
                    "error",
                    "tag-and-serial",
                    "tag",
                    "The tag belongs to another asset than the serial number.",
                    expected="the tag and the serial number of one asset",
                )
            if existing and existing.programme != facts.programme:
                self._elsewhere(line, "tag")
            if existing or by_serial is None:
                return existing
        if by_serial or facts.serial:
            return by_serial
        return self._by_place(line, facts, known)

    def _by_serial(self, line: Line, facts: Facts, known: Known) -> Existing | None:
        key = line.fields.get("serial_key")
        if key is None:
            return None
        found = [
            each for each in known.by_serial.get(key, ()) if same_maker(each.manufacturer, facts.manufacturer)
        ]
        here = [each for each in found if each.programme == facts.programme]
        if found and not here:
            self._elsewhere(line, "serial")
        return here[0] if here else None

    @staticmethod
    def _elsewhere(line: Line, field: str) -> None:
        line.say(
            "error",
            "other-programme",
            field,
            "It is already recorded in another programme.",
            expected="something that this programme gave",
        )

    def _by_place(self, line: Line, facts: Facts, known: Known) -> Existing | None:
        """Without a serial number: by consignment and line, else by what it is and how often that occurs."""
        if facts.line is not None and (same := self._same_line(line, facts, known)):
            return same
        appearance = look(facts.category, facts.name_uk, facts.manufacturer, facts.model)
        for each in known.by_look.get((_place(facts), appearance), ()):
            if each.id not in self._taken:
                return each
        return None

    def _same_line(self, line: Line, facts: Facts, known: Known) -> Existing | None:
        """The asset that the consignment has on this line, if the line's number is the file's own and used once."""
        if "line" not in line.fields or facts.line is None or facts.consignment is None:
            return None
        key = (_place(facts), facts.line)
        if key in self._lines:
            return None
        found = [
            each
            for each in known.by_line.get(key, ())
            if each.category == facts.category and each.id not in self._taken
        ]
        return found[0] if len(found) == 1 else None

    # the outcome -------------------------------------------------------------------

    def _item(self, line: Line, facts: Facts, existing: Existing | None, known: Known) -> Item:
        kit_key = _kit_key(facts)
        kit = known.kits.get(kit_key) if kit_key else None
        if kit_key:
            facts = self._join_kit(facts, kit_key, itself=bool(kit and existing and kit.id == existing.id))
        if facts.line is not None and facts.consignment and "line" in line.fields:
            self._lines.add((_place(facts), facts.line))
        if existing is None:
            facts = facts if "line" in line.columns else self._numbered(facts, known)
            item = Item(
                action="create",
                sheet=line.sheet,
                row=line.row,
                part=line.part,
                facts=facts,
                problems=tuple(line.problems),
                kit_key=kit_key,
                kit=kit.id if kit else None,
            )
        else:
            self._taken.add(existing.id)
            changes = _changes(line, facts, existing)
            if kit_key and not facts.is_kit and (kit is None or existing.kit_id != kit.id):
                changes = (*changes, Change("kit", None if existing.kit_id is None else "…", facts.kit))
            item = Item(
                action="change" if changes else "unchanged",
                sheet=line.sheet,
                row=line.row,
                part=line.part,
                facts=facts,
                asset=existing.id,
                head=existing.head,
                tag=existing.tag,
                changes=changes,
                problems=tuple(line.problems),
                kit_key=kit_key,
                kit=kit.id if kit else None,
            )
        if kit_key:
            self._remember_kit(kit_key, item, kit)
        return item

    def _numbered(self, facts: Facts, known: Known) -> Facts:
        """Where the file does not number its lines, they are counted on from what the consignment holds."""
        if facts.consignment is None:
            return facts
        key = (facts.programme, values.fold(facts.consignment))
        if key not in self._next_line:
            self._next_line[key] = known.last_line[key] + 1
        number = self._next_line[key]
        self._next_line[key] = number + 1
        return msgspec.structs.replace(facts, line=number)

    def _join_kit(self, facts: Facts, key: str, *, itself: bool) -> Facts:
        itself = itself or (self._kits.get(key) is None and is_kit_itself(msgspec.structs.asdict(facts)))
        return msgspec.structs.replace(facts, is_kit=True) if itself else facts

    def _remember_kit(self, key: str, item: Item, kit: Existing | None) -> None:
        if item.facts and item.facts.is_kit:
            self._kits[key] = item
            return
        self._kits.setdefault(key, None)
        if kit is None:
            self._kit_parts.setdefault(key, item)

    @staticmethod
    def _problem(line: Line) -> Item:
        return Item(
            action="problem", sheet=line.sheet, row=line.row, part=line.part, problems=tuple(line.problems)
        )


def _facts(line: Line) -> Facts:
    fields = line.fields
    names = Facts.__struct_fields__
    plain = {name: fields[name] for name in names if name in fields and name != "programme"}
    return Facts(programme=fields["programme"].id, note=fields.get("notes"), **plain)


def _place(facts: Facts) -> PlaceKey:
    return (facts.programme, values.fold(facts.consignment or ""), facts.municipality)


def _kit_key(facts: Facts) -> str | None:
    return "|".join((*map(str, _place(facts)), values.fold(facts.kit))) if facts.kit else None


def _changes(line: Line, facts: Facts, existing: Existing) -> tuple[Change, ...]:
    """What the file says differently; an empty cell and a guessed value say nothing."""
    changes = []
    for name in _COMPARED:
        new, old = getattr(facts, name), getattr(existing, name)
        column = _WRITTEN_AS.get(name)
        if new is None or (column and column not in line.columns) or _same(name, old, new):
            continue
        if name == "quantity" and "quantity" not in line.fields:
            continue
        changes.append(Change(name, old, new))
    for key, text in facts.attributes.items():
        if existing.attributes.get(key) != text:
            changes.append(Change(key, existing.attributes.get(key), text))
    return tuple(changes)


def _same(name: str, old: Any, new: Any) -> bool:
    if old == new:
        return True
    if name == "serial":
        return serial_key(old) == serial_key(new)
    if isinstance(old, str) and isinstance(new, str):
        return values.tidy(old) == values.tidy(new)
    return False


def _implied_kit(key: str, part: Item, facts: Facts) -> Item:
    """A kit that the file names only beside its parts."""
    label = facts.kit or ""
    wordy = any(letter.isalpha() for letter in label) and len(label) > 4
    name = label if wordy else f"Комплект {label}"
    return Item(
        action="create",
        sheet=part.sheet,
        row=part.row,
        part=-1,
        facts=Facts(
            programme=facts.programme,
            category=category_of(label) or "other",
            name_uk=name,
            municipality=facts.municipality,
            consignment=facts.consignment,
            kit=label,
            is_kit=True,
        ),
        kit_key=key,
    )
