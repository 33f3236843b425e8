"""Only what the packaged typeface can show may be printed: PDF/A and PDF/UA refuse a missing glyph.

A sign the typeface lacks is printed as its nearest relative, or as a lozenge; the other formats keep it.
"""

import unicodedata
from functools import cache, lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any

MISSING = "◊"
_RELATIVES = {"″": '"', "′": "'", "ʼ": "’", "\u2009": " ", "\u202f": "\u00a0", "→": "–", "✓": "+", "\t": " "}
_INVISIBLE = {"Cc", "Cf", "Cs", "Co", "Cn"}


def font_folder() -> Path:
    return Path(str(files("fontpkg_pt_sans"))) / "files"


@cache
def _covered() -> frozenset[int]:
    from fontTools.ttLib import TTFont

    with TTFont(font_folder() / "PT_Sans-Web-Regular.ttf", lazy=True) as font:
        return frozenset(font.getBestCmap())


def printable(value: Any) -> Any:
    """``value`` (any JSON tree) with every text made of signs that the typeface has."""
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, dict):
        return {key: printable(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [printable(inner) for inner in value]
    return value


@lru_cache(maxsize=4096)
def _text(text: str) -> str:
    composed = unicodedata.normalize("NFC", text)
    return composed if composed.isascii() and composed.isprintable() else "".join(map(_sign, composed))


@lru_cache(maxsize=4096)
def _sign(sign: str) -> str:
    if sign == "\n" or (ord(sign) in _covered() and unicodedata.category(sign) not in _INVISIBLE):
        return sign
    if sign in _RELATIVES:
        return _RELATIVES[sign]
    if unicodedata.category(sign) in _INVISIBLE:
        return ""
    simpler = unicodedata.normalize("NFKC", sign)
    return simpler if all(ord(part) in _covered() for part in simpler) else MISSING
