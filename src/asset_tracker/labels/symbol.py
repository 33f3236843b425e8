"""QR symbols, the very same as the ``qrcode`` package makes, some hundred times faster.  [pure]

For a fixed length, version, level and mask a QR symbol is linear over GF(2): header, Reed-Solomon code,
placement and mask are all sums. So the package is asked once, at the first use of an address, for one symbol
and for what each bit of the tag changes in it; after that a symbol is a few exclusive-ors of whole symbols,
kept as integers. The best of the eight masks is found on integers too, all eight masks and both directions
side by side in one of them.
"""

from functools import cache, lru_cache
from itertools import product
from typing import Any, Final, Literal

import msgspec

from asset_tracker.ledger.tags import ALPHABET, TAG_LENGTH

Level = Literal["L", "M", "Q", "H"]
_Modules = list[list[bool]]

QUIET_ZONE: Final = 4  # modules on each side (ISO/IEC 18004)
MAX_VERSION: Final = 10  # above, no label of ours could carry it, and the length field grows

# As the standard numbers them, and the package with it; that is loaded when the first symbol is made.
_PACKAGE_LEVEL: Final[dict[Level, int]] = {"L": 1, "M": 0, "Q": 3, "H": 2}
_PAIR_BITS: Final = 11  # two alphanumeric characters
_SINGLE_BITS: Final = 6
_ALPHANUMERIC: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
_MASKS: Final = 8


