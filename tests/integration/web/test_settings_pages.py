"""Parties, programmes, activities and service points are made on pages, wrong ones come back."""

import re

import pytest

from factories.office import BARANIVKA

pytestmark = pytest.mark.anyio


def choice(page, name, text):
    select = re.search(rf'<select[^>]*name="{name}".*?</select>', page.text, re.DOTALL)[0]
    return re.search(rf'value="([^"]+)"[^>]*>{re.escape(text)}<', select)[1]


async def test_a_programme_with_two_donors(site):
    for kind, name in (("donor", "Швейцарія"), ("implementer", "ПРООН")):
        party = {"kind": kind, "name_uk": name, "name_en": name}
        assert (await site.post("administrator", "/parties", party)).status_code == 303
    asked = await site.get("administrator", "/programmes/new")
    form = {
        "code": "new-1",
        "name_uk": "Нова програма",
        "name_en": "A new programme",
        "implementer": choice(asked, "implementer", "ПРООН"),
        "donor_0": choice(asked, "donor_0", "Швейцарія"),
        "percent_0": "60",
        "donor_1": choice(asked, "donor_1", "Sida"),
        "percent_1": "39,5",
        "currency": "UAH",
        "legal_regime": "charity",
        "title_passes": "on_acceptance",
    }
    wrong = await site.post("administrator", "/programmes", form)
    assert wrong.status_code == 422
    assert "Частки фінансування" in wrong.text
    assert 'value="39,5"' in wrong.text
    made = await site.post("administrator", "/programmes", {**form, "percent_1": "40"})
    assert made.status_code == 303
    shown = await site.get("administrator", made.headers["location"])
    assert "Швейцарія" in shown.text
    again = await site.post("administrator", "/programmes", {**form, "percent_1": "40"})
    assert again.status_code == 422
    assert "уже є" in again.text


@pytest.mark.parametrize(
    ("path", "form", "said"),
    [
        ("/parties", {"kind": "donor", "name_uk": "x", "name_en": "x", "edrpou": "12345679"}, "ЄДРПОУ"),
        ("/parties", {"kind": "nonsense", "name_uk": "x" * 300}, "Будь ласка, заповніть."),
        ("/programmes", {"code": "п р о", "donor_0": "no id"}, "Тут очікується інше."),
        ("/programmes/{programme}/activities", {"municipality": "Ніде"}, "Такої громади немає."),
        ("/programmes/{programme}/activities", {"municipality": "Овруцька", "women": "-1"}, "заповніть"),
        (f"/municipalities/{BARANIVKA}/points", {"kind": "asc"}, "заповніть"),
    ],
)
async def test_what_is_wrong_comes_back(site, path, form, said):
    answer = await site.post("administrator", path.format(**site.office._asdict()), form)
    assert answer.status_code == 422
    assert said in answer.text


async def test_a_council_is_of_a_municipality_that_is_named_and_all_that_is_wrong_is_told(site):
    council = {"kind": "council", "name_uk": "Рада", "name_en": "Council"}
    named = await site.post("administrator", "/parties", {**council, "municipality": "Баранівська"})
    assert named.status_code == 303
    wrong = await site.post("administrator", "/parties", {"kind": "council", "municipality": "Миколаївська"})
    assert wrong.status_code == 422
    assert wrong.text.count("Будь ласка, заповніть.") == 4
    assert re.search(r"Громад із такою назвою кілька\..*UA\d{17}.*UA\d{17}", wrong.text)


async def test_an_activity_stands_on_the_page_of_the_municipality(site):
    form = {
        "kind": "training",
        "municipality": "Баранівська",
        "title_uk": "Навчання адміністраторів",
        "title_en": "Training",
        "starts_on": "2025-02-01",
        "women": "9",
    }
    path = f"/programmes/{site.office.programme}/activities"
    assert (await site.post("coordinator", path, form)).status_code == 303
    shown = await site.get("coordinator", f"/municipalities/{BARANIVKA}")
    assert "Навчання адміністраторів" in shown.text
    assert (await site.post("stranger", path, form)).status_code in (403, 404)


