"""What somebody without an account signed on the glass stands with the act, whoever brought it."""

import hashlib

import pytest

from factories.house import jpeg
from factories.phones import Phone

from .test_devices import House

pytestmark = pytest.mark.anyio


async def drawn_up(site):
    """The act of the consignment, whose things are handed over."""
    signature = jpeg(seed=901, size=(80, 30))
    sha256 = hashlib.sha256(signature).hexdigest()
    phone = await Phone(House(site), "technician").register()
    facts = [
        phone.sees(
            "delivered", tag, municipality="UA18080010000090720", received_by="Марія Шевчук", photos=[sha256]
        )
        for tag in (site.office.laptop, site.office.kit)
    ]
    told = await phone.send(*facts)
    assert {each["outcome"] for each in told} == {"recorded"}
    headers = {"Upload-Length": str(len(signature)), "Upload-Kind": "signature"}
    technician = await site.at("technician")
    begun = await technician.put(f"/api/v1/photos/{sha256}", headers=headers)
    assert begun.status_code == 200, begun.text
    part = {"Upload-Offset": "0", "content-type": "application/offset+octet-stream"}
    done = await technician.patch(f"/api/v1/photos/{sha256}", content=signature, headers=part)
    assert done.json()["stored"]["kind"] == "signature", done.text
    act = await site.post(
        "coordinator", f"/api/v1/consignments/{site.office.consignment}/acts", None, json={}
    )
    assert act.status_code == 201, act.text
    return act.json()["id"], sha256, done.json()["stored"]["sha256"]


async def test_a_signature_comes_with_the_phone_or_is_filed_at_the_desk(site):
    act, sent, stored = await drawn_up(site)
    (found,) = (await site.get("coordinator", f"/api/v1/acts/{act}/glass")).json()
    assert (found["sha256"], found["received_by"]) == (stored, "М. Ш.")
    page = (await site.get("coordinator", f"/consignments/{site.office.consignment}")).text
    assert f"/acts/{act}/glass/{stored}" in page
    assert "М. Ш." in page
    assert "Марія Шевчук" not in page
    for sha256 in (stored, sent):
        shown = await site.get("coordinator", f"/acts/{act}/glass/{sha256}")
        assert shown.headers["content-type"] == "image/jpeg"
    for who, path in (
        ("donor", f"/acts/{act}/glass/{stored}"),
        ("stranger", f"/acts/{act}/glass/{stored}"),
        ("donor", f"/files/{stored}"),
        ("coordinator", f"/acts/{act}/glass/{'ab' * 32}"),
    ):
        assert (await site.get(who, path)).status_code in (403, 404), (who, path)
    sent_in = {"file": ("g.png", jpeg(seed=77, size=(80, 30)), "image/png")}
    for _ in range(2):
        assert (await site.post("coordinator", f"/acts/{act}/glass", files=sent_in)).status_code == 303
    assert len((await site.get("coordinator", f"/api/v1/acts/{act}/glass")).json()) == 2
    bad = {"file": ("g.png", b"<svg onload=alert(1)>", "image/png")}
    refused = await site.post("coordinator", f"/acts/{act}/glass", files=bad)
    assert refused.status_code == 303
    assert (await site.post("technician", f"/acts/{act}/glass", files=sent_in)).status_code == 403
