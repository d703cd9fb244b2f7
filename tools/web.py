"""Run the web client's own tools with the environment's Node: `python -m tools.web {check,test,clients}`.

`clients` installs the JavaScript clients that the tests talk to the server with: the web client's own, and what
tests/clients asks for.
"""

import subprocess
import sys
from pathlib import Path

from hatch_build import pnpm

ROOT = Path(__file__).resolve().parent.parent
WEB = ROOT / "web"
CLIENTS = ROOT / "tests" / "clients"


def install(folder: Path) -> None:
    """Install a folder's packages exactly as its lock says."""
    pnpm(folder, "install", "--frozen-lockfile", "--silent")


def main(task: str) -> None:
    """Install what the task needs and run it."""
    if task not in {"check", "test", "clients"}:
        sys.exit(__doc__)
    install(WEB)
    if task == "clients":
        if (CLIENTS / "package.json").is_file():
            install(CLIENTS)
        return
    pnpm(WEB, "run", "--silent", task)


if __name__ == "__main__":
    try:
        main(sys.argv[1] if len(sys.argv) > 1 else "")
    except subprocess.CalledProcessError as error:
        sys.exit(error.returncode)
