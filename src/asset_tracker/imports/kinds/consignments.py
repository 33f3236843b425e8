"""Consignments: their numbers, programmes and municipalities, before or after what is in them."""

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker.access import scope
from asset_tracker.access.actors import Actor
from asset_tracker.access.permissions import Permission
from asset_tracker.consignments.service import NewConsignment, add_consignment
from asset_tracker.consignments.tables import consignment
from asset_tracker.db.wall import as_system
from asset_tracker.errors import ConflictError
from asset_tracker.imports import values
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
from asset_tracker.ledger.tables import asset
from asset_tracker.territory.queries import municipality_index

FIELDS: tuple[Field, ...] = (
    ID,
    Field("number", "Number", "the sender's own, unique in the programme", names_of("номер|номер партії|партія|накладна|номер накладної|пакувальний лист|consignment|consignment number|number|waybill|shipment"), required=True),
    ASSETS.by_key["programme"],
    *PLACE_FIELDS,
)  # fmt: skip
SKIPPED = (
    *NUMBERING,
    *names_of(
        "стан|статус|status|stage|assets|активів|активи|кількість активів|dispatched on|dispatched|відправлено|expected on|очікується|"
        "waybill number|carrier|перевізник|municipality name|назва громади|created|створено|дата"
    ),
)
VOCABULARY = Vocabulary(FIELDS, skipped=SKIPPED)


class ConsignmentShape(RecordShape):
    """A consignment is known by its programme and number; where it goes is not changed by a list."""

    vocabulary = VOCABULARY
    identity = ("number", "id")
    alone = frozenset({"number", "id"})
    compared = ("programme", "number", "municipality")
    fixed = ("programme", "municipality")

    def __init__(
        self, municipalities: Municipalities, programmes: tuple[ProgrammeRef, ...], defaults: Defaults
    ) -> None:
        self.places, self.defaults = Places(municipalities), defaults
        self.programmes = Programmes(programmes)

    def complete(self, line: Line) -> None:
        fields = line.fields
        self.places.settle(line, self.defaults.municipality)
        if "number" not in fields:
            line.say("error", "no-number", "number", "The consignment has no number.", expected="a number")
        elif len(fields["number"]) > 60:
            line.say("error", "bad-number", "number", "This value does not fit.", expected="at most 60 characters")  # fmt: skip
        settle_programme(line, self.programmes, self.defaults)

    def keys(self, values_: Mapping[str, Any]) -> Iterator[Key]:
        yield from super().keys(values_)
        if values_.get("number") and values_.get("programme"):
            yield (values_["programme"], values.fold(values_["number"]))

    def title(self, values_: Mapping[str, Any]) -> str:
        return str(values_.get("number", ""))


class ConsignmentKind(RecordKind):
    """Consignments."""

    key: ClassVar[KindKey] = "consignments"
    label: ClassVar[str] = "Consignments"
    hint: ClassVar[str] = "numbers of packing lists with their programme and municipality"
    vocabulary: ClassVar[Vocabulary] = VOCABULARY
    # a packing list names the consignment of each thing too; only columns that things lack would tell
    telling: ClassVar[tuple[frozenset[str], ...]] = ()
    permission: ClassVar[Permission] = "consignment.manage"
    reading: ClassVar[Permission] = "import.manage"

    async def shape(self, conn: AsyncConnection, actor: Actor, choices: Choices) -> ConsignmentShape:
        programmes = await programmes_for(conn, actor)
        return ConsignmentShape(await municipality_index(conn), programmes, choices.defaults)

    async def planning(self, conn: AsyncConnection, actor: Actor, choices: Choices) -> OfProgrammePlanning:
        return OfProgrammePlanning(
            await self.shape(conn, actor, choices), await self.recorded(conn, actor), choices.defaults
        )

    async def recorded(self, conn: AsyncConnection, actor: Actor) -> list[Record]:
        codes = {each.id: each.code for each in await programmes_for(conn, actor)}
        c = consignment.c
        rows = await conn.execute(
            select(c.id, c.programme_id, c.number, c.municipality_code)
            .where(c.programme_id.in_(codes))
            .order_by(c.id)
        )
        return [
            Record(
                row.id,
                row.number,
                {
                    "id": str(row.id),
                    "programme": codes[row.programme_id],
                    "number": row.number,
                    "municipality": row.municipality_code,
                },
                {"programme": str(row.programme_id)},
            )
            for row in rows
        ]

    async def create(self, conn: AsyncConnection, actor: Actor, record: Record, refs: dict[str, Any]) -> None:
        told = record.values
        new = NewConsignment(
            programme=UUID(refs["programme"]), number=told["number"], municipality=told["municipality"]
        )
        await add_consignment(conn, actor, new, consignment_id=record.id)

    async def change(
        self, conn: AsyncConnection, actor: Actor, old: Record, new: dict[str, Any], refs: dict[str, Any]
    ) -> None:
        """Nothing of a consignment is changed by a list but how its number is spelt, which means nothing."""

    async def remove(self, conn: AsyncConnection, actor: Actor, record: Record) -> None:
        c = consignment.c
        allowed = scope.programmes(actor, "consignment.manage")
        named = await conn.scalar(select(asset.c.id).where(asset.c.consignment_id == record.id).limit(1))
        if named or (allowed is not None and record.refs["programme"] not in map(str, allowed)):
            raise ConflictError("Something on record refers to it.")
        try:
            async with conn.begin_nested(), as_system(conn):
                await conn.execute(delete(consignment).where(c.id == record.id))
        except IntegrityError as error:
            raise ConflictError("Something on record refers to it.") from error
