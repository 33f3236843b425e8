"""What waits today, gathered for one person: groups of things, each with the one button that mends it."""

from typing import NamedTuple
from urllib.parse import urlencode

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker.access.actors import Actor
from asset_tracker.access.permissions import may, may_record
from asset_tracker.assets import figures
from asset_tracker.assets.attributes import Catalogue
from asset_tracker.assets.catalogue import get_catalogue
from asset_tracker.assets.orders import OrderFilter, OrderView, count_orders, list_orders
from asset_tracker.assets.quarantine import list_quarantined
from asset_tracker.assets.views import AssetRow, Filters
from asset_tracker.assets.waits import Wait
from asset_tracker.consignments import due
from asset_tracker.consignments import queries as consignments
from asset_tracker.consignments.due import DueCount, DueFilter, DueItem
from asset_tracker.consignments.queries import ConsignmentView, Step, Within
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
    button: str = ""


class Group(NamedTuple):
    """Things that wait for the same. Texts are msgids; ``more`` leads to all of them."""

    title: str
    button: str
    icon: str
    tone: str
    total: int
    items: list[Todo]
    more: str = ""
    some: bool = False


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


_LATE = _StepText(
    "late", "Late on the way", "Record delivery", "transit", "bad", "#deliver", "?status=dispatched"
)
_STEPS = (
    _StepText("to_dispatch", "To be sent", "Send", "consignment", "info", "#dispatch", "?status=planned"),
    _StepText(
        "on_the_way", "On the way", "Record delivery", "transit", "info", "#deliver", "?status=dispatched"
    ),
    _StepText("to_draw_up", "An act is needed", "Draw up the act", "act", "wait", "", "?status=delivered"),
    _StepText("to_sign", "The signed act is missing", "Attach the scan", "attach", "wait", "#acts", ""),
)
_ASSETS = (
    _AssetText("disputed", "resolution", "Disputed", "Look into it", "disputed", "bad"),
    _AssetText("cases", "loss_closed", "Loss cases", "Close the loss case", "lost", "bad", "/losses"),
    _AssetText("lent_late", "returned", "Not returned in time", "Record return", "back", "bad"),
    _AssetText("broken", "repaired", "Faults", "Record a repair", "fault", "bad"),
    _AssetText("to_install", "installed", "To be installed", "Install", "install", "wait"),
)
_SHOWN = 5
_URGENCY = {"bad": 0, "wait": 1, "info": 2}
_IMPORT = MenuItem("import", "/imports", "Import a packing list", "import")
_LABELS = MenuItem("labels", "/labels", "Labels", "label")


class Desktop:
    """One person's desk being laid out, among the assets and consignments ``within``."""

    def __init__(self, conn: AsyncConnection, actor: Actor, lang: Lang, within: Filters) -> None:
        self._conn, self._actor, self._lang, self._within = conn, actor, lang, within
        self.tiles: list[Tile] = []
        self.groups: list[Group] = []

    def _of(self, path: str, **more: str) -> str:
        """An address of a list, narrowed as the desk is."""
        narrowed = {name: str(value) for name, value in msgspec.to_builtins(self._within).items()}
        asked = more | narrowed
        return path + (f"?{urlencode(asked)}" if asked else "")

    async def quarantined(self) -> None:
        """What phones sent and could not be recorded; of no programme or place as yet."""
        if not may(self._actor, "quarantine.settle"):
            return
        waiting = await list_quarantined(self._conn, self._actor)
        if not waiting:
            return
        items = [
            Todo(
                title=each.asset_ref or each.sender,
                detail=" · ".join(
                    part
                    for part in (each.sender, formats.moment(self._lang, each.received_at))
                    if part and part != each.asset_ref
                ),
                href="/quarantine",
                mend="/quarantine",
            )
            for each in waiting[:_SHOWN]
        ]
        self.tiles.append(Tile(len(waiting), "Quarantine", "/quarantine", "bad"))
        self.groups.append(
            Group("Quarantine", "Look into it", "warn", "bad", len(waiting), items, "/quarantine")
        )

    async def consignments(self) -> None:
        """What must be sent, handed over, put on an act, signed; the late ones first."""
        if not may(self._actor, "consignment.read"):
            return
        within = Within(
            programme=self._within.programme, area=self._within.municipality or self._within.oblast
        )
        counts = await consignments.waiting(self._conn, self._actor, within)
        for text in (_LATE, *_STEPS):
            total: int = getattr(counts, text.step)
            if not total:
                continue
            self.tiles.append(Tile(total, text.title, f"/consignments{text.more}", text.tone))
            if may(self._actor, "consignment.manage"):
                found = await consignments.waiting_for(self._conn, self._actor, text.step, within)
                items = [_consignment(self._lang, each, text) for each in found]
                more = f"/consignments{text.more}" if total > len(items) and text.more else ""
                self.groups.append(Group(text.title, text.button, text.icon, text.tone, total, items, more))

    async def assets(self) -> None:
        """What is disputed, broken, lost, not returned, not installed; and how many there are."""
        counts = await figures.waiting(self._conn, self._actor, self._within)
        for text in _ASSETS:
            total = counts.waits[text.what]
            capped = text.what == "lent_late" and total > figures.WAITING
            total = min(total, figures.WAITING) if capped else total
            if not (total and may_record(self._actor, text.kind)):
                continue
            found = await figures.latest(self._conn, self._actor, text.what, self._within)
            more = text.more or self._of("/assets", waits=text.what)
            items = [_asset(self._lang, each, text) for each in found]
            self.groups.append(
                Group(text.title, text.button, text.icon, text.tone, total, items, more, capped)
            )
            self.tiles.append(Tile(total, text.title, more, text.tone, capped))
        standing = self._of("/assets", stage="in_service")
        self.tiles.append(Tile(counts.in_service, "In service", standing, "good"))
        self.tiles.append(Tile(counts.total, "Assets in all", self._of("/assets")))

    async def orders(self) -> None:
        """Work orders whose day has passed: all in reach for who hands them out, else one's own and nobody's."""
        late = OrderFilter(
            state="overdue",
            mine=not may(self._actor, "consignment.manage"),
            programme=self._within.programme,
            municipality=self._within.municipality or self._within.oblast,
        )
        if not may_record(self._actor, "maintained") or not (
            total := await count_orders(self._conn, self._actor, late)
        ):
            return
        found = (await list_orders(self._conn, self._actor, late, limit=_SHOWN)).items
        more = "/orders?status=overdue"
        self.tiles.append(Tile(total, "Late work orders", more, "bad"))
        items = [_order(self._lang, each) for each in found]
        self.groups.append(Group("Late work orders", "Record it", "maintain", "bad", total, items, more))

    async def dues(self) -> None:
        """What somebody's rule asked for by a day that has passed, by what it asks; and what comes next."""
        asked = DueFilter(
            programme=self._within.programme,
            municipality=self._within.municipality,
            oblast=self._within.oblast,
        )
        counts, found = await due.overview(self._conn, self._actor, asked, _SHOWN)
        late = sum(count.overdue for count in counts)
        soon = sum(count.due - count.overdue for count in counts)
        capped = any(count.more for count in counts)
        if late:
            self.tiles.append(Tile(late, "Deadlines missed", self._due(), "bad", capped))
        if soon:
            self.tiles.append(Tile(soon, "Due within a month", self._due(), "wait", capped))
        own = await get_catalogue(self._conn) if found else Catalogue()
        for count in counts:
            if count.rule in found:
                self._rule(count, found[count.rule], own)

    def _rule(self, count: DueCount, found: list[DueItem], own: Catalogue) -> None:
        items = [_due(self._actor, self._lang, item, own) for item in found]
        looks, more = word("due", count.rule), self._due(count.rule)
        self.groups.append(
            Group(looks.text, "Look into it", looks.icon, "bad", count.overdue, items, more, count.more)
        )

    def _due(self, rule: str = "") -> str:
        narrowed = {"rule": rule, "programme": str(self._within.programme or "")}
        kept = {name: value for name, value in narrowed.items() if value}
        return "/due" + (f"?{urlencode(kept)}" if kept else "")


