"""`python -m bench.sign_ins`: how much 200 parallel sign-ins delay those who talk.

64 people talk in rooms of eight, by turns alone and while 200 others sign in again and again, at the usual cost of a
hash. It prints the p99 of the deliveries of every round, both medians, what the sign-ins add, and their answers.
"""

import json
import os
import sys
import tempfile
import threading
from collections import Counter
from http.client import HTTPConnection
from pathlib import Path
from typing import Any, Final

from bench.by_turns import by_turns
from chatroom.bench import crowd
from chatroom.bench.load import Load
from chatroom.bench.process import HOST, Server, environment

ROUNDS: Final = 3
SECONDS: Final = 2.0
PATIENCE: Final = 6.0  # seconds; longer than a full queue of hashes
TALK: Final[dict[str, Any]] = {"clients": 64, "rate": 200, "size": 200, "warm": 0.5}
SHAPE: Final = crowd.Shape(
    people=300, hall=20, idle_each=1, tens=0, eights=32, listed=0, cold=0, histories=()
)
PARALLEL: Final = 200
ROUNDS_OF_BCRYPT: Final = "12"
_JSON: Final = {"content-type": "application/json"}


class SignIns:
    """Keeps 200 requests to sign in open until it is stopped; a wrong address costs the same hash as a right one."""

    def __init__(self, port: int) -> None:
        self.answers: Counter[str] = Counter()
        self._port = port
        self._over = threading.Event()
        self._threads = [
            threading.Thread(target=self._run, args=(number,), daemon=True) for number in range(PARALLEL)
        ]
        for thread in self._threads:
            thread.start()

    def _run(self, number: int) -> None:
        body = json.dumps({"email": f"nobody{number}@example.org", "password": "a wrong password"})
        line = HTTPConnection(HOST, self._port, timeout=PATIENCE)
        while not self._over.is_set():
            try:
                line.request("POST", "/api/auth/login", body, _JSON)
                answer = line.getresponse()
                answer.read()
            except OSError:
                self.answers["none"] += 1
                line.close()
                continue
            self.answers[str(answer.status)] += 1
            if wait := answer.headers.get("retry-after"):
                self._over.wait(float(wait))
        line.close()

    def stop(self) -> None:
        """Let everybody finish."""
        self._over.set()
        for thread in self._threads:
            thread.join()


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        database = f"sqlite:///{folder}/chatroom.db"
        crowd.fill(folder, database, SHAPE)
        given = {**environment(folder, database), "BCRYPT_ROUNDS": ROUNDS_OF_BCRYPT}
        server = Server([sys.executable, "-m", "chatroom", "serve"], environment=given)
        try:
            found = _measure(server, Load(folder, max(os.sched_getaffinity(0))), folder / "eights.txt")
        finally:
            server.stop()
        print(json.dumps(found, indent=2))


def _measure(server: Server, load: Load, people: Path) -> dict[str, Any]:
    answers: Counter[str] = Counter()

    def talk() -> float:
        heard = load.run("chat", server.port, server.pid, people=people, seconds=SECONDS, **TALK)
        return float(heard["delay_us"]["p99"])

    def talk_beside() -> float:
        sign_ins = SignIns(server.port)
        try:
            return talk()
        finally:
            sign_ins.stop()
            answers.update(sign_ins.answers)

    return {**by_turns(ROUNDS, talk, talk_beside), "answers": dict(answers)}


if __name__ == "__main__":
    main()
