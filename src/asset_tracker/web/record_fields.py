"""What the forms of facts have in common: when it happened, and another municipality that was named."""

from collections.abc import Mapping
from datetime import UTC, datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from asset_tracker.errors import FieldError
from asset_tracker.territory.queries import municipality_index
from asset_tracker.web import formats
from asset_tracker.web.questions import EventForm
from asset_tracker.web.towns import unclear


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
        errors.append(unclear(match))
        return None
    return match.one.code
