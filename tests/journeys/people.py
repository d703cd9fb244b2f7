"""People with accounts: what journeys do over REST."""

from dataclasses import dataclass
from typing import Any, Final
from uuid import uuid4

import httpx2

PASSWORD: Final = "correct horse"


@dataclass(frozen=True)
class Person:
    """Somebody who is registered and signed in."""

    url: str
    id: str
    name: str
    username: str
    email: str
    token: str

    def ask(self, method: str, path: str, **given: Any) -> httpx2.Response:
        """Make a request as this person; `given` goes to httpx2 (`json`, `params`)."""
        headers = {"Authorization": f"Bearer {self.token}"}
        return httpx2.request(method, self.url + path, headers=headers, timeout=15, **given)

    def tell(self, method: str, path: str, **given: Any) -> Any:
        """Make a request that must succeed and return what its body says."""
        answer = self.ask(method, path, **given)
        assert answer.is_success, f"{method} {path}: {answer.status_code} {answer.text}"
        return answer.json()

    def create_room(self, name: str = "Kitchen", *, private: bool = False) -> dict[str, Any]:
        """Create a room and return it."""
        room: dict[str, Any] = self.tell("POST", "/api/rooms", json={"name": name, "isPrivate": private})
        return room

    def join(self, room_id: str) -> None:
        """Become a member of a public room."""
        self.tell("POST", f"/api/rooms/{room_id}/join", json={})

    def say(self, room_id: str, content: str) -> dict[str, Any]:
        """Send a message over HTTP."""
        path = f"/api/v1/rooms/{room_id}/messages"
        message: dict[str, Any] = self.tell("POST", path, json={"content": content})["data"]
        return message

    def read_log(self, room_id: str) -> list[dict[str, Any]]:
        """Read every entry of a room, oldest first."""
        entries: list[dict[str, Any]] = []
        more = True
        while more:
            after = entries[-1]["seq"] if entries else 0
            page = self.tell("GET", f"/api/rooms/{room_id}/messages", params={"after": after, "limit": 100})
            entries += page["entries"]
            more = page["hasMore"]
        return entries


def register(url: str, name: str) -> Person:
    """Sign somebody up, under an address that nobody has."""
    email = f"{name.lower()}.{uuid4().hex[:8]}@example.org"
    body = {"name": name, "email": email, "password": PASSWORD}
    answer = httpx2.post(url + "/api/auth/register", json=body, timeout=15)
    assert answer.status_code == 201, answer.text
    told = answer.json()
    return Person(url, told["id"], told["name"], told["user"]["username"], email, told["token"])
