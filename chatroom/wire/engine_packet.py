"""Engine.IO v4 packets (protocol revision 4): types, the open packet, polling payloads."""

import base64
import binascii

import msgspec

from chatroom.wire.errors import ProtocolError
from chatroom.wire.frame import Frame

OPEN, CLOSE, PING, PONG, MESSAGE, UPGRADE, NOOP = b"0123456"

CLOSE_FRAME = Frame(b"1")
PING_FRAME = Frame(b"2")
PROBE_FRAME = Frame(b"3probe")
NOOP_FRAME = Frame(b"6")

SEPARATOR = b"\x1e"
_BASE64 = ord("b")


def open_frame(sid: str, upgrades: list[str], *, interval: float, timeout: float, max_payload: int) -> Frame:
    """Return the packet that answers a handshake; `interval` and `timeout` in seconds."""
    fields = {
        "sid": sid,
        "upgrades": upgrades,
        "pingInterval": round(interval * 1000),
        "pingTimeout": round(timeout * 1000),
        "maxPayload": max_payload,
    }
    return Frame(b"0" + msgspec.json.encode(fields))


def split_payload(body: bytes) -> list[bytes]:
    """Return the packets of a polling body; raises ProtocolError when it is empty or not UTF-8."""
    if not body:
        raise ProtocolError("empty payload")
    if not body.isascii():
        try:
            body.decode()
        except UnicodeDecodeError:
            raise ProtocolError("payload is not UTF-8", 1007) from None
    return body.split(SEPARATOR)


def decode_binary(packet: bytes) -> bytes | None:
    """Return the data of a `b...` packet of a polling body, None for any other; raises ProtocolError."""
    if not packet or packet[0] != _BASE64:
        return None
    try:
        return base64.b64decode(packet[1:], validate=True)
    except binascii.Error:
        raise ProtocolError("bad base64") from None
