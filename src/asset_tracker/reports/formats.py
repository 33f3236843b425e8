"""The one table of report formats: media type, file name, writer, and what it is for."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import NamedTuple

from anyio import to_thread

from asset_tracker.errors import FieldError, InvalidError
from asset_tracker.files.storage import Storage
from asset_tracker.reports.annexes import ANNEXES, Annex
from asset_tracker.reports.csv import iter_csv, write_csv, write_hxl
from asset_tracker.reports.geojson import write_geojson
from asset_tracker.reports.iati import write_iati
from asset_tracker.reports.json import write_json
from asset_tracker.reports.photos import Pixels, pixels
from asset_tracker.reports.structs import MunicipalityFacts, Report


class Format(NamedTuple):
    """``text`` is a msgid. ``write`` takes CPU time; call it in a thread.

    ``pieces``: the same a piece at a time, so that a long file never stands in memory.
    ``illustrated``: a document for people, of which ``write`` takes the photos as well (``written`` brings them), and
    which may be in both languages at once.
    ``programmes_only``: the format knows nothing below a programme.
    """

    media_type: str
    suffix: str
    text: str
    write: Callable[..., bytes]
    programmes_only: bool = False
    illustrated: bool = False
    pieces: Callable[[Report], Iterator[bytes]] | None = None


# The writers of PDF and of workbooks, and their libraries, are loaded when somebody asks for one.
def _write_pdf(report: Report, photos: Pixels | None = None) -> bytes:
    from asset_tracker.reports.pdf import write_pdf

    return write_pdf(report, photos)


def _write_xlsx(report: Report) -> bytes:
    from asset_tracker.reports.xlsx import write_xlsx

    return write_xlsx(report)


def _write_annex(report: Report, annex: Annex) -> bytes:
    from asset_tracker.reports.xlsx import write_annex

    return write_annex(report, annex=annex)


def _write_annex_pdf(report: Report, annex: Annex) -> bytes:
    from asset_tracker.reports.pdf import write_annex_pdf

    return write_annex_pdf(report, annex)


_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_CSV = "text/csv"
FORMATS: dict[str, Format] = {
    "pdf": Format("application/pdf", "pdf", "PDF, to print and to keep", _write_pdf, illustrated=True),
    "xlsx": Format(_XLSX, "xlsx", "Excel workbook", _write_xlsx),
    "csv": Format(_CSV, "csv", "CSV, the items as a table", write_csv, pieces=iter_csv),
    "json": Format("application/json", "json", "JSON, for programs", write_json),
    "hxl": Format(
        _CSV, "hxl.csv", "HXL, for humanitarian data", write_hxl, pieces=partial(iter_csv, hxl=True)
    ),
    "geojson": Format("application/geo+json", "geojson", "GeoJSON, points for a map", write_geojson),
    "iati": Format("application/xml", "iati.xml", "IATI 2.03 activity", write_iati, programmes_only=True),
    **{
        name: Format(_XLSX, f"{name}.xlsx", annex.title, partial(_write_annex, annex=annex))
        for name, annex in ANNEXES.items()
    },
    **{
        f"{name}.pdf": Format(
            "application/pdf", f"{name}.pdf", annex.title, partial(_write_annex_pdf, annex=annex)
        )
        for name, annex in ANNEXES.items()
    },
}


async def written(name: str, report: Report, storage: Storage) -> bytes:
    """The report in this format, with its photos where the format shows any; made in a thread."""
    chosen = FORMATS[name]
    write = partial(chosen.write, report)
    if chosen.illustrated:
        write = partial(write, await pixels(storage, report))
    return await to_thread.run_sync(write)


def format_named(name: str, *, of_programme: bool = True, both: bool = False) -> Format:
    """Raises ``InvalidError`` on ``format`` when there is no such one, or none for a municipality; on ``lang``
    when a table or data are asked for in ``both`` languages at once.
    """
    found = FORMATS.get(name)
    if found is not None and (of_programme or not found.programmes_only):
        if both and not found.illustrated:
            wrong = FieldError("lang", "Only a PDF can be in both languages at once.", {}, "uk, en")
            raise InvalidError(errors=(wrong,))
        return found
    known = ", ".join(formats(of_programme=of_programme))
    wrong = FieldError("format", "There is no format %(name)s here.", {"name": name[:20]}, expected=known)
    raise InvalidError("There is no such report format.", errors=(wrong,))


def formats(*, of_programme: bool) -> list[str]:
    """The names of the formats that such a report has."""
    return [name for name, each in FORMATS.items() if of_programme or not each.programmes_only]


def file_name(report: Report, format_name: str) -> str:
    """``UA18080010000090720-2025-02-01-uk.pdf``: code, day, language; ASCII only."""
    facts = report.facts
    code = facts.municipality.code if isinstance(facts, MunicipalityFacts) else facts.programme.code
    ascii_code = "".join(
        sign if sign.isascii() and (sign.isalnum() or sign in "-_.") else "_" for sign in code
    )
    lang = "uk-en" if report.making.both else report.making.lang
    return f"{ascii_code}-{facts.question.as_of}-{lang}.{FORMATS[format_name].suffix}"
