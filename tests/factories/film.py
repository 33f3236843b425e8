"""Pictures of labels as a phone's camera sees them, and a film of them for Chromium's fake camera (Y4M)."""

from PIL import Image, ImageDraw

from asset_tracker.labels.symbol import make_symbol
from asset_tracker.ledger.tags import format_tag, tag_url

SIZE = (640, 480)
QUIET = 4
FRAMES_A_SECOND = 5


def label(tag, base="https://assets.example.org"):
    """The label of a tag on a desk: the symbol with its quiet zone, and the tag below it."""
    symbol = make_symbol(tag_url(base, tag), 4, "M")
    modules = symbol.matrix()
    unit = 6
    side = (len(modules) + 2 * QUIET) * unit
    picture = Image.new("L", SIZE, 150)
    pen = ImageDraw.Draw(picture)
    left, top = (SIZE[0] - side) // 2, (SIZE[1] - side) // 2 - 20
    pen.rectangle((left, top, left + side, top + side + 40), fill=250)
    for y, row in enumerate(modules):
        for x, dark in enumerate(row):
            if dark:
                at = (left + (x + QUIET) * unit, top + (y + QUIET) * unit)
                pen.rectangle((*at, at[0] + unit - 1, at[1] + unit - 1), fill=15)
    pen.text((left + 30, top + side), format_tag(tag), fill=15)
    return picture


def film(path, tags, base, seconds=1.0):
    """A Y4M file that shows each label for some seconds, with an empty desk in between."""
    with path.open("wb") as out:
        out.write(f"YUV4MPEG2 W{SIZE[0]} H{SIZE[1]} F{FRAMES_A_SECOND}:1 Ip A1:1 C420jpeg\n".encode())
        empty = Image.new("L", SIZE, 150)
        for tag in tags:
            for picture, long in ((label(tag, base), seconds), (empty, 0.2)):
                for _ in range(max(1, round(long * FRAMES_A_SECOND))):
                    out.write(b"FRAME\n" + picture.tobytes() + b"\x80" * (SIZE[0] * SIZE[1] // 2))
    return path
