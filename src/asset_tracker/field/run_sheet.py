"""A run sheet: what to do where there is neither power nor network, on paper, to be scanned in afterwards.

Tags with their QR codes, boxes to tick, room for a meter, a serial number and a signature.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import anyio.to_thread
import msgspec
from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker.access import scope
from asset_tracker.access.actors import Actor
from asset_tracker.access.permissions import require
from asset_tracker.consignments.queries import get_consignment
from asset_tracker.documents import display
from asset_tracker.documents.names import Name
from asset_tracker.documents.qr import qr_svg
from asset_tracker.documents.typeset import typeset
from asset_tracker.errors import FieldError, InvalidError, RefusedError
from asset_tracker.field.ticks import ON_SHEET, TICKS, Kind
from asset_tracker.ledger.letters import in_ukrainian_order
from asset_tracker.ledger.tables import asset
from asset_tracker.ledger.tags import format_tag, tag_url
from asset_tracker.programmes.tables import programme
from asset_tracker.territory.queries import get_municipality
from asset_tracker.territory.tables import service_point
from asset_tracker.verifications.queries import campaign_row
from asset_tracker.verifications.tables import campaign_expected

TEMPLATE = "field/templates/run_sheet.typ"
MAX_ROWS = 1000
_a, _s, _e, _p = asset.c, service_point.c, campaign_expected.c, programme.c
KINDS: dict[Kind, Name] = {
    "consignment": Name("Доставлення партії", "Delivery of a consignment"),
    "municipality": Name("Виїзд до громади", "Visit to a municipality"),
    "verification": Name("Інвентаризація", "Verification"),
}


class Subject(msgspec.Struct, frozen=True, kw_only=True):
    """What a sheet is about: one of the three."""

    consignment: UUID | None = None
    municipality: str | None = None
    verification: UUID | None = None

    @property
    def kind(self) -> Kind:
        """Which of the three it is. Raises InvalidError when it is none, or more than one."""
        given = [kind for kind in KINDS if getattr(self, kind)]
        if len(given) != 1:
            message = "One of these is needed: %(fields)s."
            fields = ", ".join(self.__struct_fields__)
            raise InvalidError(errors=(FieldError("subject", message, {"fields": fields}),))
        return given[0]

    @property
    def query(self) -> str:
        """The subject as a query: ``consignment=...``."""
        return f"{self.kind}={getattr(self, self.kind)}"


class About(msgspec.Struct, frozen=True, kw_only=True):
    """A subject in reach, with its names. ``number`` is what people call it."""

    subject: Subject
    number: str
    municipality_code: str
    municipality: Name
    demonstration: bool = False


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One thing on the sheet."""

    id: UUID
    tag: str
    name: Name
    made: str
    serial: str | None
    quantity: int
    place: Name | None
    in_kit: bool


