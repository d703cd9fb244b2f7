"""`python -m tests.security.bounds`: every attack, each against a fresh server, as a table. See `make bounds`."""

import argparse
import asyncio
import json
import re
import shutil
import tempfile
from pathlib import Path
from typing import Final

from chatroom.bench.process import clean_up_when_told_to_end
from tests.security.bounds import table
from tests.security.bounds.attack import Attack, title
from tests.security.bounds.attacks import HONEST, rows
from tests.security.bounds.founding import found
from tests.security.bounds.measure import Result, Scene, Times
from tests.security.bounds.process import PlainServer

DOCUMENT: Final = Path(__file__).parents[3] / "docs/security-model.md"


def main() -> None:
    """Measure and print; exit 1 when a bar is missed."""
    options = _options()
    clean_up_when_told_to_end()
    with tempfile.TemporaryDirectory(prefix="chatroom-bounds-") as name:
        folder = Path(name)
        found(folder / "town")
        rest = min(options.seconds / 3, 5.0)
        times = Times(before=rest, attack=options.seconds, after=rest)
        control = [] if options.no_control else [_row(folder, attack, "member", times) for attack in HONEST]
        results = []
        for attack, who in rows(lambda attack: bool(re.search(options.only, title(attack)))):
            if options.who and who != options.who:
                continue
            results.append(_row(folder, attack, who, times))
            print(table.line(results[-1], control), flush=True)
            if options.json:
                options.json.write_text(
                    json.dumps([result._asdict() for result in [*control, *results]], indent=1)
                )
    if options.write:
        table.write(DOCUMENT, results, control)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="", help="rows whose title holds this regular expression")
    parser.add_argument("--who", default="", help="rows of a stranger, guest or member only")
    parser.add_argument("--seconds", type=float, default=60.0, help="of each attack")
    parser.add_argument(
        "--no-control", action="store_true", help="do not measure honest loads to compare with"
    )
    parser.add_argument("--json", type=Path, help="a file for the figures")
    parser.add_argument("--write", action="store_true", help="write the table into docs/security-model.md")
    return parser.parse_args()


def _row(folder: Path, attack: Attack, who: str, times: Times) -> Result:
    """One attack against a server of its own."""
    place = folder / "server"
    shutil.rmtree(place, ignore_errors=True)
    shutil.copytree(folder / "town", place / "data")
    server = PlainServer(place)
    server.start()
    try:
        return asyncio.run(_measured(server, folder / "town", attack, who, times))
    finally:
        server.end()


async def _measured(server: PlainServer, town: Path, attack: Attack, who: str, times: Times) -> Result:
    scene = Scene(server, town)
    await scene.open()
    try:
        return await scene.measure(attack, [who], times)
    finally:
        await scene.close()


if __name__ == "__main__":
    main()
