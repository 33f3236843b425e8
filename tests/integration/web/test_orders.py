"""A work order: made at a desk, taken along by a technician, closed by the fact that names it."""

import datetime as dt
import re

from asset_tracker import kyiv
from asset_tracker.ledger.ids import uuid7

NOW = "2025-06-01T09:00:00Z"


async def api(site, who, method, path, body=None):
    return await (await site.at(who)).request(method, f"/api/v1{path}", json=body)


async def record(site, who, tag, **payload):
    event = {"id": str(uuid7()), "asset": tag, "occurred_at": NOW, "payload": payload}
    (told,) = (await api(site, who, "POST", "/events", [event])).json()
    return told


async def round_of(site, who):
    return (await site.get(who, "/api/v1/field/round?mine=true")).json()


async def test_an_order_goes_to_the_field_and_is_closed_by_what_was_done(site):
    laptop = site.office.laptop
    assert (await record(site, "technician", laptop, kind="delivered"))["outcome"] == "recorded"
    here = f"/a/{laptop}/orders"
    page = (await site.get("coordinator", here)).text
    assert "Видати наряд" in page
    assert ">Technician<" in page
    assert ">Stranger<" not in page, "somebody whose role does not reach it may not be given it"

    bad = {"title": "", "kind": "x", "assignee": str(uuid7()), "due_on": "never"}
    refused = await site.post("coordinator", here, bad)
    assert (refused.status_code, refused.text.count('class="wrong"')) == (422, 3)
    nobody = await site.post("coordinator", here, {"title": "Пил", "assignee": str(uuid7())})
    assert (nobody.status_code, "не працює" in nobody.text) == (422, True)
    assert (await site.post("custodian", here, {"title": "x"})).status_code == 403

    made = await site.post("coordinator", here, {"title": "Почистити вентилятор", "due_on": "2025-05-01"})
    assert made.status_code == 303
    shown = await site.get("coordinator", "/orders?status=overdue")
    assert "Почистити вентилятор" in shown.text
    assert "Почистити" not in (await site.get("stranger", "/orders")).text
    assert "Прострочені наряди" in (await site.get("technician", "/")).text
    assert "Прострочені наряди" not in (await site.get("stranger", "/")).text
    assert "Почистити" not in (await site.get("donor", here)).text

    (order,) = (await round_of(site, "technician"))["orders"]
    assert (order["title"], order["due_on"], order["by_name"]) == (
        "Почистити вентилятор",
        "2025-05-01",
        False,
    )
    assert order["asset"] in {each["id"] for each in (await round_of(site, "technician"))["assets"]}
    assert (await round_of(site, "custodian"))["orders"] == [], "custodians record no maintenance"

    told = await record(site, "technician", laptop, kind="maintained", work="Почищено", order=order["id"])
    assert told["outcome"] == "recorded"
    assert (await round_of(site, "technician"))["orders"] == []
    done = (await api(site, "coordinator", "GET", f"/orders/{order['id']}")).json()
    assert (done["status"], done["done_at"][:10]) == ("done", NOW[:10])
    assert (await api(site, "coordinator", "PUT", f"/orders/{order['id']}", {})).status_code == 404
    events = (await api(site, "coordinator", "GET", f"/assets/{laptop}/events")).json()
    entry = next(each for each in events if each["kind"] == "maintained")
    struck = await api(
        site, "coordinator", "POST", f"/assets/{laptop}/events/{entry['id']}/strike-out", {"reason": "x"}
    )
    assert struck.status_code < 300
    (again,) = (await round_of(site, "technician"))["orders"]
    assert again["id"] == order["id"], "what was struck out did not do it"


