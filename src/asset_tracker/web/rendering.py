"""The Jinja environment: one per language, so that macros translate without being handed a context.

Templates are trusted and escape everything; an undefined name is an error, never a blank.
No logic of the business stands here.
"""

import re
from collections.abc import Iterable
from datetime import UTC, datetime
from functools import cache, partial
from hashlib import sha256
from importlib.resources import files
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from jinja2 import Environment, PackageLoader, StrictUndefined
from jinja2_fragments import render_block
from markupsafe import Markup

from asset_tracker import kyiv
from asset_tracker.i18n import Lang, gettext, ngettext
from asset_tracker.ledger.tags import format_tag
from asset_tracker.programmes.policies import source_in
from asset_tracker.web import formats, spoken
from asset_tracker.web.glossary import TERMS
from asset_tracker.web.marks import Marks
from asset_tracker.web.words import word

STATIC = files("asset_tracker.web") / "static"


@cache
def static_version(name: str) -> str:
    """A short hash of a static file, so that it can be cached for ever and still be replaced."""
    source = STATIC.joinpath(name)
    return sha256(source.read_bytes()).hexdigest()[:12] if source.is_file() else "0"


def static(name: str) -> str:
    """The address of a static file, versioned by its content."""
    return f"/static/{name}?v={static_version(name)}"


@cache
def vendored(package: str, file: str) -> str | None:
    """The address of a library's file that the build copied into ``static/vendor/PACKAGE``; None without."""
    folder = Path(str(STATIC)) / "vendor" / package
    found = next(iter(sorted(folder.rglob(file))), None)
    return static(found.relative_to(Path(str(STATIC))).as_posix()) if found else None


@cache
def sprite() -> Markup:
    """All marks as one drawing, to stand in a page that must not ask for them."""
    return Markup(STATIC.joinpath("icons.svg").read_text("utf-8"))  # noqa: S704 - a file of our own


@cache
def environment(lang: Lang) -> Environment:
    """The environment for one language."""
    made = Environment(
        loader=PackageLoader("asset_tracker.web"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals.update(
        lang=lang,
        _=partial(gettext, lang),
        ngettext=partial(ngettext, lang),
        word=word,
        marks=Marks(lang, static("icons.svg")),
        static=static,
        vendored=vendored,
        now=partial(datetime.now, UTC),
        today=kyiv.today,
        pick=partial(_pick, lang),
        town=partial(formats.municipality, lang),
        translated=partial(_translated, lang),
        explained=TERMS.__getitem__,
    )
    made.filters.update(
        date=partial(formats.day, lang),
        datetime=partial(formats.moment, lang),
        ago=partial(formats.ago, lang),
        iso=formats.iso,
        local_input=formats.local_input,
        money=partial(formats.money, lang),
        number=partial(formats.number, lang),
        percent=partial(formats.percent, lang),
        named=partial(formats.named, lang),
        tag=format_tag,
        iri=_iri,
        said_by=partial(source_in, lang),
    )
    return made


def _iri(address: str) -> str:
    """An address as browsers show it: letters of any alphabet as they are, a third as long as in per cents."""
    return re.sub(r"(?:%[89A-F][0-9A-F])+", lambda found: unquote(found[0]), address)


def _pick(lang: Lang, uk: str | None, en: str | None) -> str:
    """Of two names of one thing the one in the language of the page."""
    return ((en or uk) if lang == "en" else uk) or ""


def _translated(lang: Lang, options: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Options of a choice, their texts translated."""
    return [(key, gettext(lang, text)) for key, text in options]


def render(lang: Lang, template: str, context: dict[str, Any], block: str | None = None) -> str:
    """A page, or only one ``block`` of it for a request that will put it into a page."""
    if block is not None:
        html = str(render_block(environment(lang), template, block, context))
    else:
        html = environment(lang).get_template(template).render(context)
    return spoken.marked(html) if lang == "en" else html
