"""The hub: who on this node listens to which channel, and the delivery of one frame to all of them.

It is the `core.listeners.Listeners` of this node, and on a single node also the `core.broker.Broker`; between nodes an
adapter is that, and calls the hub.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import chain, islice
from typing import Final

import msgspec

from chatroom.core import audience
from chatroom.core.broker import Delivery
from chatroom.core.principal import Role
from chatroom.features.rooms.types import LOBBY
from chatroom.gateway.chat.chat_connection import ChatConnection
from chatroom.gateway.chat.dialects import GLOBAL, PLAIN, frames, plain_frame
from chatroom.gateway.chat.memberships import Memberships
from chatroom.gateway.engine.budget import LoopBudget, clock
from chatroom.gateway.engine.shared_frames import Channel
from chatroom.wire.frame import Frame

_CHUNK: Final = 1000  # receivers, some 0.3 ms of pushes
_NEWS: Final = 10_000  # of comings, goings and typing that wait; the oldest are lost, and heal by themselves
_SMALL: Final = 100  # receivers that are not worth counting
_LOBBY: Final = audience.room_channel(LOBBY)
LOBBY_EARS: Final = "lobby"
"""Where seed S1 hears the default lounge: listening there is announced to nobody, so it is no room's channel."""

_Channels = dict[str, Channel[ChatConnection]]
_Receivers = Iterator[ChatConnection] | None


class _Broadcast:
    """A delivery under way; `receivers` are those still to get it, None before it has begun."""

    __slots__ = ("delivery", "frames", "receivers")

    def __init__(
        self, delivery: Delivery, receivers: _Receivers = None, by_dialect: Mapping[str, Frame] | None = None
    ) -> None:
        self.delivery = delivery
        self.frames = by_dialect or frames(delivery)
        self.receivers = receivers


