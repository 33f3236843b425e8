"""Typst, run on our own templates: data goes in as JSON and is never read as markup.

Every document is PDF/A-2a and PDF/UA-1 at once: archivable, and readable by a screen reader.
Only the packaged PT Sans is used, never a system font; ``glyphs`` replaces the signs it lacks.
"""

from collections.abc import Mapping
from datetime import datetime
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import structlog

from asset_tracker.documents.glyphs import font_folder, printable

# The typesetter is loaded with the first document: most processes make none.
if TYPE_CHECKING:
    import typst

_UNDOUBTED = b"/Suspects false"
_PACKAGE = Path(str(files("asset_tracker")))
# Typst drops what it worked out when so many documents were set without its being asked for.
_REMEMBERED = 10

log = structlog.get_logger(__name__)


@cache
def _fonts() -> "typst.Fonts":
    import typst

    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[font_folder()])


def typeset(template: str, data: Mapping[str, Any], *, made_at: datetime) -> bytes:
    """A PDF of ``template`` (a path below the package, such as ``reports/templates/report.typ``).

    ``data`` must be plain JSON values; the template reads it with ``json(bytes(sys.inputs.data))``.
    The same data and ``made_at`` (aware) give the same bytes. Takes CPU: call it in a thread.
    Raises ``typst.TypstError`` when the template is at fault.
    """
    import typst

    try:
        pdf, warnings = typst.compile_with_warnings(
            _PACKAGE / template,
            root=_PACKAGE,
            font_paths=_fonts(),
            ignore_system_fonts=True,
            sys_inputs={"data": msgspec.json.encode(printable(data)).decode()},
            format="pdf",
            pdf_standards=["a-2a", "ua-1"],
            timestamp=int(made_at.timestamp()),
        )
    finally:
        _forget()
    for warning in warnings:
        log.warning("typesetting", template=template, warning=warning.message)
    if not isinstance(pdf, bytes):
        raise TypeError(template)  # pragma: no cover - the PDF format always gives one bytes object
    # That nothing in the tags is doubtful is what is understood anyway; Poppler up to 22.12 takes the plain word
    # for an error and says so of every document. Blanks leave all places in the file as they are.
    return pdf.replace(_UNDOUBTED, b" " * len(_UNDOUBTED), 1)


def _forget() -> None:
    """Give back the memory of what Typst worked out for the document before: 15 MB of a report of seven pages.

    It is kept for whoever edits a document and sets it again and again, until ten others were set; all of ours
    differ, so that a server held ten large reports for ever. Empty documents, half a millisecond each, make it old.
    """
    import typst

    for _ in range(_REMEMBERED + 1):
        typst.compile(b"", font_paths=_fonts(), ignore_system_fonts=True, format="svg")
