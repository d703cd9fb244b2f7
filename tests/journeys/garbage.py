"""What no client would say, at the level of the product: events with wrong arguments, wrong packets, wrong tokens."""

import json
from collections.abc import Iterator
from typing import Any

STRANGE: list[Any] = [
    None,
    0,
    -1,
    1.5,
    True,
    "",
    "x",
    " ",
    "\0",
    "x" * 60_000,
    [],
    [[]],
    {},
    {"$ne": 1},
    [None] * 300,
]
"""Values that fit nowhere."""

NOWHERE = "01900000-0000-7000-8000-000000000000"
"""An id of the right form that nothing has."""


def _nested(depth: int) -> Any:
    value: Any = 1
    for _ in range(depth):
        value = {"a": value}
    return value


def events(room_id: str) -> Iterator[tuple[str, list[Any]]]:
    """(event, arguments) that must be refused, aimed at a room that the sender belongs to."""
    right: dict[str, dict[str, Any]] = {
        "join_room": {"roomId": room_id},
        "leave_room": {"roomId": room_id},
        "get_room_users": {"roomId": room_id},
        "typing": {"roomId": room_id, "isTyping": True},
        "send_message": {"roomId": room_id, "content": "right"},
        "mark_read": {"roomId": room_id, "seq": 1},
        "resume": {"rooms": [{"roomId": room_id, "epoch": "e", "lastSeq": 0}]},
    }
    for event, body in right.items():
        yield event, []
        for strange in STRANGE:
            if (event, strange) != ("resume", []):  # the list of rooms may stand alone, and be empty
                yield event, [strange]
                yield event, [strange, body]
            for name in body:
                if _is_wrong(event, name, strange):
                    yield event, [{**body, name: strange}]
        yield event, [_nested(50)]
        yield event, [[body]]
        for name in body:
            yield event, [{key: value for key, value in body.items() if key != name}]
    for event in ("join_room", "get_room_users", "typing", "send_message", "mark_read"):
        yield event, [{**right[event], "roomId": NOWHERE}]
    yield from _details(room_id)
    yield "no_such_event", []
    yield "x" * 256, [{}]
    yield "__proto__", [{"constructor": {"prototype": 1}}]


def _is_wrong(event: str, name: str, strange: Any) -> bool:
    """Whether this strange value of a field is wrong; some are merely unusual."""
    unusual: dict[tuple[str, str], list[Any]] = {
        ("typing", "isTyping"): [True],
        ("send_message", "content"): ["x"],
        ("mark_read", "seq"): [0],
        ("resume", "rooms"): [[]],
    }
    return not any(strange == one and type(strange) is type(one) for one in unusual.get((event, name), []))


def _details(room_id: str) -> Iterator[tuple[str, list[Any]]]:
    message = {"roomId": room_id, "content": "never"}
    wrong: Any
    for wrong in ("", "x" * 65, "é", "a\nb", "\0", 5, [], {}, True):
        yield "send_message", [{**message, "clientMsgId": wrong}]
    for wrong in (5, None, [], {}, "x" * 33, "\0"):
        yield "send_message", [{**message, "messageType": wrong}]
    for content in ("a\0b", "x" * 8001, "\u2028" * 32_001, " \t\n"):
        yield "send_message", [{**message, "content": content}]
    for seq in (-1, 2**31, 10**30, 1e300, "1"):
        yield "mark_read", [{"roomId": room_id, "seq": seq}]
    yield "mark_read", [{"roomId": room_id, "messageId": NOWHERE}]
    yield "mark_read", [{"roomId": room_id, "messageId": NOWHERE, "seq": 1}]
    point = {"roomId": room_id, "epoch": "e", "lastSeq": 0}
    yield "resume", [{"rooms": [point] * 201}]
    for name, wrong in (
        ("lastSeq", -1),
        ("lastSeq", 0.5),
        ("epoch", 5),
        ("epoch", "x" * 65),
        ("roomId", "x"),
    ):
        yield "resume", [{"rooms": [{**point, name: wrong}]}]


def packet(event: str, args: list[Any], ack_id: int | None) -> str:
    """The text of an event packet."""
    return f"42{'' if ack_id is None else ack_id}{json.dumps([event, *args], ensure_ascii=False)}"


def _bad_json(room_id: str) -> Iterator[str]:
    body = f'{{"roomId":"{room_id}","content":'
    for content in (
        "NaN",
        "Infinity",
        "-Infinity",
        "1e",
        "'x'",
        '"\\ud800"',
        '"\\x"',
        "undefined",
        "01",
        '"\t"',
    ):
        yield f'42["send_message",{body}{content}}}]'
    yield f'42["send_message",{body}"open"'
    yield f'42["send_message",{body}{"[" * 5000}'
    yield f'42["send_message",{body}{"9" * 101}}}]'
    yield f'42["send_message",{body}"a","roomId":5}}]'


def packets(room_id: str) -> Iterator[str | bytes]:
    """Packets that no decoder may let through to the product; each is answered by an error or a close."""
    yield from _bad_json(room_id)
    for name in ("connect", "connect_error", "disconnect", "disconnecting", "newListener", "removeListener"):
        yield f'42["{name}",{{}}]'
    yield from (
        "42",
        "42[]",
        "42{}",
        "42[5]",
        "42[null]",
        '42[{"a":1}]',
        '42"x"',
        "42null",
        "429",
        '42-1["x"]',
    )
    yield f'42["{"x" * 257}"]'
    yield from ('42/admin,["x"]', "41/admin,", "42/,[]", "43/admin,1[]", "40", "40/", '40{"token":5}')
    yield from (
        '451-["send_message",{"_placeholder":true,"num":0}]',
        '450-["x"]',
        '461-1["x"]',
        "45",
        b"\x00\xff",
    )
    yield from ("44{}", "47", "4", "5", "6", "9", "x", "0{}", "2probe", "43[]", "43x[]", "43-1[]")
    yield f"42{'9' * 400}[]"
    yield f"42{'9' * 400}" + '["send_message",{}]'


def auths() -> Iterator[str]:
    """CONNECT packets that must be refused by a server without guests."""
    for token in STRANGE:
        yield "40" + json.dumps({"token": token})
    for token in ("é", "a.b.c", "Bearer ", "x" * 60_000, "..", "null", "eyJhbGciOiJub25lIn0.e30."):
        yield "40" + json.dumps({"token": token}, ensure_ascii=False)
    yield from (
        "40",
        "40{}",
        "40[]",
        '40"x"',
        "405",
        "40null",
        '40{"token":"\\ud800"}',
        '40{"token":NaN}',
        "40{",
    )
    yield from ('40/admin,{"token":"x"}', "40/" + "x" * 200 + ",{}", '40{"token":1e999}', "40" + "[" * 200)
