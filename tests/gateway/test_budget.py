"""What bulk work may take of a turn, all of it together."""

import asyncio
import time

import pytest

from chatroom.gateway.engine import budget as budget_module
from chatroom.gateway.engine.budget import BUDGET, LoopBudget, WorkQueue
from tests.doors import until


def busy() -> None:
    """Take half a millisecond of the processor."""
    end = time.thread_time() + 0.0005
    while time.thread_time() < end:
        pass


async def test_all_bulk_work_of_a_turn_shares_one_budget() -> None:
    budget = LoopBudget()
    lanes = [WorkQueue(budget) for _ in range(3)]
    done = [0, 0, 0]

    def deed(number: int) -> None:
        busy()
        done[number] += 1

    for number, lane in enumerate(lanes):
        for _ in range(40):
            lane.put(lambda number=number: deed(number))  # type: ignore[misc]
    steps = []
    while any(lanes):
        before = sum(done)
        await asyncio.sleep(0)
        steps.append(sum(done) - before)
    assert done == [40, 40, 40]
    assert max(steps) <= BUDGET / 0.0005 + 1


async def test_what_is_left_over_gets_smaller_shares(monkeypatch: pytest.MonkeyPatch) -> None:
    now, shares = 0.0, [0]
    monkeypatch.setattr(budget_module, "clock", lambda: now)
    lane = WorkQueue(LoopBudget())

    def deed() -> None:
        nonlocal now
        now += BUDGET / 10
        shares[-1] += 1

    for _ in range(20):
        lane.put(deed)
    while lane:
        await asyncio.sleep(0)
        if shares[-1]:
            shares.append(0)
    assert shares == [10, 4, 4, 2, 0]


async def test_what_was_not_reached_in_a_turn_comes_first_in_the_next() -> None:
    budget = LoopBudget()
    first, second = WorkQueue(budget), WorkQueue(budget)
    order: list[str] = []

    def long(name: str) -> None:
        order.append(name)
        end = time.perf_counter() + BUDGET
        while time.perf_counter() < end:
            pass

    for _ in range(2):
        first.put(lambda: long("first"))
        second.put(lambda: long("second"))
    await until(lambda: not (first or second))
    assert order == ["first", "second", "first", "second"]


async def test_what_goes_from_callback_to_callback_gets_through_between_two_shares() -> None:
    loop, lane = asyncio.get_running_loop(), WorkQueue(LoopBudget(), most=1)
    order: list[str] = []

    def begin() -> None:
        order.append("share")
        loop.call_soon(step, 1)

    def step(number: int) -> None:
        order.append(str(number))
        if number < 4:
            loop.call_soon(step, number + 1)

    lane.put(begin)
    lane.put(lambda: order.append("share"))
    await until(lambda: not lane)
    assert order == ["share", "1", "2", "3", "4", "share"]


async def test_a_lane_keeps_its_order_and_takes_what_is_added_meanwhile() -> None:
    lane = WorkQueue(LoopBudget(), most=3)
    order: list[int] = []

    def deed(number: int) -> None:
        order.append(number)
        if number < 10:
            lane.put(lambda: deed(number + 10))

    for number in range(10):
        lane.put(lambda number=number: deed(number))  # type: ignore[misc]
    await asyncio.sleep(0)
    assert order == [0, 1, 2]
    await until(lambda: not lane)
    assert order == list(range(20))


async def test_a_deed_that_fails_is_reported_and_the_others_are_done(
    caplog: pytest.LogCaptureFixture,
) -> None:
    budget = LoopBudget()
    lane, other = WorkQueue(budget), WorkQueue(budget)
    order: list[str] = []

    def fails() -> None:
        raise RuntimeError("a fault of ours")

    for deed in (lambda: order.append("before"), fails, lambda: order.append("after")):
        lane.put(deed)
    other.put(lambda: order.append("other"))
    await until(lambda: not (lane or other))
    assert sorted(order) == ["after", "before", "other"]
    assert "a fault of ours" in caplog.text
