"""The move of a session from polling to WebSocket: `2probe`, `3probe`, the last GET ends, `5`."""

from typing import Protocol

from chatroom.gateway.engine.host import Host
from chatroom.gateway.engine.link import Link, PollingLink, Session
from chatroom.wire.engine_packet import NOOP_FRAME, PROBE_FRAME

NORMAL, PROTOCOL_ERROR = 1000, 1002


class Upgraded(Session, Protocol):
    """A session that may move."""

    server: Host
    link: Link
    upgrade: "Upgrade | None"

    def rearm(self) -> None:
        """Look anew at when something is due."""


class Upgrade:
    """Lives while a second link wants to become the first; until `5` messages still leave by polling."""

    __slots__ = ("_held", "by", "connection", "link", "probed")

    def __init__(self, connection: Upgraded, link: Link) -> None:
        """Bind `link` to `connection`; one at a time, the caller has checked."""
        self.connection = connection
        self.link = link
        self.by = connection.server.loop.time() + connection.server.options.upgrade_timeout
        self.probed = False
        self._held = False
        link.connection = connection
        connection.upgrade = self
        connection.rearm()

    def text(self, packet: bytes) -> None:
        """Take a packet of the probing link; anything but the two expected ends the upgrade, not the session."""
        if packet == b"2probe" and not self.probed:
            self.probed = True
            self.link.urgent(PROBE_FRAME)
            self.end_poll()
        elif packet == b"5" and self.probed:
            polling = self.connection.link
            if isinstance(polling, PollingLink) and polling.posting:
                self._held = True  # what the last POST brings comes before anything on the new link
                self.link.pause()
            else:
                self._complete()
        else:
            self.drop(PROTOCOL_ERROR)

    def end_poll(self) -> None:
        """Answer a waiting GET at once, so that the client can go on."""
        polling = self.connection.link
        if self.probed and isinstance(polling, PollingLink):
            self.connection.flush()
            polling.answer(NOOP_FRAME.packet)

    def posted(self) -> None:
        """Note that a POST has been handled; the last step may have waited for it."""
        if self._held:
            self._complete()

    def drop(self, code: int = NORMAL) -> None:
        """Forget the probing link; the session goes on by polling."""
        self.connection.upgrade = None
        self.connection.server.stats.upgrades_failed += 1
        self.link.connection = None
        self.link.close(code, "upgrade failed")

    def _complete(self) -> None:
        connection = self.connection
        old, new = connection.link, self.link
        stats = connection.server.stats
        stats.upgrades += 1
        stats.polling -= 1
        stats.websocket += 1
        paused = old.paused
        if isinstance(old, PollingLink):
            connection.flush()
            old.answer(NOOP_FRAME.packet)
            old.resume()
        connection.upgrade = None
        connection.link = new
        connection.relieved(0)
        connection.flush()
        if paused:
            new.pause()
        elif new.paused:
            new.resume()