async def test_a_service_point_is_opened_and_its_state_kept(site):
    form = {"kind": "remote_workplace", "name_uk": "ВРМ Полянка", "address": "вул. Промислова, 3"}
    path = f"/municipalities/{BARANIVKA}/points"
    assert (await site.post("coordinator", path, form)).status_code == 303
    shown = await site.get("coordinator", f"/municipalities/{BARANIVKA}")
    assert "ВРМ Полянка" in shown.text
    assert re.search(r"/points/[0-9a-f-]{36}", shown.text)
    assert (await site.post("technician", path, form)).status_code == 403


async def test_parties_and_programmes_are_put_right_and_the_record_tells_from_what(site):
    api = "/api/v1"
    known = {each["name_uk"]: each for each in (await site.get("coordinator", f"{api}/parties")).json()}
    sida, salar = known["Sida"], known["SALAR International"]
    form = (await site.get("coordinator", f"/parties/{sida['id']}")).text
    assert 'value="Sida"' in form
    assert (await site.get("technician", f"/parties/{sida['id']}")).status_code == 403
    assert (await site.get("coordinator", f"/parties/{site.office.consignment}")).status_code == 404
    told = {"kind": "donor", "name_uk": "Сіда", "name_en": "Sida", "currency": "SEK"}
    wrong = told | {"name_uk": "", "edrpou": "12345678", "municipality": "Ніде"}
    refused = await site.post("coordinator", f"/parties/{sida['id']}", wrong)
    assert (refused.status_code, "Ніде" in refused.text) == (422, True)
    turned = await site.post("coordinator", f"/parties/{sida['id']}", told | {"kind": "council"})
    assert (turned.status_code, "саме в теперішній ролі" in turned.text) == (422, True)
    assert (await site.post("coordinator", f"/parties/{sida['id']}", told)).status_code == 303
    assert (await site.post("coordinator", f"/parties/{sida['id']}", told)).status_code == 303

    programme = f"/programmes/{site.office.programme}"
    assert (await site.get("coordinator", f"{programme}/edit")).status_code == 403
    form = (await site.get("administrator", f"{programme}/edit")).text
    assert 'value="60"' in form
    new = {"name_uk": "Програма", "name_en": "P", "implementer": salar["id"], "donor_0": sida["id"]}
    more = new | {"percent_0": "90", "starts_on": "2025-01-01", "ends_on": "2024-01-01"}
    refused = await site.post("administrator", f"{programme}/edit", more)
    assert (refused.status_code, refused.text.count('class="wrong"')) == (422, 2)
    assert (await site.post("administrator", f"{programme}/edit", new)).status_code == 303
    (found,) = [
        each
        for each in (await site.get("administrator", f"{api}/programmes")).json()
        if each["code"] == "PROSTO"
    ]
    assert (found["name_uk"], [each["percent"] for each in found["shares"]]) == ("Програма", ["100.0000"])
    record = (await site.get("auditor", "/records")).text
    assert record.count(f"party {sida['id']}") == 1, "what changed nothing is not told"
    assert "name_uk: Sida → Сіда" in record
    assert "shares: " in record


async def test_a_shut_account_is_opened_again_without_its_password(site):
    people = (await site.get("administrator", "/people")).text
    (user,) = set(re.findall(r'/people/([\w-]{36})"[^>]*>Custodian<', people))
    assert (await site.post("administrator", f"/people/{user}/reopen")).status_code == 409
    assert (await site.post("administrator", f"/people/{user}/disable")).status_code == 303
    shut = (await site.get("administrator", f"/people/{user}")).text
    assert "Відкрити цей обліковий запис знову" in shut
    assert (await site.post("administrator", f"/people/{user}/reopen")).status_code == 303
    again = (await site.get("administrator", f"/people/{user}")).text
    assert "Посилання на новий пароль" in again
    assert "Відповідальна особа" in again, "the roles are as they were"
    old = {"email": "custodian@example.org", "password": "a long enough password"}
    assert (await site.post(None, "/login", old)).status_code == 401
    assert "Обліковий запис відкрито знову" in (await site.get("auditor", "/records")).text