class Symbol(msgspec.Struct, frozen=True):
    """A QR symbol without its quiet zone.

    ``data`` holds the modules row by row from the top, a set bit is dark, the leftmost module is the highest
    bit, and each row is filled up to whole bytes: as PDF, PNG and ZPL take pictures of one bit.
    """

    size: int
    data: bytes

    def matrix(self) -> _Modules:
        """Rows of modules, true is dark."""
        stride = (self.size + 7) // 8
        rows = (self.data[start : start + stride] for start in range(0, len(self.data), stride))
        return [[bool(row[x // 8] >> 7 - x % 8 & 1) for x in range(self.size)] for row in rows]


def symbol_size(version: int) -> int:
    """Modules on a side."""
    return 17 + 4 * version


@cache
def smallest_version(text_length: int, level: Level, *, alphanumeric: bool = True) -> int | None:
    """The smallest version (1 to 10) that carries so many characters, or None."""
    from qrcode.base import rs_blocks
    from qrcode.util import MODE_8BIT_BYTE, MODE_ALPHA_NUM, mode_sizes_for_version

    mode = MODE_ALPHA_NUM if alphanumeric else MODE_8BIT_BYTE
    pairs, single = divmod(text_length, 2)
    bits = pairs * _PAIR_BITS + single * _SINGLE_BITS if alphanumeric else text_length * 8
    for version in range(1, MAX_VERSION + 1):
        header = 4 + mode_sizes_for_version(version)[mode]
        capacity = 8 * sum(block.data_count for block in rs_blocks(version, _PACKAGE_LEVEL[level]))
        if header + bits <= capacity:
            return version
    return None


def is_alphanumeric(text: str) -> bool:
    """Whether QR's alphanumeric mode carries all of ``text``."""
    return all(character in _ALPHANUMERIC for character in text)


def make_symbol(url: str, version: int, level: Level) -> Symbol:
    """The symbol for ``url``, which ends in a tag or in eight other characters of its alphabet, with the mask the package would choose.

    The version has to carry it (``smallest_version``).
    """
    prefix, tag = url[:-TAG_LENGTH], url[-TAG_LENGTH:]
    return _maker(prefix, version, level).make(tag)


def _package_modules(text: str, version: int, level: Level, mask: int, *, test: bool = False) -> _Modules:
    """What the package makes; ``test`` leaves the format bits light, as it does while it compares masks."""
    from qrcode import QRCode
    from qrcode.util import MODE_8BIT_BYTE, MODE_ALPHA_NUM, QRData

    mode = MODE_ALPHA_NUM if is_alphanumeric(text) else MODE_8BIT_BYTE
    code: QRCode[Any] = QRCode(version, _PACKAGE_LEVEL[level])
    code.add_data(QRData(text.encode("latin-1"), mode))
    code.makeImpl(test, mask)
    return [[bool(module) for module in row] for row in code.modules]


def _sums(columns: list[int]) -> tuple[int, ...]:
    """The exclusive-or of every subset of ``columns``, by the subset's bits."""
    sums = [0]
    for column in columns:
        sums += [column ^ known for known in sums]
    return tuple(sums)


class _Part(msgspec.Struct, frozen=True):
    """Some characters of the tag that are written as one number, and what its bits change."""

    characters: slice  # of the tag with `lead` before it
    value: dict[str, int]  # the number they are written as
    low: tuple[int, ...]  # by its six low bits
    high: tuple[int, ...]  # by the bits above


class _Maker:
    """Makes the symbols of one address prefix in one version and level."""

    def __init__(self, prefix: str, version: int, level: Level) -> None:
        self.size = symbol_size(version)
        self.stride = (self.size + 7) // 8
        # A segment is one direction of one mask: `size` lines of whole bytes. At least one bit at a line's
        # end is always empty, for a symbol has an odd number of modules; so nothing runs from line to line.
        self.segment = self.size * self.stride * 8
        self._version, self._level = version, level
        zero = prefix + ALPHABET[0] * TAG_LENGTH
        self._base = self._both_ways(_package_modules(zero, version, level, 0))
        self._learn_tag(prefix, zero)
        self._learn_masks(zero)

    def _both_ways(self, modules: _Modules) -> int:
        """Two segments: the rows (high), then the columns."""
        pad = self.stride * 8 - self.size
        value = 0
        for line in (*modules, *zip(*modules, strict=True)):
            for module in line:
                value = value << 1 | module
            value <<= pad
        return value

    def _learn_tag(self, prefix: str, zero: str) -> None:
        if is_alphanumeric(zero):  # pairs as 45·a + b in eleven bits, a last single one in six
            start = len(prefix) // 2 * 2
            self._lead = prefix[start:]
            self._parts = [self._learn_part(zero, start, at) for at in range(start, len(zero), 2)]
        else:  # each character as a byte
            start = len(prefix)
            self._lead = ""
            self._parts = [self._learn_part(zero, start, at) for at in range(start, len(zero))]

    def _learn_part(self, zero: str, start: int, at: int) -> _Part:
        if is_alphanumeric(zero):
            length = min(2, len(zero) - at)
            bits = _PAIR_BITS if length == 2 else _SINGLE_BITS
            texts = map("".join, product(_ALPHANUMERIC, repeat=length))
        else:
            length, bits = 1, 8
            texts = map(chr, range(256))
        written = {text: value for value, text in enumerate(texts)}
        read = {value: text for text, value in written.items()}
        here = written[zero[at : at + length]]
        columns = []
        for bit in range(bits):
            changed = zero[:at] + read[here ^ 1 << bit] + zero[at + length :]
            modules = _package_modules(changed, self._version, self._level, 0)
            columns.append(self._base ^ self._both_ways(modules))
        # `base` already holds the number that stands for zeros, so numbers are looked up as differences.
        return _Part(
            slice(at - start, at - start + length),
            {text: value ^ here for text, value in written.items()},
            _sums(columns[:6]),
            _sums(columns[6:]),
        )

    def _learn_masks(self, zero: str) -> None:
        version, level, segment = self._version, self._level, self.segment
        self._compare_masks = 0
        self._masks = []
        for mask in range(_MASKS):
            tried = self._both_ways(_package_modules(zero, version, level, mask, test=True)) ^ self._base
            final = self._both_ways(_package_modules(zero, version, level, mask)) ^ self._base
            self._compare_masks = self._compare_masks << 2 * segment | tried
            self._masks.append(final >> segment)

        width = self.stride * 8
        line = (1 << self.size) - 1 << width - self.size
        pairs = line & line << 1
        lines = sum(1 << width * n for n in range(self.size))
        each = sum(1 << segment * n for n in range(2 * _MASKS))
        rows = sum(1 << segment * n for n in range(1, 2 * _MASKS, 2))
        self._all = line * lines * each
        self._pairs = pairs * lines * each
        self._squares = pairs * (lines ^ 1) * rows  # not from the last row on
        # The package's words: ten for every five per cent that the dark ones depart from a half.
        total = self.size**2
        self._balance = [int(abs(dark / total * 100 - 50) / 5) * 10 for dark in range(total + 1)]

    def make(self, tag: str) -> Symbol:
        text = self._lead + tag
        value = self._base
        for part in self._parts:
            number = part.value[text[part.characters]]
            value ^= part.low[number & 63] ^ part.high[number >> 6]
        lost = self._lost_points(value)
        mask = lost.index(min(lost))
        rows = value >> self.segment ^ self._masks[mask]
        return Symbol(self.size, rows.to_bytes(self.segment // 8, "big"))

    def _lost_points(self, value: int) -> list[int]:
        """The package's ``lost_point`` of each of the eight masks.

        The next module of a line is one bit lower, so ``x << 1`` lays it over the present one.
        """
        two = 2 * self.segment
        value |= value << two
        value |= value << 2 * two
        value |= value << 4 * two
        dark = value ^ self._compare_masks
        light = dark ^ self._all

        differs = dark ^ dark << 1
        same = self._pairs ^ self._pairs & differs
        three = same & same << 1
        five = three & three << 2  # five alike begin here; in a run of n they begin n - 4 times
        run = five ^ five & five >> 1  # a run of five or more begins here

        width = self.stride * 8
        squares = self._squares & same & same << width
        squares ^= squares & (dark ^ dark << width)

        dark3 = dark & dark << 1 & dark << 2
        finder = dark & light << 1 & dark3 << 2 & light << 5 & dark << 6
        light2 = light & light << 1
        light4 = light2 & light2 << 2
        before, after = finder & light4 >> 4, finder & light4 << 7

        fives, runs, blocks, finders, afters, darks = (
            self._count(each) for each in (five, run, squares, before, after, dark)
        )
        return [
            fives[n]
            + 2 * runs[n]
            + 3 * blocks[n]
            + 40 * (finders[n] + afters[n])
            + self._balance[darks[n] // 2]
            for n in range(_MASKS)
        ]

    def _count(self, value: int) -> list[int]:
        """The set bits under each mask."""
        length = self.segment // 4
        data = value.to_bytes(length * _MASKS, "big")
        return [
            int.from_bytes(data[start : start + length], "big").bit_count()
            for start in range(0, length * _MASKS, length)
        ]


@lru_cache(maxsize=32)
def _maker(prefix: str, version: int, level: Level) -> _Maker:
    return _Maker(prefix, version, level)
