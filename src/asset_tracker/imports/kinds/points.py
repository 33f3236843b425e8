"""Service points: centres, remote workplaces and the like, with where they are and whether they work."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, ClassVar
from uuid import UUID

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
from asset_tracker.imports.vocabulary import Field, Reader, Vocabulary, names_of
from asset_tracker.imports.words import Words
from asset_tracker.territory import changes, service
from asset_tracker.territory.points import NewServicePoint, PointChange
from asset_tracker.territory.queries import municipality_index
from asset_tracker.territory.tables import service_point

FIELDS: tuple[Field, ...] = (
    ID,
    *PLACE_FIELDS,
    Field("name", "Name", "as the centre is called", names_of("назва|найменування|назва цнап|назва точки|назва центру|найменування цнап|назва українською|точка надання послуг|цнап|name|name uk|centre|center|service point|asc|asc name|title"), required=True),
    Field("name_en", "Name in English", "transliterated where it is not given", names_of("назва англійською|назва англ|name en|english name|name in english|name english")),
    Field("kind", "Kind", "centre, territorial unit, remote workplace, mobile office, starosta, warehouse", names_of("вид|тип|тип точки|вид точки|категорія|тип цнап|kind|kind guess|type|category|point type")),
    Field("address", "Address", "street and settlement", names_of("адреса|адреса цнап|місцезнаходження|фактична адреса|місце розташування|address|address uk|street address|location")),
    Field("status", "Status", "working, relocated, suspended, destroyed", names_of("стан|статус|стан роботи|чи працює|state|status|working status")),
    Field("lat", "Latitude", "degrees, such as 50.2598", names_of("широта|lat|latitude|y")),
    Field("lon", "Longitude", "degrees, such as 28.6692", names_of("довгота|lon|lng|long|longitude|x")),
    Field("coordinates", "Coordinates", "latitude and longitude in one cell: 50.2598, 28.6692", names_of("координати|gps|геокоординати|гео|coordinates|coords|geo|geolocation|lat lon|point")),
)  # fmt: skip
SKIPPED = (
    *NUMBERING,
    *CONTACTS,
    *names_of(
        "register code|код реєстру|реєстровий номер|staff|кількість працівників|працівників|персонал|front area m2|площа|"
        "графік роботи|schedule"
    ),
)
KINDS = Words(
    {
        "remote_workplace": "віддалене робоче місце|remote workplace|врм|віддален* робоч*|віддалене|remote work*|remote",
        "territorial_unit": "територіальний підрозділ|territorial unit|територіальн* підрозділ*|терпідрозділ*|підрозділ*|філі*|territorial unit*|branch*|unit",
        "mobile_office": "мобільний офіс|mobile office|мобільн*|пересувн*|виїзн*|mobile*",
        "starosta": "старостинський округ|starosta office|старост*|старостат*|starosta*",
        "warehouse": "склад|warehouse|склад*|warehouse*|storage",
        "asc": "ЦНАП|service centre|центр* надання|центр|дія центр|asc|main or other|main*|centre|center|головн*|основн*|administrative service*",
    }
)
STATUSES = Words(
    {
        "relocated": "переміщено|relocated|переміщен*|релокован*|переїха*|relocated|moved",
        "suspended": "призупинено|suspended|призупинен*|зупинен*|не працює|недіюч*|тимчасово*|закрит*|припинен*|suspended|closed|inactive|not working",
        "destroyed": "зруйновано|destroyed|зруйнован*|знищен*|destroyed|ruined",
        "working": "працює|working|діюч*|діє|працю*|відкрит*|активн*|working|active|open|operational|ok",
    }
)
_UKRAINE = ((44.0, 53.0), (22.0, 41.0))
_CHANGE = {
    "relocated": "relocated",
    "suspended": "suspended",
    "destroyed": "destroyed",
    "working": "reopened",
}


_DEGREE = re.compile(r"([+-]?\d{1,3}(?:[.,]\d+)?)\s*°?\s*([NSEWСШЗПnsewсшзп]\w*\.?)?")
_DEGREES = "degrees with a decimal point, such as 50.2598"


def _degree(text: str) -> float | None:
    """Degrees with a point or a comma; a point is never one between thousands here."""
    found = _DEGREE.fullmatch(text.strip())
    return round(float(found[1].replace(",", ".")), 6) if found else None


def _degrees(limit: float) -> Reader:
    def read(cell: Cell) -> values.Reading:
        value = values.plain(cell)
        if value is None or (isinstance(value, str) and values.tidy(value).casefold() in values.NONE_WRITTEN):
            return values.NOTHING
        degrees = _degree(values.tidy(str(value)))
        if degrees is None or abs(degrees) > limit:
            return values.Reading(expected=_DEGREES)
        return values.Reading(degrees)

    return read


def _both(cell: Cell) -> values.Reading:
    written = values.tidy(str(values.plain(cell) or ""))
    parts = [part for part in re.split(r"[;\s]+|,\s+", written) if part.strip(",")]
    if len(parts) == 1:
        parts = written.split(",")
    read = [_degree(part.strip(",")) for part in parts]
    if len(read) != 2 or any(each is None or abs(each) > 180 for each in read):
        return values.Reading(expected="latitude and longitude, such as 50.2598, 28.6692")
    return values.Reading(tuple(read))


VOCABULARY = Vocabulary(
    FIELDS,
    skipped=SKIPPED,
    readers={"lat": _degrees(90), "lon": _degrees(180), "coordinates": _both, "address": lambda cell: values.text(cell, 500), "name": lambda cell: values.text(cell, 300)},
)  # fmt: skip


class PointShape(RecordShape):
    """How a line finds its service point: by identifier, else by municipality, name and address."""

    vocabulary = VOCABULARY
    identity = ("name", "id")
    compared = ("municipality", "name", "name_en", "kind", "address", "status", "lat", "lon")
    strict = ("municipality", "address")
    loose = True

    def __init__(self, municipalities: Municipalities, default: str | None) -> None:
        self.places, self.default = Places(municipalities), default

    def complete(self, line: Line) -> None:
        fields = line.fields
        self.places.settle(line, self.default)
        if "name" not in fields:
            line.say("error", "no-name", "name", "It does not say what it is.", expected="a name")
        self._kind(line)
        STATUSES.settle(line, "status")
        if pair := fields.pop("coordinates", None):
            fields["lat"], fields["lon"] = pair
        _check_position(line)

    def _kind(self, line: Line) -> None:
        fields = line.fields
        written, name = fields.pop("kind", None), fields.get("name")
        told = KINDS.code(written) if written else None
        named = KINDS.code(name) if name else None
        if told or named:
            fields["kind"] = told or named
            if told is None:
                fields["assumed"] = {"kind"}
            if written and told is None:
                line.say(
                    "warning",
                    "unknown-kind",
                    "kind",
                    "“%(word)s” is not known here; taken as %(taken)s by the name.",
                    expected="one of: %(words)s",
                    word=written,
                    taken=dict(zip(("uk", "en"), KINDS.names[str(named)], strict=True)),
                    words=KINDS.shown,
                )
        elif name or written:
            line.say(
                "error",
                "unknown-kind",
                "kind",
                "It does not say what kind of service point it is.",
                expected="one of: %(words)s",
                words=KINDS.shown,
            )

    def keys(self, values_: Mapping[str, Any]) -> Iterator[Key]:
        yield from super().keys(values_)
        if values_.get("name") and values_.get("municipality"):
            place = (values_["municipality"], values.fold(values_["name"]))
            if values_.get("address"):
                yield (*place, values.fold(values_["address"]))
            yield place

    def title(self, values_: Mapping[str, Any]) -> str:
        return str(values_.get("name", ""))


def _check_position(line: Line) -> None:
    fields = line.fields
    lat, lon = fields.get("lat"), fields.get("lon")
    if (lat is None) != (lon is None):
        line.say("error", "half-position", "lat" if lat is None else "lon", "Only one of latitude and longitude is given.", expected="both, or neither")  # fmt: skip
        return
    if lat is None or lon is None:
        return
    (south, north), (west, east) = _UKRAINE
    if south <= lat <= north and west <= lon <= east:
        return
    if south <= lon <= north and west <= lat <= east:
        line.say(
            "error",
            "swapped-position",
            "lat" if "lat" in line.columns else "coordinates",
            "Latitude and longitude seem to be swapped.",
            expected="latitude first",
            suggestion=f"{lon}, {lat}" if "coordinates" in line.columns else str(lon),
        )
    else:
        line.say("warning", "far-position", "lat", "This position is not in Ukraine.")


class PointKind(RecordKind):
    """Service points."""

    key: ClassVar[KindKey] = "service_points"
    label: ClassVar[str] = "Service points"
    hint: ClassVar[str] = (
        "centres, remote workplaces, mobile offices: municipality, name, kind, address, status"
    )
    vocabulary: ClassVar[Vocabulary] = VOCABULARY
    telling: ClassVar[tuple[frozenset[str], ...]] = (
        frozenset({"municipality", "name", "address"}),
        frozenset({"municipality", "name", "status"}),
        frozenset({"municipality", "name", "lat"}),
    )
    permission: ClassVar[Permission] = "service_point.manage"
    # where centres work in war is told to those who work with them
    reading: ClassVar[Permission] = "consignment.read"
    words: ClassVar[Mapping[str, Words]] = {"kind": KINDS, "status": STATUSES}

    async def shape(self, conn: AsyncConnection, actor: Actor, choices: Choices) -> PointShape:  # noqa: ARG002  # service points are everybody's
        return PointShape(await municipality_index(conn), choices.defaults.municipality)

    async def recorded(self, conn: AsyncConnection, actor: Actor) -> list[Record]:  # noqa: ARG002  # service points are everybody's
        rows = await conn.execute(
            select(service_point).order_by(service_point.c.sort_key, service_point.c.id)
        )
        return [_record(row) for row in rows]

    async def create(self, conn: AsyncConnection, actor: Actor, record: Record, refs: dict[str, Any]) -> None:  # noqa: ARG002  # names of points stand for nothing else
        told = dict(record.values)
        new = NewServicePoint(municipality_code=told.pop("municipality"), name_uk=told.pop("name"), **told)
        await service.create_service_point(conn, actor, new, point_id=record.id)

    async def change(
        self,
        conn: AsyncConnection,
        actor: Actor,
        old: Record,
        new: dict[str, Any],
        refs: dict[str, Any],  # noqa: ARG002  # as above
    ) -> None:
        told = dict(new)
        status = told.pop("status", None)
        columns = {_COLUMNS.get(field, field): value for field, value in told.items()}
        if columns:
            await service.change_service_point(conn, actor, old.id, columns)
        if status:
            told_change = PointChange(change=_CHANGE[status])  # type: ignore[arg-type]  # the table holds the words of ``Change``
            await changes.record_change(conn, actor, old.id, told_change)

    async def remove(self, conn: AsyncConnection, actor: Actor, record: Record) -> None:
        await service.remove_service_point(conn, actor, record.id)


_COLUMNS = {"name": "name_uk", "municipality": "municipality_code"}


def _record(row: Any) -> Record:
    told = {
        "id": str(row.id),
        "municipality": row.municipality_code,
        "name": row.name_uk,
        "name_en": row.name_en,
        "kind": row.kind,
        "address": row.address,
        "status": row.status,
        "lat": None if row.lat is None else round(row.lat, 6),
        "lon": None if row.lon is None else round(row.lon, 6),
    }
    point_id: UUID = row.id
    return Record(point_id, row.name_uk, {field: value for field, value in told.items() if value is not None})
