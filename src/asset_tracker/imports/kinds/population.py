"""Population figures: how many live in a municipality, on which day and by whose count."""

import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, ClassVar

from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker import kyiv
from asset_tracker.access.actors import Actor
from asset_tracker.access.permissions import Permission
from asset_tracker.i18n import Lang
from asset_tracker.imports import values
from asset_tracker.imports.cells import Cell
from asset_tracker.imports.kinds.places import NUMBERING, PLACE_FIELDS
from asset_tracker.imports.kinds.records import RecordKind, RecordShape
from asset_tracker.imports.line import Line, Municipalities
from asset_tracker.imports.places import Places
from asset_tracker.imports.records import Key, Record
from asset_tracker.imports.views import Choices, KindKey
from asset_tracker.imports.vocabulary import Field, Vocabulary, names_of
from asset_tracker.territory.population import MOST, Figure, list_figures, remove_figure, set_figure
from asset_tracker.territory.queries import get_municipalities, municipality_index

FIELDS: tuple[Field, ...] = (
    *PLACE_FIELDS,
    Field("population", "Population", "a whole number of people", names_of("населення|кількість населення|чисельність населення|чисельність|мешканців|жителів|кількість жителів|кількість мешканців|осіб|наявне населення|постійне населення|усього осіб|всього осіб|кількість осіб|усе населення|все населення|чисельність наявного населення|чисельність постійного населення|population|residents|inhabitants|people|total population"), required=True),
    Field("as_of", "As of", "the day of the count: 01.01.2025, or a year", names_of("станом на|дата|на дату|рік|дата оцінки|as of|date|year|reference date|estimate date")),
    Field("source", "Source", "who counted", names_of("джерело|джерело даних|за даними|source|data source")),
)  # fmt: skip
SKIPPED = (
    *NUMBERING,
    *names_of(
        "name uk|name en|name en cod|назва|name|type uk|pcode|pcode adm3|p-code|raion katotth|raion pcode|raion uk|raion en cod|"
        "oblast katotth|oblast pcode|oblast uk|oblast en cod|urban 2022|urban|міське населення|сільське населення|rural|"
        "centre katotth|centre uk|centre lat|centre lon|centroid lat|centroid lon|area km2|площа|тип|адміністративний центр|"
        "assets|активи|residents of the centre|активів"
    ),
)
_THOUSAND = re.compile(r"\s*(?:тис|тисяч|thousand|k)\.?(?:\s*ос(?:іб|\.)?)?\s*$", re.IGNORECASE)
_PEOPLE = re.compile(r"\s*(?:осіб|ос|чол|чоловік|people|persons)\.?\s*$", re.IGNORECASE)
_DAY = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})|(?<!\d)(19[89]\d|20\d\d)(?!\d)")


def _people(cell: Cell) -> values.Reading:
    value = values.plain(cell)
    written = values.tidy(value) if isinstance(value, str) else ""
    thousands = bool(written) and _THOUSAND.search(written) is not None
    bare: Cell = _PEOPLE.sub("", _THOUSAND.sub("", written)) if written else cell
    reading = values.number(bare)
    if reading.value is None:
        return reading
    people = reading.value * (1000 if thousands else 1)
    if people != people.to_integral_value() or not 0 <= people <= MOST:
        return values.Reading(expected="a whole number of people")
    warning = "read as %(number)s" if thousands else reading.warning
    return values.Reading(
        int(people), warning=warning, params={"number": str(int(people))} if warning else {}
    )


def _day(cell: Cell) -> values.Reading:
    """A day; a year alone is its first of January."""
    written = values.shown(cell)
    if re.fullmatch(r"(?:19[89]\d|20\d\d)(?:\s*р(?:\.|ік)?)?", written):
        return values.Reading(date(int(written[:4]), 1, 1))
    return values.date(cell)


VOCABULARY = Vocabulary(FIELDS, skipped=SKIPPED, readers={"population": _people, "as_of": _day})


