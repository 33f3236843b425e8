"""What municipalities ask for: applications, digital readiness, what was approved and what is planned."""

import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker.access.actors import Actor
from asset_tracker.access.permissions import Permission
from asset_tracker.imports import values
from asset_tracker.imports.categories import CATEGORY_NAMES, category_of
from asset_tracker.imports.cells import Cell
from asset_tracker.imports.fields import ASSETS
from asset_tracker.imports.kinds.places import ID, NUMBERING, PLACE_FIELDS
from asset_tracker.imports.kinds.programme_records import OfProgrammePlanning, settle_programme
from asset_tracker.imports.kinds.records import RecordKind, RecordShape
from asset_tracker.imports.line import Defaults, Line, Municipalities, ProgrammeRef
from asset_tracker.imports.naming import Programmes
from asset_tracker.imports.places import Places
from asset_tracker.imports.recorded import programmes_for
from asset_tracker.imports.records import Key, Record
from asset_tracker.imports.views import Choices, KindKey
from asset_tracker.imports.vocabulary import Field, Vocabulary, names_of
from asset_tracker.imports.words import Words
from asset_tracker.programmes.needs import NewNeed, Standing, add_need, change_need, end_need, standing
from asset_tracker.territory.queries import municipality_index

FIELDS: tuple[Field, ...] = (
    ID,
    ASSETS.by_key["programme"],
    *PLACE_FIELDS,
    Field("category", "What it asks for", "a kind of thing: laptop, UPS, vehicle …", names_of("що потрібно|потреба|потреби|обладнання|категорія|вид обладнання|найменування обладнання|need|needs|equipment|category|item"), required=True),
    Field("asked", "How many it asks for", "a whole number", names_of("потрібно|скільки потрібно|запитано|кількість у заявці|просить|заявлено|потреба, шт|кількість за заявкою|потрібна кількість|asked|requested|quantity requested|how many|needed"), required=True),
    Field("applied_on", "Applied on", "the day of the application", names_of("дата заявки|заявка від|дата заявлення|дата звернення|дата подання|заявка|applied on|application date|applied|request date")),
    Field("readiness", "Digital readiness", "a whole number from 0 to 100", names_of("цифрова готовність|готовність|цифрова зрілість|індекс цифрової готовності|digital readiness|readiness|maturity|digital maturity")),
    Field("approved", "How many were approved", "a whole number", names_of("погоджено|схвалено|затверджено|кількість погоджено|погоджена кількість|approved|approved quantity|granted")),
    Field("approved_on", "Approved on", "the day of the decision", names_of("дата погодження|погоджено від|дата схвалення|дата затвердження|дата рішення|approved on|approval date|decision date")),
    Field("planned_on", "Delivery planned on", "a day", names_of("план доставлення|заплановано на|дата постачання|планова дата|план|дата доставки за планом|planned on|delivery planned on|planned delivery|plan")),
    Field("note", "Note", "what else was said", names_of("примітка|примітки|коментар|обґрунтування|підстава|note|notes|comment|justification")),
)  # fmt: skip
SKIPPED = (
    *NUMBERING,
    *names_of("доставлено|ще прийде|залишилося|стан|статус|delivered|left|status|назва громади"),
)


_UNIT = re.compile(r"\s*(?:%|(?:шт|штук|од|одиниць|pcs|pc|units?)\.?)\s*$", re.IGNORECASE)


def _whole(low: int, high: int, expected: str) -> Any:
    def read(cell: Cell) -> values.Reading:
        value = values.plain(cell)
        bare: Cell = _UNIT.sub("", value) if isinstance(value, str) else cell
        reading = values.number(bare)
        if reading.value is None:
            return reading
        if reading.value != reading.value.to_integral_value() or not low <= reading.value <= high:
            return values.Reading(expected=expected)
        return values.Reading(int(reading.value), warning=reading.warning, params=reading.params)

    return read


VOCABULARY = Vocabulary(
    FIELDS,
    skipped=SKIPPED,
    readers={
        "asked": _whole(1, 1_000_000, "a whole number, 1 or more"),
        "approved": _whole(0, 1_000_000, "a whole number"),
        "readiness": _whole(0, 100, "a whole number from 0 to 100"),
    },
    days=("applied_on", "approved_on", "planned_on"),
)
# How our own lists say it; what people write is understood as in lists of things (``category_of``).
CATEGORY_WORDS = Words({code: f"{uk}|{en}" for code, (uk, en) in CATEGORY_NAMES.items()})
_DAYS = ("applied_on", "approved_on", "planned_on")
_NUMBERS = ("asked", "readiness", "approved")