async def gather(conn: AsyncConnection, actor: Actor, lang: Lang, within: Filters | None = None) -> Desk:
    """The desk of the actor, by what they may do; ``within`` narrows by programme, oblast, municipality."""
    desk = Desktop(conn, actor, lang, within or Filters())
    await desk.quarantined()
    await desk.consignments()
    await desk.assets()
    await desk.orders()
    await desk.dues()
    shortcuts = [_IMPORT, _LABELS] if may(actor, "import.manage") else []
    ordered = sorted(desk.groups, key=lambda group: group.tone != "bad")
    return Desk(sorted(desk.tiles, key=lambda tile: _URGENCY.get(tile.tone, 9)), ordered, shortcuts)


def _consignment(lang: Lang, each: ConsignmentView, text: _StepText) -> Todo:
    here = f"/consignments/{each.id}"
    parts = [each.programme_code, ngettext(lang, "%(n)s asset", "%(n)s assets", each.assets)]
    if each.expected_on and text.step in ("on_the_way", "late"):
        parts.append(gettext(lang, "expected on %(day)s", day=formats.day(lang, each.expected_on)))
    draws_up = text.step == "to_draw_up"
    return Todo(
        title=f"{each.number} → {formats.municipality(lang, each.municipality_uk, each.municipality_en)}",
        detail=" · ".join(parts),
        href=here,
        mend=f"{here}/acts" if draws_up else f"{here}{text.anchor}",
        post=draws_up,
    )


def _order(lang: Lang, each: OrderView) -> Todo:
    here, day = f"/a/{format_tag(each.tag)}", formats.day(lang, each.due_on) if each.due_on else ""
    asked = {"order": str(each.id), "plan": str(each.plan or ""), "work": each.title}
    place = formats.municipality(lang, each.municipality_uk, each.municipality_en)
    parts = (formats.named(lang, each), place, gettext(lang, "by %(day)s", day=day), each.assignee_name)
    return Todo(
        title=each.title,
        detail=" · ".join(part for part in parts if part),
        href=f"{here}/orders",
        mend=f"{here}/{each.recorded_as}?{urlencode({name: value for name, value in asked.items() if value})}",
    )


def _due(actor: Actor, lang: Lang, item: DueItem, own: Catalogue) -> Todo:
    each = dues.shown(lang, item, own)
    mends = dues.mends(item)
    may_mend = mends is not None and (mends.kind is None or may_record(actor, mends.kind))
    return Todo(
        title=each.what,
        detail=" · ".join(part for part in (each.detail, each.when, each.place) if part),
        href=each.href,
        mend=mends.href if mends is not None and may_mend else each.href,
        button=mends.button if mends is not None and may_mend else "",
    )


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
