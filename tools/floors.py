"""Try the oldest releases that pyproject.toml allows: install them apart, run a server on them, and talk to it.

`python tools/floors.py`, with uv and a package index, in under three minutes. What a floor lacks shows as an import or
a call that fails; the floor is then raised, not the code bent.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, Final
from urllib.request import Request, urlopen

ROOT: Final = Path(__file__).resolve().parent.parent
INSTALL_SECONDS: Final = 150
START_SECONDS: Final = 30
PASSWORD: Final = "a long enough one"  # noqa: S105 - of a server that lives for seconds


def install(folder: Path) -> Path:
    """Make an environment with the floors of what running takes; return its Python."""
    uv = shutil.which("uv") or str(Path(sys.executable).with_name("uv"))
    python = folder / "venv" / "bin" / "python"
    subprocess.run([uv, "venv", "--quiet", "--python", sys.executable, folder / "venv"], check=True)
    command = [uv, "pip", "install", "--quiet", "--python", str(python), "--resolution", "lowest-direct"]
    subprocess.run([*command, "-r", "pyproject.toml"], cwd=ROOT, check=True, timeout=INSTALL_SECONDS)
    return python


def ask(url: str, fields: dict[str, Any] | None = None, token: str = "") -> Any:
    """POST JSON, or GET; return the answer. Raises HTTPError for a refusal."""
    headers = {"Content-Type": "application/json", **({"Authorization": f"Bearer {token}"} if token else {})}
    body = json.dumps(fields).encode() if fields is not None else None
    with urlopen(Request(url, body, headers), timeout=10) as answer:
        return json.load(answer)


def talk(url: str) -> None:
    """Register, open a room and read it back; the rest has no dependency of its own."""
    who = {"name": "Ana", "email": "ana@example.org", "password": PASSWORD}
    token = ask(f"{url}/api/auth/register", who)["token"]
    room = ask(f"{url}/api/rooms", {"name": "Kitchen"}, token)
    ask(f"{url}/api/rooms/{room['id']}/messages", token=token)
    with urlopen(f"{url}/socket.io/?EIO=4&transport=polling", timeout=10) as opened:
        if b'"sid"' not in opened.read():
            sys.exit("the floors: no handshake")


def main() -> None:
    """Install, start, talk, stop."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        python = install(folder)
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "CHATROOM_ENV": "test", "CHATROOM_DATA": name}
        command = [str(python), "-m", "chatroom", "serve", "--port", "0"]
        with subprocess.Popen(
            command, cwd=folder, env=environment, stdout=subprocess.PIPE, text=True
        ) as server:
            try:
                said = server.stdout.readline() if server.stdout else ""
                if not said:
                    sys.exit("the floors: no server starts on them; the lines above say why")
                talk(said.split()[3].rstrip(","))
            finally:
                server.terminate()
                server.wait(START_SECONDS)
    print("the floors of pyproject.toml carry a server")


if __name__ == "__main__":
    main()
