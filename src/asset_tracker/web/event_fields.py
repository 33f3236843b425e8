"""Which fields a person is asked for when they record a fact: one description per kind of event.

One template draws every form from its description. What a fact means is decided elsewhere.
"""

from collections.abc import Mapping

from asset_tracker.web.desk_fields import DESK_FORMS
from asset_tracker.web.questions import EventForm, Field, Options
from asset_tracker.web.words import CONDITIONS, USES, Word


def _options(words: Mapping[str, Word], *keys: str) -> Options:
    return tuple((key, words[key].text) for key in keys)


_WORKS = Field(
    "condition", "Does it work?", "choice", options=_options(CONDITIONS, *CONDITIONS), default="working"
)
_WORKS_NOW = _WORKS._replace(required=True)
_HOW_BAD = Field(
    "condition",
    "Does it still work?",
    "choice",
    required=True,
    options=(
        ("needs_attention", "Yes, but it needs attention"),
        ("unserviceable", "No, it does not work"),
    ),
    default="needs_attention",
)
_COSTS = (
    Field("parts", "Parts used", "text"),
    Field("cost", "Cost", "money", hint="For example 1 250,00; in hryvnias unless you choose another."),
)
_ORDERED = Field("order", "By which work order?", "pick", hint="This record closes it.")
_POINT = Field("service_point", "Where is it set up?", "point", required=True)

