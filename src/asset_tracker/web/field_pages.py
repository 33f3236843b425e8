"""The field app: one page, its files, its service worker and what a phone needs to install it.

Nothing here tells of anybody or anything: the page is the same for all, and is kept on phones.
"""

import gzip
from typing import Any

import msgspec
from litestar import Response, get
from litestar.params import FromPath

from asset_tracker.edge.who import AnyRequest, lang_of
from asset_tracker.errors import NotFoundError
from asset_tracker.i18n import gettext
from asset_tracker.web import field_files
from asset_tracker.web.field_icons import BRAND, NAMES, icon
from asset_tracker.web.pages import HTML
from asset_tracker.web.rendering import render, sprite

_FOREVER = {"Cache-Control": "public, max-age=31536000, immutable"}


@get("/field", opt={"public": True})
async def field_app(request: AnyRequest) -> Response[bytes]:
    """The page of the app. What it shows comes from the phone's own store."""
    setup = field_files.setup()
    told = msgspec.json.encode({"version": setup["version"], "files": setup["files"]}).decode()
    lang = lang_of(request)
    context = {
        "setup": told,
        "first": setup["first"],
        "address": field_files.address,
        "sprite": sprite(),
    }
    body = render(lang, "field.html", context).encode()
    return _packed(
        request, body, gzip.compress(body, 6), HTML, {"Vary": "Cookie, Accept-Language, Accept-Encoding"}
    )


@get("/field/files/{version:str}/{name:path}", opt={"public": True})
async def app_file(request: AnyRequest, version: FromPath[str], name: FromPath[str]) -> Response[bytes]:
    """A file of the app; only of the present version, so that no two mix. Raises NotFoundError."""
    file = field_files.files().get(name.lstrip("/"))
    if file is None or version != field_files.version():
        raise NotFoundError
    return _packed(request, file.data, file.packed, file.media_type, {**_FOREVER, "Vary": "Accept-Encoding"})


@get("/field/icons/{name:str}", opt={"public": True}, sync_to_thread=True)
def app_icon(name: FromPath[str]) -> Response[bytes]:
    """The mark of the installed app. Raises NotFoundError."""
    if name not in NAMES:
        raise NotFoundError
    return Response(icon(name), media_type="image/png", headers=_FOREVER)


@get("/sw.js", opt={"public": True})
async def service_worker() -> Response[bytes]:
    """The service worker; at the root, so that labels open with no network."""
    return Response(field_files.service_worker(), media_type="text/javascript")


@get("/manifest.webmanifest", opt={"public": True})
async def manifest(request: AnyRequest) -> Response[bytes]:
    """What the app is called when it is installed, and how it looks."""
    lang = lang_of(request)
    told: dict[str, Any] = {
        "id": "/field",
        "name": gettext(lang, "Asset tracker"),
        "short_name": gettext(lang, "Assets"),
        "description": gettext(lang, "Scan labels and record what was done, with or without network."),
        "lang": lang,
        "start_url": "/field",
        "scope": "/",
        "display": "standalone",
        "background_color": "#f5f5f1",
        "theme_color": BRAND,
        "icons": [
            {
                "src": f"/field/icons/{name}",
                "sizes": f"{pixels}x{pixels}",
                "type": "image/png",
                "purpose": "maskable" if maskable else "any",
            }
            for name, (pixels, maskable) in NAMES.items()
            if pixels >= 192
        ],
        "shortcuts": [
            {"name": gettext(lang, "Scan"), "url": "/field#/scan"},
            {"name": gettext(lang, "Outbox"), "url": "/field#/outbox"},
        ],
    }
    return Response(
        msgspec.json.encode(told),
        media_type="application/manifest+json",
        headers={"Vary": "Cookie, Accept-Language"},
    )


def _packed(
    request: AnyRequest, data: bytes, packed: bytes, media_type: str, headers: dict[str, str]
) -> Response[bytes]:
    if "gzip" in request.headers.get("accept-encoding", ""):
        return Response(packed, media_type=media_type, headers={**headers, "Content-Encoding": "gzip"})
    return Response(data, media_type=media_type, headers=headers)


ROUTES = (field_app, app_file, app_icon, service_worker, manifest)
