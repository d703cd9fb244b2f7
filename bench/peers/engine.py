"""Chatroom's engine alone, with the same application as the peers: `python engine.py <port>`."""

import gc
import sys
from collections.abc import Awaitable

import msgspec
import uvicorn

from chatroom.gateway.engine.client import Argument, Client
from chatroom.gateway.engine.options import Options
from chatroom.gateway.engine.shared_frames import Channel
from chatroom.gateway.ways.server import SocketServer
from chatroom.gateway.ways.uvicorn import protocols
from chatroom.wire.frame import Frame, event_frame


class _Room(msgspec.Struct):
    id: str = msgspec.field(name="roomId")


_read = msgspec.json.Decoder(_Room).decode


class Rooms:
    """Rooms, one frame to all members, an acknowledgement."""

    def __init__(self) -> None:
        self._rooms: dict[str, Channel[str]] = {}

    async def connect(self, client: Client, auth: bytes) -> None:
        client.data = []

    def connected(self, client: Client) -> None:
        pass

    def event(
        self, client: Client, name: str, args: list[Argument], ack_id: int | None
    ) -> Awaitable[None] | None:
        payload = bytes(args[0])
        room = _read(payload).id
        if name == "join_room":
            client.data.append(room)
            self._rooms.setdefault(room, Channel()).add(client.id, client)
        else:
            self.tell(self._rooms[room], event_frame("receive_message", payload))
        if ack_id is not None:
            client.reply(ack_id, b'{"ok":true}')
        return None

    def tell(self, room: Channel[str], frame: Frame) -> None:
        """Deliver one frame to a room."""
        room.tell(frame)

    def disconnected(self, client: Client, reason: str) -> None:
        for room in client.data:
            self._rooms[room].remove(client.id)


if __name__ == "__main__":
    gc.set_threshold(2_000, 1, 50_000)  # as the product: see chatroom.serve
    server = SocketServer(Rooms(), Options(allowed_origins=frozenset({"*"})))
    uvicorn.run(
        server,
        host="127.0.0.1",
        port=int(sys.argv[1]),
        loop="uvloop",
        log_level="warning",
        lifespan="off",
        backlog=4096,
        **protocols(server),
    )
