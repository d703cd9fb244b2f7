"""Lines and texts fit to store."""

import pytest

from chatroom.core.errors import Problem
from chatroom.core.text import clean_line, clean_text

ENGLAND = "\U0001f3f4\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f"
NOTHING = [
    "\u3164",
    "\uffa0\u115f\u1160",
    "\u2800",
    "\u2800 \u2800",
    "\U000e0067\U000e007f",
    "\u0301",
    "\u0903",
    "\u20dd\u0336",
    "\U00011f03",  # a mark of Unicode 15
    "\ufe0f",
    "\u200d\u200c\u200b\u2060\ufeff",
    "\u034f\u00ad\u180e",
    "\u17b4\u17b5",
    "\U0001d159",
    "\u2003\u3000\u00a0",
    "\ufff0",
]
"""Texts of which nothing can be seen."""


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
        ("\ufeffTea\u200b", "Tea"),
        ("Al\u200cice", "Alice"),
        ("Alice\u3164", "Alice"),
        ("Te\u00ada", "Tea"),
        ("T\U000e0061ea", "Tea"),
        ("Te\u2060a\u034f", "Tea"),
        ("سلام\u200f", "سلام"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("🩷", "🩷"),
        ("\U0001fae9", "\U0001fae9"),  # of Unicode 16
        ("\U0001faed", "\U0001faed"),  # of none yet
        ("❤️", "❤️"),
        ("1️⃣", "1️⃣"),
        ("👩🏽‍🚀", "👩🏽‍🚀"),
        ("👩‍❤️‍👨", "👩‍❤️‍👨"),
        (ENGLAND, ENGLAND),
        ("葛\U000e0100", "葛\U000e0100"),
        ("\u0600\u0661", "\u0600\u0661"),
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
        "a\u202db",
        "a\u2069",
        "\ue000",
        "\u0085\u009f",
        "\ufdd0a",
        *NOTHING,
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
    "given",
    [
        *NOTHING,
        "pay\u202etxt.exe",
        "\u202dx",
        "",
        " ",
        "\n\t ",
        "\u2003",
        "x" * 101,
        "é" * 101,
        "bell\u0007",
        "esc\u001b[2J",
        "\u0000",
    ],
)
def test_a_text_that_is_empty_long_or_controls_a_terminal_is_refused(given: str) -> None:
    with pytest.raises(Problem) as refused:
        clean_text(given, field="content", length=100)
    assert refused.value.code == "bad_input"


def test_the_length_counts_after_composing() -> None:
    assert len(clean_text("e\u0301" * 100, field="content", length=100)) == 100