class RunSheet(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that the paper says."""

    about: About
    rows: tuple[Row, ...]
    made_at: datetime


async def look_up(conn: AsyncConnection, actor: Actor, subject: Subject) -> About:
    """What the subject is called. Raises NotFoundError out of reach, InvalidError for none or several."""
    require(actor, "event.record")
    kind = subject.kind
    if kind == "consignment" and subject.consignment:
        it = await get_consignment(conn, actor, subject.consignment)
        number, code = it.number, it.municipality
    elif kind == "verification" and subject.verification:
        row = await campaign_row(conn, actor, subject.verification, "verification.read")
        number, code = row.number, row.municipality_code
    else:
        number, code = "", subject.municipality or ""
    place = await get_municipality(conn, code)
    of_demonstration = (
        select(_p.id).join(asset, _a.programme_id == _p.id).where(of_subject(subject), _p.demonstration)
    )
    return About(
        subject=subject,
        number=number or code,
        municipality_code=code,
        municipality=Name(place.title("uk"), place.title("en")),
        demonstration=await conn.scalar(of_demonstration.limit(1)) is not None,
    )


async def gather(conn: AsyncConnection, actor: Actor, subject: Subject) -> RunSheet:
    """The sheet. Raises what ``look_up`` raises, RefusedError when there is nothing to put on it."""
    about = await look_up(conn, actor, subject)
    wanted = (
        select(asset, _s.name_uk.label("s_uk"), _s.name_en.label("s_en"))
        .outerjoin(service_point, _s.id == _a.service_point_id)
        .where(of_subject(subject), scope.assets(actor), _a.gone_reason.is_(None))
        .order_by(_s.sort_key.nulls_last(), _s.id, _a.line, in_ukrainian_order(_a.name_uk), _a.tag)
        .limit(MAX_ROWS + 1)
    )
    rows = (await conn.execute(wanted)).all()
    if not rows:
        raise RefusedError("There is nothing to put on a sheet.")
    if len(rows) > MAX_ROWS:
        raise RefusedError("More than %(n)s things are too many for one sheet.", n=MAX_ROWS)
    return RunSheet(about=about, rows=tuple(map(_row, rows)), made_at=datetime.now(UTC))


def of_subject(subject: Subject) -> ColumnElement[bool]:
    """The condition that an asset belongs on the sheet; reach is apart from it."""
    if subject.consignment:
        return _a.consignment_id == subject.consignment
    if subject.verification:
        return _a.id.in_(select(_e.asset_id).where(_e.campaign_id == subject.verification))
    bound = and_(_a.municipality_code.is_(None), _a.destination_code == subject.municipality)
    return or_(_a.municipality_code == subject.municipality, bound)


async def run_sheet_pdf(
    conn: AsyncConnection, actor: Actor, subject: Subject, base_url: str
) -> tuple[str, bytes]:
    """The name of the file, and the sheet as PDF."""
    sheet = await gather(conn, actor, subject)
    name = f"run-sheet-{''.join(c if c.isalnum() else '-' for c in sheet.about.number)}.pdf"
    return name, await anyio.to_thread.run_sync(write, sheet, base_url)


def write(sheet: RunSheet, base_url: str) -> bytes:
    """The PDF. Takes CPU: call it in a thread."""
    about = sheet.about
    enter = f"{base_url.rstrip('/')}/run-sheets/enter?{about.subject.query}"
    ticks = [TICKS[number] for number in ON_SHEET[about.subject.kind]]
    tree: dict[str, Any] = {
        "title": _both(KINDS[about.subject.kind]),
        "number": about.number,
        "municipality": _both(about.municipality),
        "made": [display.instant(sheet.made_at, "uk"), display.instant(sheet.made_at, "en")],
        "demonstration": about.demonstration,
        "ticks": [{"name": _both(tick.name), "code": tick.code, "qr": qr_svg(tick.code)} for tick in ticks],
        "groups": _groups(sheet.rows, base_url),
        "count": display.number(len(sheet.rows), "uk"),
        "enter": {"url": enter, "qr": qr_svg(enter)},
    }
    return typeset(TEMPLATE, tree, made_at=sheet.made_at)


def _groups(rows: Sequence[Row], base_url: str) -> list[dict[str, Any]]:
    groups: list[dict[str, Any]] = []
    places: list[Name | None] = []
    for no, row in enumerate(rows, 1):
        if not places or places[-1] != row.place:
            places.append(row.place)
            groups.append({"place": _both(row.place), "rows": []})
        groups[-1]["rows"].append(
            {
                "no": str(no),
                "tag": format_tag(row.tag),
                "qr": qr_svg(tag_url(base_url, row.tag)),
                "name": _both(row.name),
                "made": row.made,
                "serial": row.serial or "",
                "quantity": f"× {row.quantity}" if row.quantity > 1 else "",
                "in_kit": row.in_kit,
            }
        )
    return groups


def _row(row: Any) -> Row:
    return Row(
        id=row.id,
        tag=row.tag,
        name=Name(row.name_uk, row.name_en or ""),
        made=" ".join(part for part in (row.manufacturer, row.model) if part),
        serial=row.serial,
        quantity=row.quantity,
        place=Name(row.s_uk, row.s_en) if row.s_uk else None,
        in_kit=row.kit_id is not None,
    )


def _both(name: Name | None) -> list[str]:
    if name is None:
        return ["", ""]
    return [name.of("uk"), "" if name.of("en") == name.of("uk") else name.of("en")]
