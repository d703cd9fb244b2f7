"""Turns by lane: one who asks for much makes nobody else wait."""

from chatroom.core.fair_queue import IN_ALL, IN_LANE, FairQueue


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def drain(queue: FairQueue[str]) -> list[str]:
    taken = []
    while (item := queue.take()) is not None:
        taken.append(item)
    return taken


def test_one_lane_is_served_in_its_own_order() -> None:
    queue: FairQueue[str] = FairQueue()
    for item in "abc":
        assert queue.put("here", item) is None
    assert drain(queue) == ["a", "b", "c"]


def test_lanes_take_turns() -> None:
    queue: FairQueue[str] = FairQueue()
    for lane, item in (("x", "x1"), ("x", "x2"), ("x", "x3"), ("y", "y1"), ("y", "y2")):
        queue.put(lane, item)
    assert drain(queue) == ["x1", "y1", "x2", "y2", "x3"]


def test_a_newcomer_goes_before_fifty_lanes_that_have_been_served() -> None:
    queue: FairQueue[str] = FairQueue()
    for lane in range(50):
        for number in range(3):
            queue.put(f"flood {lane}", f"{lane}/{number}")
    for _ in range(50):
        queue.take()
    queue.put("ana", "hers")
    assert queue.take() == "hers"


def test_what_was_served_is_forgotten_after_a_minute() -> None:
    clock = Clock()
    queue: FairQueue[str] = FairQueue(clock)
    for number in range(10):
        queue.put("ana", f"early {number}")
    drain(queue)
    clock.now += 61
    queue.put("ana", "late")
    queue.put("flood", "first")
    assert drain(queue) == ["late", "first"]


def test_a_lane_that_is_full_loses_its_newest() -> None:
    queue: FairQueue[str] = FairQueue()
    dropped = [queue.put("flood", str(number)) for number in range(IN_LANE + 3)]
    assert dropped[IN_LANE:] == [str(number) for number in range(IN_LANE, IN_LANE + 3)]
    assert queue.put("ana", "hers") is None


def test_a_full_queue_drops_from_the_longest_lane_and_never_the_newcomer() -> None:
    queue: FairQueue[str] = FairQueue()
    lanes = IN_ALL // IN_LANE
    for lane in range(lanes):
        for number in range(IN_LANE):
            assert queue.put(str(lane), f"{lane}/{number}") is None
    assert queue.put("ana", "hers") == f"0/{IN_LANE - 1}"
    assert len(queue) == IN_ALL
