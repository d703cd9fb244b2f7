"""Tokens that end, and sessions that are ended, while their sockets are open."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from chatroom.app import App
from chatroom.core.principal import Principal, Role
from chatroom.features.auth import service
from chatroom.gateway.chat.chat_connection import ChatConnection
from chatroom.gateway.chat.expiry import GRACE, Expiry
from tests.cast import PASSWORD, Cast, Clock, Person, do, principal
from tests.doors import Doors, Ears, Server, until

DAY = 24 * 3600


async def again(app: App, person: Person) -> str:
    """Another token of a person, from a session of its own."""
    who = await principal(app, None)
    signed_in: dict[str, Any] = await do(
        app, who, "auth.session.login", email=person.email, password=PASSWORD
    )
    return str(signed_in["token"])


async def closed(ears: Ears) -> None:
    """Wait until the server has ended a connection."""
    await until(lambda: not ears.client.connected)


async def test_the_end_of_a_token_is_told_and_the_connection_closed_half_a_minute_later(
    server: Server, cast: Cast, clock: Clock
) -> None:
    ana = await server.ears(cast.ana)
    clock.advance(DAY - 1)
    await ana.settle()
    assert not ana.all("error")
    clock.advance(2)
    assert await ana.hears("error") == {
        "code": "token_expired",
        "message": "The token has expired. Sign in again.",
    }
    clock.advance(GRACE - 2)
    await ana.settle()
    assert ana.client.connected
    clock.advance(3)
    await closed(ana)
    assert len(ana.all("error")) == 1


async def test_a_new_token_of_the_same_person_keeps_the_socket_open(
    server: Server, app: App, cast: Cast, clock: Clock
) -> None:
    ana = await server.ears(cast.ana)
    clock.advance(DAY + 1)
    await ana.hears("error", code="token_expired")
    renewed = await ana.ask("auth_refresh", {"token": await again(app, cast.ana)})
    assert (renewed.code, renewed.data) == ("", {"expiresAt": "2026-09-23T14:13:21.000Z"})
    clock.advance(GRACE + 60)
    assert (await ana.ask("get_room_users", {"roomId": cast.tea})).code == ""
    clock.advance(DAY)
    await until(lambda: len(ana.all("error", code="token_expired")) == 2)
    clock.advance(GRACE + 1)
    await closed(ana)


async def test_the_bare_token_will_do(server: Server, app: App, cast: Cast) -> None:
    ana = await server.ears(cast.ana)
    assert (await ana.ask("auth_refresh", await again(app, cast.ana))).code == ""


async def test_a_token_is_read_as_in_the_handshake(server: Server, app: App, cast: Cast) -> None:
    ana = await server.ears(cast.ana._replace(token=f"Bearer {cast.ana.token}"))
    token = await again(app, cast.ana)
    for written in (f"Bearer {token}", f"bearer  {token}\n", f" {token} "):
        assert (await ana.ask("auth_refresh", written)).code == "", written
        assert (await ana.ask("auth_refresh", {"token": written})).code == "", written


@pytest.mark.parametrize("token", ["", "nonsense", "x" * 5000, None, 7])
async def test_no_other_token_keeps_it_open(server: Server, cast: Cast, clock: Clock, token: object) -> None:
    ana = await server.ears(cast.ana)
    assert (await ana.ask("auth_refresh", {"token": token})).code in ("invalid_token", "bad_input")
    assert (await ana.ask("auth_refresh", {"token": cast.bob.token})).code == "forbidden"
    clock.advance(DAY + 1)
    await ana.hears("error", code="token_expired")
    assert (await ana.ask("auth_refresh", {"token": cast.ana.token})).code == "token_expired"
    clock.advance(GRACE + 1)
    await closed(ana)


async def test_a_client_of_seed_s0_hears_nothing_of_it(server: Server, cast: Cast, clock: Clock) -> None:
    ana = await server.ears(cast.ana, dialect="lounge")
    clock.advance(DAY + 1)
    await asyncio.sleep(1.2)
    clock.advance(GRACE + 1)
    await closed(ana)
    assert ana.heard == []


class Ways:
    """Each way in which a session of Bob's ends, and who asks for it."""

    def __init__(self, app: App, cast: Cast, doors: Doors) -> None:
        self._app = app
        self._cast = cast
        self._doors = doors

    async def _ask(self, name: str, person: Person, **fields: Any) -> None:
        answer = await self._doors.ask("v1", name, person, **fields)
        assert answer.code == "", answer

    async def sign_out(self, bob: Person) -> None:
        await self._ask("auth.session.logout", bob)

    async def end_from_elsewhere(self, bob: Person) -> None:
        session = (await principal(self._app, bob)).session_id
        await self._ask("auth.sessions.end", self._cast.bob, sessionId=session)

    async def change_the_password(self, bob: Person) -> None:
        changed = {"currentPassword": PASSWORD, "newPassword": "another horse"}
        await self._ask("auth.password.change", self._cast.bob, **changed)

    async def suspend(self, bob: Person) -> None:
        await self._ask("users.change", self._cast.admin, userId=bob.id, status="suspended")

    async def remove(self, bob: Person) -> None:
        await self._ask("users.remove", self._cast.admin, userId=bob.id)


