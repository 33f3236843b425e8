"""Every list as a workbook that comes back: imported unchanged, it has nothing to do."""

import io
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, Literal, get_args
from uuid import UUID

import anyio.to_thread
import msgspec
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker.access.actors import Actor
from asset_tracker.access.permissions import require
from asset_tracker.assets.views import Filters
from asset_tracker.consignments.due import DUE_KINDS, DueFilter, DueItem, list_due
from asset_tracker.errors import NotFoundError
from asset_tracker.i18n import Lang, gettext
from asset_tracker.imports import export
from asset_tracker.imports.kinds import BY_KEY
from asset_tracker.imports.kinds.event_words import CONDITIONS
from asset_tracker.imports.kinds.records import RecordKind
from asset_tracker.imports.kinds.verifications import FOUND, VOCABULARY
from asset_tracker.ledger.tables import asset
from asset_tracker.ledger.tags import format_tag
from asset_tracker.programmes.policies import KINDS as RULES
from asset_tracker.territory.municipalities import Municipality
from asset_tracker.territory.queries import get_municipalities
from asset_tracker.verifications.queries import list_campaigns, results

ListName = Literal["service_points", "parties", "programmes", "consignments", "users", "population", "needs", "verifications", "due"]  # fmt: skip
LIST_NAMES: tuple[ListName, ...] = get_args(ListName)
_WIDE = frozenset({"name", "name_en", "municipality", "address", "shares", "email", "source", "roles"})
_MOST = 10_000


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """What of a list is wanted; None asks for all."""

    municipality: str | None = None
    campaign: UUID | None = None
    programme: UUID | None = None
    rule: str | None = None


async def workbook(conn: AsyncConnection, actor: Actor, name: str, wanted: Wanted, lang: Lang) -> bytes:
    """A list in reach as .xlsx. Raises NotFoundError for an unknown name, ForbiddenError."""
    if name == "verifications":
        return await _verifications(conn, actor, wanted.campaign, lang)
    if name == "due":
        return await _due(conn, actor, wanted, lang)
    kind = next((each for key, each in BY_KEY.items() if key == name and name in LIST_NAMES), None)
    if not isinstance(kind, RecordKind):
        raise NotFoundError
    require(actor, kind.reading)
    records = await kind.recorded(conn, actor)
    if wanted.municipality:
        records = [each for each in records if each.values.get("municipality") == wanted.municipality]
    told = [kind.shown(each, lang) for each in records]
    places = await get_municipalities(conn, {row["municipality"] for row in told if "municipality" in row})
    for row in told:
        if place := places.get(row.get("municipality", "")):
            row["municipality"] = _place(place)
    fields = [field.key for field in kind.vocabulary.fields if any(field.key in row for row in told)]
    headings = {key: gettext(lang, kind.vocabulary.by_key[key].label) for key in fields}
    return await _made(gettext(lang, kind.label), headings, told)


def _place(each: Municipality) -> str:
    return ", ".join(filter(None, (each.name_uk, each.raion_uk, each.oblast_uk, each.code)))


async def _made(title: str, headings: Mapping[str, str], rows: Sequence[Mapping[str, Any]]) -> bytes:
    return await anyio.to_thread.run_sync(partial(_workbook, title, headings, rows))


def _workbook(title: str, headings: Mapping[str, str], rows: Sequence[Mapping[str, Any]]) -> bytes:
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Font
    from openpyxl.utils import get_column_letter

    book = Workbook(write_only=True)
    sheet = book.create_sheet(title[:31])
    sheet.freeze_panes = "A2"
    bold = []
    for index, (key, text) in enumerate(headings.items(), start=1):
        sheet.column_dimensions[get_column_letter(index)].width = 36 if key in _WIDE else 18
        cell = WriteOnlyCell(sheet, text)
        cell.font = Font(bold=True)
        bold.append(cell)
    sheet.append(bold)
    for row in rows:
        sheet.append([export.cell_of(sheet, row.get(key)) for key in headings])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


async def _verifications(conn: AsyncConnection, actor: Actor, only: UUID | None, lang: Lang) -> bytes:
    """What each verification expected and what was found, thing by thing."""
    ids = [only] if only else [each.id for each in (await list_campaigns(conn, actor, limit=200)).items]
    numbers = {each.id: each.number for each in (await list_campaigns(conn, actor, limit=200)).items}
    rows: list[dict[str, Any]] = []
    for campaign in ids:
        for each in (await results(conn, actor, campaign)).assets:
            seen = each.scanned_at is not None
            rows.append(
                {
                    "campaign": numbers.get(campaign),
                    "tag": format_tag(each.asset.tag),
                    "serial": each.asset.serial,
                    "name": each.asset.name_uk,
                    "found": FOUND.name("yes" if seen else "no", lang),
                    "occurred_on": each.scanned_at.date() if each.scanned_at else None,
                    "condition": CONDITIONS.name(each.condition_is, lang)
                    if seen and each.condition_is
                    else None,
                }
            )
    headings = {
        key: gettext(lang, VOCABULARY.by_key[key].label if key in VOCABULARY.by_key else "Name")
        for key in ("campaign", "tag", "serial", "name", "found", "occurred_on", "condition")
    }
    return await _made(gettext(lang, "Verification lists"), headings, rows)


async def _due(conn: AsyncConnection, actor: Actor, wanted: Wanted, lang: Lang) -> bytes:
    """The assets of which something is due, each once, with what and until when."""
    rule = next((each for each in DUE_KINDS if each == wanted.rule), None)
    items: list[DueItem] = []
    after: str | None = None
    while len(items) < _MOST:
        page = await list_due(
            conn, actor, DueFilter(rule=rule, programme=wanted.programme), after=after, limit=1000
        )
        items += page.items
        after = page.next
        if after is None:
            break
    consigned = {each.consignment for each in items if each.consignment}
    carried: dict[UUID, list[UUID]] = {}
    for row in await conn.execute(
        select(asset.c.id, asset.c.consignment_id).where(asset.c.consignment_id.in_(consigned))
    ):
        carried.setdefault(row.consignment_id, []).append(row.id)
    by_asset: dict[UUID, list[DueItem]] = {}
    for each in items:
        for id_ in [each.asset] if each.asset else carried.get(each.consignment or UUID(int=0), []):
            by_asset.setdefault(id_, []).append(each)
    more = {
        id_: ("; ".join(dict.fromkeys(_told(each, lang) for each in dues)), min(each.due_on for each in dues))
        for id_, dues in by_asset.items()
    }
    return await export.list_workbook(conn, actor, Filters(), lang, only=more)


def _told(each: DueItem, lang: Lang) -> str:
    if each.rule == "maintenance":
        return gettext(lang, "Maintenance")
    return gettext(lang, RULES[each.rule].text)
