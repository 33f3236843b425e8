"""The one table of report formats: media type, file name, writer."""

from collections.abc import Callable
from typing import NamedTuple

from asset_tracker.errors import FieldError, InvalidError
from asset_tracker.reports.csv import write_csv, write_hxl
from asset_tracker.reports.json import write_json
from asset_tracker.reports.pdf import write_pdf
from asset_tracker.reports.structs import MunicipalityFacts, Report
from asset_tracker.reports.xlsx import write_xlsx


class Format(NamedTuple):
    """``write`` takes CPU time; call it in a thread."""

    media_type: str
    suffix: str
    write: Callable[[Report], bytes]


FORMATS: dict[str, Format] = {
    "pdf": Format("application/pdf", "pdf", write_pdf),
    "xlsx": Format("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xlsx", write_xlsx),
    "csv": Format("text/csv; charset=utf-8", "csv", write_csv),
    "json": Format("application/json", "json", write_json),
    "hxl": Format("text/csv; charset=utf-8", "hxl.csv", write_hxl),
}


def format_named(name: str) -> Format:
    """Raises ``InvalidError`` on ``format`` when there is no such one."""
    if name not in FORMATS:
        raise InvalidError(
            "There is no such report format.",
            errors=(
                FieldError(
                    "format", "There is no format %(name)s.", {"name": name}, expected=", ".join(FORMATS)
                ),
            ),
        )
    return FORMATS[name]


def file_name(report: Report, format_name: str) -> str:
    """``UA18080010000090720-2025-02-01-uk.pdf``: code, day, language; ASCII only."""
    facts = report.facts
    code = facts.municipality.code if isinstance(facts, MunicipalityFacts) else facts.programme.code
    ascii_code = "".join(
        sign if sign.isascii() and (sign.isalnum() or sign in "-_.") else "_" for sign in code
    )
    return f"{ascii_code}-{facts.question.as_of}-{report.making.lang}.{FORMATS[format_name].suffix}"
