"""Socket.IO v5 packets: strict decoding with bounds, encoding with attachments.

Grammar: `<type>[<attachments>-][<namespace>,][<ack id>][JSON]`. Arguments stay raw JSON until the application
decodes them.
"""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import msgspec

from chatroom.wire.errors import ProtocolError
from chatroom.wire.frame import Attachment, Frame
from chatroom.wire.strict_json import check_json

CONNECT, DISCONNECT, EVENT, ACK, CONNECT_ERROR, BINARY_EVENT, BINARY_ACK = range(7)

RESERVED = frozenset(
    {"connect", "connect_error", "disconnect", "disconnecting", "newListener", "removeListener"}
)

_HEAD = re.compile(
    rb"([0-6])(?:([0-9]{1,4})-)?(?:(/[^,]*)(?:,|\Z))?([0-9]{1,18}(?![0-9]))?(?=[\[{]|\Z)", re.DOTALL
)
_array: Callable[[bytes], list[Any]] = msgspec.json.Decoder(list[msgspec.Raw]).decode
_object = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode
_name = msgspec.json.Decoder(str | int | float).decode
_ANY = msgspec.json.Decoder()


class Limits(NamedTuple):
    """Bounds of the decoder; `binary` False refuses the types 5 and 6."""

    depth: int = 64
    digits: int = 100
    attachments: int = 10
    event_name: int = 256
    namespace: int = 128
    binary: bool = True


class Packet(NamedTuple):
    """A decoded packet. `data` is the JSON object of a CONNECT, `args` the arguments of an EVENT or ACK."""

    type: int
    namespace: str = "/"
    id: int | None = None
    name: str = ""
    args: Sequence[Any] = ()
    data: bytes = b""
    attachments: int = 0


class MalformedText(Exception):
    """A well-framed EVENT whose JSON holds text that no UTF-8 can carry: the sender is told, not cut off."""

    def __init__(self, namespace: str, id: int | None) -> None:
        """Keep where the answer goes."""
        super().__init__("text with a lone surrogate")
        self.namespace = namespace
        self.id = id


def decode_event(text: bytes, limits: Limits) -> tuple[str, list[Any], int | None] | None:
    """Return name, arguments and ack id of a plain EVENT of "/"; None for every other packet: see `decode`.

    Nearly all packets of a chat are these; raises what `decode` raises.
    """
    start = text.find(b"[", 1, 20)
    if start == 1:
        number = None
    elif start > 1 and text[1:start].isdigit():
        number = int(text[1:start])
    else:
        return None
    name, args = _event(text[start:], limits, "/", number)
    return name, args, number


def decode(text: bytes, limits: Limits) -> Packet:
    """Decode one Socket.IO packet; raises ProtocolError, or MalformedText for a lone surrogate."""
    head = _HEAD.match(text)
    if head is None:
        raise ProtocolError("bad packet")
    kind, count, path, number = head.groups()
    type_ = kind[0] - 48
    body = text[head.end() :]
    namespace = _namespace(path, limits)
    id_ = None if number is None else int(number)
    attachments = _attachments(type_, count, limits)
    if type_ in (EVENT, BINARY_EVENT):
        name, args = _event(body, limits, namespace, id_)
        return Packet(type_, namespace, id_, name, args, b"", attachments)
    if type_ in (ACK, BINARY_ACK):
        if id_ is None:
            raise ProtocolError("acknowledgement without id")
        return Packet(type_, namespace, id_, "", _list(body, limits), b"", attachments)
    if id_ is not None:
        raise ProtocolError("id where none belongs")
    if type_ == CONNECT:
        return Packet(type_, namespace, data=_auth(body, limits))
    if type_ == CONNECT_ERROR or body:
        raise ProtocolError("packet that no client sends")
    return Packet(type_, namespace)


def _namespace(path: bytes | None, limits: Limits) -> str:
    if path is None:
        return "/"
    path = path.partition(b"?")[0]  # older mobile clients append a query
    if len(path) > limits.namespace:
        raise ProtocolError("namespace too long")
    try:
        return path.decode()
    except UnicodeDecodeError:
        raise ProtocolError("namespace is not UTF-8", 1007) from None


