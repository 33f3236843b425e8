"""Labels as PDF, written page by page as they come.

A small writer of our own: one subset of each face of the font for the whole file, symbols as pictures of one
bit a module (sharp at any zoom, and smaller than a path). Pages are objects as soon as they are full, so memory
does not grow with the labels; fonts, page tree and cross-reference table stand at the end. The same labels give
the same bytes.
"""

import zlib
from collections.abc import Iterable, Iterator
from typing import Final

from asset_tracker.labels.fonts import Face, Font, font
from asset_tracker.labels.layout import MM_PER_INCH, Label, Line
from asset_tracker.labels.sheet import Page, Placed, PrintOptions, alignment_page, check_print, pages
from asset_tracker.labels.stock import Stock

_POINT: Final = 72 / MM_PER_INCH  # points in a mm
_FACES: Final[dict[Face, bytes]] = {"regular": b"/R", "bold": b"/B"}
_CATALOG, _PAGE_TREE, _RESOURCES, _INFO = 1, 2, 3, 4


def render_pdf(labels: Iterable[Label], stock: Stock, options: PrintOptions) -> Iterator[bytes]:
    """The labels as a PDF file, in pieces.

    Raises ``InvalidError`` before the first piece where stock or options are wrong (``check_print``).
    """
    check_print(stock, options)
    return _write(pages(labels, stock, options), stock)


def render_alignment_pdf(stock: Stock, options: PrintOptions, advice: tuple[str, ...]) -> Iterator[bytes]:
    """The alignment test page (``sheet.alignment_page``) as a PDF file."""
    check_print(stock, options)
    return _write([alignment_page(stock, options, advice)], stock)


