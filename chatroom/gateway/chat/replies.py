"""One client's events and their answers: sends are pipelined, answers keep the order of the events."""

import asyncio
from collections import deque
from typing import Any, Final

import structlog

from chatroom.core.errors import Problem
from chatroom.core.schema import encode
from chatroom.gateway.chat.chat_connection import ChatConnection
from chatroom.wire.frame import event_frame

IN_FLIGHT: Final = 64
_BYTES_IN_FLIGHT: Final = 64 * 1024
"""What they may weigh together: a sender hears all that again, as news, which must fit below the hard limit."""
_log = structlog.get_logger("chatroom.gateway")


class _Slot:
    """An event waiting for its turn to be answered."""

    __slots__ = ("ack_id", "event", "outcome", "size")

    def __init__(self, event: str, ack_id: int | None, size: int = 0) -> None:
        self.event = event
        self.ack_id = ack_id
        self.outcome: Any = None
        self.size = size


class Replies:
    """Answers of one client, given in the order of its events."""

    __slots__ = ("_bytes", "_slots", "_waiters", "connection", "resume", "resuming")

    def __init__(self, connection: ChatConnection) -> None:
        self.connection = connection
        self.resume = b""
        """Where the client says in its handshake that it was, as JSON, until that is looked at."""
        self.resuming: asyncio.Task[None] | None = None
        self._slots: deque[_Slot] = deque()
        self._bytes = 0
        self._waiters: deque[tuple[int, asyncio.Future[None]]] = deque()

    def answer(self, event: str, ack_id: int | None, outcome: Any) -> None:
        """Answer an event now, or after the earlier ones that are still being stored."""
        if not self._slots:
            self._say(event, ack_id, outcome)
            return
        slot = _Slot(event, ack_id)
        slot.outcome = outcome
        self._slots.append(slot)

    def answer_later(
        self, event: str, ack_id: int | None, done: "asyncio.Future[Any]", size: int = 0
    ) -> "asyncio.Future[None] | None":
        """Answer an event of `size` bytes when `done`; later events may start meanwhile.

        Returns a Future of the moment at which the next one may, None for at once.
        """
        slot = _Slot(event, ack_id, size)
        self._slots.append(slot)
        self._bytes += size

        def settle(future: "asyncio.Future[Any]") -> None:
            error = None if future.cancelled() else future.exception()
            if future.cancelled():
                error = Problem("unavailable")
            slot.outcome = future.result() if error is None else error
            self._advance()

        done.add_done_callback(settle)
        if self._bytes > _BYTES_IN_FLIGHT:
            return self.below(max(1, len(self._slots) // 2))
        return self.below(IN_FLIGHT)

    def below(self, count: int) -> "asyncio.Future[None] | None":
        """Return None when fewer than `count` events wait for their answer, else a Future of that moment."""
        if len(self._slots) < count:
            return None
        waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiters.append((count, waiter))
        return waiter

    def _advance(self) -> None:
        slots = self._slots
        while slots and slots[0].outcome is not None:
            slot = slots.popleft()
            self._bytes -= slot.size
            self._say(slot.event, slot.ack_id, slot.outcome)
        while self._waiters and len(slots) < self._waiters[0][0]:
            _, waiter = self._waiters.popleft()
            if not waiter.done():
                waiter.set_result(None)

    def _say(self, event: str, ack_id: int | None, outcome: Any) -> None:
        """Say yes by ack alone; say no by ack, or without one by the event `error`.

        Clients of seeds S0 and S1 know no such event.
        """
        client = self.connection.client
        if not isinstance(outcome, BaseException):
            if ack_id is not None:
                client.reply(ack_id, b'{"ok":true,"data":%b}' % encode(outcome))
            return
        problem = _problem(outcome, client.id, event)
        refusal: dict[str, Any] = {"code": problem.code, "message": problem.message}
        if problem.retry_after is not None:
            refusal["retryAfter"] = problem.retry_after
        if ack_id is not None:
            client.reply(ack_id, b'{"ok":false,"error":%b}' % encode(refusal))
        elif not self.connection.quiet:
            client.push(event_frame("error", encode(refusal | {"event": event})))


def _problem(error: BaseException, connection_id: str, event: str) -> Problem:
    if isinstance(error, Problem):
        return error
    _log.error("event.failed", connection=connection_id, event_name=event, exc_info=error)
    return Problem("internal")
