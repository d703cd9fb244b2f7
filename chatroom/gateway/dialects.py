"""Socket dialects: tables of names. A dialect renames; it never decides anything."""

from collections.abc import Mapping
from typing import Final

from chatroom.core.broker import Delivery
from chatroom.wire.frame import Frame, event_frame

NATIVE: Final = "native"
ROOMS: Final = "rooms"
DIALECTS: Final = frozenset({NATIVE, ROOMS})
"""`native` refuses unknown fields; `rooms` serves clients of the seeds S2 and S4 and ignores them."""

_ALIASES: Final[Mapping[str, Mapping[str, str]]] = {
    "user_typing": {ROOMS: "typing"},
}
"""Event -> dialect -> the second name under which it is said as well (contract C21)."""


def choose(wish: object) -> str:
    """Return the dialect that a handshake asks for; `rooms` when it asks for none that we know."""
    return wish if isinstance(wish, str) and wish in DIALECTS else ROOMS


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


def _both(first: Frame, second: Frame) -> Frame:
    """Two packets as one frame object: two WebSocket frames, or two packets of one polling payload."""
    both = Frame(first.packet + b"\x1e" + second.packet, ephemeral=first.ephemeral)
    both.ws = first.ws + second.ws
    both.size = len(both.ws)
    return both
