"""Who has an account: neither what is said nor how long it takes may tell."""

import json
import os
import random
import time
from math import erfc, sqrt
from typing import Any, Final

import httpx2
import pytest

from tests.cast import Cast

SAMPLES: Final = int(os.environ.get("SAMPLES", "60"))
"""Answers of each kind; 500 and more on a quiet machine tell for sure."""
_ID: Final = "requestId"

ROUTES: Final = {
    "/api/auth/login": {"password": "wrong horse"},
    "/api/auth/signin": {"password": "wrong horse"},
    "/api/v1/auth/login": {"password": "wrong horse"},
    "/auth/login": {"password": "wrong horse"},
    "/api/v1/auth/password/forgot": {},
    "/api/v1/auth/password/reset": {"code": "00000000", "newPassword": "a heron by the mill"},
}


def likelihood(one: list[float], other: list[float]) -> float:
    """The two-sided p of Mann and Whitney's test by its normal approximation; times are never quite equal."""
    ranks = {time: rank for rank, time in enumerate(sorted([*one, *other]), 1)}
    first, second = len(one), len(other)
    wins = sum(ranks[time] for time in one) - first * (first + 1) / 2
    spread = sqrt(first * second * (first + second + 1) / 12)
    return erfc(abs(wins - first * second / 2) / spread / sqrt(2))


def test_the_test_tells_what_differs_from_what_does_not() -> None:
    dice = random.Random(4)
    one, other = [[dice.gauss(10, 1) for _ in range(60)] for _ in range(2)]
    assert likelihood(one, other) > 0.01
    assert likelihood(one, [time + 1 for time in other]) < 0.001


async def ask(http: httpx2.AsyncClient, path: str, email: str) -> tuple[float, int, Any]:
    """The seconds of one answer, and what it says but for its own id."""
    started = time.perf_counter()
    answer = await http.post(path, json={"email": email, **ROUTES[path]})
    took = time.perf_counter() - started
    body = answer.json()
    (body.get("data") or body).pop(_ID, None)
    return took, answer.status_code, json.dumps(body)


@pytest.mark.parametrize("path", ROUTES)
async def test_somebody_and_nobody_get_the_same_answer_in_the_same_time(
    http: httpx2.AsyncClient, cast: Cast, path: str
) -> None:
    """Three rounds, for chance: a leak shows in each of them."""
    found = []
    for turn in range(3):
        times: dict[bool, list[float]] = {True: [], False: []}
        said: dict[bool, set[Any]] = {True: set(), False: set()}
        order = [True, False] * SAMPLES
        random.Random(turn).shuffle(order)
        for number, known in enumerate(order):
            email = cast.ana.email if known else f"ano{number % 10}@example.org"
            took, *answer = await ask(http, path, email)
            times[known].append(took)
            said[known].add(tuple(answer))
        assert said[True] == said[False]
        assert len(said[True]) == 1
        found.append(likelihood(times[True], times[False]))
        if found[-1] > 0.01:
            break
    print(f"{path}: p {found[-1]:.3f} of {SAMPLES} and {SAMPLES} answers")
    assert max(found) > 0.01
