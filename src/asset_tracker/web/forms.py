"""Reading a form into a command, with every mistake at once."""

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import cache
from typing import Any, TypeVar, get_type_hints
from uuid import UUID

import msgspec
from litestar.datastructures import FormMultiDict

from asset_tracker.edge.who import AnyRequest
from asset_tracker.errors import FieldError, InvalidError
from asset_tracker.ledger.values import FIRST_YEAR, LAST_YEAR

S = TypeVar("S", bound=msgspec.Struct)


def typed(sent: FormMultiDict) -> dict[str, str]:
    """What a form sent as text, by the names of its fields: files aside, and of many under one name the last."""
    return {name: value for name, value in sent.multi_items() if isinstance(value, str)}


async def answers_of(request: AnyRequest) -> dict[str, str]:
    """What a form sent, as typed."""
    return typed(await request.form())


def read_id(text: str, field: str) -> UUID | None:
    """The id that a choice or an address holds, None for nothing. Raises InvalidError."""
    try:
        return UUID(text) if text.strip() else None
    except ValueError as error:
        raise InvalidError(errors=(FieldError(field, "This is not what is expected here."),)) from error


def read_number(text: str) -> int | None:
    """The whole number that a field or an address holds; None for anything else, and for more than nine digits.

    ``isdigit`` alone lets ``²`` through, and Python refuses to read numbers of thousands of digits.
    """
    text = text.strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def read_money(text: str) -> Decimal | None:
    """The amount that somebody wrote: ``1 234,50``, ``1,234.50``, ``1234.5 ₴``; None if it is not one."""
    plain = re.sub(r"[\s\u00a0\u202f'’₴€$]", "", text)
    if "," in plain and "." in plain:
        grouping = "," if plain.rindex(",") < plain.rindex(".") else "."
        plain = plain.replace(grouping, "")
    plain = plain.replace(",", ".")
    try:
        amount = Decimal(plain)
    except InvalidOperation:
        return None
    return amount.quantize(Decimal("0.01")) if amount.is_finite() and abs(amount) < Decimal("1e15") else None


def read_day(text: str, field: str) -> date | None:
    """The day that a field or an address holds, None for nothing. Raises InvalidError.

    Days at the ends of the calendar are none: nothing can be counted on from there.
    """
    try:
        day = date.fromisoformat(text.strip()) if text.strip() else None
    except ValueError as error:
        raise InvalidError(errors=(FieldError(field, "Choose a day."),)) from error
    if day and not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise InvalidError(errors=(FieldError(field, "Choose a day."),))
    return day


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
            errors.append(_expected(field.name, _hints(struct)[field.name], value))
    if errors:
        raise InvalidError(errors=tuple(errors))
    return struct(**values)


def _expected(name: str, hint: Any, given: Any) -> FieldError:
    """What a field of this type takes, said so that one can write it."""
    told = msgspec.inspect.type_info(hint)
    kinds = told.types if isinstance(told, msgspec.inspect.UnionType) else (told,)
    kind = next((each for each in kinds if not isinstance(each, msgspec.inspect.NoneType)), told)
    if isinstance(kind, msgspec.inspect.IntType):
        if kind.ge is None or kind.le is None:
            return FieldError(name, "Write a whole number.")
        message = "Write a whole number from %(least)s to %(most)s."
        return FieldError(name, message, {"least": kind.ge, "most": kind.le})
    if isinstance(kind, msgspec.inspect.DateType):
        return FieldError(name, "Choose a day.")
    if isinstance(kind, msgspec.inspect.DecimalType):
        return FieldError(name, "Write a number, such as 1250.50.")
    if isinstance(kind, msgspec.inspect.StrType) and len(given) > (kind.max_length or len(given)):
        return FieldError(name, "At most %(most)s characters fit here.", {"most": kind.max_length})
    return FieldError(name, "This is not what is expected here.")
