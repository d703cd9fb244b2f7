"""The samples of README and the how-tos, as they are printed, twice each against a running server."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.documents import HOW_TO, ROOT, blocks
from tests.journeys.conftest import Serve, prepare, serve
from tests.journeys.server import ChatServer
from tests.journeys.voices import PACKAGES, node

__all__ = ["prepare", "serve"]
PAGES = [ROOT / "README.md", *HOW_TO]
JAVASCRIPT = [(page.name, code) for page in PAGES for code in blocks(page, "js")]
PYTHON = [(page.name, code) for page in PAGES for code in blocks(page, "python")]


def _run_twice(server: ChatServer, program: str, file: Path, code: str) -> None:
    assert code.count("http://localhost:3000") == 1
    file.write_text(code.replace("http://localhost:3000", server.url))
    for time in (1, 2):
        done = subprocess.run(
            [program, file], cwd=file.parent, capture_output=True, text=True, check=False, timeout=30
        )
        assert (done.returncode, done.stderr) == (0, "")
        assert "stored as number" in done.stdout, f"run {time}: {done.stdout}"


@pytest.mark.parametrize(("page", "code"), JAVASCRIPT, ids=[page for page, _ in JAVASCRIPT])
def test_a_sample_in_javascript_can_be_run_twice(serve: Serve, tmp_path: Path, page: str, code: str) -> None:
    there = [folder for folder in PACKAGES if (folder / "socket.io-client").exists()]
    if not there:
        pytest.skip("not run: socket.io-client is not installed (make clients)")
    (tmp_path / "node_modules").symlink_to(there[0])
    _run_twice(serve(CHATROOM_ENV="production"), node(), tmp_path / "sample.mjs", code)


@pytest.mark.parametrize(("page", "code"), PYTHON, ids=[page for page, _ in PYTHON])
def test_a_sample_in_python_can_be_run_twice(serve: Serve, tmp_path: Path, page: str, code: str) -> None:
    _run_twice(serve(CHATROOM_ENV="production"), sys.executable, tmp_path / "sample.py", code)


def test_there_are_samples_in_both_languages() -> None:
    assert {page for page, _ in JAVASCRIPT} == {"README.md", "connect.md"}
    assert [page for page, _ in PYTHON] == ["connect.md"]
