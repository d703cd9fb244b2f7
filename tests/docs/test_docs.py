"""What README and the how-tos say is there: links, commands, settings, targets, files of configuration."""

import re
import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import typer

from chatroom.cli import app
from chatroom.settings import Settings
from tests.documents import HOW_TO, ROOT, blocks

PAGES = [
    *(ROOT / name for name in ("README.md", "SECURITY.md", "CONTRIBUTING.md", "ARCHITECTURE.md")),
    *sorted((ROOT / "docs").glob("*.md")),
    *sorted((ROOT / "docs/adr").glob("*.md")),
    *sorted((ROOT / "docs/performance").glob("*.md")),
    *HOW_TO,
]
GUIDES = [ROOT / "README.md", ROOT / "SECURITY.md", *HOW_TO]


def _anchors(page: Path) -> set[str]:
    titles = re.findall(r"(?m)^#+ (.+)$", page.read_text())
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", page.read_text()):
        if target.startswith("https://"):
            continue
        path, _, anchor = target.partition("#")
        there = (page.parent / path).resolve() if path else page
        assert there.exists(), target
        assert not anchor or anchor in _anchors(there), target


def test_the_index_names_every_page() -> None:
    index = (ROOT / "docs/index.md").read_text()
    there = {path.relative_to(ROOT / "docs").as_posix() for path in (ROOT / "docs").rglob("*.md")}
    hidden = {name for name in there if name.startswith(("adr/0", "performance/"))} | {"index.md"}
    assert [name for name in there - hidden if f"({name})" not in index] == []


def test_every_test_that_a_page_names_exists() -> None:
    there = "\n".join(path.read_text() for path in (ROOT / "tests").rglob("test_*.py"))
    known = set(re.findall(r"def (test_\w+)\(", there))
    for page in PAGES:
        named = set(re.findall(r"`(test_\w+)`", page.read_text()))
        assert named <= known, page
    assert known


def _commands() -> dict[str, Any]:
    return vars(typer.main.get_command(app))["commands"]  # type: ignore[no-any-return]


@pytest.mark.parametrize("page", GUIDES, ids=lambda page: page.name)
def test_every_command_and_option_of_chatroom_exists(page: Path) -> None:
    commands = _commands()
    for line in re.findall(r"(?m)(?:bin/|`)chatroom ([^\n`]+)", page.read_text()):
        command, *words = line.split()
        if command.startswith("-"):
            assert command in ("-h", "--help", "--version", "-V")
            continue
        assert command in commands, line
        options = {name for parameter in commands[command].params for name in parameter.opts} | {"-h"}
        assert {word for word in words if word.startswith("-")} <= options, line


@pytest.mark.parametrize("page", [*GUIDES, ROOT / "CONTRIBUTING.md"], ids=lambda page: page.name)
def test_every_target_of_make_exists(page: Path) -> None:
    targets = set(re.findall(r"(?m)^([a-z-]+):", (ROOT / "Makefile").read_text()))
    for line in re.findall(r"(?m)(?:^|`)make((?: [a-z-]+)+)", page.read_text()):
        assert set(line.split()) <= targets, line


NO_SETTINGS = {"SIGTERM", "VACUUM", "RFC", "CHANGELOG", "README", "POST", "POSIX", "DELETE"}


@pytest.mark.parametrize("page", GUIDES, ids=lambda page: page.name)
def test_every_setting_that_is_named_exists(page: Path) -> None:
    known = set()
    for field in Settings.model_fields.values():
        alias: Any = field.validation_alias
        known |= {alias} if isinstance(alias, str) else set(alias.choices)
    text = page.read_text()
    named = set(re.findall(r"`([A-Z][A-Z_]{3,})(?:=[^`]*)?`", text)) | set(
        re.findall(r"(?m)^#?([A-Z_]{4,})=", text)
    )
    assert named - known - NO_SETTINGS == set()


def test_files_that_commands_name_are_there() -> None:
    for page in GUIDES:
        for block in blocks(page, "sh"):
            for name in re.findall(r"(?:-r |python3? |bin/python )([\w./-]+\.(?:txt|py))", block):
                assert (ROOT / name).is_file(), name


def test_the_unit_of_systemd_is_one(tmp_path: Path) -> None:
    if not shutil.which("systemd-analyze"):
        pytest.skip("not run: no systemd-analyze")
    [unit] = blocks(ROOT / "docs/how-to/production.md", "systemd")
    file = tmp_path / "chatroom.service"
    file.write_text(
        unit.replace("/srv/chatroom/.venv/bin/chatroom", "/bin/true").replace("User=chatroom\n", "")
    )
    done = subprocess.run(["systemd-analyze", "verify", file], capture_output=True, text=True, check=False)
    assert "chatroom.service" not in done.stderr, done.stderr


def test_the_lines_for_nginx_are_understood_by_it(tmp_path: Path) -> None:
    if not shutil.which("nginx"):
        pytest.skip("not run: no nginx")
    [lines] = blocks(ROOT / "docs/how-to/production.md", "nginx")
    lines = re.sub(r"(?m)^\s*ssl_cert.*\n", "", lines).replace("443 ssl", "127.0.0.1:8443")
    config = tmp_path / "nginx.conf"
    config.write_text(f"pid {tmp_path}/pid;\nevents {{}}\nhttp {{\naccess_log off;\n{lines}}}\n")
    done = subprocess.run(
        ["nginx", "-t", "-c", config, "-e", "stderr"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_the_backup_of_a_database_in_use_is_whole(tmp_path: Path) -> None:
    source, copy = tmp_path / "chatroom.db", tmp_path / "copy.db"
    with closing(sqlite3.connect(source)) as database:
        database.executescript(
            "PRAGMA journal_mode=WAL; CREATE TABLE said (text); INSERT INTO said VALUES ('hello');"
        )
        [line] = blocks(ROOT / "docs/how-to/back-up.md", "sh")
        command = line.strip().replace(".venv/bin/python", "python3")
        command = command.replace("data/chatroom.db", str(source)).replace("chatroom-backup.db", str(copy))
        subprocess.run(["bash", "-c", command], check=True)
    with closing(sqlite3.connect(copy)) as restored:
        assert restored.execute("SELECT text FROM said").fetchall() == [("hello",)]
        assert restored.execute("PRAGMA integrity_check").fetchone() == ("ok",)
