"""The answer to a question as a file: CSV, XLSX, and Parquet for analysts where pyarrow is installed.

Texts are never formulas; numbers, days and instants keep their types.
"""

import csv
import io
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from importlib.util import find_spec
from typing import Any, Final, NamedTuple

from asset_tracker.documents import display
from asset_tracker.errors import FieldError, InvalidError
from asset_tracker.i18n import Lang
from asset_tracker.reports.csv import BOM, plain
from asset_tracker.reports.questions import Answer


class Form(NamedTuple):
    """``write`` takes CPU time; call it in a thread."""

    media_type: str
    write: Callable[[Answer], bytes]


def form_named(name: str) -> Form:
    """Raises InvalidError for a form that is not known here."""
    found = FORMS.get(name)
    if found is None:
        known = ", ".join(FORMS)
        wrong = FieldError("format", "There is no format %(name)s here.", {"name": name[:20]}, expected=known)
        raise InvalidError(errors=(wrong,))
    return found


def shown(value: Any, lang: Lang) -> str:
    """A cell on a page."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, datetime):
        return display.instant(value, lang)
    if isinstance(value, date):
        return display.day(value, lang)
    if isinstance(value, int):
        return display.number(value, lang)
    return f"{value:f}" if isinstance(value, Decimal) else str(value)


def write_csv(answer: Answer) -> bytes:
    out = io.StringIO(newline="")
    out.write(BOM)
    writer = csv.writer(out)
    writer.writerow(plain(head) for head in answer.heads)
    for row in answer.rows:
        writer.writerow(plain(_plain(value)) for value in row)
    return out.getvalue().encode()


def write_xlsx(answer: Answer) -> bytes:
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.utils import get_column_letter

    from asset_tracker.reports.xlsx import text_cell

    def cell(value: Any) -> Any:
        return text_cell(page, value) if isinstance(value, str) else WriteOnlyCell(page, value)

    book = Workbook(write_only=True)
    page: Any = book.create_sheet("Answer")
    page.freeze_panes = "A2"
    last = get_column_letter(max(len(answer.heads), 1))
    page.auto_filter.ref = f"A1:{last}{len(answer.rows) + 1}"
    page.append([text_cell(page, head) for head in answer.heads])
    for row in answer.rows:
        page.append([cell(_plain(value)) for value in row])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def write_parquet(answer: Answer) -> bytes:
    """One row group; every column may be empty. Needs the extra ``parquet``."""
    from pyarrow import array, parquet, table

    columns = [list(column) for column in zip(*answer.rows, strict=True)] or [[] for _ in answer.heads]
    out = io.BytesIO()
    parquet.write_table(table([array(_alike(column)) for column in columns], names=_apart(answer.heads)), out)
    return out.getvalue()


def _alike(column: Sequence[Any]) -> list[Any]:
    """Values of one type: what a column mixes, or Parquet knows no type for, is text."""
    kept = [value for value in column if value is not None]
    kinds = {type(value) for value in kept}
    if not kinds or (len(kinds) == 1 and kinds <= _TYPED):
        return list(column)
    return [None if value is None else str(value) for value in column]


def _apart(heads: Sequence[str]) -> list[str]:
    """Names of columns, each once."""
    seen: dict[str, int] = {}
    names = []
    for head in heads:
        seen[head] = seen.get(head, 0) + 1
        names.append(head if seen[head] == 1 else f"{head}_{seen[head]}")
    return names


def _plain(value: Any) -> Any:
    """What a cell of a table can hold."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, datetime):
        return value.astimezone(UTC).replace(tzinfo=None) if value.tzinfo else value
    if value is None or isinstance(value, (int, float, Decimal, date, str)):
        return value
    return str(value)


_TYPED: Final = frozenset({int, float, bool, str, date, datetime, Decimal, timedelta})
FORMS: Final[dict[str, Form]] = {
    "csv": Form("text/csv", write_csv),
    "xlsx": Form("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", write_xlsx),
}
if find_spec("pyarrow") is not None:
    FORMS["parquet"] = Form("application/vnd.apache.parquet", write_parquet)
