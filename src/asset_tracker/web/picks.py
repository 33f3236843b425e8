"""Things that go with an asset and may be picked in a form: plans, work orders, donors, kits, consignments."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker.access.actors import Actor
from asset_tracker.access.permissions import may
from asset_tracker.assets.orders import OrderFilter, list_orders, order_titles
from asset_tracker.assets.plans import list_plans, plan_titles
from asset_tracker.assets.queries import list_assets, tags_of
from asset_tracker.assets.views import AssetView, Filters
from asset_tracker.consignments.queries import consignment_numbers, list_consignments
from asset_tracker.i18n import Lang
from asset_tracker.ledger.tags import format_tag
from asset_tracker.programmes.queries import get_parties
from asset_tracker.web import formats
from asset_tracker.web.questions import EventForm

PICKED = ("plan", "order", "donor", "kit", "consignment")
Picks = dict[str, list[tuple[str, str]]]
_MOST = 200


async def picks(conn: AsyncConnection, actor: Actor, lang: Lang, view: AssetView, form: EventForm) -> Picks:
    """What each ``pick`` field of a form offers for this asset, as (value, text)."""
    found: Picks = {}
    for field in form.fields:
        if field.type == "pick":
            found[field.name] = await _offered(conn, actor, lang, view, field.name)
    return found


async def names_of(conn: AsyncConnection, lang: Lang, ids: Sequence[UUID]) -> dict[str, str]:
    """What picked things are called: plans, work orders, donors, kits and consignments by their ids."""
    parties = await get_parties(conn, ids)
    found = {str(key): formats.named(lang, each) for key, each in parties.items()}
    found |= {str(key): title for key, title in (await plan_titles(conn, ids)).items()}
    found |= {str(key): title for key, title in (await order_titles(conn, ids)).items()}
    found |= {str(key): number for key, number in (await consignment_numbers(conn, ids)).items()}
    kits = await tags_of(conn, ids)
    return found | {str(key): format_tag(tag) for key, tag in kits.items()}


async def _offered(
    conn: AsyncConnection, actor: Actor, lang: Lang, view: AssetView, name: str
) -> list[tuple[str, str]]:
    if name == "plan":
        return [(str(plan.id), plan.title) for plan in await list_plans(conn, actor, view.row.id)]
    if name == "order":
        waiting = await list_orders(conn, actor, OrderFilter(asset=view.row.id), limit=_MOST)
        return [(str(each.id), each.title) for each in waiting.items]
    if name == "donor":
        return [(str(each.donor), formats.named(lang, each)) for each in view.funding]
    if name == "kit":
        return await _kits(conn, actor, lang, view)
    return await _consignments(conn, actor, view.row.programme)


async def _kits(conn: AsyncConnection, actor: Actor, lang: Lang, view: AssetView) -> list[tuple[str, str]]:
    near = Filters(
        programme=view.row.programme, is_kit=True, municipality=view.row.municipality or view.row.destination
    )
    kits = await list_assets(conn, actor, near, limit=_MOST)
    return [
        (str(kit.id), f"{formats.named(lang, kit)} {format_tag(kit.tag)}")
        for kit in kits.items
        if kit.gone_reason is None and kit.id != view.row.id
    ]


async def _consignments(conn: AsyncConnection, actor: Actor, programme: UUID | None) -> list[tuple[str, str]]:
    if not may(actor, "consignment.read"):
        return []
    found = await list_consignments(conn, actor, programme_id=programme, limit=_MOST)
    open_ = [each for each in found.items if each.status in ("empty", "planned")]
    return [(str(each.id), f"{each.number} → {each.municipality_uk}") for each in open_]
