"""What waits today, gathered for one person: groups of things, each with the one button that mends it."""

from typing import NamedTuple

from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker.access.actors import Actor
from asset_tracker.access.permissions import may, may_record
from asset_tracker.assets import figures
from asset_tracker.assets.quarantine import count_quarantined
from asset_tracker.assets.views import AssetRow
from asset_tracker.assets.waits import Wait
from asset_tracker.consignments import due
from asset_tracker.consignments import queries as consignments
from asset_tracker.consignments.due import DueFilter
from asset_tracker.consignments.queries import ConsignmentView, Step
from asset_tracker.i18n import Lang, gettext, ngettext
from asset_tracker.ledger.tags import format_tag
from asset_tracker.web import dues, formats
from asset_tracker.web.chrome import MenuItem
from asset_tracker.web.words import word


class Tile(NamedTuple):
    """A number that can be clicked; ``more`` where it is at least that. ``text`` is a msgid."""

    number: int
    text: str
    href: str
    tone: str = "plain"
    more: bool = False


class Todo(NamedTuple):
    """One thing to do: where it is shown, and the address that mends it (by POST, or a page)."""

    title: str
    detail: str
    href: str
    mend: str
    post: bool = False


class Group(NamedTuple):
    """Things that wait for the same. Texts are msgids; ``more`` leads to all of them."""

    title: str
    button: str
    icon: str
    tone: str
    total: int
    items: list[Todo]
    more: str = ""


class Desk(NamedTuple):
    """Everything the first page shows."""

    tiles: list[Tile]
    groups: list[Group]
    shortcuts: list[MenuItem]


class _StepText(NamedTuple):
    step: Step
    title: str
    button: str
    icon: str
    tone: str
    anchor: str
    more: str


class _AssetText(NamedTuple):
    what: Wait
    kind: str
    title: str
    button: str
    icon: str
    tone: str
    more: str = ""


_STEPS = (
    _StepText("to_dispatch", "To be sent", "Send", "consignment", "info", "#dispatch", "?status=planned"),
    _StepText(
        "on_the_way", "On the way", "Record delivery", "transit", "info", "#deliver", "?status=dispatched"
    ),
    _StepText("to_draw_up", "An act is needed", "Draw up the act", "act", "wait", "", "?status=delivered"),
    _StepText("to_sign", "The signed act is missing", "Attach the scan", "attach", "wait", "#acts", ""),
)
_ASSETS = (
    _AssetText(
        "disputed", "resolution", "Disputed", "Look into it", "disputed", "bad", "/assets?disputed=yes"
    ),
    _AssetText("cases", "loss_closed", "Loss cases", "Close the loss case", "lost", "bad", "/losses"),
    _AssetText("broken", "repaired", "Faults", "Record a repair", "fault", "bad"),
    _AssetText("to_install", "installed", "To be installed", "Install", "install", "wait"),
)
_SHOWN = 5
_IMPORT = MenuItem("import", "/imports", "Import a packing list", "import")
_LABELS = MenuItem("labels", "/labels", "Labels", "label")


async def gather(conn: AsyncConnection, actor: Actor, lang: Lang) -> Desk:
    """The desk of the actor, by what they may do."""
    tiles: list[Tile] = []
    groups: list[Group] = []
    if may(actor, "consignment.read"):
        await _consignments(conn, actor, lang, tiles, groups)
    await _assets(conn, actor, lang, tiles, groups)
    await _overdue(conn, actor, lang, tiles, groups)
    if may(actor, "quarantine.settle") and (waiting := await count_quarantined(conn, actor)):
        tiles.append(Tile(waiting, "Quarantine", "/quarantine", "bad"))
    shortcuts = [_IMPORT, _LABELS] if may(actor, "import.manage") else []
    return Desk(tiles, groups, shortcuts)


async def _consignments(
    conn: AsyncConnection, actor: Actor, lang: Lang, tiles: list[Tile], groups: list[Group]
) -> None:
    counts = await consignments.waiting(conn, actor)
    for text in _STEPS:
        total: int = getattr(counts, text.step)
        if not total:
            continue
        tiles.append(Tile(total, text.title, f"/consignments{text.more}", text.tone))
        if may(actor, "consignment.manage"):
            found = await consignments.waiting_for(conn, actor, text.step)
            items = [_consignment(lang, each, text) for each in found]
            more = f"/consignments{text.more}" if total > len(items) and text.more else ""
            groups.append(Group(text.title, text.button, text.icon, text.tone, total, items, more))


def _consignment(lang: Lang, each: ConsignmentView, text: _StepText) -> Todo:
    here = f"/consignments/{each.id}"
    parts = [each.programme_code, ngettext(lang, "%(n)s asset", "%(n)s assets", each.assets)]
    if each.expected_on and text.step == "on_the_way":
        parts.append(gettext(lang, "expected on %(day)s", day=formats.day(lang, each.expected_on)))
    draws_up = text.step == "to_draw_up"
    return Todo(
        title=f"{each.number} → {formats.municipality(lang, each.municipality_uk, each.municipality_en)}",
        detail=" · ".join(parts),
        href=here,
        mend=f"{here}/acts" if draws_up else f"{here}{text.anchor}",
        post=draws_up,
    )


async def _overdue(
    conn: AsyncConnection, actor: Actor, lang: Lang, tiles: list[Tile], groups: list[Group]
) -> None:
    """What somebody's rule asked for by a day that has passed."""
    counts = await due.count_due(conn, actor, DueFilter(days=0))
    total = sum(count.overdue for count in counts)
    if not total:
        return
    found = await due.list_due(conn, actor, DueFilter(days=0), limit=_SHOWN)
    items = []
    for item in found.items:
        each = dues.shown(lang, item)
        detail = " · ".join(part for part in (each.title, each.detail, each.when, each.place) if part)
        items.append(Todo(title=each.what, detail=detail, href=each.href, mend=each.href))
    tiles.append(Tile(total, "Overdue", "/due", "bad", any(count.more for count in counts)))
    groups.append(Group("Overdue", "Look into it", "clock", "bad", total, items, "/due"))


async def _assets(
    conn: AsyncConnection, actor: Actor, lang: Lang, tiles: list[Tile], groups: list[Group]
) -> None:
    counts = await figures.waiting(conn, actor)
    for text in _ASSETS:
        total = counts.waits[text.what]
        if not (total and may_record(actor, text.kind)):
            continue
        items = [_asset(lang, each, text) for each in await figures.latest(conn, actor, text.what)]
        groups.append(Group(text.title, text.button, text.icon, text.tone, total, items, text.more))
        tiles.append(Tile(total, text.title, text.more or f"#{text.icon}", text.tone))
    tiles.append(Tile(counts.in_service, "In service", "/assets?stage=in_service", "good"))
    tiles.append(Tile(counts.total, "Assets in all", "/assets"))


def _asset(lang: Lang, each: AssetRow, text: _AssetText) -> Todo:
    here = f"/a/{format_tag(each.tag)}"
    place = formats.municipality(lang, each.municipality_uk, each.municipality_en)
    state = gettext(lang, word("condition", each.condition).text) if text.what == "broken" else ""
    return Todo(
        title=" ".join(part for part in (formats.named(lang, each), each.model) if part),
        detail=" · ".join(part for part in (place, state, each.serial) if part),
        href=here,
        mend=f"{here}/resolve" if text.what == "disputed" else f"{here}/{text.kind}",
    )
