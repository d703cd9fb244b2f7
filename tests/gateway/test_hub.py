"""Who hears what on one node, each once, in order, and without keeping others waiting."""

import asyncio
from typing import Any, cast

import pytest

from chatroom.core import audience
from chatroom.core.audience import Audience
from chatroom.core.broker import Delivery
from chatroom.core.principal import Principal, Role
from chatroom.gateway.chat import dialects
from chatroom.gateway.chat.chat_connection import ChatConnection
from chatroom.gateway.chat.hub import Hub
from chatroom.gateway.engine import budget
from chatroom.gateway.engine.shared_frames import SharedFrames
from chatroom.wire.frame import Frame
from tests.doors import until


class Ear:
    """What a hub needs of a client: an id, and somewhere to push frames."""

    def __init__(self, name: str) -> None:
        self.id = name
        self.frames: list[Frame] = []

    def push(self, frame: Frame) -> None:
        self.frames.append(frame)

    def enter(self, burst: SharedFrames) -> bool:
        return False

    def heard(self) -> list[bytes]:
        return [frame.packet for frame in self.frames]


def sit(
    at: Hub, name: str, user: str, *channels: str, dialect: str = dialects.NATIVE
) -> tuple[ChatConnection, Ear]:
    """A new connection of a person that listens to some channels."""
    ear: Any = Ear(name)
    connection = ChatConnection(ear, Principal(id=user, role=Role.USER), dialect)
    at.add(connection)
    for channel in channels:
        at.subscribe(name, channel)
    return connection, cast("Ear", ear)


def news(number: int, *channels: str, skip: str | None = None, event: str = "news") -> Delivery:
    return Delivery(Audience(channels, skip), event, b"%d" % number, ephemeral=False)


def test_a_connection_hears_itself_its_person_and_its_channels() -> None:
    node = Hub()
    (_, phone), (_, laptop), (_, other) = (
        sit(node, "a1", "ana", "room:tea"),
        sit(node, "a2", "ana"),
        sit(node, "b1", "bob"),
    )
    node.publish(Delivery(audience.connection("a1"), "one", b"1", ephemeral=False))
    node.publish(Delivery(audience.user("ana"), "two", b"2", ephemeral=False))
    node.publish(Delivery(audience.room("tea"), "three", b"3", ephemeral=False))
    assert phone.heard() == [b'42["one",1]', b'42["two",2]', b'42["three",3]']
    assert laptop.heard() == [b'42["two",2]']
    assert other.heard() == []


def test_a_union_reaches_everybody_once_and_leaves_one_person_out() -> None:
    node = Hub()
    ears = [sit(node, f"{user}{n}", user, "x", "y")[1] for user in ("ana", "bob") for n in range(2)]
    node.publish(news(1, "x", "y", "z"))
    node.publish(news(2, "x", "y", skip="ana"))
    node.publish(news(3, "x", skip="bob"))
    node.publish(news(4))
    assert [[frame.packet[-2:-1] for frame in ear.frames] for ear in ears] == [[b"1", b"3"]] * 2 + [
        [b"1", b"2"]
    ] * 2


def test_all_receivers_get_the_one_frame() -> None:
    node = Hub()
    ears = [sit(node, str(n), str(n), "x")[1] for n in range(5)]
    node.publish(news(1, "x"))
    assert len({id(ear.frames[0]) for ear in ears}) == 1


def test_the_first_and_the_last_listener_of_a_person_are_told_apart() -> None:
    node = Hub()
    sit(node, "a1", "ana")
    sit(node, "a2", "ana")
    sit(node, "b1", "bob")
    assert node.subscribe("a1", "x")
    assert not node.subscribe("a1", "x")
    assert not node.subscribe("a2", "x")
    assert node.subscribe("b1", "x")
    assert not node.unsubscribe("a1", "x")
    assert not node.unsubscribe("a1", "x")
    assert node.unsubscribe("a2", "x")
    assert node.listens("b1", "x")
    assert not node.listens("a2", "x")
    assert not node.listens("nobody", "x")


