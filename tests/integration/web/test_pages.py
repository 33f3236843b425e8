"""Every page for every role: shown, refused or not there, and never a failure."""

import pytest

from factories.office import BARANIVKA, PEOPLE

from .conftest import hidden

pytestmark = pytest.mark.anyio

EVERYBODY = dict.fromkeys(PEOPLE, 200)
DESK = {who: 303 if who in ("donor", "auditor") else 200 for who in PEOPLE}
PAGES = {
    "/": DESK,
    "/me": EVERYBODY,
    "/find": EVERYBODY,
    "/find?q=5CD2381": EVERYBODY,
    "/find?q=%D0%91%D0%B0%D1%80%D0%B0%D0%BD": EVERYBODY,
    "/assets": EVERYBODY,
    "/assets?q=HP&stage=installed&condition=working&category=laptop&disputed=yes": EVERYBODY,
    "/municipalities": EVERYBODY,
    "/municipalities?q=Ovruch": EVERYBODY,
    f"/municipalities/{BARANIVKA}": EVERYBODY,
    "/municipalities/UA99999999999999999": dict.fromkeys(PEOPLE, 404),
    "/programmes": EVERYBODY,
    "/programmes/{programme}": {**EVERYBODY, "stranger": 404},
    "/parties": EVERYBODY,
    "/due": EVERYBODY,
    "/losses": {**EVERYBODY, "donor": 403},
    "/a/{laptop}/plans": {**EVERYBODY, "stranger": 404},
    "/verifications": {**EVERYBODY, "donor": 403},
    "/verifications/new": {
        who: 200 if who in ("administrator", "coordinator", "stranger") else 403 for who in PEOPLE
    },
    "/due?rule=verification": EVERYBODY,
    "/programmes/{programme}/rules": {**EVERYBODY, "stranger": 404},
    "/people": {who: 200 if who == "administrator" else 403 for who in PEOPLE},
    "/people/new": {who: 200 if who == "administrator" else 403 for who in PEOPLE},
    "/consignments": {**EVERYBODY, "donor": 403},
    "/consignments/{consignment}": {**EVERYBODY, "donor": 403, "stranger": 404},
    "/a/{laptop}": {**EVERYBODY, "stranger": 404},
    "/a/{foreign}": {
        who: 200 if who in ("administrator", "stranger", "auditor", "technician", "custodian") else 404
        for who in PEOPLE
    },
    "/a/{laptop}/delivered": {**EVERYBODY, "stranger": 404, "donor": 403, "auditor": 403},
    "/a/{laptop}/nonsense": dict.fromkeys(PEOPLE, 404),
    "/files/" + "0" * 64: dict.fromkeys(PEOPLE, 404),
    "/nowhere": dict.fromkeys(PEOPLE, 404),
}


@pytest.mark.parametrize("path", PAGES)
async def test_each_page_for_each_role(site, path):
    there = path.format(**site.office._asdict())
    found = {who: (await site.get(who, there)).status_code for who in PEOPLE}
    assert found == PAGES[path]


@pytest.mark.parametrize("path", PAGES)
async def test_a_stranger_is_sent_to_the_log_in_and_back(site, path):
    there = path.format(**site.office._asdict())
    answer = await site.get(None, there)
    if there.startswith("/a/") and there.count("/") == 2:
        assert answer.status_code == 200
    elif there == "/nowhere":
        assert answer.status_code == 404
    else:
        assert answer.status_code == 303
        assert answer.headers["location"].startswith("/login")


async def test_a_label_tells_a_stranger_nothing(site):
    real = await site.get(None, f"/A/{site.office.laptop.replace('-', '')}")
    unknown = await site.get(None, "/A/AAAAAAAA")
    assert real.text.replace(site.office.laptop.replace("-", ""), "AAAAAAAA") == unknown.text
    assert "Ноутбук" not in real.text


