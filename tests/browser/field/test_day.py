"""The field app: what is scanned without network is on the phone's disk, and once in the ledger afterwards."""

from datetime import UTC, datetime, timedelta
from io import BytesIO

import pytest
from PIL import Image
from playwright.sync_api import expect

from factories.film import film
from factories.line import FACTS, PHOTO
from factories.pen import sign
from factories.phone import PATIENCE


def picture(colour):
    """A photo as a phone takes it: large, with the place where it was taken."""
    exif = Image.Exif()
    exif[0x010F] = "Maker"
    exif[0x8825] = {1: "N", 2: (50.0, 30.0, 0.0), 3: "E", 4: (27.0, 40.0, 0.0)}
    out = BytesIO()
    Image.new("RGB", (3000, 2000), colour).save(out, "JPEG", exif=exif)
    return {"name": f"{colour}.jpg", "mimeType": "image/jpeg", "buffer": out.getvalue()}


LABELS = 10


@pytest.mark.parametrize("breaks", ["killed", "lost"])
def test_the_technicians_day(phone, line, office, tmp_path, breaks):
    """Prepared, offline, restarted, ten labels by camera, delivered, installed, maintained, signed, sent once."""
    tags = office.tags[:LABELS] if breaks == "killed" else office.tags[LABELS:]
    reel = film(
        tmp_path / "labels.y4m",
        [tag.replace("-", "") for tag in tags],
        "https://assets.example.org",
        seconds=0.6,
    )
    mine = phone(film=reel)
    mine.log_in().prepare()
    mine.snap("field-prepare")
    line.cut_off()
    mine.close()
    began = datetime.now(UTC)
    scan_labels(mine, tags)
    work(mine, tags, ("red", "green") if breaks == "killed" else ("blue", "orange"))
    held = mine.held()["saved"]
    assert [each["seq"] for each in held] == list(range(1, 2 * LABELS + 2))
    assert all("box" in each and "body" not in each for each in held)
    ended = datetime.now(UTC)
    mine.go("outbox")
    expect(mine.page.locator(".tiles")).to_be_visible()
    mine.snap("field-outbox")

    if breaks == "killed":
        killed_while_sending(mine, line)
    else:
        mine.slow_down()
        line.lose = [FACTS] * 5 + [PHOTO] * 2
        line.mend()
    held = mine.until_sent()
    assert line.kill is None
    assert line.lose == []
    assert not held["conflict"] + held["quarantined"] + held["rejected"]
    for tag in tags:
        facts = mine.events(tag)
        kinds = [each["kind"] for each in facts]
        assert kinds.count("delivered") == kinds.count("installed") == 1, tag
        assert kinds.count("maintained") == (tag == tags[0])
        for each in facts:
            if each["kind"] in ("delivered", "installed", "maintained"):
                at = datetime.fromisoformat(each["occurred_at"])
                assert began - timedelta(seconds=2) <= at <= ended + timedelta(seconds=2)
    sees_the_photos(mine, tags[0])
    sees_the_signature(mine, tags[0])


def scan_labels(mine, tags):
    """The browser starts anew with no network, and the camera reads one label after the other."""
    mine.open(f"/a/{tags[0]}")
    expect(mine.page.locator("h1")).to_contain_text("Ноутбук")
    mine.go("scan")
    expect(mine.page.locator("li.scan")).to_have_count(len(tags), timeout=PATIENCE * 1000)
    mine.snap("field-scan")
    mine.page.get_by_role("button", name="Закрити камеру").click()
    expect(mine.page.locator("li.scan input:checked")).to_have_count(len(tags))


def work(mine, tags, colours):
    """All of them delivered, with a signature, and installed; the first one maintained, with two photos."""
    page = mine.page
    mine.act("delivered")
    page.fill("#f-received_by", "Олена Прийнялова")
    sign(page)
    mine.snap("field-sign")
    mine.save()
    mine.snap("field-saved")
    mine.go("scan")
    mine.act("installed")
    page.select_option("#f-service_point", index=1)
    mine.save()
    mine.go(f"a/{tags[0]}")
    mine.act("maintained")
    page.fill("#f-work", "Замінено батарею")
    page.fill("#f-meter", "1 204")
    page.set_input_files("#f-photos", [picture(each) for each in colours])
    expect(page.locator(".preview img")).to_have_count(2)
    mine.save()


def killed_while_sending(mine, line):
    """The server dies when the facts have reached it and before it answers; later it is there again."""
    line.kill = line.server.kill
    line.mend()
    mine.until_held(lambda held: line.kill is None and held["sent"])
    line.server.start()


def sees_the_photos(mine, tag):
    """They arrived, small, and without what the camera wrote into them."""
    (maintained,) = [each for each in mine.events(tag) if each["kind"] == "maintained"]
    assert maintained["payload"]["meter"] == {"value": 1204, "unit": maintained["payload"]["meter"]["unit"]}
    assert len(maintained["photos"]) == 2
    for sha in maintained["photos"]:
        answer = mine.context.request.get(f"{mine.base}/api/v1/files/{sha}")
        assert answer.ok
        kept = Image.open(BytesIO(answer.body()))
        assert max(kept.size) == 1600
        assert not kept.getexif()


def sees_the_signature(mine, tag):
    """Who may see people does; a donor does not: it is somebody's hand."""
    (delivered,) = [each for each in mine.events(tag) if each["kind"] == "delivered"]
    (signature,) = delivered["photos"]
    assert mine.context.request.get(f"{mine.base}/api/v1/files/{signature}").ok
    mine.context.clear_cookies()
    mine.log_in("donor")
    assert mine.context.request.get(f"{mine.base}/api/v1/files/{signature}").status == 404
