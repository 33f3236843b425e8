"""What happened while phones were away: labels replaced, things moved, two phones that saw the same.

Together with ``test_field``, ``test_phones`` and ``test_uploads`` this is every row of what goes wrong offline.
"""

import asyncio
from datetime import timedelta

import pytest

from asset_tracker.ledger.tags import format_tag, new_tag
from factories.house import event
from factories.phones import Phone

pytestmark = pytest.mark.anyio


@pytest.fixture(scope="module")
def house(house_of_its_own):
    return house_of_its_own


A, C, T, K = "administrator", "coordinator", "technician", "custodian"


def outcomes(answers):
    return [each["outcome"] for each in answers]


async def phone_of(house, who):
    return await Phone(house, who).register()


async def view(house, tag="{kit}"):
    return (await house.ask(C, "GET", house.filled(f"/api/v1/assets/{tag}"))).json()


async def test_two_phones_handed_over_the_same_thing(house):
    """A second transfer of custody contradicts: both are kept, and a coordinator is asked."""
    one, two = await phone_of(house, T), await phone_of(house, K)
    first = one.sees("delivered", "{kit}", municipality="{here}", ago=timedelta(days=2))
    second = two.sees("delivered", "{kit}", municipality="{here}", ago=timedelta(days=1))
    assert outcomes(await two.send(second)) == ["recorded"]
    assert outcomes(await one.send(first)) == ["recorded"]
    found = await view(house)
    assert found["row"]["disputed"]
    assert {first["id"], second["id"]} <= {each for d in found["disputes"] for each in d["events"]}


async def test_a_label_that_was_replaced_while_the_phone_was_away_still_finds_its_thing(house):
    old, new = house.ids["laptop"], format_tag(new_tag())
    phone = await phone_of(house, T)
    fact = phone.sees("note", old, note="scanned before it was replaced", ago=timedelta(hours=4))
    replaced = event("label_replaced", "{laptop}", old=old.replace("-", ""), new=new.replace("-", ""))
    answer = await house.ask(C, "POST", "/api/v1/events", json=house.filled([replaced]))
    assert outcomes(answer.json()) == ["recorded"]
    assert outcomes(await phone.send(fact)) == ["recorded"]
    back = event("label_replaced", "{laptop}", old=new.replace("-", ""), new=old.replace("-", ""))
    told = outcomes((await house.ask(C, "POST", "/api/v1/events", json=house.filled([back]))).json())
    assert told in (["recorded"], ["rejected"])  # a tag that was replaced is not used again
    house.ids["laptop"] = old if told == ["recorded"] else new


async def test_a_label_of_another_thing_is_not_bound_twice(house):
    phone = await phone_of(house, C)
    fact = phone.sees("label_bound", "{kit}", tag=house.ids["laptop"].replace("-", ""))
    assert outcomes(await phone.send(fact)) == ["quarantined"]


async def test_a_thing_that_left_the_technicians_area_meanwhile_keeps_their_fact(house):
    phone = await phone_of(house, T)
    fact = phone.sees("fault_reported", "{kit}", description="x", ago=timedelta(hours=3))
    away = event("moved", "{kit}", municipality="UA18060170000069581")
    await house.ask(C, "POST", "/api/v1/events", json=house.filled([away]))
    assert set(outcomes(await phone.send(fact))) <= {"recorded", "quarantined"}
    back = event("moved", "{kit}", municipality="{here}", occurred_at="2025-03-02T10:00:00Z")
    await house.ask(C, "POST", "/api/v1/events", json=house.filled([back]))


async def test_a_phone_that_sends_everything_at_once_and_again_is_heard_once(house):
    """Five at once, reordered and in halves, the answers lost: each fact stands once, at one time."""
    phone = await Phone(house, T, off=timedelta(days=730)).register()
    facts = [phone.sees("note", note=f"n {n}", ago=timedelta(minutes=n)) for n in range(6)]
    batches = (facts, facts[::-1], facts[:3], facts[3:], facts[::2])
    answers = await asyncio.gather(*(phone.send(*batch) for batch in batches))
    told = [each for answer in answers for each in answer]
    assert {each["outcome"] for each in told} <= {"recorded", "duplicate"}
    assert sum(each["outcome"] == "recorded" for each in told) == len(facts)
    times = {(each["id"], each["occurred_at"]) for each in told}
    assert len(times) == len(facts)


async def test_numbers_that_come_twice_or_jump_lose_nothing(house):
    phone = await phone_of(house, T)
    one, two, far = (phone.sees("note", note=str(n)) for n in range(3))
    two["device"]["seq"] = one["device"]["seq"]  # a phone that was restored counts anew
    far["device"]["seq"] = 2**53
    assert outcomes(await phone.send(one, two)) == ["recorded"] * 2
    assert outcomes(await phone.send(far)) == ["recorded"]
    assert (await house.ask(T, "GET", "/api/v1/devices")).status_code == 200


SIZES = {"50 MB": 50_000_000, "just too large": 4 * 1024 * 1024 + 1}


@pytest.mark.parametrize("name", SIZES)
async def test_a_batch_that_is_too_large_is_told_so(house, name):
    body = b'[{"id": "' + b"x" * SIZES[name] + b'"}]'
    headers = {"content-type": "application/json"}
    answer = await house.ask(T, "POST", "/api/v1/events", content=body, headers=headers)
    assert answer.status_code == 413


QR = {
    "another app's": "https://example.org/x/1",
    "a forged host": "https://evil.example/A/{laptop_bare}",
    "emoji": "😀😀😀😀😀😀😀😀",
    "4 KB": "A" * 4096,
    "a tag with a wrong character": "{laptop_wrong}",
}


@pytest.mark.parametrize("name", QR)
async def test_a_code_of_something_else_is_kept_for_somebody_to_look_at(house, name):
    tag = house.ids["laptop"].replace("-", "")
    house.ids |= {"laptop_bare": tag, "laptop_wrong": ("0" if tag[0] != "0" else "1") + tag[1:]}
    phone = await phone_of(house, T)
    told = outcomes(await phone.send(phone.sees("note", QR[name], note="x")))
    # A label under another host is the same label: what counts is the tag on it.
    assert told == (["recorded"] if name == "a forged host" else ["quarantined"])
    assert (await house.ask(T, "GET", "/api/v1/devices")).json()[0]["to_come"] == 0
