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
        ("stra\u00dfe@example.org", "stra\u00dfe@example.org"),  # not the mailbox of strasse
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


@pytest.mark.parametrize(
    "given", ["crow mil", "heron-" * 11 + "mill 8", "éàü" * 11 + "dawn!", "пароль-и-ещё", "1 mill  8"]
)
def test_a_password_of_eight_characters_to_seventy_two_bytes_is_taken(given: str) -> None:
    assert rules.clean_password(given) == given


@pytest.mark.parametrize(
    "given",
    [
        *(
            "password",
            "Password1!",
            "P4ssw0rd123",
            "12345678",
            "87654321",
            "qwertyuiop",
            "1q2w3e4r",
            "11111111",
        ),
        *(
            "abcabcabc",
            "iloveyou2",
            "!!letmein!!",
            "chatroom2026",
            "Sunshine99",
            "asdfghjkl1",
            "aaaabbbb",
            "1qaz2wsx",
        ),
    ],
)
def test_a_password_that_guessers_try_first_is_refused(given: str) -> None:
    with pytest.raises(Problem) as refused:
        rules.clean_password(given)
    assert refused.value.errors == {"password": ["common"]}


@pytest.mark.parametrize(
    ("given", "own"),
    [
        ("ana.lopez@example.org", "ana.lopez@example.org"),
        ("Ana.Lopez12", "ana.lopez@example.org"),
        ("447911123456", "+447911123456"),
        ("07911123456", "+447911123456"),
        ("+447911123456", "+447911123456"),
        ("Marguerite!", "Marguerite"),
    ],
)
def test_a_password_made_of_ones_own_address_or_number_is_refused(given: str, own: str) -> None:
    with pytest.raises(Problem) as refused:
        rules.clean_password(given, own)
    assert refused.value.errors == {"password": ["common"]}
    assert rules.clean_password(given + " and a mill by the river", own)


@pytest.mark.parametrize(
    "given",
    [
        "+44 7911 123456",
        "0044 7911 123456",
        "+447911123456",
        "00447911123456",
        " +44 (7911) 123-456 ",
        "+44\u00a07911\u2011123456",
        "\u202a+44 7911 123456\u202c",  # as books of contacts copy it
        "+\u0664\u0664 \u0667\u0669\u0661\u0661 \u0661\u0662\u0663\u0664\u0665\u0666",
        "\uff0b\uff14\uff14 7911 123456",
        "+\u096a\u096a 7911 123456",
    ],
)
def test_a_number_has_one_form(given: str) -> None:
    assert rules.clean_phone(given) == "+447911123456"


@pytest.mark.parametrize(
    "given",
    [
        *(
            "",
            "07911 123456",
            "+",
            "+4",
            "+44",
            "0000",
            "+99912345678",
            "+44 7911 12345 67890 12",
            "[object Object]",
        ),
        *(
            "+44_7911123456",
            "+447911123456;ext=9",
            "+44791112345x",
            "tel:+447911123456",
        ),
    ],
)
def test_what_is_no_number_is_refused(given: str) -> None:
    with pytest.raises(Problem) as refused:
        rules.clean_phone(given)
    assert refused.value.errors == {"phoneNumber": ["number"]}


@pytest.mark.parametrize(
    ("given", "country", "number"),
    [
        ("2025550123", "", "+12025550123"),
        ("(202) 555-0123", "", "+12025550123"),
        ("1 202 555 0123", "", "+12025550123"),
        ("1234567890", "", "+11234567890"),
        ("+1234567890", "", "+11234567890"),
        ("07911 123456", "GB", "+447911123456"),
        ("0151 23456789", "DE", "+4915123456789"),
        ("06 12 34 56 78", "FR", "+33612345678"),
        ("+44 7911 123456", "DE", "+447911123456"),
        ("0044 7911 123456", "US", "+447911123456"),
    ],
)
def test_a_number_without_its_country_is_one_of_the_hosts(given: str, country: str, number: str) -> None:
    """Where the host names none it is read as seed S1 writes numbers."""
    assert rules.clean_phone(given, country) == number


@pytest.mark.parametrize(
    ("given", "country"),
    [("+1234567890", "DE"), ("555-1234", ""), ("555-1234", "US"), ("+4479111234", ""), ("123", "GB")],
)
def test_an_impossible_number_is_refused_in_any_country(given: str, country: str) -> None:
    with pytest.raises(Problem):
        rules.clean_phone(given, country)


def test_a_number_is_shown_by_its_last_four_digits() -> None:
    assert rules.masked("+447911123456") == "*********3456"


@pytest.mark.parametrize(
    ("year", "adult"),
    [(None, None), ("", None), (1990, True), ("1990", True), (2008, True), (2009, False), ("2026", False)],
)
def test_who_turns_eighteen_this_year_is_an_adult(year: int | str | None, adult: bool | None) -> None:
    assert rules.is_adult(year, 2026) is adult


@pytest.mark.parametrize(
    "year", ["nineteen", "1e3", 1, -1990, 2027, 10**12, "\u0661\u0669\u0669\u0660", "1990.5"]
)
def test_what_is_no_year_is_refused(year: int | str) -> None:
    with pytest.raises(Problem) as refused:
        rules.is_adult(year, 2026)
    assert refused.value.errors == {"birthYear": ["year"]}


def test_the_derived_password_is_the_formula_of_the_seed() -> None:
    assert rules.derived_password("John", "Doe", 1990) == "Joh1990Doe!"
    assert rules.derived_password(None, None, None) == "Use2000!"


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
