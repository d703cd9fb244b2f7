"""Sockets without a token: guests of the public rooms, whom nobody stores before they speak."""

import httpx2
import pytest
from sqlalchemy import func, select

from chatroom.app import App
from chatroom.features import tables
from chatroom.features.rooms.types import LOBBY
from tests.cast import Cast, do, principal
from tests.doors import Ears, Server

_USERS = select(func.count()).select_from(tables.tables["users"])


async def people(app: App) -> int:
    """How many people are stored."""
    async with app.db.read() as reader:
        return int(await reader.scalar(_USERS, {}) or 0)


async def test_a_guest_is_stored_with_the_first_word_and_not_before(
    server: Server, app: App, cast: Cast
) -> None:
    before = await people(app)
    ana = await server.in_room(cast.ana, cast.square)
    guest = await server.ears(None)
    joined = await guest.ask("join_room", {"roomId": cast.square})
    assert (joined.code, joined.data["room"]["role"], joined.data["room"]["memberCount"]) == ("", None, 2)
    assert (await guest.ask("typing", {"roomId": cast.square, "isTyping": True})).code == ""
    assert await people(app) == before
    sends = [guest.client.emit("send_message", {"roomId": cast.square, "content": str(n)}) for n in range(5)]
    for send in sends:
        await send
    last = await guest.ask("send_message", {"roomId": cast.square, "content": "5"})
    assert last.code == ""
    assert await people(app) == before + 1
    await ana.settle()
    heard = ana.all("receive_message")
    assert [message["content"] for message in heard] == list("012345")
    assert {message["senderId"] for message in heard} == {(await ana.hears("user_joined"))["userId"]}
    assert heard[0]["name"].startswith("guest_")
    users = (await do(app, await principal(app, cast.ana), "presence.members.list", roomId=cast.square))[
        "users"
    ]
    assert [user["isOnline"] for user in users if user["userId"] == heard[0]["senderId"]] == [True]


async def test_a_guest_enters_no_private_room_and_opens_none(server: Server, cast: Cast) -> None:
    guest = await server.ears(None)
    assert (await guest.ask("join_room", {"roomId": cast.tea})).code == "room_not_found"
    said = await guest.ask("send_message", {"roomId": cast.tea, "content": "hi"})
    assert said.code == "room_not_found"
    assert (await guest.ask("get_room_users", {"roomId": cast.square})).code == "not_a_member"


async def test_a_word_that_is_refused_stores_nobody(server: Server, app: App, cast: Cast) -> None:
    before = await people(app)
    guest = await server.ears(None)
    for fields in ({"roomId": cast.tea, "content": "hi"}, {"roomId": cast.square, "content": ""}):
        assert (await guest.ask("send_message", fields)).code != ""
    assert (await guest.ask("message", {"loungeId": "nowhere", "message": "x"})).code == "room_not_found"
    assert await people(app) == before


@pytest.mark.parametrize("settings", [{"rate_limits": ""}])
async def test_so_many_guests_of_an_address_are_here_and_no_more(
    server: Server, app: App, cast: Cast
) -> None:
    crowd = [await server.ears(None) for _ in range(100)]
    assert await server.refusal(None) == "rate_limited"
    await server.ears(cast.ana)
    await crowd[0].close()
    await app._events.idle()
    await server.ears(None)


@pytest.mark.parametrize("settings", [{"allow_anonymous_sockets": False}])
async def test_guests_without_a_token_can_be_switched_off(server: Server, cast: Cast) -> None:
    assert await server.refusal(None) == "unauthorized"
    await server.ears(cast.gus)


async def test_a_wrong_token_is_refused_and_no_guest(server: Server, cast: Cast) -> None:
    assert await server.refusal("nonsense") == "invalid_token"
    assert await server.refusal(None, tempSessionToken="nonsense") == "invalid_token"
    await server.ears(None, tempSessionToken=cast.bob.token)


async def test_a_cookie_counts_from_our_own_page_only(server: Server, cast: Cast) -> None:
    async def who(cookie: str, origin: str) -> str:
        ears = Ears()
        headers = {"Cookie": f"accessToken={cookie}", "Origin": origin}
        await ears.client.connect(server.url, headers=headers, transports=["websocket"])
        server.open.append(ears)
        return server.app.hub._connections[ears.client.get_sid()].who.username

    assert await who(cast.ana.token, server.url) == "ana"
    assert (await who("stale", server.url)).startswith("guest-")


async def test_who_names_a_dialect_is_told_that_the_cookie_is_stale(server: Server) -> None:
    ears = Ears()
    with pytest.raises(Exception, match=r"."):
        await ears.client.connect(
            server.url,
            headers={"Cookie": "accessToken=stale", "Origin": server.url},
            auth={"dialect": "native"},
            transports=["websocket"],
        )
    assert ears.refusal["data"]["code"] == "invalid_token"


async def test_a_guest_reads_back_over_http_only_with_a_token(http: httpx2.AsyncClient) -> None:
    assert (await http.get(f"/api/rooms/{LOBBY}/messages")).status_code == 401


@pytest.mark.parametrize("settings", [{"rate_limits": "auth.anonymous=2/1h"}])
async def test_only_so_many_guests_of_an_address_begin_to_speak(server: Server, app: App, cast: Cast) -> None:
    """Each has a rate of their own: else whoever comes again and again floods a room."""
    before = await people(app)
    for code in ("", "", "rate_limited"):
        guest = await server.ears(None)
        assert (await guest.ask("chat message", "hi")).code == code
        await guest.close()
    assert await people(app) == before + 2
    ana = await server.ears(cast.ana)
    assert (await ana.ask("send_message", {"roomId": cast.square, "content": "hi"})).code == ""
