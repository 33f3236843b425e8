"""From a row of a register to the events that it tells. [pure]"""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from typing import Any

import msgspec

from asset_tracker.imports import values
from asset_tracker.imports.kinds.event_words import CONDITIONS, DAY_COLUMNS, KINDS, USES, VOCABULARY
from asset_tracker.imports.line import Defaults, Line
from asset_tracker.imports.mapping import SheetMapping
from asset_tracker.imports.naming import Programmes
from asset_tracker.imports.places import Places
from asset_tracker.imports.rows import RowReader
from asset_tracker.ledger import events as ev
from asset_tracker.ledger.envelope import problems
from asset_tracker.ledger.serials import serial_key
from asset_tracker.ledger.tags import TagError, parse_tag
from asset_tracker.ledger.values import Meter

# The field of each kind that says in words what happened.
_TEXT = {
    "refused": "reason",
    "commissioned": "service",
    "training_given": "topic",
    "use_changed": "reason",
    "fault_reported": "description",
    "maintained": "work",
    "repaired": "work",
    "moved": "reason",
    "evacuated": "reason",
    "damaged": "circumstances",
    "destroyed": "circumstances",
    "lost": "circumstances",
    "stolen": "circumstances",
    "note": "note",
}
_MUST_SAY = frozenset({"refused", "training_given", "fault_reported", "maintained", "repaired", "damaged", "destroyed", "lost", "stolen", "note"})  # fmt: skip
_PERSON = {"delivered": "received_by", "sent_for_repair": "to", "dispatched": "carrier"}
_COUNTS = ("since", "trips", "consultations")
_MORNING = time(9)
_METER = re.compile(
    r"(?P<n>[\d\s\u00a0'.]+)\s*(?P<unit>км|km|год\w*|h|hours?|стор\w*|pages?|відбитк\w*)?\.?\s*",
    re.IGNORECASE,
)
_UNITS = {"г": "hours", "h": "hours", "с": "pages", "p": "pages", "в": "pages"}


class EventReader(RowReader):
    """Reads the rows of a register: one event a row, or one for each column that holds the day of one."""

    identity = ("tag", "serial", "consignment")
    certain = ("tag", "serial")
    alone = frozenset({"tag", "serial", "line"})
    anew = frozenset({"serial", "notes"})

    def __init__(
        self,
        mapping: SheetMapping,
        places: Places,
        programmes: Programmes,
        defaults: Defaults,
        *,
        since_1904: bool = False,
    ) -> None:
        super().__init__(mapping, VOCABULARY, since_1904=since_1904)
        self.places, self.programmes, self.defaults = places, programmes, defaults

    def completed(self, line: Line) -> Iterator[Line]:
        """The line with its asset named, once for each event that it tells."""
        name_asset(line, self.programmes, self.defaults)
        self.places.settle(line, None, needed=False)
        for words, field in ((CONDITIONS, "condition"), (USES, "use")):
            words.settle(line, field)
        days = [(kind, field) for field, kind in DAY_COLUMNS.items() if field in line.fields]
        written = line.fields.get("kind")
        if written is None and line.fields.keys() & {"trips", "consultations"}:
            # a journal of trips has no column that says so
            written = line.fields["kind"] = "service_counted"
        if written is not None or not days:
            line.fields["said"] = written
            if written != "service_counted":
                KINDS.settle(line, "kind")
            if written is None and not bad_day(line):
                line.say("error", "no-kind", "kind", "It does not say what happened.", expected="one of: %(words)s", words=KINDS.shown)  # fmt: skip
            yield line
        for part, (kind, field) in enumerate(days, start=1):
            fields = line.fields | {"kind": kind, "occurred_on": line.fields[field], "said": None}
            columns = {**line.columns, "occurred_on": line.columns[field]}
            yield Line(sheet=line.sheet, row=line.row, part=part, fields=fields, problems=list(line.problems), columns=columns, cells=line.cells)  # fmt: skip


def name_asset(line: Line, programmes: Programmes, defaults: Defaults) -> None:
    """Settle by what the line's asset is known: its tag, its serial number, or its consignment and line."""
    fields = line.fields
    if written := fields.get("tag"):
        try:
            fields["tag"] = parse_tag(written.rsplit("/", 1)[-1])
        except TagError as error:
            del fields["tag"]
            line.say("error", "bad-tag", "tag", error.message, expected="the code from our label, such as 7K3M-9QXV", **error.params)  # fmt: skip
    fields["serial_key"] = serial_key(fields.get("serial"))
    if "consignment" not in fields and "line" in fields and defaults.consignment:
        fields["consignment"] = defaults.consignment
    needs_programme = "consignment" in fields and not fields.get("tag") and not fields["serial_key"]
    if needs_programme or "programme" in fields:
        programmes.settle(line, defaults.programme)
    by_line = "consignment" in fields and "line" in fields
    if not (fields.get("tag") or fields["serial_key"] or by_line or line.blocked):
        line.say(
            "error",
            "no-identity",
            "tag",
            "It does not say which asset it is.",
            expected="a tag, a serial number, or a consignment and its line",
        )


