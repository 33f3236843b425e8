"""Every kind of fact that a person may record: asked for, recorded, and told in both languages."""

import re
from decimal import Decimal

import pytest

from asset_tracker.access.actors import COMMAND_LINE
from asset_tracker.assets.queries import find_asset
from asset_tracker.assets.service import NewAsset, record, register
from asset_tracker.consignments.service import NewConsignment, add_consignment
from asset_tracker.i18n import gettext
from asset_tracker.ledger import events as ev
from asset_tracker.ledger.ids import uuid7
from asset_tracker.ledger.tags import format_tag, new_tag
from asset_tracker.ledger.values import Share
from asset_tracker.programmes.queries import get_programme
from asset_tracker.web.event_fields import FORMS
from asset_tracker.web.words import EVENTS
from factories.office import BARANIVKA

from .conftest import hidden

pytestmark = pytest.mark.anyio

HERE = ev.Delivered(municipality=BARANIVKA)
BROKEN = ev.FaultReported(description="x", condition="unserviceable")
# What must have happened before, where it is more than being handed over.
BEFORE = {
    "received": (), "delivered": (), "consigned": (), "dispatched": (), "packed": (HERE,),
    "refused": (ev.Dispatched(),),
    "repaired": (HERE, BROKEN),
    "found": (HERE, ev.Lost(circumstances="x")),
    "loss_closed": (HERE, ev.Lost(circumstances="x")),
    "disposed": (HERE, BROKEN),
    "balance_recorded": (HERE, ev.TitleTransferred(to="municipality")),
    "unpacked": (HERE, "packed"),
}  # fmt: skip
TEXT = {"line": "Слово", "text": "Речення.", "date": "2026-01-15", "money": "1 250,00", "number": "3"}


async def an_asset(site, kind):
    """An asset to which that may happen now, and the kit, the donor, the plan that go with it."""
    async with site.app.state.engine.begin() as conn:
        programme = await get_programme(conn, COMMAND_LINE, site.office.programme)
        donor = programme.shares[0].donor
        fact = ev.Registered(
            category="vehicle",
            name_uk="Автомобіль",
            tag=new_tag(),
            shares=(Share(donor, Decimal(100)),),
            destination=BARANIVKA,
        )
        new = NewAsset(id=uuid7(), fact=fact)
        await register(conn, COMMAND_LINE, site.office.programme, [new])
        number = f"K-{new.id.hex[-8:]}"
        open_ = NewConsignment(programme=site.office.programme, number=number, municipality=BARANIVKA)
        await add_consignment(conn, COMMAND_LINE, open_)
        kit = await find_asset(conn, COMMAND_LINE, site.office.kit)
        for before in BEFORE.get(kind, (HERE,)):
            fact = ev.Packed(kit=kit) if before == "packed" else before
            await record(conn, COMMAND_LINE, [new.id], fact)
    return format_tag(new.fact.tag)


def answers(form, page):
    given = hidden(page) | {"municipality": "Овруцька", "note": "Нотатка"}
    given["occurred_at"] = re.search(r'name="occurred_at"[^>]* value="([^"]*)"', page.text)[1]
    for field in form.fields:
        if field.type in TEXT or field.type == "attribute":
            given[field.name] = TEXT.get(field.type, "CXX 000000")
        elif field.type == "choice":
            given[field.name] = field.default or field.options[0][0]
        elif field.type == "meter":
            given |= {"meter_value": "12 000", "meter_unit": "km"}
        elif field.type in ("pick", "point"):
            values = re.search(rf'name="{field.name}".*?(?:</select>|</fieldset>)', page.text, re.DOTALL)
            found = re.findall(r'value="([0-9a-f-]{36})"', values[0]) if values else []
            if found:
                given[field.name] = found[-1]
    return given


@pytest.mark.parametrize("kind", FORMS)
async def test_a_kind_is_asked_for_recorded_and_told(site, kind):
    tag = await an_asset(site, kind)
    shown = await site.get("administrator", f"/a/{tag}")
    assert f"/a/{tag}/{kind}" in shown.text, "it is not offered"
    asked = await site.get("administrator", f"/a/{tag}/{kind}")
    assert asked.status_code == 200
    given = answers(FORMS[kind], asked)
    done = await site.post("administrator", f"/a/{tag}/{kind}", given)
    assert done.status_code == 303, (
        re.findall(r'class="wrong".*?</p>', done.text, re.DOTALL) or done.text[-3000:]
    )
    for lang in ("uk", "en"):
        client = await site.at("administrator")
        told = await client.get(f"/a/{tag}", headers={"Cookie": cookies(client, lang)})
        assert gettext(lang, EVENTS[kind].text) in told.text.replace("&#39;", "'")
        assert "Нотатка" in told.text


def cookies(client, lang):
    kept = {cookie.name: cookie.value for cookie in client.cookies.jar} | {"lang": lang}
    return "; ".join(f"{name}={value}" for name, value in kept.items())


async def test_what_is_not_offered_may_not_be_picked(site):
    tag = await an_asset(site, "packed")
    asked = await site.get("administrator", f"/a/{tag}/packed")
    given = answers(FORMS["packed"], asked) | {"kit": str(uuid7())}
    answer = await site.post("administrator", f"/a/{tag}/packed", given)
    assert answer.status_code == 422


async def test_of_two_who_decide_at_once_one_is_told_what_happened(site):
    tag = await an_asset(site, "lent")
    first, second = [await site.get(who, f"/a/{tag}/lent") for who in ("administrator", "coordinator")]
    forms = [answers(FORMS["lent"], page) for page in (first, second)]
    assert (await site.post("administrator", f"/a/{tag}/lent", forms[0])).status_code == 303
    refused = await site.post("coordinator", f"/a/{tag}/moved", forms[1] | {"municipality": "Овруцька"})
    assert refused.status_code == 409
    assert gettext("uk", EVENTS["lent"].text) in refused.text
    again = hidden(refused) | forms[1] | {"head": hidden(refused)["head"]}
    assert (await site.post("coordinator", f"/a/{tag}/moved", again)).status_code == 303
