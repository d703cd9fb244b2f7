"""Attacks against a running server: what each cost, and what everybody else noticed."""

import asyncio
import json
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

from tests.journeys.server import ROOT
from tests.security.bounds.attack import Attack, title
from tests.security.bounds.honest import Delay, Honest
from tests.security.bounds.process import PlainServer, Process
from tests.security.bounds.town import read

MEMORY: Final = 80.0  # megabytes that an address may cost more, at the most
HEALTH: Final = 0.25  # seconds in which `/health` answers, always
WORSE: Final = 2.0  # times the p99 of everybody else, beside an honest load of the same size


class Result(NamedTuple):
    """What an attack did. Megabytes, seconds."""

    name: str
    who: Sequence[str]
    seconds: float
    peak: float
    """Memory more, at the peak."""
    settled: float
    """Memory more, a while afterwards."""
    health: float
    """The longest answer of `/health`."""
    health_own: float
    """The same without what the machine did meanwhile: of that time, what the event loop ran and nobody waited."""
    quiet_p99: float
    """Of deliveries before, waits for a core not counted."""
    p99: float
    """Of deliveries during the attack."""
    share: float
    """Cores that the server used."""
    lost: Sequence[str]
    """Faults that everybody else saw."""
    said: dict[str, int]
    """What the attacker was told, by status or code, and how often."""
    opened: int
    """Connections of the attacker."""
    sent: float
    """Megabytes of the attacker."""


class Times(NamedTuple):
    """How long each part takes, in seconds."""

    before: float
    attack: float
    after: float
    drain: float = 20.0
    """The longest time for which to wait until everybody has heard everything."""


SHORT: Final = Times(0.05, 0.5, 0.05)


class Scene:
    """A running server with honest people on it, and an attacker who waits to be told what to do."""

    def __init__(self, server: PlainServer, folder: Path) -> None:
        """`folder` is where the town was written that the server runs on, or a copy of it."""
        assert server.process is not None
        self.process = Process(server.process.pid)
        self._honest = Honest(server.port, read(folder), self.process)
        self._port, self._folder = server.port, folder

    async def open(self) -> None:
        """Let people come and talk."""
        await self._honest.start()
        # Of the least priority: the others must not starve because the attacker is busy.
        command = ["nice", "-n", "15", sys.executable, "-m", "tests.security.bounds.attacker"]
        self._attacker = await asyncio.create_subprocess_exec(
            *command,
            *(str(self._port), str(self._folder)),
            cwd=ROOT,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
        )

    async def close(self) -> None:
        """Let everybody go."""
        await self._honest.stop()
        if self._attacker.returncode is None:
            self._attacker.kill()
        await self._attacker.communicate()

    async def measure(self, attack: Attack, who: Sequence[str], times: Times, place: int = 0) -> Result:
        """Attack, as everybody in `who` at the same time."""
        honest, process = self._honest, self.process
        honest.forget()
        await asyncio.sleep(times.before)
        quiet = honest.delivered
        honest.forget()
        process.forget_peak()
        began, ran, memory = time.perf_counter(), process.ran, process.memory
        tale = await self._attack(title(attack), who, times.attack, place)
        share = (process.ran - ran) / (time.perf_counter() - began)
        await honest.settle()
        peak = process.peak - memory
        delivered, probed = honest.delivered, honest.probed
        await asyncio.sleep(times.after)
        return Result(
            name=title(attack),
            who=who,
            seconds=times.attack,
            peak=peak,
            settled=process.memory - memory,
            health=max((delay.whole for delay in probed), default=0.0),
            health_own=max((min(delay.own, delay.ran) for delay in probed), default=0.0),
            quiet_p99=p99(quiet),
            p99=p99(delivered),
            share=share,
            lost=sorted(set(honest.lost)),
            said=tale["said"],
            opened=tale["opened"],
            sent=tale["sent"] / 1e6,
        )

    async def _attack(self, *words: Any) -> Any:
        assert self._attacker.stdin is not None
        assert self._attacker.stdout is not None
        self._attacker.stdin.write(json.dumps(words).encode() + b"\n")
        answer = await self._attacker.stdout.readline()
        assert answer, f"the attacker failed: {words}"
        return json.loads(answer)


def p99(delays: Sequence[Delay]) -> float:
    """The ninety-ninth of a hundred delays, the waits for a core not counted."""
    own = sorted(delay.own for delay in delays)
    return own[min(len(own) - 1, len(own) * 99 // 100)] if own else 0.0
