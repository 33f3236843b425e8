"""What a question to a person is made of."""

from typing import Literal, NamedTuple

FieldType = Literal[
    "line",
    "text",
    "choice",
    "date",
    "money",
    "meter",
    "number",
    "flag",
    "point",
    "place",
    "pick",
    "attribute",
]
Options = tuple[tuple[str, str], ...]


class Field(NamedTuple):
    """One question. ``label``, ``hint`` and option texts are msgids; ``name`` is the payload's field.

    ``point`` offers the service points of the asset's municipality, ``place`` also another municipality;
    ``pick`` a thing that goes with the asset (``web.picks``); ``attribute`` goes among the attributes.
    """

    name: str
    label: str
    type: FieldType = "line"
    required: bool = False
    hint: str = ""
    options: Options = ()
    default: str = ""


class EventForm(NamedTuple):
    """How one kind of fact is recorded. ``verb`` is the button, ``done`` the message afterwards.

    ``when`` asks for the time in words of its own, after the first question.
    """

    kind: str
    verb: str
    done: str
    icon: str
    fields: tuple[Field, ...] = ()
    explains: str = ""
    tone: Literal["", "danger"] = ""
    note: str = "Note"
    when: str = ""
