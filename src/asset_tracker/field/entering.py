"""A ticked run sheet, entered afterwards by scanning it: looked at first, then recorded in one operation.

What was ticked is a fact of the day on the paper, recorded late; like every fact of the field it is taken
whatever the state of the asset, and the preview says where it will contradict.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker.access import scope
from asset_tracker.access.actors import Actor
from asset_tracker.access.permissions import may_record
from asset_tracker.assets import field
from asset_tracker.assets.field import MAX_BATCH, EventOutcome
from asset_tracker.assets.queries import ROWS, asset_row
from asset_tracker.assets.rules import RULES
from asset_tracker.assets.service import derived_id
from asset_tracker.assets.views import AssetRow
from asset_tracker.errors import FieldError, InvalidError
from asset_tracker.field.run_sheet import About, Subject, look_up, of_subject
from asset_tracker.field.ticks import TICKS, Line, Tick, payload_of, read_lines, tag_in
from asset_tracker.ledger.state import as_state
from asset_tracker.ledger.tables import asset, tag
from asset_tracker.verifications.service import Scan, scan

_a = asset.c


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """What is entered of one sheet. ``scans``: one a line (``ticks.read_lines``); ``first``: the number ticked.

    ``who`` did it on site; ``told``: the work done, or the fault, where that was ticked; ``operation`` (made
    with the preview) makes sending it again safe.
    """

    subject: Subject
    scans: str
    first: int
    occurred_at: datetime
    who: str
    told: str
    service_point: UUID | None
    unit: str
    operation: UUID


class Entered(msgspec.Struct, frozen=True, kw_only=True):
    """One line as it was understood. ``warning`` (a msgid): what speaks against it; ``taken``: whether it is
    recorded nevertheless.
    """

    line: Line
    tick: Tick
    asset: AssetRow | None
    on_sheet: bool
    taken: bool
    warning: str = ""


class Preview(msgspec.Struct, frozen=True):
    """The sheet, and each line."""

    about: About
    lines: tuple[Entered, ...]


_UNKNOWN = "There is no such asset, or it is not yours to see."
_KEPT = "This code is unknown; it is kept with the count."
_TWICE = "It is already here, with the same ticks."
_NOT_ON_IT = "It is not on this sheet."
_ROLE = "Your role does not allow this."


async def preview(conn: AsyncConnection, actor: Actor, entry: Entry) -> Preview:
    """What would be recorded, and what speaks against it.

    Raises InvalidError with every mistake (lines, a missing place, work or fault), NotFoundError out of reach.
    """
    about = await look_up(conn, actor, entry.subject)
    lines, errors = read_lines(entry.scans, entry.first)
    if not lines and not errors:
        errors.append(FieldError("scans", "Nothing was scanned yet."))
    errors += _missing(entry, lines)
    if errors:
        raise InvalidError(errors=tuple(errors))
    tags = {line.code: found for line in lines if (found := tag_in(line.code))}
    known = await _known(conn, actor, set(tags.values()), entry.subject)
    seen: set[tuple[int, str]] = set()
    entered = []
    for line in lines:
        row = known.get(tags.get(line.code, ""))
        entered.append(_entered(actor, entry, line, row, twice=(line.tick, tags.get(line.code, "")) in seen))
        seen.add((line.tick, tags.get(line.code, "")))
    return Preview(about, tuple(entered))


async def record(conn: AsyncConnection, actor: Actor, entry: Entry) -> list[EventOutcome]:
    """Record what the preview showed as taken, in one operation; again is safe.

    Codes that nobody knows are kept with the count, where the sheet was one. Raises what ``preview`` raises.
    """
    shown = await preview(conn, actor, entry)
    facts = [_fact(entry, each) for each in shown.lines if each.taken]
    outcomes: list[EventOutcome] = []
    for start in range(0, len(facts), MAX_BATCH):
        batch = facts[start : start + MAX_BATCH]
        outcomes += await field.receive(conn, actor, batch, operation=entry.operation)
    campaign = entry.subject.verification
    unknown = [each.line for each in shown.lines if each.asset is None]
    if campaign and unknown:
        await scan(conn, actor, campaign, [_scan(entry, line) for line in unknown])
    return outcomes


def _entered(
    actor: Actor, entry: Entry, line: Line, found: tuple[AssetRow, Any, bool] | None, *, twice: bool
) -> Entered:
    tick = TICKS[line.tick]
    if found is None:
        warning = _KEPT if entry.subject.verification else _UNKNOWN
        return Entered(line=line, tick=tick, asset=None, on_sheet=False, taken=False, warning=warning)
    row, state, on_sheet = found
    rule = RULES[tick.kind]
    allowed = may_record(actor, tick.kind)
    if twice:
        warning = _TWICE
    elif not allowed:
        warning = _ROLE
    elif not rule.allows(state):
        warning = rule.otherwise
    else:
        warning = "" if on_sheet else _NOT_ON_IT
    return Entered(
        line=line, tick=tick, asset=row, on_sheet=on_sheet, taken=allowed and not twice, warning=warning
    )


async def _known(
    conn: AsyncConnection, actor: Actor, tags: set[str], subject: Subject
) -> Mapping[str, tuple[AssetRow, Any, bool]]:
    if not tags:
        return {}
    bound = ROWS.add_columns(tag.c.tag.label("scanned"), of_subject(subject).label("on_sheet"))
    rows = await conn.execute(
        bound.join(tag, tag.c.asset_id == _a.id).where(tag.c.tag.in_(tags), scope.assets(actor))
    )
    return {row.scanned: (asset_row(row), as_state(row.state), bool(row.on_sheet)) for row in rows}


def _missing(entry: Entry, lines: Sequence[Line]) -> list[FieldError]:
    ticked = [TICKS[number] for number in {line.tick for line in lines}]
    errors = []
    if any(tick.needs for tick in ticked) and not entry.told.strip():
        errors.append(FieldError("told", "Say what was done, or what is wrong."))
    if any(tick.kind == "installed" for tick in ticked) and entry.service_point is None:
        errors.append(FieldError("service_point", "Choose where it was installed."))
    return errors


def _fact(entry: Entry, each: Entered) -> msgspec.Raw:
    row = each.asset
    if row is None:
        raise TypeError("only what is known is recorded")
    meter = {"value": each.line.meter, "unit": entry.unit} if each.line.meter is not None else None
    payload = payload_of(
        each.tick,
        note=entry.who.strip() or None,
        told=entry.told.strip(),
        service_point=entry.service_point,
        campaign=entry.subject.verification,
        meter=meter,
    )
    if each.tick.kind == "delivered" and entry.service_point is None:
        payload["municipality"] = row.municipality or row.destination
    said = {
        "id": _id(entry, each.tick, str(row.id)),
        "asset": str(row.id),
        "occurred_at": entry.occurred_at,
        "payload": payload,
    }
    return msgspec.Raw(msgspec.json.encode(said))


def _id(entry: Entry, tick: Tick, thing: str) -> UUID:
    """The same each time that the same sheet is sent, so that twice is once."""
    return derived_id(entry.operation, UUID(bytes=_digest(f"{tick.number} {thing}")))


def _digest(text: str) -> bytes:
    return sha256(text.encode()).digest()[:16]


def _scan(entry: Entry, line: Line) -> Scan:
    return Scan(
        id=_id(entry, TICKS[line.tick], line.code),
        code=line.code[:300],
        scanned_at=entry.occurred_at,
        service_point=entry.service_point,
    )
