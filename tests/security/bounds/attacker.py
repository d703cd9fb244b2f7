"""The attacking process: `python -m tests.security.bounds.attacker PORT FOLDER NAME SECONDS PLACE WHO`; prints JSON."""

import json
import resource
import sys
from pathlib import Path

from tests.security.bounds.attacks import find
from tests.security.bounds.engine import Engine
from tests.security.bounds.town import Site, read


def main(words: list[str]) -> None:
    """Attack, and say how it went."""
    port, folder, name, seconds, place, who = words
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    attack, site = find(name), Site(read(Path(folder)), who, int(place))
    # Each place is an address of its own, too: 127.0.16.1 and so on.
    source = attack.source or f"127.0.{16 + int(place) // 250}.{1 + int(place) % 250}"
    engine = Engine(
        int(port), lambda _: attack.script(site), lines=attack.lines, window=attack.window, source=source
    )
    engine.run(float(seconds))
    print(
        json.dumps(
            {
                "said": dict(engine.said.most_common(6)),
                "opened": engine.opened,
                "sent": engine.sent,
                "received": engine.received,
            }
        )
    )
    engine.close()


if __name__ == "__main__":
    main(sys.argv[1:])