class _File:
    """Numbers objects and remembers where they begin."""

    def __init__(self) -> None:
        self.starts: dict[int, int] = {}
        self.length = 0
        self.next = _INFO + 1

    def header(self) -> bytes:
        return self._written(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")

    def new(self) -> int:
        self.next += 1
        return self.next - 1

    def put(self, number: int, body: bytes) -> bytes:
        self.starts[number] = self.length
        return self._written(b"%d 0 obj\n%b\nendobj\n" % (number, body))

    def stream(self, number: int, data: bytes, entries: bytes = b"") -> bytes:
        packed = zlib.compress(data)
        head = b"<</Filter/FlateDecode/Length %d%b>>" % (len(packed), entries)
        return self.put(number, b"%b\nstream\n%b\nendstream" % (head, packed))

    def end(self) -> bytes:
        start = self.length
        rows = b"".join(b"%010d 00000 n \n" % self.starts[number] for number in range(1, self.next))
        return self._written(
            b"xref\n0 %d\n0000000000 65535 f \n%btrailer\n<</Size %d/Root %d 0 R/Info %d 0 R>>\n"
            b"startxref\n%d\n%%%%EOF\n" % (self.next, rows, self.next, _CATALOG, _INFO, start)
        )

    def _written(self, data: bytes) -> bytes:
        self.length += len(data)
        return data


def _write(drawn: Iterable[Page], stock: Stock) -> Iterator[bytes]:
    file = _File()
    yield file.header()
    kids: list[int] = []
    height = stock.page_height
    for page in drawn:
        content, leaf = file.new(), file.new()
        kids.append(leaf)
        yield file.stream(content, _content(page, height)) + file.put(
            leaf, b"<</Type/Page/Parent %d 0 R/Contents %d 0 R>>" % (_PAGE_TREE, content)
        )
    box = b"[0 0 %b %b]" % (_points(stock.page_width), _points(height))
    references = b" ".join(b"%d 0 R" % kid for kid in kids)
    yield file.put(
        _PAGE_TREE,
        b"<</Type/Pages/Count %d/Kids[%b]/MediaBox%b/Resources %d 0 R>>"
        % (len(kids), references, box, _RESOURCES),
    )
    fonts = b""
    for face, name in _FACES.items():
        number = file.new()
        fonts += b"%b %d 0 R" % (name, number)
        yield from _font_objects(file, number, font(face))
    yield file.put(_RESOURCES, b"<</Font<<%b>>>>" % fonts)
    # Without PrintScaling, readers offer to fit the page to the paper's printable part: 97 per cent.
    yield file.put(
        _CATALOG,
        b"<</Type/Catalog/Pages %d 0 R/ViewerPreferences<</PrintScaling/None>>>>" % _PAGE_TREE,
    )
    yield file.put(_INFO, b"<</Producer(asset_tracker)>>")
    yield file.end()


def _points(mm: float) -> bytes:
    """A length in points, to a five hundredth of a dot of 600 to the inch."""
    return (b"%.4f" % (mm * _POINT)).rstrip(b"0").rstrip(b".")


def _content(page: Page, height: float) -> bytes:
    parts: list[bytes] = []
    if page.boxes or page.strokes:
        parts.append(b"q 0.25 w 0.55 G")
        parts += [
            b"%b %b m %b %b l S" % (_points(x1), _points(height - y1), _points(x2), _points(height - y2))
            for x1, y1, x2, y2 in page.strokes
        ]
        parts.append(b"[2 2] 0 d")
        parts += [
            b"%b %b %b %b re S" % (_points(x), _points(height - y - h), _points(w), _points(h))
            for x, y, w, h, _ in page.boxes
        ]
        parts.append(b"Q")
    for placed in page.placed:
        parts.append(_symbol(placed, height))
        parts.append(_lines(placed.drawing.lines, placed.x, height - placed.y))
    if page.lines:
        parts.append(_lines(page.lines, 0, height))
    return b"\n".join(parts)


def _symbol(placed: Placed, height: float) -> bytes:
    """An inline picture that paints its set bits; as hex where the bytes could be read as its end."""
    symbol, side = placed.drawing.symbol, placed.drawing.symbol.size * placed.drawing.module
    data, code = symbol.data, b""
    if b"EI" in data:
        data, code = data.hex().encode() + b">", b"/F/AHx"
    return b"q %b 0 0 %b %b %b cm BI/W %d/H %d/IM true/D[1 0]%b ID %b\nEI Q" % (
        _points(side),
        _points(side),
        _points(placed.symbol_x),
        _points(height - placed.symbol_y - side),
        symbol.size,
        symbol.size,
        code,
        data,
    )


def _lines(lines: tuple[Line, ...], x: float, y: float) -> bytes:
    """Lines whose places count from (x, y), y upwards from the page's foot."""
    parts = [b"BT"]
    for line in lines:
        glyphs = font(line.face).glyphs
        codes = b"".join([b"%04x" % glyphs[character] for character in line.text])
        parts.append(
            b"%b %b Tf 1 0 0 1 %b %b Tm<%b>Tj"
            % (_FACES[line.face], _points(line.size), _points(x + line.x), _points(y - line.y), codes)
        )
    parts.append(b"ET")
    return b" ".join(parts)


def _font_objects(file: _File, number: int, face: Font) -> Iterator[bytes]:
    """A composite font whose codes are the glyph numbers of the subset (ISO 32000-1, 9.7)."""
    descendant, descriptor, program, unicode = file.new(), file.new(), file.new(), file.new()
    name = b"/LABELS+" + face.postscript_name.encode()
    yield file.put(
        number,
        b"<</Type/Font/Subtype/Type0/BaseFont%b/Encoding/Identity-H/DescendantFonts[%d 0 R]/ToUnicode %d 0 R>>"
        % (name, descendant, unicode),
    )
    widths = b" ".join(b"%d" % width for width in face.glyph_widths)
    yield file.put(
        descendant,
        b"<</Type/Font/Subtype/CIDFontType2/BaseFont%b/CIDToGIDMap/Identity/DW 500/W[0[%b]]/FontDescriptor %d 0 R"
        b"/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>>>" % (name, widths, descriptor),
    )
    yield file.put(
        descriptor,
        b"<</Type/FontDescriptor/FontName%b/Flags 4/FontBBox[%d %d %d %d]/ItalicAngle 0/Ascent %d/Descent %d"
        b"/CapHeight %d/StemV 80/FontFile2 %d 0 R>>"
        % (name, *face.box, face.ascent, face.descent, face.cap_height, program),
    )
    yield file.stream(program, face.file, b"/Length1 %d" % len(face.file))
    yield file.stream(unicode, _to_unicode(face))


def _to_unicode(face: Font) -> bytes:
    """So that text can be searched and copied."""
    pairs = [
        b"<%04x><%b>" % (glyph, character.encode("utf-16-be").hex().encode())
        for character, glyph in face.glyphs.items()
    ]
    blocks = [pairs[start : start + 100] for start in range(0, len(pairs), 100)]
    maps = b"".join(b"%d beginbfchar\n%b\nendbfchar\n" % (len(block), b"\n".join(block)) for block in blocks)
    return (
        b"/CIDInit/ProcSet findresource begin 12 dict begin begincmap\n"
        b"/CIDSystemInfo<</Registry(Adobe)/Ordering(UCS)/Supplement 0>>def\n"
        b"/CMapName/Adobe-Identity-UCS def/CMapType 2 def\n"
        b"1 begincodespacerange\n<0000><ffff>\nendcodespacerange\n"
        b"%bendcmap CMapName currentdict/CMap defineresource pop end end" % maps
    )
