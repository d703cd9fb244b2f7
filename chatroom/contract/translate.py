"""Python type -> JSON Schema.

Ours and not msgspec's own, because that one refuses a union of two structs without a tag, which answers here may be
(an entry of a room is a message or something else, told apart by `kind`).
"""

import types
from datetime import datetime
from typing import Annotated, Any, Literal, TypeAlias, Union, get_args, get_origin

import msgspec

from chatroom.contract.surface import public

Schema: TypeAlias = dict[str, Any]

_PLAIN: dict[Any, Schema] = {
    str: {"type": "string"},
    bool: {"type": "boolean"},
    int: {"type": "integer"},
    float: {"type": "number"},
    datetime: {"type": "string", "format": "date-time"},
    None: {"type": "null"},
    type(None): {"type": "null"},
    Any: {},
    msgspec.Raw: {},
}
_BOUNDS = {
    "ge": "minimum",
    "le": "maximum",
    "gt": "exclusiveMinimum",
    "lt": "exclusiveMaximum",
    "pattern": "pattern",
}
_LENGTHS = {"min_length": ("minLength", "minItems"), "max_length": ("maxLength", "maxItems")}


class Translator:
    """Translates types and collects the structs that they mention as named components."""

    def __init__(self) -> None:
        self.components: dict[str, Schema] = {}
        self._named: dict[str, type[Any]] = {}

    def schema(self, kind: Any) -> Schema:
        """Return the schema of a type.

        Raises TypeError for what cannot cross the wire, and for two structs of one name.
        """
        if kind in _PLAIN:
            return dict(_PLAIN[kind])
        origin, arguments = get_origin(kind), get_args(kind)
        if origin is Annotated:
            return self._bounded(arguments[0], arguments[1:])
        if origin is Literal:
            return {"const": arguments[0]} if len(arguments) == 1 else {"enum": list(arguments)}
        if origin in {Union, types.UnionType}:
            return self._union(arguments)
        if origin in {list, tuple}:
            return {"type": "array", "items": self.schema(arguments[0])}
        if origin is dict:
            values = self.schema(arguments[1])
            return {"type": "object", **({"additionalProperties": values} if values else {})}
        if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
            return self._struct(kind)
        raise TypeError(f"{kind!r} has no JSON Schema here")

    def _bounded(self, kind: Any, notes: tuple[Any, ...]) -> Schema:
        schema = self.schema(kind)
        place = 1 if schema.get("type") == "array" else 0
        for meta in notes:
            found = {name: getattr(meta, key, None) for key, name in _BOUNDS.items()}
            found |= {names[place]: getattr(meta, key, None) for key, names in _LENGTHS.items()}
            found["description"] = getattr(meta, "description", None)
            schema |= {name: value for name, value in found.items() if value is not None}
            schema |= getattr(meta, "extra_json_schema", None) or {}
        return schema

    def _union(self, members: tuple[Any, ...]) -> Schema:
        schemas = [self.schema(member) for member in members if member is not msgspec.UnsetType]
        return schemas[0] if len(schemas) == 1 else {"anyOf": schemas}

    def _struct(self, kind: type[msgspec.Struct]) -> Schema:
        name = kind.__name__
        if self._named.setdefault(name, kind) is not kind:
            raise TypeError(f"{kind.__module__} and {self._named[name].__module__} both call a type {name}")
        if name not in self.components:
            self.components[
                name
            ] = {}  # its place is taken before its fields are read: a struct may mention itself
            self.components[name] = self._fields(kind)
        return {"$ref": f"#/components/schemas/{name}"}

    def _fields(self, kind: type[msgspec.Struct]) -> Schema:
        properties: dict[str, Schema] = {}
        required: list[str] = []
        for field in msgspec.structs.fields(kind):
            schema = self.schema(field.type)
            if field.required:
                required.append(field.encode_name)
            elif field.default not in (msgspec.NODEFAULT, msgspec.UNSET):
                schema["default"] = field.default
            properties[field.encode_name] = schema
        schema = {"description": public(kind.__doc__ or ""), "type": "object", "properties": properties}
        return {**schema, "required": required} if required else schema
