"""Lines and texts fit to store."""

import pytest

from chatroom.core.errors import Problem
from chatroom.core.text import clean_line, clean_text


@pytest.mark.parametrize(
    ("given", "clean"),
    [
        ("Tea", "Tea"),
        ("  two   words\t", "two words"),
        ("line\nbreak", "line break"),
        ("cafe\u0301", "café"),
        ("क्‍ष", "क्‍ष"),
        ("👩‍🚀", "👩‍🚀"),
        ("n" * 20, "n" * 20),
    ],
)
def test_a_line_is_single_spaced_and_composed(given: str, clean: str) -> None:
    assert clean_line(given, field="name", length=20) == clean


@pytest.mark.parametrize(
    "given",
    [
        "",
        " ",
        "\u200b",
        "\u200d \u200c",
        "n" * 21,
        "a\u0000b",
        "a\u0007",
        "\u202eabc",
        "\u2066a",
        "\ufeffa",
        "\ue000",
        "\u0085\u009f",
    ],
)
def test_a_line_that_is_empty_long_or_hides_something_is_refused(given: str) -> None:
    with pytest.raises(Problem) as refused:
        clean_line(given, field="name", length=20)
    assert refused.value.code == "bad_input"
    assert refused.value.errors is not None
    assert list(refused.value.errors) == ["name"]


@pytest.mark.parametrize(
    ("given", "clean"),
    [
        ("hello", "hello"),
        ("  kept as it is  ", "  kept as it is  "),
        ("one\r\ntwo\rthree\n\tfour", "one\ntwo\nthree\n\tfour"),
        ("cafe\u0301", "café"),
        ("\u202b\u05e2\u05d1", "\u202b\u05e2\u05d1"),
        ("<script>alert(1)</script>", "<script>alert(1)</script>"),
        ("x" * 100, "x" * 100),
        ("😀" * 100, "😀" * 100),
    ],
)
def test_a_text_stays_as_it_was_said(given: str, clean: str) -> None:
    assert clean_text(given, field="content", length=100) == clean


@pytest.mark.parametrize(
    "given", ["", " ", "\n\t ", "\u2003", "x" * 101, "é" * 101, "bell\u0007", "esc\u001b[2J", "\u0000"]
)
def test_a_text_that_is_empty_long_or_controls_a_terminal_is_refused(given: str) -> None:
    with pytest.raises(Problem) as refused:
        clean_text(given, field="content", length=100)
    assert refused.value.code == "bad_input"


def test_the_length_counts_after_composing() -> None:
    assert len(clean_text("e\u0301" * 100, field="content", length=100)) == 100
