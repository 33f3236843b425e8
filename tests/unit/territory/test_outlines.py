import json
import math

import pytest

from asset_tracker.errors import InvalidError, TooLargeError
from asset_tracker.territory.outlines import MAX_BYTES, read_geojson, thin

SQUARE = [[28.0, 50.0], [29.0, 50.0], [29.0, 51.0], [28.0, 51.0], [28.0, 50.0]]


def area(code="UA18", rings=None, kind="Polygon", **more):
    coordinates = rings if rings is not None else [SQUARE]
    return {
        "type": "Feature",
        "properties": {"code": code, "name": "<script>"},
        "geometry": {"type": kind, "coordinates": coordinates},
        **more,
    }


def collection(*areas):
    return json.dumps({"type": "FeatureCollection", "features": areas}).encode()


def test_polygons_and_multipolygons_become_rings():
    islands = area("UA80000000000093317", [[SQUARE], [SQUARE]], "MultiPolygon")
    one, two = read_geojson(collection(area(), islands))
    assert (one.code, len(one.rings)) == ("UA18", 1)
    assert (two.code, len(two.rings)) == ("UA80000000000093317", 2)
    assert one.rings[0][0] == (28.0, 50.0)


def test_a_long_coast_is_thinned_and_keeps_its_shape():
    circle = [[30 + math.cos(a / 2000), 49 + math.sin(a / 2000)] for a in range(12566)]
    (found,) = read_geojson(collection(area(rings=[[*circle, circle[0]]])))
    (ring,) = found.rings
    assert 20 < len(ring) <= 160
    assert all(abs(math.hypot(east - 30, north - 49) - 1) < 0.02 for east, north in ring)


def test_thinning_keeps_both_ends():
    line = [(0.0, 0.0), (1.0, 0.001), (2.0, 0.0), (2.0, 2.0), (0.0, 0.0)]
    assert thin(line, 0.01) == [(0.0, 0.0), (2.0, 0.0), (2.0, 2.0), (0.0, 0.0)]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"<svg onload='alert(1)'/>",
        b'{"type": "FeatureCollection", "features": []}',
        b"[" * 100_000,
        b'{"type": "FeatureCollection", "features": [' + b'{"a":' * 50_000,
        collection(area(kind="Point", rings=[28.0, 50.0])),
        collection(area(rings=[SQUARE[:3]])),
        collection(area(rings=[[["28", "50"]] * 4])),
        collection(area(rings=[[[28.0]] * 4])),
        collection({"type": "Feature", "properties": {"code": "UA18"}, "geometry": None}),
        (
            b'{"type": "FeatureCollection", "features": [{"type": "Feature", "properties": {"code": "UA18"},'
            b' "geometry": {"type": "Polygon", "coordinates": [[[1e999, 50], [29, 50], [29, 51], [28, 50]]]}}]}'
        ),
    ],
)
def test_what_is_not_a_collection_of_polygons(data):
    with pytest.raises(InvalidError) as refused:
        read_geojson(data)
    assert refused.value.errors


def test_every_problem_is_told_with_the_number_of_its_area():
    swapped = [[[north, east] for east, north in SQUARE]]
    data = collection(area(), area(), area("nowhere"), area("UA32", swapped), area("UA<b>"))
    with pytest.raises(InvalidError) as refused:
        read_geojson(data)
    told = [(error.message.split(" %")[0], error.params["n"]) for error in refused.value.errors]
    assert told == [("Area", 2), ("Area", 3), ("Area", 4), ("Area", 5)]
    assert "east first" in refused.value.errors[2].message


def test_a_file_that_is_too_large():
    with pytest.raises(TooLargeError):
        read_geojson(b" " * (MAX_BYTES + 1))
    point = [28.0, 50.0]
    with pytest.raises(TooLargeError):
        read_geojson(collection(area(rings=[[point] * 300_001])))
