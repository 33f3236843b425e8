"""A printer of paper made of pixels: draws the graphic fields of ZPL, by the language's manual."""

import re

from PIL import Image

FIELD = re.compile(r"\^FO(\d+),(\d+)\^GFA,(\d+),(\d+),(\d+),([^^]*)\^FS")


def unpack(data, stride, total):
    rows, digits, count = [], "", 0
    width = 2 * stride
    for character in data:
        if character in "GHIJKLMNOPQRSTUVWXY":
            count += ord(character) - ord("F")
        elif character in "ghijklmnopqrstuvwxyz":
            count += 20 * (ord(character) - ord("f"))
        elif character in "0123456789ABCDEF":
            digits += character * max(1, count)
            count = 0
        elif character == ",":
            digits = digits.ljust(width, "0")
        elif character == ":":
            assert not digits
            digits = rows[-1]
        else:
            raise AssertionError(f"{character!r} in graphic data")
        assert len(digits) <= width
        if len(digits) == width:
            rows.append(digits)
            digits = ""
    assert len(rows) * stride == total
    return bytes.fromhex("".join(rows))


def printed(zpl):
    """The labels of a ZPL file as pictures, 0 is ink."""
    for job in re.findall(r"\^XA(.*?)\^XZ", zpl, re.DOTALL):
        size = tuple(int(number) for number in re.search(r"\^PW(\d+)\^LL(\d+)", job).groups())
        paper = Image.new("L", size, 255)
        for x, y, _, total, stride, data in FIELD.findall(job):
            raw = unpack(data, int(stride), int(total))
            ink = Image.frombytes("1", (int(stride) * 8, len(raw) // int(stride)), raw)
            paper.paste(0, (int(x), int(y)), ink)
        yield paper
