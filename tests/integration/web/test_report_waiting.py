"""A report that takes longer than a click: asked for once, watched, and found by whichever server is asked next."""

import re
from html import unescape

import pytest
from sqlalchemy import func, select, update

from asset_tracker.jobs import queue
from asset_tracker.jobs.tables import job
from asset_tracker.jobs.worker import Run
from asset_tracker.ledger import store
from asset_tracker.reports import making, queries
from asset_tracker.reports.kept import Keeper
from asset_tracker.reports.tables import report_work
from factories.office import BARANIVKA

pytestmark = pytest.mark.anyio
PAGE = f"/reports/municipalities/{BARANIVKA}"
LOOK = {"HX-Request": "true", "HX-Target": "section#work"}
WHEN = {"occurred_at": "2026-03-02T10:00"}


@pytest.fixture(autouse=True)
async def large(monkeypatch, site):
    """Any report is large, and a worker is there; nothing was asked for yet, and nothing is kept."""

    async def one(_conn):
        return 1

    monkeypatch.setattr(making, "AT_ONCE", 0)
    monkeypatch.setattr(queue, "workers", one)
    monkeypatch.setattr(queries, "_KEPT", Keeper())
    async with site.app.state.engine.begin() as conn:
        for table in (job, report_work):
            await conn.execute(table.delete())


async def work(site, monkeypatch):
    """Do the one job that waits, as a worker does: a process with a memory of its own."""
    engine = site.app.state.engine
    with monkeypatch.context() as elsewhere:
        elsewhere.setattr(queries, "_KEPT", Keeper())
        async with engine.connect() as lease:
            await lease.execution_options(isolation_level="AUTOCOMMIT")
            taken = await queue.take(lease, {"report": 5}, set())
            assert taken is not None
            payload = making.ReportJob(work=taken.payload["work"])
            await making.work(Run(engine, site.app.state.settings, taken), payload)
            await queue.release(lease, taken.id)


async def count(site, table):
    async with site.app.state.engine.begin() as conn:
        return await conn.scalar(select(func.count()).select_from(table))


def looks_at(page):
    """Where the page asks how far it is."""
    found = re.search(r'id="work" role="status"[^>]* hx-get="([^"]+)"', page.text)
    assert found, page.text
    return unescape(found[1])


async def test_a_click_is_answered_at_once_and_the_report_is_made_once(site, monkeypatch):
    page = await site.get("coordinator", PAGE)
    assert page.status_code == 200
    assert "Баранівська" in page.text
    assert '<noscript><meta http-equiv="refresh"' in page.text
    look = looks_at(page)
    assert looks_at(await site.get("coordinator", PAGE)) == look
    assert await count(site, job) == await count(site, report_work) == 1
    fragment = await site.get("coordinator", look, headers=LOOK)
    assert fragment.text.strip().startswith("<section")
    assert "Чекає на свою чергу" in fragment.text

    await work(site, monkeypatch)
    done = await site.get("coordinator", look, headers=LOOK)
    assert done.headers["hx-redirect"] == PAGE
    read = []

    async def chains(_conn, ids):
        read.append(ids)
        return ()

    with monkeypatch.context() as unread:
        unread.setattr(store, "chains", chains)
        report = await site.get("coordinator", PAGE)
        assert (await site.get("coordinator", f"{PAGE}/figures/planned")).status_code == 200
    assert read == []
    made = await site.get("coordinator", f"/api/v1{PAGE}.json")
    assert made.headers["x-content-hash"] in report.text
    # Of another reader nothing of it is found.
    assert "<progress" in (await site.get("administrator", look)).text


async def test_whoever_waited_sees_what_was_made_though_something_was_recorded_meanwhile(site, monkeypatch):
    look = looks_at(await site.get("coordinator", PAGE))
    await work(site, monkeypatch)
    form = f"/a/{site.office.laptop}/note"
    asked = await site.get("coordinator", form)
    hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', asked.text))
    assert (await site.post("coordinator", form, hidden | {"note": "x", **WHEN})).status_code == 303
    done = await site.get("coordinator", look, headers=LOOK)
    assert done.headers["hx-redirect"] == look
    assert "<article" in (await site.get("coordinator", look)).text
    assert not await count(site, job)
    # Who asks anew, or comes back to it later, is told what is known by then.
    assert "<progress" in (await site.get("coordinator", PAGE)).text
    async with site.app.state.engine.begin() as conn:
        before = report_work.c.made_at - func.make_interval(0, 0, 0, 0, 0, 2)
        await conn.execute(update(report_work).values(made_at=before))
    assert "<progress" in (await site.get("coordinator", look)).text


async def test_a_file_is_made_while_a_page_says_so(site, monkeypatch):
    here = f"{PAGE}/files/xlsx?lang=en"
    page = await site.get("coordinator", here)
    look = looks_at(page)
    assert looks_at(await site.get("coordinator", here)) == look
    await work(site, monkeypatch)
    ready = await site.get("coordinator", look, headers=LOOK)
    at = re.search(r'href="(/reports/files/[^"]+)" download', ready.text)[1]
    file = await site.get("coordinator", at)
    assert file.content.startswith(b"PK")
    assert file.headers["content-disposition"].endswith('-en.xlsx"')
    assert (await site.get("administrator", at)).status_code == 404
    assert at in (await site.get("coordinator", here)).text
    async with site.app.state.engine.begin() as conn:
        await conn.execute(update(report_work).values(asked_at=func.now() - making.KEPT_FOR))
    await tidied(site)
    assert (await site.get("coordinator", at)).status_code == 404
    assert (await site.get("coordinator", f"{PAGE}/files/none")).status_code == 422
    monkeypatch.setattr(making, "AT_ONCE", 100)
    at_once = await site.get("coordinator", here)
    assert at_once.headers["location"] == f"/api/v1{PAGE}.xlsx?lang=en"


async def tidied(site):
    """What the job that recurs does."""
    engine = site.app.state.engine
    async with engine.begin() as conn:
        number = await queue.enqueue(conn, making.TidyReports())
    async with engine.connect() as lease:
        await lease.execution_options(isolation_level="AUTOCOMMIT")
        taken = await queue.take(lease, {"report.tidy": 5}, set())
        assert taken.id == number
        await making.tidy(Run(engine, site.app.state.settings, taken), making.TidyReports())
        await queue.release(lease, taken.id)
    assert not await count(site, report_work)


async def test_what_was_interrupted_too_often_says_so_and_begins_anew(site):
    look = looks_at(await site.get("coordinator", PAGE))
    async with site.app.state.engine.begin() as conn:
        await conn.execute(update(job).values(state="failed"))
    assert "Почати знову" in (await site.get("coordinator", look, headers=LOOK)).text
    assert looks_at(await site.get("coordinator", PAGE)) != look


async def test_part_of_a_list_leads_to_the_page_that_waits(site):
    part = f"{PAGE}?part=items&after=1"
    asked = await site.get("coordinator", part, headers={"HX-Request": "true", "HX-Target": "div#part-items"})
    assert asked.headers["hx-redirect"] == part
    assert looks_at(await site.get("coordinator", part)).startswith(f"{part}&work=")


async def test_without_a_worker_it_is_made_at_once(site, monkeypatch):
    async def none(_conn):
        return 0

    monkeypatch.setattr(queue, "workers", none)
    assert "<article" in (await site.get("coordinator", PAGE)).text
    assert not await count(site, job)
