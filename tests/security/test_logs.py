"""What logs never hold: passwords, numbers, addresses, tokens and what people write, wherever they are put."""

import asyncio
import json
from typing import Any

import httpx2
import msgspec
import pytest
import socketio

from chatroom.features import operations
from chatroom.http.dialects import SURFACES
from tests.doors import Ears
from tests.journeys.conftest import Serve, prepare, serve
from tests.journeys.people import register
from tests.journeys.server import ChatServer

__all__ = ["prepare", "serve"]
CANARY = "Kanarienvogel-4711"
PHONE = "+491701234567"
KEY = "k3Jm0sQk2Zr9xTbVn7LcYpWd5HgAfEu81"
EMAIL = "kanarienvogel@example.org"
PLANTED = (CANARY, PHONE, PHONE[1:], EMAIL, "Kanarienvogel")


def everywhere(kind: type[Any]) -> dict[str, Any]:
    """An input with the canary in every field, in a form that some field may take."""
    forms = {"email": EMAIL, "phoneNumber": PHONE, "birthYear": 1990}
    return {field.encode_name: forms.get(field.encode_name, CANARY) for field in msgspec.structs.fields(kind)}


async def plant_over_http(server: ChatServer, token: str) -> int:
    """Ask every operation on every surface with the canary in body, query, path and headers."""
    count = 0
    proofs: list[dict[str, str]] = [
        {},
        {"authorization": f"Bearer {token}"},
        {"authorization": f"Bearer {CANARY}"},
        {"authorization": CANARY},
        {
            "cookie": f"accessToken={CANARY}; refreshToken={CANARY}; csrfToken={CANARY}",
            "x-csrf-token": CANARY,
        },
        {"cookie": f"accessToken={token}", "user-agent": CANARY, "origin": f"http://{CANARY}.test"},
    ]
    async with httpx2.AsyncClient(base_url=server.url, timeout=30) as http:
        for op in operations.values():
            for surface in SURFACES:
                if not surface.serves(op) or op.name in ("auth.session.logout", "auth.sessions.end"):
                    continue
                path = surface.prefix + op.path
                for name in op.path_fields:
                    path = path.replace(f"{{{name}}}", CANARY)
                for proof in proofs:
                    fields = everywhere(op.input)
                    bodies = [json.dumps(fields).encode(), json.dumps(fields).encode()[:-3]]
                    for body in bodies if op.method not in ("GET", "DELETE") else [b""]:
                        answer = await http.request(
                            op.method,
                            path,
                            params={"token": CANARY, "cursor": CANARY},
                            content=body,
                            headers={"content-type": "application/json", **proof},
                        )
                        assert answer.status_code < 500 or answer.status_code == 503, answer.text
                        count += 1
    return count


async def plant_over_sockets(server: ChatServer, token: str) -> None:
    with pytest.raises(socketio.exceptions.ConnectionError):
        await Ears().connect(server.url, CANARY, note=CANARY)
    ears = await Ears().connect(server.url, token, note=CANARY)
    for op in operations.values():
        if op.socket:
            await ears.client.emit(op.socket, everywhere(op.input))
    await ears.ask(CANARY, CANARY)
    await ears.close()


@pytest.mark.timeout(120)
@pytest.mark.parametrize("mode", ["development", "production"])
def test_no_secret_and_nothing_that_people_write_gets_into_the_log(serve: Serve, mode: str) -> None:
    wide = "api=100000/1m,v1=100000/1m,root=100000/1m,web=100000/1m,history=100000/1m"
    server = serve(CHATROOM_ENV=mode, LOG_LEVEL="debug", RATE_LIMITS=wide, JWT_SECRET=KEY)
    person = register(server.url, "Ana")
    room = person.create_room("Kanarienvogel")
    person.say(room["id"], CANARY)
    asked = asyncio.run(plant_over_http(server, person.token))
    asyncio.run(plant_over_sockets(server, person.token))
    server.end()
    log = server.log + (server.folder / "out").read_text()
    lines = log.count("request.answered")
    print(f"{mode}: {asked} requests, {lines} lines of the log")
    assert lines >= asked
    assert [planted for planted in (*PLANTED, person.token, KEY) if planted in log] == []
    assert server.faults == []
