"""JSON Schemas of everything that crosses a wire, as the two specifications and the TypeScript writer share them."""

import re
from collections.abc import Iterable, Sequence
from typing import Any

from chatroom.contract.surface import Contract, Route
from chatroom.contract.translate import Schema, Translator

_REF = "#/components/schemas/"

REFUSAL: Schema = {
    "description": "Why something was refused. `code` is stable, `message` is for people, `retryAfter` whole seconds.",
    "type": "object",
    "properties": {
        "code": {"type": "string"},
        "message": {"type": "string"},
        "retryAfter": {"type": "integer"},
    },
    "required": ["code", "message"],
}

REFUSED: Schema = {**REFUSAL, "properties": {**REFUSAL["properties"], "event": {"type": "string"}}}


class Shapes:
    """The schema of each type by type, and the named components that they refer to."""

    def __init__(self, contract: Contract) -> None:
        given = [op.input for op in contract.operations]
        told = [route.output for route in contract.routes] + [op.output for op in contract.operations]
        told += contract.events
        translator = Translator()
        self._by_kind = {repr(kind): translator.schema(kind) for kind in [*given, *told]}
        self.components: dict[str, Schema] = dict(sorted(translator.components.items()))
        self.told = sorted(self._reach(self.of(kind) for kind in told))
        """Names of the components that the server sends."""
        if "RoomEntry" in self.components:  # each slice declares its own kinds
            self.components["RoomEntry"]["properties"]["kind"] = {"enum": list(contract.kinds)}
        for name in self.told:
            _complete(self.components[name])

    def of(self, kind: Any) -> Schema:
        """Return the schema of an operation's input or output, or of an event; usually a reference."""
        return self._by_kind[repr(kind)]

    def fields(self, kind: Any) -> Schema:
        """Return the object schema itself, where `of` returns a reference to it."""
        schema = self.of(kind)
        return self.components[schema["$ref"].removeprefix(_REF)] if "$ref" in schema else schema

    def _reach(self, schemas: Iterable[Schema]) -> set[str]:
        """Names of all components that these schemas refer to, directly or not."""
        found: set[str] = set()
        pending: list[Any] = list(schemas)
        while pending:
            item = pending.pop()
            if isinstance(item, dict):
                name = str(item.get("$ref", "")).removeprefix(_REF)
                if name and name not in found:
                    found.add(name)
                    pending.append(self.components[name])
                pending.extend(item.values())
            elif isinstance(item, list):
                pending.extend(item)
        return found


def _complete(component: Schema) -> None:
    """A field with a default may be left out by a client, but the server always sends it."""
    properties = component.get("properties", {})
    required = set(component.get("required", ()))
    always = [name for name, field in properties.items() if name in required or "default" in field]
    if always:
        component["required"] = always
    for field in properties.values():
        field.pop("default", None)


def path_fields(route: Route) -> Sequence[str]:
    """Names of the places in a route's path."""
    return re.findall(r"\{(\w+)\}", route.path)
