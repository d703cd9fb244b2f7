"""What rooms tell the slices above."""

from chatroom.core.signals import Signal


class StoppedListening(Signal, frozen=True, kw_only=True):
    """`ctx.connection` left a room of its own will; without a connection all of the person's did. By `tell_now`."""

    room_id: str
