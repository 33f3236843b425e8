from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import event as sa_event

from asset_tracker.access.actors import COMMAND_LINE, Grant
from asset_tracker.assets.corrections import strike_out
from asset_tracker.errors import ForbiddenError, NotFoundError
from asset_tracker.ledger import events as ev
from asset_tracker.ledger.values import Share
from asset_tracker.reports import queries
from asset_tracker.reports.asking import parse_ask
from asset_tracker.territory.changes import record_change
from asset_tracker.territory.points import PointChange

from .conftest import BARANIVKA, KHOROSHIV, OVRUCH, actor, at, happen, register

BASE = "https://assets.example.org"


async def report(conn, who, as_of=None, code=BARANIVKA, **more):
    now = datetime.now(UTC)
    ask = parse_ask(as_of=as_of, now=now, **more)
    return await queries.municipality_report(conn, who, code, ask, now=now, base_url=BASE)


async def hand_over(conn, world, ids):
    """Delivered on the 14th, installed on 3 December."""
    await happen(conn, ids, "2024-11-12T08:00", ev.Dispatched())
    await happen(conn, ids, "2024-11-14T11:00", ev.Delivered(municipality=BARANIVKA))
    await happen(conn, ids, "2024-12-03T10:00", ev.Installed(service_point=world.point))
    await happen(conn, ids, "2024-12-04T10:00", ev.Commissioned())


async def test_a_report_shows_what_had_happened_by_its_day(conn, world):
    ids = await register(conn, world, 3)
    await hand_over(conn, world, ids)

    before = (await report(conn, COMMAND_LINE, "2024-11-13")).facts
    assert (before.summary.funnel.planned, before.summary.funnel.delivered) == (3, 0)
    assert [line.kind for line in before.timeline] == ["registered"] * 3 + ["dispatched"] * 3
    assert {item.stage for item in before.items} == {"dispatched"}
    assert before.support == ()

    on_the_day = (await report(conn, COMMAND_LINE, "2024-11-14")).facts
    assert on_the_day.summary.funnel.delivered == 3
    assert on_the_day.summary.funnel.in_service == 0

    later = (await report(conn, COMMAND_LINE, "2025-02-01")).facts
    assert later.summary.funnel.in_service == 3
    assert {item.service_point.uk for item in later.items} == {"ЦНАП Баранівка"}
    assert later.items[0].consignment == "ZHY-01"
    assert later.summary.trained_women == 11
    assert later.summary.residents == 24837

    assert (await report(conn, COMMAND_LINE, "2024-10-01")).facts.items == ()


async def test_a_day_in_kyiv_ends_at_midnight_in_kyiv(conn, world):
    ids = await register(conn, world)
    await happen(conn, ids, "2024-11-14T22:30", ev.Delivered(municipality=BARANIVKA))
    assert (await report(conn, COMMAND_LINE, "2024-11-14")).facts.summary.funnel.delivered == 0
    assert (await report(conn, COMMAND_LINE, "2024-11-15")).facts.summary.funnel.delivered == 1


async def test_a_late_fact_stands_where_it_occurred_and_was_not_known_before(conn, world):
    ids = await register(conn, world)
    await hand_over(conn, world, ids)
    known = datetime.now(UTC)
    await conn.exec_driver_sql("SELECT pg_sleep(0.01)")
    await happen(conn, ids, "2024-12-20T09:00", ev.FaultReported(description="Не вмикається"))

    told = (await report(conn, COMMAND_LINE, "2024-12-31")).facts
    assert told.items[0].condition == "needs_attention"
    assert told.timeline[-1].kind == "fault_reported"
    assert told.timeline[-1].late
    assert (await report(conn, COMMAND_LINE, "2024-12-19")).facts.items[0].condition == "working"

    unknown = (await report(conn, COMMAND_LINE, "2024-12-31", known_on=known.isoformat())).facts
    assert unknown.items[0].condition == "working"
    assert "fault_reported" not in [line.kind for line in unknown.timeline]


async def test_the_same_question_gives_the_same_hash(conn, world):
    ids = await register(conn, world, 2)
    await hand_over(conn, world, ids)
    first = await report(conn, COMMAND_LINE, "2025-02-01", lang="uk")
    known = datetime.now(UTC)
    await conn.exec_driver_sql("SELECT pg_sleep(0.01)")
    await happen(conn, ids, "2025-01-05T09:00", ev.Verified())
    assert (await report(conn, COMMAND_LINE, "2025-02-01")).content_hash != first.content_hash
    again = await report(conn, COMMAND_LINE, "2025-02-01", known_on=known.isoformat(), lang="en")
    assert again.content_hash == first.content_hash


