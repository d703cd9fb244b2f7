"""Addresses and passwords."""

import pytest

from chatroom.core.errors import Problem
from chatroom.features.auth import rules


@pytest.mark.parametrize(
    ("given", "clean"),
    [
        ("ana@example.org", "ana@example.org"),
        ("  Ana.Lopez@Example.ORG ", "ana.lopez@example.org"),
        ("ana+tea@example.org", "ana+tea@example.org"),
        ("zoe\u0308@example.org", "zo\u00eb@example.org"),
    ],
)
def test_an_address_has_one_form(given: str, clean: str) -> None:
    assert rules.clean_email(given) == clean


@pytest.mark.parametrize(
    "given",
    ["", "ana", "@example.org", "ana@", "a b@example.org", "ana@exa mple.org", "ana@localhost", "a@b@c"],
)
def test_what_is_no_address_is_refused(given: str) -> None:
    with pytest.raises(Problem) as refused:
        rules.clean_email(given)
    assert refused.value.code == "bad_input"
    assert refused.value.errors is not None
    assert "email" in refused.value.errors


@pytest.mark.parametrize("given", ["12345678", "p" * 72, "é" * 36, "пароль-и-ещё", "        8"])
def test_a_password_of_eight_characters_to_seventy_two_bytes_is_taken(given: str) -> None:
    assert rules.clean_password(given) == given


@pytest.mark.parametrize("given", ["", "1234567", "p" * 73, "é" * 37, "😀" * 19])
def test_a_password_that_bcrypt_would_cut_or_that_is_short_is_refused(given: str) -> None:
    with pytest.raises(Problem) as refused:
        rules.clean_password(given)
    assert refused.value.errors == {"password": ["length"]}


def test_two_ways_to_type_an_accent_are_one_password() -> None:
    composed, decomposed = "caf\u00e9-au-lait", "cafe\u0301-au-lait"
    assert rules.clean_password(decomposed) == rules.clean_password(composed)
    assert rules.given_password(decomposed) == composed.encode()


def test_a_password_that_can_be_nobodys_is_not_compared() -> None:
    assert rules.given_password("") is None
    assert rules.given_password("p" * 73) is None
    assert rules.given_password("p" * 72) == b"p" * 72
