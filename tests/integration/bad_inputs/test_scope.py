"""What is foreign looks like what is missing: the same status, the same words, nothing counted, nothing told."""

import re

import pytest

from factories.house import Case, event

pytestmark = pytest.mark.anyio

C, T, K, D = "coordinator", "technician", "custodian", "donor"
SIGNED = {"signed_on": "2025-03-01", "scan": "{other_scan}"}

BY_ID = [
    *[
        Case(
            f"asset {what or 'itself'}, by its {key}, as {who}", who, "GET", f"/api/v1/assets/{{{key}}}{what}"
        )
        for what in ("", "/events", "/state?as_of=2025-01-01T00:00:00Z")
        for key in ("foreign", "other_asset")
        for who in (C, D)
    ],
    Case("page of an asset", C, "GET", "/a/{foreign}"),
    Case("form of a fact", C, "GET", "/a/{foreign}/note"),
    Case("form sent", C, "POST", "/a/{foreign}/note", more={"data": {"note": "x"}}),
    Case("label page", C, "GET", "/a/{foreign}/label"),
    Case("label stuck", C, "POST", "/api/v1/assets/{foreign}/label", {"tag": "{laptop}"}),
    Case("code linked", C, "POST", "/api/v1/assets/{foreign}/codes", {"code": "x"}),
    Case("tag retired", C, "POST", "/api/v1/tags/{foreign}/retire", {}),
    Case("code", C, "GET", "/api/v1/codes?code={other_code}"),
    Case("consignment", C, "GET", "/api/v1/consignments/{other_consignment}"),
    Case("consignment's page", C, "GET", "/consignments/{other_consignment}"),
    Case("dispatch", C, "POST", "/api/v1/consignments/{other_consignment}/dispatch", {}),
    Case("dispatch by form", C, "POST", "/consignments/{other_consignment}/dispatch"),
    Case("deliver by form", C, "POST", "/consignments/{other_consignment}/deliver"),
    Case("customs", C, "PUT", "/api/v1/consignments/{other_consignment}/customs", {}),
    Case("draw up an act", C, "POST", "/api/v1/consignments/{other_consignment}/acts", {}),
    Case("act", C, "GET", "/api/v1/acts/{other_act}"),
    Case("act as PDF", C, "GET", "/api/v1/acts/{other_act}/pdf"),
    Case("act as PDF by its second route", C, "GET", "/acts/{other_act}/act.pdf"),
    Case("sign an act", C, "POST", "/api/v1/acts/{other_act}/signature", SIGNED),
    Case("import", C, "GET", "/api/v1/imports/{other_import}"),
    Case("rows of an import", C, "GET", "/api/v1/imports/{other_import}/rows"),
    Case("problems of an import", C, "GET", "/api/v1/imports/{other_import}/problems.xlsx"),
    Case("plan again", C, "POST", "/api/v1/imports/{other_import}/plan", {}),
    Case("commit", C, "POST", "/api/v1/imports/{other_import}/commit", {}),
    Case("undo", C, "POST", "/api/v1/imports/{other_import}/undo"),
    Case("print again", C, "POST", "/api/v1/labels/prints/{other_print}/again", {"stock": "L7160"}),
    Case("programme", C, "GET", "/api/v1/programmes/{other_programme}"),
    Case("programme's page", C, "GET", "/programmes/{other_programme}"),
    Case("photo", C, "GET", "/api/v1/files/{other_photo}"),
    Case("photo by its second route", C, "GET", "/files/{other_photo}"),
    Case("scan", C, "GET", "/api/v1/files/{other_scan}"),
    Case("token of somebody else", C, "DELETE", "/api/v1/tokens/{other_token}"),
    Case("token by form", C, "POST", "/me/tokens/{other_token}/revoke"),
    Case("event's proof", C, "GET", "/api/v1/events/{other_event}/proof"),
    Case("event struck out", C, "GET", "/a/{laptop}/events/{other_event}/strike-out"),
    Case("donor: programme", D, "GET", "/api/v1/programmes/{other_programme}"),
]

