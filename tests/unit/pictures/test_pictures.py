from datetime import date
from decimal import Decimal
from math import dist, radians, sin
from xml.etree import ElementTree as ET

import pytest
from msgspec.structs import replace

from asset_tracker.pictures import charts, maps, outline
from asset_tracker.territory.codifier import read_shipped

EARTH = 6371.0  # km
AREA = 603_628  # km², as the state's statistics give it
SVG = "{http://www.w3.org/2000/svg}"


def inside(point, ring):
    east, north = point
    found = False
    for (x1, y1), (x2, y2) in zip(ring, (*ring[1:], ring[0]), strict=True):
        if (y1 > north) != (y2 > north) and east < (x2 - x1) * (north - y1) / (y2 - y1) + x1:
            found = not found
    return found


@pytest.fixture(scope="module")
def municipalities():
    return [each for each in read_shipped().municipalities if each.lat is not None]


def test_every_municipality_lies_within_the_outline_those_of_crimea_too(municipalities):
    assert sum(each.code.startswith(("UA01", "UA85")) for each in municipalities) > 250
    outside = [each.name_uk for each in municipalities if not inside((each.lon, each.lat), outline.land())]
    assert outside == []


def test_the_outline_is_as_large_as_the_country():
    ring = outline.land()
    double = sum(
        radians(x2 - x1) * (sin(radians(y1)) + sin(radians(y2)))
        for (x1, y1), (x2, y2) in zip(ring, (*ring[1:], ring[0]), strict=True)
    )
    assert abs(double) * EARTH**2 / 2 == pytest.approx(AREA, rel=0.01)


def dot(name="Овруч", value=5, **more):
    return maps.Dot(name=name, east=28.8, north=51.3, value=value, **more)


def test_a_map_says_in_its_table_what_it_draws():
    picture = maps.country(
        [dot(), dot("Олевськ", 1200, note="50 %")], "uk", title="Доставлено", summary="Усього 1 205"
    )
    tree = ET.fromstring(picture.svg)  # noqa: S314 - drawn a line above
    assert tree.attrib["role"] == "img"
    assert tree.find(f"{SVG}title").text == "Доставлено"
    assert tree.find(f"{SVG}desc").text == "Усього 1 205"
    radii = [float(each.attrib["r"]) for each in tree.iter(f"{SVG}circle")]
    assert radii[0] > radii[1] >= 4, "large ones first, small ones upon them"
    assert picture.rows == (("Овруч", "5", ""), ("Олевськ", "1\u00a0200", "50 %"))


def test_markup_in_a_name_stays_text():
    name = '</title><script>alert("1")</script>\x00\ufffe'
    picture = maps.country([dot(name, href="/a?b=1&c=2")], "en", title=name, summary=name)
    tree = ET.fromstring(picture.svg)  # noqa: S314 - drawn a line above
    assert {each.tag for each in tree.iter()}.isdisjoint({f"{SVG}script", "script"})
    assert [each.attrib["href"] for each in tree.iter(f"{SVG}a")] == ["/a?b=1&c=2"]
    assert tree.attrib["role"] == "group", "links within an image would be hidden"


def test_zooming_shows_only_what_lies_there():
    window = maps.around([(28.0, 50.0), (29.0, 51.5)])
    picture = maps.country(
        [dot(), maps.Dot(name="Одеса", east=30.7, north=46.5, value=3)],
        "uk", title="Житомирська", summary="", window=window,
    )  # fmt: skip
    assert picture.svg.count("<circle") == 1
    assert "Овруч</text>" in picture.svg
    assert len(picture.rows) == 2, "the table leaves nothing out"


def box_of(corners):
    easts, norths = zip(*corners, strict=True)
    return max(easts) - min(easts), max(norths) - min(norths)


