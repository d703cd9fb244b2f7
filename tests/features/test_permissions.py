"""Who may ask for what: every operation, every role, every way in, against a table written by hand."""

from itertools import product
from typing import Any, Final

import httpx2
import pytest

from chatroom.app import App
from chatroom.core import ids
from chatroom.core.context import Context
from chatroom.core.principal import OUTSIDER, POLICY, Role
from chatroom.features import operations
from chatroom.features.rooms import service as rooms
from tests.cast import PASSWORD, Cast, Person, do, give_role, principal, register, room
from tests.doors import DOORS, Doors, serves

ROLES: Final = (Role.OUTSIDER, Role.GUEST, Role.USER, Role.MODERATOR, Role.ADMIN)
EVERYBODY: Final = frozenset(ROLES)
PEOPLE: Final = EVERYBODY - {Role.OUTSIDER}
MEMBERS: Final = PEOPLE - {Role.GUEST}
ADMINS: Final = frozenset({Role.ADMIN})

NEW_PASSWORD: Final = "another horse"

EXPECTED: Final = {
    "users.list_users": ADMINS,
    "users.show": ADMINS,
    "users.change": ADMINS,
    "users.remove": ADMINS,
    "auth.register": EVERYBODY,
    "auth.sign_up": EVERYBODY,
    "auth.become_guest": EVERYBODY,
    "auth.login": EVERYBODY,
    "auth.sign_in": EVERYBODY,
    "auth.open_lounges": EVERYBODY,
    "auth.refresh": EVERYBODY,
    "auth.refresh_cookies": EVERYBODY,
    "auth.renew": EVERYBODY,
    "auth.logout": EVERYBODY,
    "auth.change": EVERYBODY,
    "auth.forget": EVERYBODY,
    "auth.reset": EVERYBODY,
    "auth.change_own": MEMBERS,
    "auth.begin": MEMBERS,
    "auth.show_proof": MEMBERS,
    "auth.confirm": MEMBERS,
    "auth.list_sessions": MEMBERS,
    "auth.end_session": PEOPLE,
    "auth.change_me": MEMBERS,
    "auth.issue": EVERYBODY,
    "auth.capabilities": EVERYBODY,
    "auth.me": PEOPLE,
    "rooms.list_rooms": PEOPLE,
    "rooms.show": PEOPLE,
    "rooms.create": MEMBERS,
    "rooms.list_lounges": PEOPLE,
    "rooms.create_lounge": MEMBERS,
    "rooms.enter_lounge": PEOPLE,
    "rooms.join": MEMBERS,
    "rooms.join_by_invite": MEMBERS,
    "rooms.leave": PEOPLE,
    "rooms.issue": MEMBERS,
    "rooms.fetch": MEMBERS,
    "rooms.revoke": MEMBERS,
    "rooms.enter": PEOPLE,
    "rooms.exit_room": PEOPLE,
    "presence.heartbeat": PEOPLE,
    "presence.room_users": PEOPLE,
    "presence.typing": PEOPLE,
    "messages.send": PEOPLE,
    "messages.say": PEOPLE,
    "messages.chat": PEOPLE,
    "messages.history": PEOPLE,
    "messages.resume": PEOPLE,
    "messages.mark_read": PEOPLE,
}
"""The matrix of the threat model: a guest reads, writes and listens in public rooms and opens or joins none."""


def test_the_policy_is_the_matrix() -> None:
    assert set(EXPECTED) == set(operations), "write down who may ask for a new operation"
    assert {name: POLICY[op.may] for name, op in operations.items()} == EXPECTED


def test_every_action_of_the_policy_is_asked_for_by_an_operation() -> None:
    assert set(POLICY) == {op.may for op in operations.values()}


class Stage:
    """Sets each cell up so that only the role can be the reason for a refusal."""

    def __init__(self, app: App, cast: Cast, doors: Doors) -> None:
        self.app = app
        self.cast = cast
        self.doors = doors
        self.people: dict[Role, Person | None] = {
            Role.OUTSIDER: None,
            Role.GUEST: cast.gus,
            Role.USER: cast.bob,
            Role.MODERATOR: cast.moderator,
            Role.ADMIN: cast.admin,
        }
        self._count = 0

    async def fields(self, name: str, role: Role, door: str) -> dict[str, Any]:
        """Good input for an operation, in a fresh room of the person's own where that matters."""
        person = self.people[role]
        if name in ("rooms.list_rooms", "rooms.list_lounges", "presence.heartbeat"):
            return {}
        if name in ("rooms.create", "rooms.create_lounge"):
            return {"name": "Mine"}
        if name == "rooms.enter_lounge":
            return {"lounge": "Corner"}
        if name == "messages.resume":
            return {"rooms": []}
        if name == "messages.say":
            return {"loungeId": self.cast.square, "message": {"any": ["thing"]}}
        if name == "messages.chat":
            return {"message": "hello"}
        if name == "rooms.join_by_invite":
            return {"inviteCode": self.cast.code}
        room_id = await self._room(name, role, person)
        if door == "socket":
            await self.doors.ask("socket", "rooms.enter", person, roomId=room_id)
        more: dict[str, dict[str, Any]] = {
            "presence.typing": {"isTyping": True},
            "messages.send": {"content": "hello"},
            "messages.mark_read": {"seq": 1},
        }
        return {"roomId": room_id, **more.get(name, {})}

    async def _room(self, name: str, role: Role, person: Person | None) -> str:
        if person and role is not Role.GUEST and name not in ("rooms.join", "rooms.enter"):
            return str((await room(self.app, person))["id"])
        made = await room(self.app, self.cast.ana)
        if role is Role.GUEST:
            ctx = Context(self.app.kernel, await principal(self.app, person))
            async with ctx.begin() as tx:
                await rooms.admit(tx, made["id"], None)
        return str(made["id"])

    async def ask(self, name: str, role: Role, door: str) -> str:
        """The code of the answer in one cell."""
        person = self.people[role]
        self.doors.stranger = f"{name} {door}"
        if name.startswith(("auth.", "users.")):
            self._count += 1
            if person:  # who may be gone afterwards
                person = await register(self.app, f"Passing{self._count}", role.value)
            fields = await identity_fields(self.app, name, f"other{self._count}", person)
        else:
            fields = await self.fields(name, role, door)
        return (await self.doors.ask(door, name, person, **fields)).code


