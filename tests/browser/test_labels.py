"""Labels in a browser: a consignment's sheet is looked at, begun at its free label, printed, and read back."""

import re

import pypdfium2
import pytest
import zxingcpp
from playwright.sync_api import expect


def read(pdf, dpi):
    found = set()
    for page in pypdfium2.PdfDocument(pdf):
        picture = page.render(scale=dpi / 72).to_pil()
        codes = zxingcpp.read_barcodes(picture, formats=zxingcpp.BarcodeFormat.QRCode)
        found |= {code.text for code in codes}
    return found


def test_a_consignment_s_labels_from_its_page_to_paper(somebody, office, tmp_path):
    desk = somebody().log_in("coordinator")
    page = desk.page
    desk.open(f"/consignments/{office.consignment}")
    desk.press(page.locator(f"a[href='/labels?consignment={office.consignment}']").first)
    expect(page.locator("#preview svg")).to_be_visible()
    expect(page.locator("#preview")).to_contain_text("3 мітки, 1 сторінка")
    with page.expect_download() as download:
        page.get_by_role("button", name="Надрукувати", exact=True).click()
    download.value.save_as(tmp_path / "labels.pdf")
    for dpi in (203, 300):
        codes = read(tmp_path / "labels.pdf", dpi)
        assert len(codes) == 3
        assert f"{desk.base.upper()}/A/{office.laptop.replace('-', '')}" in codes
    desk.open("/labels")
    expect(page.locator("table")).to_contain_text(office.laptop)


def test_the_preview_follows_what_is_chosen(somebody, office):
    desk = somebody().log_in("coordinator")
    page = desk.page
    desk.open(f"/labels?consignment={office.consignment}")
    page.locator("#preview [data-cell='20']").click()
    expect(page.locator("#f-start_cell")).to_have_value("20")
    expect(page.locator("#preview")).to_contain_text("2 сторінки")
    page.get_by_text("Чисті мітки").click()
    page.fill("#f-blank", "65")
    page.select_option("#f-stock", "L7651")
    expect(page.locator("#preview")).to_contain_text("65 міток")
    # A page of 46 would weigh too much: some are drawn, and it says how many.
    expect(page.locator("#preview")).to_contain_text("намальовано перші")
    desk.settle()
    drawn = int(re.search(r"намальовано перші (\d+)", page.locator("#preview").inner_text())[1])
    assert 20 < drawn < 65 - 19
    expect(page.locator("#preview svg path[shape-rendering]")).to_have_count(drawn)
    page.fill("#f-blank", "100000")
    expect(page.locator("#preview [role=alert]")).to_contain_text("Щонайбільше 10 000")


def test_a_blank_label_is_scanned_and_bound(somebody, office):
    desk = somebody(width=390).log_in("coordinator")
    page = desk.page
    desk.open("/labels?what=blank&blank=1&stock=99012")
    with page.expect_download():
        page.get_by_role("button", name="Надрукувати", exact=True).click()
    desk.open("/labels")
    code = page.locator("tbody .sub").first.inner_text().strip()
    desk.open(f"/A/{code.replace('-', '')}")
    expect(page.locator("h1")).to_contain_text(code)
    page.fill("#f-q", "CAM-1")
    page.keyboard.press("Enter")
    desk.settle()
    desk.press(page.get_by_role("button", name="Прикріпити"))
    expect(page.locator("h1")).to_contain_text("Вебкамера")
    expect(page).to_have_url(re.compile(f"/a/{code}$"))
    assert desk.width_is_kept()


@pytest.mark.parametrize("width", [390, 1280])
def test_label_pages_fit_the_screen(somebody, office, width):
    desk = somebody(width=width).log_in("coordinator")
    for path in (
        "/labels",
        f"/labels?consignment={office.consignment}",
        "/labels/stock",
        f"/a/{office.laptop}/label",
    ):
        desk.open(path)
        assert desk.width_is_kept(), path
