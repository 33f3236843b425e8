"""Facts that are decided at a desk, and what a person is asked for."""

from asset_tracker.web.questions import EventForm, Field
from asset_tracker.web.words import PURPOSES, TITLES

DESK_FORMS = (
    EventForm(
        "training_given",
        "Staff were trained",
        "The training was recorded.",
        "support",
        (
            Field("topic", "In what?", required=True),
            Field("women", "How many women?", "number"),
            Field("men", "How many men?", "number"),
        ),
    ),
    EventForm(
        "described",
        "Correct the description",
        "The description was changed.",
        "note",
        (
            Field("name_uk", "Name in Ukrainian"),
            Field("name_en", "Name in English"),
            Field("manufacturer", "Manufacturer"),
            Field("model", "Model"),
            Field("serial", "Serial number"),
            Field("unit_price", "Price", "money"),
            Field("acquired_on", "Day of acquisition", "date"),
            Field("warranty_until", "Warranty until", "date"),
            Field("registration_certificate", "Registration certificate of the vehicle", "attribute"),
        ),
        explains="Only what you fill in changes; the earlier text stays readable.",
    ),
    EventForm(
        "consigned",
        "Put on a consignment",
        "It is on the consignment.",
        "consignment",
        (Field("consignment", "On which?", "pick", required=True),),
    ),
    EventForm(
        "dispatched",
        "Dispatch",
        "It is on its way.",
        "transit",
        (
            Field("waybill", "Waybill"),
            Field("carrier", "Carrier"),
            Field("expected_on", "Expected on", "date"),
        ),
        explains="What travels with a consignment is sent on the consignment’s page.",
    ),
    EventForm(
        "packed",
        "Pack into a kit",
        "It is in the kit.",
        "kit",
        (Field("kit", "Into which kit?", "pick", required=True),),
    ),
    EventForm(
        "unpacked",
        "Take out of the kit",
        "It was taken out of the kit.",
        "kit",
        (Field("reason", "Why?", "text"),),
    ),
    EventForm(
        "title_transferred",
        "Title passed",
        "The passing of title was recorded.",
        "title",
        (
            Field(
                "to",
                "Whose is it now?",
                "choice",
                required=True,
                options=tuple((key, each.text) for key, each in TITLES.items()),
            ),
            Field("basis", "On what basis?", "text", hint="Agreement, letter or decision."),
        ),
    ),
    EventForm(
        "approved",
        "The application was approved",
        "The approval was recorded.",
        "check",
        (Field("decision", "Decision", hint="Number and date of the decision."),),
    ),
    EventForm(
        "consent_given",
        "The donor agreed",
        "The donor’s consent was recorded.",
        "act",
        (
            Field("donor", "Which donor?", "pick", required=True),
            Field(
                "purpose",
                "To what?",
                "choice",
                required=True,
                options=tuple((key, each.text) for key, each in PURPOSES.items()),
            ),
            Field("reference", "Letter or e-mail", required=True, hint="Number and date."),
            Field("given_on", "Given on", "date"),
        ),
    ),
)
