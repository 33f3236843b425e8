"""Workbooks to take along: the sent one with its problems marked, and an empty one to fill in."""

import tempfile
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final
from uuid import UUID

import anyio.to_thread
import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker.access.actors import Actor
from asset_tracker.assets.catalogue import get_catalogue
from asset_tracker.errors import NotFoundError
from asset_tracker.files.storage import Storage
from asset_tracker.i18n import Lang, gettext
from asset_tracker.imports import queries, sheet
from asset_tracker.imports.cells import Limits, column_index
from asset_tracker.imports.kinds import kind_for
from asset_tracker.imports.offering import Chosen, offer_for
from asset_tracker.imports.problems import Problem
from asset_tracker.imports.telling import told
from asset_tracker.imports.views import KindKey

# What writes workbooks is loaded when one is asked for.
if TYPE_CHECKING:
    from asset_tracker.imports.marking import CellMark

XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


async def marked_workbook(
    conn: AsyncConnection, storage: Storage, actor: Actor, batch_id: UUID, lang: Lang
) -> bytes:
    """The file of this import as .xlsx, each problem at its cell: a colour, and a comment in ``lang``.

    Raises NotFoundError where it is kept no more.
    """
    batch = await queries.get_import(conn, actor, batch_id)
    if batch.file_dropped_at is not None:
        raise NotFoundError("This file named people and was not kept.")
    problems = await queries.list_problems(conn, actor, batch_id)
    marks = [_mark(problem, lang) for problem in problems if problem.sheet]
    data = await storage.get(batch.sha256)
    ending = Path(batch.file_name).suffix.lower()
    return await anyio.to_thread.run_sync(partial(_marked, data, ending, marks))


def _marked(data: bytes, ending: str, marks: "list[CellMark]") -> bytes:
    from asset_tracker.imports import marking

    with tempfile.TemporaryDirectory(prefix="asset-tracker-import-") as folder:
        source, said, target = (Path(folder) / name for name in (f"sent{ending[:6]}", "marks", "marked.xlsx"))
        source.write_bytes(data)
        said.write_bytes(msgspec.json.encode(marks))
        sheet.in_a_process(marking.__name__, (source, said, target), Limits())
        return target.read_bytes()


def _mark(problem: Problem, lang: Lang) -> "CellMark":
    from asset_tracker.imports.marking import CellMark

    words = told(problem, lang)
    text = words.message
    if words.expected:
        text += "\n" + gettext(lang, "Expected: %(what)s", what=words.expected)
    if words.suggestion:
        text += "\n" + gettext(lang, "Perhaps: %(what)s", what=words.suggestion)
    column = column_index(problem.column) + 1 if problem.column else 1
    return CellMark(problem.sheet, problem.row, column, problem.severity, text)


async def template_workbook(
    conn: AsyncConnection,
    actor: Actor,
    lang: Lang,
    kind_key: KindKey = "assets",
    chosen: Chosen | None = None,
) -> bytes:
    """An empty table for the programme and municipalities chosen, else for all in reach.

    Raises InvalidError that names each choice that is not there, ForbiddenError.
    """
    from asset_tracker.imports import kind_template, template

    kind = kind_for(actor, kind_key)
    offer = await offer_for(conn, actor, chosen or Chosen())
    if kind_key == "assets":
        return await anyio.to_thread.run_sync(template.make, lang, offer, await get_catalogue(conn))
    offers = {
        "municipality": offer.municipalities,
        "programme": offer.programmes,
        "currency": ("UAH", "EUR", "USD", "SEK", "CHF", "PLN", "GBP"),
    } | {field: [words.name(code, lang) for code in words.codes] for field, words in kind.words.items()}
    title = gettext(lang, kind.label)
    return await anyio.to_thread.run_sync(kind_template.make, title, kind.vocabulary.fields, offers, lang)
