"""What the generators read: every operation, every event, and every address that answers over HTTP."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple, Protocol, get_type_hints

from chatroom import __version__
from chatroom.core.operation import Operation
from chatroom.core.schema import Event


class Route(NamedTuple):
    """One HTTP address. `path` is whole, with `{name}` places; `enveloped` answers are `{status, message, data}`."""

    tag: str
    method: str
    path: str
    operation: Operation
    enveloped: bool
    output: Any
    """The type of its answer: the operation's, unless the surface gives it another form."""


class Contract(NamedTuple):
    """Everything a client can ask for or be told."""

    version: str
    operations: Sequence[Operation]
    events: Sequence[type[Event]]
    routes: Sequence[Route]
    tags: dict[str, str]
    """Tag of a surface -> what it is for."""
    kinds: Sequence[str] = ()
    """What `room_entry` may be about."""
    spoken: Mapping[str, str] = MappingProxyType({})
    """Other names under which socket clients are told something -> the event; empty: any value, as it was said."""

    @property
    def socket_operations(self) -> list[Operation]:
        """Those that a socket event reaches, by event name."""
        return sorted((op for op in self.operations if op.socket), key=lambda op: op.socket or "")

    @property
    def sorted_events(self) -> list[type[Event]]:
        """The events by wire name."""
        return sorted(self.events, key=lambda event: event.event)


class Surface(Protocol):
    """What a dialect of HTTP says of itself."""

    @property
    def name(self) -> str:
        """Its tag."""

    @property
    def prefix(self) -> str:
        """What its paths begin with."""

    def serves(self, op: Operation) -> bool:
        """Whether this surface has the operation."""

    @property
    def gives(self) -> Mapping[str, Callable[[Any], Any]]:
        """Operation -> how its answer is given another form; the return annotation is that form."""

    @property
    def success(self) -> Callable[[Any, str], Any]:
        """Wrap an answer."""


_ABOUT = {
    "root": "Bare objects without a prefix: the oldest addresses.",
    "api": "Bare objects under `/api`.",
    "v1": "Everything, in the envelope `{status, message, data}`, under `/api/v1`. Unknown fields are refused.",
}


def collect(
    operations: Iterable[Operation],
    events: Iterable[type[Event]],
    surfaces: Iterable[Surface],
    kinds: Iterable[str],
    spoken: Mapping[str, str],
) -> Contract:
    """Put together what the generators read."""
    known, served = list(operations), list(surfaces)
    routes = [
        Route(
            tag=surface.name,
            method=op.method,
            path=surface.prefix + op.path,
            operation=op,
            enveloped=surface.success(None, "") is not None,
            output=get_type_hints(surface.gives[op.name])["return"]
            if op.name in surface.gives
            else op.output,
        )
        for op in known
        for surface in served
        if surface.serves(op)
    ]
    tags = {surface.name: _ABOUT[surface.name] for surface in served}
    return Contract(__version__, known, list(events), routes, tags, list(kinds), spoken)


_RAISES = re.compile(r"\s*Raises\b.*", re.DOTALL)
_NOTE = re.compile(r"\s*\((?:seeds? |docs/)[^)]*\)")


def public(text: str) -> str:
    """Return what of a docstring is for clients: on one line, without exceptions and references to design notes."""
    return " ".join(_NOTE.sub("", _RAISES.sub("", text)).split())


def summary(thing: object) -> str:
    """Return the first paragraph of a docstring, as clients may read it."""
    return public((thing.__doc__ or "").strip().split("\n\n")[0])
