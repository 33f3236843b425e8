"""Our own packing list: headings, drop-downs, notes and examples, in Ukrainian or English. [pure]"""

import io
from collections.abc import Mapping, Sequence

from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from asset_tracker.assets.attributes import Catalogue
from asset_tracker.i18n import LANGS, Lang, gettext
from asset_tracker.imports.fields import ASSETS, FieldKey
from asset_tracker.imports.offer import Offer
from asset_tracker.imports.own_fields import answers, category_names, vocabulary_with
from asset_tracker.imports.survey import EXAMPLES, LISTS
from asset_tracker.imports.vocabulary import Field, Vocabulary

ROWS = 2000
# As far as rows are made ready to be typed into.
FORMATTED = 200
_TEXT_COLUMNS = {"serial", "vin", "plate", "consignment", "tag", "municipality", "kit", "model"}
_WIDTHS = {
    "municipality": 40,
    "name": 36,
    "notes": 36,
    "programme": 18,
    "category": 22,
    "kit": 24,
    "serial": 22,
    "vin": 22,
}
_HEAD = PatternFill("solid", fgColor="0D5A68")


_EQUIPMENT: tuple[FieldKey, ...] = (
    "line", "municipality", "programme", "consignment", "category", "name", "name_en", "manufacturer", "model", "serial",
    "quantity", "unit_price", "currency", "year", "acquired_on", "warranty_until", "notes",
)  # fmt: skip
_VEHICLES: tuple[FieldKey, ...] = (
    "line", "municipality", "programme", "consignment", "category", "name", "name_en", "manufacturer", "model", "vin", "plate", "year",
    "unit_price", "currency", "acquired_on", "warranty_until", "notes",
)  # fmt: skip
_KITS: tuple[FieldKey, ...] = (
    "line", "municipality", "programme", "consignment", "kit", "category", "name", "manufacturer", "model", "serial",
    "quantity", "unit_price", "currency", "warranty_until", "notes",
)  # fmt: skip
SHEETS: tuple[tuple[str, str, tuple[FieldKey, ...]], ...] = (
    ("Обладнання", "Equipment", _EQUIPMENT),
    ("Транспорт", "Vehicles", _VEHICLES),
    ("Комплекти", "Kits", _KITS),
)

_LAPTOP: dict[FieldKey, object] = {
    "line": 1, "consignment": "П-12", "category": "ноутбук", "name": "Ноутбук 15,6″", "manufacturer": "Lenovo",
    "model": "ThinkPad E16", "serial": "PF4XQ0012", "quantity": 1, "unit_price": 38499.99, "currency": "UAH", "warranty_until": "31.12.2026",
}  # fmt: skip
_CABLES: dict[FieldKey, object] = {
    "line": 2, "consignment": "П-12", "category": "other", "name": "Patch cable 5 m", "quantity": 20, "unit_price": 4.5, "currency": "EUR",
}  # fmt: skip
_BUS: dict[FieldKey, object] = {
    "line": 3, "consignment": "П-12", "category": "транспорт", "name": "Мобільний ЦНАП на базі мікроавтобуса", "manufacturer": "Ford",
    "model": "Transit", "vin": "WF0XXXTT9XNR00012", "plate": "АМ 1234 ВС", "quantity": 1, "unit_price": 58000, "currency": "EUR",
}  # fmt: skip
_KIT: tuple[dict[FieldKey, object], ...] = (
    {
        "line": 4, "consignment": "П-12", "kit": "ВК-3", "category": "камера", "name": "Камера для відеоконсультацій",
        "manufacturer": "Logitech", "serial": "2103LZ0055", "quantity": 1, "unit_price": 1250, "currency": "EUR",
    },
    {
        "line": 5, "consignment": "П-12", "kit": "ВК-3", "category": "tablet", "name": "Tablet with SIM", "manufacturer": "Samsung",
        "model": "Tab A9", "serial": "R52X90ABCDE", "quantity": 1, "unit_price": 310, "currency": "EUR",
    },
)  # fmt: skip
# Where nothing was chosen: a name with its raion and oblast, a code, a name with its oblast.
_ANYWHERE = (
    "Баранівська, Звягельський, Житомирська",
    "UA18060170000069581",
    "Хорошівська, Житомирська",
)


def make(lang: Lang, offer: Offer, known: Catalogue = Catalogue()) -> bytes:  # noqa: B008 - it is frozen
    """The template as .xlsx, with a column for each field that categories have of their own (``known``)."""
    book = Workbook()
    book.remove(book.worksheets[0])
    columns = _lists(book, lang, offer, known)
    vocabulary = vocabulary_with(known)
    for uk, en, usual in SHEETS:
        sheet = book.create_sheet(uk if lang == "uk" else en)
        fields = (*usual, *(key for key in _own(usual, known) if key not in usual))
        _head(sheet, fields, lang, vocabulary)
        _offers(sheet, fields, columns, lang)
        fill_in(sheet, fields, offer.given)
    _examples(book, lang, offer)
    book.move_sheet(LISTS, offset=len(book.worksheets))
    book.active = 0
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _own(usual: Sequence[str], known: Catalogue) -> list[str]:
    """The fields that things on a sheet may have of their own: those of vehicles on the sheet of vehicles."""
    of_vehicles = usual is _VEHICLES
    return [
        each.key
        for each in known.standing()
        if not each.categories or any((category == "vehicle") == of_vehicles for category in each.categories)
    ]


