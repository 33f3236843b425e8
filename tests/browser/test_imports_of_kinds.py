"""Tables of other kinds than packing lists, messy as they come, walked on a desk and on a phone."""

import os
from pathlib import Path

import pytest
from playwright.sync_api import expect

import workbooks

BARANIVKA = "UA18080010000090720"
PEOPLE = [
    ["Список користувачів системи"],
    [],
    ["№ з/п", "ПІБ", "Електронна пошта", "Роль", "Програма", "Улюблений колір"],
    [1, "Олена Коваль", "Olena.New@Example.org", "координатор", "PROSTO", "синій"],
    [2, "Іван <i>Бойко</i>", "іvan@example.org", None, None, None],
    [3, "Марія", "не пошта", "бог", None, None],
    [4, "Олена К.", "olena.new@example.org", None, None, None],
    ["Разом", 4],
]
POINTS = [
    ["Мережа ЦНАП станом на 01.03.2025"],
    ["Громада", "Назва", "Вид", "Адреса", "Стан", "Координати", "Телефон"],
    [BARANIVKA, "ЦНАП Баранівської міської ради", "центр", "вул. Соборна, 1", "Діючий", "50.2958, 27.6630", "(04144) 4-11-22"],
    ["Барановська", "ВРМ у с. Зеремля", "врм", "вул. Миру, 2", "Діючий", None, None],
    [BARANIVKA, "ВРМ у с. Ялишів", "невідомо що", "вул. Лесі Українки, 3", "хтозна", "27.6630, 50.2958", None],
    [BARANIVKA, "ВРМ у с. Суємці", "врм", "вул. Нова, 4", "Призупинено", None, None],
]  # fmt: skip


def look(page, name):
    """A picture for those who look, where they say to put it."""
    if folder := os.environ.get("PICTURES"):
        page.screenshot(path=str(Path(folder) / f"{name}.png"), full_page=True)


def drop(desk, folder, rows, kind="guess"):
    desk.open("/imports")
    desk.page.set_input_files("#f-file", workbooks.save(folder / "таблиця.xlsx", rows))
    desk.page.select_option("#f-kind", kind)
    desk.page.get_by_role("button", name="Переглянути список").click()
    desk.page.wait_for_url("**/imports/*-*")


@pytest.mark.parametrize("width", [390, 1280])
def test_people_get_roles_only_when_that_is_confirmed(somebody, office, tmp_path, width):
    boss = somebody(width=width).log_in("administrator")
    page = boss.page
    drop(boss, tmp_path, PEOPLE)
    expect(page.locator(".badges").first).to_contain_text("Люди")
    expect(page.locator(".question-block")).to_contain_text("Чи надати новим обліковим записам ролі")
    expect(page.locator(".problems")).to_contain_text("ivan@example.org")
    look(page, f"people-{width}")
    assert boss.width_is_kept()
    page.locator("#q-roles").select_option("yes")
    page.locator(".question select[name^='column']").select_option("-")
    page.locator(".problems tr", has_text="іvan").locator("select.fix, input.fix").first.select_option(
        index=1
    )
    page.locator(".question-block").get_by_role("button", name="Скласти план ще раз").click()
    expect(page.locator("main")).to_contain_text("Ролі підтверджено")
    page.locator("summary", has_text="Записати лише").click()
    page.locator(".sheet").get_by_role("button", name="Записати лише").click()
    expect(page.locator(".flash.good")).to_contain_text("нових – 2")
    look(page, f"people-done-{width}")
    page.locator("summary", has_text="Скасувати імпорт").click()
    page.locator(".sheet").get_by_role("button", name="Скасувати імпорт").click()
    expect(page.locator(".flash.info")).to_contain_text("Цей імпорт скасовано")
    assert boss.complaints == []


@pytest.mark.parametrize("width", [390, 1280])
def test_service_points_are_put_right_and_come_back(somebody, office, tmp_path, width):
    boss = somebody(width=width).log_in("administrator")
    page = boss.page
    # the office is the same for both widths, and knows what stands in it
    drop(boss, tmp_path, [*POINTS[:2], *([row[0], f"{row[1]} {width}", *row[2:]] for row in POINTS[2:])])
    expect(page.locator(".badges").first).to_contain_text("Точки надання послуг")
    look(page, f"points-{width}")
    assert boss.width_is_kept()
    page.locator(".problems tr", has_text="Барановська").locator("select.fix").select_option(index=1)
    page.locator(".problems tr", has_text="хтозна").locator("input.fix").fill("працює")
    page.locator(".problems tr", has_text="переплутано").locator("select.fix, input.fix").first.select_option(
        index=1
    )
    page.locator(".after-table").get_by_role("button", name="Скласти план ще раз").click()
    expect(page.locator(".flash.good")).to_contain_text("У файлі все гаразд")
    page.get_by_role("button", name="Записати", exact=True).click()
    expect(page.locator(".flash.good")).to_contain_text("Записано")
    look(page, f"points-done-{width}")
    page.goto(f"{boss.base}/municipalities/{BARANIVKA}")
    look(page, f"municipality-{width}")
    sent = boss.context.request.get(f"{boss.base}/lists/service_points.xlsx?municipality={BARANIVKA}")
    back = tmp_path / "назад.xlsx"
    back.write_bytes(sent.body())
    boss.open("/imports")
    page.set_input_files("#f-file", back)
    look(page, f"imports-{width}")
    page.get_by_role("button", name="Переглянути список").click()
    page.wait_for_url("**/imports/*-*")
    expect(page.locator(".flash.good")).to_contain_text("Робити нічого")
    assert boss.complaints == []


def test_a_template_of_each_kind_is_understood_as_such(somebody, office, tmp_path):
    boss = somebody().log_in("administrator")
    boss.open("/imports")
    boss.page.locator("main summary", has_text="Порожній").click()
    expect(boss.page.locator("#t-kind option")).to_have_count(10)
    for kind in ("service_points", "parties", "programmes", "users", "population", "needs", "events"):
        sent = boss.context.request.get(f"{boss.base}/imports/template.xlsx?kind={kind}")
        assert sent.ok
