"""The reference pages in docs/reference: operations, events, errors and settings, for people."""

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic_settings import BaseSettings

from chatroom.contract.schemas import REFUSED, Shapes
from chatroom.contract.surface import Contract, summary
from chatroom.contract.translate import Schema
from chatroom.contract.typescript import type_of
from chatroom.core.operation import Operation
from chatroom.core.principal import Role
from chatroom.features import problems

_CONNECTING = """\
What the server tells its Socket.IO clients. They connect to the namespace `/` on the path `/socket.io/`, by websocket,
long-polling or an upgrade, with a token in the handshake: `auth: {token}`. Every event that asks for an acknowledgement
gets exactly one, in the order of the events: `{"ok": true, "data": …}` or `{"ok": false, "error": {"code", "message",
"retryAfter"?}}`. `receive_message` and `room_entry` carry the room's `seq`; a client that finds a number missing asks
for the rest with `resume`, or with `GET /api/rooms/{roomId}/messages?after=`."""
_SEEDS = (
    "",
    "# For clients of other chat servers, which expect certain ports and origins. Every port serves everything.",
    "# API on 3001, sockets on 3002, any page may call (cookies are never sent to pages of other sites):",
    "#PORT=3001",
    "#SOCKET_PORT=3002",
    "#CORS_ORIGIN=*",
    "# A front end of its own on 3000, whose pages may use cookies:",
    "#FRONTEND_URL=http://localhost:3000",
    "# Sockets on 5000 besides:",
    "#COMPAT_PORTS=5000",
)
_WHOSE = (403, 404)
_MADE = "<!-- Written by `make contract`. Do not edit. -->\n"


def operations(contract: Contract, shapes: Shapes) -> str:
    """Every operation with its addresses, permission, limit, input and output."""
    lines = [
        _MADE,
        "# Operations",
        "",
        "Everything a client can ask for, over HTTP, over Socket.IO, or both.",
    ]
    slices: dict[str, list[Operation]] = {}
    for op in contract.operations:
        slices.setdefault(op.slice, []).append(op)
    for name, members in slices.items():
        lines += ["", f"## {name}"]
        for op in members:
            lines += _operation(op, contract, shapes)
    lines += ["", "## Types of the answers", "", "Those that are events too stand in [events](events.md)."]
    told = {event.__name__ for event in contract.events}
    for name in sorted(set(shapes.told) - told):
        lines += ["", f"### {name}", "", shapes.components[name]["description"]]
        lines += _fields("Field", shapes.components[name])
    return "\n".join(lines) + "\n"


def _operation(op: Operation, contract: Contract, shapes: Shapes) -> Iterator[str]:
    yield from ("", f"### {op.name}", "", summary(op.call), "")
    for route in contract.routes:
        if route.operation is op:
            yield f"- `{route.method} {route.path}` answers {op.status}"
    if op.socket:
        yield f"- socket event `{op.socket}`"
    yield f"- for {_who(op)}; permission `{op.may.name}`{f', as `{op.within.name}`' if op.within else ''}"
    if op.limit:
        yield f"- rate limit `{op.limit}`"
    if codes := op.refuses:
        yield f"- refused with {', '.join(f'`{code}`' for code in codes)}, and what every operation may answer"
    yield from _fields("Input", shapes.fields(op.input))
    output = shapes.of(op.output)
    yield from ("", f"Answer: `{type_of(output)}`" if output else "Answer: nothing")


def _who(op: Operation) -> str:
    roles = op.may.roles
    return "everybody" if Role.OUTSIDER in roles else ", ".join(role for role in Role if role in roles)


def _fields(title: str, schema: Schema) -> Iterator[str]:
    properties = schema.get("properties", {})
    if not properties:
        return
    yield from ("", f"| {title} | type | |", "|---|---|---|")
    required = schema.get("required", ())
    for name, field in properties.items():
        notes = [] if name in required else ["optional"]
        if field.get("default") is not None:
            notes.append(f"default `{str(field['default']).lower()}`")
        notes += [f"{_BOUNDS[key]} {field[key]}" for key in _BOUNDS if key in field]
        notes += [field["description"]] if "description" in field else []
        yield f"| `{name}` | `{_cell(type_of(field))}` | {', '.join(notes)} |"


