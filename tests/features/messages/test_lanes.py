"""Which sends are stored side by side: a room is in one lane at a time, and few people are in one lane."""

import asyncio

from chatroom.adapters.memory import MemoryLimiter
from chatroom.app import App
from chatroom.core import ids
from chatroom.core.principal import Principal, Role
from chatroom.features.messages.sending.batch import Entry
from chatroom.features.messages.sending.lanes import Lane, Lanes
from chatroom.features.messages.types import SendMessage
from tests.cast import principal, register, room
from tests.features.messages.test_writer import put

WHO = Principal(id=ids.new(), role=Role.USER, username="ana", name="Ana")
ROOMS = [ids.new() for _ in range(64)]


def say(lanes: Lanes, room_id: str) -> Lane:
    """Put a send where it belongs and return that lane."""
    lane = lanes.of(room_id)
    done = asyncio.get_running_loop().create_future()
    lane.put(Entry(WHO, SendMessage(room_id=room_id, content="hi"), "hi", done, MemoryLimiter({})))
    return lane


async def test_few_sends_share_the_first_lane() -> None:
    lanes = Lanes(2)
    assert len({id(say(lanes, room_id)) for room_id in ROOMS[:40]}) == 1


async def test_a_crowd_is_divided_by_rooms() -> None:
    lanes = Lanes(2)
    used = {id(say(lanes, room_id)): lanes.of(room_id) for room_id in ROOMS for _ in range(4)}
    first, second = used.values()
    assert first.waiting + second.waiting == 256
    assert not first.rooms.keys() & second.rooms.keys()


async def test_who_spoke_at_once_in_one_lane_is_divided_the_next_time() -> None:
    lanes = Lanes(2)
    for room_id in ROOMS:
        first = say(lanes, room_id)
    first.answered(first.take(64))
    assert first.take(64) == []
    used = {id(say(lanes, room_id)): lanes.of(room_id) for room_id in ROOMS[:40]}
    assert len(used) == 2
    for lane in used.values():
        lane.answered(lane.take(64))
    assert len({id(say(lanes, room_id)) for room_id in ROOMS[:40]}) == 1


async def test_a_room_keeps_its_lane_until_the_last_of_its_sends_is_answered() -> None:
    lanes = Lanes(2)
    for room_id in ROOMS:
        say(lanes, room_id)
    first = lanes.of(ROOMS[0])
    late = next(room_id for _ in range(100) if lanes.of(room_id := ids.new()) is not first)
    other = say(lanes, late)
    say(lanes, late)
    first.answered(first.take(64))
    at_work = other.take(1)
    assert lanes.of(late) is other
    other.answered(at_work)
    assert lanes.of(late) is other
    other.answered(other.take(1))
    assert (lanes.waiting, first.rooms, other.rooms) == (0, {}, {})


async def test_the_rooms_of_a_crowd_keep_their_orders(every_app: App) -> None:
    ana = await register(every_app, "Ana")
    who = await principal(every_app, ana)
    made = [(await room(every_app, ana))["id"] for _ in range(20)]
    for _ in range(2):  # the first time as strangers' rooms, then as known ones
        sent = [(room_id, put(every_app, who, room_id, str(n))) for n in range(12) for room_id in made]
        answers = [(room_id, await each) for room_id, each in sent]
        for room_id in made:
            mine = [answer for where, answer in answers if where == room_id]
            assert [answer.content for answer in mine] == [str(n) for n in range(12)]
            assert [answer.seq for answer in mine] == list(range(mine[0].seq, mine[0].seq + 12))
