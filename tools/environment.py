"""Create .venv with everything that running, testing and checking need; nothing but Python itself is assumed.

Either way it is what uv.lock names, each file proven by its hash: with uv (found on PATH, else fetched with pip) from
the lock itself, without it by pip from requirements-dev.txt, which `make contract` writes from the lock.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"


def run(*command: str | Path, quiet: bool = False) -> bool:
    """Run a command in the project folder; False when it fails."""
    output = subprocess.DEVNULL if quiet else None
    return (
        subprocess.run([*map(str, command)], cwd=ROOT, check=False, stdout=output, stderr=output).returncode
        == 0
    )


def make_venv() -> None:
    """Make .venv, also where Debian left out ensurepip, by lending it the system's pip."""
    if PYTHON.exists() or run(sys.executable, "-m", "venv", VENV, quiet=True):
        return
    shutil.rmtree(VENV, ignore_errors=True)
    if not run(sys.executable, "-m", "venv", "--without-pip", VENV):
        sys.exit(f"{sys.executable} cannot create a virtual environment: install python3-venv or uv")


def pip(*arguments: str) -> bool:
    """Install with the environment's pip, else with the system's pip acting on it."""
    if run(PYTHON, "-m", "pip", "--version", quiet=True):
        return run(PYTHON, "-m", "pip", "install", "--quiet", *arguments)
    return run(sys.executable, "-m", "pip", "--python", PYTHON, "install", "--quiet", *arguments)


def sync(uv: str | Path) -> bool:
    """Install the locked versions. Inexact: what a person added to the environment stays."""
    os.environ.setdefault("UV_PROJECT_ENVIRONMENT", str(VENV))
    return run(uv, "sync", "--quiet", "--frozen", "--inexact", "--python", sys.executable)


def main() -> None:
    """Do it, the best way that this machine offers."""
    if sys.version_info < (3, 11):  # noqa: UP036 - this script is where an older Python is told so
        sys.exit(f"Python 3.11 or newer is needed; python3 is {sys.version.split()[0]}")
    uv = shutil.which("uv")
    if uv and sync(uv):
        return
    make_venv()
    if not uv and pip("uv") and sync(VENV / "bin" / "uv"):
        return
    own = ("--no-deps", "--no-build-isolation", "-e", ".")
    if not (pip("--require-hashes", "-r", "requirements-dev.txt") and pip(*own)):
        sys.exit("the dependencies could not be installed; the lines above say why")


if __name__ == "__main__":
    main()
