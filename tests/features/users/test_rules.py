"""Handles from names."""

import pytest

from chatroom.features.users.rules import handle_from


@pytest.mark.parametrize(
    ("name", "handle"),
    [
        ("Ana", "ana"),
        ("Ana  López", "ana-lopez"),
        ("O'Brien & Sons!", "o-brien-sons"),
        ("ﬁne", "fine"),
        ("-.-", "member"),
        ("guest_x7", "guest_x7"),
        ("محمد", "mhmd"),
        ("王小明 Ming", "wangxiaoming-ming"),
        ("😀", "grinning"),
        ("a" * 64, "a" * 24),
        ("twenty-four characters: x", "twenty-four-characters-x"),
        ("cut just before a dash -- here", "cut-just-before-a-dash-h"),
        ("12345678901234567890123 5", "12345678901234567890123"),
    ],
)
def test_a_handle_is_plain_ascii(name: str, handle: str) -> None:
    assert handle_from(name) == handle
