"""The report as PDF: typst lays out the strings of ``sheet``; see ``documents.typeset`` for the standard."""

from base64 import b64encode
from collections.abc import Mapping

from msgspec.structs import replace

from asset_tracker.documents.qr import qr_svg
from asset_tracker.documents.typeset import typeset
from asset_tracker.i18n import Lang
from asset_tracker.reports.annex_sheet import annex_sheet
from asset_tracker.reports.annexes import Annex
from asset_tracker.reports.sheet import sheet
from asset_tracker.reports.structs import Report

TEMPLATE = "reports/templates/report.typ"
ANNEX_TEMPLATE = "reports/templates/annex.typ"


def write_pdf(report: Report, photos: Mapping[str, bytes] | None = None) -> bytes:
    """The report in its language, or in Ukrainian and then in English, as one document with one content hash.

    ``photos``: JPEGs by their hashes; a photo of the report that is not among them is said to be missing.
    """
    making = report.making
    langs: tuple[Lang, ...] = ("uk", "en") if making.both else (making.lang,)
    parts = [sheet(replace(report, making=replace(making, lang=lang))) for lang in langs]
    for tree in parts:
        tree["qr"] = qr_svg(making.page_url) if making.page_url else ""
        for photo in tree["photos"]["rows"]:
            data = (photos or {}).get(photo["sha256"])
            photo["svg"] = _framed(data) if data else ""
    return typeset(TEMPLATE, {"parts": parts}, made_at=making.made_at)


def write_annex_pdf(report: Report, annex: Annex) -> bytes:
    """An annex in the report's language, lying, with what its columns mean and places to sign."""
    tree = annex_sheet(report, annex)
    tree["qr"] = qr_svg(report.making.page_url) if report.making.page_url else ""
    return typeset(ANNEX_TEMPLATE, tree, made_at=report.making.made_at)


def _framed(jpeg: bytes) -> str:
    """A photo as typst takes it from a text: in a drawing, which shows it cut to four by three."""
    data = b64encode(jpeg).decode()
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 400 300">'
        f'<image width="400" height="300" preserveAspectRatio="xMidYMid slice" href="data:image/jpeg;base64,{data}"/></svg>'
    )
