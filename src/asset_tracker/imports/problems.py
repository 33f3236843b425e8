"""What the plan says about a place in the file. [pure]"""

from typing import Any, Literal

import msgspec

from asset_tracker.imports.cells import Cell, column_name
from asset_tracker.imports.values import shown

Severity = Literal["error", "question", "warning"]


class Problem(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One thing about one place. An ``error`` keeps its row out, a ``question`` wants an answer, a ``warning`` only says.

    ``message`` and ``expected`` are English msgids; ``params`` fill the places of both.
    ``row`` as the spreadsheet shows it, 0 for the whole sheet; ``column`` in letters.
    """

    severity: Severity
    code: str
    message: str
    params: dict[str, Any] = {}
    expected: str | None = None
    suggestion: str | None = None
    sheet: str = ""
    row: int = 0
    column: str = ""
    heading: str = ""
    field: str | None = None
    value: str = ""


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """Where in the file somebody looks; makes problems that say so."""

    sheet: str
    row: int = 0
    index: int | None = None
    heading: str = ""
    field: str | None = None
    cell: Cell = None

    def problem(
        self,
        severity: Severity,
        code: str,
        message: str,
        *,
        expected: str | None = None,
        suggestion: str | None = None,
        **params: Any,
    ) -> Problem:
        return Problem(
            severity=severity,
            code=code,
            message=message,
            params=params,
            expected=expected,
            suggestion=suggestion,
            sheet=self.sheet,
            row=self.row,
            column=column_name(self.index) if self.index is not None else "",
            heading=self.heading,
            field=self.field,
            value=shown(self.cell),
        )
