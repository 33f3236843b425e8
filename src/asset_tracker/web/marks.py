"""The small marks that every page has by the hundred: icons, badges, tags and times, put together without a macro.

A macro costs some ten times as much; what they show is the same for all who read one language.
"""

from datetime import date, datetime
from functools import lru_cache

from markupsafe import Markup

from asset_tracker.i18n import Lang, gettext
from asset_tracker.ledger.tags import format_tag
from asset_tracker.web import formats
from asset_tracker.web.words import word

_ICON = Markup('<svg class="icon{}{}" aria-hidden="true" focusable="false"><use href="{}#{}"></use></svg>')
_BADGE = Markup('<span class="badge {}">{}{}</span>')
_TIME = Markup('<time datetime="{}">{}</time>')


class Marks:
    """The marks of one language; ``sprite`` is the address of the icons."""

    def __init__(self, lang: Lang, sprite: str) -> None:
        self._lang = lang
        self._sprite = sprite
        # What they are asked for are words of our own: few, and the same on every page.
        self.icon = lru_cache(maxsize=512)(self._icon)
        self.badge = lru_cache(maxsize=1024)(self._badge)

    def _icon(self, name: str, more: str = "") -> Markup:
        """A drawing of the sprite; ``more``: further classes."""
        return _ICON.format(" " if more else "", more, self._sprite, name)

    def _badge(self, family: str, value: str | None) -> Markup:
        """What a value of a vocabulary is called, with its icon and tone; nothing for none."""
        if not value:
            return Markup()
        said = word(family, value)
        return _BADGE.format(said.tone, self.icon(said.icon), gettext(self._lang, said.text))

    def mark(self, text: str, icon_name: str, tone: str = "plain") -> Markup:
        """A badge that says anything."""
        return _BADGE.format(tone, self.icon(icon_name), text)

    def say(self, family: str, value: str) -> str:
        """What a value of a vocabulary is called."""
        return gettext(self._lang, word(family, value).text)

    def tag(self, value: str, link: bool = True) -> Markup:
        """A tag as it stands on a label, which leads to its page."""
        told = format_tag(value)
        if link:
            return Markup('<a class="tag" href="/a/{}">{}</a>').format(told, told)
        return Markup('<span class="tag">{}</span>').format(told)

    def date(self, value: date | datetime | None) -> Markup | str:
        """A day, for people and for programs."""
        return _TIME.format(formats.iso(value), formats.day(self._lang, value)) if value else formats.NO_VALUE

    def moment(self, value: datetime | None) -> Markup | str:
        """A day with its clock, for people and for programs."""
        return (
            _TIME.format(formats.iso(value), formats.moment(self._lang, value)) if value else formats.NO_VALUE
        )