def test_a_finger_finds_the_nearest_dot_on_the_smallest_phone(municipalities):
    """WCAG 2.5.8: 24 pixels where there is room for them; else all the room that there is, and to the nearest."""
    at = {each.code: (each.lon, each.lat) for each in municipalities if each.code.startswith("UA46")}
    dots = [dot(code, 1, href=f"/{code}") for code in at]
    dots = [replace(each, east=at[each.name][0], north=at[each.name][1]) for each in dots]
    assert 50 < len(dots) < maps.CROWD
    picture = maps.country(dots, "uk", title="Львівська", summary="", window=maps.around(at.values()))
    links = list(ET.fromstring(picture.svg).iter(f"{SVG}a"))  # noqa: S314 - drawn a line above
    assert len(links) == len(dots)
    found = []
    for link in links:
        circle, path = link.find(f"{SVG}circle"), link.find(f"{SVG}path")
        assert (path.attrib["fill"], path.attrib["pointer-events"]) == ("none", "all")
        corners = [tuple(map(float, each.split())) for each in path.attrib["d"][1:-1].split("L")]
        found.append(((float(circle.attrib["cx"]), float(circle.attrib["cy"])), corners))
    points = [point for point, _ in found]
    assert all(inside(point, corners) for point, corners in found)
    # Where nobody is near, it is 24 pixels on a drawing of 288.
    alone = [
        (point, corners)
        for point, corners in found
        if all(
            max(abs(a - b) for a, b in zip(point, other, strict=True)) >= 2 * maps.REACH
            for other in points
            if other != point
        )
    ]
    pixel = maps.WIDTH / 288
    assert all(min(box_of(corners)) / pixel >= 24 for _, corners in alone)
    # Elsewhere what is tapped leads to the nearest dot, and most are wide enough on a phone of 390 as they lie.
    worst = 0.0
    for x in range(0, maps.WIDTH, 16):
        for y in range(0, 2 * maps.WIDTH, 16):
            over = [point for point, corners in found if inside((x + 0.37, y + 0.41), corners)]
            near = min(dist((x + 0.37, y + 0.41), point) for point in points)
            worst = max([worst, *(dist((x + 0.37, y + 0.41), point) - near for point in over)])
    assert worst < 2, "corners are drawn to whole units"
    wide = [min(box_of(corners)) * 340 / maps.WIDTH >= 24 for _, corners in found]
    assert sum(wide) > len(wide) * 0.6, f"{sum(wide)} of {len(wide)}"


def test_two_dots_share_the_room_between_them():
    one, other = maps.nearest([(0.0, 0.0), (20.0, 0.0)], 27)
    assert (max(x for x, _ in one), min(x for x, _ in other)) == (10, 10)
    assert box_of(maps.nearest([(0.0, 0.0), (0.0, 0.0), (80.0, 0.0)], 27)[0]) == (54, 54)


def test_the_window_around_nothing_is_the_country():
    assert maps.around([]) == maps.UKRAINE
    one = maps.around([(30.0, 50.0)])
    assert one.east - one.west == pytest.approx(0.5)


def test_a_funnel_counts_in_parts_of_its_first_step():
    picture = charts.funnel([("Очікується", 200), ("Доставлено", 150), ("Працює", 0)], "uk")
    assert [row[1:] for row in picture.rows] == [
        ("200", "100\u00a0%"),
        ("150", "75\u00a0%"),
        ("0", "0\u00a0%"),
    ]
    assert 'width="270.0"' in picture.svg


def test_nothing_is_drawn_of_nothing():
    assert charts.funnel([], "en").svg == ""
    assert charts.ages({}, "en").svg == ""
    assert charts.conditions([("Laptops", {})], "en").svg == ""
    assert charts.over_time("Value", [], date(2025, 1, 1), "en").svg == ""


def test_ages_know_what_was_never_seen():
    picture = charts.ages({6: 1, None: 3}, "en")
    assert picture.rows[-1] == ("Never", "3", "75%")
    assert picture.summary == "1 of 4 things were seen within a year."


def test_conditions_are_divided_by_category():
    picture = charts.conditions([("Laptops", {"working": 3, "unknown": 1}), ("None", {})], "en")
    assert picture.rows == (("Laptops", "3", "0", "0", "1", "4"),)
    assert "Laptops, Works: 3" in picture.svg


def test_value_over_time_ends_on_the_day_that_is_asked_for():
    points = [(date(2023, 5, 1), Decimal("1000.00")), (date(2024, 6, 1), Decimal("3000.00"))]
    series = [charts.Series(label="Delivered", tone="brand", points=points)]
    picture = charts.over_time("Value", series, date(2024, 3, 1), "en", currency="UAH")
    assert picture.rows == (("31 Dec 2023", "1,000\u00a0₴"), ("1 Mar 2024", "1,000\u00a0₴"))
    assert "3,000" not in picture.svg
