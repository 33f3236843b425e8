"""What an entry said, as a form would have had it: for putting another in its place."""

from asset_tracker.assets.views import EventView
from asset_tracker.ledger.ids import uuid7
from asset_tracker.web import formats
from asset_tracker.web.questions import EventForm


def values_of(form: EventForm, told: EventView) -> dict[str, str]:
    """The answers that would make this entry again, with the id of a new one."""
    values = {
        "id": str(uuid7()),
        "head": "",
        "replaces": str(told.id),
        "occurred_at": formats.local_input(told.occurred_at),
        "shown_at": "",  # the old time is meant to stand
        "note": str(told.payload.get("note") or ""),
        "currency": str(told.payload.get("currency") or ""),
        "municipality": str(told.payload.get("municipality") or ""),
    }
    for field in form.fields:
        said = told.payload.get("attributes", {}) if field.type == "attribute" else told.payload
        value = said.get(field.name)
        if value is None or value == "":
            continue
        if field.type == "meter":
            values |= {"meter_value": str(value["value"]), "meter_unit": str(value["unit"])}
        else:
            values[field.name] = str(value)
    if values.get("service_point"):
        values["municipality"] = ""
    return values
