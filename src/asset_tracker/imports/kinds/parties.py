"""Parties: donors, implementers, councils, suppliers, carriers."""

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker.access.actors import Actor
from asset_tracker.access.permissions import Permission
from asset_tracker.imports import values
from asset_tracker.imports.cells import Cell
from asset_tracker.imports.kinds.places import CONTACTS, ID, NUMBERING, PLACE_FIELDS
from asset_tracker.imports.kinds.records import RecordKind, RecordShape
from asset_tracker.imports.line import Line, Municipalities
from asset_tracker.imports.places import Places
from asset_tracker.imports.records import Key, Record
from asset_tracker.imports.views import Choices, KindKey
from asset_tracker.imports.vocabulary import Field, Vocabulary, names_of
from asset_tracker.imports.words import Words
from asset_tracker.ledger.letters import in_ukrainian_order
from asset_tracker.programmes import changing, service
from asset_tracker.programmes.service import NewParty
from asset_tracker.programmes.tables import party
from asset_tracker.territory.queries import municipality_index
from asset_tracker.territory.translit import transliterate

FIELDS: tuple[Field, ...] = (
    ID,
    Field("kind", "Kind", "donor, implementer, council, supplier, carrier", names_of("вид|тип|роль|тип організації|вид сторони|тип сторони|kind|type|role|party type|organisation type|organization type")),
    Field("name", "Name", "the full name", names_of("назва|повна назва|найменування|назва організації|найменування організації|назва юридичної особи|організація|сторона|рада|назва ради|name|name uk|full name|organisation|organization|party|legal name|donor|supplier"), required=True),
    Field("name_en", "Name in English", "transliterated where it is not given", names_of("назва англійською|назва англ|name en|english name|name in english|name english")),
    Field("short_name", "Short name", "as on labels and in lists", names_of("скорочена назва|коротка назва|скорочення|абревіатура|short name|acronym|abbreviation")),
    Field("edrpou", "EDRPOU", "eight digits, the last a check digit", names_of("єдрпоу|код єдрпоу|едрпоу|код|код за єдрпоу|ідентифікаційний код|edrpou|edrpou code|registration number|usreou|company code")),
    *PLACE_FIELDS,
    Field("address", "Address", "where its papers go", names_of("адреса|юридична адреса|місцезнаходження|поштова адреса|address|legal address")),
)  # fmt: skip
KINDS = Words(
    {
        "donor": "донор|donor|донор*|донорськ*|donor*|funder*",
        "implementer": "виконавець|implementer|виконав*|імплемент*|реалізатор*|implement*|executing agency",
        "council": "рада|council|ради|виконком*|виконавчий комітет|орган місцевого самоврядування|омс|громада|council*|municipal*|balance holder",
        "supplier": "постачальник|supplier|постачальник*|продавець|supplier*|vendor*",
        "carrier": "перевізник|carrier|перевізник*|експедитор*|carrier*|transporter*",
    }
)
_EDRPOU = "eight digits, the last a check digit"
_DIGITS = str.maketrans("ОOоoІIіlЗз", "0000111133")


def read_edrpou(cell: Cell) -> values.Reading:
    """An EDRPOU code; zeros that a spreadsheet took away are put back, with a warning."""
    written = values.tidy(values.shown(cell)).replace(" ", "")
    if written.casefold() in values.NONE_WRITTEN:
        return values.NOTHING
    bare = written.translate(_DIGITS)
    padded = bare.zfill(8)
    from stdnum.ua import edrpou as edrpou_number

    fits = padded.isascii() and padded.isdigit() and len(padded) == 8 and edrpou_number.is_valid(padded)
    if fits and padded == written:
        return values.Reading(padded)
    if fits and bare == written:
        return values.Reading(padded, warning="read as %(digits)s", params={"digits": padded})
    return values.Reading(expected=_EDRPOU, suggestion=padded if fits else None)


VOCABULARY = Vocabulary(FIELDS, skipped=(*NUMBERING, *CONTACTS), readers={"edrpou": read_edrpou})