async def test_what_was_struck_out_later_is_in_what_was_known_before(conn, world):
    (moved,) = await register(conn, world, code=OVRUCH)
    (receipt,) = await happen(conn, [moved], "2024-11-14T11:00", ev.Delivered(municipality=BARANIVKA))
    known = datetime.now(UTC)
    await conn.exec_driver_sql("SELECT pg_sleep(0.01)")
    await strike_out(conn, COMMAND_LINE, moved, receipt.id, "Не туди")
    assert (await report(conn, COMMAND_LINE, "2025-02-01")).facts.items == ()
    then = await report(conn, COMMAND_LINE, "2025-02-01", known_on=known.isoformat())
    assert [item.asset_id for item in then.facts.items] == [moved]


async def test_a_donor_sees_what_they_funded_and_their_share_only(conn, world):
    ours = await register(conn, world)
    await register(conn, world, shares=(Share(world.third, Decimal(100)),))
    told = (await report(conn, world.donor)).facts
    assert [item.asset_id for item in told.items] == ours
    assert told.question.donor.short == "Sida"
    assert [share.donor for share in told.items[0].shares] == [str(world.sida)]
    assert told.items[0].shares[0].value == Decimal("23099.99")
    assert {line.asset_id for line in told.timeline} == set(ours)


async def test_nothing_of_theirs_is_an_empty_report(conn, world):
    await register(conn, world)
    told = (await report(conn, world.donor, code=KHOROSHIV)).facts
    assert (told.items, told.timeline, told.support) == ((), (), ())
    assert (await report(conn, world.third_donor)).facts.items == ()


async def test_what_is_not_theirs_to_see_is_not_found(conn, world):
    for who, more in (
        (COMMAND_LINE, {"code": "UA99999999999999999"}),
        (COMMAND_LINE, {"donor": "Nobody"}),
        (world.donor, {"donor": "ESTDEV"}),
        (actor(Grant(role="coordinator", programme=world.programme, area="UA63")), {}),
    ):
        with pytest.raises(NotFoundError):
            await report(conn, who, **more)
    with pytest.raises(ForbiddenError):
        await report(conn, world.technician)


async def test_asked_for_a_donor_the_report_is_about_their_money(conn, world):
    await register(conn, world)
    await register(conn, world, shares=(Share(world.third, Decimal(100)),))
    told = await report(conn, COMMAND_LINE, donor="estdev")
    assert len(told.facts.items) == 1
    assert told.facts.question.donor.key == str(world.estdev)
    assert "donor=ESTDEV" in told.making.page_url


async def test_a_part_names_its_kit_even_if_somebody_else_paid_for_that(conn, world):
    (kit,) = await register(conn, world, is_kit=True, shares=(Share(world.third, Decimal(100)),))
    ids = await register(conn, world, 2)
    await happen(conn, ids, "2024-11-12T08:00", ev.Packed(kit=kit))
    (tag,) = {item.tag for item in (await report(conn, COMMAND_LINE)).facts.items if item.asset_id == kit}
    told = (await report(conn, COMMAND_LINE, donor="estdev")).facts
    assert [(item.asset_id in ids, item.kit) for item in told.items] == [(True, tag)] * 2


async def test_near_danger_a_donor_is_not_told_the_service_point(conn, world):
    ids = await register(conn, world)
    await hand_over(conn, world, ids)
    await record_change(conn, COMMAND_LINE, world.point, PointChange(change="relocated"))
    told = (await report(conn, world.donor)).facts
    assert told.items[0].service_point is None
    assert [line.detail for line in told.timeline if line.kind == "installed"] == [None]
    assert (await report(conn, COMMAND_LINE)).facts.items[0].service_point is not None


async def test_what_was_moved_away_is_said(conn, world):
    ids = await register(conn, world)
    await hand_over(conn, world, ids)
    await happen(conn, ids, "2025-01-20T09:00", ev.Moved(municipality=OVRUCH))
    told = (await report(conn, COMMAND_LINE, "2025-02-01")).facts
    assert told.items == ()
    assert [(found.code, found.day.isoformat()) for found in told.findings] == [("moved_away", "2025-01-20")]
    assert len((await report(conn, COMMAND_LINE, "2025-02-01", code=OVRUCH)).facts.items) == 1


async def test_losses_are_told_with_their_outcome(conn, world):
    ids = await register(conn, world, 2)
    await hand_over(conn, world, ids)
    await happen(conn, ids, "2025-01-10T09:00", ev.Stolen(circumstances="Уночі"))
    await happen(conn, ids[:1], "2025-01-20T09:00", ev.Found(municipality=BARANIVKA, condition="working"))
    told = (await report(conn, COMMAND_LINE, "2025-02-01")).facts
    assert sorted((loss.reason, loss.outcome) for loss in told.losses if loss.outcome) == [
        ("stolen", "found")
    ]
    assert (told.summary.losses_open, told.summary.losses_closed) == (1, 1)
    assert told.summary.funnel.gone == 1
    earlier = (await report(conn, COMMAND_LINE, "2025-01-15")).facts
    assert earlier.summary.losses_open == 2


