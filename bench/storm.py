"""`python -m bench.storm`: 10 000 connections are cut at once and come back, while 64 people go on talking (G5).

It prints how long all of them took to be back, the server's CPU for each, and the delays of the talk meanwhile.
"""

import json
import os
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any, Final

from bench.contenders import Contenders
from chatroom.bench import crowd
from chatroom.bench.load import Load
from chatroom.bench.process import Server

CONNECTIONS: Final = 10_000
TALK_SECONDS: Final = 30.0
PATIENCE: Final = 60.0


def main() -> None:
    """Measure once and print."""
    with tempfile.TemporaryDirectory() as folder:
        contenders = Contenders(Path(folder), crowd.Shape())
        try:
            print(
                json.dumps(_measure(contenders, Load(Path(folder), max(os.sched_getaffinity(0)))), indent=2)
            )
        finally:
            contenders.close()


def _measure(contenders: Contenders, load: Load) -> dict[str, Any]:
    server = contenders.start("sqlite", pinned=True)
    people = contenders.people("sqlite")
    idle = {"people": people / "idle.txt", "clients": CONNECTIONS, "warm": 0, "opening": 64}
    started = [load.start("idle", server.port, server.pid, pinned=True, seconds=100, **idle)]
    try:
        _until_connected(server)
        talk = load.start(
            "chat",
            server.port,
            server.pid,
            pinned=True,
            people=people / "eights.txt",
            clients=64,
            rate=200,
            seconds=TALK_SECONDS,
        )
        started.append(talk)
        if talk.stderr is None or "begun" not in talk.stderr.readline():
            raise RuntimeError(f"nobody talks: {talk.communicate(timeout=10)[1][-300:]}")
        started[0].kill()
        back = load.start("idle", server.port, server.pid, pinned=True, seconds=1, **idle)
        started.append(back)
        again, heard = _answer(back), _answer(talk)
    finally:
        for process in started:
            process.kill()
        server.stop()
    return {
        "back_s": again["opening_s"],
        "cpu_us_each": again["opening_cpu_us_each"],
        "errors": [again["errors"], heard["errors"]],
        "delivery_us": heard["delay_us"],
        "ack_us": heard["ack_us"],
    }


def _until_connected(server: Server) -> None:
    end = time.monotonic() + PATIENCE
    while len(os.listdir(f"/proc/{server.pid}/fd")) < CONNECTIONS:  # noqa: PTH208 - names are enough
        if time.monotonic() > end:
            raise RuntimeError("the connections did not open")
        time.sleep(0.1)


def _answer(process: "subprocess.Popen[str]") -> dict[str, Any]:
    out, err = process.communicate(timeout=PATIENCE)
    if process.returncode:
        raise RuntimeError(err.strip()[-300:])
    found: dict[str, Any] = json.loads(out)
    return found


if __name__ == "__main__":
    main()
