"""The checker itself: it passes what is clean and finds every kind of fault that is planted."""

from collections.abc import Callable

import pytest

from tests.journeys.history import History, Place, Sent, check, place

ROOM, ANA, BO = "room", "ana", "bo"


def _clean() -> History:
    """Two senders take turns, four messages each, behind one entry that is no message; the last is unanswered."""
    history = History(logs={ROOM: [{"kind": "joined", "seq": 1}]})
    for number in range(8):
        sender, seq = (ANA, BO)[number % 2], number + 2
        sent = Sent(ROOM, sender, f"key{number}", f"said {number}", number, number, number + 0.5)
        sent.answers = [Place(seq, f"id{number}")]
        history.sent.append(sent)
        entry = {"kind": "message", "seq": seq, "id": f"id{number}", "senderId": sender}
        history.logs[ROOM].append({**entry, "clientMsgId": sent.client_msg_id, "content": sent.content})
    history.sent[-1].answers = []
    places = [place(entry) for entry in history.logs[ROOM]]
    history.readings = [(ANA, ROOM, list(places)), (BO, ROOM, list(places))]
    history.runs = [(ANA, ROOM, places[:4]), (ANA, ROOM, places[5:]), (BO, ROOM, [])]
    return history


def _lose(history: History) -> None:
    del history.logs[ROOM][-3:]


def _repeat(history: History) -> None:
    again = {**history.logs[ROOM][-1], "seq": 10, "id": "another"}
    history.logs[ROOM].append(again)


def _tear(history: History) -> None:
    history.logs[ROOM][-1]["seq"] = 10


def _swap(history: History) -> None:
    """Exchange the first two messages of one sender."""
    log = history.logs[ROOM]
    log[1]["clientMsgId"], log[3]["clientMsgId"] = log[3]["clientMsgId"], log[1]["clientMsgId"]


def _hurry(history: History) -> None:
    """Let the last message begin after everything, and stand before the one that was answered earlier."""
    history.sent[3].began = 100.0


def _share_id(history: History) -> None:
    history.logs[ROOM][-1]["id"] = "id0"


def _answer_twice(history: History) -> None:
    history.sent[0].answers.append(Place(99, "id0"))


def _alter(history: History) -> None:
    history.logs[ROOM][2]["content"] = "something else"


def _invent(history: History) -> None:
    del history.sent[-1]


def _read_less(history: History) -> None:
    del history.readings[1][2][4]


def _read_otherwise(history: History) -> None:
    places = history.readings[1][2]
    places[4], places[5] = places[5], places[4]


def _skip_live(history: History) -> None:
    del history.runs[0][2][1]


def test_a_clean_history_passes() -> None:
    assert check(_clean()) == []


def test_a_send_without_an_answer_may_be_absent() -> None:
    history = _clean()
    del history.logs[ROOM][-1]
    history.readings, history.runs = [], []
    assert check(history) == []


@pytest.mark.parametrize(
    ("plant", "kind"),
    [
        (_lose, "lost"),
        (_repeat, "duplicate"),
        (_tear, "hole"),
        (_swap, "order of a sender"),
        (_hurry, "order of time"),
        (_share_id, "id twice"),
        (_answer_twice, "answers differ"),
        (_alter, "changed"),
        (_invent, "invented"),
        (_read_less, "readers differ"),
        (_read_otherwise, "readers differ"),
        (_skip_live, "live"),
    ],
)
def test_a_planted_fault_is_caught(plant: Callable[[History], None], kind: str) -> None:
    history = _clean()
    plant(history)
    assert kind in {fault.partition(":")[0] for fault in check(history)}
