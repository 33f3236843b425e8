"""PT Sans, cut down to the letters we print, made from the installed package at first use.

Nothing is stored in the repository and nothing is asked from outside; one cut takes about 0.2 s and is
kept for the life of the process.
"""

import logging
from functools import cache
from importlib.resources import files
from io import BytesIO
from typing import Literal

# It tells every table that it prunes.
logging.getLogger("fontTools.subset").setLevel(logging.WARNING)

Weight = Literal["regular", "bold"]
FILES: dict[Weight, str] = {"regular": "PT_Sans-Web-Regular.ttf", "bold": "PT_Sans-Web-Bold.ttf"}
_LETTERS = (
    *range(0x20, 0x7F),
    *range(0xA0, 0x180),
    *range(0x400, 0x460),
    *(0x490, 0x491, 0x2BC, 0x20AC, 0x20B4, 0x2116, 0x2212, 0x202F, 0x2009),
    *range(0x2010, 0x2027),
)


@cache
def woff(weight: Weight) -> bytes:
    """The face as WOFF bytes (zlib, not brotli: one dependency fewer for ten kilobytes more)."""
    from fontTools.subset import Options, Subsetter
    from fontTools.ttLib import TTFont

    options = Options(
        flavor="woff", layout_features=["kern", "liga", "tnum"], hinting=False, notdef_outline=True
    )
    source = files("fontpkg_pt_sans") / "files" / FILES[weight]
    with source.open("rb") as stream, TTFont(stream) as font:
        subsetter = Subsetter(options)
        subsetter.populate(unicodes=_LETTERS)
        subsetter.subset(font)
        font.flavor = "woff"
        out = BytesIO()
        font.save(out)
    return out.getvalue()
