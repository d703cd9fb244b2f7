"""The watch over what operations refuse with sees each way in which one can refuse."""

import asyncio
from typing import Any

import pytest

from chatroom.core.errors import Problem
from chatroom.core.operation import Operation
from chatroom.features.rooms.api import LIST
from tests.refusals import watch


def plain(ctx: Any) -> None:
    raise Problem(ctx)


async def waited(ctx: Any) -> None:
    raise Problem(ctx)


def queued(ctx: Any) -> "asyncio.Future[None]":
    done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    done.set_exception(Problem(ctx))
    return done


@pytest.mark.parametrize("call", [plain, waited, queued])
@pytest.mark.parametrize(
    ("code", "seen"),
    [("conflict", {("rooms.burn", "conflict")}), ("busy", set()), ("unavailable", set())],
    ids=["undeclared", "declared", "anybody's"],
)
async def test_a_refusal_that_no_row_declares_is_noted(call: Any, code: str, seen: set[Any]) -> None:
    noted: set[tuple[str, str]] = set()
    op = Operation("rooms.burn", call, may=LIST, refuses=("busy",))
    watch(op, lambda name, code: noted.add((name, code)))
    with pytest.raises(Problem) as refused:
        await op.call(code)
    await asyncio.sleep(0)  # a Future tells those who listen in the next turn
    assert (refused.value.code, noted) == (code, seen)