def moment(day: date, now: datetime) -> datetime:
    """When something happened of which only the day is known: in the morning, and never later than now."""
    return min(datetime.combine(day, _MORNING, UTC), now)


def payload_of(line: Line, kind: str, told: dict[str, Any]) -> ev.Payload | None:
    """What the line says, as the ledger keeps it; ``told`` are the places and ids found for it. None with problems."""
    fields = line.fields
    values_: dict[str, Any] = dict(told)
    struct = ev.KINDS[kind]
    if text := fields.get("description"):
        values_.setdefault(_TEXT.get(kind, "note"), text)
    elif kind in _MUST_SAY and not (kind == "note" and fields.get("notes")):
        _said_by_kind(line, kind, values_)
    for field in ("condition", "use", "room", "parts", "cost", "currency", "inventory_number", *_COUNTS):
        if field in fields and field in struct.__struct_fields__:
            values_.setdefault(field, fields[field])
    if note := fields.get("notes"):
        values_["note"] = f"{values_['note']}; {note}"[:4000] if "note" in values_ else note
    if kind in _PERSON and "person" in fields:
        values_[_PERSON[kind]] = fields["person"]
    _meter(line, kind, values_)
    _money(line, values_)
    if kind == "service_counted" and "since" not in fields and not line.blocked:
        line.say("error", "no-first-day", "since", "It does not say from which day on it was counted.", expected="a day")  # fmt: skip
    if kind == "balance_recorded":
        values_["recorded_on"] = fields["occurred_on"]
    return _made(line, struct, values_)


def _said_by_kind(line: Line, kind: str, values_: dict[str, Any]) -> None:
    """Where nothing is described, the words that named the kind are all there is; a day alone says too little."""
    said = line.fields.get("said")
    if kind in ("maintained", "repaired"):
        values_[_TEXT[kind]] = said or KINDS.names[kind][0].capitalize()
    elif said and KINDS.code(said) == kind and len(said) > 12:
        values_[_TEXT[kind]] = said
    else:
        line.say("error", "no-description", "description", "It does not say what it was.", expected="the fault, the circumstances or the reason, in words")  # fmt: skip


def _meter(line: Line, kind: str, values_: dict[str, Any]) -> None:
    written = line.fields.get("meter")
    if written is None or kind not in ("maintained", "service_counted"):
        return
    found = _METER.fullmatch(str(written))
    digits = re.sub(r"\D", "", found["n"]) if found else ""
    if not found or not digits or int(digits) > 10_000_000:
        line.say("error", "bad-meter", "meter", "This value does not fit.", expected="a whole number with its unit: 15 200 км")  # fmt: skip
        return
    heading = values.fold(line.columns["meter"].heading) if "meter" in line.columns else ""
    unit = _UNITS.get((found["unit"] or "")[:1].lower()) or ("hours" if "hour" in heading or "напрац" in heading else "km")  # fmt: skip
    values_["meter"] = msgspec.convert({"value": int(digits), "unit": unit}, Meter)


def _money(line: Line, values_: dict[str, Any]) -> None:
    if "cost" not in values_:
        values_.pop("currency", None)
    elif "currency" not in values_:
        column = line.columns.get("cost")
        cell = line.cells[column.index] if column and column.index < len(line.cells) else None
        values_["currency"] = values.currency_in(cell) or (values.currency_in(column.heading) if column else None) or "UAH"  # fmt: skip


def _made(line: Line, struct: type[ev.Payload], values_: dict[str, Any]) -> ev.Payload | None:
    if line.blocked:
        return None
    try:
        payload = msgspec.convert(
            {"kind": struct.__struct_config__.tag, **{name: value for name, value in values_.items() if value is not None}},
            struct,
        )  # fmt: skip
    except msgspec.ValidationError as error:
        line.say(
            "error", "bad-event", None, "This event cannot be recorded like this: %(why)s", why=str(error)
        )
        return None
    for wrong in problems(payload, datetime.combine(line.fields["occurred_on"], _MORNING, UTC)):
        line.say("error", "bad-event", _column_of(wrong.field), wrong.message, expected=wrong.expected, **wrong.params)  # fmt: skip
    return None if line.blocked else payload


def _column_of(field: str) -> str:
    """The column in which the person would put it right."""
    return {"work": "description", "to": "person", "received_by": "person"}.get(field, field)


def bad_day(line: Line) -> bool:
    """Whether a day was written that could not be read."""
    return any(
        problem.severity == "error" and (problem.field == "occurred_on" or problem.field in DAY_COLUMNS)
        for problem in line.problems
    )
