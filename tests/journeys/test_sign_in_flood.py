"""A flood of sign-ins against a running server at the usual cost of a hash: who waits, and who is refused."""

import threading
import time
from collections import Counter
from typing import Self

import httpx2

from tests.journeys.conftest import Serve
from tests.journeys.people import PASSWORD, register

FEW = 18  # those made while the request is read and answered on a busy machine; first come, first served it is 34


def client(url: str, address: str) -> httpx2.Client:
    """Somebody at another address of loopback."""
    return httpx2.Client(base_url=url, transport=httpx2.HTTPTransport(local_address=address), timeout=30)


class Flood:
    """Strangers at ten addresses, each with four connections, who try people one after the other."""

    def __init__(self, url: str) -> None:
        self.answers: Counter[int] = Counter()
        self._url = url
        self._over = threading.Event()
        self._threads = [threading.Thread(target=self._try, args=(number,)) for number in range(40)]

    def _try(self, number: int) -> None:
        with client(self._url, f"127.0.1.{1 + number % 10}") as stranger:
            count = 0
            while not self._over.is_set():
                count += 1
                body = {"email": f"p{number}.{count}@example.org", "password": "wrong horse"}
                answer = stranger.post(
                    "/api/auth/login", json=body, headers={"sec-fetch-site": "same-origin"}
                )
                self.answers[answer.status_code] += 1
                time.sleep(0.1)

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join()


def test_during_a_flood_from_ten_addresses_somebody_else_waits_for_a_few_of_its_hashes_only(
    serve: Serve,
) -> None:
    """Counted in hashes, not seconds: those depend on what else the machine does."""
    server = serve(BCRYPT_ROUNDS="10", RATE_LIMITS="api=100000/1m")
    ana = register(server.url, "Ana")
    before_me = []
    with client(server.url, "127.0.2.1") as home, Flood(server.url) as flood:
        for _ in range(6):
            time.sleep(0.3)
            so_far = flood.answers[401]
            answer = home.post("/api/auth/login", json={"email": ana.email, "password": PASSWORD})
            before_me.append(flood.answers[401] - so_far)
            assert answer.status_code == 200, answer.text
    print(f"hashes of the flood before each: {before_me}; the flood heard {dict(flood.answers)}")
    assert max(before_me) <= FEW
    assert flood.answers[401] <= 10 * 30
