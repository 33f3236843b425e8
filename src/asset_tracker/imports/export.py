"""A list of assets as a workbook that comes back: imported unchanged, it has nothing to do."""

import io
from collections.abc import Mapping, Sequence
from datetime import date
from functools import partial
from typing import Any
from uuid import UUID

import anyio.to_thread
from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker.access.actors import Actor
from asset_tracker.access.permissions import require
from asset_tracker.assets import queries
from asset_tracker.assets.attributes import Catalogue
from asset_tracker.assets.catalogue import get_catalogue
from asset_tracker.assets.places import Coarse, blur_payload
from asset_tracker.assets.sensitivity import coarse
from asset_tracker.assets.views import Filters
from asset_tracker.consignments.tables import consignment
from asset_tracker.errors import TooLargeError
from asset_tracker.i18n import Lang, gettext
from asset_tracker.imports.fields import FieldKey
from asset_tracker.imports.own_fields import category_name, cell_value, vocabulary_with
from asset_tracker.imports.vocabulary import Vocabulary
from asset_tracker.ledger.tables import asset
from asset_tracker.ledger.tags import format_tag
from asset_tracker.programmes.tables import programme

MAX_ROWS = 100_000
_ATTRIBUTES: tuple[FieldKey, ...] = (
    "year",
    "inventory_number",
    "vin",
    "plate",
    "imei",
    "mac",
    "part_number",
    "box",
    "service_point",
)
COLUMNS: tuple[FieldKey, ...] = (
    "tag", "programme", "municipality", "consignment", "line", "kit", "category", "name", "name_en", "manufacturer",
    "model", "serial", "quantity", "unit_price", "currency", "acquired_on", "warranty_until", *_ATTRIBUTES,
)  # fmt: skip
_a, _kit = asset.c, asset.alias("kit")


async def list_workbook(
    conn: AsyncConnection,
    actor: Actor,
    filters: Filters,
    lang: Lang,
    *,
    only: Mapping[UUID, tuple[str, date]] | None = None,
) -> bytes:
    """The assets in reach that the filters let through, as .xlsx.

    ``only`` these assets, each with what is due of it and until when. Raises TooLargeError beyond ``MAX_ROWS``.
    """
    require(actor, "asset.read")
    known = await coarse(conn, actor)
    fields = await get_catalogue(conn)
    wanted = _rows(await queries.reached(conn, actor, filters, known))
    if only is not None:
        wanted = wanted.where(_a.id.in_(only))
    rows = (await conn.execute(wanted)).all()
    if len(rows) > MAX_ROWS:
        raise TooLargeError("The list holds more than %(limit)s assets. Choose fewer.", limit=MAX_ROWS)
    return await anyio.to_thread.run_sync(partial(_workbook, rows, lang, known, only or {}, fields))


def _rows(where: Sequence[ColumnElement[bool]]) -> Select[Any]:
    place = func.coalesce(_a.destination_code, _a.municipality_code)
    return (
        select(
            asset,
            programme.c.code.label("programme"),
            consignment.c.number.label("consignment"),
            place.label("municipality"),
            _a.state["attributes"].label("attributes"),
            _kit.c.tag.label("kit_tag"),
            _kit.c.state["attributes"]["kit"].astext.label("kit_name"),
        )
        .select_from(
            asset.outerjoin(programme, programme.c.id == _a.programme_id)
            .outerjoin(consignment, consignment.c.id == _a.consignment_id)
            .outerjoin(_kit, _kit.c.id == _a.kit_id)
        )
        .where(_a.gone_reason.is_distinct_from("withdrawn"), *where)
        .order_by(programme.c.code, consignment.c.number, _a.line, _a.id)
        .limit(MAX_ROWS + 1)
    )


def kit_label(tag: str, attributes: dict[str, str]) -> str:
    """What a kit is called in a list: as the file that brought it called it, else by its tag."""
    return attributes.get("kit") or format_tag(tag)


def _workbook(
    rows: Sequence[Any],
    lang: Lang,
    known: Coarse,
    due: Mapping[UUID, tuple[str, date]],
    fields: Catalogue,
) -> bytes:
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Font
    from openpyxl.utils import get_column_letter

    book = Workbook(write_only=True)
    sheet = book.create_sheet(gettext(lang, "Assets"))
    used, vocabulary = _used(rows, fields), vocabulary_with(fields)
    sheet.freeze_panes = "B2"
    for index, key in enumerate(used, start=1):
        sheet.column_dimensions[get_column_letter(index)].width = (
            34 if key in {"name", "municipality"} else 16
        )
    headings = []
    for key in used:
        cell = WriteOnlyCell(sheet, _title(vocabulary, fields, key, lang))
        cell.font = Font(bold=True)
        headings.append(cell)
    headings += [WriteOnlyCell(sheet, gettext(lang, text)) for text in ("What is due", "Due on") if due]
    sheet.append(headings)
    for row in rows:
        values = blur_payload(_values(row, lang, fields), known[row.id])
        sheet.append([cell_of(sheet, each) for each in (*map(values.get, used), *due.get(row.id, ()))])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _title(vocabulary: Vocabulary, fields: Catalogue, key: str, lang: Lang) -> str:
    """What a column is called; one that is asked no more still has its name."""
    field = vocabulary.by_key.get(key)
    return field.title(lang) if field else fields.attributes[key].heading(lang)


def _used(rows: Sequence[Any], fields: Catalogue) -> list[str]:
    """All columns but those of attributes and kits that nothing in the list has."""
    found = {key for row in rows for key in row.attributes or {}}
    kits = any(row.is_kit or row.kit_tag for row in rows)
    columns = dict.fromkeys((*COLUMNS, *fields.attributes))
    optional = {*_ATTRIBUTES, *fields.attributes}
    return [key for key in columns if (key not in optional or key in found) and (key != "kit" or kits)]


def _values(row: Any, lang: Lang, fields: Catalogue) -> dict[str, Any]:
    attributes: dict[str, str] = row.attributes or {}
    kit = kit_label(row.tag, attributes) if row.is_kit else None
    if row.kit_tag:
        kit = row.kit_name or format_tag(row.kit_tag)
    plain = {key: getattr(row, key) for key in COLUMNS if key in row._fields}
    return (
        {key: cell_value(fields.attributes.get(key), text, lang) for key, text in attributes.items()}
        | plain
        | {
            "tag": format_tag(row.tag),
            "kit": kit,
            "category": category_name(fields, row.category, attributes, lang),
            "name": row.name_uk,
        }
    )


def cell_of(sheet: Any, value: Any) -> Any:
    """A cell that holds the value as it is: a text is never a formula."""
    if not isinstance(value, str):
        return value
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

    cell = WriteOnlyCell(sheet, ILLEGAL_CHARACTERS_RE.sub("", value))
    cell.data_type = "s"  # a text that begins with = is no formula
    cell.number_format = "@"
    return cell
