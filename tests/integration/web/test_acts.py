"""An act on paper: signed by one side, by both, made void; and what differed from the list."""

import re
from decimal import Decimal
from hashlib import sha256
from uuid import UUID

import pytest

from asset_tracker.access.actors import COMMAND_LINE
from asset_tracker.assets.service import NewAsset, record, register
from asset_tracker.consignments.service import NewConsignment, add_consignment
from asset_tracker.ledger import events as ev
from asset_tracker.ledger.ids import uuid7
from asset_tracker.ledger.tags import new_tag
from factories.office import BARANIVKA

pytestmark = pytest.mark.anyio


async def a_consignment(site):
    async with site.app.state.engine.begin() as conn:
        number = f"PL-{uuid7().hex[-8:]}"
        new = NewConsignment(programme=site.office.programme, number=number, municipality=BARANIVKA)
        made = await add_consignment(conn, COMMAND_LINE, new)
    await cables_come(site, made)
    return f"/consignments/{made}"


async def cables_come(site, consignment):
    cables = ev.Registered(
        category="other",
        name_uk="Кабелі",
        tag=new_tag(),
        quantity=10,
        unit_price=Decimal(100),
        currency="UAH",
        consignment=consignment,
        line=1,
        destination=BARANIVKA,
    )
    asset = NewAsset(id=uuid7(), fact=cables)
    short = ev.Delivered(municipality=BARANIVKA, outcome="short", quantity=7)
    async with site.app.state.engine.begin() as conn:
        await register(conn, COMMAND_LINE, site.office.programme, [asset])
        await record(conn, COMMAND_LINE, [asset.id], ev.Dispatched(consignment=consignment))
        await record(conn, COMMAND_LINE, [asset.id], short)


async def test_the_sides_of_an_act_by_page(site):
    here = await a_consignment(site)
    shown = await site.get("custodian", here)
    assert "Розбіжності" in shown.text
    assert "Менше, ніж у переліку" in shown.text
    assert (await site.post("coordinator", f"{here}/acts")).status_code == 303
    shown = await site.get("coordinator", here)
    signatures, void = re.findall(r'action="(/acts/[^"]+/(?:signatures|void))"', shown.text)
    assert (await site.post("coordinator", signatures, {"by": "", "side_signed_on": "x"})).status_code == 422
    sent = {"by": "giver", "side_signed_on": "2026-01-20"}
    assert (await site.post("technician", signatures, sent)).status_code == 403
    assert (await site.post("coordinator", signatures, sent)).status_code == 303
    assert "20.01.2026" in (await site.get("coordinator", here)).text
    assert (await site.post("coordinator", void, {"reason": " "})).status_code == 422
    assert (await site.post("coordinator", void, {"reason": "Не та громада"})).status_code == 303
    assert "Не та громада" in (await site.get("coordinator", here)).text
    assert (await site.post("coordinator", signatures, sent)).status_code == 422


async def test_a_scan_that_lacked_a_page_is_filed_anew(site):
    here = await a_consignment(site)
    await site.post("coordinator", f"{here}/acts")
    shown = await site.get("coordinator", here)
    (sign,) = re.findall(r'action="(/acts/[^"]+/sign)"', shown.text)
    again = sign.replace("/sign", "/scan")
    first, whole = (f"%PDF-1.7\n{pages}\n%%EOF".encode() for pages in ("one page", "two pages"))
    early = await site.post("coordinator", again, files={"scan": ("a.pdf", whole)})
    assert (early.status_code, "ще не долучено" in early.text) == (422, True)
    filed = await site.post(
        "coordinator", sign, {"signed_on": "2026-01-20"}, files={"scan": ("a.pdf", first)}
    )
    assert filed.status_code == 303
    assert (await site.post("technician", again, files={"scan": ("b.pdf", whole)})).status_code == 403
    same = await site.post("coordinator", again, files={"scan": ("a.pdf", first)})
    assert "Саме цей скан уже долучено" in same.text
    assert (await site.post("coordinator", again, files={"scan": ("b.pdf", whole)})).status_code == 303
    shown = await site.get("coordinator", here)
    assert sha256(whole).hexdigest() in shown.text
    assert sha256(first).hexdigest() not in shown.text
    (asset,) = set(re.findall(r'href="(/a/[^"/]+)"', shown.text))
    told = (await site.get("coordinator", f"{asset}?kind=accepted")).text
    assert [told.count(sha256(each).hexdigest()) > 0 for each in (first, whole)] == [True, True]
    assert "Прийнято" in told


async def test_what_is_wrong_stands_with_the_act_it_was_sent_for(site):
    here = await a_consignment(site)
    await site.post("coordinator", f"{here}/acts")
    signing = re.compile(r'action="(/acts/[^"]+/sign)"')
    (sign,) = signing.findall((await site.get("coordinator", here)).text)
    scan = {"scan": ("a.pdf", b"%PDF-1.7\none page\n%%EOF")}
    signed = await site.post("coordinator", sign, {"signed_on": "2026-01-20"}, files=scan)
    assert signed.status_code == 303
    await cables_come(site, UUID(here.rpartition("/")[2]))
    await site.post("coordinator", f"{here}/acts")
    (sign,) = signing.findall((await site.get("coordinator", here)).text)
    wrong = (await site.post("coordinator", sign, {"signed_on": "2026-01-20"})).text
    names = re.findall(r' id="([^"]+)"', wrong)
    assert sorted(names) == sorted(set(names))
    with_form = {
        form: 'id="e-scan"' in text
        for form, text in re.findall(r'action="/acts/[^"]+/(sign|scan)">(.*?)</form>', wrong, re.DOTALL)
    }
    assert with_form == {"sign": True, "scan": False}
