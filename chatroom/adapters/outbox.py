"""`SmsSender` and `Mailer` of a developer: what would be sent is written to a file, shown by `chatroom outbox`."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final, Literal

import msgspec

from chatroom.core.clock import Clock, iso

OUTBOX: Final = "outbox.jsonl"
"""The name of the file in the data folder."""


class Letter(msgspec.Struct, frozen=True):
    """One message that would have left."""

    at: str
    way: Literal["sms", "mail"]
    to: str
    subject: str
    text: str


class Outbox:
    """A file of JSON lines that its owner alone may read: it holds passwords and codes."""

    def __init__(self, path: Path, clock: Clock) -> None:
        self._path = path
        self._clock = clock

    def write(self, way: Literal["sms", "mail"], to: str, subject: str, text: str) -> None:
        """Add a message; one line, one write."""
        line = msgspec.json.encode(Letter(iso(self._clock()), way, to, subject, text)) + b"\n"
        self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        file = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            os.write(file, line)
        finally:
            os.close(file)

    def __iter__(self) -> Iterator[Letter]:
        """What was written, the oldest first."""
        if self._path.exists():
            for line in self._path.read_bytes().splitlines():
                yield msgspec.json.decode(line, type=Letter)


class OutboxSms:
    """Text messages into an outbox."""

    def __init__(self, outbox: Outbox) -> None:
        self._outbox = outbox

    def check(self) -> None:
        """There is always room."""

    async def send(self, number: str, text: str) -> None:
        self._outbox.write("sms", number, "", text)


class OutboxMail:
    """Letters into an outbox."""

    def __init__(self, outbox: Outbox) -> None:
        self._outbox = outbox

    def check(self) -> None:
        """There is always room."""

    async def send(self, address: str, subject: str, text: str) -> None:
        self._outbox.write("mail", address, subject, text)
