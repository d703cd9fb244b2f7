"""A running server for each test that asks for one, looked at for faults in its log afterwards."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.journeys.server import ChatServer

Serve = Callable[..., ChatServer]


@pytest.fixture
def prepare(tmp_path: Path) -> Iterator[Serve]:
    """Make servers that are not started; `prepare(NAME="value")` gives settings. All are ended afterwards."""
    made: list[ChatServer] = []

    def make(**settings: str) -> ChatServer:
        folder = tmp_path / f"server{len(made)}"
        folder.mkdir()
        made.append(ChatServer(folder, **settings))
        return made[-1]

    yield make
    for server in made:
        server.end()


@pytest.fixture
def serve(prepare: Serve) -> Serve:
    """Start servers."""

    def start(**settings: str) -> ChatServer:
        server = prepare(**settings)
        server.start()
        return server

    return start


@pytest.fixture
def server(serve: Serve) -> Iterator[ChatServer]:
    """A running server without message limits, whose log must be free of faults at the end."""
    running = serve(MESSAGE_RATE_LIMIT="0", RATE_LIMITS="off")
    yield running
    running.end()
    assert running.faults == [], running.log[-6000:]
