"""Events of a register against those that are recorded: new, put right, or known already. [pure]"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

import msgspec

from asset_tracker import kyiv
from asset_tracker.imports import values
from asset_tracker.imports.kinds.event_lines import bad_day, moment, payload_of
from asset_tracker.imports.known import Action, Change, Existing, Item, Known, same_maker
from asset_tracker.imports.line import Line
from asset_tracker.ledger import events as ev
from asset_tracker.ledger import serving
from asset_tracker.ledger.envelope import Event
from asset_tracker.ledger.replay import live
from asset_tracker.ledger.tags import format_tag

# What happens to an asset once; a second of them on another day would contradict the first.
ONCE = frozenset({"received", "dispatched", "delivered", "installed", "commissioned", "balance_recorded"})
_NOT_COMPARED = frozenset({"source", "photos", "municipality", "campaign", "method", "recorded_on"})


def day_of(event: Event) -> date:
    """The day in Kyiv on which it happened."""
    return kyiv.day_of(event.occurred_at)


def find_asset(line: Line, known: Known) -> Existing | None:
    """The asset that the line names; where there is none or more than one, a problem of the line says so."""
    fields = line.fields
    found: list[Existing] = []
    field = "tag"
    if tag := fields.get("tag"):
        asset = known.by_tag.get(tag)
        found = [asset] if asset else []
    elif key := fields.get("serial_key"):
        field = "serial"
        maker = fields.get("manufacturer")
        found = [each for each in known.by_serial.get(key, ()) if same_maker(each.manufacturer, maker)]
    elif "consignment" in fields and fields.get("programme"):
        field = "consignment"
        wanted = (fields["programme"].id, values.fold(fields["consignment"]))
        found = [
            each
            for (place, number), several in known.by_line.items()
            if place[:2] == wanted and number == fields["line"]
            for each in several
        ]
    if len(found) == 1:
        return found[0]
    if found:
        line.say("error", "ambiguous-asset", field, "More than one asset is known by this.", expected="its tag", suggestion="; ".join(format_tag(each.tag) for each in found[:5]))  # fmt: skip
    else:
        line.say("error", "unknown-asset", field, "No asset is known by this.", expected="an asset that is recorded: its tag, its serial number, or its consignment and line")  # fmt: skip
    return None


class EventPlanner:
    """Judges lines against the live events of their assets."""

    def __init__(self, today: date, now: datetime) -> None:
        self.today, self.now = today, now
        self.events: dict[UUID, list[Event]] = {}
        self._claimed: set[UUID] = set()
        self._counts: dict[UUID, list[tuple[ev.Payload, date]]] = defaultdict(list)
        self._seen: dict[tuple[UUID, str, date], list[tuple[Line, bytes]]] = defaultdict(list)

    def learn(self, asset: UUID, events: Iterable[Event]) -> None:
        """What is recorded of an asset."""
        self.events[asset] = live(events)

    def judge(self, line: Line, asset: Existing | None, told: Mapping[str, Any]) -> Item:
        """What will be done with the line; ``told`` are places and ids found for it."""
        day = self._day(line)
        kind: str | None = line.fields.get("kind")
        if asset is None or day is None or kind is None or line.blocked:
            return item(line, "problem", asset)
        payload = payload_of(line, kind, dict(told))
        if payload is None:
            return item(line, "problem", asset)
        same_day = [
            each for each in self.events.get(asset.id, ()) if each.kind == kind and day_of(each) == day
        ]
        if kind in ONCE and not same_day and not self._first(line, asset, kind):
            return item(line, "problem", asset)
        if self._twice(line, asset, kind, day, payload):
            return item(line, "problem", asset)
        if isinstance(payload, ev.ServiceCounted) and self._counted(line, asset.id, day, payload):
            return item(line, "problem", asset)
        for each in same_day:
            if each.id not in self._claimed and says(each.payload, payload):
                self._claimed.add(each.id)
                return item(line, "unchanged", asset, kind=kind)
        record = {
            "kind": kind,
            "day": day.isoformat(),
            "occurred_at": moment(day, self.now).isoformat(),
            "payload": msgspec.to_builtins(payload),
        }
        return self._against(line, asset, kind, payload, record, same_day)

    def _against(
        self,
        line: Line,
        asset: Existing,
        kind: str,
        payload: ev.Payload,
        record: dict[str, Any],
        same_day: list[Event],
    ) -> Item:
        free = [each for each in same_day if each.id not in self._claimed]
        own = [each for each in free if each.payload.source is not None]
        if len(own) == 1 and len(free) == 1:
            # the register was put right since it was imported
            self._claimed.add(own[0].id)
            changes = differences(own[0].payload, payload)
            return item(line, "change", asset, kind=kind, record=record | {"supersedes": str(own[0].id)}, changes=changes)  # fmt: skip
        if free and kind in ONCE:
            self._claimed.add(free[0].id)
            line.say("warning", "recorded-otherwise", "kind", "It is already recorded for this day, in other words.", expected="nothing; what is recorded stands")  # fmt: skip
            return item(line, "unchanged", asset, kind=kind)
        if free:
            line.say(
                "warning", "another-that-day", "kind", "Another event of this kind is recorded for this day."
            )
        return item(line, "create", asset, kind=kind, record=record)

    def _day(self, line: Line) -> date | None:
        day: date | None = line.fields.get("occurred_on")
        if day is None:
            if not bad_day(line):
                line.say(
                    "error", "no-day", "occurred_on", "It does not say when it happened.", expected="a day"
                )
        elif day > self.today:
            line.say(
                "error", "future", "occurred_on", "This day is in the future.", expected="a day up to today"
            )
        return day

    def _first(self, line: Line, asset: Existing, kind: str) -> bool:
        """Whether nothing of this kind is recorded yet, of what happens once only."""
        before = next((each for each in self.events.get(asset.id, ()) if each.kind == kind), None)
        if before is None:
            return True
        day = day_of(before)
        line.say("error", "another-day", "occurred_on", "This is already recorded, for another day.", expected="the day that is recorded, or a correction on the page of the asset", suggestion=f"{day:%d.%m.%Y}")  # fmt: skip
        return False

    def _twice(self, line: Line, asset: Existing, kind: str, day: date, payload: ev.Payload) -> bool:
        said = msgspec.json.encode(payload)
        seen = self._seen[asset.id, kind, day]
        for other, before in seen:
            if before == said or kind in ONCE:
                line.say("error", "twice-in-file", None, "The same is in row %(row)s of “%(sheet)s” too.", expected="each of them once", row=other.row, sheet=other.sheet)  # fmt: skip
                return True
        if kind in ONCE and any(
            key[:2] == (asset.id, kind) and lines for key, lines in self._of(asset.id, kind, day)
        ):
            line.say("error", "twice-in-file", "occurred_on", "The file says this for two different days.", expected="one of them")  # fmt: skip
            return True
        seen.append((line, said))
        return False

    def _counted(self, line: Line, asset: UUID, day: date, payload: ev.ServiceCounted) -> bool:
        """Whether some of these days are counted: by what is recorded for another day, or by a row before."""
        recorded = [(e.payload, day_of(e)) for e in self.events.get(asset, ()) if day_of(e) != day]
        for other, until in (*recorded, *self._counts[asset]):
            if isinstance(other, ev.ServiceCounted) and serving.same_days(payload, day, other, until):
                line.say("error", "days-counted", "since", "Some of these days have already been counted.", expected="days after those that are counted", suggestion=f"{other.since:%d.%m.%Y} – {until:%d.%m.%Y}")  # fmt: skip
                return True
        self._counts[asset].append((payload, day))
        return False

    def _of(self, asset: UUID, kind: str, day: date) -> list[tuple[tuple[UUID, str, date], list[Any]]]:
        return [
            (key, lines)
            for key, lines in self._seen.items()
            if key[0] == asset and key[1] == kind and key[2] != day
        ]


def says(recorded: ev.Payload, told: ev.Payload) -> bool:
    """Whether what is recorded says all that the file tells."""
    return not differences(recorded, told)


def differences(recorded: ev.Payload, told: ev.Payload) -> tuple[Change, ...]:
    """What the file tells otherwise than it is recorded; an empty cell says nothing."""
    found = []
    default = {field.name: field.default for field in msgspec.structs.fields(type(told))}
    for name in told.__struct_fields__:
        new, old = getattr(told, name), getattr(recorded, name, None)
        if name in _NOT_COMPARED or new is None or new == old or (old is not None and new == default[name]):
            continue
        if isinstance(new, str) and isinstance(old, str) and values.tidy(new) == values.tidy(old):
            continue
        found.append(Change(name, _plain(old), _plain(new)))
    return tuple(found)


def _plain(value: Any) -> Any:
    return msgspec.to_builtins(value) if value is not None else None


def item(line: Line, action: Action, asset: Existing | None, *, kind: str | None = None, **more: Any) -> Item:
    """The item of a line about an asset."""
    title = asset.name_uk if asset else None
    return Item(
        action=action,
        sheet=line.sheet,
        row=line.row,
        part=line.part,
        problems=tuple(line.problems),
        title=title,
        asset=asset.id if asset else None,
        head=asset.head if asset else None,
        tag=asset.tag if asset else None,
        programme=asset.programme if asset else None,
        **({"record": {"kind": kind}} | more if kind else more),
    )
