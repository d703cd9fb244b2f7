"""What the generators read: every operation, every event, and every address that answers over HTTP."""

from collections.abc import Sequence
from typing import NamedTuple

from chatroom.core.operation import Operation
from chatroom.core.schema import Event


class Route(NamedTuple):
    """One HTTP address. `path` is whole, with `{name}` places; `enveloped` answers are `{status, message, data}`."""

    tag: str
    method: str
    path: str
    operation: Operation
    enveloped: bool


class Contract(NamedTuple):
    """Everything a client can ask for or be told."""

    version: str
    operations: Sequence[Operation]
    events: Sequence[type[Event]]
    routes: Sequence[Route]
    tags: dict[str, str]
    """Tag of a surface -> what it is for."""

    @property
    def socket_operations(self) -> list[Operation]:
        """Those that a socket event reaches, by event name."""
        return sorted((op for op in self.operations if op.socket), key=lambda op: op.socket or "")

    @property
    def sorted_events(self) -> list[type[Event]]:
        """The events by wire name."""
        return sorted(self.events, key=lambda event: event.event)


def summary(thing: object) -> str:
    """Return the first paragraph of a docstring as one line."""
    text = (thing.__doc__ or "").strip().split("\n\n")[0]
    return " ".join(text.split())