_ALL = (
    EventForm(
        "received",
        "Record receipt",
        "The receipt was recorded.",
        "warehouse",
        (_WORKS._replace(label="In what condition?"),),
        explains="It arrived in the implementer’s warehouse.",
    ),
    EventForm(
        "delivered",
        "Record delivery",
        "The delivery was recorded.",
        "hand",
        (
            Field(
                "outcome",
                "What was handed over?",
                "choice",
                required=True,
                options=(
                    ("full", "Everything, as listed"),
                    ("short", "Less than listed"),
                    ("over", "More than listed"),
                    ("damaged", "It is damaged"),
                    ("wrong_serial", "Another serial number"),
                ),
                default="full",
            ),
            Field(
                "quantity", "How many were handed over?", "number", hint="Only if it differs from the list."
            ),
            Field("found_serial", "Serial number that you see", hint="Only if it differs from the list."),
            Field("service_point", "Where was it handed over?", "point"),
            Field("received_by", "Who took it over?", hint="Kept separately and erased on request."),
        ),
    ),
    EventForm(
        "refused",
        "Not taken over",
        "It was recorded that it was not taken over.",
        "bad",
        (Field("reason", "Why did they not take it?", "text", required=True),),
        tone="danger",
    ),
    EventForm(
        "installed",
        "Install",
        "The installation was recorded.",
        "install",
        (_POINT, Field("room", "Room or workplace")),
        explains="Set up at the place where it is used.",
    ),
    EventForm(
        "commissioned",
        "Record go-live",
        "It was recorded that the service went live.",
        "works",
        (Field("service", "Which service?", hint="For example: video consultations."),),
    ),
    EventForm(
        "maintained",
        "Record maintenance",
        "The maintenance was recorded.",
        "maintain",
        (
            Field("work", "What was done?", "text", required=True),
            Field("plan", "By which plan?", "pick"),
            _ORDERED,
            *_COSTS,
            Field("meter", "Meter reading", "meter"),
            _WORKS,
        ),
    ),
    EventForm(
        "service_counted",
        "Count service to residents",
        "The count was recorded.",
        "support",
        (
            Field(
                "since",
                "Counted from which day?",
                "date",
                required=True,
            ),
            Field("trips", "Outreach trips", "number", hint="How often it went out to residents."),
            Field("consultations", "Video consultations held", "number"),
            Field("meter", "Meter reading at the end", "meter"),
        ),
        explains="How often residents were served with it. Each day is counted once; 0 is an answer, too.",
        when="Up to which day?",
    ),
    EventForm(
        "fault_reported",
        "Report a fault",
        "The fault was reported.",
        "fault",
        (Field("description", "What is wrong?", "text", required=True), _HOW_BAD),
    ),
    EventForm(
        "repaired",
        "Record a repair",
        "The repair was recorded.",
        "maintain",
        (Field("work", "What was repaired?", "text", required=True), _ORDERED, *_COSTS, _WORKS_NOW),
    ),
    EventForm(
        "sent_for_repair",
        "Send for repair",
        "It was recorded that it went for repair.",
        "transit",
        (
            Field("to", "To whom?", required=True, hint="Name of the workshop or firm."),
            Field("expected_on", "When is it expected back?", "date"),
        ),
    ),
    EventForm(
        "returned",
        "It came back",
        "The return was recorded.",
        "back",
        (
            Field("service_point", "Where is it now?", "point"),
            _WORKS,
            Field("to_donor", "Returned to the donor for good", "flag"),
        ),
    ),
    EventForm(
        "lent",
        "Lend",
        "The loan was recorded.",
        "hand",
        (
            Field("to", "To whom?", required=True, hint="Kept separately and erased on request."),
            Field("until", "Until when?", "date"),
        ),
    ),
    EventForm(
        "moved",
        "Move",
        "The move was recorded.",
        "move",
        (
            Field("service_point", "Where to?", "place", required=True),
            Field("room", "Room or workplace"),
            Field("reason", "Why?", "text"),
        ),
    ),
    EventForm(
        "evacuated",
        "Evacuated",
        "The evacuation was recorded.",
        "transit",
        (Field("service_point", "Where to?", "place", required=True), Field("reason", "Why?", "text")),
    ),
    EventForm(
        "verified",
        "I see it here",
        "It was recorded that you saw it.",
        "verify",
        (
            Field(
                "method",
                "How did you check?",
                "choice",
                required=True,
                options=(
                    ("scan", "I scanned the label"),
                    ("sight", "I saw it"),
                    ("document", "By a document"),
                    ("attested", "Somebody on site told me"),
                ),
                default="scan",
            ),
            Field(
                "service_point",
                "Where do you see it?",
                "place",
                hint="Only if it is not where the register says.",
            ),
            _WORKS,
            Field(
                "use",
                "Is it in use?",
                "choice",
                options=_options(USES, *USES),
            ),
        ),
    ),
    EventForm(
        "use_changed",
        "Change of use",
        "The use was recorded.",
        "works",
        (
            Field("use", "Is it in use?", "choice", required=True, options=_options(USES, *USES)),
            Field("reason", "Why?", "text"),
        ),
    ),
    EventForm(
        "balance_recorded",
        "Put on the balance",
        "The balance record was saved.",
        "act",
        (
            Field("inventory_number", "Inventory number", required=True),
            Field("recorded_on", "On the balance since", "date", required=True),
            Field("subaccount", "Subaccount", hint="For example 1014."),
            Field("publication", "Address of the publication"),
            Field(
                "published_on",
                "Published on the council’s web site on",
                "date",
                hint="Within 10 calendar days of putting it on the balance.",
            ),
        ),
    ),
    EventForm(
        "found_inaccessible",
        "Cannot be reached",
        "It was recorded that it cannot be reached.",
        "warn",
        (Field("reason", "What prevents it?", "text", required=True),),
        tone="danger",
    ),
    EventForm(
        "damaged",
        "Record damage",
        "The damage was recorded.",
        "damaged",
        (Field("circumstances", "What happened?", "text", required=True), _HOW_BAD),
        tone="danger",
    ),
    EventForm(
        "lost",
        "Record a loss",
        "The loss was recorded. A loss case is open until it is closed.",
        "lost",
        (Field("circumstances", "When and how was it noticed?", "text", required=True),),
        tone="danger",
    ),
    EventForm(
        "stolen",
        "Record a theft",
        "The theft was recorded. A loss case is open until it is closed.",
        "lost",
        (
            Field("circumstances", "What happened?", "text", required=True),
            Field("report_number", "Number of the police report"),
        ),
        tone="danger",
    ),
    EventForm(
        "destroyed",
        "Record destruction",
        "The destruction was recorded. A loss case is open until it is closed.",
        "damaged",
        (Field("circumstances", "What happened?", "text", required=True),),
        tone="danger",
    ),
    EventForm(
        "found",
        "Found again",
        "It was recorded that it was found.",
        "find",
        (Field("service_point", "Where is it now?", "point"), _WORKS._replace(default="unknown")),
    ),
    EventForm(
        "loss_closed",
        "Close the loss case",
        "The loss case was closed.",
        "check",
        (
            Field(
                "decision",
                "What was decided?",
                "choice",
                required=True,
                options=(
                    ("written_off", "Written off"),
                    ("compensated", "Compensated"),
                    ("recovered", "Recovered"),
                    ("no_fault", "Nobody is at fault"),
                    ("referred", "Handed to the authorities"),
                ),
            ),
            Field("reason", "Why?", "text", required=True),
        ),
    ),
    EventForm(
        "disposed",
        "Dispose of",
        "The disposal was recorded.",
        "dispose",
        (
            Field(
                "method",
                "How?",
                "choice",
                required=True,
                options=(
                    ("transfer", "Transferred"),
                    ("sale", "Sold"),
                    ("trade_in", "Traded in"),
                    ("recycling", "Recycled"),
                    ("destruction", "Destroyed"),
                    ("gift", "Given away"),
                ),
            ),
            Field("price", "Price obtained", "money"),
            Field("recipient", "To whom?"),
            Field("approval", "Approval", hint="Number and date of the decision."),
        ),
        tone="danger",
    ),
    EventForm(
        "visibility_set",
        "Donor’s marking",
        "The donor’s marking was recorded.",
        "label",
        (
            Field(
                "status",
                "What about the donor’s marking?",
                "choice",
                required=True,
                options=(
                    ("required", "It must still be applied"),
                    ("applied", "It is applied"),
                    ("waived", "It is waived for safety"),
                ),
            ),
            Field("reason", "Why?", "text"),
            Field("approved_by", "Who approved it?", hint="Kept separately and erased on request."),
        ),
    ),
    EventForm(
        "note",
        "Add a note",
        "The note was saved.",
        "note",
        explains="A note or a photo changes nothing else.",
    ),
)
FORMS: dict[str, EventForm] = {form.kind: form for form in (*_ALL, *DESK_FORMS)}
