"""The certificate of a count: frozen when the campaign ends, printed in both languages.

Contents after the inventory list of order 572 of 17.06.2015 and the certification of a physical count that
donors ask for. What is frozen names nobody: who counted is looked up when it is printed, for those who
may see people, and somebody who was forgotten is a blank to be signed by hand.
"""

from datetime import UTC, datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

import anyio.to_thread
import msgspec
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker.access.actors import Actor
from asset_tracker.documents import display
from asset_tracker.documents.names import Name
from asset_tracker.documents.typeset import typeset
from asset_tracker.errors import NotFoundError, RefusedError
from asset_tracker.ledger.tables import asset
from asset_tracker.ledger.tags import format_tag
from asset_tracker.programmes.tables import programme
from asset_tracker.territory.queries import get_service_points
from asset_tracker.verifications.count import VARIANCES, Finding, Reason, Tally
from asset_tracker.verifications.queries import (
    CampaignView,
    CommissionMember,
    Counted,
    campaign_row,
    get_campaign,
    results,
)
from asset_tracker.verifications.service import end_as
from asset_tracker.verifications.tables import campaign, campaign_programme

TEMPLATE = "verifications/templates/certificate.typ"
REASON_NAMES: dict[Reason, Name] = {
    "annual": Name("перед складанням річної звітності", "before the annual statements"),
    "custodian_change": Name("зміна матеріально відповідальної особи", "change of the custodian"),
    "theft": Name("крадіжка або псування", "theft or spoilage"),
    "disaster": Name("стихійне лихо, пожежа або обстріл", "disaster, fire or shelling"),
    "transfer": Name("передача або оренда", "transfer or lease"),
    "court": Name("рішення суду", "court order"),
    "donor": Name("вимога донора", "required by a donor"),
    "other": Name("інша причина", "another reason"),
}
_FINDINGS: dict[Finding, Name] = {
    "found": Name("знайдено", "found"),
    "wrong_place": Name("не на своєму місці", "in another place"),
    "unexpected": Name("поза списком", "not on the list"),
    "by_custodian": Name("лише зі слів відповідальної особи", "scanned by the custodian only"),
    "not_scanned": Name("не скановано", "not scanned"),
    "missing": Name("не виявлено", "missing"),
}
_CONDITIONS = {
    "working": Name("справний", "working"),
    "needs_attention": Name("потребує уваги", "needs attention"),
    "unserviceable": Name("несправний", "unserviceable"),
    "unknown": Name("не перевірявся", "not checked"),
}


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One asset on a certificate."""

    tag: str
    name: Name
    made: str
    serial: str | None
    quantity: int
    finding: Finding
    place: Name | None
    condition: str | None
    scanned_at: datetime | None


class Certificate(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that the paper says. ``ledger_head`` is a hash over the chain heads of the assets."""

    number: str
    municipality: Name
    service_point: Name | None
    programmes: tuple[Name, ...]
    reason: Reason
    note: str | None
    started_at: datetime
    ended_at: datetime
    tally: Tally
    lines: tuple[Line, ...]
    unknown: tuple[str, ...]
    ledger_head: str
    demonstration: bool


async def end(conn: AsyncConnection, actor: Actor, campaign_id: UUID) -> CampaignView:
    """End the count: what was not scanned is missing from now on, and the certificate is frozen.

    Raises RefusedError when the campaign does not run any more.
    """
    row = await campaign_row(conn, actor, campaign_id, "verification.manage", lock=True)
    if row.status != "running":
        raise RefusedError("This campaign has ended.")
    await end_as(conn, actor, campaign_id, "ended")
    frozen = msgspec.json.encode(await _certificate(conn, actor, campaign_id))
    values = {"document": frozen, "sha256": sha256(frozen).hexdigest()}
    await conn.execute(campaign.update().where(campaign.c.id == campaign_id).values(values))
    return await get_campaign(conn, actor, campaign_id)


async def certificate_pdf(conn: AsyncConnection, actor: Actor, campaign_id: UUID) -> tuple[str, bytes]:
    """The number of the campaign and its certificate, from what was frozen. Raises NotFoundError before the end."""
    row = await campaign_row(conn, actor, campaign_id, "verification.read")
    if row.document is None:
        raise NotFoundError("The count has not ended.")
    certificate = msgspec.json.decode(row.document, type=Certificate)
    it = await get_campaign(conn, actor, campaign_id)
    people = (CommissionMember(it.counter or "", None), *it.commission)
    return row.number, await anyio.to_thread.run_sync(write, certificate, people)


