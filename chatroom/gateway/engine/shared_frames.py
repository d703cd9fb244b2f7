"""What many connections get alike within one turn of the loop: joined once, written by each."""

import weakref
from collections.abc import Callable, Hashable, Sequence
from itertools import accumulate
from typing import Generic, Protocol, TypeVar

from chatroom.wire.frame import Frame

_Key = TypeVar("_Key", bound=Hashable)
_FEW = 4  # clients up to which sharing costs more than it saves


class SharedFrames:
    """The frames of one turn that its members share, until the first of them is flushed."""

    __slots__ = ("__weakref__", "_ends", "_view", "_whole", "frames")

    def __init__(self) -> None:
        self.frames: list[Frame] = []
        self._whole: bytes | None = None
        self._ends: list[int] | None = None

    @property
    def sealed(self) -> bool:
        """Whether it takes no more frames, for a member has gone with those that were there."""
        return self._whole is not None

    def seal(self) -> bytes:
        """Return all frames as bytes of a WebSocket."""
        if self._whole is None:
            self._whole = b"".join([frame.ws for frame in self.frames])
        return self._whole

    def mix(self, own: Sequence[Frame], places: Sequence[int]) -> bytes:
        """Return the bytes with a member's `own` frames, each behind as many of ours as its place says."""
        ends = self._ends
        if ends is None:
            self._view = memoryview(self.seal())
            ends = self._ends = [0, *accumulate([frame.size for frame in self.frames])]
        view = self._view
        if len(own) == 1:  # one answer among the news: nearly always
            end = ends[places[0]]
            return b"".join((view[:end], own[0].ws, view[end:]))
        parts: list[bytes | memoryview] = []
        at = 0
        for frame, place in zip(own, places, strict=True):
            end = ends[place]
            parts += (view[at:end], frame.ws)
            at = end
        parts.append(view[at:])
        return b"".join(parts)


class Member(Protocol):
    """A client that hears a channel."""

    def push(self, frame: Frame) -> None:
        """Queue one frame."""

    def enter(self, shared: SharedFrames) -> bool:
        """Take whatever `shared` brings until the end of this turn; False: push frame by frame instead."""


class Channel(Generic[_Key]):
    """Clients that hear the same. A message costs each of them an entry in a list once a turn, not once a message."""

    __slots__ = ("_outsiders", "_shared_frames", "clients", "name")

    def __init__(self, name: str = "") -> None:
        self.name = name
        self.clients: dict[_Key, Member] = {}
        # Weak: the members that were not flushed yet hold it, so that a silent room keeps nothing.
        self._shared_frames: Callable[[], SharedFrames | None] = _none
        self._outsiders: Sequence[Member] = ()

    def __len__(self) -> int:
        return len(self.clients)

    def add(self, key: _Key, client: Member) -> None:
        """Let `client` hear what is told from now on."""
        if key in self.clients:
            return
        self.clients[key] = client
        if self._shared_frames() is not None:  # thousands may come while these grow
            self._outsiders = [*self._outsiders, client]

    def remove(self, key: _Key) -> None:
        """Let the client of `key` hear nothing that is told from now on; a missing one is ignored."""
        self.clients.pop(key, None)
        self._shared_frames = _none

    def tell(self, frame: Frame) -> None:
        """Queue `frame` for every client, in its place among all else that they get."""
        if len(self.clients) <= _FEW:
            for client in self.clients.values():
                client.push(frame)
            return
        shared = self._shared_frames()
        if shared is None or shared.sealed:
            shared = SharedFrames()
            self._shared_frames = weakref.ref(shared)
            self._outsiders = [client for client in self.clients.values() if not client.enter(shared)]
        shared.frames.append(frame)
        for client in self._outsiders:
            client.push(frame)


def _none() -> None:
    return None
