"""Accept-Encoding as RFC 9110, 12.5.3 reads it."""

import pytest

from chatroom.core.encodings import choose, refuses_identity

CHOICES = {
    None: "identity",
    "": "identity",
    "gzip": "gzip",
    "GZIP": "gzip",
    "x-gzip": "gzip",
    "gzip, deflate, br": "gzip",
    "br;q=1.0, gzip;q=0.8, *;q=0.1": "gzip",
    "gzip;q=0": "identity",
    "gzip;q=0.0, *": "identity",
    "gzip ; q=0": "identity",
    "gzip;q=0.000": "identity",
    "*": "gzip",
    "*;q=0": "",
    "*;q=0, gzip": "gzip",
    "*;q=0, identity": "identity",
    "identity": "identity",
    "identity;q=0": "",
    "identity;q=0, gzip": "gzip",
    "identity;q=0, br": "",
    "identity;q=1, gzip;q=0.5": "identity",
    "identity;q=0.5, gzip;q=0.5": "gzip",
    "br": "identity",
    "gzipped": "identity",
    "not-gzip": "identity",
    "gzip;q=nonsense": "identity",
    "gzip;q=2": "identity",
    ",,gzip,,": "gzip",
}


@pytest.mark.parametrize("header", CHOICES)
def test_the_coding_that_a_client_likes_best_is_chosen(header: str | None) -> None:
    assert choose(header) == CHOICES[header]


def test_who_refuses_answers_as_they_are_says_so() -> None:
    refusing = [header for header in CHOICES if refuses_identity(header)]
    assert refusing == ["*;q=0", "*;q=0, gzip", "identity;q=0", "identity;q=0, gzip", "identity;q=0, br"]
