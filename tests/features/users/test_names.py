"""Names: what people are called by those who listen, from the moment of a change."""

from chatroom.app import App
from tests.cast import Cast, do, principal
from tests.doors import Server


async def test_an_open_socket_speaks_under_the_new_name_at_once(app: App, cast: Cast, server: Server) -> None:
    """The name before is anybody's from then on."""
    ana, bob = await server.ears(cast.ana), await server.ears(cast.bob)
    for ears in (ana, bob):
        await ears.ask("join_room", {"roomId": cast.tea})
    await do(app, await principal(app, cast.ana), "auth.me.change", username="heron")
    said = await ana.ask("send_message", {"roomId": cast.tea, "content": "hello"})
    assert said.data["username"] == "heron"
    assert (await bob.hears("receive_message"))["username"] == "heron"
    assert (await principal(app, cast.ana)).username == "heron"


async def test_an_admins_renaming_reaches_open_sockets_too(app: App, cast: Cast, server: Server) -> None:
    ana, bob = await server.ears(cast.ana), await server.ears(cast.bob)
    for ears in (ana, bob):
        await ears.ask("join_room", {"roomId": cast.tea})
    await do(app, await principal(app, cast.admin), "users.change", userId=cast.ana.id, username="heron")
    await ana.ask("typing", {"roomId": cast.tea, "isTyping": True})
    assert (await bob.hears("user_typing"))["username"] == "heron"
