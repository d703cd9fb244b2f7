"""What waits to be sent on a connection: bounded, joined into one write, and a brake on what its client may begin.

Theory of operation. A WebSocket whose network takes everything counts nothing. From the first byte that the network
does not take, and always on polling, the connection is `strict`: every frame is counted in `queued` until it is taken.
News of others above the soft limit is dropped when it is ephemeral, and above the hard limit the client is closed as
too slow. Answers are `allowed` beyond that, for the client asked for them; they stay bounded because above the soft
limit (`behind`) no further event of that client is begun.
"""

import asyncio
from abc import ABC, abstractmethod

from chatroom.gateway.engine.host import Host
from chatroom.gateway.engine.link import Link
from chatroom.gateway.engine.shared_frames import SharedFrames
from chatroom.wire.frame import Frame, Joined

QUANTUM = 8 * 1024  # bytes that a connection may keep without anybody counting them


class Disconnected(Exception):
    """The client went away before what was awaited of it."""


class Backlog(ABC):
    """The sending half of a connection."""

    __slots__ = (
        "_waiters",
        "allowed",
        "closed",
        "doomed",
        "flusher",
        "held",
        "link",
        "pending",
        "places",
        "queued",
        "server",
        "shared",
        "strict",
        "unread",
    )

    def __init__(self, server: Host, link: Link) -> None:
        """Send on `link`, nothing yet."""
        self.server = server
        self.link = link
        self.flusher = server.flusher
        self.pending: list[Frame] = []
        self.shared: SharedFrames | None = None  # what is pending besides, shared with others
        self.places: list[
            int
        ] = []  # of each pending frame: how many frames of the shared ones come before it
        # Look at `admit` before queueing: the network is behind, or gone.
        self.strict = link.name == "polling"
        self.queued = 0  # bytes that wait, counted while `strict`
        self.allowed = 0  # bytes of answers among them
        self.unread = 0  # bytes of a message or a POST that has not come whole, or has not been handled
        self.held = 0  # of all that waits, what the address's budget knows
        self.closed = False
        self.doomed = False  # too slow, or gone: closed in one of the next turns
        self._waiters: list[asyncio.Future[None]] | None = None

    @abstractmethod
    def give_up(self) -> None:
        """End the session of a client that does not take what it is sent."""

    def admit(self, frame: Frame) -> bool:
        """Whether `frame` may be queued while the network is behind; the slow path of `Client.push`."""
        if self.closed or self.doomed:
            return False
        options = self.server.options
        after = self.queued + frame.size
        if after > options.soft_limit and frame.ephemeral:
            self.server.stats.drops += 1
            return False
        if self.queued and after > options.hard_limit + self.allowed:
            self.doomed = True
            self.flusher.doom(self)
            return False
        self.queued = after
        if after - self.held >= QUANTUM:
            self.account()
        return not self.doomed

    @property
    @abstractmethod
    def address(self) -> str:
        """Of the client."""

    @property
    def waiting_bytes(self) -> int:
        """Bytes that were received and wait for their turn."""
        return self.unread

    def account(self) -> None:
        """Count what waits here against the budget of the client's address; above that, who keeps much is closed."""
        held = 0 if self.closed or self.doomed else self.queued + self.waiting_bytes
        change = held - self.held
        if held and -QUANTUM < change < QUANTUM:
            return
        self.held = held
        fits = self.server.admission.hold(self.address, change)
        if change > 0 and not fits:
            self.doomed = True
            self.flusher.doom(self)
            self.server.admission.hold(self.address, -held)
            self.held = 0

    def allow(self, size: int) -> None:
        """Let `size` bytes of an answer wait beyond the hard limit, and count what waits from now on."""
        self.allowed += size
        if not self.strict:
            self.strict = True
            self.queued = sum(frame.size for frame in self.pending)

    @property
    def behind(self) -> bool:
        """Whether the client has yet to take so much that nothing more of its own is begun."""
        return self.strict and self.queued > self.server.options.soft_limit

    def queue(self, frame: Frame) -> None:
        """Queue `frame`; the twin of `Client.push` for packets of the connection itself."""
        if self.strict and not self.admit(frame):
            return
        self.put(frame)

    def put(self, frame: Frame) -> None:
        """Queue a frame that is admitted."""
        pending = self.pending
        if self.shared is not None:
            self.places.append(len(self.shared.frames))
        elif not pending:
            self.flusher.mark(self)
        pending.append(frame)

    def fold(self) -> bool:
        """Leave shared frames that take no more: what they brought waits as one. False: they still take some."""
        shared, frames = self.shared, self.pending
        if shared is None or not shared.sealed:
            return False
        self.server.stats.messages_out += len(frames) + len(shared.frames) - 1
        self.pending = [Joined(shared.mix(frames, self.places) if frames else shared.seal())]
        self.shared, self.places = None, []
        return True

    def flush(self) -> None:
        """Send what is pending, if the link takes anything now."""
        link, frames, shared = self.link, self.pending, self.shared
        if not link.ready or not (frames or shared):
            return
        count = len(frames)
        if frames:
            self.pending = []
        if shared is None:
            backlog = link.send(frames)
        else:
            self.shared = None
            count += len(shared.frames)
            whole = shared.mix(frames, self.places) if frames else shared.seal()
            if frames:
                self.places = []
            backlog = link.put(whole)
        self.server.stats.messages_out += count
        if backlog or self.strict:
            self.relieved(backlog)
            # One frame may be larger than the limit; a client that reads gets it.
            limit = self.server.options.hard_limit + self.allowed
            if backlog > limit and count > 1 and not self.closed:
                self.doomed = True
                self.flusher.doom(self)

    def relieved(self, backlog: int) -> None:
        """Note that the network has taken all but `backlog` bytes of what was written."""
        self.queued = backlog + sum(frame.size for frame in self.pending)
        if self.queued <= self.server.options.soft_limit:
            self.allowed = 0
            self.eased()
        if self.held:
            self.account()
        held = bool(backlog or self.allowed) or self.closed or self.doomed
        self.strict = held or self.link.name == "polling"

    def eased(self) -> None:
        """Go on with what waited for the client to take what it was sent."""
        if self._waiters is not None:
            waiters, self._waiters = self._waiters, None
            for waiter in waiters:
                if not waiter.done():
                    waiter.set_result(None)

    def deafen(self) -> None:
        """Queue nothing any more: nobody takes it."""
        self.strict = self.doomed = True
        self.pending, self.shared, self.places = [], None, []

    async def drained(self) -> None:
        """Wait until the queue is below the soft limit; raises Disconnected."""
        if self.closed:
            raise Disconnected
        if self.behind:
            waiter: asyncio.Future[None] = self.server.loop.create_future()
            self._waiters = [*(self._waiters or ()), waiter]
            await waiter

    def abandon(self) -> None:
        """Tell those who wait for the client that it has gone."""
        for waiter in self._waiters or ():
            if not waiter.done():
                waiter.set_exception(Disconnected())
        self._waiters = None
