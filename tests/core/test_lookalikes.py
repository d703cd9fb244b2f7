"""Which names can be taken for each other."""

import pytest

from chatroom.core.lookalikes import key, skeleton


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Alice", "\u0410lice"),  # Cyrillic
        ("Alice", "Al\u200cice"),
        ("Alice", "AIice"),
        ("Alice", "A1ice"),
        ("Alice", "\uff21lice"),
        ("dog", "\uff44\uff4f\uff47"),
        ("dog", "\U0001d41d\U0001d428\U0001d420"),
        ("dog", "\u24d3\u24de\u24d6"),
        ("paypal", "\u0440\u0430\u0443\u0440\u0430l"),
        ("modern", "rnodern"),
        ("bob", "b0b"),
        ("cl", "c|"),
        ("Ana\u0301", "An\u00e1"),
        ("Omega", "\u039fmega"),
        ("o", "\u0585"),
    ],
)
def test_these_look_alike(one: str, other: str) -> None:
    assert key(one) == key(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [("Ana", "Anna"), ("Ana", "Ánа"), ("李明", "李朋"), ("Ali", "Al"), ("a b", "ab"), ("", "a")],
)
def test_these_do_not(one: str, other: str) -> None:
    assert key(one) != key(other)


def test_a_skeleton_is_its_own_skeleton() -> None:
    for text in ("Alice", "\u0440\u0430\u0443", "m1w0", "ﷺ"):
        assert skeleton(skeleton(text)) == skeleton(text)