class Hub:
    """Connections, people and channels of this node. All calls belong to the event loop's thread."""

    def __init__(self, ended: Callable[[], None] = lambda: None, budget: LoopBudget | None = None) -> None:
        """Serve large rooms in `budget`; call `ended` when people change, or sessions end before connections do."""
        self._budget = budget or LoopBudget()
        self._ended = ended
        self.ends = 0
        """How often sessions have ended or people changed: who was proven before the last time may be out since."""
        self._connections: dict[str, ChatConnection] = {}
        self._people: dict[str, dict[str, ChatConnection]] = {}
        self._channels: _Channels = {}
        # Apart, so that nobody else's delivery looks at the connections of seeds S0 and S1, which hear so little.
        self._plain: dict[str, _Channels] = {dialect: {} for dialect in PLAIN}
        self._plain_ears = 0  # how often one of them listens: mostly 0, a delivery then costs nothing more
        self._memberships = Memberships()
        self._waiting: deque[_Broadcast] = deque()
        # What may be lost waits apart, so that a thousand departures do not hold up what is said.
        self._news: deque[_Broadcast] = deque(maxlen=_NEWS)
        self._given = 0  # receivers that were served at once in this turn

    def add(self, connection: ChatConnection) -> None:
        """Take in a connection; it hears its own and its person's channel."""
        self._connections[connection.id] = connection
        self._people.setdefault(connection.who.id, {})[connection.id] = connection
        self.subscribe(connection.id, "connection:" + connection.id)
        self.subscribe(connection.id, "user:" + connection.who.id)

    def remove(self, connection: ChatConnection) -> tuple[str, ...]:
        """Let go of a connection; return the channels where its person's last listener was lost."""
        channels = tuple(connection.channels)
        last = tuple(channel for channel in channels if self.unsubscribe(connection.id, channel))
        self._connections.pop(connection.id, None)
        mine = self._people.get(connection.who.id, {})
        mine.pop(connection.id, None)
        if not mine:
            self._people.pop(connection.who.id, None)
            self._memberships.forget(connection.who.id)
        return last

    def __len__(self) -> int:
        return len(self._connections)

    def subscribe(self, connection_id: str, channel: str) -> bool:
        connection = self._connections.get(connection_id)
        if connection is None or channel in connection.channels:
            return False
        first = not self.hears(connection.who.id, channel)
        channels = self._of(connection)
        self._plain_ears += channels is not self._channels
        if channel not in channels:
            channels[channel] = Channel(channel)
        listeners = channels[channel]
        connection.channels.add(listeners.name)  # not a copy: of 1 000 rooms they are 90 kB
        listeners.add(connection, connection.client)
        return first

    def _of(self, connection: ChatConnection) -> _Channels:
        return self._plain.get(connection.dialect, self._channels)

    def _drop(self, channel: str, connection: ChatConnection) -> None:
        channels = self._of(connection)
        self._plain_ears -= channels is not self._channels
        listeners = channels[channel]
        listeners.remove(connection)
        if not listeners.clients:
            del channels[channel]

    def decide(self, connection: ChatConnection, dialect: str) -> None:
        """Settle the dialect of a connection: from now on it hears its channels in that one."""
        channels, connection.channels = connection.channels, set()
        for channel in channels:
            self._drop(channel, connection)
        connection.dialect, connection.decided = dialect, True
        for channel in channels:
            self.subscribe(connection.id, channel)

    def unsubscribe(self, connection_id: str, channel: str) -> bool:
        connection = self._connections.get(connection_id)
        if connection is None or channel not in connection.channels:
            return False
        connection.channels.discard(channel)
        self._drop(channel, connection)
        return not self.hears(connection.who.id, channel)

    def belong(self, user_id: str, channels: Iterable[str]) -> None:
        if user_id in self._people:
            self._memberships.complete(user_id, self._people[user_id], channels)

    def belongs(self, user_id: str) -> tuple[str, ...] | None:
        return self._memberships.of(user_id)

    def here(self, channel: str, after: str, count: int) -> list[str]:
        members = self._memberships.get(channel)
        return [] if members is None else members.after(after, count)

    def is_here(self, channel: str, user_id: str) -> bool:
        members = self._memberships.get(channel)
        return members is not None and user_id in members.people

    def follow(self, user_id: str, channel: str) -> None:
        if user_id in self._people:
            self._memberships.enter(user_id, self._people[user_id], (channel,))

    def unfollow(self, user_id: str, channel: str) -> None:
        if user_id in self._people:
            for connection_id in tuple(self._people[user_id]):
                self.unsubscribe(connection_id, channel)
            self._memberships.leave(user_id, channel)

    def end_session(self, user_id: str, session_id: str) -> None:
        self._ended()
        self.ends += 1
        for connection in tuple(self._people.get(user_id, {}).values()):
            if connection.who.session_id == session_id:
                connection.client.disconnect()

    def end_user(self, user_id: str, besides: str = "") -> None:
        self._ended()
        self.ends += 1
        for connection in tuple(self._people.get(user_id, {}).values()):
            if not besides or connection.who.session_id != besides:
                connection.client.disconnect()

    def describe(self, user_id: str, *, username: str, name: str, role: Role) -> None:
        self._ended()
        self.ends += 1  # whoever is being proven at this moment may come under the name before
        for connection in self._people.get(user_id, {}).values():
            connection.who = msgspec.structs.replace(connection.who, username=username, name=name, role=role)

    def sessions_of(self, user_id: str) -> frozenset[str]:
        return frozenset(connection.who.session_id for connection in self._people.get(user_id, {}).values())

    def channels_of(self, user_id: str) -> frozenset[str]:
        return frozenset().union(
            *(connection.channels for connection in self._people.get(user_id, {}).values())
        )

    def count(self, channel: str) -> int:
        found = self._channels.get(channel)
        return 0 if found is None else len(found.clients)

    def listens(self, connection_id: str, channel: str) -> bool:
        connection = self._connections.get(connection_id)
        return connection is not None and channel in connection.channels

    def hears(self, user_id: str, channel: str) -> bool:
        return any(channel in connection.channels for connection in self._people.get(user_id, {}).values())

    def publish(self, delivery: Delivery) -> None:
        """Deliver now, or behind what a large room still has to get; what may be lost waits for everything else."""
        if self._plain_ears:
            for dialect, plain in self._plain.items():
                self._publish_plainly(delivery, dialect, plain)
        if self._waiting or (delivery.ephemeral and self._news):
            self._queue(delivery).append(_Broadcast(delivery))
            return
        channels, skip = delivery.to
        channel = self._channels.get(channels[0]) if skip is None and len(channels) == 1 else None
        if channel is not None and len(channel.clients) <= _CHUNK:
            by_dialect = frames(delivery)
            if len(by_dialect) == 1:
                channel.tell(by_dialect[""])
                return
        count = self._count(channels, skip)
        if self._given + count > _CHUNK:
            self._wait(_Broadcast(delivery, self._receivers(delivery)))
        elif count:
            self._give(count, delivery)

    def _give(self, count: int, delivery: Delivery) -> None:
        """Deliver at once, and count it: fifty people may go at once, each told to a thousand."""
        if count > _SMALL:
            if not self._given:
                asyncio.get_running_loop().call_soon(self._turn_over)
            self._given += count
        _deliver(self._receivers(delivery), frames(delivery))

    def _turn_over(self) -> None:
        self._given = 0

    def _count(self, channels: Iterable[str], skip: str | None) -> int:
        """Who hears these channels, roughly: somebody in several rooms counts in each."""
        heard = (self._channels.get(name) or self._memberships.besides(skip, name) for name in channels)
        return sum(len(listeners) for listeners in heard if listeners)

    def _queue(self, delivery: Delivery) -> deque[_Broadcast]:
        return self._news if delivery.ephemeral else self._waiting

    def _wait(self, broadcast: _Broadcast) -> None:
        idle = not (self._waiting or self._news)
        self._queue(broadcast.delivery).append(broadcast)
        if idle:
            self._budget.add(self._pump)

    def _publish_plainly(self, delivery: Delivery, dialect: str, channels: _Channels) -> None:
        """The same for the listeners of a plain dialect; seed S1 hears the lobby alone, on a channel of its own."""
        channel = delivery.to.channels[0] if delivery.to.channels else ""
        if dialect == GLOBAL:
            channel = LOBBY_EARS if channel == _LOBBY else ""
        listeners = channels.get(channel)
        frame = plain_frame(dialect, delivery.event, delivery.payload) if listeners else None
        if listeners is None or frame is None:
            return
        if self._waiting or len(listeners.clients) > _CHUNK:
            self._wait(_Broadcast(delivery, iter(list(listeners.clients)), {"": frame}))
        else:
            listeners.tell(frame)

    def _receivers(self, delivery: Delivery) -> Iterator[ChatConnection]:
        """Who hears it, as of now; looked at one by one, as the turns allow: of 50 000 that takes 1.4 ms."""
        channels, skip = delivery.to
        heard: list[Iterable[ChatConnection]] = []
        for name in channels:
            if (channel := self._channels.get(name)) is not None:
                heard.append(list(channel.clients))
            elif (members := self._memberships.besides(skip, name)) is not None:
                heard.append(members.connections())
        connections = iter(heard[0]) if len(heard) == 1 else _once(chain.from_iterable(heard))
        return (connection for connection in connections if connection.who.id != skip)

    def _pump(self, until: float) -> bool:
        """Deliver what waits, in order, and give the loop back when the share of this turn is used up."""
        while waiting := self._waiting or self._news:
            broadcast = waiting[0]
            if broadcast.receivers is None:
                broadcast.receivers = self._receivers(broadcast.delivery)
            chunk = list(islice(broadcast.receivers, _CHUNK))
            if not chunk:
                waiting.popleft()
                continue
            _deliver(chunk, broadcast.frames)
            if clock() > until:
                return True
        return False


def _once(connections: Iterable[ChatConnection]) -> Iterator[ChatConnection]:
    seen: set[ChatConnection] = set()
    for connection in connections:
        if connection not in seen:
            seen.add(connection)
            yield connection


def _deliver(receivers: Iterable[ChatConnection], by_dialect: Mapping[str, Frame]) -> None:
    """Give every receiver the one frame of its dialect."""
    plain = by_dialect[""]
    for connection in receivers:
        connection.client.push(by_dialect.get(connection.dialect, plain))