@pytest.mark.parametrize(
    "write", [str.lower, str.upper, lambda tag: tag.replace("-", ""), lambda tag: tag.replace("-", " ")]
)
async def test_a_tag_is_found_however_it_is_written(site, write):
    answer = await site.get("technician", f"/a/{write(site.office.laptop)}")
    assert answer.status_code == 200
    found = await site.get("technician", "/find", params={"q": write(site.office.laptop)})
    assert found.headers["location"] == f"/a/{site.office.laptop}"


@pytest.mark.parametrize("tag", ["7K3M-9QXW", "hello", "7K3M", "ЇЇЇЇ-ЇЇЇЇ", "%00", "x" * 300])
async def test_an_unknown_or_mistyped_tag_says_what_to_check(site, tag):
    answer = await site.get("technician", f"/a/{tag}")
    assert answer.status_code == 404
    assert "Порівняйте код із міткою" in answer.text


async def test_a_fragment_is_answered_to_a_fragments_request(site):
    whole = await site.get("coordinator", "/assets")
    part = await site.get("coordinator", "/assets", headers={"HX-Request": "true"})
    assert "<html" in whole.text
    assert "<html" not in part.text
    assert site.office.laptop in part.text
    gone = await site.get("coordinator", "/municipalities/nonsense", headers={"HX-Request": "true"})
    assert gone.status_code == 404
    assert "<html" not in gone.text


async def test_a_fact_is_recorded_once_however_often_the_form_is_sent(site):
    path = f"/a/{site.office.laptop}/note"
    fields = hidden(await site.get("technician", path))
    form = {**fields, "occurred_at": "2026-01-15T10:30", "note": "Перевірено"}
    first = await site.post("technician", path, form)
    again = await site.post("technician", path, form)
    assert (first.status_code, again.status_code) == (303, 303)
    shown = await site.get("technician", f"/a/{site.office.laptop}")
    assert shown.text.count("Перевірено") == 1
    assert "15.01.2026, 10:30" in shown.text


async def test_a_decision_on_an_asset_that_moved_on_is_asked_again(site):
    path = f"/a/{site.office.laptop}/note"
    early = hidden(await site.get("technician", path))
    late = hidden(await site.get("coordinator", path))
    now = {"occurred_at": "2026-01-16T10:30"}
    assert (await site.post("coordinator", path, {**late, **now, "note": "Перше"})).status_code == 303
    stale = await site.post("technician", path, {**early, **now, "note": "Друге"})
    assert stale.status_code == 409
    assert "Друге" in stale.text
    again = await site.post("technician", path, {**hidden(stale), **now, "note": "Друге"})
    assert again.status_code == 303


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"occurred_at": "2026-01-16T10:30"}, "Потрібне щось одне"),
        ({"occurred_at": "", "id": "", "head": ""}, "Оберіть день і час."),
        ({"occurred_at": "never", "note": "x"}, "Оберіть день і час."),
        ({"occurred_at": "2199-01-01T00:00", "note": "x"}, "Очікується час між 1990 роком"),
        ({"occurred_at": "2026-01-16T10:30", "note": "x" * 4001}, "Задовгий текст"),
        ({"occurred_at": "2026-01-16T10:30", "note": "a\x00b"}, "недопустимий символ"),
    ],
)
async def test_a_wrong_form_comes_back_with_what_was_typed(site, form, said):
    path = f"/a/{site.office.laptop}/note"
    fields = hidden(await site.get("technician", path))
    answer = await site.post("technician", path, {**fields, **form})
    assert answer.status_code == 422
    assert said in answer.text
    assert form["occurred_at"] in answer.text