_BOUNDS = {
    "minLength": "at least",
    "maxLength": "at most",
    "minimum": "from",
    "maximum": "to",
    "pattern": "pattern",
}


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def events(contract: Contract, shapes: Shapes) -> str:
    """Every event that the server tells, with its payload."""
    lines = [_MADE, "# Events", "", _CONNECTING]
    for event in contract.sorted_events:
        lines += ["", f"## {event.event}", "", summary(event)]
        if event.ephemeral:
            lines += ["", "May be dropped for a slow reader; the next one repairs it."]
        lines += _fields("Field", shapes.fields(event))
    lines += ["", "## error", "", "An event without an acknowledgement was refused; `event` is its name."]
    lines += _fields("Field", REFUSED)
    return "\n".join(lines) + "\n"


def permissions(contract: Contract) -> str:
    """Which role may ask for what."""
    roles = [role for role in Role if role is not Role.SYSTEM]
    lines = [
        _MADE,
        "# Permissions",
        "",
        "Which role may ask for what, and what one must be in the room besides. Each operation asks moreover whose",
        "room, message or session it is: the last column says what it is refused with then.",
        "",
        f"| operation | permission | {' | '.join(roles)} | in the room | whose it is |",
        f"|---|---|{'---|' * len(roles)}---|---|",
    ]
    for op in contract.operations:
        cells = [
            f"`{op.name}`",
            f"`{op.may.name}`",
            *("yes" if role in op.may.roles else "" for role in roles),
            f"`{op.within.name}`" if op.within else "",
            ", ".join(f"`{code}`" for code in op.refuses if problems[code].status in _WHOSE),
        ]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def errors() -> str:
    """Every refusal: its code, status, sentence, and whether trying again makes sense."""
    lines = [_MADE, "# Errors", "", "`code` is stable; the sentence may change.", ""]
    lines += ["| code | HTTP status | sentence | try again |", "|---|---|---|---|"]
    lines += [
        f"| `{code}` | {entry.status} | {entry.message} | {'yes' if entry.retryable else ''} |"
        for code, entry in sorted(problems.items())
    ]
    return "\n".join(lines) + "\n"


def settings(kind: type[BaseSettings]) -> str:
    """Every setting: its names in the environment, default and meaning."""
    lines = [_MADE, "# Settings", "", "Read once, at the start, from the environment.", ""]
    lines += ["| name | default | |", "|---|---|---|"]
    for name, field in kind.model_fields.items():
        names = " or ".join(f"`{each}`" for each in _names(name, field.validation_alias, kind.model_config))
        default = (
            "" if field.is_required() or field.get_default() in (None, "") else f"`{field.get_default()}`"
        )
        lines.append(f"| {names} | {_cell(default)} | {_cell(field.description or '')} |")
    return "\n".join(lines) + "\n"


def environment(kind: type[BaseSettings]) -> str:
    """`.env.example`: every setting with its default, commented out."""
    lines = ["# Copy to .env and take the # away before what you want to change. Written by `make contract`."]
    for name, field in kind.model_fields.items():
        default = "" if field.is_required() or field.get_default() is None else field.get_default()
        lines += [
            "",
            f"# {field.description}",
            f"#{_names(name, field.validation_alias, kind.model_config)[0]}={default}",
        ]
    lines += _SEEDS
    return "\n".join(lines) + "\n"


def _names(name: str, alias: Any, config: Mapping[str, Any]) -> list[str]:
    if alias is None:
        return [f"{config.get('env_prefix', '')}{name}".upper()]
    return [str(choice) for choice in getattr(alias, "choices", [alias])]