class PopulationShape(RecordShape):
    """A figure is known by its municipality and day."""

    vocabulary = VOCABULARY
    identity = ("municipality", "population")
    certain = ()
    compared = ("municipality", "population", "as_of", "source")

    def __init__(self, municipalities: Municipalities, default: date | None, today: date) -> None:
        self.places, self.default, self.today = Places(municipalities), default, today

    def complete(self, line: Line) -> None:
        fields = line.fields
        self.places.settle(line, None)
        if "population" not in fields and not any(p.field == "population" for p in line.problems):
            line.say("error", "no-population", "population", "It does not say how many people live there.", expected="a whole number of people")  # fmt: skip
        day = fields.get("as_of") or _day_in_heading(line) or self.default
        if day is None:
            line.say("error", "no-day", "as_of", "It does not say of which day the figure is.", expected="a day in its own column, in the heading, or for the whole file")  # fmt: skip
        elif day > self.today:
            line.say("error", "future", "as_of", "This day is in the future.", expected="a day up to today")
        else:
            fields["as_of"] = day.isoformat()

    def keys(self, values_: Mapping[str, Any]) -> Iterator[Key]:
        if values_.get("municipality") and values_.get("as_of"):
            yield (values_["municipality"], str(values_["as_of"]))

    def title(self, values_: Mapping[str, Any]) -> str:
        index = self.places.municipalities
        found = index.find(values_["municipality"]).exact
        return found[0].name_uk if found else str(values_["municipality"])


def _day_in_heading(line: Line) -> date | None:
    """The day that a heading such as «Населення на 01.01.2022» or ``population_2022`` names."""
    column = line.columns.get("population")
    found = _DAY.search(column.heading.replace("_", " ")) if column else None
    if found is None:
        return None
    if found[4]:
        return date(int(found[4]), 1, 1)
    try:
        return date(int(found[3]), int(found[2]), int(found[1]))
    except ValueError:
        return None


class PopulationKind(RecordKind):
    """Population figures."""

    key: ClassVar[KindKey] = "population"
    label: ClassVar[str] = "Population figures"
    hint: ClassVar[str] = "how many live in each municipality, on which day, by whose count"
    vocabulary: ClassVar[Vocabulary] = VOCABULARY
    telling: ClassVar[tuple[frozenset[str], ...]] = (frozenset({"municipality", "population"}),)
    permission: ClassVar[Permission] = "territory.manage"

    def shown(self, record: Record, lang: Lang) -> dict[str, Any]:
        """As for all records, the day as one."""
        told = super().shown(record, lang)
        return told | {"as_of": date.fromisoformat(told["as_of"])}

    async def shape(self, conn: AsyncConnection, actor: Actor, choices: Choices) -> PopulationShape:  # noqa: ARG002  # the territory is everybody's
        return PopulationShape(await municipality_index(conn), choices.occurred_on, kyiv.today())

    async def recorded(self, conn: AsyncConnection, actor: Actor) -> list[Record]:  # noqa: ARG002  # the territory is everybody's
        figures = await list_figures(conn)
        names = await get_municipalities(conn, {each.municipality for each in figures})
        return [_record(each, names[each.municipality].name_uk) for each in figures]

    async def create(self, conn: AsyncConnection, actor: Actor, record: Record, refs: dict[str, Any]) -> None:  # noqa: ARG002  # nothing is named by others
        await set_figure(conn, actor, _figure(record, {}))

    async def change(
        self,
        conn: AsyncConnection,
        actor: Actor,
        old: Record,
        new: dict[str, Any],
        refs: dict[str, Any],  # noqa: ARG002  # as above
    ) -> None:
        await set_figure(conn, actor, _figure(old, new))

    async def remove(self, conn: AsyncConnection, actor: Actor, record: Record) -> None:
        await remove_figure(conn, actor, _figure(record, {}))


def _figure(record: Record, new: Mapping[str, Any]) -> Figure:
    told = record.values | dict(new)
    return Figure(
        id=record.id,
        municipality=told["municipality"],
        as_of=date.fromisoformat(told["as_of"]),
        population=told["population"],
        source=told.get("source"),
    )


def _record(each: Figure, name: str) -> Record:
    told: dict[str, Any] = {
        "municipality": each.municipality,
        "population": each.population,
        "as_of": each.as_of.isoformat(),
    }
    if each.source:
        told["source"] = each.source
    return Record(each.id, name, told)