def _attachments(type_: int, count: bytes | None, limits: Limits) -> int:
    if type_ not in (BINARY_EVENT, BINARY_ACK):
        if count is not None:
            raise ProtocolError("attachments where none belong")
        return 0
    if not limits.binary:
        raise ProtocolError("binary refused", 1003)
    if count is None or int(count) > limits.attachments:
        raise ProtocolError("too many attachments, or none announced")
    return int(count)


def _list(body: bytes, limits: Limits) -> list[Any]:
    check_json(body, limits.depth, limits.digits)
    try:
        return _array(body)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError):
        raise ProtocolError("bad JSON") from None


def _event(body: bytes, limits: Limits, namespace: str, id_: int | None) -> tuple[str, list[Any]]:
    check_json(body, limits.depth, limits.digits)
    try:
        args = _array(body)
        name = _name(args[0])
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError, IndexError):
        if _only_surrogates_wrong(body):
            raise MalformedText(namespace, id_) from None
        raise ProtocolError("bad event") from None
    if type(name) is not str:
        name = str(name)
    if name in RESERVED or len(name) > limits.event_name:
        raise ProtocolError("event name refused")
    del args[0]
    return name, args


def _only_surrogates_wrong(body: bytes) -> bool:
    """Whether lone surrogates are all that is wrong: the lenient standard library accepts the rest."""
    if b"\\ud" not in body.lower():
        return False
    try:
        value = json.loads(body, parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        return False
    return isinstance(value, list) and bool(value) and isinstance(value[0], str)


def _refuse_constant(constant: str) -> None:
    raise ValueError(constant)


def _auth(body: bytes, limits: Limits) -> bytes:
    if not body:
        return b"{}"
    check_json(body, limits.depth, limits.digits)
    try:
        _object(body)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError):
        raise ProtocolError("bad auth") from None
    return body


def fill(args: Sequence[Any], attachments: list[bytes]) -> list[Any]:
    """Return the arguments of a binary packet with each placeholder replaced; raises ProtocolError."""
    try:
        decoded = [_ANY.decode(arg) for arg in args]
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError):
        raise ProtocolError("bad JSON") from None
    return [_filled(value, attachments) for value in decoded]


def _filled(value: Any, attachments: list[bytes]) -> Any:
    if isinstance(value, list):
        return [_filled(item, attachments) for item in value]
    if not isinstance(value, dict):
        return value
    if value.get("_placeholder") is True:
        number = value.get("num")
        if type(number) is not int or not 0 <= number < len(attachments):
            raise ProtocolError("illegal attachment")
        return attachments[number]
    return {key: _filled(item, attachments) for key, item in value.items()}


def encode(type_: int, namespace: str, id_: int | None, args: list[Any]) -> list[Frame]:
    """Return the frames of an EVENT or ACK: the text, then one Attachment for each `bytes` inside `args`."""
    blobs: list[bytes] = []
    args = [_emptied(arg, blobs) for arg in args]
    head = b"4%d" % (type_ + 3 if blobs else type_)
    if blobs:
        head += b"%d-" % len(blobs)
    if namespace != "/":
        head += namespace.encode() + b","
    if id_ is not None:
        head += b"%d" % id_
    return [Frame(head + msgspec.json.encode(args)), *map(Attachment, blobs)]


def _emptied(value: Any, blobs: list[bytes]) -> Any:
    if isinstance(value, bytes | bytearray | memoryview):
        blobs.append(bytes(value))
        return {"_placeholder": True, "num": len(blobs) - 1}
    if isinstance(value, list | tuple):
        return [_emptied(item, blobs) for item in value]
    if isinstance(value, Mapping):
        return {key: _emptied(item, blobs) for key, item in value.items()}
    return value


def control_frame(type_: int, namespace: str, data: Mapping[str, object] | None = None) -> Frame:
    """Return a CONNECT, CONNECT_ERROR or DISCONNECT packet with an optional JSON object."""
    head = b"4%d" % type_
    if namespace != "/":
        head += namespace.encode() + b","
    return Frame(head if data is None else head + msgspec.json.encode(data))
