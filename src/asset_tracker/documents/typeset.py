"""Typst, run on our own templates: data goes in as JSON and is never read as markup.

Every document is PDF/A-2a and PDF/UA-1 at once: archivable, and readable by a screen reader.
Only the packaged PT Sans is used, never a system font; ``glyphs`` replaces the signs it lacks.
Each is set by a process of its own (``typesetter``): Typst keeps what it worked out for whoever sets a document again,
and a server that set several at once held 670 MB of that after a hundred reports, for good.
"""

import os
import subprocess
from collections.abc import Mapping
from datetime import datetime
from importlib.resources import files
from pathlib import Path
from threading import BoundedSemaphore
from typing import Any, Final

import msgspec
import structlog

from asset_tracker import children
from asset_tracker.documents import glyphs
from asset_tracker.errors import UnavailableError

_TYPESETTER: Final = "asset_tracker.documents.typesetter"
_UNDOUBTED: Final = b"/Suspects false"
_PACKAGE: Final = Path(str(files("asset_tracker")))
# Each takes a processor and 50 to 200 MB while it works: as many at a time as there are processors.
_AT_ONCE: Final = BoundedSemaphore(max(2, os.cpu_count() or 2))
_PATIENCE: Final = 60.0  # seconds, for one's turn and for the document

log = structlog.get_logger(__name__)


class TypesettingError(Exception):
    """A template of ours is at fault; says what Typst said of it."""


def typeset(template: str, data: Mapping[str, Any], *, made_at: datetime) -> bytes:
    """A PDF of ``template`` (a path below the package, such as ``reports/templates/report.typ``).

    ``data`` must be plain JSON values; the template reads it with ``json(bytes(sys.inputs.data))``.
    The same data and ``made_at`` (aware) give the same bytes. Takes its time: call it in a thread.
    Raises ``TypesettingError`` when the template is at fault, ``UnavailableError`` when too much is to be set.
    """
    told = msgspec.json.encode(glyphs.printable(data))
    where = (str(_PACKAGE), template, str(glyphs.font_folder()), str(int(made_at.timestamp())))
    if not _AT_ONCE.acquire(timeout=_PATIENCE):
        raise UnavailableError
    try:
        done = subprocess.run(  # noqa: S603 - our own interpreter, module and templates; the data come by a pipe
            children.command(_TYPESETTER, *where),
            env=children.environment(),
            input=told,
            capture_output=True,
            timeout=_PATIENCE,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise UnavailableError from error
    finally:
        _AT_ONCE.release()
    said = done.stderr.decode(errors="replace")
    if done.returncode != 0:
        raise TypesettingError(f"{template}: {said}")
    for warning in said.splitlines():
        log.warning("typesetting", template=template, warning=warning)
    # That nothing in the tags is doubtful is what is understood anyway; Poppler up to 22.12 takes the plain word
    # for an error and says so of every document. Blanks leave all places in the file as they are.
    return done.stdout.replace(_UNDOUBTED, b" " * len(_UNDOUBTED), 1)
