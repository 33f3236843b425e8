"""Programmes and parties as people name them. [pure]"""

from collections.abc import Iterable, Mapping
from difflib import get_close_matches

from asset_tracker.imports import values
from asset_tracker.imports.line import Line, ProgrammeRef


class Programmes:
    """Finds programmes by their codes and titles."""

    def __init__(self, programmes: Iterable[ProgrammeRef]) -> None:
        self.by_name = {
            values.fold(name): programme
            for programme in programmes
            for name in (programme.title, programme.code)
            if name
        }

    def settle(self, line: Line, otherwise: str | None) -> None:
        """Turn the line's ``programme`` into the programme meant; what is none is a problem of the line."""
        written = line.fields.pop("programme", None) or otherwise
        if not written:
            line.say(
                "error",
                "no-programme",
                "programme",
                "No programme is named.",
                expected="the code of a programme",
            )
            return
        programme = self.by_name.get(values.fold(written))
        if programme is None:
            near = get_close_matches(values.fold(written), self.by_name, n=1, cutoff=0.6)
            line.say(
                "error",
                "unknown-programme",
                "programme",
                "There is no programme “%(programme)s”.",
                expected="the code of a programme",
                suggestion=self.by_name[near[0]].code if near else None,
                programme=written,
            )
            return
        line.fields["programme"] = programme


class Parties:
    """Finds parties by their names, short names and EDRPOU codes. ``shown``: party to what it is called in lists."""

    def __init__(self, names: Mapping[str, Iterable[str]], shown: Mapping[str, str]) -> None:
        self.shown = dict(shown)
        self._by_name: dict[str, set[str]] = {}
        for party, called in names.items():
            for name in called:
                self._by_name.setdefault(values.fold(name), set()).add(party)

    def find(self, name: str) -> tuple[str | None, str | None]:
        """The party's id; or None, and what might be meant."""
        found = self._by_name.get(values.fold(name), set())
        if len(found) == 1:
            return next(iter(found)), None
        if found:
            return None, "; ".join(sorted(self.shown[each] for each in found))
        near = get_close_matches(values.fold(name), self._by_name, n=1, cutoff=0.6)
        return None, self.shown[next(iter(self._by_name[near[0]]))] if near else None
