"""Every row of the table for half a second: nobody costs the server more than it can bear, whoever they say they are.

`make bounds` does the same for a minute each, and prints what it finds.
"""

from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio

from tests.security.bounds.attack import Attack, title
from tests.security.bounds.attacks import ATTACKS
from tests.security.bounds.founding import found
from tests.security.bounds.measure import MEMORY, SHORT, Scene
from tests.security.bounds.process import PlainServer

pytestmark = pytest.mark.asyncio(loop_scope="module")
FROZEN = 1.0
"""Seconds in which `/health` answers, beside tests that want the same two cores: 0.14 alone was 0.37 there. The bound
of 0.25 is measured by `make bounds`."""
TOGETHER = 2 * MEMORY
"""Megabytes that stay after all attacks, one after the other, each from an address of its own."""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PlainServer]:
    """A server with its limits as they come, in a town that has been lived in."""
    folder = tmp_path_factory.mktemp("bounds")
    found(folder / "data")
    running = PlainServer(folder)
    running.start()
    yield running
    running.end()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def scene(server: PlainServer) -> AsyncIterator[Scene]:
    made = Scene(server, server.data)
    await made.open()
    yield made
    await made.close()


@pytest.fixture(scope="module", autouse=True)
def at_first(scene: Scene) -> float:
    """Megabytes of the server before anything happens to it."""
    return scene.process.memory


@pytest.mark.parametrize("attack", ATTACKS, ids=title)
async def test_an_address_cannot_take_more_than_its_share(scene: Scene, attack: Attack) -> None:
    result = await scene.measure(attack, attack.who, SHORT, place=1 + ATTACKS.index(attack))
    print(result)
    assert result.peak <= MEMORY
    assert result.health_own <= FROZEN
    assert result.lost == []


async def test_a_server_that_was_attacked_in_every_way_is_as_it_was(
    server: PlainServer, scene: Scene, at_first: float
) -> None:
    assert scene.process.memory <= at_first + TOGETHER
    assert server.faults == []
