"""Reading a form into a command, with every mistake at once."""

from collections.abc import Mapping
from functools import cache
from typing import Any, TypeVar, get_type_hints

import msgspec

from asset_tracker.errors import FieldError, InvalidError

S = TypeVar("S", bound=msgspec.Struct)


@cache
def _hints(struct: type[msgspec.Struct]) -> dict[str, Any]:
    return get_type_hints(struct, include_extras=True)


def read(struct: type[S], given: Mapping[str, Any]) -> S:
    """The command that a form's answers make; what was left empty is left to the command's own defaults.

    Raises InvalidError that names every wrong field.
    """
    values: dict[str, Any] = {}
    errors = []
    for field in msgspec.structs.fields(struct):
        value = given.get(field.name)
        value = value.strip() if isinstance(value, str) else value
        if value in (None, "", ()):
            if field.required:
                errors.append(FieldError(field.name, "Please fill this in."))
            continue
        try:
            values[field.name] = msgspec.convert(value, _hints(struct)[field.name], strict=False)
        except msgspec.ValidationError:
            errors.append(FieldError(field.name, "This is not what is expected here."))
    if errors:
        raise InvalidError(errors=tuple(errors))
    return struct(**values)
