"""One attack against one running server: what it cost, and what everybody else noticed."""

import asyncio
import json
import sys
import time
from collections import Counter
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
    """The same without the time for which the server waited for a core."""
    quiet_p99: float
    """Of deliveries before."""
    p99: float
    """Of deliveries during the attack, the server's waiting for a core not counted."""
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


async def measure(
    server: PlainServer,
    folder: Path,
    attack: Attack,
    who: Sequence[str],
    *,
    times: Times,
    honest: Honest,
    place: int = 0,
) -> Result:
    """Attack a server, as everybody in `who` at the same time, beside honest people who are there already."""
    process = seen(server)
    honest.forget()
    await asyncio.sleep(times.before)
    quiet = honest.delivered
    honest.forget()
    process.forget_peak()
    began, ran, memory = time.perf_counter(), process.ran, process.memory
    words = [str(server.port), str(folder), title(attack), *(str(times.attack), str(place))]
    tales = await asyncio.gather(*[_run(*words, each) for each in who])
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
        health_own=max((delay.own for delay in probed), default=0.0),
        quiet_p99=p99(quiet),
        p99=p99(delivered),
        share=share,
        lost=sorted(set(honest.lost)),
        said=dict(sum((Counter(tale["said"]) for tale in tales), Counter()).most_common(5)),
        opened=sum(tale["opened"] for tale in tales),
        sent=sum(tale["sent"] for tale in tales) / 1e6,
    )


def seen(server: PlainServer) -> Process:
    """The process of a server that was started."""
    assert server.process is not None
    return Process(server.process.pid)


def p99(delays: Sequence[Delay]) -> float:
    """The ninety-ninth of a hundred delays, the server's waiting for a core not counted."""
    own = sorted(delay.own for delay in delays)
    return own[min(len(own) - 1, len(own) * 99 // 100)] if own else 0.0


async def _run(*words: str) -> dict[str, Any]:
    """Run an attacker in a process of its own, which leaves the cores to everybody else."""
    command = ["nice", "-n", "15", sys.executable, "-m", "tests.security.bounds.attacker", *words]
    process = await asyncio.create_subprocess_exec(*command, cwd=ROOT, stdout=asyncio.subprocess.PIPE)
    try:
        out, _ = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    assert process.returncode == 0, f"the attacker failed: {words}"
    told: dict[str, Any] = json.loads(out)
    return told


async def people(server: PlainServer, folder: Path) -> Honest:
    """Honest people on a server, who chat already."""
    honest = Honest(server.port, read(folder), seen(server))
    await honest.start()
    return honest
