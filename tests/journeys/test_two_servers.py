"""Two servers for one SQLite file: what the one remembers would be stale beside the other."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

from tests.command import chatroom
from tests.journeys.server import ChatServer


def _refused(second: ChatServer, first: ChatServer) -> None:
    process = second.spawn()
    assert process.wait(40) == 69
    assert first.process is not None
    said = second.log.strip().splitlines()[-1]
    assert said.startswith(("chatroom: CHATROOM_DATA: ", "chatroom: DATABASE_URL: "))
    assert f"(process {first.process.pid}); stop it first" in said


def test_the_second_server_of_a_folder_is_refused_and_ends_with_69(
    server: ChatServer, tmp_path: Path
) -> None:
    (tmp_path / "second").mkdir()
    second = ChatServer(tmp_path / "second", CHATROOM_DATA=str(server.data))
    _refused(second, server)
    (tmp_path / "link").symlink_to(server.data)
    _refused(ChatServer(tmp_path / "second", CHATROOM_DATA=str(tmp_path / "link")), server)
    url = f"sqlite:///{server.data}/chatroom.db"
    _refused(ChatServer(tmp_path / "second", DATABASE_URL=url), server)


def test_a_server_that_was_killed_leaves_its_folder_to_the_next(server: ChatServer) -> None:
    for _ in range(2):
        server.kill()
        server.start()


def test_commands_beside_a_server_change_nobodys_schema(server: ChatServer) -> None:
    told = {"DATABASE_URL": f"sqlite:///{server.data}/chatroom.db"}
    assert "up to date" in chatroom(server.data, "migrate", **told).stdout
    said = chatroom(server.data, "role", "nobody@example.org", "admin")
    assert "no member" in said.stderr
    with closing(sqlite3.connect(server.data / "chatroom.db")) as database, database:
        database.execute("UPDATE alembic_version SET version_num = '0001'")
    refused = chatroom(server.data, "migrate", **told)
    assert refused.returncode == 69
    assert refused.stderr.startswith("chatroom: DATABASE_URL: ")
    assert "another server uses" in refused.stderr


def test_a_copy_of_a_folder_is_another_folder(server: ChatServer, tmp_path: Path) -> None:
    (tmp_path / "second").mkdir()
    server.stop()
    shutil.copytree(server.data, tmp_path / "second" / "data")
    server.start()
    second = ChatServer(tmp_path / "second")
    second.start()
    assert second.stop() == 0
