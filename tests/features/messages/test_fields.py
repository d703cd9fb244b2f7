"""What a message consists of, and what a client may choose of it."""

import pytest

from chatroom.app import App
from chatroom.core.errors import Problem
from tests.cast import Cast, do, principal


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("text", "text"),
        ("IMAGE", "image"),
        ("Video", "video"),
        ("link", "link"),
        ("system", "text"),
        ("SYSTEM", "text"),
        ("poll", "text"),
        ("", "text"),
    ],
)
async def test_a_client_chooses_among_four_types_and_never_the_servers(
    app: App, cast: Cast, given: str, kept: str
) -> None:
    ana = await principal(app, cast.ana)
    said = await do(app, ana, "messages.send", roomId=cast.tea, content="hi", messageType=given)
    assert said["messageType"] == kept
    assert said.get("originalType", given) == given
    assert ("originalType" in said) == (given.lower() not in ("text", "image", "video", "link", ""))
    stored = await do(app, ana, "messages.history", roomId=cast.tea)
    assert stored["messages"][-1] == said


async def test_a_message_has_every_name_that_the_seeds_give_its_fields(app: App, cast: Cast) -> None:
    ana = await principal(app, cast.ana)
    said = await do(app, ana, "messages.send", roomId=cast.tea, content="hi", clientMsgId="k 1~")
    assert said == {
        "kind": "message",
        "id": said["id"],
        "seq": 3,
        "epoch": said["epoch"],
        "roomId": cast.tea,
        "senderId": cast.ana.id,
        "userId": cast.ana.id,
        "username": "ana",
        "name": "Ana",
        "content": "hi",
        "messageType": "text",
        "createdAt": "2026-09-21T14:13:20.000Z",
        "timestamp": "2026-09-21T14:13:20.000Z",
        "clientMsgId": "k 1~",
    }
    stored = await do(app, ana, "messages.history", roomId=cast.tea)
    assert stored["messages"] == [said]


@pytest.mark.parametrize("key", ["", "k" * 65, "k\n", "ключ", "k\u0001"])
async def test_a_key_is_printable_ascii_of_at_most_64(app: App, cast: Cast, key: str) -> None:
    ana = await principal(app, cast.ana)
    with pytest.raises(Problem) as refused:
        await do(app, ana, "messages.send", roomId=cast.tea, content="hi", clientMsgId=key)
    assert refused.value.code == "bad_input"
