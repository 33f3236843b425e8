"""A plan of a file without a database, for the tests."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from uuid import UUID

import msgspec

from asset_tracker.imports import reader
from asset_tracker.imports.cells import Limits, Opened, Row, Rows, SheetEnd, SheetInfo
from asset_tracker.imports.fields import ASSETS
from asset_tracker.imports.kinds.assets import AssetPlanning
from asset_tracker.imports.known import ConsignmentRef, Existing, Item
from asset_tracker.imports.line import Defaults, ProgrammeRef
from asset_tracker.imports.problems import Problem
from asset_tracker.imports.survey import Survey, survey
from asset_tracker.imports.views import Choices

PROSTO = ProgrammeRef(UUID(int=1), "PROSTO", "ПРОСТО: підтримка надання послуг")
EGA = ProgrammeRef(UUID(int=2), "EGA-ZH", "Digital services in Zhytomyr")


class Read(msgspec.Struct):
    """What ``sheet.Book`` gives, read in this process."""

    about: Opened
    sheets: tuple[SheetInfo, ...]
    by_sheet: dict[int, list[Row]]

    def rows(self, sheet: int) -> Iterator[Row]:
        return iter(self.by_sheet.get(sheet, []))


class Planned(msgspec.Struct):
    survey: Survey
    items: list[Item]
    problems: list[Problem]

    def count(self) -> dict[str, int]:
        found: dict[str, int] = {}
        for item in self.items:
            found[item.action] = found.get(item.action, 0) + 1
        return found

    def codes(self, *severities: str) -> set[tuple[int, str]]:
        return {(p.row, p.code) for p in self.problems if p.severity in (severities or ("error", "question"))}


def book(path: Path) -> Read:
    about, sheets, rows = Opened(format="xlsx"), [], {}
    for frame in reader.read(path, Limits()):
        if isinstance(frame, Opened):
            about = frame
        elif isinstance(frame, SheetEnd):
            sheets.append(frame.sheet)
        elif isinstance(frame, Rows):
            rows.setdefault(frame.sheet, []).extend(frame.rows)
    return Read(about, tuple(sheets), rows)


def plan(
    path: Path,
    municipalities,
    *,
    known: Iterable[Existing] = (),
    defaults: Mapping[str, str] | None = None,
    answers: Mapping[str, str | None] | None = None,
) -> Planned:
    source = book(path)
    given = msgspec.convert({"programme": "PROSTO", **(defaults or {})}, Defaults)
    planning = AssetPlanning(None, None, Choices(defaults=given), (PROSTO, EGA), municipalities)
    planning.known.add(known)
    planning.known.add_consignments(
        ConsignmentRef(each.id, each.programme, each.consignment, each.municipality)
        for each in known
        if each.programme and each.consignment and each.municipality
    )
    looked = survey(source, ASSETS, answers, planning.asked)
    items, readers = [], []
    for mapping in looked.mappings:
        lines = planning.reader(mapping, since_1904=source.about.since_1904)
        readers.append(lines)
        for row in source.rows(mapping.sheet):
            judged = map(planning.judge, lines.lines(row))
            items += [item for item in judged if item]
    items += planning.finish()
    after = [problem for each in readers for problem in each.aftermath()]
    problems = [*looked.problems, *(p for item in items for p in item.problems), *after]
    return Planned(looked, items, problems)


def existing(item: Item, number: int, kits: Mapping[str, UUID] | None = None) -> Existing:
    """The asset that committing the item makes."""
    facts = item.facts
    assert facts is not None
    shared = {
        name: getattr(facts, name) for name in Existing.__struct_fields__ if name in facts.__struct_fields__
    }
    return Existing(
        **shared
        | {
            "id": UUID(int=number),
            "head": "00",
            "tag": facts.tag or f"{number:08d}",
            "kit_label": facts.kit if facts.is_kit else None,
            "kit_id": (kits or {}).get(item.kit_key or "") if not facts.is_kit else None,
        }
    )


def committed(items: Iterable[Item]) -> list[Existing]:
    """The assets after all new items were committed."""
    new = [item for item in items if item.action == "create"]
    kits = {
        i.kit_key: UUID(int=n) for n, i in enumerate(new, 1000) if i.kit_key and i.facts and i.facts.is_kit
    }
    return [existing(item, number, kits) for number, item in enumerate(new, 1000)]