async def _certificate(conn: AsyncConnection, actor: Actor, campaign_id: UUID) -> Certificate:
    it = await get_campaign(conn, actor, campaign_id)
    found = await results(conn, actor, campaign_id)
    points = {point for each in found.assets for point in (each.seen_at, each.expected_at) if point}
    known = await get_service_points(conn, points)
    places = {key: Name(point.name_uk, point.name_en) for key, point in known.items()}
    ids = [each.asset.id for each in found.assets]
    heads = await conn.scalars(select(asset.c.head_hash).where(asset.c.id.in_(ids)).order_by(asset.c.id))
    p = programme.c
    of_it = select(p.name_uk, p.name_en, p.demonstration).join(
        campaign_programme, campaign_programme.c.programme_id == p.id
    )
    programmes = (
        await conn.execute(of_it.where(campaign_programme.c.campaign_id == campaign_id).order_by(p.code))
    ).all()
    return Certificate(
        number=it.number,
        municipality=Name(it.municipality_uk, it.municipality_en),
        service_point=Name(it.service_point_uk, it.service_point_en or "") if it.service_point_uk else None,
        programmes=tuple(Name(row.name_uk, row.name_en) for row in programmes),
        reason=it.reason,
        note=it.note,
        started_at=it.started_at,
        ended_at=it.ended_at or datetime.now(UTC),
        tally=found.tally,
        lines=tuple(_line(each, places) for each in found.assets),
        unknown=tuple(each.code for each in found.unknown),
        ledger_head=sha256(b"".join(heads)).hexdigest(),
        demonstration=any(row.demonstration for row in programmes),
    )


def _line(each: Counted, places: dict[UUID, Name]) -> Line:
    row = each.asset
    at = each.seen_at or each.expected_at
    return Line(
        tag=format_tag(row.tag),
        name=Name(row.name_uk, row.name_en or row.name_uk),
        made=" ".join(part for part in (row.manufacturer, row.model) if part),
        serial=row.serial,
        quantity=row.quantity,
        finding=each.finding,
        place=places.get(at) if at else None,
        condition=each.condition_is or each.condition_was,
        scanned_at=each.scanned_at,
    )


def write(it: Certificate, people: tuple[CommissionMember, ...]) -> bytes:
    """The PDF, for these people to sign: who led the count, and the commission. Takes CPU: call it in a thread."""
    tally = it.tally
    numbers = (
        (Name("Очікувалося за обліком", "expected by the register"), tally.expected),
        (Name("Знайдено на місці", "found in place"), tally.found),
        (Name("Не на своєму місці", "found in another place"), tally.wrong_place),
        (Name("Не виявлено", "missing"), tally.missing),
        (Name("Поза списком", "not on the list"), tally.unexpected),
        (Name("Лише зі слів відповідальної особи", "scanned by the custodian only"), tally.by_custodian),
        (Name("Змінено стан", "condition differs"), tally.changed),
        (Name("Невідомі коди", "unknown codes"), tally.unknown),
        (Name("Повторні сканування", "repeated scans"), tally.double),
    )
    tree: dict[str, Any] = {
        "number": it.number,
        "municipality": _both(it.municipality),
        "point": _both(it.service_point),
        "programmes": [_both(each) for each in it.programmes],
        "reason": _both(REASON_NAMES[it.reason]),
        "note": it.note or "",
        "started": display.instant(it.started_at, "uk"),
        "ended": display.instant(it.ended_at, "uk"),
        "numbers": [[*_both(name), str(value)] for name, value in numbers],
        "variances": [_row(no, line) for no, line in enumerate(_variances(it), 1)],
        "lines": [_row(no, line) for no, line in enumerate(it.lines, 1)],
        "unknown": list(it.unknown),
        "ledger_head": it.ledger_head,
        "demonstration": it.demonstration,
        "people": [[each.name, each.position or ""] for each in people],
    }
    return typeset(TEMPLATE, tree, made_at=it.ended_at)


def _variances(it: Certificate) -> list[Line]:
    return [line for line in it.lines if line.finding in VARIANCES]


def _row(no: int, line: Line) -> dict[str, Any]:
    return {
        "no": str(no),
        "tag": line.tag,
        "name": _both(line.name),
        "made": line.made,
        "serial": line.serial or display.NOTHING,
        "quantity": str(line.quantity),
        "finding": _both(_FINDINGS[line.finding]),
        "good": line.finding == "found",
        "place": _both(line.place),
        "condition": _both(_CONDITIONS.get(line.condition or "")),
        "scanned": display.instant(line.scanned_at, "uk"),
    }


def _both(name: Name | None) -> list[str]:
    if name is None:
        return ["", ""]
    return [name.of("uk"), "" if name.of("en") == name.of("uk") else name.of("en")]
