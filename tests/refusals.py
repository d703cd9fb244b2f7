"""What operations refuse with in any test is what their rows declare, or what any operation may answer."""

import asyncio
import inspect
from collections.abc import Callable, Iterator
from functools import wraps
from typing import Any, Final

import pytest

from chatroom.core.errors import Problem
from chatroom.core.operation import Operation
from chatroom.features import operations
from chatroom.features.messages.api import GO_ON

ANYBODYS: Final = frozenset({"unavailable"})
"""What an operation refuses with by what it calls, whichever it is: the database may be away."""

Note = Callable[[str, str], None]


def watch(op: Operation, note: Note) -> Operation:
    """Tell `note` the name of an operation, and each code that it refuses with and does not declare."""
    call = op.call

    def look(error: BaseException | None) -> None:
        if isinstance(error, Problem) and error.code not in {*op.refuses, *ANYBODYS}:
            note(op.name, error.code)

    @wraps(call)
    async def waited(*args: Any) -> Any:
        try:
            return await call(*args)
        except Problem as problem:
            look(problem)
            raise

    def settled(done: "asyncio.Future[Any]") -> None:
        look(None if done.cancelled() else done.exception())

    @wraps(call)
    def started(*args: Any) -> Any:
        try:
            result = call(*args)
        except Problem as problem:
            look(problem)
            raise
        if isinstance(result, asyncio.Future):
            result.add_done_callback(settled)
        return result

    op.call = waited if inspect.iscoroutinefunction(call) else started
    return op


@pytest.fixture(scope="session")
def undeclared() -> Iterator[set[tuple[str, str]]]:
    """The refusals that no row declares, (operation, code), as they happen."""
    found: set[tuple[str, str]] = set()
    calls = {op: op.call for op in (*operations.values(), GO_ON)}
    for op in calls:
        watch(op, lambda name, code: found.add((name, code)))
    yield found
    for op, call in calls.items():
        op.call = call


@pytest.fixture(autouse=True)
def refusals_are_declared(undeclared: set[tuple[str, str]]) -> Iterator[None]:
    """Fail the test in which an operation refused with a code that its row does not have."""
    undeclared.clear()
    yield
    assert not undeclared, "declare it in `refuses` of its row"
