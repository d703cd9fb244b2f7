"""The engine's bench application, which breaks its word in one way: `python liar.py <port> <lie>`."""

import itertools
import sys

import uvicorn

from bench.peers.engine import Rooms
from chatroom.gateway.burst import Channel
from chatroom.gateway.options import Options
from chatroom.gateway.server import SocketServer
from chatroom.gateway.uvicorn import protocols
from chatroom.wire.frame import Frame


class Liar(Rooms):
    """Every hundredth message goes wrong."""

    def __init__(self, lie: str) -> None:
        super().__init__()
        self._lie = lie
        self._numbers = itertools.count(1)
        self._held: Frame | None = None

    def tell(self, room: Channel[str], frame: Frame) -> None:
        wrong = next(self._numbers) % 100 == 0
        if wrong and self._lie == "hold":
            self._held = frame
            return
        if wrong and self._lie == "lose":
            for client in list(room.clients.values())[1:]:
                client.push(frame)
            return
        room.tell(frame)
        if wrong and self._lie == "double":
            room.tell(frame)
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
