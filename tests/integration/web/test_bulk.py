"""One fact for many assets: looked at, recorded as one operation, taken back; and the button beside a message."""

import re
from html import unescape

import pytest
from sqlalchemy import func, select

from asset_tracker.assets import bulk_work
from asset_tracker.jobs import queue
from asset_tracker.jobs.worker import Run
from asset_tracker.ledger.tables import event
from asset_tracker.ledger.tags import format_tag

from .conftest import hidden

pytestmark = pytest.mark.anyio
WHEN = {"occurred_at": "2026-03-02T10:00"}
FORM = {"kind": "note", "occurred_at": "2026-03-01T10:00", "note": "Оглянуто"}


async def listed(site, query=""):
    return (await site.get("coordinator", f"/api/v1/assets?limit=200{query}")).json()["items"]


async def noted(site, tag, text):
    asked = await site.get("coordinator", f"/a/{tag}/note")
    sent = await site.post("coordinator", f"/a/{tag}/note", hidden(asked) | {"note": text, **WHEN})
    assert sent.status_code == 303, sent.text
    return sent.headers["location"]


async def planned(site, **more):
    sent = await site.post("coordinator", "/bulk", FORM | more)
    assert sent.status_code == 303, sent.text
    return sent.headers["location"]


async def test_ticked_assets_get_one_fact_as_one_operation_and_it_is_taken_back(site):
    items = await listed(site)
    ids = [each["id"] for each in items[:3]]
    asked = await site.get("coordinator", "/bulk/new", params={"kind": "note", "asset": ids})
    assert "3 активи" in asked.text
    here = await planned(site, asset=ids)
    page = await site.get("coordinator", here)
    assert "Можна записати про 3 активи." in page.text
    assert (await site.get("technician", here)).status_code == 404
    assert (await site.post("coordinator", f"{here}/record")).status_code == 303
    assert "Записано про 3 активи однією операцією." in (await site.get("coordinator", here)).text
    assert (await site.post("coordinator", f"{here}/record")).status_code == 409

    operation = here.rpartition("/")[2]
    async with site.app.state.engine.begin() as conn:
        wanted = select(func.count(), func.count(event.c.asset_id.distinct())).where(
            event.c.operation == operation
        )
        assert tuple((await conn.execute(wanted)).one()) == (3, 3)

    # Something later stands on one of them.
    tag = format_tag(items[0]["tag"])
    await noted(site, tag, "later")
    assert (await site.post("coordinator", f"{here}/undo")).status_code == 303
    page = await site.get("coordinator", here)
    assert "Про 1 актив пізніше записано ще щось" in page.text
    history = (await site.get("coordinator", f"/api/v1/assets/{items[1]['id']}/events")).json()
    assert [each["standing"] for each in history if each["operation"] == operation] == [False]


async def test_what_cannot_be_recorded_is_told_for_each_and_left_out(site):
    items = await listed(site)
    gone = [each for each in items if each["gone_reason"]]
    there = [each for each in items if not each["gone_reason"]]
    assert there
    here = await planned(
        site, kind="received", condition="working", asset=[each["id"] for each in items[:200]]
    )
    page = await site.get("coordinator", here + "?left_out=yes")
    assert "Пропущено" in page.text or not gone
    standing = (await site.get("coordinator", f"/api/v1{here}")).json()
    left = sum(each["assets"] for each in standing["left_out"])
    assert standing["action"]["can"] + left == standing["action"]["total"]
    # One moves on between looking and recording: it is left out.
    can = (await site.get("coordinator", f"/api/v1{here}/assets?left_out=false")).json()
    tag = format_tag(can[0]["tag"])
    await noted(site, tag, "x")
    await site.post("coordinator", f"{here}/record")
    done = (await site.get("coordinator", f"/api/v1{here}")).json()
    assert done["action"]["recorded"] == standing["action"]["can"] - 1
    assert {"why_not": "It has moved on since you looked.", "assets": 1} in done["left_out"]


async def test_all_of_a_list_by_a_worker(site, monkeypatch):
    monkeypatch.setattr(bulk_work, "AT_ONCE", 1)

    async def one(_conn):
        return 1

    monkeypatch.setattr(queue, "workers", one)
    many = len(await listed(site, "&gone=false"))
    here = await planned(site, all="yes", state="?gone=no")
    page = await site.get("coordinator", here)
    assert "<progress" in page.text
    await work(site)
    assert f"Можна записати про {many}" in (await site.get("coordinator", here)).text
    await site.post("coordinator", f"{here}/record")
    await work(site)
    assert (await site.get("coordinator", f"/api/v1{here}")).json()["action"]["recorded"] == many
    await site.post("coordinator", f"{here}/undo")
    await work(site)
    assert (await site.get("coordinator", f"/api/v1{here}")).json()["action"]["status"] == "undone"


async def work(site):
    """Do the one bulk job that waits, as a worker does."""
    engine = site.app.state.engine
    async with engine.connect() as lease:
        await lease.execution_options(isolation_level="AUTOCOMMIT")
        taken = await queue.take(lease, {"bulk": 5}, set())
        assert taken is not None
        payload = {"action": taken.payload["action"], "step": taken.payload["step"]}
        job = bulk_work.BulkJob(**payload)
        await bulk_work.work(Run(engine, site.app.state.settings, taken), job)
        await queue.release(lease, taken.id)


async def test_what_was_just_done_is_taken_back_by_the_button_beside_it(site):
    tag = format_tag((await listed(site, "&category=laptop"))[-1]["tag"])
    page = await site.get("coordinator", await noted(site, tag, "slip"))
    assert "Повернути, як було</button>" in unescape(page.text)
    what = re.search(r'name="what" value="([^"]+)"', page.text)[1]
    assert hidden(page)["what"] == what
    undone = await site.post("coordinator", "/undo", {"what": what, "back": f"/a/{tag}"})
    assert undone.status_code == 303
    assert undone.headers["location"] == f"/a/{tag}"
    page = await site.get("coordinator", f"/a/{tag}")
    assert "Повернуто, як було." in page.text
    assert "Закреслено" in page.text
    assert (await site.post("coordinator", "/undo", {"what": what})).status_code == 409
    assert (await site.post("coordinator", "/undo", {"what": "nonsense"})).status_code == 404


async def test_a_wrong_form_says_what_is_missing(site):
    sent = await site.post("coordinator", "/bulk", FORM)
    assert sent.status_code == 422
    assert "Оберіть принаймні один актив." in sent.text
    assert (await site.get("coordinator", "/bulk/new?kind=registered")).status_code == 404
