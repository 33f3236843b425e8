"""Service points as registers name them: by name, by address, or by the village that is in either."""

from collections import defaultdict
from collections.abc import Iterable
from difflib import get_close_matches

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker.imports.line import Line
from asset_tracker.imports.values import fold
from asset_tracker.territory.points import ServicePoint
from asset_tracker.territory.queries import point_of
from asset_tracker.territory.tables import service_point


class NamedPoints:
    """Finds service points within a municipality."""

    def __init__(self, points: Iterable[ServicePoint]) -> None:
        self._there: dict[str, list[ServicePoint]] = defaultdict(list)
        for point in points:
            self._there[point.municipality_code].append(point)
        self._ids = {str(point.id): point for several in self._there.values() for point in several}

    def only(self, municipality: str | None) -> ServicePoint | None:
        """The service point of a municipality that has one only."""
        there = self._there.get(municipality or "", [])
        return there[0] if len(there) == 1 else None

    def suggestion(self, municipality: str | None) -> str | None:
        """The names of the service points there."""
        return "; ".join(point.name_uk for point in self._there.get(municipality or "", [])[:8]) or None

    def settle(self, line: Line, written: str, municipality: str | None) -> ServicePoint | None:
        """The point that is named; a problem of the line where there is none or more than one."""
        there = self._there.get(municipality or "", [])
        wanted = fold(written)
        found = [self._ids[written]] if written in self._ids else []
        found = found or [
            p for p in there if wanted in (fold(p.name_uk), fold(p.name_en), fold(p.address or ""))
        ]
        if not found and len(wanted) > 3:
            found = [p for p in there if wanted in fold(p.name_uk) or wanted in fold(p.address or "")]
        if not found and wanted in ("цнап", "asc", "центр"):
            found = [p for p in there if p.kind == "asc"]
        if len(found) == 1:
            return found[0]
        near = get_close_matches(wanted, [fold(p.name_uk) for p in there], n=3, cutoff=0.5)
        likely = found or [p for p in there if fold(p.name_uk) in near] or there
        line.say(
            "error",
            "ambiguous-service-point" if found else "unknown-service-point",
            "service_point",
            "More than one service point there has this name."
            if found
            else "There is no such service point in the municipality.",
            expected="the name or the address of a service point",
            suggestion="; ".join(point.name_uk for point in likely[:8]) or None,
        )
        return None


async def list_points(conn: AsyncConnection) -> NamedPoints:
    """All service points."""
    columns = [service_point.c[field] for field in ServicePoint.__struct_fields__]
    return NamedPoints([point_of(row) for row in await conn.execute(select(*columns))])
