"""The one door, and what leaves a transaction."""

import asyncio
from typing import Any

import pytest

from chatroom.app import App
from chatroom.core import audience
from chatroom.core.broker import Delivery
from chatroom.core.context import Context
from chatroom.core.dispatch import answer, dispatch
from chatroom.core.errors import Problem
from chatroom.core.principal import OUTSIDER
from chatroom.core.signals import Connected, Disconnected, tell
from chatroom.features import operations
from chatroom.features.log.types import RoomEntry
from chatroom.gateway.chat.hub import Hub
from tests.cast import Cast, Clock, principal


class Tape(Hub):
    """A hub that remembers what it was asked to deliver."""

    def __init__(self) -> None:
        super().__init__()
        self.published: list[Delivery] = []

    def publish(self, delivery: Delivery) -> None:
        self.published.append(delivery)
        super().publish(delivery)


def entry(seq: int) -> RoomEntry:
    return RoomEntry(room_id="r", epoch="e", seq=seq, kind="joined", actor_id="a", at="now")


@pytest.fixture
def tape(app: App) -> Tape:
    tape = Tape()
    app.kernel.broker = tape
    return tape


async def test_permission_comes_before_decoding_and_the_limit_of_messages_after_it(
    app: App, cast: Cast
) -> None:
    asked: list[str] = []

    class Counting:
        def hit(self, limit: str, key: str) -> float | None:
            asked.append(f"{limit} {key}")
            return 2.5

        def give_back(self, limit: str, key: str) -> None:
            raise AssertionError("nothing was counted")

    app.kernel.limiter = Counting()
    send = operations["messages.send"]

    def decode() -> Any:
        asked.append("decode")
        return send.decode(b'{"roomId":"%b","content":"hi"}' % cast.tea.encode())

    with pytest.raises(Problem) as refused:
        dispatch(Context(app.kernel, OUTSIDER), send, decode)
    assert (refused.value.code, asked) == ("unauthorized", [])
    ana = await principal(app, cast.ana)
    with pytest.raises(Problem) as refused:
        await answer(dispatch(Context(app.kernel, ana), send, decode))
    assert (refused.value.code, refused.value.retry_after) == ("rate_limited", 3)
    assert asked[:2] == ["decode", f"messages.send {cast.ana.id}/{cast.tea}"]


async def test_input_of_an_operation_without_any_is_read_and_dropped(app: App, cast: Cast) -> None:
    ana = await principal(app, cast.ana)
    me = operations["auth.me.show"]
    shown = await answer(dispatch(Context(app.kernel, ana), me, lambda: me.decode(b"{}")))
    assert shown.id == cast.ana.id
    with pytest.raises(Problem, match="not known"):
        dispatch(Context(app.kernel, ana), me, lambda: me.decode_strict(b'{"x":1}'))


async def test_an_answer_that_is_there_already_is_not_waited_for() -> None:
    assert await answer(7) == 7
    done: asyncio.Future[int] = asyncio.get_running_loop().create_future()
    done.set_result(8)
    assert await answer(done) == 8


async def test_events_leave_with_the_commit_in_the_order_of_the_deeds(app: App, tape: Tape) -> None:
    ctx = Context(app.kernel, OUTSIDER)
    order: list[str] = []
    async with ctx.begin() as tx:
        tx.emit(entry(1), to=audience.room("r"))
        tx.after(lambda: order.append(f"after {len(tape.published)}"))
        tx.emit(entry(2), to=audience.room("r"))
        assert tape.published == []
    assert order == ["after 1"]
    assert [delivery.payload.count(b'"seq":%d' % n) for n, delivery in enumerate(tape.published, 1)] == [1, 1]


async def test_events_of_a_transaction_that_fails_never_leave(app: App, tape: Tape) -> None:
    async def fail() -> None:
        async with Context(app.kernel, OUTSIDER).begin() as tx:
            tx.emit(entry(1), to=audience.room("r"))
            raise RuntimeError("no such luck")

    with pytest.raises(RuntimeError, match="no such luck"):
        await fail()
    assert tape.published == []


async def test_a_context_stands_at_one_instant(app: App, clock: Clock) -> None:
    ctx = Context(app.kernel, OUTSIDER)
    before = ctx.now
    clock.advance(60)
    assert (ctx.now, Context(app.kernel, OUTSIDER).now) == (before, before + 60_000)


async def test_every_listener_of_a_notice_is_told_even_after_one_that_could_not(app: App) -> None:
    told: list[str] = []

    async def fails(to: Any, signal: Any) -> None:
        told.append("fails")
        raise Problem("unavailable")

    async def works(to: Any, signal: Any) -> None:
        told.append("works")

    app.kernel.handlers[Connected] = [fails, works, fails]
    with pytest.raises(Problem) as refused:
        await tell(Context(app.kernel, OUTSIDER), Connected())
    assert (refused.value.code, told) == ("unavailable", ["fails", "works", "fails"])
    app.kernel.handlers.clear()
    await tell(Context(app.kernel, OUTSIDER), Disconnected(channels=()))
