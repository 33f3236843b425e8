"""An empty table of any kind: headings, notes in both languages, drop-downs. [pure]"""

import io
from collections.abc import Mapping, Sequence

from asset_tracker.i18n import Lang
from asset_tracker.imports.survey import LISTS
from asset_tracker.imports.template import ROWS, draw_heading, freeze_headings
from asset_tracker.imports.vocabulary import Field

_WIDE = frozenset({"name", "name_en", "municipality", "address", "description", "shares", "email", "notes"})
_NUMBERS = frozenset({"population", "asked", "approved", "readiness", "lat", "lon", "cost", "line"})
# Told by what stands beside them, or given by us.
_LEFT_OUT = frozenset({"oblast", "raion", "id", "coordinates"})


def make(title: str, fields: Sequence[Field], offers: Mapping[str, Sequence[str]], lang: Lang) -> bytes:
    """The template as .xlsx. ``offers``: what the drop-down of a field offers; other words are as good."""
    from openpyxl import Workbook
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.datavalidation import DataValidation

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
        width = 36 if field.key in _WIDE else 18
        draw_heading(sheet, column, field, lang, width=width, as_text=field.key not in _NUMBERS)
        if texts := offers.get(field.key):
            for row, text in enumerate(texts, start=1):
                hidden.cell(row, column, text)
            rule = DataValidation(
                type="list", formula1=f"'{LISTS}'!${letters}$1:${letters}${len(texts)}", allow_blank=True
            )
            rule.showErrorMessage = False
            rule.add(f"{letters}2:{letters}{ROWS}")
            sheet.add_data_validation(rule)
    freeze_headings(sheet)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