async def test_an_order_for_one_person_is_nobody_else_s_until_it_is_handed_over(site):
    laptop = site.office.laptop
    people = (await site.get("coordinator", f"/a/{laptop}/orders")).text
    tomorrow = str(kyiv.today() + dt.timedelta(days=1))
    mine = re.search(r'value="([\w-]{36})">Coordinator<', people)[1]
    new = {"title": "Звірити", "assignee": mine, "due_on": tomorrow}
    made = (await api(site, "technician", "POST", f"/assets/{laptop}/orders", new)).json()
    assert (made["status"], made["assignee_name"], made["mine"]) == ("due", "Coordinator", False)
    assert made["id"] not in {each["id"] for each in (await round_of(site, "technician"))["orders"]}
    for_me = (await api(site, "coordinator", "GET", "/orders?mine=true")).json()["items"]
    assert made["id"] in {each["id"] for each in for_me}
    assert "Звірити" in (await site.get("coordinator", f"/calendar?month={tomorrow[:7]}")).text
    assert (await site.post("technician", f"/orders/{made['id']}/hand-over", {})).status_code == 303
    assert made["id"] in {each["id"] for each in (await round_of(site, "technician"))["orders"]}
    form = await site.get("technician", f"/a/{laptop}/maintained?order={made['id']}&work=Звірити")
    assert f'value="{made["id"]}" selected' in form.text
    assert (await site.post("coordinator", f"/orders/{made['id']}/end")).status_code == 303
    assert made["id"] not in {each["id"] for each in (await round_of(site, "technician"))["orders"]}
    first = (await api(site, "coordinator", "GET", "/orders?status=all&limit=1")).json()
    after = (await api(site, "coordinator", "GET", f"/orders?status=all&after={first['next']}")).json()
    assert [len(first["items"]), len(after["items"])] == [1, 1]


async def test_work_is_ordered_for_many_that_are_due_and_given_up_again(site):
    laptop, kit = site.office.laptop, site.office.kit
    for tag, title in ((laptop, "Чистка"), (kit, "Огляд")):
        plan = {"title": title, "every_months": "3", "starts_on": "2024-01-01"}
        assert (await site.post("coordinator", f"/a/{tag}/plans", plan)).status_code == 303
    shown = (await site.get("coordinator", "/due?rule=maintenance")).text
    boxes = re.findall(r'name="asset" value="([\w.-]+)"', shown)
    assert len(boxes) == 2
    assert 'name="asset"' not in (await site.get("donor", "/due?rule=maintenance")).text

    asked = await site.get("coordinator", f"/orders/new?asset={boxes[0]}&asset={boxes[1]}")
    assert (asked.status_code, "2 активи" in asked.text, ">Technician<" in asked.text) == (200, True, True)
    assert (await site.get("coordinator", "/orders/new")).status_code == 422
    empty = await site.post("coordinator", "/orders/many", {"asset": boxes})
    assert (empty.status_code, "Будь ласка, заповніть" in empty.text) == (422, True)
    wrong = await site.post("coordinator", "/orders/many", {"title": "x", "asset": "nothing"})
    assert wrong.status_code == 422

    whole = {"title": "За планом", "all": "yes", "rule": "maintenance", "due_on": "2030-01-01"}
    planned = await site.post("coordinator", "/orders/many", whole)
    assert planned.status_code == 303, planned.text
    here = planned.headers["location"]
    assert "Наряд можна видати на 2 активи." in (await site.get("coordinator", here)).text
    assert "Чистка" not in (await site.get("coordinator", "/orders")).text, "nothing is ordered by looking"
    assert (await site.post("coordinator", f"{here}/record")).status_code == 303
    assert "Наряди видано на 2 активи." in (await site.get("coordinator", here)).text
    orders = (await api(site, "coordinator", "GET", "/orders")).json()["items"]
    made = {each["title"]: each for each in orders if each["due_on"] == "2030-01-01"}
    assert set(made) == {"Чистка", "Огляд"}, "an order bears the name of the plan whose turn it is"
    assert all(each["plan"] for each in made.values())

    again = (await site.post("coordinator", "/orders/many", whole)).headers["location"]
    assert "На цю роботу вже видано наряд." in (await site.get("coordinator", again)).text
    assert (await site.post("coordinator", f"{again}/forget")).headers["location"] == "/due"

    done = {"kind": "maintained", "work": "Зроблено", "order": made["Чистка"]["id"]}
    assert (await record(site, "technician", laptop, **done))["outcome"] == "recorded"
    assert (await site.post("coordinator", f"{here}/undo")).status_code == 303
    assert "Щодо 1 активу роботу вже виконано." in (await site.get("coordinator", here)).text
    left = (await api(site, "coordinator", "GET", "/orders")).json()["items"]
    assert not {each["id"] for each in made.values()} & {each["id"] for each in left}


