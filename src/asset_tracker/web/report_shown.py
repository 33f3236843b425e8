"""What the templates of a report show: the report in words, with the beginnings of its long lists or a page of one."""

from typing import Any
from urllib.parse import quote

from markupsafe import Markup

from asset_tracker.errors import NotFoundError
from asset_tracker.reports.parts import LISTS, first_items, opening, part
from asset_tracker.reports.sheet import body, heading, labels
from asset_tracker.reports.structs import ProgrammeFacts, Report


def whole(report: Report, path: str, kept: str) -> dict[str, Any]:
    """For ``reports/report.html``. ``path`` is behind ``/reports/``, ``kept`` the query of what was asked."""
    tree = body(report)
    # Our own drawings; every word in them is escaped where it is drawn.
    drawn = {name: Markup(svg) for name, svg in tree["pictures"].items()}  # noqa: S704 - see above
    listed = {name: opening(report, name) for name in LISTS}
    charts = [each | {"svg": Markup(each["svg"])} for each in tree["charts"]]  # noqa: S704 - see above
    if (table := listed["by_condition"]) and not table["rows"]:
        # A list of its own, because it is long.
        charts = [each | {"rows": []} if each["title"] == table["title"] else each for each in charts]
    return {
        **_around(report, path, kept),
        "report": report,
        "r": tree,
        "listed": listed,
        "places": first_items(report.facts),
        "pictures": drawn,
        "charts": charts,
    }


def one(report: Report, path: str, kept: str, name: str, begin: int) -> dict[str, Any]:
    """For ``reports/part.html``: the list ``name`` of ``LISTS`` from row ``begin`` on.

    Raises NotFoundError where this report has no such list.
    """
    table = part(report, name, begin)
    if table is None:
        raise NotFoundError("There is no such list in this report.")
    lang = report.making.lang
    words = {**heading(report.facts, lang), "labels": labels(lang)}
    return {**_around(report, path, kept), "part": name, "table": table, "r": words}


def _around(report: Report, path: str, kept: str) -> dict[str, Any]:
    """What the lists of a report need to lead on: ``here`` is the end of the path, from which links are short."""
    return {
        "path": f"/reports/{quote(path)}",
        "here": quote(path.rpartition("/")[2], safe=""),
        "kept": kept,
        "of_programme": isinstance(report.facts, ProgrammeFacts),
    }
