"""A commit whose answer is lost: the database has stored, the node cannot know. Nothing is lost or told twice."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from chatroom.app import App
from chatroom.db.migrate import upgrade
from chatroom.features import tables
from tests.cast import Clock, do, node, principal, register, room, settings_for
from tests.doors import Server, listening
from tests.features.messages.test_writer import code_of, put
from tests.line import Line, line_to


@pytest.fixture(params=["postgresql_url", "mariadb_url"])
async def cuttable(
    request: pytest.FixtureRequest, tmp_path: Path, clock: Clock
) -> AsyncIterator[tuple[App, Line, list[bytes]]]:
    """A node, the line to its database, and the words in which a send is committed there."""
    url: str = request.getfixturevalue(request.param)
    upgrade(url, tables)
    # PostgreSQL commits with the one statement that stores; MariaDB when it is told to.
    words = [b"unsure"] if request.param == "postgresql_url" else [b"unsure", b"COMMIT"]
    async with line_to(url) as (line, through), node(settings_for(through, tmp_path), clock) as app:
        yield app, line, words


async def test_what_was_stored_although_its_commit_seemed_to_fail_is_told_before_what_follows(
    cuttable: tuple[App, Line, list[bytes]],
) -> None:
    app, line, words = cuttable
    ana = await register(app, "Ana")
    room_id = (await room(app, ana))["id"]
    who = await principal(app, ana)
    async with listening(app) as url:
        ears = await Server(app, url).in_room(ana, room_id)
        first = await put(app, who, room_id, "sure", "k1")
        line.cut_after(*words)
        assert await code_of(put(app, who, room_id, "unsure", "k2")) == "unavailable"
        assert line.cuts == 1
        last = await put(app, who, room_id, "surer", "k3")
        again = await put(app, who, room_id, "unsure", "k2")
        await ears.settle()
        heard = [(said["seq"], said["content"]) for said in ears.all("receive_message")]
        await ears.close()
    assert [first.seq, again.seq, last.seq] == [first.seq, first.seq + 1, first.seq + 2]
    assert heard == [(first.seq, "sure"), (again.seq, "unsure"), (last.seq, "surer")]
    history = await do(app, who, "messages.history", roomId=room_id)
    assert [message["content"] for message in history["messages"]] == ["sure", "unsure", "surer"]
