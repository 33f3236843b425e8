"""The paper, read back as a scanner and a reader would."""

from datetime import UTC, datetime
from uuid import UUID

import pypdfium2
import pytest
import zxingcpp

from asset_tracker.documents.names import Name
from asset_tracker.errors import InvalidError
from asset_tracker.field.run_sheet import About, Row, RunSheet, Subject, write
from asset_tracker.ledger.tags import format_tag, new_tag

BASE = "https://assets.example.org"
AT = datetime(2026, 3, 1, 10, tzinfo=UTC)
CONSIGNMENT = UUID(int=7)


def sheet(count=3, **row):
    rows = tuple(
        Row(
            id=UUID(int=n),
            tag=new_tag(),
            name=Name("Ноутбук", "Laptop"),
            made="Dell",
            serial=f"SN-{n}",
            quantity=1,
            place=Name("ЦНАП", "ASC"),
            in_kit=False,
        )
        for n in range(count)
    )
    about = About(
        subject=Subject(consignment=CONSIGNMENT),
        number="PL-7",
        municipality_code="UA18080010000090720",
        municipality=Name("Баранівська громада", "Baranivka hromada"),
    )
    return RunSheet(about=about, rows=rows, made_at=AT)


def test_every_code_on_it_can_be_scanned():
    made = sheet()
    pdf = pypdfium2.PdfDocument(write(made, BASE))
    scanned, text = set(), ""
    for page in pdf:
        scanned |= {code.text for code in zxingcpp.read_barcodes(page.render(scale=4).to_pil())}
        text += page.get_textpage().get_text_bounded()
    assert {f"{BASE}/a/{row.tag}".upper() for row in made.rows} <= scanned
    assert {"+1", "+2", "+3", "+4", "+5"} <= scanned
    assert f"{BASE}/run-sheets/enter?consignment={CONSIGNMENT}" in scanned
    for row in made.rows:
        assert format_tag(row.tag) in text
        assert row.serial in text
    assert "Baranivka" in text


def test_the_same_sheet_is_the_same_bytes():
    made = sheet()
    assert write(made, BASE) == write(made, BASE)


@pytest.mark.parametrize("given", [{}, {"municipality": "UA1", "verification": CONSIGNMENT}])
def test_a_sheet_is_about_one_thing(given):
    with pytest.raises(InvalidError):
        _ = Subject(**given).kind
