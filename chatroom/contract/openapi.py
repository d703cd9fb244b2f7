"""OpenAPI 3.1 of every HTTP surface, one tag each."""

from typing import Any

from chatroom.contract.schemas import REFUSAL, Shapes, path_fields
from chatroom.contract.surface import Contract, Route, summary
from chatroom.contract.translate import Schema
from chatroom.core.operation import Operation
from chatroom.core.principal import Role
from chatroom.features import problems

_UNPROCESSABLE = 422
_BODILESS = ("GET", "DELETE")
_ALWAYS = ("bad_origin", "address_too_long", "rate_limited", "headers_too_large", "unavailable")
_BY_BODY = ("bad_input", "too_large", "unsupported_media_type")
_FAILURE_FIELDS: Schema = {
    "code": {"type": "string", "enum": sorted(problems)},
    "requestId": {"type": "string"},
    "errors": {
        "description": "Field -> what is wrong with it.",
        "type": "object",
        "additionalProperties": {"type": "array", "items": {"type": "string"}},
    },
    "retryAfter": {"description": "Seconds.", "type": "integer"},
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
            "responses": {
                _failure(status, enveloped=enveloped): _refusal(status, codes, enveloped=enveloped)
                for enveloped in (False, True)
                for status, codes in _CODES.items()
                if enveloped or status != _UNPROCESSABLE
            },
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
        **_own_refusals(op),
        "security": [] if Role.OUTSIDER in op.may.roles else [{"bearer": []}, {"cookie": []}],
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
    answer = output
    if route.enveloped:
        answer = {
            "type": "object",
            "properties": {"status": {"const": "success"}, "message": {"type": "string"}, "data": output},
            "required": ["status", "message", "data"],
        }
    done = {"description": "Done.", "content": {"application/json": {"schema": answer}}}
    refused = {
        str(status): {"$ref": f"#/components/responses/{_failure(status, enveloped=route.enveloped)}"}
        for status in _statuses(route)
    }
    return {str(route.operation.status): done, **refused}


def _statuses(route: Route) -> list[int]:
    """The statuses that a route refuses with: by what it says itself, who may ask, and what it is given.

    500 is not among them, for it is a fault and no answer to count on.
    """
    op = route.operation
    codes = {*op.refuses, *_ALWAYS}
    if Role.OUTSIDER not in op.may.roles:
        codes.add("unauthorized")
    if path_fields(route):
        codes.add("not_found")
    extra = set(op.input.__struct_encode_fields__) - set(path_fields(route))
    if route.method not in _BODILESS or (route.method == "DELETE" and extra):
        codes.update(_BY_BODY)
    elif route.enveloped or op.input.__struct_fields__:
        codes.add("bad_input")
    found = {problems[code].status for code in codes}
    return sorted(found | {_UNPROCESSABLE} if route.enveloped and "bad_input" in codes else found)


def _codes_by_status() -> dict[int, list[str]]:
    found: dict[int, list[str]] = {_UNPROCESSABLE: ["bad_input"]}
    for code, entry in sorted(problems.items()):
        found.setdefault(entry.status, []).append(code)
    return dict(sorted(found.items()))


_CODES = _codes_by_status()


def _failure(status: int, *, enveloped: bool) -> str:
    return f"{'EnvelopedFailure' if enveloped else 'Failure'}{status}"


def _refusal(status: int, codes: list[str], *, enveloped: bool) -> dict[str, Any]:
    """A response by its status. `code` is one of a few then."""
    fields = {"properties": {"code": {"enum": codes}}}
    narrow = {"properties": {"data": fields}} if enveloped else fields
    whole = {"$ref": f"#/components/schemas/{'EnvelopedFailure' if enveloped else 'Failure'}"}
    found: dict[str, Any] = {
        "description": "Refused: " + ", ".join(f"`{code}`" for code in codes) + ".",
        "content": {"application/json": {"schema": {"allOf": [whole, narrow]}}},
    }
    if any(problems[code].retryable for code in codes):
        said = "Seconds until it makes sense to ask again."
        found["headers"] = {"Retry-After": {"description": said, "schema": {"type": "integer"}}}
    return found


def _own_refusals(op: Operation) -> dict[str, str]:
    own = ", ".join(f"`{code}`" for code in op.refuses)
    return {"description": f"Refused with {own}, and what every operation may answer."} if own else {}
