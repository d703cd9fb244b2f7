"""The people of the seeds' stack: the same crowd as chatroom.bench.crowd's, in its tables, with its tokens."""

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final
from uuid import uuid4

import jwt

from bench.postgres import PostgreSql
from chatroom.bench.crowd import TEXT, Shape

SECRET: Final = "the signing key of a peer that lives for minutes"
_SCHEMA: Final = Path(__file__).parent / "peers" / "seeds.sql"


class Filler:
    """Collects INSERT statements and the files of the load generator."""

    def __init__(self, server: PostgreSql, database: str, folder: Path) -> None:
        """Fill `database`; the files go to `folder`, which is created."""
        self._server = server
        self._database = database
        self._folder = folder
        self._statements = [_SCHEMA.read_text()]
        folder.mkdir(parents=True)

    def fill(self, shape: Shape) -> None:
        """Do it."""
        people = [(str(uuid4()), f"Person {number}") for number in range(shape.people + 11)]
        rows = ", ".join(
            f"('{key}', 'p{at}@example.org', '-', '{name}')" for at, (key, name) in enumerate(people)
        )
        self._statements.append(f"INSERT INTO users (id, email, password_hash, name) VALUES {rows}")
        *tokens, reader = [(key, _token(key, name)) for key, name in people]
        tokens, listers = tokens[:-10], tokens[-10:]
        self._group("hall", [tokens[: shape.hall]])
        self._group("tens", [tokens[start : start + 10] for start in range(0, shape.tens * 10, 10)])
        self._group("eights", [tokens[start : start + 8] for start in range(0, shape.eights * 8, 8)])
        self._write("idle", [(token, "-") for _, token in tokens[shape.hall :]] * shape.idle_each)
        for _ in range(shape.listed):
            self._talk(self._room(listers), listers[0][0], 20)
        for name, path in (("rooms", "/api/rooms"), ("rooms-full", "/api/rooms?full=1")):
            self._write(name, [(listers[0][1], "-", path)])
        self._write("cold", [self._history(reader, 50) for _ in range(shape.cold)])
        for length in shape.histories:
            self._write(f"history-{length}", [self._history(tokens[0], length)])
        self._server.run(self._database, ";\n".join(self._statements) + "; ANALYZE")

    def _write(self, name: str, lines: Sequence[tuple[str, ...]]) -> None:
        (self._folder / f"{name}.txt").write_text("".join(" ".join(line) + "\n" for line in lines))

    def _group(self, name: str, groups: Sequence[Sequence[tuple[str, str]]]) -> None:
        rooms = [(group, self._room(group)) for group in groups]
        self._write(name, [(token, room) for group, room in rooms for _, token in group])

    def _room(self, people: Sequence[tuple[str, str]]) -> str:
        room = str(uuid4())
        members = ", ".join(f"('{room}', '{key}')" for key, _ in people)
        self._statements += [
            f"INSERT INTO rooms (id, name, created_by_id) VALUES ('{room}', 'Measured', '{people[0][0]}')",
            f"INSERT INTO room_members (room_id, user_id) VALUES {members}",
        ]
        return room

    def _history(self, reader: tuple[str, str], length: int) -> tuple[str, str, str]:
        room = self._room([reader])
        self._talk(room, reader[0], length)
        return reader[1], room, f"/api/rooms/{room}/messages?limit=50"

    def _talk(self, room: str, sender: str, count: int) -> None:
        self._statements.append(
            "INSERT INTO messages (id, room_id, sender_id, content, created_at) "
            f"SELECT gen_random_uuid(), '{room}', '{sender}', '{TEXT}', now() - ({count} - n) * interval '1 s' "
            f"FROM generate_series(1, {count}) n"
        )


def _token(id: str, name: str) -> str:
    now = int(time.time())
    return jwt.encode(
        {"userId": id, "name": name, "iat": now, "exp": now + 86_400}, SECRET, algorithm="HS256"
    )
