"""python-socketio on uvicorn, as its documentation shows it: `python pysocketio.py <port>`."""

import sys
from typing import Any

import socketio
import uvicorn

server = socketio.AsyncServer(async_mode="asgi")


async def join_room(sid: str, data: dict[str, Any]) -> dict[str, Any]:
    """Listen to a room."""
    await server.enter_room(sid, data["roomId"])
    return {"ok": True}


async def send_message(sid: str, data: dict[str, Any]) -> dict[str, Any]:
    """Tell everybody in a room."""
    await server.emit("receive_message", data, room=data["roomId"])
    return {"ok": True}


if __name__ == "__main__":
    server.event(join_room)
    server.event(send_message)
    uvicorn.run(
        socketio.ASGIApp(server),
        host="127.0.0.1",
        port=int(sys.argv[1]),
        loop="uvloop",
        log_level="warning",
        backlog=4096,
    )