WITHIN = [
    Case("labels of a foreign tag", C, "POST", "/api/v1/labels", {"tags": ["{foreign}"], "stock": "L7160"}),
    Case(
        "labels of own and foreign tags",
        C,
        "POST",
        "/api/v1/labels",
        {"tags": ["{laptop}", "{foreign}"], "stock": "L7160"},
    ),
    Case(
        "labels of a foreign consignment",
        C,
        "POST",
        "/api/v1/labels",
        {"consignment": "{other_consignment}", "stock": "L7160"},
    ),
    Case(
        "blank labels for a foreign programme",
        C,
        "POST",
        "/api/v1/labels",
        {"blank": 3, "programme": "{other_programme}", "stock": "L7160"},
    ),
    Case(
        "consignment in a foreign programme",
        C,
        "POST",
        "/api/v1/consignments",
        {"programme": "{other_programme}", "number": "X", "municipality": "{here}"},
    ),
    Case(
        "activity in a foreign programme",
        C,
        "POST",
        "/api/v1/activities",
        {
            "programme": "{other_programme}",
            "municipality": "{here}",
            "kind": "training",
            "title_uk": "x",
            "title_en": "x",
            "starts_on": "2025-01-01",
            "ends_on": "2025-01-02",
        },
    ),
    Case(
        "rule for a foreign programme",
        C,
        "POST",
        "/api/v1/rules/presets",
        {"preset": "sida", "programme": "{other_programme}"},
    ),
]

FACTS = {
    "foreign asset by tag": event("note", "{foreign}", note="x"),
    "foreign asset by id": event("note", "{other_asset}", note="x"),
    "packed into a foreign kit": event("packed", kit="{other_asset}"),
    "put on a foreign consignment": event("consigned", consignment="{other_consignment}"),
    "sent with a foreign consignment": event("dispatched", consignment="{other_consignment}"),
    "accepted by a foreign act": event("accepted", act="{other_act}", act_number="X-1"),
    "packed into itself": event("packed", "{kit}", kit="{kit_asset}"),
    "a foreign event struck out": event("correction", reason="x", supersedes="{other_event}"),
    "a foreign event replaced": event("note", note="x", supersedes="{other_event}"),
    "a foreign label": event("label_bound", tag="{foreign_bare}"),
}


@pytest.mark.parametrize("case", BY_ID, ids=lambda case: case.name)
async def test_a_foreign_thing_is_a_missing_thing(house, case):
    foreign = await house.judge(case)
    missing = await house.send(case, house.missing)
    assert missing.status_code == foreign.status_code
    assert said(foreign, house.ids) == said(missing, house.missing)


def said(answer, ids):
    """What an answer says, without what differs from request to request, and what was asked for."""
    told = answer.text
    for value in sorted(map(str, ids.values()), key=len, reverse=True):
        told = told.replace(value, "…")
    return re.sub(r'"request":"\w+"', "", told)


@pytest.mark.parametrize("case", WITHIN, ids=lambda case: case.name)
async def test_a_foreign_thing_in_a_body(house, case):
    await house.judge(case._replace(expect=(403, 404, 422)))


@pytest.mark.parametrize("name", FACTS)
async def test_a_foreign_thing_in_a_fact(house, name):
    house.ids["foreign_bare"] = house.ids["foreign"].replace("-", "")
    case = Case(name, C, "POST", "/api/v1/events", [FACTS[name]], expect=(200,))
    answer = await house.judge(case)
    assert [each["outcome"] for each in answer.json()] == ["rejected"], answer.text


LISTS = (
    "/api/v1/assets?programme={other_programme}",
    "/api/v1/assets?consignment={other_consignment}",
    "/api/v1/assets?kit={other_asset}",
    "/api/v1/assets?q=Чужий",
    "/api/v1/assets?after={other_asset}",
    "/api/v1/consignments?programme={other_programme}",
    "/api/v1/consignments/{other_consignment}/acts",
    "/api/v1/activities?programme={other_programme}",
    "/api/v1/rules?programme={other_programme}",
    "/api/v1/imports",
    "/api/v1/labels/prints",
    "/api/v1/programmes",
    "/api/v1/due",
    "/assets?q=Чужий",
    "/find?q={foreign}",
    "/find?q=OTHER-LIST-1",
    "/consignments",
    "/programmes",
    "/labels",
    "/",
)


@pytest.mark.parametrize("path", LISTS)
@pytest.mark.parametrize("who", [C, T])
async def test_lists_hold_nothing_foreign(house, who, path):
    answer = await house.ask(who, "GET", house.filled(path))
    assert answer.status_code in (200, 303, 403, 404), answer.text
    asked = [house.filled(path.partition("?")[2]), house.ids["foreign"]] if "q=" in path else []
    shown = answer.text
    for each in asked:
        shown = shown.replace(each, "")
    names = ("foreign", "other_asset", "other_act", "other_import", "other_print", "other_event")
    # A technician's area may hold things of every programme; the other office's are a coordinator's secret.
    secret = [house.ids[name] for name in names] if who == C else []
    assert [each for each in secret if each in shown] == []


async def test_a_batch_with_own_and_foreign_assets_takes_its_own(house):
    batch = house.filled([event("note", note="ours"), event("note", "{foreign}", note="theirs")])
    answer = await house.ask(C, "POST", "/api/v1/events", json=batch)
    assert [each["outcome"] for each in answer.json()] == ["recorded", "rejected"]
