"""The smallest payload of a kind: what it requires, and nothing else; made from the types themselves."""

from uuid import UUID

from msgspec import inspect

from factories.events import EXAMPLES


def smallest(cls):
    """JSON of a Struct with its required fields only."""
    known = inspect.type_info(cls)
    # A payload's ``required`` names fields of which one must be given: the first of each.
    needed = {names[0] for names in getattr(cls, "required", ())}
    wanted = [field for field in known.fields if field.required or field.name in needed]
    given = {field.encode_name: value(field.type) for field in wanted}
    return given | ({known.tag_field: known.tag} if known.tag_field else {})


def value(kind):
    match kind:
        case inspect.Metadata():
            return value(kind.type)
        case inspect.UnionType():
            return value(next(each for each in kind.types if not isinstance(each, inspect.NoneType)))
        case inspect.LiteralType():
            return min(kind.values)
        case inspect.StrType():
            return EXAMPLES.get(kind.pattern, ("x",))[0]
        case inspect.IntType():
            return kind.ge or 1
        case inspect.BoolType():
            return True
        case inspect.DecimalType():
            return "1"
        case inspect.UUIDType():
            return str(UUID(int=7))
        case inspect.DateType():
            return "2025-01-01"
        case inspect.VarTupleType():
            return [value(kind.item_type)] * (kind.min_length or 0)
        case inspect.DictType():
            return {value(kind.key_type): value(kind.value_type)}
        case inspect.StructType():
            return smallest(kind.cls)
    raise NotImplementedError(kind)
