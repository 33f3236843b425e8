"""One thing that a row tells of, and what is needed to read it. [pure]"""

from collections.abc import Mapping
from typing import Annotated, Any, Literal, Protocol
from uuid import UUID

import msgspec
from msgspec import Meta

from asset_tracker.imports import values
from asset_tracker.imports.categories import KIT_CATEGORIES
from asset_tracker.imports.cells import Cell
from asset_tracker.imports.mapping import Column
from asset_tracker.imports.problems import Place, Problem
from asset_tracker.territory.search import Match


class Municipalities(Protocol):
    """What finds a municipality by what people write; ``territory.search.MunicipalityIndex`` does."""

    def find(
        self, text: str, *, oblast: str | None = None, raion: str | None = None, guess: bool = True
    ) -> Match: ...


class ProgrammeRef(msgspec.Struct, frozen=True):
    """A programme that the importing person may write to."""

    id: UUID
    code: str
    title: str = ""
    currency: str | None = None
    title_en: str | None = None


class Defaults(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What holds for a row that does not say otherwise, as the person wrote it.

    ``shares``: who pays what share of everything new, such as ``Sida=60; ESTDEV=40``; those of the programme
    where it is not given.
    """

    programme: str | None = None
    consignment: str | None = None
    municipality: str | None = None
    currency: str | None = None
    shares: Annotated[str, Meta(max_length=1000)] | None = None
    campaign: str | None = None


class Line(msgspec.Struct, kw_only=True):
    """One thing (or lot) that a row tells of. ``fields`` hold typed values of what was written, nothing else.

    ``part`` counts the things of one row: three serial numbers in one cell make three lines.
    """

    sheet: str
    row: int
    part: int = 0
    fields: dict[str, Any]
    problems: list[Problem]
    columns: Mapping[str, Column]
    cells: tuple[Cell, ...] = ()

    @property
    def blocked(self) -> bool:
        return any(problem.severity == "error" for problem in self.problems)

    def place(self, field: str | None = None) -> Place:
        """Where the line's field stands in the file."""
        column = self.columns.get(field) if field else None
        if column is None:
            return Place(sheet=self.sheet, row=self.row, field=field)
        cell = self.cells[column.index] if column.index < len(self.cells) else None
        return Place(
            sheet=self.sheet, row=self.row, index=column.index, heading=column.heading, field=field, cell=cell
        )

    def say(
        self, severity: Literal["error", "warning"], code: str, field: str | None, message: str, **more: Any
    ) -> None:
        self.problems.append(self.place(field).problem(severity, code, message, **more))


def is_kit_itself(fields: Mapping[str, Any]) -> bool:
    """Whether the line is the kit and not one of its parts."""
    if fields.get("category") in KIT_CATEGORIES:
        return True
    name, kit = values.fold(fields.get("name_uk", "")), values.fold(str(fields.get("kit", "")))
    return bool(kit) and (name == kit or name.startswith(("комплект ", "kit ")))
