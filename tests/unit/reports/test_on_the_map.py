import pytest

from asset_tracker.reports.on_the_map import Asked, Place, columns, draw, shade


def place(**more):
    values = {
        "code": "UA18080010000090720",
        "name_uk": "Баранівська",
        "name_en": "Baranivska",
        "oblast_code": "UA18000000000041385",
        "oblast_uk": "Житомирська",
        "latitude": 50.3,
        "longitude": 27.66,
        "delivered": 200,
        "in_service": 150,
        "lost": 1,
    }
    return Place(**(values | more))


@pytest.mark.parametrize(
    ("measure", "more", "step"),
    [
        ("delivered", {}, 4),
        ("in_service", {}, 4),
        ("in_service", {"in_service": 0}, 0),
        ("lost", {}, 1),
        ("lost", {"lost": 60}, 3),
        ("overdue", {"overdue": None}, 0),
        ("lost", {"delivered": 0, "lost": 2}, 1),
    ],
)
def test_the_colour_is_by_the_part_of_what_was_delivered(measure, more, step):
    assert shade(place(**more), measure).step == step


def test_the_table_leaves_out_nothing_that_has_no_coordinates():
    asked = Asked(size="delivered", colour="lost")
    drawn = draw([place(), place(latitude=None, longitude=None)], asked, "uk", links="/municipalities/")
    assert drawn.svg.count("<circle") == 1
    assert drawn.svg.count('href="/municipalities/UA18080010000090720"') == 1
    drawn = draw([place(), place(latitude=None, longitude=None)], asked, "uk")
    assert drawn.head == ("Громада", "Область", "Доставлено", "В експлуатації", "Втрачено")
    assert drawn.rows == (("Баранівська", "Житомирська", "200", "150", "1"),) * 2


def test_what_is_overdue_is_told_where_it_was_asked_for():
    assert "overdue" not in columns(Asked())
    assert "overdue" in columns(Asked(colour="overdue"))


def test_a_crowd_is_drawn_by_oblasts_that_lead_on():
    asked = Asked()
    crowd = [
        place(
            code=f"UA18{n:015}", latitude=48 + n % 4, longitude=25 + n % 9, delivered=n % 40, in_service=n % 7
        )
        for n in range(1469)
    ]
    there = {"oblast_code": "UA05000000000010236", "oblast_uk": "Вінницька"}
    drawn = draw([*crowd, place(**there)], asked, "uk", links="/municipalities/", closer="/map?oblast=")
    assert len(drawn.svg) < 40_000
    assert "/municipalities/" not in drawn.svg
    assert drawn.svg.count('href="/map?oblast=') == 2
    assert "<title>Вінницька: 200</title>" in drawn.svg