def _lists(book: Workbook, lang: Lang, offer: Offer, known: Catalogue) -> dict[str, str]:
    """A hidden sheet with what the drop-downs offer; the range of each field."""
    sheet = book.create_sheet(LISTS)
    sheet.sheet_state = "veryHidden"
    lists: dict[str, Sequence[str]] = {
        "municipality": offer.municipalities,
        "programme": offer.programmes,
        "category": category_names(known, lang),
        "currency": ["UAH", "EUR", "USD", "SEK", "CHF", "PLN", "GBP"],
    }
    lists |= {each.key: found for each in known.standing() if (found := answers(each, lang))}
    ranges = {}
    for column, (field, texts) in enumerate(lists.items(), start=1):
        for row, text in enumerate(texts, start=1):
            sheet.cell(row, column, text)
        if texts:
            letters = get_column_letter(column)
            ranges[field] = f"'{LISTS}'!${letters}$1:${letters}${len(texts)}"
    return ranges


def _head(sheet: Worksheet, fields: Sequence[str], lang: Lang, vocabulary: Vocabulary = ASSETS) -> None:
    for column, key in enumerate(fields, start=1):
        draw_heading(
            sheet,
            column,
            vocabulary.by_key[key],
            lang,
            width=_WIDTHS.get(key, 15),
            as_text=key in _TEXT_COLUMNS or vocabulary.by_key[key].own is not None,
        )
    freeze_headings(sheet)


def draw_heading(
    sheet: Worksheet, column: int, field: Field, lang: Lang, *, width: int, as_text: bool
) -> None:
    """Name a column, with a note in both languages. ``as_text``: whatever is typed stays as it was typed."""
    cell = sheet.cell(1, column, field.title(lang))
    cell.font = Font(bold=True, color="FFFFFF")
    cell.fill = _HEAD
    cell.alignment = Alignment(wrap_text=True, vertical="center")
    hints = [f"{field.title(each)}: {gettext(each, field.hint)}" for each in LANGS]
    cell.comment = Comment("\n\n".join(hints), "asset_tracker", height=110, width=300)
    letters = get_column_letter(column)
    sheet.column_dimensions[letters].width = width
    if as_text:
        # or the spreadsheet makes a number of a serial number, and its zeros are gone
        sheet.column_dimensions[letters].number_format = "@"
        for row in range(2, FORMATTED + 2):
            sheet.cell(row, column).number_format = "@"


def freeze_headings(sheet: Worksheet) -> None:
    """Let the headings stand while the rest is scrolled."""
    sheet.freeze_panes = "A2"
    sheet.row_dimensions[1].height = 32


def _offers(sheet: Worksheet, fields: Sequence[str], ranges: dict[str, str], lang: Lang) -> None:
    for column, key in enumerate(fields, start=1):
        letters = get_column_letter(column)
        if key in ranges:
            rule = DataValidation(type="list", formula1=ranges[key], allow_blank=True)
            # a KATOTTH code or another spelling is as good as what the list offers
            rule.showErrorMessage = key == "currency"
        elif key == "quantity":
            rule = DataValidation(type="whole", operator="greaterThanOrEqual", formula1="1", allow_blank=True)
            rule.error = gettext(lang, "a whole number, 1 or more")
            rule.showErrorMessage = True
        else:
            continue
        rule.add(f"{letters}2:{letters}{ROWS}")
        sheet.add_data_validation(rule)


def fill_in(sheet: Worksheet, fields: Sequence[str], given: Mapping[str, str]) -> None:
    """Let what holds for all rows stand in them; a row with nothing else is no line."""
    for column, key in enumerate(fields, start=1):
        if key in given:
            for row in range(2, FORMATTED + 2):
                sheet.cell(row, column, given[key])


def _examples(book: Workbook, lang: Lang, offer: Offer) -> None:
    sheet = book.create_sheet(EXAMPLES)
    fields: tuple[FieldKey, ...] = (
        "line", "municipality", "programme", "consignment", "kit", "category", "name", "manufacturer", "model", "serial", "vin",
        "plate", "quantity", "unit_price", "currency", "warranty_until",
    )  # fmt: skip
    _head(sheet, fields, lang)
    towns = offer.municipalities if offer.chosen else _ANYWHERE
    for row, example in enumerate((_LAPTOP, _CABLES, _BUS, *_KIT), start=2):
        # a kit stands in one place
        town = towns[min(row - 2, 3) % len(towns)] if towns else None
        whose = {"municipality": town, "programme": offer.programmes[0] if offer.programmes else None}
        for column, key in enumerate(fields, start=1):
            sheet.cell(row, column, (whose | example).get(key))
