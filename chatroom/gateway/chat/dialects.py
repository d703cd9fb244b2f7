"""Socket dialects: tables of names. A dialect renames; it never decides anything (docs/dialects.md)."""

from collections.abc import Mapping
from typing import Final, Literal

import msgspec

from chatroom.core.broker import Delivery
from chatroom.wire.frame import Frame, event_frame

NATIVE: Final = "native"
ROOMS: Final = "rooms"
LOUNGE: Final = "lounge"
GLOBAL: Final = "global"

WISHES: Final[Mapping[str, str]] = {
    "native": NATIVE,
    "rooms": ROOMS,
    "rooms-v2": ROOMS,
    "s4": ROOMS,
    "lounge": LOUNGE,
    "global": GLOBAL,
}
"""What a handshake may ask for. `native` refuses unknown fields; `rooms` serves seeds S2 and S4 and ignores them."""

PLAIN: Final[Mapping[str, str]] = {LOUNGE: "message", GLOBAL: "chat message"}
"""The dialects of seeds S0 and S1 hear nothing but what is said, as the value alone, under this name."""

_FIRST: Final[Mapping[str, str]] = {
    "join-lounge": LOUNGE,
    "message": LOUNGE,
    "chat message": GLOBAL,
    "join_room": ROOMS,
    "leave_room": ROOMS,
    "send_message": ROOMS,
    "typing": ROOMS,
    "get_room_users": ROOMS,
}
"""The first of these events tells which seed a client was written for."""

_ALIASES: Final[Mapping[str, Mapping[str, str]]] = {
    "user_typing": {ROOMS: "typing"},
}
"""Event -> dialect -> the second name under which it is said as well."""

SPOKEN: Final[Mapping[str, str]] = {
    **dict.fromkeys(PLAIN.values(), ""),
    **{name: event for event, names in _ALIASES.items() for name in names.values()},
}
"""Every other name under which something is told -> the event that it stands for; empty: what was said, as it is."""


def wished(*wishes: object) -> str | None:
    """Return the dialect that a handshake asks for; None when it asks for none that we know."""
    return next((WISHES[wish] for wish in wishes if isinstance(wish, str) and wish in WISHES), None)


def recognise(event: str, argument: bytes) -> str | None:
    """Return the dialect that an event shows, or None. A `message` is seed S0's when it names a lounge."""
    if event == "message" and b'"loungeId"' not in argument:
        return None
    return _FIRST.get(event)


def frames(delivery: Delivery) -> dict[str, Frame]:
    """Encode an event once per dialect that hears it differently; the key `""` is everybody else's."""
    plain = event_frame(delivery.event, delivery.payload, ephemeral=delivery.ephemeral)
    aliases = _ALIASES.get(delivery.event)
    if aliases is None:
        return {"": plain}
    said = {"": plain}
    for dialect, name in aliases.items():
        said[dialect] = _both(plain, event_frame(name, delivery.payload, ephemeral=delivery.ephemeral))
    return said


class _Said(msgspec.Struct):
    """What of a message the plain dialects hear."""

    content: msgspec.Raw
    format: Literal["json"] | None = None


_read_said: Final = msgspec.json.Decoder(_Said).decode


def answer_frame(dialect: str, event: str, payload: bytes) -> Frame | None:
    """Encode an event that answers what one connection asked for; None when its dialect hears nothing of it."""
    if dialect == GLOBAL:  # hears the lobby alone, on a channel of its own
        return None
    return plain_frame(dialect, event, payload) if dialect in PLAIN else event_frame(event, payload)


def plain_frame(dialect: str, event: str, payload: bytes) -> Frame | None:
    """Encode what a plain dialect hears of an event: the value as it was said; None when that is nothing."""
    if event != "receive_message":
        return None
    said = _read_said(payload)
    value = bytes(said.content)
    if said.format == "json":
        value = msgspec.json.decode(value, type=str).encode()
    return event_frame(PLAIN[dialect], value)


def _both(first: Frame, second: Frame) -> Frame:
    """Two packets as one frame object: two WebSocket frames, or two packets of one polling payload."""
    both = Frame(first.packet + b"\x1e" + second.packet, ephemeral=first.ephemeral)
    both.ws = first.ws + second.ws
    both.size = len(both.ws)
    return both
