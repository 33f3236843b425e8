"""The report as JSON: the Struct itself, with codes instead of words; amounts are strings, never floats."""

from typing import Any

import msgspec

from asset_tracker.reports.structs import Report


def write_json(report: Report) -> bytes:
    return msgspec.json.encode(report)


def json_schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of what ``write_json`` writes."""
    return msgspec.json.schema(Report)
