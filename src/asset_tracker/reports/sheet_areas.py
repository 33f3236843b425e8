"""The tables of a programme's ``sheet`` that go by where things are: municipalities, raions, oblasts, situations."""

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlencode

from msgspec import UNSET

from asset_tracker.documents import display
from asset_tracker.i18n import Lang, gettext
from asset_tracker.reports import words
from asset_tracker.reports.sheet_tables import linked_steps
from asset_tracker.reports.structs import Facts, MunicipalityFacts, Report
from asset_tracker.reports.structs_figures import MunicipalityLine, OblastLine, RaionLine, SituationLine

Tree = dict[str, Any]
Line = OblastLine | RaionLine | SituationLine

_STEPS = ("Planned", "Delivered", "Accepted", "In service")
# The heads of what is told of a part of the country and, with its name, of a municipality.
REACHED = ("Municipalities reached", "Residents", *_STEPS)
TOWN = ("Municipality", "Oblast", "P-code", "Residents", *_STEPS)


def municipalities(facts: Facts, lang: Lang) -> Tree | None:
    if isinstance(facts, MunicipalityFacts):
        return None
    rows = []
    for line in facts.municipalities:
        place, funnel = line.municipality, line.funnel
        value = (
            "; ".join(f"{display.money(v.value, lang)} {v.currency}" for v in line.values) or display.NOTHING
        )
        numbers = (place.population, funnel.planned, funnel.delivered, funnel.accepted, funnel.in_service)
        rows.append(
            [
                place.name.of(lang),
                place.oblast.of(lang),
                place.pcode,
                *(display.number(number, lang) for number in numbers),
                value,
            ]
        )
    links = [
        [
            *("", "", "", residents_of(line)),
            *linked_steps({"municipality": line.municipality.code})[1:-1],
            _value_of(line),
        ]
        for line in facts.municipalities
    ]
    return {
        "heads": [gettext(lang, head) for head in (*TOWN, "Value")],
        "rows": rows,
        "links": links,
        "codes": [line.municipality.code for line in facts.municipalities],
    }


def residents_of(line: MunicipalityLine) -> str:
    """Residents are counted where something was delivered, by what came there first."""
    return f"residents?municipality={line.municipality.code}" if line.funnel.delivered else ""


def _value_of(line: MunicipalityLine) -> str:
    """Where the value of a municipality leads: nowhere if it is told in several currencies."""
    if len(line.values) != 1:
        return ""
    return f"value:{line.values[0].currency}?municipality={line.municipality.code}"


def oblasts(facts: Facts, lang: Lang) -> Tree | None:
    if isinstance(facts, MunicipalityFacts):
        return None
    lines = ((line.oblast.of(lang), line, linked_oblast(line)) for line in facts.oblasts)
    return _added_up("Oblast", lines, lang)


def raions(report: Report) -> Tree | None:
    """The same by raion, of a programme."""
    lang = report.making.lang
    if isinstance(report.facts, MunicipalityFacts):
        return None
    lines = ((line.raion.of(lang), line, linked_raion(line)) for line in report.beside.by_raion)
    return _added_up("Raion", lines, lang)


def situations(facts: Facts, lang: Lang) -> Tree | None:
    """Municipalities by the list of territories of hostilities that they stood on."""
    if isinstance(facts, MunicipalityFacts) or facts.situations is UNSET:
        return None
    lines = (
        (words.word(words.SITUATION, line.situation, lang), line, linked_situation(line))
        for line in facts.situations
    )
    return _added_up("Situation", lines, lang)


def linked_oblast(line: OblastLine) -> tuple[str, ...]:
    """Where the figures of a row of ``oblasts`` lead, with what left for good."""
    return _linked({"oblast": line.oblast.uk})


def linked_raion(line: RaionLine) -> tuple[str, ...]:
    """The same for a row of ``raions``."""
    return _linked({"raion": line.raion.uk})


def linked_situation(line: SituationLine) -> tuple[str, ...]:
    """The same for a row of ``situations``."""
    return _linked({"situation": line.situation})


def _linked(part: dict[str, str]) -> tuple[str, ...]:
    here = urlencode(part)
    return ("", f"reached?{here}", f"residents?{here}", *linked_steps(part)[1:])


def _added_up(head: str, lines: Iterable[tuple[str, Line, tuple[str, ...]]], lang: Lang) -> Tree:
    """A row for each line: its name, its figures, and where these lead."""
    rows, links = [], []
    for name, line, linked in lines:
        f = line.funnel
        numbers = (line.municipalities, line.residents, f.planned, f.delivered, f.accepted, f.in_service)
        rows.append([name, *(display.number(number, lang) for number in numbers)])
        links.append(linked[:-1])
    return {"heads": [gettext(lang, each) for each in (head, *REACHED)], "rows": rows, "links": links}
