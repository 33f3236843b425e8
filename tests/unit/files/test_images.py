from io import BytesIO
from typing import Any

import pytest
from PIL import Image, PngImagePlugin

from asset_tracker.errors import InvalidError, TooLargeError
from asset_tracker.files import images
from asset_tracker.files.documents import check_pdf
from asset_tracker.files.images import clean_image

SECRET = b"GPS-50.2937-27.6667"
PDF = b"%PDF-1.7\n1 0 obj\n<< >>\nendobj\ntrailer\n<< >>\n%%EOF\n"


def picture(fmt="JPEG", size=(64, 48), mode="RGB", **options: Any):
    made = Image.new(mode, size)
    if mode == "RGB":
        made.paste((255, 0, 0), (0, 0, size[0] // 2, size[1] // 2))  # a red corner, top left
    target = BytesIO()
    made.save(target, fmt, **options)
    return target.getvalue()


def telling_exif(orientation=1):
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010E] = SECRET.decode()
    exif.get_ifd(0x8825)[29] = SECRET.decode()
    return exif


def telling_png():
    info = PngImagePlugin.PngInfo()
    info.add_text("Comment", SECRET.decode())
    info.add_itxt("XML:com.adobe.xmp", f"<x>{SECRET.decode()}</x>")
    return picture("PNG", pnginfo=info, exif=telling_exif())


def opened(data):
    return Image.open(BytesIO(data))


@pytest.mark.parametrize(
    "sent",
    [
        picture(exif=telling_exif(), comment=SECRET, xmp=SECRET),
        telling_png(),
        picture("WEBP", exif=telling_exif(), xmp=SECRET),
        picture() + b"<script>" + SECRET + b"</script>",
        picture("MPO", save_all=True, append_images=[Image.new("RGB", (8, 8))], exif=telling_exif()),
    ],
    ids=["jpeg", "png", "webp", "polyglot", "mpo"],
)
def test_nothing_but_the_pixels_survives(sent):
    assert SECRET in sent
    clean = clean_image(sent).data
    assert SECRET not in clean
    with opened(clean) as made:
        assert made.format == "JPEG"
        assert made.info.keys() <= {
            "jfif",
            "jfif_version",
            "jfif_unit",
            "jfif_density",
            "progressive",
            "progression",
        }
        assert not made.getexif()


@pytest.mark.parametrize(
    ("orientation", "size", "red"),
    [(1, (64, 48), (5, 5)), (3, (64, 48), (58, 42)), (6, (48, 64), (42, 5)), (8, (48, 64), (5, 58))],
)
def test_the_picture_is_turned_upright(orientation, size, red):
    clean = clean_image(picture(exif=telling_exif(orientation)))
    assert (clean.width, clean.height) == size
    with opened(clean.data) as made:
        r, g, b = made.getpixel(red)
    assert r > 200
    assert g < 60
    assert b < 60


@pytest.mark.filterwarnings("ignore:Corrupt EXIF data")
@pytest.mark.parametrize(
    "block",
    [b"Exif\0\0MM\0*\xff\xff\xff\xff", b"Exif\0\0", b"Exif\0\0II*\0\x08\0\0\0\xff\xff\x12\x01", b"nonsense"],
)
def test_an_unreadable_exif_block_is_no_reason_to_refuse(block):
    assert clean_image(picture(exif=block)).width == 64


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "I;16"])
def test_every_kind_of_png_becomes_a_jpeg(mode):
    assert clean_image(picture("PNG", mode=mode)).width == 64


def test_transparent_becomes_white():
    with opened(clean_image(picture("PNG", mode="RGBA")).data) as made:
        assert made.getpixel((1, 1)) == (255, 255, 255)


def test_size_is_bounded():
    clean = clean_image(picture(size=(4000, 1000)))
    assert (clean.width, clean.height) == (2048, 512)


def test_the_same_picture_twice_is_the_same_bytes():
    assert clean_image(picture()).data == clean_image(picture(comment=b"again")).data


@pytest.mark.parametrize("edge", [9_000, 12_000, 16_000])
def test_a_decompression_bomb_is_refused_before_it_is_decoded(edge):
    bomb = picture("PNG", size=(edge, edge), mode="1")
    assert len(bomb) < 100_000
    with pytest.raises(TooLargeError, match="megapixels"):
        clean_image(bomb)


def test_a_jpeg_of_very_many_passes_is_refused_before_it_is_decoded():
    """Each pass costs as much as the whole picture, and is written in a few bytes."""
    sent = picture(size=(640, 480), progressive=True)
    last = sent.rfind(b"\xff\xda")
    usual = sent.count(b"\xff\xda")
    begin, scan, end = sent[:last], sent[last:-2], sent[-2:]
    assert clean_image(begin + scan * (1 + images.MAX_SCANS - usual) + end).width == 640
    with pytest.raises(TooLargeError, match="passes"):
        clean_image(begin + scan * (2 + images.MAX_SCANS - usual) + end)
    thumbnail = picture(exif=telling_exif()) + scan * 2 * images.MAX_SCANS
    assert clean_image(thumbnail).width == 64


def test_more_bytes_than_allowed(monkeypatch):
    monkeypatch.setattr(images, "MAX_BYTES", 100)
    with pytest.raises(TooLargeError, match="MB"):
        clean_image(picture())


def iso(brand, *compatible: bytes):
    body = b"ftyp" + brand + b"\0\0\0\0" + b"".join(compatible)
    return (len(body) + 4).to_bytes(4, "big") + body + b"\0" * 64


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "empty"),
        (iso(b"heic", b"mif1"), "HEIC"),
        (iso(b"mif1", b"heic"), "HEIC"),
        (iso(b"avif", b"mif1"), "AVIF"),
        (iso(b"isom", b"mp42"), "video"),
        (b"GIF89a" + b"\0" * 20, "GIF"),
        (b"BM" + b"\0" * 20, "BMP"),
        (b"II*\0" + b"\0" * 20, "TIFF"),
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "SVG"),
        (b"\xef\xbb\xbf  <!DOCTYPE html><script>alert(1)</script>", "HTML"),
        (b"PK\x03\x04" + b"\0" * 30, "office document"),
        (PDF, "PDF"),
        (b"hello", "not a picture"),
        (picture()[:-200], "damaged"),
        (picture("PNG")[:60], "damaged"),
        (b"\xff\xd8\xff\xe0" + b"\0" * 100, "damaged"),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 100, "damaged"),
        (b"RIFF\0\0\0\0WEBP" + b"\0" * 100, "damaged"),
    ],
)
def test_what_is_no_photo_is_told_by_name(data, said):
    with pytest.raises(InvalidError) as caught:
        clean_image(data)
    (problem,) = caught.value.errors
    assert problem.field == "file"
    assert said in problem.message
    assert "JPEG" in problem.expected


def test_a_pdf_is_a_pdf_from_its_first_byte_to_its_last():
    check_pdf(PDF)


@pytest.mark.parametrize("data", [PDF[:-6], b" " + PDF, picture(), b"<html>%PDF-1.7 %%EOF", b""])
def test_what_is_no_pdf(data):
    with pytest.raises(InvalidError):
        check_pdf(data)
