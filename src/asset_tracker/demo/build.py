"""Making the demonstration, through the same services as real data."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from itertools import groupby
from uuid import UUID

import msgspec
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker import kyiv
from asset_tracker.access import users
from asset_tracker.access.actors import COMMAND_LINE
from asset_tracker.assets import service as assets
from asset_tracker.assets import showing
from asset_tracker.assets.orders import NewOrder, add_order
from asset_tracker.assets.plans import NewPlan, add_plan
from asset_tracker.assets.service import AssetFact, NewAsset
from asset_tracker.assets.showing import NewConsent
from asset_tracker.consignments import acts
from asset_tracker.consignments import service as consignments
from asset_tracker.consignments.acts import Signature
from asset_tracker.consignments.service import Dispatch, Handover, NewConsignment
from asset_tracker.demo import activities, lives, money, people, pictures, places, story, turns
from asset_tracker.demo.fixed import fixed_id
from asset_tracker.demo.lives import Past
from asset_tracker.demo.people import BY_KEY, PROGRAMMES_BY_CODE
from asset_tracker.demo.story import Delivery
from asset_tracker.errors import ConflictError
from asset_tracker.files.service import store_photo, store_scan
from asset_tracker.files.storage import Storage
from asset_tracker.ledger import events as ev
from asset_tracker.ledger.tables import asset
from asset_tracker.programmes import budgets, rates, rules
from asset_tracker.programmes import service as programmes
from asset_tracker.programmes.policies import Reach
from asset_tracker.programmes.tables import programme
from asset_tracker.territory import queries as territory_queries
from asset_tracker.territory import service as territory
from asset_tracker.territory import situations
from asset_tracker.territory.changes import record_change

COORDINATOR, TECHNICIAN = BY_KEY["coordinator"].actor, BY_KEY["technician"].actor


class HoldsOtherDataError(ConflictError):
    """The database holds data of your own; the demonstration wants an empty one."""

    code = "holds-other-data"


async def is_there(conn: AsyncConnection) -> bool:
    """Whether the demonstration is in this database."""
    return await conn.scalar(select(programme.c.id).where(programme.c.id == people.PROSTO)) is not None


async def build(conn: AsyncConnection, storage: Storage, *, secret_key: str, base_url: str) -> bool:
    """Make the demonstration, all in the transaction of ``conn``; False when it is there already.

    Raises HoldsOtherDataError when there are programmes or assets that are not its own.
    """
    if await is_there(conn):
        return False
    if await conn.scalar(select(func.count()).select_from(programme)) or await conn.scalar(
        select(asset.c.id).limit(1)
    ):
        raise HoldsOtherDataError
    await _people_and_places(conn, secret_key)
    deliveries = await _deliveries(conn)
    photos = [
        (await store_photo(conn, storage, TECHNICIAN.id, pictures.photo(shade))).sha256 for shade in range(3)
    ]
    scan = (await store_scan(conn, storage, COORDINATOR.id, pictures.SCAN)).sha256
    told = _facts(deliveries, photos)
    for _, of_batch in groupby(deliveries, key=lambda each: each.batch.number):
        await _batch(conn, list(of_batch), told, scan=scan, base_url=base_url)
    # Of the third nobody has said yet whether it may be shown.
    for photo in photos[:2]:
        await showing.give(conn, COORDINATOR, photo, NewConsent(people="nobody"))
    for code, change in turns.POINTS.items():
        await record_change(conn, COORDINATOR, story.main_point(code), change)
    for activity_id, activity in activities.activities():
        await programmes.record_activity(conn, COORDINATOR, activity, activity_id=activity_id)
    return True


async def _people_and_places(conn: AsyncConnection, secret_key: str) -> None:
    await territory.load_shipped(conn)
    for party_id, party in people.PARTIES.items():
        await programmes.add_party(conn, COMMAND_LINE, party, party_id=party_id)
    await rates.add_rates(conn, COMMAND_LINE, money.rates_until(kyiv.today()))
    for programme_id, new in people.PROGRAMMES.items():
        await programmes.add_programme(conn, COMMAND_LINE, new, programme_id=programme_id)
    for programme_id, budget in money.BUDGETS.items():
        await budgets.add_budget(conn, COMMAND_LINE, programme_id, budget)
    for person in people.PEOPLE:
        await users.add_user(
            conn,
            COMMAND_LINE,
            email=person.email,
            name=person.name,
            password=people.password(secret_key, person),
            grants=person.grants,
            user_id=person.id,
        )
    for preset in ("ua_budget", "house"):
        await rules.apply_preset(conn, COMMAND_LINE, preset, Reach(programme=people.EGA))
    known = await territory_queries.municipality_index(conn)
    for point_id, point in places.points({each.code: each for each in known.all}):
        await territory.create_service_point(conn, COORDINATOR, point, point_id=point_id)


async def _deliveries(conn: AsyncConnection) -> list[Delivery]:
    known = await territory_queries.municipality_index(conn)
    found = list(story.deliveries({each.code: each for each in known.all}))
    codes = {each.municipality.code for each in found}
    await situations.add_situations(conn, COMMAND_LINE, places.situations(codes))
    return found


def _facts(deliveries: Sequence[Delivery], photos: Sequence[str]) -> Mapping[UUID, list[Past]]:
    """What is told of each asset after it was handed over, the ordinary and the special."""
    special = list(turns.turns(deliveries))
    until = {each: turn.instead_from for turn in special if turn.instead_from for each in turn.assets}
    told: dict[UUID, list[Past]] = defaultdict(list)
    for delivery in deliveries:
        if delivery.which in turns.ON_ITS_WAY | turns.STILL_HERE:
            continue
        for each in delivery.assets:
            end = until.get(each.id)
            told[each.id] += [past for past in lives.life(delivery, each) if end is None or past.at < end]
    for past in (past for turn in special for past in turn.facts):
        told[past.asset].append(past)
    shown = [
        each.id for delivery in deliveries for each in delivery.assets if each.fact.category == "video_kit"
    ]
    for kit, photo in zip(shown, photos, strict=True):
        told[kit] = [_with_photo(past, photo) for past in told[kit]]
    return told


def _with_photo(past: Past, photo: str) -> Past:
    if not isinstance(past.fact, ev.Installed):
        return past
    return msgspec.structs.replace(past, fact=msgspec.structs.replace(past.fact, photos=(photo,)))


async def _batch(
    conn: AsyncConnection,
    deliveries: Sequence[Delivery],
    told: Mapping[UUID, list[Past]],
    *,
    scan: str,
    base_url: str,
) -> None:
    batch = deliveries[0].batch
    programme_id = PROGRAMMES_BY_CODE[batch.programme]
    for delivery in deliveries:
        new = NewConsignment(
            programme=programme_id, number=delivery.number, municipality=delivery.municipality.code
        )
        await consignments.add_consignment(conn, COORDINATOR, new, consignment_id=delivery.id)
    things: list[NewAsset] = [each for delivery in deliveries for each in delivery.assets]
    operation = fixed_id("operation", "register", batch.number)
    await assets.register(
        conn, COORDINATOR, programme_id, things, occurred_at=lives.moment(batch.on, 7), operation=operation
    )
    await _hand_over(conn, deliveries, scan=scan, base_url=base_url)
    await _plans(conn, things, batch.on)
    for who, actor in (("coordinator", COORDINATOR), ("technician", TECHNICIAN)):
        facts = [
            AssetFact(asset=past.asset, occurred_at=past.at, fact=past.fact)
            for each in things
            for past in told.get(each.id, ())
            if past.who == who
        ]
        operation = fixed_id("operation", who, batch.number)
        await assets.record_each(conn, actor, facts, operation=operation, by_rules=False)
    await _orders(conn, [each for each in things if lives.is_broken(told.get(each.id, ()))])


async def _orders(conn: AsyncConnection, broken: Sequence[NewAsset]) -> None:
    """What broke and was not repaired is to be seen to, some of it sooner."""
    for n, each in enumerate(broken):
        wanted = NewOrder(
            title="Оглянути й відремонтувати",
            kind="repaired",
            due_on=lives.LAST_DAY + timedelta(days=20 * (n % 4)),
        )
        await add_order(conn, COORDINATOR, each.id, wanted, order_id=fixed_id("order", each.id))


async def _plans(conn: AsyncConnection, things: Sequence[NewAsset], starts_on: date) -> None:
    """Each vehicle is serviced once a year, or every ten thousand kilometres."""
    service = NewPlan(
        title="Планове технічне обслуговування",
        every_months=12,
        every_meter=10_000,
        meter_unit="km",
        starts_on=starts_on,
    )
    for each in things:
        if each.fact.category == "vehicle":
            plan_id = lives.service_plan(each.id)
            await add_plan(conn, COORDINATOR, each.id, service, plan_id=plan_id)


async def _hand_over(
    conn: AsyncConnection, deliveries: Sequence[Delivery], *, scan: str, base_url: str
) -> None:
    sent = [each for each in deliveries if each.which not in turns.STILL_HERE]
    await consignments.dispatch_all(conn, COORDINATOR, {each.id: _dispatch(each) for each in sent})
    arrived = [each for each in sent if each.which not in turns.ON_ITS_WAY]
    if not arrived:
        return
    handovers = {each.id: Handover(occurred_at=each.delivered_at) for each in arrived}
    await consignments.deliver_all(conn, COORDINATOR, handovers)
    days = {each.id: each.delivered_at.date() for each in arrived}
    issued = await acts.issue_acts(conn, COORDINATOR, days, base_url=base_url)
    signatures = {
        act.id: Signature(signed_on=each.signed_on, scan=scan)
        for act, each in zip(issued, arrived, strict=True)
        if each.which not in turns.UNSIGNED
    }
    await acts.sign_acts(conn, COORDINATOR, signatures)


def _dispatch(delivery: Delivery) -> Dispatch:
    return Dispatch(
        waybill=f"ТТН {delivery.number}",
        expected_on=delivery.dispatched_at.date() + timedelta(days=3),
        occurred_at=delivery.dispatched_at,
    )
