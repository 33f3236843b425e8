"""What an asset's page tells besides its four answers: money by shares, papers, and what was planned beside what is."""

from collections.abc import Sequence
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, NamedTuple

from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker import kyiv
from asset_tracker.access.actors import Actor
from asset_tracker.access.permissions import may
from asset_tracker.assets.views import AssetView, EventView
from asset_tracker.consignments.acts import ActView, get_act
from asset_tracker.consignments.queries import ConsignmentView, get_consignment
from asset_tracker.errors import NotFoundError
from asset_tracker.i18n import Lang, gettext
from asset_tracker.territory.municipalities import Municipality
from asset_tracker.territory.queries import get_municipalities
from asset_tracker.web import formats

_CENT = Decimal("0.01")


class Paid(NamedTuple):
    """What one donor paid of an asset; ``amount`` is None where the price is not known."""

    name: str
    percent: Decimal
    amount: Decimal | None


class Compared(NamedTuple):
    """What was planned of an asset, and how it is; ``differs`` where both are known and are not the same."""

    text: str
    planned: str
    real: str
    differs: bool


class Papers(NamedTuple):
    """The act and the consignment of an asset, as far as the reader may see them."""

    act: ActView | None = None
    consignment: ConsignmentView | None = None


class Picture(NamedTuple):
    """The photo that shows an asset best: the latest that somebody took of it."""

    sha256: str
    event: EventView


def picture(events: Sequence[EventView]) -> Picture | None:
    """The latest photo of what still stands; ``events`` have the latest first."""
    return next((Picture(e.photos[0], e) for e in events if e.standing and e.photos), None)


def value(view: AssetView) -> Decimal | None:
    """The price of one times how many there are."""
    price = view.row.unit_price
    return None if price is None else price * view.row.quantity


def money(lang: Lang, view: AssetView) -> list[Paid]:
    """Who paid how much of it, in the currency of its price."""
    whole = value(view)
    return [
        Paid(
            formats.named(lang, share),
            share.percent,
            None if whole is None else (whole * share.percent / 100).quantize(_CENT, ROUND_HALF_UP),
        )
        for share in view.funding
    ]


async def papers(conn: AsyncConnection, actor: Actor, view: AssetView) -> Papers:
    """The act that it was accepted by, and the consignment that it came with."""
    act = consignment = None
    try:
        if view.row.consignment and may(actor, "consignment.read"):
            consignment = await get_consignment(conn, actor, view.row.consignment)
        if view.state.act and may(actor, "act.read"):
            act = await get_act(conn, actor, view.state.act)
    except NotFoundError:  # a paper of a programme out of reach
        return Papers(act, consignment)
    return Papers(act, consignment)


async def compared(
    conn: AsyncConnection, lang: Lang, view: AssetView, events: Sequence[EventView]
) -> list[Compared]:
    """What the packing list and the dispatch said, beside what is; only what was planned at all."""
    plan = _planned(events)
    state = view.state
    codes = {code for code in (plan.get("destination"), state.municipality) if code}
    towns = await get_municipalities(conn, codes) if codes else {}
    pairs = [
        ("Model", _makes(plan), _makes({"manufacturer": state.manufacturer, "model": state.model})),
        ("Serial number", plan.get("serial") or "", state.found_serial or state.serial or ""),
        ("Quantity", _number(lang, plan.get("quantity")), _number(lang, _there(view))),
        ("Municipality", _town(lang, towns, plan.get("destination")), _town(lang, towns, state.municipality)),
        ("Delivery", _day(lang, plan.get("expected_on")), _delivered(lang, view)),
    ]
    late = _late(plan, view)
    return [
        Compared(
            gettext(lang, text), planned, real, differs=late if text == "Delivery" else _differ(planned, real)
        )
        for text, planned, real in pairs
        if planned
    ]


def _planned(events: Sequence[EventView]) -> dict[str, Any]:
    """What was said first of what it is, and last of where it goes and when."""
    plan: dict[str, Any] = {"quantity": 1}
    for event in reversed(events):
        if event.kind == "registered":
            plan |= event.payload
        elif event.kind in ("consigned", "dispatched") and event.standing:
            named = {name: event.payload.get(name) for name in ("destination", "expected_on")}
            plan |= {name: said for name, said in named.items() if said}
    return plan


def _there(view: AssetView) -> int | None:
    state = view.state
    if state.delivered_at is None:
        return None
    return state.delivered_quantity if state.delivered_quantity is not None else state.quantity


def _delivered(lang: Lang, view: AssetView) -> str:
    return formats.day(lang, view.state.delivered_at) if view.state.delivered_at else ""


def _late(plan: dict[str, Any], view: AssetView) -> bool:
    expected, came = plan.get("expected_on"), view.state.delivered_at
    return bool(expected and came and kyiv.day_of(came) > date.fromisoformat(str(expected)))


def _makes(said: dict[str, Any]) -> str:
    return " ".join(part for part in (said.get("manufacturer"), said.get("model")) if part)


def _number(lang: Lang, number: int | None) -> str:
    return "" if number is None else formats.number(lang, number)


def _town(lang: Lang, towns: dict[str, Municipality], code: str | None) -> str:
    town = towns.get(code or "")
    return formats.municipality(lang, town.name_uk, town.name_en) if town else ""


def _day(lang: Lang, text: str | None) -> str:
    return formats.day(lang, date.fromisoformat(str(text))) if text else ""


def _differ(planned: str, real: str) -> bool:
    return bool(planned and real) and planned.casefold() != real.casefold()
