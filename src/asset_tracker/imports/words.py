"""Words of a list, in Ukrainian and English, turned into the words that are recorded. [pure]"""

import re
from collections.abc import Mapping

from asset_tracker.i18n import Lang
from asset_tracker.imports.line import Line
from asset_tracker.imports.values import fold


class Words:
    """A closed set of words.

    ``spoken``: code to what people say, parted by upright strokes, ``*`` going on within a word; the first two are
    how our own lists say it, in Ukrainian and English.
    """

    def __init__(self, spoken: Mapping[str, str]) -> None:
        self.codes = tuple(spoken)
        self.names: dict[str, tuple[str, str]] = {}
        self._patterns = []
        for code, words in spoken.items():
            uk, en, *_ = words.split("|")
            self.names[code] = (uk, en)
            self._patterns.append((code, _pattern(f"{code}|{words}")))

    @property
    def shown(self) -> list[dict[str, str]]:
        """All words, for telling what is expected."""
        return [{"uk": uk, "en": en} for uk, en in self.names.values()]

    def name(self, code: str, lang: Lang) -> str:
        """How our own lists say it."""
        return self.names[code][0 if lang == "uk" else 1]

    def code(self, text: str) -> str | None:
        """The code whose word stands first in the text; of two that begin there, the longer one."""
        folded = fold(text).replace("_", " ")
        found = [
            (match.start(), -len(match.group()), order, code)
            for order, (code, pattern) in enumerate(self._patterns)
            if (match := pattern.search(folded))
        ]
        return min(found)[3] if found else None

    def settle(self, line: Line, field: str) -> None:
        """Turn the line's word into its code; what is none is a problem that names what is expected."""
        written = line.fields.get(field)
        if written is None:
            return
        code = self.code(str(written))
        if code is None:
            del line.fields[field]
            line.say(
                "error",
                f"unknown-{field.replace('_', '-')}",
                field,
                "“%(word)s” is not known here.",
                expected="one of: %(words)s",
                word=written,
                words=self.shown,
            )
        else:
            line.fields[field] = code


def _pattern(words: str) -> re.Pattern[str]:
    each = (
        re.escape(fold(word).replace("_", " ")).replace(r"\*", r"[^\W_]*").replace(r"\ ", r"[\s\-]+")
        for word in words.split("|")
    )
    return re.compile(r"(?<![^\W_])(?:" + "|".join(each) + r")(?![^\W_])")
