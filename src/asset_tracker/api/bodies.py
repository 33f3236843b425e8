"""The description of bodies that handlers read themselves; Litestar describes what it decodes, and no more."""

from dataclasses import dataclass
from typing import Any, cast

import msgspec
from litestar.openapi.spec import OpenAPIMediaType, Operation, RequestBody, Schema
from litestar.openapi.spec.enums import OpenAPIFormat, OpenAPIType

_BYTES = Schema(type=OpenAPIType.STRING, format=OpenAPIFormat.BINARY)


def json_of(body: Any) -> type[Operation]:
    """The operation of a handler whose body is JSON of the type ``body``."""
    (schema,), parts = msgspec.json.schema_components([body], ref_template="{name}")
    # The specification takes a schema as it is written; only Litestar's annotation asks for its own class.
    return _reading("application/json", cast("Schema", _inlined(schema, parts)))


def bytes_of(media_type: str) -> type[Operation]:
    """The operation of a handler whose body is what it is, of this type."""
    return _reading(media_type, _BYTES)


def _reading(media_type: str, schema: Schema) -> type[Operation]:
    @dataclass
    class Reading(Operation):
        def __post_init__(self) -> None:
            self.request_body = RequestBody(
                content={media_type: OpenAPIMediaType(schema=schema)}, required=True
            )

    return Reading


def _inlined(schema: Any, parts: dict[str, Any]) -> Any:
    """``schema`` with what it refers to by a name of ``parts`` in its place. Nothing in it holds itself."""
    if isinstance(schema, list):
        return [_inlined(each, parts) for each in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        return _inlined(parts[schema["$ref"]], parts)
    return {key: _inlined(value, parts) for key, value in schema.items()}
