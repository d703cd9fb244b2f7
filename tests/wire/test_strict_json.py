"""How deep JSON may be, and how long its integers, before anything decodes it."""

import time

import pytest

from chatroom.wire.errors import ProtocolError
from chatroom.wire.strict_json import check_json

DEPTH = 64


def _nested(levels: int, brackets: bytes = b"[]") -> bytes:
    pairs = [brackets[at : at + 2] for at in range(0, len(brackets), 2)]
    opened = [pairs[level % len(pairs)] for level in range(levels)]
    return b"".join([pair[:1] for pair in opened]) + b"".join([pair[1:] for pair in reversed(opened)])


@pytest.mark.parametrize("brackets", [b"[]", b"{}", b"[]{}", b"{}[]"])
def test_the_bound_counts_levels_of_every_kind(brackets: bytes) -> None:
    check_json(_nested(DEPTH, brackets), DEPTH, 100)
    with pytest.raises(ProtocolError, match="too deep"):
        check_json(_nested(DEPTH + 1, brackets), DEPTH, 100)


@pytest.mark.parametrize(
    "data", [b"[" * 20_000, b"[],".join([b""] * 20_000), b"[[]]" * 10_000, b"]" * 20_000]
)
def test_many_brackets_are_looked_through_at_once(data: bytes) -> None:
    started = time.thread_time()
    try:
        check_json(data, DEPTH, 100)
    except ProtocolError:
        assert data[:2] in {b"[[", b"]]"}
    assert time.thread_time() - started < 0.01


def test_siblings_are_no_levels() -> None:
    check_json(b"[" + b",".join([_nested(DEPTH - 1)] * 50) + b"]", DEPTH, 100)
