"""What stands around every page: who is there, where they are, and where they may go."""

from typing import Any, Literal, NamedTuple

import msgspec

from asset_tracker.i18n import Lang

STEPS = 5  # of the tour
Tone = Literal["good", "wait", "bad", "info"]


class Flash(msgspec.Struct, frozen=True, omit_defaults=True):
    """A message for the next page: a tone, an English msgid and what fills its places.

    ``undo`` offers to take back what was just done: ``event ID`` or ``operation ID``.
    """

    tone: Tone
    text: str
    params: dict[str, str] = {}
    undo: str = ""


class MenuItem(NamedTuple):
    """A place to go. ``text`` is a msgid; ``roles`` who sees it, nobody named meaning everybody."""

    section: str
    href: str
    text: str
    icon: str
    roles: frozenset[str] = frozenset()
    gap_before: bool = False


_DESK = frozenset({"administrator", "coordinator"})
_FIELD = _DESK | {"technician", "custodian"}
_DONOR = frozenset({"donor", "auditor"})

MENU: tuple[MenuItem, ...] = (
    MenuItem("today", "/", "Today", "today", _FIELD),
    MenuItem("field", "/field", "Scan", "verify", _FIELD),
    MenuItem("reports", "/reports", "Reports", "report", _DONOR),
    MenuItem("assets", "/assets", "Assets", "asset"),
    MenuItem("consignments", "/consignments", "Consignments", "consignment", _FIELD | {"auditor"}),
    MenuItem("municipalities", "/municipalities", "Municipalities", "municipality"),
    MenuItem("map", "/map", "Map", "place"),
    MenuItem("due", "/due", "Due", "clock", _FIELD),
    MenuItem("orders", "/orders", "Work orders", "maintain", _FIELD),
    MenuItem("calendar", "/calendar", "Calendar", "today", _FIELD),
    MenuItem("losses", "/losses", "Loss cases", "lost", _FIELD | {"auditor"}),
    MenuItem("verifications", "/verifications", "Verification", "verify", _FIELD | {"auditor"}),
    MenuItem("import", "/imports", "Import", "import", _DESK, gap_before=True),
    MenuItem("labels", "/labels", "Labels", "label", _DESK),
    MenuItem("reports", "/reports", "Reports", "report", _DESK),
    MenuItem("questions", "/questions", "Questions", "find", _DESK | {"auditor"}),
    MenuItem("programmes", "/programmes", "Programmes", "programme", gap_before=True),
    MenuItem("parties", "/parties", "Parties", "party", _DESK),
    MenuItem("people", "/people", "People", "person", frozenset({"administrator"})),
    MenuItem("settings", "/settings", "Settings", "settings", _DESK),
    MenuItem("records", "/records", "Access record", "key", frozenset({"administrator", "auditor"})),
)


def menu(roles: frozenset[str]) -> tuple[MenuItem, ...]:
    """The places for somebody with these roles, each once, in order."""
    seen: set[str] = set()
    found = []
    for item in MENU:
        if (not item.roles or item.roles & roles) and item.section not in seen:
            seen.add(item.section)
            found.append(item)
    return tuple(found)


class Chrome(msgspec.Struct, kw_only=True, frozen=True):
    """``page`` in every template. ``toured``: how many steps of the tour were seen, more than all when it is over. ``here`` is this page's path with its query, for coming back to."""

    actor: Any
    lang: Lang
    here: str
    section: str = ""
    roles: tuple[str, ...] = ()
    menu: tuple[MenuItem, ...] = ()
    flashes: tuple[Flash, ...] = ()
    demo: bool = False
    toured: int = 0
