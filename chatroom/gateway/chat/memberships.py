"""Which people belong to which channels: one entry for a person, however many connections they have.

A person in 1 000 rooms is entered once, by their first connection; each further one costs nothing here, and hears what
its person hears.
"""

from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from typing import Final

from chatroom.gateway.chat.chat_connection import ChatConnection
from chatroom.gateway.chat.dialects import PLAIN

_LARGE: Final = 200  # people from which on their order is kept


class ChannelMembers:
    """The people of one channel who have a connection here, by their ids."""

    __slots__ = ("_order", "name", "people")

    def __init__(self, name: str) -> None:
        self.name = name
        self.people: dict[str, Mapping[str, ChatConnection]] = {}
        self._order: list[str] | None = None  # kept from the first question on

    def __len__(self) -> int:
        return len(self.people)

    def add(self, user_id: str, connections: Mapping[str, ChatConnection]) -> None:
        """Let all connections of a person hear the channel."""
        if self._order is not None and user_id not in self.people:
            insort(self._order, user_id)
        self.people[user_id] = connections

    def remove(self, user_id: str) -> None:
        """Let a person go who is here."""
        del self.people[user_id]
        if self._order is not None:
            del self._order[bisect_left(self._order, user_id)]
            if len(self.people) < _LARGE:
                self._order = None

    def after(self, user_id: str, count: int) -> list[str]:
        """At most `count` of these people, in the order of their ids, behind one of them."""
        order = self._order
        if order is None:
            order = sorted(self.people)
            if len(order) >= _LARGE:
                self._order = order
        start = bisect_right(order, user_id)
        return order[start : start + count]

    def connections(self) -> Iterator[ChatConnection]:
        """The connections that hear what is told to members: those of seeds S0 and S1 hear nothing of it."""
        people = list(self.people.values())
        connections = chain.from_iterable(list(connections.values()) for connections in people)
        return (connection for connection in connections if connection.dialect not in PLAIN)


class Memberships:
    """All channels that people belong to, and the people who have a connection."""

    def __init__(self) -> None:
        self._of_channel: dict[str, ChannelMembers] = {}
        self._of: dict[str, list[ChannelMembers]] = {}
        self._complete: set[str] = set()
        self._left: dict[str, set[str]] = {}
        """Channels that people left who are here and not complete: what is being read of them may be older."""

    def __bool__(self) -> bool:
        return bool(self._of_channel or self._of)

    def get(self, channel: str) -> ChannelMembers | None:
        """The people of a channel; None where nobody is."""
        return self._of_channel.get(channel)

    def besides(self, user_id: str | None, channel: str) -> ChannelMembers | None:
        """The same; None also where somebody is alone."""
        members = self._of_channel.get(channel)
        return (
            None if members is None or (len(members.people) == 1 and user_id in members.people) else members
        )

    def enter(self, user_id: str, connections: Mapping[str, ChatConnection], channels: Iterable[str]) -> None:
        """Let a person belong to channels; where they do already, nothing changes."""
        mine = self._of.setdefault(user_id, [])
        for name in channels:
            members = self._of_channel.get(name)
            if members is None:
                members = self._of_channel[name] = ChannelMembers(name)
            if user_id not in members.people:
                members.add(user_id, connections)
                mine.append(members)
            if user_id in self._left:
                self._left[user_id].discard(name)

    def leave(self, user_id: str, channel: str) -> bool:
        """End that for somebody who is here; False where they did not belong."""
        if user_id not in self._complete:
            self._left.setdefault(user_id, set()).add(channel)
        members = self._of_channel.get(channel)
        if members is None or user_id not in members.people:
            return False
        self._remove(members, user_id)
        self._of[user_id].remove(members)
        return True

    def forget(self, user_id: str) -> None:
        """Let a person go from everywhere: their last connection has ended."""
        for members in self._of.pop(user_id, ()):
            self._remove(members, user_id)
        self._complete.discard(user_id)
        self._left.pop(user_id, None)

    def _remove(self, members: ChannelMembers, user_id: str) -> None:
        members.remove(user_id)
        if not members.people:
            del self._of_channel[members.name]

    def complete(
        self, user_id: str, connections: Mapping[str, ChatConnection], channels: Iterable[str]
    ) -> None:
        """Enter a person everywhere they belong, as it was read; what has changed here since counts."""
        if user_id in self._complete:
            return
        left = self._left.pop(user_id, set())
        self.enter(user_id, connections, (name for name in channels if name not in left))
        self._complete.add(user_id)

    def of(self, user_id: str) -> tuple[str, ...] | None:
        """The channels that a person belongs to; None while that is not known."""
        if user_id not in self._complete:
            return None
        return tuple(members.name for members in self._of.get(user_id, ()))
