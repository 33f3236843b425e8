"""The form of the labels' page: as typed, read with all mistakes at once, and filled from a preset."""

from typing import Any, Final, get_type_hints

import msgspec

from asset_tracker.errors import FieldError, InvalidError
from asset_tracker.labels.order import Order
from asset_tracker.labels.paper import Paper

WHATS: Final = (
    ("consignment", "A consignment"),
    ("municipality", "A municipality"),
    ("tags", "Some tags"),
    ("blank", "Blank labels"),
    ("places", "Places"),
)
OUTPUTS: Final = (("pdf", "PDF, for any printer"), ("zpl", "ZPL, for label printers"))
LINES: Final = (("none", "Nothing more"), ("programme", "The programme"), ("donors", "The donors"))
DPIS: Final = (("203", "203"), ("300", "300"), ("600", "600"))
NAME_MOST: Final = 60
_PAPER: Final = tuple(Paper.__struct_fields__)
_HINTS: Final = get_type_hints(Order, include_extras=True)
_EXPECTED: Final = {
    "blank": "A whole number, such as 30.",
    "copies": "A whole number from 1 to 20.",
    "start_cell": "A whole number, such as 1.",
    "offset_x": "A length in mm, such as 0,5.",
    "offset_y": "A length in mm, such as 0,5.",
    "scale_x": "A factor, such as 1,005.",
    "scale_y": "A factor, such as 1,005.",
}


class LabelForm(msgspec.Struct, frozen=True):
    """What stands in the form; all of it text."""

    what: str = ""
    consignment: str = ""
    municipality: str = ""
    tags: str = ""
    blank: str = ""
    places: str = ""
    programme: str = ""
    stock: str = "L7160"
    output: str = "pdf"
    dpi: str = "300"
    start_cell: str = "1"
    line2: str = "none"
    copies: str = ""
    lang: str = "uk"
    offset_x: str = "0"
    offset_y: str = "0"
    scale_x: str = "1"
    scale_y: str = "1"
    cut_marks: str = ""
    preset: str = ""
    preset_name: str = ""

    @property
    def chosen(self) -> str:
        """What is to be labelled: as said, or as the filled field tells."""
        if self.what in dict(WHATS):
            return self.what
        return next((what for what, _ in WHATS if getattr(self, what).strip()), "consignment")

    @property
    def is_empty(self) -> bool:
        """Whether nothing to print was chosen yet."""
        return not getattr(self, self.chosen).strip()


def filled(form: LabelForm, paper: Paper) -> LabelForm:
    """The form with a preset's paper in it."""
    given = {name: _text(getattr(paper, name)) for name in _PAPER if name in LabelForm.__struct_fields__}
    return msgspec.structs.replace(form, **given)


def read_paper(form: LabelForm) -> Paper:
    """The paper's part of the form. Raises InvalidError that names each wrong field."""
    return Paper(**_read(form, [name for name in _PAPER if name in LabelForm.__struct_fields__]))


def read_order(form: LabelForm, municipality: str | None) -> Order:
    """The order of the form; ``municipality`` is the code of the one named, or the place. Raises like
    ``read_paper``.
    """
    what = form.chosen
    names = [name for name in _PAPER if name in LabelForm.__struct_fields__]
    values = _read(form, [*names, *(["blank"] if what == "blank" else []), "programme"])
    if what == "tags":
        values["tags"] = tuple(form.tags.replace(",", " ").replace(";", " ").split())
    if what == "consignment":
        values["consignment"] = form.consignment.strip() or None
    if what == "municipality":
        values["municipality"] = municipality
    if what == "places":
        values["places"] = (municipality,) if municipality else ()
    return Order(**values)


def checked_name(typed: str, field: str) -> str:
    """A name that people give to a preset or a stock. Raises InvalidError."""
    name = " ".join(typed.split())
    if not 1 <= len(name) <= NAME_MOST or "/" in name or not name.isprintable():
        raise InvalidError(errors=(FieldError(field, "Give it a name without a slash."),))
    return name


def _read(form: LabelForm, names: list[str]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    errors = []
    for name in names:
        typed = getattr(form, name).strip()
        hint = _HINTS[name]
        if name == "cut_marks":
            values[name] = bool(typed)
            continue
        if not typed:  # as if it had not been there: the default holds
            continue
        written = typed.replace(",", ".").replace("−", "-") if name in _EXPECTED else typed
        try:
            values[name] = msgspec.convert(written, hint, strict=False)
        except msgspec.ValidationError:
            errors.append(FieldError(name, _EXPECTED.get(name, "Choose one of the answers.")))
    if errors:
        raise InvalidError(errors=tuple(errors))
    return values


def _text(value: object) -> str:
    if value is None or value is False:
        return ""
    if value is True:
        return "yes"
    return f"{value:g}" if isinstance(value, float) else str(value)