async def test_work_is_ordered_on_all_that_a_list_of_assets_holds(site):
    chosen = "kind=order&all=yes&state=%3Fcategory%3Dlaptop"
    sent_on = await site.get("coordinator", f"/bulk/new?{chosen}")
    path, _, query = sent_on.headers["location"].partition("?")
    assert (sent_on.status_code, path) == (303, "/orders/new")
    assert sorted(query.split("&")) == sorted(chosen.split("&"))
    form = await site.get("coordinator", f"/orders/new?{chosen}")
    assert form.status_code == 200
    assert 'href="/assets?category=laptop"' in form.text
    whole = {"state": "?category=laptop", "all": "yes", "title": "Оглянути", "kind": "maintained"}
    made = await site.post("coordinator", "/orders/many", whole)
    assert made.status_code == 303, made.text
    assert (await site.get("coordinator", made.headers["location"])).status_code == 200


async def test_a_program_orders_work_on_many_by_their_plans_by_name_or_by_what_is_due(site):
    office = site.office
    plans = {}
    for tag, title in ((office.laptop, "Пил"), (office.laptop, "Диск"), (office.kit, "Пил")):
        new = {"title": title, "every_months": 3, "starts_on": "2024-01-01"}
        made = await api(site, "coordinator", "POST", f"/assets/{tag}/plans", new)
        plans[tag, title] = made.json()["id"]
    order = {"title": "Разом", "due_on": "2030-01-01"}

    async def asked(who="coordinator", **more):
        return await api(site, who, "POST", "/bulk/orders", {"order": order} | more)

    one = await asked(plans=[plans[office.laptop, "Пил"]], assets=[office.kit])
    assert one.status_code == 201, one.text
    action = one.json()["action"]
    assert (action["kind"], action["status"], action["total"], action["can"]) == ("order", "ready", 2, 2)
    here = f"/bulk/{action['id']}"
    assert len((await api(site, "coordinator", "GET", f"{here}/assets")).json()) == 2
    assert (await api(site, "technician", "GET", here)).status_code == 404, "it is the coordinator's"
    recorded = (await api(site, "coordinator", "POST", f"{here}/record")).json()["action"]
    assert (recorded["status"], recorded["recorded"]) == ("done", 2)
    made = (await api(site, "coordinator", "GET", "/orders")).json()["items"]
    assert sorted(each["title"] for each in made if each["due_on"] == "2030-01-01") == ["Пил", "Разом"]

    due = (await asked(due={"rule": "maintenance"})).json()
    assert due["action"]["can"] == 2, "one plan of each is left"
    again = (await asked(plans=[plans[office.laptop, "Пил"]])).json()
    assert again["left_out"] == [{"why_not": "The same work has already been ordered there.", "assets": 1}]
    given_up = await api(site, "coordinator", "DELETE", f"/bulk/{again['action']['id']}")
    assert given_up.status_code == 204
    assert (await api(site, "coordinator", "POST", f"{here}/undo")).json()["action"]["status"] == "undone"
    assert (await api(site, "coordinator", "POST", f"{here}/undo")).status_code == 409

    listed = (await asked(filters={"category": "laptop"})).json()["action"]
    new = {"name": "Ноутбуки", "filters": {"category": "laptop"}}
    kept = (await api(site, "coordinator", "POST", "/views", new)).json()
    by_list = (await asked(view=kept["id"])).json()["action"]
    assert by_list["total"] == listed["total"] > 0, "a saved list names its assets as its filters do"

    assert (await asked()).status_code == 422, "nothing was chosen"
    assert (await asked(plans=[str(uuid7())])).status_code == 404
    assert (await asked(assets=["nothing"])).status_code == 422
    assert (await asked("stranger", plans=[plans[office.laptop, "Пил"]])).status_code == 404
    assert (await asked("donor", assets=[office.laptop])).status_code == 403
    assert (await asked(due={"rule": "x"})).status_code in (400, 422)
    wrong = await api(site, "coordinator", "POST", "/bulk/orders", {"order": {"title": ""}})
    assert wrong.status_code in (400, 422)
