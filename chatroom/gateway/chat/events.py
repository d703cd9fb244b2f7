"""Socket events in, operations through the one door: the application behind the socket server."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from functools import partial
from typing import Any, Final

import msgspec
import structlog

from chatroom.core.addresses import address_key
from chatroom.core.context import Context, Departed, Kernel
from chatroom.core.dispatch import dispatch
from chatroom.core.effort import payer
from chatroom.core.errors import Problem
from chatroom.core.gates import Gates
from chatroom.core.operation import Operation
from chatroom.core.principal import Role
from chatroom.core.schema import convert, encode, parse
from chatroom.core.signals import Connected, Disconnected, tell, tell_now
from chatroom.gateway.chat import dialects
from chatroom.gateway.chat.chat_connection import ChatConnection
from chatroom.gateway.chat.expiry import Expiry
from chatroom.gateway.chat.handshake_auth import Anonymous, Authenticate, Entrance
from chatroom.gateway.chat.hub import LOBBY_EARS, Hub
from chatroom.gateway.chat.replies import Replies
from chatroom.gateway.engine.budget import LoopBudget, WorkQueue
from chatroom.gateway.engine.client import Argument, Client, Refused
from chatroom.wire.frame import event_frame

_EMPTY: Final = b"{}"
_ARRIVALS: Final = 32  # begun in one turn; each reads the person's rooms, some 0.1 ms in the next
_COSTLY: Final = 2  # events with a price that an address has under way at once
_RESUMING: Final = (
    8  # handshakes of one person whose `resume` is worked on; the others wait as text, of 18 kB at most
)
Active = Callable[[Context], Coroutine[Any, Any, None] | None]
_log = structlog.get_logger("chatroom.gateway")


class SocketEvents:
    """What the product does with connections: it implements `gateway.client.Application`."""

    def __init__(
        self,
        kernel: Kernel,
        hub: Hub,
        operations: dict[str, Operation],
        authenticate: Authenticate,
        *,
        budget: LoopBudget | None = None,
        anonymous: Anonymous | None = None,
        active: Active = lambda _: None,
        go_on: Operation | None = None,
    ) -> None:
        """Tell of comings and goings in `budget`, the ones of the socket server and the hub.

        `active` is called with each event, and may return something to do besides. `go_on` takes `{rooms}`, the
        `auth.resume` of a handshake.
        """
        budget = budget or LoopBudget()
        self._kernel = kernel
        self._hub = hub
        self._operations = {op.socket: op for op in operations.values() if op.socket}
        self._entrance = Entrance(kernel, authenticate, anonymous or Anonymous())
        self._active = active
        self._go_on = go_on
        self._expiry = Expiry(kernel.clock, _tell_expired)
        self._arriving = WorkQueue(budget, most=_ARRIVALS)
        self._leaving = WorkQueue(budget)
        self._tasks: set[asyncio.Task[None]] = set()
        self._resuming = Gates(_RESUMING)
        self._costly = Gates(_COSTLY)

    async def connect(self, client: Client, auth: bytes) -> None:
        """Admit a connection, by its token or as a guest; the refusal carries the code in its data."""
        try:
            fields = parse(auth)
            client.data = Replies(await self._entrance.admit(client, fields))
            if (where := fields.get("resume")) is not None:
                client.data.resume = encode(where)  # a quarter of what it takes taken apart
        except Problem as problem:
            wait = {} if problem.retry_after is None else {"retryAfter": problem.retry_after}
            raise Refused(problem.message, {"code": problem.code, **wait}) from None

    def connected(self, client: Client) -> None:
        """Let the connection hear its news, and the slices know."""
        connection: ChatConnection = client.data.connection
        self._entrance.came(connection)
        self._hub.add(connection)
        if connection.dialect == dialects.GLOBAL:
            self._hub.subscribe(connection.id, LOBBY_EARS)
        connection.watch = self._expiry
        self._expiry.put(connection)
        connection.settled = asyncio.get_running_loop().create_future()
        self._arriving.put(partial(self._arrive, client.data))
        _log.info(f"User connected: {client.id}", user=connection.who.id)

    def event(
        self, client: Client, name: str, args: list[Argument], ack_id: int | None
    ) -> Awaitable[None] | None:
        """Start an event. A send leaves the way free at once, everything else waits for the sends before it."""
        replies: Replies = client.data
        if not replies.connection.decided:
            self._decide(replies.connection, name, args)
        op = self._operations.get(name)
        if op is None:
            replies.answer(name, ack_id, Problem("unknown_event", f"There is no event {name[:64]!r}."))
            return None
        alone = not op.queued or replies.connection.who.role is Role.GUEST  # a guest may have to join first
        if alone and (earlier := replies.below(1)) is not None:
            return _after(earlier, lambda: self._start(replies, op, args, ack_id))
        return self._start(replies, op, args, ack_id)

    def _decide(self, connection: ChatConnection, event: str, args: list[Argument]) -> None:
        """Let the first event that shows a dialect settle it; who is no client of seed S1 leaves the lobby."""
        first = args[0] if args else None
        dialect = dialects.recognise(event, bytes(first) if isinstance(first, msgspec.Raw) else b"")
        if dialect is None:
            return
        self._hub.decide(connection, dialect)
        if dialect == dialects.GLOBAL:
            self._hub.subscribe(connection.id, LOBBY_EARS)
        else:
            self._hub.unsubscribe(connection.id, LOBBY_EARS)

    def _start(
        self, replies: Replies, op: Operation, args: list[Argument], ack_id: int | None
    ) -> Awaitable[None] | None:
        connection, name = replies.connection, op.socket or ""
        decode = op.decode_strict if connection.dialect == dialects.NATIVE else op.decode
        ctx = Context(self._kernel, connection.who, connection=connection, origin=connection.origin)
        if (back := self._active(ctx)) is not None:
            self._spawn(self._tell("active", back))
        try:
            result = dispatch(ctx, op, lambda: decode(_raw(args, op)))
        except Exception as error:  # noqa: BLE001 - every event is answered in its turn; Replies logs faults
            replies.answer(name, ack_id, error)
            return None
        if isinstance(result, asyncio.Future):
            return replies.answer_later(name, ack_id, result, len(args[0]) if args else 0)
        if isinstance(result, Awaitable):
            if op.price is not None and isinstance(result, Coroutine):
                result = self._in_turn(connection, result)
            return _finish(replies, name, ack_id, result)
        replies.answer(name, ack_id, result)
        return None

    async def _in_turn(self, connection: ChatConnection, work: Coroutine[Any, Any, Any]) -> Any:
        """Do what costs much, of which an address has two under way at once.

        With 1 500 connections that each ask for members, 2 ms of work, a turn would else be as long as all of them.
        """
        try:
            async with self._costly.enter(address_key(connection.client.handshake.address)):
                try:
                    return await work
                finally:
                    await asyncio.sleep(0)  # the next one belongs to a later turn
        finally:
            work.close()  # where it never began

    def disconnected(self, client: Client, reason: str) -> None:
        """Take the connection out of everything, and let the slices know, after what they know already."""
        connection: ChatConnection = client.data.connection
        _log.info(f"User disconnected: {client.id}", user=connection.who.id, reason=reason)
        if client.data.resuming is not None:
            client.data.resuming.cancel()
        client.data = None  # else they hold each other
        self._entrance.went(connection)
        self._expiry.remove(connection)
        leave = partial(self._leave, connection, Disconnected(channels=self._hub.remove(connection)))
        if connection.settled is None or connection.settled.done():
            self._leaving.put(leave)
        else:
            connection.settled.add_done_callback(lambda _: self._leaving.put(leave))

    def _arrive(self, replies: Replies) -> None:
        self._spawn(self._welcome(replies))

    def _spawn(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _welcome(self, replies: Replies) -> None:
        connection = replies.connection
        try:
            await self._tell(
                "connected", tell(Context(self._kernel, connection.who, connection=connection), Connected())
            )
        finally:
            if connection.settled is not None:
                connection.settled.set_result(None)
        if replies.resume and self._go_on is not None and connection.client.connected:
            replies.resuming = self._spawn(self._resume(replies, self._go_on))

    async def _resume(self, replies: Replies, op: Operation) -> None:
        connection = replies.connection
        ctx = Context(self._kernel, connection.who, connection=connection, origin=connection.origin)
        try:
            async with self._resuming.enter(payer(ctx)):
                fields = {"rooms": msgspec.json.decode(replies.resume)}
                replies.resume = b""
                await dispatch(ctx, op, lambda: convert(fields, op.input, lenient=False))
        except Departed:
            return
        except Exception as error:  # noqa: BLE001 - it is answered; Replies logs what is no Problem
            replies.answer("resume", None, error)

    async def _tell(self, what: str, telling: Awaitable[None]) -> None:
        try:
            await telling
        except Problem as problem:  # the database is away: presence is best effort and heals (P13)
            _log.warning("signal.failed", signal=what, code=problem.code)

    def _leave(self, connection: ChatConnection, signal: Disconnected) -> None:
        tell_now(Context(self._kernel, connection.who, connection=connection), signal)

    async def idle(self) -> None:
        """Return when the slices know of every connection that came or went."""
        while self._tasks or self._arriving or self._leaving:
            await (asyncio.wait(self._tasks) if self._tasks else asyncio.sleep(0))


def _tell_expired(connection: ChatConnection) -> None:
    if not connection.quiet:
        problem = Problem("token_expired")
        connection.client.push(
            event_frame("error", encode({"code": problem.code, "message": problem.message}))
        )


async def _after(earlier: "asyncio.Future[None]", start: Callable[[], Awaitable[None] | None]) -> None:
    await earlier
    started = start()
    if started is not None:
        await started


async def _finish(replies: Replies, name: str, ack_id: int | None, result: Awaitable[Any]) -> None:
    try:
        outcome = await result
    except Exception as error:  # noqa: BLE001 - every event is answered; Replies logs what is no Problem
        outcome = error
    replies.answer(name, ack_id, outcome)


def _raw(args: list[Argument], op: Operation) -> bytes:
    """The first argument as JSON text (the seeds' events have exactly one), or the field that it stands for."""
    if not args:
        return _EMPTY
    first = args[0]
    if not isinstance(first, msgspec.Raw):
        raise Problem("bad_input", "Binary arguments are not accepted.")
    raw = bytes(first)
    if op.bare is None or (raw[:1] == b"{" and not op.verbatim):
        return raw
    return b'{"%b":%b}' % (op.bare.encode(), raw)
