"""The label's two faces of PT Sans: widths, outlines, and a subset for PDF, each made once.  [pure]

PT Sans has the whole Ukrainian alphabet (ґ є і ї ’); no font of the system is used.
"""

import io
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files
from itertools import chain
from typing import TYPE_CHECKING, Final, Literal

import msgspec

from asset_tracker.ledger.tags import ALPHABET

# fontTools is loaded when the first label is drawn: most processes draw none.
if TYPE_CHECKING:
    from fontTools.ttLib import TTFont

Face = Literal["regular", "bold"]

_FILE: Final[dict[Face, str]] = {"regular": "PT_Sans-Web-Regular.ttf", "bold": "PT_Sans-Web-Bold.ttf"}
_POSTSCRIPT_NAME: Final[dict[Face, str]] = {"regular": "PTSans-Regular", "bold": "PTSans-Bold"}
# Regular: Latin with all accents of Europe, Cyrillic, and the signs that names of things are written with.
# Bold: what tags are written with.
_RANGES: Final[dict[Face, tuple[Iterable[int], ...]]] = {
    "regular": (
        range(0x20, 0x7F), range(0xA0, 0x180), range(0x400, 0x460), range(0x490, 0x492), range(0x2010, 0x2027),
        (0x20AC, 0x20B4, 0x2116, 0x2122, 0x2030, 0x2212, 0x2264, 0x2265),
    ),
    "bold": ([ord(character) for character in f"{ALPHABET}-"],),
}  # fmt: skip
_NOT_NEEDED: Final = ("GSUB", "GPOS", "GDEF", "kern", "name", "post", "OS/2", "gasp", "DSIG")


class Font(msgspec.Struct, frozen=True):
    """One face. Glyphs are numbered as in ``file``; widths are in thousandths of the em."""

    postscript_name: str
    glyphs: Mapping[str, int]
    widths: Mapping[str, int]
    glyph_widths: tuple[int, ...]
    box: tuple[int, int, int, int]
    ascent: int
    descent: int
    cap_height: int
    file: bytes

    def width(self, text: str) -> float:
        """How wide ``text`` is, in em. Every character of it must be in the font."""
        widths = self.widths
        return sum([widths[character] for character in text]) / 1000


def font_path(face: Face) -> str:
    """The whole font file, for drawing pictures."""
    return str(files("fontpkg_pt_sans") / "files" / _FILE[face])


@cache
def font(face: Face) -> Font:
    """The face, reduced to what labels are written with."""
    from fontTools.subset import Options, Subsetter
    from fontTools.ttLib import TTFont

    source = TTFont(font_path(face))
    known = source.getBestCmap()
    wanted = [code for code in chain(*_RANGES[face]) if code in known]
    cap_height = source["OS/2"].sCapHeight
    for table in _NOT_NEEDED:
        if table in source:
            del source[table]
    subsetter = Subsetter(Options(hinting=False, notdef_outline=True))
    subsetter.populate(unicodes=wanted)
    subsetter.subset(source)
    order = source.getGlyphOrder()
    number = {name: at for at, name in enumerate(order)}
    glyphs = {chr(code): number[name] for code, name in source.getBestCmap().items()}
    advances = source["hmtx"].metrics
    glyph_widths = tuple(advances[name][0] for name in order)
    head, hhea = source["head"], source["hhea"]
    del source["cmap"]  # PDF numbers glyphs itself
    written = io.BytesIO()
    source.save(written)
    return Font(
        postscript_name=_POSTSCRIPT_NAME[face],
        glyphs=glyphs,
        widths={character: glyph_widths[glyph] for character, glyph in glyphs.items()},
        glyph_widths=glyph_widths,
        box=(head.xMin, head.yMin, head.xMax, head.yMax),
        ascent=hhea.ascent,
        descent=hhea.descent,
        cap_height=cap_height,
        file=written.getvalue(),
    )


@cache
def _outlines(face: Face) -> "tuple[TTFont, Mapping[int, str]]":
    from fontTools.ttLib import TTFont

    source = TTFont(font_path(face))
    return source, source.getBestCmap()


@cache
def outline(face: Face, character: str) -> str:
    """The character's shape as the ``d`` of an SVG path, in thousandths of the em, y upwards."""
    from asset_tracker.labels.pen import ShortPen

    source, names = _outlines(face)
    glyphs = source.getGlyphSet()
    pen = ShortPen(glyphs)
    glyphs[names[ord(character)]].draw(pen)
    return pen.path
