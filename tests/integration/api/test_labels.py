"""Labels over the API: printed, printed again, bound."""

import pypdfium2
import pytest
import zxingcpp

from asset_tracker.access.actors import COMMAND_LINE
from asset_tracker.assets.service import NewAsset, register
from asset_tracker.ledger.events import Registered
from asset_tracker.ledger.ids import uuid7
from asset_tracker.ledger.tags import format_tag, new_tag

pytestmark = pytest.mark.anyio
BARANIVKA = "UA18080010000090720"


@pytest.fixture
async def consignment(world):
    number = f"L-{uuid7().hex[-8:]}"
    body = {"programme": str(world.programmes[0]), "number": number, "municipality": BARANIVKA}
    made = (await world.post("coordinator", "/api/v1/consignments", body)).json()
    tags = [new_tag() for _ in range(3)]
    new = [
        NewAsset(
            id=uuid7(),
            fact=Registered(
                tag=tag, category="laptop", name_uk="Ноутбук", consignment=made["id"], line=n, destination=BARANIVKA
            ),
        )
        for n, tag in enumerate(tags, 1)
    ]  # fmt: skip
    async with world.engine.begin() as conn:
        await register(conn, COMMAND_LINE, world.programmes[0], new)
    return number, tags


def read(pdf):
    picture = pypdfium2.PdfDocument(pdf)[0].render(scale=300 / 72).to_pil()
    return {code.text for code in zxingcpp.read_barcodes(picture, formats=zxingcpp.BarcodeFormat.QRCode)}


async def test_a_consignment_as_pdf_by_its_number(world, consignment):
    number, tags = consignment
    answer = await world.post("coordinator", "/api/v1/labels", {"consignment": number})
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.headers["content-disposition"] == 'attachment; filename="labels-3-L7160.pdf"'
    assert read(answer.content) == {f"HTTP://127.0.0.1:8000/A/{tag}" for tag in tags}
    kinds = (await world.get("coordinator", f"/api/v1/assets/{tags[0]}/events")).text
    assert "label_printed" in kinds


async def test_zpl_of_blank_ones_and_once_more(world):
    body = {"blank": 2, "stock": "zebra-2x1", "output": "zpl", "dpi": 203}
    first = await world.post("coordinator", "/api/v1/labels", body)
    assert first.content.count(b"^XA") == 2
    path = f"/api/v1/labels/prints/{first.headers['x-print-id']}/again"
    paper = {"stock": "ZEBRA-2X1", "output": "zpl", "dpi": 203}
    again = await world.post("coordinator", path, paper)
    assert again.content == first.content
    assert (await world.post("coordinator2", path, paper)).status_code == 404
    listed = (await world.get("coordinator", "/api/v1/labels/prints")).json()
    assert first.headers["x-print-id"] in {line["id"] for line in listed}


@pytest.mark.parametrize(
    ("body", "status", "field"),
    [
        ({}, 422, "tags"),
        ({"tags": ["7K3M-9QXV", "nonsense"]}, 422, "tags[0]"),
        ({"blank": 100_000}, 422, "blank"),
        ({"blank": 1, "start_cell": 22}, 422, "start_cell"),
        ({"blank": 1, "output": "zpl"}, 422, "output"),
        ({"consignment": "no such number"}, 404, None),
        ({"blank": 1, "stock": "L9999"}, 404, None),
        ({"blank": 1, "dpi": 100}, 400, None),
        ({"blank": -1}, 400, None),
        ({"blank": 1, "colour": "red"}, 400, None),
    ],
)
async def test_a_wrong_order_is_told_what_is_wrong(world, body, status, field):
    answer = await world.post("coordinator", "/api/v1/labels", body)
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"].startswith("application/problem+json")
    if field:
        assert answer.json()["errors"][0]["field"] == field


@pytest.mark.parametrize(
    ("who", "status"),
    [("technician", 200), ("donor", 403), ("auditor", 403), ("custodian", 403), (None, 401)],
)
async def test_who_may_print(world, who, status):
    answer = await world.post(who, "/api/v1/labels", {"blank": 1})
    assert answer.status_code == status, answer.text


async def test_another_programme_s_consignment_is_none(world, consignment):
    number, tags = consignment
    for body in ({"consignment": number}, {"tags": tags}, {"municipality": BARANIVKA}):
        answer = await world.post("coordinator2", "/api/v1/labels", body)
        assert answer.status_code in (404, 422), answer.text


async def test_a_label_is_replaced_and_its_tag_retired(world, consignment):
    _, tags = consignment
    new = new_tag()
    body = {"tag": format_tag(new).lower(), "replaces": True, "reason": "стерлася"}
    answer = await world.post("technician", f"/api/v1/assets/{tags[0]}/label", body)
    assert answer.status_code == 201, answer.text
    shown = (await world.get("technician", f"/api/v1/assets/{tags[0]}")).json()
    assert shown["row"]["tag"] == new
    assert (await world.post("coordinator", f"/api/v1/tags/{new}/retire", {})).status_code == 409
    assert (await world.post("coordinator", f"/api/v1/tags/{tags[0]}/retire", {})).status_code == 204


async def test_a_maker_s_code_finds_the_asset(world, consignment):
    _, tags = consignment
    code = f"https://maker.example.com/{uuid7()}"
    assert (
        await world.post("technician", f"/api/v1/assets/{tags[1]}/codes", {"code": code})
    ).status_code == 201
    found = await world.get("technician", "/api/v1/codes", params={"code": code})
    assert found.json()["row"]["tag"] == tags[1]
    assert (await world.get("donor2", "/api/v1/codes", params={"code": code})).status_code == 404


async def test_stock_and_presets_of_one_s_own(world):
    known = (await world.get("technician", "/api/v1/labels/stock")).json()
    mine = known[0] | {"name": "mine", "columns": 2}
    assert (await world.post("coordinator", "/api/v1/labels/stock", mine)).json()["name"] == "MINE"
    wrong = await world.post("coordinator", "/api/v1/labels/stock", mine | {"columns": 9, "pitch_y": 1.0})
    assert [error["field"] for error in wrong.json()["errors"]] == ["columns", "pitch_y"]
    preset = {"name": "Кабінет 5", "paper": {"stock": "MINE", "offset_x": 0.4}}
    assert (await world.post("coordinator", "/api/v1/labels/presets", preset)).status_code == 201
    listed = (await world.get("coordinator", "/api/v1/labels/presets")).json()
    assert [each["paper"]["stock"] for each in listed] == ["MINE"]
    assert (
        await world.request("coordinator", "DELETE", "/api/v1/labels/presets/Кабінет 5")
    ).status_code == 204
    assert (await world.request("coordinator", "DELETE", "/api/v1/labels/stock/mine")).status_code == 204
