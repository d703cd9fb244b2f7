"""What left for somebody's phone or mailbox."""

import asyncio
import re
import time

from chatroom.adapters.outbox import OUTBOX, Outbox
from chatroom.app import App
from tests.doors import PATIENCE

_SECRET = re.compile(r"(?:password|code[^.]*) is (\w+)")


async def letters(app: App, to: str, count: int = 1) -> list[str]:
    """The texts that were sent to a number or an address, as soon as there are so many."""
    box = Outbox(app.settings.data / OUTBOX, app.kernel.clock)
    deadline = time.monotonic() + PATIENCE
    while len(found := [letter.text for letter in box if letter.to == to]) < count:
        assert time.monotonic() < deadline, f"{len(found)} messages came, not {count}"
        await app._runner.run_due()
        await asyncio.sleep(0.01)
    return found


async def secret(app: App, to: str, count: int = 1) -> str:
    """The password or code in the newest message."""
    found = _SECRET.search((await letters(app, to, count))[-1])
    assert found
    return found[1]
