"""Cursors."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatroom.core import page
from chatroom.core.errors import Problem


@given(st.sampled_from("bfr"), st.integers(0, 2**31 - 1))
def test_a_cursor_comes_back_as_it_went(direction: str, seq: int) -> None:
    cursor = page.encode(direction, seq)
    assert cursor.replace("-", "").replace("_", "").isalnum()
    assert page.decode_seq(cursor, "bfr") == (direction, seq)


@given(st.text(max_size=40))
def test_any_text_is_a_cursor_or_refused(text: str) -> None:
    refusal = None
    try:
        direction, seq = page.decode_seq(text, "bf")
        assert direction in "bf"
        assert seq >= 0
    except Problem as problem:
        refusal = problem.code
    assert refusal in (None, "bad_cursor")


@pytest.mark.parametrize(
    "cursor",
    [
        "",
        "=",
        "a",
        "b12",
        page.encode("x", 1),
        page.encode("b", "-1"),
        page.encode("b", "1.5"),
        page.encode("b", ""),
        page.encode("b", "9" * 16),
        page.encode("b", "²"),
        page.encode("b", "٣"),
        page.encode("b", "1 OR 1=1"),
        page.encode("b", 1) + "\n",
        "é" * 8,
    ],
)
def test_a_cursor_that_we_did_not_give_is_refused(cursor: str) -> None:
    with pytest.raises(Problem) as refused:
        page.decode_seq(cursor, "bf")
    assert refused.value.code == "bad_cursor"