class NeedShape(RecordShape):
    """A need is known by its programme, municipality, category and the day of the application."""

    vocabulary = VOCABULARY
    identity = ("municipality", "category", "id")
    compared = (
        "programme", "municipality", "category", "asked", "applied_on", "readiness", "approved", "approved_on",
        "planned_on", "note",
    )  # fmt: skip
    fixed = ("programme", "municipality", "category")

    def __init__(
        self,
        municipalities: Municipalities,
        programmes: tuple[ProgrammeRef, ...],
        defaults: Defaults,
        day: date | None,
    ) -> None:
        self.places, self.defaults, self.day = Places(municipalities), defaults, day
        self.programmes = Programmes(programmes)

    def complete(self, line: Line) -> None:
        fields = line.fields
        self.places.settle(line, self.defaults.municipality)
        settle_programme(line, self.programmes, self.defaults)
        _category(line)
        if "asked" not in fields and not any(p.field == "asked" for p in line.problems):
            line.say("error", "no-asked", "asked", "It does not say how many are asked for.", expected="a whole number, 1 or more")  # fmt: skip
        if "applied_on" not in fields and self.day:
            fields["applied_on"] = self.day
        if "applied_on" not in fields and not any(p.field == "applied_on" for p in line.problems):
            line.say("error", "no-day", "applied_on", "It does not say when it was asked for.", expected="a day in its own column, or for the whole file")  # fmt: skip
        self._approval(line)
        for field in _DAYS:
            if field in fields:
                fields[field] = fields[field].isoformat()

    def _approval(self, line: Line) -> None:
        fields = line.fields
        if ("approved" in fields) != ("approved_on" in fields):
            line.say("error", "approval", "approved_on", "Say both how many were approved, and when.", expected="both, or neither")  # fmt: skip
        applied, approved = fields.get("applied_on"), fields.get("approved_on")
        if applied and approved and approved < applied:
            line.say("error", "days", "approved_on", "Nothing can be approved before it was asked for.", expected="a later day")  # fmt: skip

    def keys(self, values_: Mapping[str, Any]) -> Iterator[Key]:
        yield from super().keys(values_)
        known = [values_.get(field) for field in ("programme", "municipality", "category", "applied_on")]
        if all(known):
            yield tuple(map(str, known))

    def title(self, values_: Mapping[str, Any]) -> str:
        found = self.places.municipalities.find(values_.get("municipality", "")).exact
        place = found[0].name_uk if found else str(values_.get("municipality", ""))
        names = CATEGORY_NAMES.get(values_.get("category", "other"))
        return f"{place} · {names[0] if names else ''}"


def _category(line: Line) -> None:
    written = line.fields.get("category")
    if written is None:
        line.say("error", "no-category", "category", "It does not say what is asked for.", expected="a kind of thing")  # fmt: skip
        return
    if (found := category_of(str(written))) is None:
        del line.fields["category"]
        line.say(
            "error",
            "unknown-category",
            "category",
            "There is no category “%(category)s”.",
            expected="one of: %(words)s",
            category=written,
            words=CATEGORY_WORDS.shown,
        )
    else:
        line.fields["category"] = found


class NeedKind(RecordKind):
    """Needs of municipalities."""

    key: ClassVar[KindKey] = "needs"
    label: ClassVar[str] = "Needs of municipalities"
    hint: ClassVar[str] = "what each asked for, how ready it is, what was approved and planned"
    vocabulary: ClassVar[Vocabulary] = VOCABULARY
    telling: ClassVar[tuple[frozenset[str], ...]] = (frozenset({"category", "asked"}),)
    permission: ClassVar[Permission] = "programme.manage"
    reading: ClassVar[Permission] = "import.manage"
    words: ClassVar[Mapping[str, Words]] = {"category": CATEGORY_WORDS}

    async def shape(self, conn: AsyncConnection, actor: Actor, choices: Choices) -> NeedShape:
        programmes = await programmes_for(conn, actor)
        return NeedShape(await municipality_index(conn), programmes, choices.defaults, choices.occurred_on)

    async def planning(self, conn: AsyncConnection, actor: Actor, choices: Choices) -> OfProgrammePlanning:
        return OfProgrammePlanning(
            await self.shape(conn, actor, choices), await self.recorded(conn, actor), choices.defaults
        )

    async def recorded(self, conn: AsyncConnection, actor: Actor) -> list[Record]:
        codes = {each.id: each.code for each in await programmes_for(conn, actor)}
        return [_record(each, codes[each.programme]) for each in await standing(conn, actor, list(codes))]

    async def create(self, conn: AsyncConnection, actor: Actor, record: Record, refs: dict[str, Any]) -> None:
        new = _need(record.values, UUID(refs["programme"]))
        await add_need(conn, actor, record.values["municipality"], new, need_id=record.id)

    async def change(
        self,
        conn: AsyncConnection,
        actor: Actor,
        old: Record,
        new: dict[str, Any],
        refs: dict[str, Any],  # noqa: ARG002  # whose need it is stays
    ) -> None:
        told = {key: value for key, value in (old.values | new).items() if value is not None}
        await change_need(conn, actor, old.id, _need(told, UUID(old.refs["programme"])))

    async def remove(self, conn: AsyncConnection, actor: Actor, record: Record) -> None:
        await end_need(conn, actor, record.id)


def _need(told: Mapping[str, Any], programme: UUID) -> NewNeed:
    days: dict[str, Any] = {key: date.fromisoformat(told[key]) for key in _DAYS if told.get(key)}
    numbers: dict[str, Any] = {key: told[key] for key in _NUMBERS if told.get(key) is not None}
    return NewNeed(programme=programme, category=told["category"], note=told.get("note"), **days, **numbers)


def _record(each: Standing, code: str) -> Record:
    told: dict[str, Any] = {
        "id": str(each.id),
        "programme": code,
        "municipality": each.municipality,
        "category": each.category,
        "asked": each.asked,
        "applied_on": each.applied_on.isoformat(),
        "readiness": each.readiness,
        "approved": each.approved,
        "approved_on": each.approved_on.isoformat() if each.approved_on else None,
        "planned_on": each.planned_on.isoformat() if each.planned_on else None,
        "note": each.note,
    }
    title = f"{each.municipality} · {each.category}"
    kept = {key: value for key, value in told.items() if value is not None}
    return Record(each.id, title, kept, {"programme": str(each.programme)})
