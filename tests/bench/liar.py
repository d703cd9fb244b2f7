"""The engine's bench application, which breaks its word in one way: `python liar.py <port> <lie>`."""

import itertools
import sys
from collections.abc import Awaitable

import uvicorn

from bench.peers.engine import Rooms
from chatroom.gateway.engine.client import Argument, Client
from chatroom.gateway.engine.options import Options
from chatroom.gateway.engine.shared_frames import Channel
from chatroom.gateway.ways.server import SocketServer
from chatroom.gateway.ways.uvicorn import protocols
from chatroom.wire.frame import Frame


class Liar(Rooms):
    """Every hundredth message goes wrong."""

    def __init__(self, lie: str) -> None:
        super().__init__()
        self._lie = lie
        self._numbers = itertools.count(1)
        self._wrong = False
        self._held: Frame | None = None

    def event(
        self, client: Client, name: str, args: list[Argument], ack_id: int | None
    ) -> Awaitable[None] | None:
        self._wrong = name == "send_message" and next(self._numbers) % 100 == 0
        if self._wrong and ack_id is not None:
            if self._lie == "unanswered":
                ack_id = None
            elif self._lie == "answered twice":
                client.reply(ack_id, b'{"ok":true}')
            elif self._lie == "refuse":
                client.reply(ack_id, b'{"ok":false}')
                return None
            elif self._lie == "damage":
                args = [bytes(args[0]).replace(b"xx", b"x")]
        return super().event(client, name, args, ack_id)

    def tell(self, room: Channel[str], frame: Frame) -> None:
        if self._wrong and self._lie == "hold":
            self._held = frame
            return
        if self._wrong and self._lie == "lose":
            for client in list(room.clients.values())[1:]:
                client.push(frame)
            return
        room.tell(frame)
        if self._wrong and self._lie == "double":
            room.tell(frame)
        if self._wrong and self._lie == "mix rooms":
            for other in self._rooms.values():
                other.tell(frame)
        if self._held is not None:
            room.tell(self._held)
            self._held = None


if __name__ == "__main__":
    server = SocketServer(Liar(sys.argv[2]), Options())
    uvicorn.run(
        server,
        host="127.0.0.1",
        port=int(sys.argv[1]),
        loop="uvloop",
        log_level="warning",
        lifespan="off",
        **protocols(server),
    )
