"""One real server for all of it, and plain clients that know only their document."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator

import pytest

from tests.dialects.pages import KINDS, Page
from tests.journeys.people import Person
from tests.journeys.server import ChatServer
from tests.journeys.voices import AsyncVoice

Plain = Callable[[Person], Awaitable[AsyncVoice]]
Pages = Callable[[str], Awaitable[Page]]


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ChatServer]:
    """A running server, which every test fills with people and rooms of its own."""
    running = ChatServer(tmp_path_factory.mktemp("dialects"), MESSAGE_RATE_LIMIT="0", RATE_LIMITS="off")
    running.start()
    yield running
    running.end()
    assert running.faults == []


@pytest.fixture
async def plain() -> AsyncIterator[Plain]:
    """Connect somebody over a websocket; all are disconnected afterwards."""
    open_ones: list[AsyncVoice] = []

    async def connect(person: Person) -> AsyncVoice:
        voice = AsyncVoice(["websocket"])
        await voice.open(person.url, person.token)
        open_ones.append(voice)
        return voice

    yield connect
    for voice in open_ones:
        await voice.close()


@pytest.fixture
async def pages(server: ChatServer) -> AsyncIterator[Pages]:
    """Open a page of a kind of client, without a token; all are closed afterwards."""
    open_ones: list[Page] = []

    async def open_page(kind: str) -> Page:
        page = await KINDS[kind]().open(server.url)
        open_ones.append(page)
        return page

    yield open_page
    for page in open_ones:
        await page.close()