async def identity_fields(app: App, name: str, other: str, person: Person | None) -> dict[str, Any]:
    """Good input for an operation on people: on the one who asks, or on another one made for it."""
    email = f"{other}@example.org"
    if name in ("auth.register", "auth.sign_up"):
        return {"email": email, "password": PASSWORD}
    if name in ("auth.forget", "auth.begin"):
        return {"email": email}
    if name == "auth.change_own":
        return {"currentPassword": PASSWORD, "newPassword": NEW_PASSWORD}
    if name == "auth.show_proof":
        return {"currentPassword": PASSWORD}
    if name == "auth.confirm":
        return {"code": "00000000"}
    if name == "auth.end_session":
        return {"sessionId": (await principal(app, person)).session_id or ids.new()}
    victim = await do(app, OUTSIDER, "auth.register", name=other, email=email, password=PASSWORD)
    signing_in = {"email": email, "password": PASSWORD}
    refreshing = {"refreshToken": victim["refreshToken"]}
    whom = {"userId": victim["id"]}
    by_name: dict[str, dict[str, Any]] = {
        "auth.login": signing_in,
        "auth.sign_in": signing_in,
        "auth.open_lounges": signing_in,
        "auth.refresh": refreshing,
        "auth.refresh_cookies": refreshing,
        "auth.change": {"email": email, "currentPassword": PASSWORD, "newPassword": NEW_PASSWORD},
        "auth.reset": {"email": email, "code": "00000000", "newPassword": NEW_PASSWORD},
        "auth.change_me": {"name": "Other"},
        "auth.renew": {"token": person.token if person else victim["token"]},
        "users.show": whom,
        "users.change": whom,
        "users.remove": whom,
    }
    return by_name.get(name, {})


def expected(name: str, role: Role, door: str) -> str:
    """The code that a cell must answer with. Who comes to a socket without a token is a guest, and no member."""
    if role is Role.OUTSIDER and door == "socket":
        if name in ("presence.room_users", "messages.mark_read"):
            return "not_a_member"
        if name == "auth.renew":
            return "forbidden"  # a guest without a token renews none
        role = Role.GUEST
    if role not in EXPECTED[name]:
        return "unauthorized" if role is Role.OUTSIDER else "forbidden"
    if name == "presence.typing" and door == "direct":
        return "not_listening"  # only a socket listens
    if name in ("auth.confirm", "auth.reset"):
        return "invalid_code"  # nobody has sent one
    return ""


async def test_every_role_at_every_door_gets_what_the_matrix_says(app: App, cast: Cast, doors: Doors) -> None:
    stage = Stage(app, cast, doors)
    cells = [
        (name, role, door)
        for (name, op), role, door in product(operations.items(), ROLES, DOORS)
        if serves(door, op)
    ]
    answers = {cell: await stage.ask(*cell) for cell in cells}
    wrong = {cell: code for cell, code in answers.items() if code != expected(*cell)}
    print(f"permission matrix: {len(cells)} cells")
    assert not wrong
    assert len(cells) >= 5 * len(operations)


@pytest.mark.parametrize("surface", ["api", "v1"])
async def test_a_refused_caller_learns_nothing_of_the_shape(
    app: App, http: httpx2.AsyncClient, surface: str
) -> None:
    prefix = "/api/v1" if surface == "v1" else "/api"
    refused = await http.post(f"{prefix}/rooms", json={"nonsense": [1]})
    assert refused.status_code == 401
    assert "errors" not in refused.text


async def test_a_guest_reads_and_writes_in_public_rooms_and_no_others(
    app: App, cast: Cast, doors: Doors
) -> None:
    assert (await doors.ask("socket", "rooms.enter", cast.gus, roomId=cast.square)).code == ""
    assert (await doors.ask("socket", "messages.send", cast.gus, roomId=cast.square, content="hi")).code == ""
    assert (await doors.ask("socket", "rooms.enter", cast.gus, roomId=cast.tea)).code == "room_not_found"


async def test_a_role_is_read_anew_with_every_request(app: App, cast: Cast, doors: Doors) -> None:
    assert (await doors.ask("api", "rooms.create", cast.bob, name="Mine")).code == ""
    await give_role(app, cast.bob.id, "guest")
    assert (await doors.ask("api", "rooms.create", cast.bob, name="Mine")).code == "forbidden"