def test_an_unknown_connection_listens_to_nothing() -> None:
    node = Hub()
    assert not node.subscribe("gone", "x")
    assert not node.unsubscribe("gone", "x")
    node.follow("nobody", "x")
    node.unfollow("nobody", "x")
    node.publish(news(1, "x"))
    assert len(node) == 0


def test_a_person_follows_with_every_connection_and_stops_with_every_one() -> None:
    node = Hub()
    ears = [sit(node, f"a{n}", "ana")[1] for n in range(2)]
    node.follow("ana", "x")
    node.publish(news(1, "x"))
    node.unfollow("ana", "x")
    assert not node.is_here("x", "ana")
    node.publish(news(2, "x"))
    assert [ear.heard() for ear in ears] == [[b'42["news",1]']] * 2


def test_who_goes_is_forgotten_everywhere() -> None:
    node = Hub()
    first, ear = sit(node, "a1", "ana", "x", "y")
    second, _ = sit(node, "a2", "ana", "y")
    assert set(node.remove(first)) == {"x", "connection:a1"}
    node.publish(news(1, "x", "y"))
    assert ear.heard() == []
    assert set(node.remove(second)) == {"y", "user:ana", "connection:a2"}
    assert node.remove(second) == ()
    assert (len(node), node._channels, node._people) == (0, {}, {})


def test_typing_has_a_second_name_for_the_clients_of_the_rooms_seed() -> None:
    node = Hub()
    _, native = sit(node, "n", "n", "x", dialect=dialects.NATIVE)
    _, rooms = sit(node, "r", "r", "x", dialect=dialects.ROOMS)
    node.publish(news(1, "x", event="user_typing"))
    assert native.heard() == [b'42["user_typing",1]']
    assert rooms.heard() == [b'42["user_typing",1]\x1e42["typing",1]']
    assert rooms.frames[0].ws == native.frames[0].ws + b"\x81\x0e" + b'42["typing",1]'
    assert rooms.frames[0].size == len(rooms.frames[0].ws)


@pytest.mark.parametrize(
    ("wish", "dialect"),
    [
        ("native", "native"),
        ("rooms", "rooms"),
        ("rooms-v2", "rooms"),
        ("s4", "rooms"),
        ("lounge", "lounge"),
        ("global", "global"),
        (None, None),
        ("", None),
        ("s9", None),
        (7, None),
        (["native"], None),
    ],
)
def test_a_handshake_chooses_among_the_dialects_we_know(wish: object, dialect: str | None) -> None:
    assert dialects.wished(wish) == dialect


def test_the_first_wish_that_we_know_counts() -> None:
    assert dialects.wished("s9", "native", "global") == "native"


