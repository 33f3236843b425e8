"""Photos in a report: pixels and nothing else, and what is missing is said."""

import asyncio
import io
from datetime import date

import msgspec
import pytest
from msgspec.structs import replace
from PIL import Image

from asset_tracker.documents.names import Name
from asset_tracker.files.images import clean_image
from asset_tracker.files.storage import Storage
from asset_tracker.i18n import gettext
from asset_tracker.reports.formats import written
from asset_tracker.reports.json import write_json
from asset_tracker.reports.photos import pixels
from asset_tracker.reports.sheet import sheet
from asset_tracker.reports.structs import Photo, Report
from factories.reports import BARANIVKA, item, municipality_report

from .test_formats import pdf_text

SENT = "a" * 64
EXIF, GPS, MAKER = b"Exif\0\0", 0x8825, 0x010F


def telling() -> bytes:
    """A photo that tells where it was taken, with which phone."""
    picture = Image.new("RGB", (64, 48), "green")
    exif = picture.getexif()
    exif[MAKER] = "A telling phone"
    exif.get_ifd(GPS)[1] = "N"
    exif.get_ifd(GPS)[2] = (50.0, 17.0, 37.0)
    target = io.BytesIO()
    picture.save(target, "JPEG", exif=exif, comment=b"by Oksana")
    assert EXIF in target.getvalue()
    return target.getvalue()


def photo(number: int, **changes) -> Photo:
    thing = item(1)
    base = {
        "sha256": f"{number:064x}",
        "event_id": thing.asset_id,
        "asset_id": thing.asset_id,
        "tag": thing.tag,
        "item": thing.name,
        "municipality": BARANIVKA.code,
        "kind": "installed",
        "taken_on": date(2024, 12, 3),
        "people": "nobody",
    }
    return Photo(**base | changes)


def with_photos(lang, *photos: Photo) -> Report:
    made = municipality_report(lang)
    return replace(made, making=replace(made.making, photos=photos))


class Kept(Storage):
    """Whatever is asked for, in the same bytes."""

    def __init__(self, data: bytes):
        self.data = data

    async def get(self, sha256):
        return self.data


def test_no_exif_stands_in_a_report_even_if_it_stood_in_the_store():
    made = with_photos("uk", photo(1))
    found = asyncio.run(pixels(Kept(telling()), made))
    assert Image.open(io.BytesIO(found[photo(1).sha256])).getexif() == {}
    document = asyncio.run(written("pdf", made, Kept(telling())))
    assert b"\xff\xd8\xff" in document
    for trace in (EXIF, b"A telling phone", b"Oksana"):
        assert trace not in document
        assert trace not in clean_image(telling()).data
    assert "Встановлено, 03.12.2024" in pdf_text(document)


@pytest.mark.parametrize("lang", ["uk", "en"])
def test_a_photo_that_is_missing_or_broken_is_said_to_be(tmp_path, lang):
    made = with_photos(lang, photo(1, item=Name('=<#image("x")', '=<#image("x")')))
    missing = gettext(lang, "The file of this photo is missing.")
    for store in (Storage.open((tmp_path / "none").as_uri()), Kept(telling()[:90]), Kept(b"no picture")):
        text = pdf_text(asyncio.run(written("pdf", made, store)))
        assert missing in text
        assert '=<#image("x")' in text


def test_the_json_names_all_and_paper_the_newest():
    made = with_photos("en", *(photo(number) for number in range(15)))
    told = msgspec.json.decode(write_json(made))["making"]["photos"]
    assert [each["sha256"] for each in told] == [f"{number:064x}" for number in range(15)]
    tree = sheet(made)["photos"]
    assert len(tree["rows"]) == 12
    assert "3 more photos" in tree["note"]
    assert made.content_hash == municipality_report("en").content_hash
