"""What a server of another process would have sent, read from its outbox."""

import re
import time
from pathlib import Path

from chatroom.adapters.outbox import OUTBOX, Outbox
from chatroom.core.clock import system

_PATIENCE = 10  # seconds


def letter(data: Path, to: str, pattern: str) -> str:
    """Wait until a message to `to` holds `pattern`; return its first group from the newest. `data` is CHATROOM_DATA."""
    deadline = time.monotonic() + _PATIENCE
    while True:
        texts = [each.text for each in Outbox(data / OUTBOX, system) if each.to == to]
        if found := texts and re.search(pattern, texts[-1]):
            return str(found[1])
        assert time.monotonic() < deadline, f"no message to {to} holds {pattern}; there are {len(texts)}"
        time.sleep(0.05)
