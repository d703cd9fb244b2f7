"""OpenAPI 3.1 of every HTTP surface, one tag each."""

from typing import Any

from chatroom.contract.schemas import REFUSAL, Shapes, path_fields
from chatroom.contract.surface import Contract, Route, refusals, summary
from chatroom.contract.translate import Schema
from chatroom.core.errors import CATALOGUE
from chatroom.core.principal import POLICY, Role

_FAILURE_FIELDS: Schema = {
    "code": {"type": "string", "enum": sorted(CATALOGUE)},
    "requestId": {"type": "string"},
    "errors": {
        "description": "Field -> what is wrong with it.",
        "type": "object",
        "additionalProperties": {"type": "array", "items": {"type": "string"}},
    },
    "retryAfter": {"description": "Seconds.", "type": "number"},
}
_FAILURES: dict[str, Schema] = {
    "Failure": {
        "description": "How the bare surfaces say no. `error` and `message` are the same sentence.",
        "type": "object",
        "properties": {"error": {"type": "string"}, "message": {"type": "string"}, **_FAILURE_FIELDS},
        "required": ["error", "message", "code", "requestId"],
    },
    "EnvelopedFailure": {
        "description": "How `/api/v1` says no.",
        "type": "object",
        "properties": {
            "status": {"const": "error"},
            "message": {"type": "string"},
            "data": {"type": "object", "properties": _FAILURE_FIELDS, "required": ["code", "requestId"]},
        },
        "required": ["status", "message", "data"],
    },
    "Refusal": REFUSAL,
}


_HEALTH_TAG = {"health": "For whoever watches the process."}


def _probe(name: str, text: str, answers: dict[str, str], fields: Schema) -> dict[str, Any]:
    schema = {
        "type": "object",
        "properties": {"status": {"type": "string"}, **fields},
        "required": ["status", *fields],
    }
    content = {"application/json": {"schema": schema}}
    responses = {status: {"description": said, "content": content} for status, said in answers.items()}
    found = {"operationId": f"health.{name}", "tags": ["health"], "summary": text, "security": []}
    return {"get": {**found, "responses": responses}}


_HEALTH = {
    "/health": _probe("live", "The process answers.", {"200": "It does."}, {"timestamp": {"type": "string"}}),
    "/readyz": _probe(
        "ready",
        "It can store, and takes new connections.",
        {"200": "It is ready.", "503": "It is not; `checks` says why."},
        {"checks": {"type": "object", "additionalProperties": {"type": "boolean"}}},
    ),
}


def document(contract: Contract, shapes: Shapes) -> dict[str, Any]:
    """Return the whole document."""
    paths: dict[str, dict[str, Any]] = {}
    for route in contract.routes:
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(route, shapes)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Chatroom",
            "version": contract.version,
            "description": "Rooms, messages and people over HTTP. The socket half is in asyncapi.json.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "tags": [
            {"name": name, "description": text} for name, text in {**contract.tags, **_HEALTH_TAG}.items()
        ],
        "paths": {**dict(sorted(paths.items())), **_HEALTH},
        "components": {
            "schemas": {**shapes.components, **_FAILURES},
            "securitySchemes": {
                "bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"},
                "cookie": {"type": "apiKey", "in": "cookie", "name": "accessToken"},
            },
        },
    }


def _operation(route: Route, shapes: Shapes) -> dict[str, Any]:
    op = route.operation
    found: dict[str, Any] = {
        "operationId": f"{route.tag}.{op.name}.{route.method.lower()}",
        "tags": [route.tag],
        "summary": summary(op.call),
        "security": [] if Role.OUTSIDER in POLICY[op.may] else [{"bearer": []}, {"cookie": []}],
    }
    fields = shapes.fields(op.input)
    in_path = path_fields(route)
    rest = {name: field for name, field in fields.get("properties", {}).items() if name not in in_path}
    required = [name for name in fields.get("required", ()) if name in rest]
    parameters = [
        _parameter(name, "path", fields["properties"].get(name, {"type": "string"}), True) for name in in_path
    ]
    if route.method == "GET":
        parameters += [_parameter(name, "query", field, name in required) for name, field in rest.items()]
    elif rest:
        body: Schema = {"type": "object", "properties": rest, **({"required": required} if required else {})}
        if route.enveloped:
            body["additionalProperties"] = False  # unknown fields are refused there, ignored elsewhere
        schema = body if in_path or route.enveloped else shapes.of(op.input)
        found["requestBody"] = {
            "required": bool(required),
            "content": {"application/json": {"schema": schema}},
        }
    if parameters:
        found["parameters"] = parameters
    found["responses"] = _responses(route, shapes.of(route.output))
    return found


def _parameter(name: str, place: str, schema: Schema, required: bool) -> Schema:  # noqa: FBT001 - a field of the row
    return {"name": name, "in": place, "required": required, "schema": schema}


def _responses(route: Route, output: Schema) -> dict[str, Any]:
    answer, failure = output, "Failure"
    if route.enveloped:
        failure = "EnvelopedFailure"
        answer = {
            "type": "object",
            "properties": {"status": {"const": "success"}, "message": {"type": "string"}, "data": output},
            "required": ["status", "message", "data"],
        }
    refused = {"application/json": {"schema": {"$ref": f"#/components/schemas/{failure}"}}}
    return {
        str(route.operation.status): {
            "description": "Done.",
            "content": {"application/json": {"schema": answer}},
        },
        "default": {"description": _refused(route), "content": refused},
    }


def _refused(route: Route) -> str:
    own = ", ".join(f"`{code}`" for code in refusals(route.operation))
    return f"Refused; `code` says why{f', for example {own}' if own else ''}."