class PartyShape(RecordShape):
    """How a line finds its party: by identifier, EDRPOU, else by name and municipality."""

    vocabulary = VOCABULARY
    certain = ("id", "edrpou")
    alone = frozenset({"edrpou", "id"})
    identity = ("name", "edrpou", "id")
    compared = ("kind", "name", "name_en", "short_name", "edrpou", "municipality", "address")
    strict = ("edrpou", "municipality")

    def __init__(self, municipalities: Municipalities) -> None:
        self.places = Places(municipalities)

    def complete(self, line: Line) -> None:
        fields = line.fields
        self.places.settle(line, None, needed=False)
        if "name" not in fields:
            line.say("error", "no-name", "name", "It does not say what it is.", expected="a name")
        if "kind" in fields:
            KINDS.settle(line, "kind")
        elif named := KINDS.code(fields.get("name", "")):
            fields["kind"], fields["assumed"] = named, {"kind"}
        else:
            line.say("error", "no-kind", "kind", "It does not say what kind of party it is.", expected="one of: %(words)s", words=KINDS.shown)  # fmt: skip

    def keys(self, values_: Mapping[str, Any]) -> Iterator[Key]:
        yield from super().keys(values_)
        if values_.get("edrpou"):
            yield ("edrpou", values_["edrpou"])
        if values_.get("name"):
            name = values.fold(values_["name"])
            if values_.get("municipality"):
                yield ("name", name, values_["municipality"])
            yield ("name", name)

    def title(self, values_: Mapping[str, Any]) -> str:
        return str(values_.get("name", ""))


class PartyKind(RecordKind):
    """Parties."""

    key: ClassVar[KindKey] = "parties"
    label: ClassVar[str] = "Parties"
    hint: ClassVar[str] = "donors, implementers, councils, suppliers, carriers: name, kind, EDRPOU"
    vocabulary: ClassVar[Vocabulary] = VOCABULARY
    telling: ClassVar[tuple[frozenset[str], ...]] = (
        frozenset({"name", "edrpou"}),
        frozenset({"name", "short_name"}),
    )
    permission: ClassVar[Permission] = "programme.manage"
    reading: ClassVar[Permission] = "programme.read"
    words: ClassVar[Mapping[str, Words]] = {"kind": KINDS}

    async def shape(self, conn: AsyncConnection, actor: Actor, choices: Choices) -> PartyShape:  # noqa: ARG002  # parties are public bodies
        return PartyShape(await municipality_index(conn))

    async def recorded(self, conn: AsyncConnection, actor: Actor) -> list[Record]:  # noqa: ARG002  # parties are public bodies
        return [
            _record(row)
            for row in await conn.execute(
                select(party).order_by(in_ukrainian_order(party.c.name_uk), party.c.id)
            )
        ]

    async def create(self, conn: AsyncConnection, actor: Actor, record: Record, refs: dict[str, Any]) -> None:  # noqa: ARG002  # nothing is named by others
        told = dict(record.values)
        name = told.pop("name")
        new = NewParty(name_uk=name, name_en=told.pop("name_en", None) or transliterate(name), **told)
        await service.add_party(conn, actor, new, party_id=record.id)

    async def change(
        self,
        conn: AsyncConnection,
        actor: Actor,
        old: Record,
        new: dict[str, Any],
        refs: dict[str, Any],  # noqa: ARG002  # as above
    ) -> None:
        columns = {_COLUMNS.get(field, field): value for field, value in new.items()}
        await changing.change_party(conn, actor, old.id, columns)

    async def remove(self, conn: AsyncConnection, actor: Actor, record: Record) -> None:
        await changing.remove_party(conn, actor, record.id)


_COLUMNS = {"name": "name_uk", "municipality": "municipality_code"}


def _record(row: Any) -> Record:
    told = {
        "id": str(row.id),
        "kind": row.kind,
        "name": row.name_uk,
        "name_en": row.name_en,
        "short_name": row.short_name,
        "edrpou": row.edrpou,
        "municipality": row.municipality_code,
        "address": row.address,
    }
    return Record(row.id, row.name_uk, {field: value for field, value in told.items() if value is not None})
