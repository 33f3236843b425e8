"""The field app's files, under an address that bears a hash of all of them, so that no two versions mix."""

import gzip
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from asset_tracker.i18n import LANGS
from asset_tracker.web.field_words import catalogue
from asset_tracker.web.rendering import STATIC, sprite, static, vendored

_FOLDER = Path(str(STATIC)) / "field"
_WORKER = "sw.js"
_TYPES = {".js": "text/javascript", ".css": "text/css", ".json": "application/json"}
# What the first page runs; the rest is fetched when it is asked for, or beforehand by the service worker.
_LATER = (
    "views/prepare.js",
    "views/outbox.js",
    "views/count.js",
    "views/bind.js",
    "views/work.js",
    "views/act.js",
    "views/asset.js",
    "views/done.js",
    "form.js",
    "photos.js",
    "signature.js",
    "pen.js",
    "glass.js",
    "handover.js",
    "entry.js",
    "decoder_worker.js",
    "centre.js",
)


class File(NamedTuple):
    """A file as it is sent."""

    media_type: str
    data: bytes
    packed: bytes


@cache
def files() -> dict[str, File]:
    """All files of the app by their names: scripts, styles, and its words in each language."""
    scripts = {
        path.relative_to(_FOLDER).as_posix(): path.read_text("utf-8")
        for path in sorted(_FOLDER.rglob("*.js"))
    }
    found = {name: text.encode() for name, text in scripts.items() if name != _WORKER}
    found["field.css"] = (_FOLDER / "field.css").read_bytes()
    found["style.css"] = Path(str(STATIC)).joinpath("style.css").read_bytes()
    for lang in LANGS:
        found[f"words-{lang}.json"] = msgspec.json.encode(catalogue(lang, scripts))
    return {
        name: File(_TYPES[Path(name).suffix], data, gzip.compress(data, 9, mtime=0))
        for name, data in found.items()
    }


@cache
def version() -> str:
    """A hash of everything that the app is made of."""
    digest = sha256((_FOLDER / _WORKER).read_bytes() + shell_source() + sprite().encode())
    for name, file in sorted(files().items()):
        digest.update(name.encode() + b"\0" + file.data)
    for url in (*_decoder().values(), *_FONTS):
        digest.update(url.encode())
    return digest.hexdigest()[:12]


def shell_source() -> bytes:
    """The template of the one page; it belongs to the version."""
    return (Path(str(STATIC)).parent / "templates" / "field.html").read_bytes()


def address(name: str) -> str:
    """Where a file of the present version is."""
    return f"/field/files/{version()}/{name}"


_FONTS = ("/fonts/pt-sans-regular.woff", "/fonts/pt-sans-bold.woff")


def _decoder() -> dict[str, str]:
    script, binary = vendored("zxing-wasm", "index.js"), vendored("zxing-wasm", "zxing_reader.wasm")
    return {"zxing": script, "wasm": binary} if script and binary else {}


def setup() -> dict[str, Any]:
    """What the page and the service worker must know: where everything is."""
    decoder = _decoder()
    return {
        "version": version(),
        "files": {
            **{lang: address(f"words-{lang}.json") for lang in LANGS},
            **({"worker": address("decoder_worker.js"), **decoder} if decoder else {}),
        },
        "first": [address(name) for name in files() if name.endswith(".js") and name not in _LATER],
        "core": ["/field", *(address(name) for name in files())],
        "later": [*decoder.values(), *_FONTS, static("favicon.svg"), "/field/icons/192.png"],
    }


def service_worker() -> bytes:
    """The service worker, with what it keeps written into it."""
    told = msgspec.json.encode({name: setup()[name] for name in ("version", "core", "later")}).decode()
    return f"const SETUP = {told};\n{(_FOLDER / _WORKER).read_text('utf-8')}".encode()
