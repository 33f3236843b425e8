"""Nobody gets more than they have: no extra fields, no flags in addresses, no roles from a file."""

import pytest

from factories.house import Case, event

pytestmark = pytest.mark.anyio

C, T, K, A, D = "coordinator", "technician", "custodian", "administrator", "donor"
PARTY = {"kind": "donor", "name_uk": "Х", "name_en": "X"}
EXTRA = {
    "is_admin": True,
    "role": "administrator",
    "org_id": 1,
    "recorded_at": "2020-01-01T00:00:00Z",
    "seq": 1,
    "hash": "00",
    "created_by": "{administrator}",
}

BODIES = {
    "party": (A, "POST", "/api/v1/parties", PARTY),
    "consignment": (
        C,
        "POST",
        "/api/v1/consignments",
        {"programme": "{programme}", "number": "EXTRA", "municipality": "{here}"},
    ),
    "dispatch": (C, "POST", "/api/v1/consignments/{consignment}/dispatch", {}),
    "customs": (C, "PUT", "/api/v1/consignments/{consignment}/customs", {}),
    "act": (C, "POST", "/api/v1/consignments/{consignment}/acts", {}),
    "token": (T, "POST", "/api/v1/tokens", {"name": "x"}),
    "label order": (C, "POST", "/api/v1/labels", {"tags": ["{laptop}"], "stock": "L7160"}),
    "label on an asset": (T, "POST", "/api/v1/assets/{laptop}/label", {"tag": "{laptop}"}),
    "code": (T, "POST", "/api/v1/assets/{laptop}/codes", {"code": "x"}),
    "import's choices": (C, "POST", "/api/v1/imports/{own_import}/plan", {}),
    "import's commit": (C, "POST", "/api/v1/imports/{own_import}/commit", {}),
}
FIELDS = [
    Case(f"{what} with {field}", who, method, path, {**body, field: EXTRA[field]}, expect=(400, 422))
    for what, (who, method, path, body) in BODIES.items()
    for field in ("is_admin", "recorded_at")
] + [
    Case(f"party with {field}", A, "POST", "/api/v1/parties", {**PARTY, field: value}, expect=(400, 422))
    for field, value in EXTRA.items()
]

ROLES = [
    Case("technician makes a programme", T, "POST", "/programmes", expect=(403, 422)),
    Case("technician adds a person", T, "POST", "/people", more={"data": {"email": "a@b.c"}}, expect=(403,)),
    Case("coordinator adds a person", C, "POST", "/people", more={"data": {"role": A}}, expect=(403,)),
    Case(
        "coordinator shuts the administrator out", C, "POST", "/people/{administrator}/disable", expect=(403,)
    ),
    Case("the last administrator is shut out", A, "POST", "/people/{administrator}/disable", expect=(409,)),
    Case(
        "token for somebody else",
        T,
        "POST",
        "/api/v1/tokens",
        {"name": "x", "user": "{administrator}"},
        (400, 422),
    ),
    Case("donor records", D, "POST", "/api/v1/events", [event("note", note="x")], expect=(403,)),
    Case("donor sends a photo", D, "POST", "/api/v1/photos", more={"files": {"file": b"x"}}, expect=(403,)),
    Case("donor imports", D, "POST", "/api/v1/imports", more={"files": {"file": b"x"}}, expect=(403,)),
    Case(
        "donor prints", D, "POST", "/api/v1/labels", {"tags": ["{laptop}"], "stock": "L7160"}, expect=(403,)
    ),
    Case(
        "custodian prints",
        K,
        "POST",
        "/api/v1/labels",
        {"tags": ["{laptop}"], "stock": "L7160"},
        expect=(403,),
    ),
    Case("technician signs", T, "POST", "/api/v1/scans", more={"files": {"file": b"x"}}, expect=(403,)),
    Case("technician reads a report", T, "GET", "/api/v1/reports/municipalities/{here}.json", expect=(403,)),
    Case("technician adds a party", T, "POST", "/api/v1/parties", PARTY, expect=(403,)),
    Case("technician ends a rule", T, "DELETE", "/api/v1/rules/{consignment}", expect=(403, 404)),
    Case("coordinator saves stock of all", T, "DELETE", "/api/v1/labels/stock/L7160", expect=(403, 404)),
    Case(
        "auditor dispatches",
        "auditor",
        "POST",
        "/api/v1/consignments/{consignment}/dispatch",
        {},
        expect=(403,),
    ),
    Case("donor: a consignment", D, "GET", "/api/v1/consignments/{consignment}", expect=(403,)),
    Case("donor: people", D, "GET", "/people", expect=(403,)),
    Case("technician undoes an import", T, "POST", "/api/v1/imports/{own_import}/undo", expect=(403,)),
    Case("a form nobody offers", C, "GET", "/a/{laptop}/registered"),
    Case("a form nobody offers, sent", C, "POST", "/a/{laptop}/accepted"),
    Case("a form of no kind", C, "GET", "/a/{laptop}/__class__"),
]

