"""The main job from beginning to end, as people do it: coordinator, technician on a phone, donor."""

from io import BytesIO

from PIL import Image
from playwright.sync_api import expect


def photo():
    out = BytesIO()
    Image.effect_noise((640, 480), 60).convert("RGB").save(out, "JPEG")
    return {"name": "photo.jpg", "mimeType": "image/jpeg", "buffer": out.getvalue()}


def test_from_consignment_to_signed_act(somebody, office):
    coordinator = somebody().log_in("coordinator")
    page = coordinator.page
    expect(page.locator("h1")).to_have_text("Сьогодні")
    page.get_by_role("link", name="Відправити партію").click()
    page.fill("#f-waybill", "ТТН 20450001234567")
    page.get_by_role("button", name="Відправити").click()
    expect(page.locator(".flash")).to_contain_text("Партія в дорозі.")

    technician = somebody(width=390).log_in("technician")
    phone = technician.page
    technician.open(f"/A/{office.laptop.replace('-', '')}")
    expect(phone.locator("h1")).to_have_text("Ноутбук")
    phone.get_by_role("link", name="Записати доставку").click()
    phone.get_by_role("button", name="Записати доставку").click()
    expect(phone.locator(".flash")).to_contain_text("Доставку записано.")
    phone.get_by_role("link", name="Встановити").click()
    phone.get_by_label("ЦНАП Баранівської міської ради").check()
    phone.fill("#f-room", "Кабінет 3")
    phone.fill("#f-note", "Стоїть біля вікна.")
    phone.set_input_files("#f-photos", [photo()])
    phone.get_by_role("button", name="Встановити").click()
    expect(phone.locator(".flash")).to_contain_text("Встановлення записано.")
    expect(phone.locator(".timeline")).to_contain_text("Стоїть біля вікна.")
    shown = phone.locator(".photos img")
    shown.scroll_into_view_if_needed()
    phone.wait_for_function("document.querySelector('.photos img').naturalWidth > 0")
    assert technician.width_is_kept()

    phone.get_by_role("link", name="Записати обслуговування").click()
    phone.fill("#f-work", "Оновлено прошивку")
    phone.fill("#f-cost", "1 250,50")
    phone.get_by_role("button", name="Записати обслуговування").click()
    expect(phone.locator(".timeline")).to_contain_text("1\u00a0250,50\u00a0₴")

    coordinator.open(f"/consignments/{office.consignment}")
    page.get_by_role("button", name="Записати доставку").click()
    page.get_by_role("button", name="Скласти акт").click()
    expect(page.locator(".flash")).to_contain_text("Акт складено.")
    pdf = coordinator.context.request.get(
        coordinator.base + page.get_by_role("link", name="Надрукувати акт").get_attribute("href")
    )
    assert pdf.body().startswith(b"%PDF")
    page.set_input_files("#f-scan", [photo()])
    page.get_by_role("button", name="Долучити підписаний скан").click()
    expect(page.locator(".flash")).to_contain_text("Активи прийнято.")
    coordinator.open(f"/a/{office.laptop}")
    expect(page.locator(".four")).to_contain_text("Громади")


def test_a_repair_from_fault_to_cost(somebody, office):
    desk = somebody(width=390).log_in("technician")
    page = desk.page
    desk.open(f"/a/{office.kit}")
    if page.get_by_role("link", name="Записати доставку").count():
        page.get_by_role("link", name="Записати доставку").click()
        page.get_by_role("button", name="Записати доставку").click()
    desk.open(f"/a/{office.kit}/fault_reported")
    page.fill("#f-description", "Не вмикається")
    page.get_by_label("Ні, не працює").check()
    page.get_by_role("button", name="Повідомити про несправність").click()
    expect(page.locator(".four")).to_contain_text("Не працює")
    desk.open("/")
    page.locator(".todo li", has_text="Комплект").get_by_role("link", name="Записати ремонт").click()
    page.fill("#f-work", "Замінено блок живлення")
    page.fill("#f-cost", "2 100")
    page.get_by_label("Працює", exact=True).check()
    page.get_by_role("button", name="Записати ремонт").click()
    expect(page.locator(".four")).to_contain_text("Працює")
    expect(page.locator(".timeline")).to_contain_text("2\u00a0100,00\u00a0₴")


def test_the_donor_sees_only_what_they_paid_for(somebody, office):
    desk = somebody().log_in("donor")
    desk.open("/assets")
    expect(desk.page.locator("tbody")).to_contain_text("Ноутбук")
    expect(desk.page.locator("tbody")).not_to_contain_text("Чужий")
    assert desk.open(f"/a/{office.foreign}").status == 404
    assert desk.open("/consignments").status == 403
