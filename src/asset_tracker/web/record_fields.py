"""What the forms of facts have in common: when it happened, and another municipality that was named."""

from collections.abc import Mapping
from datetime import UTC, datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker.errors import FieldError
from asset_tracker.territory.queries import municipality_index
from asset_tracker.web import formats
from asset_tracker.web.questions import EventForm


def moment_of(answers: Mapping[str, str], errors: list[FieldError]) -> datetime | None:
    """When it happened. A time left as it was shown means just now, to the second: facts of one minute
    keep their order.
    """
    if answers.get("occurred_at") and answers["occurred_at"] == answers.get("shown_at"):
        return datetime.now(UTC)
    try:
        return formats.from_local_input(answers.get("occurred_at", ""))
    except ValueError:
        errors.append(FieldError("occurred_at", "Choose a day and a time."))
        return None


async def municipality_of(
    conn: AsyncConnection, form: EventForm, answers: Mapping[str, str], errors: list[FieldError]
) -> str | None:
    """The other municipality that was named, where the form asks for one and no service point was chosen."""
    named = answers.get("municipality", "").strip()
    asked = any(field.type == "place" for field in form.fields)
    if not (asked and named) or answers.get("service_point"):
        return None
    match = (await municipality_index(conn)).find(named[:200])
    if match.one is None:
        near = "; ".join(f"{m.name_uk} ({m.oblast_uk})" for m in (match.exact or match.near)[:4])
        text = (
            "More than one municipality may be meant: %(near)s." if near else "There is no such municipality."
        )
        errors.append(FieldError("municipality", text, {"near": near} if near else {}))
        return None
    return match.one.code