FLAGS = (
    "?as_user={administrator}",
    "?force=true",
    "?role=administrator",
    "?cancel_by_admin=1",
    "?is_admin=1",
)

NOT_THEIRS = {
    "technician registers": (T, event("registered", category="laptop", name_uk="x", tag="{laptop_bare}")),
    "technician accepts": (T, event("accepted", act="{other_act}", act_number="1")),
    "technician passes title": (T, event("title_transferred", to="municipality")),
    "technician disposes": (T, event("disposed", method="gift")),
    "technician strikes out": (T, event("correction", reason="x", supersedes="{first_event}")),
    "technician replaces another's fact": (T, event("note", note="x", supersedes="{first_event}")),
    "technician resolves": (T, event("resolution", reason="x", events=["{first_event}"])),
    "custodian maintains": (K, event("maintained", work="x")),
    "custodian moves": (K, event("moved", municipality="{here}")),
    "custodian installs": (K, event("installed", municipality="{here}")),
}


@pytest.mark.parametrize("case", FIELDS, ids=lambda case: case.name)
async def test_a_field_that_nobody_asked_for(house, case):
    await house.judge(case)


@pytest.mark.parametrize("case", ROLES, ids=lambda case: case.name)
async def test_a_role_does_what_it_may(house, case):
    await house.judge(case)


@pytest.mark.parametrize("flag", FLAGS)
async def test_a_flag_in_the_address_opens_nothing(house, flag):
    await house.judge(Case(flag, T, "GET", "/people" + flag, expect=(403,)))
    await house.judge(Case(flag, C, "POST", "/api/v1/consignments/{other_consignment}/dispatch" + flag, {}))


@pytest.mark.parametrize("name", NOT_THEIRS)
async def test_a_fact_that_is_not_theirs_to_tell(house, name):
    who, fact = NOT_THEIRS[name]
    told = (await house.ask(C, "GET", house.filled("/api/v1/assets/{laptop}/events"))).json()
    first = next(each["id"] for each in told if each["kind"] == "registered")
    house.ids |= {"first_event": first, "laptop_bare": house.ids["laptop"].replace("-", "")}
    answer = await house.judge(Case(name, who, "POST", "/api/v1/events", [fact], expect=(200,)))
    assert [each["outcome"] for each in answer.json()] == ["rejected"], answer.text


async def test_columns_of_privilege_in_a_list_are_only_unknown_columns(house):
    lines = "Municipality,Consignment,Category,Name,Serial number,role,email,org_id,created_by,is_admin\n"
    lines += f"{house.ids['here']},PRIV-1,laptop,Laptop,SN-PRIV-1,administrator,a@b.c,1,x,true\n"
    sent = {"file": ("list.csv", lines.encode(), "text/csv")}
    answer = await house.ask(C, "POST", "/api/v1/imports", files=sent, data={"programme": "PROSTO"})
    assert answer.status_code in (200, 201), answer.text
    assert "created_by" in answer.text


async def test_a_list_cannot_go_into_a_foreign_programme(house):
    lines = f"Municipality,Consignment,Category,Name,Programme\n{house.ids['here']},F-1,laptop,Laptop,OTHER\n"
    sent = {"file": ("list.csv", lines.encode(), "text/csv")}
    before = await house.counts()
    for data in ({"programme": "OTHER"}, {}):
        answer = await house.ask(C, "POST", "/api/v1/imports", files=sent, data=data)
        assert answer.status_code in (201, 403, 404, 422), answer.text
        if answer.status_code == 201:
            batch = answer.json()["batch"]["id"]
            assert answer.json()["problems"], answer.text
            committed = await house.ask(C, "POST", f"/api/v1/imports/{batch}/commit", json={"partial": True})
            assert committed.status_code < 500, committed.text
    after = await house.counts()
    assert all(after[name] == before[name] for name in ("asset", "event", "consignment"))