async def test_an_asset_as_it_was_on_an_earlier_day(site):
    here = f"/a/{site.office.kit}"
    for kind, at in (("delivered", "2025-03-10T10:00"), ("lost", "2025-03-12T11:00")):
        fields = hidden(await site.get("coordinator", f"{here}/{kind}"))
        form = {**fields, "outcome": "full", "circumstances": "Зникло", "occurred_at": at}
        assert (await site.post("coordinator", f"{here}/{kind}", form)).status_code == 303
    then = await site.get("coordinator", f"{here}?as_of=2025-03-11")
    assert "Так було 11.03.2025." in then.text
    assert "10.03.2025, 10:00" in then.text
    assert "12.03.2025, 11:00" not in then.text
    assert f"{here}/installed" not in then.text
    now = await site.get("coordinator", here)
    assert "12.03.2025, 11:00" in now.text
    early = await site.get("coordinator", f"{here}?as_of=2025-03-09")
    assert early.status_code == 404
    assert "Тоді про нього ще нічого не було відомо." in early.text
    assert (await site.get("coordinator", f"{here}?as_of=nonsense")).status_code == 422


@pytest.mark.parametrize("kind", ["delivered", "installed", "moved", "maintained", "disposed", "lost"])
async def test_an_empty_form_is_answered_with_the_form(site, kind):
    answer = await site.post("coordinator", f"/a/{site.office.laptop}/{kind}", {})
    assert answer.status_code == 422


async def test_nobody_is_sent_elsewhere_after_the_log_in(site):
    for wrong in ("//evil.example", "https://evil.example", "/\\evil", "/%0d%0aX: 1", "/\tevil"):
        client = site.somebody()
        answer = await client.post(
            "/login",
            data={
                "email": "donor@example.org",
                "password": "a long enough password",
                "next": wrong,
            },
        )
        assert answer.headers["location"] in ("/", "/%0d%0aX:%201")
        await client.aclose()


async def test_a_log_out_ends_the_session_for_good(site):
    client = site.somebody()
    form = {"email": "donor@example.org", "password": "a long enough password"}
    await client.post("/login", data=form)
    cookie = dict(client.cookies)
    assert (await client.get("/me")).status_code == 200
    await client.post("/logout")
    client.cookies.update(cookie)
    assert (await client.get("/me")).status_code == 303
    await client.aclose()


async def test_another_site_cannot_send_our_forms(site):
    answer = await site.post(
        "coordinator",
        f"/consignments/{site.office.consignment}/dispatch",
        {},
        headers={"Sec-Fetch-Site": "cross-site"},
    )
    assert answer.status_code == 403


async def test_a_message_of_our_own_is_shown_once_and_a_forged_one_never(site):
    client = await site.at("administrator")
    await client.post("/me/tokens", data={"name": "x"})
    page = await client.get("/me")
    token = page.text.split("/me/tokens/")[1].split("/")[0]
    await client.post(f"/me/tokens/{token}/revoke")
    assert "Токен відкликано." in (await client.get("/me")).text
    assert "Токен відкликано." not in (await client.get("/me")).text
    client.cookies.set("flash", "bm90IGEgc2lnbmF0dXJlIGF0IGFsbCwganVzdCBhIGJ1bmNoIG9mIGJ5dGVz")
    assert (await client.get("/me")).status_code == 200
    client.cookies.delete("flash")


async def test_pages_carry_no_inline_style_or_script(site):
    for path in ("/", "/assets", f"/a/{site.office.laptop}", f"/consignments/{site.office.consignment}"):
        text = (await site.get("coordinator", path)).text
        assert "style=" not in text
        assert "<script>" not in text
        assert "https://" not in text.replace("https://www.w3.org", "")


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("НОУТ", True),
        ("ноут", True),
        ("оут", True),
        ("нвут", False),
        ("%", False),
        ("5cd2381", True),
        ("но", True),
        ("ут", False),
        ("№ но", True),
    ],
)
async def test_the_search_finds_within_names_whatever_the_letters(site, typed, found):
    shown = await site.get("coordinator", "/assets", params={"q": typed})
    assert (f"/a/{site.office.laptop}" in shown.text) == found
