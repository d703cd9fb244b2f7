"""Where rooms stand: never older than the question, whoever moves them and however many ask at once."""

import asyncio
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import bindparam, insert, update

from chatroom.core import ids
from chatroom.db import Database
from chatroom.db.migrate import upgrade
from chatroom.features import tables
from chatroom.features.log.service import HeadReader
from chatroom.features.log.types import Head, LogState

_HEADS = tables.tables["room_heads"]
_OPEN = insert(_HEADS)
_MOVE = update(_HEADS).where(_HEADS.c.room_id == bindparam("room")).values(seq=_HEADS.c.seq + 1)
_ELSEWHERE = (
    "import sqlite3, sys\n"
    "with sqlite3.connect(sys.argv[1]) as other:\n"
    "    other.execute('UPDATE room_heads SET seq = seq + 1')"
)


@pytest.fixture
async def db(database_url: str) -> AsyncIterator[Database]:
    upgrade(database_url, tables)
    opened = await Database.open(database_url)
    yield opened
    await opened.close()


async def _open(db: Database) -> str:
    room_id = ids.new()
    async with db.begin() as tx:
        await tx.run(_OPEN, {"room_id": room_id, "epoch": "e", "seq": 0})
    return room_id


async def _move(db: Database, room_id: str) -> None:
    async with db.begin() as tx:
        await tx.run(_MOVE, {"room": room_id})


async def test_no_answer_is_older_than_its_question(db: Database, database_url: str) -> None:
    """Many ask while another node moves the head: more than one look is under way on a server."""
    room_id, other, heads = await _open(db), await Database.open(database_url), HeadReader(db)
    stands, answers = 0, 0

    async def ask() -> None:
        nonlocal answers
        while stands < 40:
            known = stands
            state = await heads.ask(room_id)
            assert state is not None
            assert state.head.seq >= known
            answers += 1
            await asyncio.sleep(0)

    asking = asyncio.gather(*(ask() for _ in range(8)))
    while stands < 40:
        await _move(other, room_id)
        stands += 1
        await asyncio.sleep(0)
    await asking
    assert answers > 40
    assert await heads.ask(room_id) == LogState(Head("e", 40), 0)
    await other.close()


async def test_a_room_without_a_log_has_no_head_until_it_gets_one(db: Database) -> None:
    heads = HeadReader(db)
    assert await heads.ask(ids.NIL) is None
    room_id = await _open(db)
    assert [await heads.ask(room_id), await heads.ask(ids.NIL)] == [LogState(Head("e", 0), 0), None]


async def test_whoever_goes_away_takes_nobodys_answer_along(db: Database) -> None:
    room_id, heads = await _open(db), HeadReader(db)
    asking = [asyncio.ensure_future(heads.ask(room_id)) for _ in range(5)]
    await asyncio.sleep(0)
    asking[0].cancel()
    assert await asyncio.gather(*asking[1:]) == [LogState(Head("e", 0), 0)] * 4


async def test_what_another_process_stores_in_the_file_is_seen_by_the_next_question(tmp_path: Path) -> None:
    path = tmp_path / "node.db"
    upgrade(f"sqlite:///{path}", tables)
    db = await Database.open(f"sqlite:///{path}")
    room_id, heads = await _open(db), HeadReader(db)
    for seq in range(3):
        for _ in range(3):
            assert await heads.ask(room_id) == LogState(Head("e", seq), 0)
        process = await asyncio.create_subprocess_exec(sys.executable, "-c", _ELSEWHERE, str(path))
        assert await process.wait() == 0
    await db.close()
