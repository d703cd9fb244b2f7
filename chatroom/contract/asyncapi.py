"""AsyncAPI 3.0 of the socket surface: what a client may emit with its acknowledgement, and what it is told."""

from collections.abc import Iterator
from typing import Any

from chatroom.contract.schemas import REFUSAL, REFUSED, Shapes
from chatroom.contract.surface import Contract, summary
from chatroom.contract.translate import Schema
from chatroom.core.operation import Operation

_ERROR = "An event without an acknowledgement was refused; `event` is its name."
_SAID = (
    "What was said in a lounge, as the value alone: for clients that know `message` or `chat message` only."
)
_ABOUT = (
    "Socket.IO v5 over Engine.IO v4, path `/socket.io/`, namespace `/`, by websocket or long-polling. "
    "A token goes into the handshake: `auth: {token}`."
)
_ANY = "Any JSON value, as it was said."
_CHANNEL = {"$ref": "#/channels/socket"}


def document(contract: Contract, shapes: Shapes) -> dict[str, Any]:
    """Return the whole document."""
    messages: dict[str, Any] = {}
    operations: dict[str, Any] = {}
    for op in contract.socket_operations:
        name = op.socket or ""
        key = _key(name)
        messages[f"emit.{key}"] = _message(name, summary(op.call), _argument(op, shapes))
        messages[f"ack.{key}"] = _message(f"{name} (ack)", "The acknowledgement.", _ack(shapes.of(op.output)))
        operations[f"receive.{key}"] = _receive(op)
    messages["event.error"] = _message("error", _ERROR, {"$ref": "#/components/schemas/Refused"})
    operations["send.error"] = _tell("error", _ERROR)
    for event in contract.sorted_events:
        messages[f"event.{event.event}"] = _message(event.event, summary(event), shapes.of(event))
        operations[f"send.{event.event}"] = _tell(event.event, summary(event))
    for name, text, payload in _spoken(contract, shapes):
        messages[f"event.{_key(name)}"] = _message(name, text, payload)
        operations[f"send.{_key(name)}"] = _tell(name, text)
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Chatroom",
            "version": contract.version,
            "description": _ABOUT,
            "license": {"name": "Apache-2.0"},
        },
        "defaultContentType": "application/json",
        "channels": {
            "socket": {
                "address": "/",
                "title": "The Socket.IO namespace",
                "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in messages},
            }
        },
        "operations": operations,
        "components": {
            "messages": messages,
            "schemas": {**shapes.components, "Refusal": REFUSAL, "Refused": REFUSED},
        },
    }


def _spoken(contract: Contract, shapes: Shapes) -> Iterator[tuple[str, str, Schema]]:
    """The events of older clients: name, summary, payload."""
    kinds = {event.event: event for event in contract.events}
    for name, event in contract.spoken.items():
        if event:
            yield name, f"`{event}`, under its older name.", shapes.of(kinds[event])
        else:
            yield name, _SAID, {"description": _ANY}


def _key(name: str) -> str:
    """A key of the document: it may hold no space, as `chat message` does."""
    return name.replace(" ", "_")


def _message(name: str, text: str, payload: Schema) -> dict[str, Any]:
    return {"name": name, "summary": text, "payload": payload}


def _argument(op: Operation, shapes: Shapes) -> Schema:
    """What the event carries: its command, or the one field that stands for it."""
    whole = shapes.of(op.input)
    if op.bare is None:
        return whole
    field: Schema = shapes.components[op.input.__name__]["properties"][op.bare]
    return field if op.verbatim else {"oneOf": [field, whole]}


def _ack(output: Schema) -> Schema:
    yes = {
        "type": "object",
        "properties": {"ok": {"const": True}, "data": output},
        "required": ["ok", "data"],
    }
    refusal = {"$ref": "#/components/schemas/Refusal"}
    no = {
        "type": "object",
        "properties": {"ok": {"const": False}, "error": refusal},
        "required": ["ok", "error"],
    }
    return {"oneOf": [yes, no]}


def _receive(op: Operation) -> dict[str, Any]:
    return {
        "action": "receive",
        "channel": _CHANNEL,
        "summary": summary(op.call),
        "messages": [{"$ref": f"#/channels/socket/messages/emit.{_key(op.socket or '')}"}],
        "reply": {
            "channel": _CHANNEL,
            "messages": [{"$ref": f"#/channels/socket/messages/ack.{_key(op.socket or '')}"}],
        },
    }


def _tell(name: str, text: str) -> dict[str, Any]:
    return {
        "action": "send",
        "channel": _CHANNEL,
        "summary": text,
        "messages": [{"$ref": f"#/channels/socket/messages/event.{_key(name)}"}],
    }
