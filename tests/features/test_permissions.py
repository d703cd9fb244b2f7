"""Who may ask for what: every operation, every role, every way in, against a table written by hand."""

import importlib
import pkgutil
from itertools import product
from typing import Any, Final

import httpx2
import pytest

from chatroom import features
from chatroom.app import App
from chatroom.core import ids
from chatroom.core.context import Context
from chatroom.core.principal import OUTSIDER, Permission, Role
from chatroom.features import operations, permissions
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
    "users.list": ADMINS,
    "users.show": ADMINS,
    "users.change": ADMINS,
    "users.remove": ADMINS,
    "auth.account.register": EVERYBODY,
    "auth.account.sign_up": EVERYBODY,
    "auth.guest.create": EVERYBODY,
    "auth.session.login": EVERYBODY,
    "auth.session.sign_in": EVERYBODY,
    "auth.session.open_lounges": EVERYBODY,
    "auth.session.refresh": EVERYBODY,
    "auth.cookies.refresh": EVERYBODY,
    "auth.socket.refresh": EVERYBODY,
    "auth.session.logout": EVERYBODY,
    "auth.password.replace": EVERYBODY,
    "auth.password.forget": EVERYBODY,
    "auth.password.reset": EVERYBODY,
    "auth.password.change": MEMBERS,
    "auth.identifier.begin": MEMBERS,
    "auth.proof.show": MEMBERS,
    "auth.identifier.confirm": MEMBERS,
    "auth.sessions.list": MEMBERS,
    "auth.sessions.end": PEOPLE,
    "auth.me.change": MEMBERS,
    "auth.csrf.issue": EVERYBODY,
    "auth.capabilities.show": EVERYBODY,
    "auth.me.show": PEOPLE,
    "rooms.list": PEOPLE,
    "rooms.show": PEOPLE,
    "rooms.create": MEMBERS,
    "rooms.lounges.list": PEOPLE,
    "rooms.lounges.create": MEMBERS,
    "rooms.lounges.enter": PEOPLE,
    "rooms.join": MEMBERS,
    "rooms.invite.join": MEMBERS,
    "rooms.update": MEMBERS,
    "rooms.leave": PEOPLE,
    "rooms.invite.issue": MEMBERS,
    "rooms.invite.show": MEMBERS,
    "rooms.invite.revoke": MEMBERS,
    "rooms.enter": PEOPLE,
    "rooms.exit": PEOPLE,
    "presence.heartbeat": PEOPLE,
    "presence.members.list": PEOPLE,
    "presence.typing": PEOPLE,
    "messages.send": PEOPLE,
    "messages.lounge.say": PEOPLE,
    "messages.lobby.say": PEOPLE,
    "messages.history": PEOPLE,
    "messages.resume": PEOPLE,
    "messages.read_mark.set": PEOPLE,
}
"""The matrix of the threat model: a guest reads, writes and listens in public rooms and opens or joins none."""


def test_the_policy_is_the_matrix() -> None:
    assert set(EXPECTED) == set(operations), "write down who may ask for a new operation"
    assert {name: op.may.roles for name, op in operations.items()} == EXPECTED


def test_every_permission_that_a_slice_declares_is_needed_by_an_operation() -> None:
    declared = [
        thing
        for each in pkgutil.iter_modules(features.__path__)
        for thing in vars(importlib.import_module(f"chatroom.features.{each.name}.api")).values()
        if isinstance(thing, Permission)
    ]
    assert {thing.name: thing for thing in declared} == permissions
    assert len(declared) == len(permissions)


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
        if name in ("rooms.list", "rooms.lounges.list", "presence.heartbeat"):
            return {}
        if name in ("rooms.create", "rooms.lounges.create"):
            return {"name": "Mine"}
        if name == "rooms.lounges.enter":
            return {"lounge": "Corner"}
        if name == "messages.resume":
            return {"rooms": []}
        if name == "messages.lounge.say":
            return {"loungeId": self.cast.square, "message": {"any": ["thing"]}}
        if name == "messages.lobby.say":
            return {"message": "hello"}
        if name == "rooms.invite.join":
            return {"inviteCode": self.cast.code}
        room_id = await self._room(name, role, person)
        if door == "socket":
            await self.doors.ask("socket", "rooms.enter", person, roomId=room_id)
        more: dict[str, dict[str, Any]] = {
            "presence.typing": {"isTyping": True},
            "messages.send": {"content": "hello"},
            "messages.read_mark.set": {"seq": 1},
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
    if name in ("auth.account.register", "auth.account.sign_up"):
        return {"email": email, "password": PASSWORD}
    if name in ("auth.password.forget", "auth.identifier.begin"):
        return {"email": email}
    if name == "auth.password.change":
        return {"currentPassword": PASSWORD, "newPassword": NEW_PASSWORD}
    if name == "auth.proof.show":
        return {"currentPassword": PASSWORD}
    if name == "auth.identifier.confirm":
        return {"code": "00000000"}
    if name == "auth.sessions.end":
        return {"sessionId": (await principal(app, person)).session_id or ids.new()}
    victim = await do(app, OUTSIDER, "auth.account.register", name=other, email=email, password=PASSWORD)
    signing_in = {"email": email, "password": PASSWORD}
    refreshing = {"refreshToken": victim["refreshToken"]}
    whom = {"userId": victim["id"]}
    by_name: dict[str, dict[str, Any]] = {
        "auth.session.login": signing_in,
        "auth.session.sign_in": signing_in,
        "auth.session.open_lounges": signing_in,
        "auth.session.refresh": refreshing,
        "auth.cookies.refresh": refreshing,
        "auth.password.replace": {"email": email, "currentPassword": PASSWORD, "newPassword": NEW_PASSWORD},
        "auth.password.reset": {"email": email, "code": "00000000", "newPassword": NEW_PASSWORD},
        "auth.me.change": {"name": "Other"},
        "auth.socket.refresh": {"token": person.token if person else victim["token"]},
        "users.show": whom,
        "users.change": whom,
        "users.remove": whom,
    }
    return by_name.get(name, {})


def expected(name: str, role: Role, door: str) -> str:
    """The code that a cell must answer with. Who comes to a socket without a token is a guest, and no member."""
    if role is Role.OUTSIDER and door == "socket":
        if name in ("presence.members.list", "messages.read_mark.set"):
            return "not_a_member"
        if name == "auth.socket.refresh":
            return "forbidden"  # a guest without a token renews none
        role = Role.GUEST
    if role not in EXPECTED[name]:
        return "unauthorized" if role is Role.OUTSIDER else "forbidden"
    if name == "presence.typing" and door == "direct":
        return "not_listening"  # only a socket listens
    if name in ("auth.identifier.confirm", "auth.password.reset"):
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