WAYS: dict[str, Callable[[Ways, Person], Awaitable[None]]] = {
    "sign out": Ways.sign_out,
    "ended from elsewhere": Ways.end_from_elsewhere,
    "password changed": Ways.change_the_password,
    "suspended": Ways.suspend,
    "removed": Ways.remove,
}


@pytest.mark.parametrize("way", WAYS)
async def test_a_session_that_ends_takes_its_sockets_with_it(
    server: Server, app: App, cast: Cast, doors: Doors, way: str
) -> None:
    bob = cast.bob._replace(token=await again(app, cast.bob))
    sockets = [await server.ears(bob) for _ in range(3)]
    bystander = await server.ears(cast.ana)
    async with asyncio.timeout(1):
        await WAYS[way](Ways(app, cast, doors), bob)
        for ears in sockets:
            await closed(ears)
    assert await server.refusal(bob.token) == "invalid_token"
    assert bystander.client.connected


def end_while_it_is_proven(person: Person, doors: Doors, monkeypatch: pytest.MonkeyPatch) -> None:
    """The next proof of a token is good, but before it is used its session ends."""

    async def slowly(ctx: Any, given: str) -> Principal:
        monkeypatch.undo()
        who = await service.authenticate(ctx, given)
        assert (await doors.ask("v1", "auth.session.logout", person)).code == ""
        return who

    monkeypatch.setattr(service, "authenticate", slowly)


async def test_a_socket_that_is_being_let_in_while_its_session_ends_is_not(
    server: Server, app: App, cast: Cast, doors: Doors, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = await again(app, cast.bob)
    end_while_it_is_proven(cast.bob._replace(token=token), doors, monkeypatch)
    assert await server.refusal(token) == "invalid_token"


async def test_a_token_whose_session_ends_while_it_is_proven_renews_nothing(
    server: Server, app: App, cast: Cast, doors: Doors, monkeypatch: pytest.MonkeyPatch
) -> None:
    ana, token = await server.ears(cast.ana), await again(app, cast.ana)
    end_while_it_is_proven(cast.ana._replace(token=token), doors, monkeypatch)
    assert (await ana.ask("auth_refresh", {"token": token})).code == "invalid_token"
    assert (await ana.ask("get_room_users", {"roomId": cast.tea})).code == ""


class Client:
    """A connection that is only closed."""

    def __init__(self) -> None:
        self.id = ""
        self.ends: list[str] = []

    def push(self, _: object) -> None: ...

    def close(self, reason: str) -> None:
        self.ends.append(reason)


async def test_ten_thousand_sockets_share_one_timer(clock: Clock) -> None:
    told: list[ChatConnection] = []
    expiry = Expiry(clock, told.append)
    clients = [Client() for _ in range(10_000)]
    connections = [
        ChatConnection(client, Principal(id=str(n), role=Role.USER, expires_at=clock.now + n), "rooms")  # type: ignore[arg-type]
        for n, client in enumerate(clients)
    ]
    tasks = len(asyncio.all_tasks())
    for connection in connections:
        expiry.put(connection)
    assert len(asyncio.all_tasks()) == tasks
    for connection in connections[::2]:
        expiry.remove(connection)
    clock.advance(11)
    expiry._look()
    assert len(told) == 5_000
    clock.advance(GRACE)
    expiry._look()
    assert sum(len(client.ends) for client in clients) == 5_000
    assert not expiry._connections
    expiry.close()