async def test_ten_thousand_receivers_get_all_in_order_and_let_others_have_their_turn(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(budget, "BUDGET", 0.0)
    node = Hub()
    ears = [sit(node, str(n), str(n), "big")[1] for n in range(10_000)]
    _, small = sit(node, "small", "small", "little")
    count = 0

    def others() -> None:
        nonlocal count
        count += 1
        if not small.frames:
            asyncio.get_running_loop().call_soon(others)

    asyncio.get_running_loop().call_soon(others)
    for number in range(3):
        node.publish(news(number, "big"))
    node.publish(news(9, "little"))
    await until(lambda: small.frames)
    assert count >= 25
    assert all(ear.heard() == [b'42["news",0]', b'42["news",1]', b'42["news",2]'] for ear in ears)
    assert small.heard() == [b'42["news",9]']


async def test_who_stops_listening_hears_nothing_that_was_still_waiting(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(budget, "BUDGET", 0.0)
    node = Hub()
    for number in range(2_500):
        sit(node, str(number), str(number), "big")
    _, ear = sit(node, "last", "last", "little")
    node.publish(news(1, "big"))
    node.publish(news(2, "little"))
    node.unsubscribe("last", "little")
    await until(lambda: not node._waiting)
    assert ear.heard() == []


async def test_what_many_are_told_at_once_shares_its_turns_with_others_and_keeps_its_order() -> None:
    node = Hub()
    ears = [sit(node, str(n), str(n), "x")[1] for n in range(600)]
    for number in range(50):
        node.publish(news(number, "x", skip="nobody"))
    assert [len(ear.frames) for ear in ears] == [1] * 600
    node.publish(news(50, "x"))
    await until(lambda: not node._waiting)
    assert all(ear.heard() == [b'42["news",%d]' % number for number in range(51)] for ear in ears)


async def test_a_room_of_a_thousand_is_served_at_once() -> None:
    node = Hub()
    ears = [sit(node, str(n), str(n), "x")[1] for n in range(1_000)]
    node.publish(news(1, "x"))
    assert all(len(ear.frames) == 1 for ear in ears)


async def test_what_is_said_does_not_wait_for_news_that_may_be_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    """Eight hundred go at once, each told to two hundred, and one of these says something."""
    monkeypatch.setattr(budget, "BUDGET", 0.0)  # one chunk of receivers in a turn
    node = Hub()
    ears = [sit(node, f"c{n}", f"u{n}", "x")[1] for n in range(200)]
    for number in range(800):
        node.publish(Delivery(Audience(("x",), "nobody"), "gone", b"%d" % number, ephemeral=True))
    node.publish(news(1, "x"))
    await until(lambda: ears[-1].heard() and ears[-1].heard()[-1] == b'42["gone",799]')
    for ear in ears:
        heard = ear.heard()
        assert heard.index(b'42["news",1]') < 20
        assert [said for said in heard if b"gone" in said] == [b'42["gone",%d]' % n for n in range(800)]


def test_a_person_hears_what_they_belong_to_on_every_connection_they_have_or_open() -> None:
    node = Hub()
    _, first = sit(node, "a1", "ana")
    assert node.belongs("ana") is None
    node.belong("ana", ["members:x", "members:y"])
    assert node.belongs("ana") == ("members:x", "members:y")
    connection, second = sit(node, "a2", "ana")
    _, plain = sit(node, "a3", "ana", dialect=dialects.LOUNGE)
    node.publish(news(1, "members:x", "members:y"))
    assert first.heard() == second.heard() == [b'42["news",1]']
    assert plain.heard() == []
    node.follow("ana", "members:z")
    node.unfollow("ana", "members:x")
    node.publish(news(2, "members:x"))
    node.publish(news(3, "members:z"))
    assert first.heard() == [b'42["news",1]', b'42["news",3]']
    node.remove(connection)
    assert node.is_here("members:z", "ana")
    for connection in list(node._connections.values()):
        node.remove(connection)
    assert not node.is_here("members:z", "ana")
    assert not node._memberships


def test_the_people_of_a_large_channel_are_found_in_the_order_of_their_ids_as_they_come_and_go() -> None:
    node = Hub()
    for n in range(500):
        sit(node, f"c{n}", f"{n * 7919 % 500:03}")
        node.belong(f"{n * 7919 % 500:03}", ["x"])
    seen: list[str] = []
    while page := node.here("x", seen[-1] if seen else "", 99):
        seen += page
        if len(seen) == 99:
            node.unfollow("200", "x")
            sit(node, "late", "150+")
            node.belong("150+", ["x"])
    assert seen == sorted([*(f"{n:03}" for n in range(500) if n != 200), "150+"])


def test_who_leaves_while_it_is_read_where_they_belong_does_not_belong_there_afterwards() -> None:
    node = Hub()
    connection, _ = sit(node, "a1", "ana")
    node.unfollow("ana", "members:x")
    node.unfollow("ana", "members:y")
    node.follow("ana", "members:y")
    node.belong("ana", ["members:x", "members:y", "members:z"])
    assert set(node.belongs("ana") or ()) == {"members:y", "members:z"}
    node.unfollow("ana", "members:z")
    node.belong("ana", ["members:y", "members:z"])  # a second connection that came with the first
    assert node.belongs("ana") == ("members:y",)
    node.remove(connection)
    node.unfollow("ana", "members:y")
    sit(node, "a2", "ana")
    node.belong("ana", ["members:y"])
    assert node.belongs("ana") == ("members:y",)
