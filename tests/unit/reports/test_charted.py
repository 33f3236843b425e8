"""Each chart is drawn from the figures that the report states, and its table says them."""

from asset_tracker.documents import display
from asset_tracker.reports.charted import drawn
from factories.reports import municipality_report


def test_charts_say_what_the_report_says():
    facts = municipality_report("en").facts
    funnel, conditions, *values = drawn(facts, "en")
    steps = facts.summary.funnel
    counts = (steps.planned, steps.delivered, steps.accepted, steps.in_service)
    assert [row[1] for row in funnel.rows] == [display.number(count, "en") for count in counts]
    assert sum(int(row[-1]) for row in conditions.rows) == sum(
        line.count for line in facts.summary.by_condition
    )
    assert [each.title.rpartition(" ")[2] for each in values] == ["€", "₴"]
    assert all(each.svg.startswith("<svg") and each.rows for each in values)


def test_nothing_is_drawn_of_nothing():
    empty = municipality_report("en", items=(), timeline=(), losses=()).facts
    assert drawn(empty, "en") == ()
