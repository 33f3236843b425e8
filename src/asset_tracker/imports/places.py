"""Which municipality a line means. [pure]"""

import re

from asset_tracker.imports.line import Line, Municipalities
from asset_tracker.territory.search import Match

_CODE = re.compile(r"UA\d{17}")
_GUESSES, _KEPT = 200, 20_000
_EXPECTED = "a KATOTTH code, or the name of a municipality with its oblast"


class Places:
    """Finds municipalities by what people write, and remembers what it found."""

    def __init__(self, municipalities: Municipalities) -> None:
        self.municipalities = municipalities
        self._guesses = 0
        self._matches: dict[tuple[str, str | None, str | None], Match] = {}

    def find(self, written: str, oblast: str | None, raion: str | None) -> Match:
        """The municipalities that the words may mean."""
        key = (written, oblast, raion)
        if key not in self._matches:
            # a column taken for the wrong field would have thousands of names that are near to nothing
            guess = self._guesses < _GUESSES
            match = self.municipalities.find(written, oblast=oblast, raion=raion, guess=guess)
            self._guesses += not match.exact
            if len(self._matches) > _KEPT:
                self._matches.clear()
            self._matches[key] = match
        return self._matches[key]

    def settle(self, line: Line, otherwise: str | None, *, needed: bool = True) -> None:
        """Turn what the line says of its municipality into ``municipality`` (its code) and ``municipality_name``.

        ``otherwise`` is the municipality of a line that names none. What cannot be found is a problem of the line.
        """
        fields = line.fields
        written = fields.pop("municipality", None)
        oblast, raion = fields.pop("oblast", None), fields.pop("raion", None)
        if not written and otherwise:
            written, oblast, raion = otherwise, None, None
        if not written:
            if needed and not any(problem.field == "municipality" for problem in line.problems):
                line.say(
                    "error",
                    "no-municipality",
                    "municipality",
                    "No municipality is named.",
                    expected=_EXPECTED,
                )
            return
        # a suggestion that was pasted whole names the code beside the name
        code = _CODE.search(written)
        match = self.find(code.group() if code else written, oblast, raion)
        if len(match.exact) == 1:
            fields["municipality"] = match.exact[0].code
            fields["municipality_name"] = match.exact[0].name_uk
            return
        several = bool(match.exact)
        near = match.exact or match.near
        line.say(
            "error",
            "ambiguous-municipality" if several else "unknown-municipality",
            "municipality",
            "More than one municipality is called “%(name)s”."
            if several
            else "There is no municipality “%(name)s”.",
            expected=_EXPECTED,
            suggestion="; ".join(
                ", ".join(filter(None, (each.name_uk, each.raion_uk, each.oblast_uk, each.code)))
                for each in near[: 30 if several else 4]
            )
            or None,
            name=", ".join(filter(None, (written, raion, oblast))),
        )
