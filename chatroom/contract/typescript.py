"""`web/src/api/contract.ts`: types of everything that crosses the wire, event maps, and the table of HTTP routes."""

import json
from collections.abc import Iterator

from chatroom.contract.schemas import Shapes
from chatroom.contract.surface import Contract, Route, summary
from chatroom.contract.translate import Schema
from chatroom.core.operation import Operation

_HEAD = """\
// Written by `make contract` from the server's operations and events. Do not edit.

/** Why something was refused. `code` is stable, `message` is for people, `retryAfter` is in seconds. */
export interface Refusal {
  code: string;
  message: string;
  retryAfter?: number;
}

/** The body of every refused HTTP call on the bare routes. */
export interface ErrorBody extends Refusal {
  error: string;
  requestId: string;
  errors?: Record<string, string[]>;
}

/** The event `error`: an event without an acknowledgement was refused. */
export interface ErrorNews extends Refusal {
  event?: string;
}

/** How an event with an acknowledgement is answered. */
export type Ack<T> = (answer: { ok: true; data: T } | { ok: false; error: Refusal }) => void;
"""

_ROUTE = """\
/** Where an operation is reached over HTTP; `:name` parts of the path are taken from the input. */
export interface Route {
  method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  path: string;
  /** True where the answer is `{status, message, data}`. */
  envelope?: true;
}
"""

_PLAIN = {"string": "string", "integer": "number", "number": "number", "boolean": "boolean", "null": "null"}


def module(contract: Contract, shapes: Shapes) -> str:
    """Return the text of the module."""
    chosen = _chosen(contract)
    parts = [_HEAD, *_types(shapes), _told(contract, shapes), _asked(contract, shapes)]
    parts += [_operations(chosen, shapes), _ROUTE, _routes(chosen)]
    return "\n".join(parts)


def type_of(schema: Schema) -> str:
    """Write a JSON Schema as a TypeScript type."""
    if "$ref" in schema:
        return str(schema["$ref"]).rsplit("/", 1)[1]
    if "const" in schema:
        return json.dumps(schema["const"])
    if "enum" in schema:
        return " | ".join(json.dumps(value) for value in schema["enum"])
    for union in ("anyOf", "oneOf"):
        if union in schema:
            return " | ".join(dict.fromkeys(type_of(part) for part in schema[union]))
    kind = schema.get("type")
    if kind == "array":
        item = type_of(schema.get("items") or {})
        return f"({item})[]" if "|" in item else f"{item}[]"
    if kind == "object":
        return _object(schema)
    return _PLAIN.get(str(kind), "unknown")


def _object(schema: Schema) -> str:
    if schema.get("properties"):
        return "{ " + " ".join(line.strip() for line in _fields(schema)) + " }"
    values = schema.get("additionalProperties")
    return f"Record<string, {type_of(values) if isinstance(values, dict) and values else 'unknown'}>"


def _fields(schema: Schema) -> Iterator[str]:
    required = schema.get("required", ())
    for name, field in schema.get("properties", {}).items():
        if "description" in field:
            yield f"  /** {field['description']} */"
        yield f"  {name}{'' if name in required else '?'}: {type_of(field)};"


def _types(shapes: Shapes) -> Iterator[str]:
    for name, schema in shapes.components.items():
        text = " ".join(schema.get("description", "").split())
        comment = f"/** {text} */\n" if text else ""
        if schema.get("properties"):
            yield f"{comment}export interface {name} {{\n" + "\n".join(_fields(schema)) + "\n}\n"
        else:
            known = "Record<string, never>" if schema.get("type") == "object" else type_of(schema)
            yield f"{comment}export type {name} = {known};\n"


def _map(name: str, comment: str, rows: list[str]) -> str:
    return f"/** {comment} */\nexport interface {name} {{\n" + "\n".join(rows) + "\n}\n"


def _key(name: str) -> str:
    """A property's name; seed S0's `join-lounge` needs quotes."""
    return name if name.isidentifier() else json.dumps(name)


def _told(contract: Contract, shapes: Shapes) -> str:
    rows = ["  error: (payload: ErrorNews) => void;"] + [
        f"  {_key(event.event)}: (payload: {type_of(shapes.of(event))}) => void;"
        for event in contract.sorted_events
    ]
    return _map("ServerToClientEvents", "What the server tells.", rows)


def _asked(contract: Contract, shapes: Shapes) -> str:
    rows = []
    for op in contract.socket_operations:
        answer = type_of(shapes.of(op.output))
        # An answer that says nothing but "done" need not be waited for.
        ack = "ack?" if answer == "Done" else "ack"
        rows.append(
            f"  {_key(str(op.socket))}: (payload: {type_of(shapes.of(op.input))}, {ack}: Ack<{answer}>) => void;"
        )
    return _map("ClientToServerEvents", "What a client may emit.", rows)


def _chosen(contract: Contract) -> dict[Operation, Route]:
    """One address for each operation: the bare one where there is one, else the enveloped one."""
    chosen: dict[Operation, Route] = {}
    for route in sorted(
        contract.routes, key=lambda route: (route.enveloped, not route.path.startswith("/api/"))
    ):
        chosen.setdefault(route.operation, route)
    return dict(sorted(chosen.items(), key=lambda pair: pair[0].name))


def _operations(chosen: dict[Operation, Route], shapes: Shapes) -> str:
    rows: list[str] = []
    for op, route in chosen.items():
        rows.append(f"  /** {summary(op.call)} */")
        rows.append(
            f'  "{op.name}": {{ input: {type_of(shapes.of(op.input))}; output: {type_of(shapes.of(route.output))} }};'
        )
    return _map(
        "Operations",
        "Input and output of every HTTP operation; path parameters are fields of the input.",
        rows,
    )


def _routes(chosen: dict[Operation, Route]) -> str:
    rows = []
    for op, route in chosen.items():
        path = route.path.replace("{", ":").replace("}", "")
        envelope = ", envelope: true" if route.enveloped else ""
        rows.append(f'  "{op.name}": {{ method: "{route.method}", path: "{path}"{envelope} }},')
    head = "export const routes: Readonly<Record<keyof Operations, Route>> = {\n"
    return head + "\n".join(rows) + "\n};\n"
