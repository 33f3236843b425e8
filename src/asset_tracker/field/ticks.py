"""What can be ticked on a run sheet, and how a ticked sheet is read in by a scanner [pure].

Each thing that can be ticked has a number, printed on the sheet as a code of its own: ``+7`` and then tags
says that all of these were seen and work. Plus and digits are on the same keys whatever the layout of the
keyboard, and a scanner that types tags on a Ukrainian layout is understood as well.
"""

from typing import Any, Final, Literal
from uuid import UUID

import msgspec

from asset_tracker.documents.names import Name
from asset_tracker.errors import FieldError
from asset_tracker.ledger.tags import TAG_LENGTH, TagError, parse_tag

MAX_LINES: Final = 2000
Kind = Literal["consignment", "municipality", "verification"]


class Tick(msgspec.Struct, frozen=True):
    """One column of boxes: its number, the kind of fact, what it says, and what else must be told of it."""

    number: int
    kind: str
    says: dict[str, Any]
    name: Name
    needs: Literal["", "work", "description"] = ""

    @property
    def code(self) -> str:
        """What the scanner reads in place of a tag."""
        return f"+{self.number}"


TICKS: Final[dict[int, Tick]] = {
    tick.number: tick
    for tick in (
        Tick(1, "delivered", {"outcome": "full"}, Name("доставлено", "delivered")),
        Tick(2, "delivered", {"outcome": "short"}, Name("нестача", "short")),
        Tick(3, "delivered", {"outcome": "damaged"}, Name("пошкоджено", "damaged")),
        Tick(4, "delivered", {"outcome": "wrong_serial"}, Name("інший № серії", "wrong serial")),
        Tick(5, "installed", {}, Name("встановлено", "installed")),
        Tick(6, "commissioned", {}, Name("запущено", "in service")),
        Tick(7, "verified", {"condition": "working"}, Name("на місці, працює", "seen, works")),
        Tick(8, "verified", {"condition": "needs_attention"}, Name("потребує уваги", "needs attention")),
        Tick(9, "verified", {"condition": "unserviceable"}, Name("не працює", "does not work")),
        Tick(10, "maintained", {}, Name("обслуговано", "maintained"), "work"),
        Tick(11, "fault_reported", {}, Name("несправність", "fault"), "description"),
    )
}
ON_SHEET: Final[dict[Kind, tuple[int, ...]]] = {
    "consignment": (1, 2, 3, 4, 5),
    "municipality": (7, 8, 9, 10, 5),
    "verification": (7, 8, 9),
}
# The letters that a scanner's keystrokes give on a Ukrainian layout, and the keys that they stand on.
_KEYS: Final = str.maketrans("ЙЦУКЕНГШЩЗФІВАПРОЛДЯЧСМИТЬ", "QWERTYUIOPASDFGHJKLZXCVBNM")


class Line(msgspec.Struct, frozen=True):
    """One scan: which line it stood on, what was ticked, the code as it was read, and a meter reading."""

    number: int
    tick: int
    code: str
    meter: int | None = None


def read_lines(text: str, first: int) -> tuple[list[Line], list[FieldError]]:
    """The scans of a sheet, one a line; ``first`` is what is ticked until a line says otherwise.

    A number after a code (``7KQ2-9M4X 1234``) is what its meter said. Each wrong line is an error of its own.
    """
    lines: list[Line] = []
    errors: list[FieldError] = []
    tick = first
    written = text.splitlines()
    if len(written) > MAX_LINES:
        wrong = FieldError("scans", "At most %(n)s lines are taken at once.", {"n": MAX_LINES})
        return [], [wrong]
    for number, raw in enumerate(written, 1):
        line = raw.strip()
        if not line:
            continue
        if line.startswith("+") and line[1:].strip().isascii():
            found = TICKS.get(int(line[1:])) if line[1:].strip().isdigit() and len(line) < 5 else None
            if found is None:
                errors.append(
                    FieldError("scans", "Line %(line)s: nothing has this number.", {"line": number})
                )
            else:
                tick = found.number
            continue
        code, _, meter = line.rpartition(" ")
        if code.strip() and meter.isascii() and meter.isdigit() and len(meter) <= 8 and not _is_tag(line):
            lines.append(Line(number, tick, code.strip(), int(meter)))
        else:
            lines.append(Line(number, tick, line))
    return lines, errors


def tag_in(code: str) -> str | None:
    """The tag that was scanned or typed, on whatever layout of the keyboard; None where there is none."""
    try:
        return parse_tag(code)
    except TagError:
        keys = code.strip().upper().translate(_KEYS)[-TAG_LENGTH:]
    try:
        return parse_tag(keys)
    except TagError:
        return None


def payload_of(
    tick: Tick,
    *,
    note: str | None,
    told: str = "",
    service_point: UUID | None = None,
    campaign: UUID | None = None,
    meter: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """The fact that a tick stands for, as the API takes it. ``told``: the work or the fault in words."""
    said: dict[str, Any] = {"kind": tick.kind, **tick.says, "note": note}
    if tick.needs:
        said[tick.needs] = told
    if tick.kind == "verified":
        said |= {"method": "sight", "campaign": campaign, "service_point": service_point}
    if tick.kind in ("delivered", "installed"):
        said["service_point"] = service_point
    if tick.kind == "maintained":
        said["meter"] = meter
    return {name: value for name, value in said.items() if value not in (None, "")}


def _is_tag(line: str) -> bool:
    try:
        parse_tag(line)
    except TagError:
        return False
    return True
