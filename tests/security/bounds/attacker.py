"""The attacking process: `python -m tests.security.bounds.attacker PORT FOLDER`.

Each line of its input is JSON, `[title, who, seconds, place]`; each is answered by a line that says how it went.
"""

import json
import resource
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.security.bounds.attacks import find
from tests.security.bounds.engine import Engine
from tests.security.bounds.town import Site, Town, read


def run(port: int, town: Town, words: tuple[str, Sequence[str], float, int]) -> dict[str, Any]:
    """Attack as everybody in `who` at the same time, and say how it went.

    Each place is an address of its own, too: 127.0.16.1 and so on.
    """
    name, who, seconds, place = words
    attack, sites = find(name), [Site(town, each, place) for each in who]
    engine = Engine(
        port,
        lambda number: attack.script(sites[number % len(sites)]),
        lines=attack.lines * len(sites),
        window=attack.window,
        source=attack.source or f"127.0.{16 + place // 250}.{1 + place % 250}",
    )
    engine.run(seconds)
    engine.close()
    said = dict(engine.said.most_common(6))
    return {"said": said, "opened": engine.opened, "sent": engine.sent, "received": engine.received}


def main(port: str, folder: str) -> None:
    """Do what is asked, line by line."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    town = read(Path(folder))
    for line in sys.stdin:
        print(json.dumps(run(int(port), town, json.loads(line))), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