async def test_a_programme_report_covers_all_its_municipalities(conn, world):
    await hand_over(conn, world, await register(conn, world, 2))
    await register(conn, world, code=OVRUCH)
    now = datetime.now(UTC)
    ask = parse_ask(as_of="2025-02-01", now=now)
    told = (
        await queries.programme_report(conn, COMMAND_LINE, "video-2024", ask, now=now, base_url=BASE)
    ).facts
    assert [line.municipality.name.uk for line in told.municipalities] == ["Баранівська", "Овруцька"]
    assert [line.funnel.delivered for line in told.municipalities] == [2, 0]
    assert told.summary.municipalities == 1
    assert told.summary.residents == 24837
    assert told.summary.values[0].value == Decimal("115499.97")
    with pytest.raises(NotFoundError):
        await queries.programme_report(conn, world.third_donor, "VIDEO-2024", ask, now=now, base_url=BASE)


async def test_a_programme_report_by_earlier_knowledge_stays_within_the_programme(conn, world):
    ours = await register(conn, world)
    (theirs,) = await register(conn, world)
    known = datetime.now(UTC)
    await conn.exec_driver_sql("SELECT pg_sleep(0.01)")
    (receipt,) = await happen(conn, [theirs], "2024-11-14T11:00", ev.Delivered(municipality=BARANIVKA))
    await strike_out(conn, COMMAND_LINE, theirs, receipt.id, "Не туди")
    await conn.exec_driver_sql(f"UPDATE asset SET programme_id = gen_random_uuid() WHERE id = '{theirs}'")
    ask = parse_ask(as_of="2025-02-01", known_on=known.isoformat(), now=datetime.now(UTC))
    told = await queries.programme_report(
        conn, COMMAND_LINE, "VIDEO-2024", ask, now=datetime.now(UTC), base_url=BASE
    )
    assert [item.asset_id for item in told.facts.items] == ours


@pytest.mark.parametrize("day", ["2024-11-13", "2024-11-20", "2024-12-03", "2025-01-15", "2025-02-01"])
async def test_items_are_as_the_periods_say(conn, world, day):
    ids = await register(conn, world, 4)
    await hand_over(conn, world, ids[:3])
    await happen(
        conn, ids[:1], "2025-01-10T09:00", ev.FaultReported(description="…", condition="unserviceable")
    )
    await happen(conn, ids[1:2], "2025-01-20T09:00", ev.Lost(circumstances="…"))
    told = (await report(conn, COMMAND_LINE, day)).facts
    end = parse_ask(as_of=day, now=datetime.now(UTC)).end_of_day
    rows = await conn.exec_driver_sql(
        "SELECT asset_id, stage, condition, title, place FROM asset_period "
        f"WHERE valid_from <= '{end}' AND (valid_to IS NULL OR valid_to > '{end}')"
    )
    periods = {row.asset_id: tuple(row)[1:] for row in rows}
    assert {i.asset_id: (i.stage, i.condition, i.title, i.place) for i in told.items} == periods


async def test_kits_and_their_parts(conn, world):
    (kit,) = await register(conn, world, category="video_kit", is_kit=True, unit_price=None, serial=None)
    (part,) = await register(conn, world, category="camera")
    await happen(conn, [part], "2024-11-02T08:00", ev.Packed(kit=kit))
    await happen(conn, [kit], "2024-11-14T11:00", ev.Delivered(municipality=BARANIVKA))
    told = (await report(conn, COMMAND_LINE)).facts
    by_id = {item.asset_id: item for item in told.items}
    assert by_id[part].kit == by_id[kit].tag
    assert by_id[part].delivered_on == by_id[kit].delivered_on
    assert (told.summary.funnel.delivered, told.summary.kits.delivered) == (1, 1)


async def test_queries_do_not_grow_with_the_assets(conn, world):
    statements = []
    sa_event.listen(conn.sync_connection, "before_cursor_execute", lambda *args: statements.append(args[2]))
    counts = []
    for n in (2, 10):
        await hand_over(conn, world, await register(conn, world, n))
        statements.clear()
        await report(conn, COMMAND_LINE)
        counts.append(len(statements))
    assert counts[0] == counts[1] <= 18


async def test_the_timeline_may_begin_later(conn, world):
    ids = await register(conn, world)
    await hand_over(conn, world, ids)
    told = (await report(conn, COMMAND_LINE, "2025-02-01", since="2024-12-01")).facts
    assert [line.kind for line in told.timeline] == ["installed", "commissioned"]
    assert told.summary.funnel.delivered == 1
    assert told.timeline[0].occurred_at == at("2024-12-03T10:00")
    assert timedelta(0) < told.timeline[0].recorded_at - told.timeline[0].occurred_at
