"""What every letter of news says beside its news: why it came, where to choose, and how to end them."""

from collections.abc import Sequence
from typing import Final

from asset_tracker.access.actors import Actor
from asset_tracker.i18n import gettext
from asset_tracker.mail.letters import Item, Letter
from asset_tracker.mail.stopping import stop_token
from asset_tracker.settings import Settings

MAX_LINES: Final = 40


def letter_of(
    settings: Settings,
    actor: Actor,
    to: str,
    subject: str,
    lines: Sequence[Item],
    states: Sequence[Item] = (),
    more: str = "and %(n)s more on the pages of the assets",
) -> Letter:
    """A letter in the reader's language: ``states`` first, then at most ``MAX_LINES`` of ``lines``.

    ``more`` (a msgid with ``n``) tells how many lines were left out.
    """
    lang, left = actor.lang, len(lines) - MAX_LINES
    return Letter(
        kind="news",
        to=to,
        lang=lang,
        subject=subject,
        paragraphs=(
            gettext(
                lang,
                "You asked to hear about this. You can choose what you hear about on the notifications page.",
            ),
        ),
        button=Item(gettext(lang, "Choose what to hear about"), "/me/notices"),
        items=(*states, *lines[:MAX_LINES]),
        after=(
            *([gettext(lang, more, n=left)] if left > 0 else []),
            gettext(lang, "To stop receiving these letters, open this address:"),
        ),
        unsubscribe=f"/notices/stop/{stop_token(settings.secret_key or '', 'notices', actor.id)}",
    )
