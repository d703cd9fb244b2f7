"""A database that cannot be used: the log says why, once, and says it for each reason."""

import sqlite3
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from chatroom.app import App
from chatroom.core.errors import Problem
from chatroom.db import sqlite
from tests.cast import Cast, do, principal


def _causes(logs: list[Any]) -> list[str]:
    return [each["reason"] for each in logs if each["event"] == "database.unavailable"]


async def test_a_lock_and_a_full_disk_are_named_once_each(
    app: App, cast: Cast, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite, "BUSY_SECONDS", 0.02)
    monkeypatch.setattr("chatroom.core.outage._told", {})
    ana = await principal(app, cast.ana)

    async def refused() -> None:
        with pytest.raises(Problem) as problem:
            await do(app, ana, "rooms.create", name="x" * 60)
        assert problem.value.code == "unavailable"

    with capture_logs() as logs:
        other = sqlite3.connect(tmp_path / "node.db", isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        for _ in range(5):
            await refused()
        other.close()
        assert _causes(logs) == ["database is locked"]
        engine = app.db._engine
        assert isinstance(engine, sqlite.SqliteEngine)
        (pages,) = engine._raw.execute("PRAGMA page_count").fetchone()
        engine._raw.execute(f"PRAGMA max_page_count = {pages}")
        for _ in range(200):
            try:
                await do(app, ana, "rooms.create", name="x" * 60)
            except Problem:
                break
        await refused()
        assert _causes(logs) == ["database is locked", "database or disk is full"]
