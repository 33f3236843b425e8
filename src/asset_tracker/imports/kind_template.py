"""An empty table of any kind: headings, notes in both languages, drop-downs. [pure]"""

import io
from collections.abc import Mapping, Sequence

from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from asset_tracker.i18n import LANGS, Lang, gettext
from asset_tracker.imports.survey import LISTS
from asset_tracker.imports.template import HEAD, ROWS
from asset_tracker.imports.vocabulary import Field

_WIDE = frozenset({"name", "name_en", "municipality", "address", "description", "shares", "email", "notes"})
_NUMBERS = frozenset({"population", "lat", "lon", "cost", "line"})
# Told by what stands beside them, or given by us.
_LEFT_OUT = frozenset({"oblast", "raion", "id", "coordinates"})


def make(title: str, fields: Sequence[Field], offers: Mapping[str, Sequence[str]], lang: Lang) -> bytes:
    """The template as .xlsx. ``offers``: what the drop-down of a field offers; other words are as good."""
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = title[:31]
    hidden = book.create_sheet(LISTS)
    hidden.sheet_state = "veryHidden"
    column = 0
    for field in fields:
        # a column for each day of an event is understood, but a row for each is what we ask for
        if field.key in _LEFT_OUT or field.key.startswith("on_"):
            continue
        column += 1
        letters = get_column_letter(column)
        cell = sheet.cell(1, column, gettext(lang, field.label))
        cell.font = Font(bold=True, color="FFFFFF")
        cell.fill = HEAD
        cell.alignment = Alignment(wrap_text=True, vertical="center")
        hints = [f"{gettext(each, field.label)}: {gettext(each, field.hint)}" for each in LANGS]
        cell.comment = Comment("\n\n".join(hints), "asset_tracker", height=110, width=300)
        sheet.column_dimensions[letters].width = 36 if field.key in _WIDE else 18
        if field.key not in _NUMBERS:
            # or the spreadsheet makes numbers of codes, and their zeros are gone
            sheet.column_dimensions[letters].number_format = "@"
            for row in range(2, 202):
                sheet.cell(row, column).number_format = "@"
        if texts := offers.get(field.key):
            for row, text in enumerate(texts, start=1):
                hidden.cell(row, column, text)
            rule = DataValidation(
                type="list", formula1=f"'{LISTS}'!${letters}$1:${letters}${len(texts)}", allow_blank=True
            )
            rule.showErrorMessage = False
            rule.add(f"{letters}2:{letters}{ROWS}")
            sheet.add_data_validation(rule)
    sheet.freeze_panes = "A2"
    sheet.row_dimensions[1].height = 32
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
