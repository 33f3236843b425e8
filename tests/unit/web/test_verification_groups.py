"""What the page of a count shows of its assets: some of each finding, or one of them page by page."""

from types import SimpleNamespace

from asset_tracker.web.verification_pages import groups_of

HERE = "/verifications/x"


def counted(**numbers):
    return [
        SimpleNamespace(finding=finding, n=n) for finding, number in numbers.items() for n in range(number)
    ]


def told(groups):
    return [(each.finding, each.all, [row.n for row in each.rows][:1], len(each.rows)) for each in groups]


def test_what_wants_looking_at_stands_first_and_of_each_some():
    groups = groups_of(counted(found=21, missing=20), HERE, "", 0)
    assert told(groups) == [("missing", 20, [0], 20), ("found", 21, [0], 20)]
    assert [each.others for each in groups] == [None, f"{HERE}?finding=found&skip=0#found"]


def test_one_finding_is_read_page_by_page():
    rows = counted(found=150, missing=20)
    first, second = (groups_of(rows, HERE, "found", skip) for skip in (0, 100))
    assert told(first) == [("found", 150, [0], 100)]
    assert first[0].others == f"{HERE}?finding=found&skip=100#found"
    assert told(second) == [("found", 150, [100], 50)]
    assert second[0].others is None


def test_a_finding_that_there_is_none_of_shows_all():
    assert told(groups_of(counted(missing=1), HERE, "nonsense", 0)) == [("missing", 1, [0], 1)]
