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
        ("/programmes/{programme}/activities", {"municipality": "Ніде"}, "не можна визначити"),
        ("/programmes/{programme}/activities", {"municipality": "Овруцька", "women": "-1"}, "заповніть"),
        (f"/municipalities/{BARANIVKA}/points", {"kind": "asc"}, "заповніть"),
    ],
)
async def test_what_is_wrong_comes_back(site, path, form, said):
    answer = await site.post("administrator", path.format(**site.office._asdict()), form)
    assert answer.status_code == 422
    assert said in answer.text


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
