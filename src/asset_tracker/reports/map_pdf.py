"""The map and the pictures on paper, with the tables that say the same."""

from collections.abc import Sequence
from datetime import datetime

from asset_tracker.documents import display
from asset_tracker.documents.typeset import typeset
from asset_tracker.i18n import Lang, gettext
from asset_tracker.pictures.drawing import Picture

TEMPLATE = "reports/templates/pictures.typ"


def pictures_pdf(title: str, pictures: Sequence[Picture], lang: Lang, made_at: datetime) -> bytes:
    """A PDF of the drawings that a page shows, the first of them wide. Takes CPU: call it in a thread."""
    shown = [
        {
            "title": each.title,
            "summary": each.summary,
            "svg": each.svg,
            "head": list(each.head),
            "rows": [list(row) for row in each.rows],
        }
        for each in pictures
    ]
    made = gettext(lang, "As of %(when)s", when=display.instant(made_at, lang))
    data = {"title": title, "made": made, "lang": lang, "pictures": shown}
    return typeset(TEMPLATE, data, made_at=made_at)
