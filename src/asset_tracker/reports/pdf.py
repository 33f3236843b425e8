"""The report as PDF: typst lays out the strings of ``sheet``; see ``documents.typeset`` for the standard."""

from asset_tracker.documents.qr import qr_svg
from asset_tracker.documents.typeset import typeset
from asset_tracker.reports.sheet import sheet
from asset_tracker.reports.structs import Report

TEMPLATE = "reports/templates/report.typ"


def write_pdf(report: Report) -> bytes:
    tree = sheet(report)
    url = report.making.page_url
    tree["qr"] = qr_svg(url) if url else ""
    return typeset(TEMPLATE, tree, made_at=report.making.made_at)
