"""A commit whose answer is lost: the database has stored, the node cannot know. Nothing is lost or told twice."""

import asyncio
import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from chatroom.app import App
from chatroom.db.migrate import upgrade
from chatroom.features import tables
from tests.cast import Clock, do, node, principal, register, room, settings_for
from tests.doors import Server, listening
from tests.features.messages.test_writer import code_of, put


class Scissors:
    """A line to a database that can be cut after a request has arrived and before its answer has."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._words: list[bytes] = []
        self.cuts = 0

    def cut_after(self, *words: bytes) -> None:
        """Swallow the next answer to what holds these words, one after the other, and cut that connection."""
        self._words = [*words]

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Carry one connection."""
        theirs, ours = await asyncio.open_connection("127.0.0.1", self._port)
        armed = False

        async def ask() -> None:
            nonlocal armed
            while data := await reader.read(65_536):
                at = 0
                while self._words and (found := data.find(self._words[0], at)) >= 0:
                    at = found + len(self._words.pop(0))
                    armed = not self._words
                ours.write(data)

        async def answer() -> None:
            while data := await theirs.read(65_536):
                if armed:
                    self.cuts += 1
                    return
                writer.write(data)

        ways = [asyncio.create_task(ask()), asyncio.create_task(answer())]
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for way in ways:
                way.cancel()
            writer.transport.abort()
            ours.transport.abort()


@pytest.fixture(params=["postgresql_url", "mariadb_url"])
async def cuttable(
    request: pytest.FixtureRequest, tmp_path: Path, clock: Clock
) -> AsyncIterator[tuple[App, Scissors, list[bytes]]]:
    """A node, the line to its database, and the words in which a send is committed there."""
    url: str = request.getfixturevalue(request.param)
    upgrade(url, tables)
    found = re.search(r"127\.0\.0\.1:(\d+)", url)
    assert found is not None
    scissors = Scissors(int(found[1]))
    proxy = await asyncio.start_server(scissors.serve, "127.0.0.1", 0)
    port = proxy.sockets[0].getsockname()[1]
    # PostgreSQL commits with the one statement that stores; MariaDB when it is told to.
    words = [b"unsure"] if request.param == "postgresql_url" else [b"unsure", b"COMMIT"]
    async with (
        proxy,
        node(settings_for(url.replace(found[0], f"127.0.0.1:{port}"), tmp_path), clock) as app,
    ):
        yield app, scissors, words


async def test_what_was_stored_although_its_commit_seemed_to_fail_is_told_before_what_follows(
    cuttable: tuple[App, Scissors, list[bytes]],
) -> None:
    app, scissors, words = cuttable
    ana = await register(app, "Ana")
    room_id = (await room(app, ana))["id"]
    who = await principal(app, ana)
    async with listening(app) as url:
        ears = await Server(app, url).in_room(ana, room_id)
        first = await put(app, who, room_id, "sure", "k1")
        scissors.cut_after(*words)
        assert await code_of(put(app, who, room_id, "unsure", "k2")) == "unavailable"
        assert scissors.cuts == 1
        last = await put(app, who, room_id, "surer", "k3")
        again = await put(app, who, room_id, "unsure", "k2")
        await ears.settle()
        heard = [(said["seq"], said["content"]) for said in ears.all("receive_message")]
        await ears.close()
    assert [first.seq, again.seq, last.seq] == [first.seq, first.seq + 1, first.seq + 2]
    assert heard == [(first.seq, "sure"), (again.seq, "unsure"), (last.seq, "surer")]
    history = await do(app, who, "messages.history", roomId=room_id)
    assert [message["content"] for message in history["messages"]] == ["sure", "unsure", "surer"]
