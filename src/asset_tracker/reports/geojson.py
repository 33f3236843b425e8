"""GeoJSON (RFC 7946): one point a municipality, its administrative centre and nothing finer."""

from typing import Any

import msgspec

from asset_tracker.reports import figures
from asset_tracker.reports.structs import MunicipalityFacts, Report
from asset_tracker.reports.structs_figures import MunicipalityLine


def write_geojson(report: Report) -> bytes:
    facts = report.facts
    if isinstance(facts, MunicipalityFacts):
        lines = figures.municipality_lines((facts.municipality,), facts.items, facts.losses)
    else:
        lines = facts.municipalities
    collection = {
        "type": "FeatureCollection",
        "as_of": facts.question.as_of,
        "content_hash": report.content_hash,
        "features": [_feature(line) for line in lines],
    }
    return msgspec.json.encode(collection)


def _feature(line: MunicipalityLine) -> dict[str, Any]:
    place = line.municipality
    known = place.latitude is not None and place.longitude is not None
    position = [float(place.longitude or 0), float(place.latitude or 0)]
    return {
        "type": "Feature",
        "id": place.pcode,
        "geometry": {"type": "Point", "coordinates": position} if known else None,
        "properties": {
            "code": place.code,
            "name_uk": place.name.uk,
            "name_en": place.name.en,
            "oblast_uk": place.oblast.uk,
            "oblast_en": place.oblast.en,
            "population": place.population,
            **msgspec.to_builtins(line.funnel),
            "losses": line.losses,
            "value": {each.currency: str(each.value) for each in line.values},
        },
    }
