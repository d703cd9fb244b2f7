"""Poison in every field of every operation, at every door: refused with a code, never a fault of ours."""

import json
from collections.abc import Iterator
from typing import Any, Final
from urllib.parse import quote

import httpx2
import msgspec
import pytest

from chatroom.app import App
from chatroom.core import page
from chatroom.core.context import Context
from chatroom.core.dispatch import answer, dispatch
from chatroom.core.errors import CATALOGUE, Problem
from chatroom.core.operation import Operation
from chatroom.features import operations
from tests.cast import Cast, do, principal, register
from tests.doors import Ears, Server
from tests.features.samples import ROOM, SAMPLES

NEVER: Final = {
    "NUL": rb'"\u0000"',
    "NUL inside": rb'"a\u0000b"',
    "a lone surrogate": rb'"\ud800"',
    "surrogates the wrong way round": rb'"\udc00\ud83d"',
    "no UTF-8": b'"\xff\xfe"',
    "a surrogate in UTF-8": b'"\xed\xa0\x80"',
    "an overlong slash": b'"\xc0\xaf"',
    "a control character": b'"a\x01b"',
    "NaN": b"NaN",
    "infinity": b"-Infinity",
    "a float without end": b"1e999",
    "a huge integer": b"9" * 5000,
    "an integer of 65 bits": b"18446744073709551616",
    "a negative number": b"-7",
    "a fraction": b"1.5",
    "a list": b'["x"]',
    "an object": b'{"$ne":null}',
    "a deep list": b"[" * 20_000 + b"]" * 20_000,
    "a deep object": b'{"a":' * 5_000 + b"1" + b"}" * 5_000,
    "nothing": b"",
}
"""What no field takes."""

VALUES: Final = {
    *("an integer of 65 bits", "a negative number", "a fraction", "a list", "an object"),
    *("NUL", "NUL inside", "a control character"),
}
ANY_VALUE: Final = {"messages.lounge.say", "messages.lobby.say"}
"""What takes any JSON value as a message (seeds S0 and S1), so these of the above, too."""

PERHAPS: Final = {
    "null": b"null",
    "true": b"true",
    "an empty text": b'""',
    "spaces": b'" \\t\\u2003 "',
    "digits of another script": '"\u0663\uff11\u00b2"'.encode(),
    "text that turns around": '"\u202e\u2066x"'.encode(),
    "a text of 60 000": b'"' + b"x" * 60_000 + b'"',
    "an id and a line": b'"' + ROOM.encode() + b'\\n"',
    "emoji": '"\U0001f600"'.encode(),
    "a noncharacter": '"\uffff\U0010ffff"'.encode(),
    "SQL": b'"\'; DROP TABLE users; --"',
    "a path": b'"../../etc/passwd"',
    "markup": b'"<script>alert(1)</script>"',
    "a format": b'"%s%n{0.__class__}"',
    "a prototype": b'"__proto__"',
}
"""What one field takes and another refuses; no field makes a fault of it."""

POISON: Final = {**NEVER, **PERHAPS}
_MARK: Final = "@poison@"


def leaves(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The paths of all leaves of a sample."""
    if isinstance(value, dict | list):
        for key, item in value.items() if isinstance(value, dict) else enumerate(value):
            yield from leaves(item, (*path, key))
    else:
        yield path


def poisoned(sample: dict[str, Any], path: tuple[Any, ...], poison: bytes) -> bytes:
    """The sample as JSON with one leaf replaced."""
    copy = json.loads(json.dumps(sample))
    place = copy
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = _MARK
    return json.dumps(copy).encode().replace(f'"{_MARK}"'.encode(), poison)


def cases(op: Operation, *, but: tuple[str, ...] = ()) -> Iterator[tuple[str, str, bytes]]:
    """(what, kind, JSON text) for every leaf of an operation's sample and every poison; and duplicates."""
    sample = {key: value for key, value in SAMPLES[op.name].items() if key not in but}
    for path in leaves(sample):
        for kind, poison in POISON.items():
            yield f"{op.name} {path} {kind}", kind, poisoned(sample, path, poison)
    if sample:
        text = json.dumps(sample).encode()
        yield f"{op.name} twice", "twice", text[:-1] + b"," + text[1:]


def fits(op: Operation, kind: str, code: str) -> bool:
    """Whether an answer may be given to a kind of poison; an empty code is a yes."""
    if code and CATALOGUE[code].status >= 500:
        return False
    return bool(code) or kind not in NEVER or (op.name in ANY_VALUE and kind in VALUES)


def test_every_field_of_every_operation_has_a_sample() -> None:
    fields = {
        op.name: {field.encode_name for field in msgspec.structs.fields(op.input)}
        for op in operations.values()
        if op.takes_input
    }
    assert {name: set(sample) for name, sample in SAMPLES.items()} == fields


@pytest.mark.parametrize(("surface", "prefix"), [("api", "/api"), ("v1", "/api/v1")])
async def test_poison_in_a_body_is_refused_with_a_code(
    http: httpx2.AsyncClient, cast: Cast, surface: str, prefix: str
) -> None:
    wrong, count = [], 0
    headers = {"authorization": f"Bearer {cast.ana.token}", "content-type": "application/json"}
    for op in operations.values():
        if op.method != "POST" or not op.takes_input or surface not in op.on:
            continue
        path = prefix + op.path.replace("{roomId}", cast.tea)
        for what, kind, body in cases(op, but=op.path_fields):
            said = await http.post(path, content=body, headers=headers)
            count += 1
            code = "" if said.status_code < 400 else _code(surface, said)
            if said.status_code >= 500 or not fits(op, kind, code):
                wrong.append((what, said.status_code, said.text[:200]))
    assert not wrong
    print(f"poisoned bodies, {surface}: {count}")
    assert count > 400


def _code(surface: str, said: httpx2.Response) -> str:
    body = said.json()
    return str(body["data"]["code"] if surface == "v1" else body["code"])


QUERY: Final = {
    **{
        kind: quote(text)
        for kind, text in {"SQL": "' OR 1=1 --", "digits of another script": "\u0663"}.items()
    },
    "NUL": "%00",
    "NUL inside": "a%00b",
    "no UTF-8": "%ff%fe",
    "a surrogate in UTF-8": "%ed%a0%80",
    "a huge integer": "9" * 5000,
    "a negative number": "-7",
    "a float without end": "1e999",
    "NaN": "NaN",
    "a half percent": "%",
    "an empty text": "",
    "a list": "[]",
    "long": "x" * 9000,
}


@pytest.mark.parametrize(("surface", "prefix"), [("api", "/api"), ("v1", "/api/v1")])
async def test_poison_in_a_path_or_query_is_refused_with_a_code(
    http: httpx2.AsyncClient, cast: Cast, surface: str, prefix: str
) -> None:
    wrong, count = [], 0
    headers = {"authorization": f"Bearer {cast.ana.token}"}
    for op in operations.values():
        if not op.path or surface not in op.on:
            continue
        rest = [name for name in SAMPLES.get(op.name, {}) if name not in op.path_fields]
        for poison in QUERY.values():
            urls = [prefix + op.path.replace("{roomId}", poison)] if op.path_fields else []
            if poison and op.method in ("GET", "DELETE"):  # an empty one counts as absent
                path = prefix + op.path.replace("{roomId}", cast.tea)
                urls += [f"{path}?{name}={poison}" for name in rest]
            for url in urls:
                said = await http.request(op.method, url, headers=headers)
                count += 1
                if not 400 <= said.status_code < 500 or _code(surface, said) not in CATALOGUE:
                    wrong.append((op.name, url[:80], said.status_code, said.text[:200]))
    assert not wrong
    print(f"poisoned addresses, {surface}: {count}")


async def test_poison_on_a_socket_is_answered_or_ends_that_socket_alone(
    app: App, cast: Cast, server: Server
) -> None:
    bystander = await server.in_room(cast.bob, cast.tea)
    ears: Ears | None = None
    wrong, count, closed = [], 0, 0
    for op in operations.values():
        if not op.socket or not op.takes_input:
            continue
        for what, kind, text in cases(op):
            if len(text) > 60_000 or b"\xff" in text or b"\xed" in text or b"\xc0" in text:
                continue  # what is no text ends the connection: the frames of tests/wire
            ears = ears if ears and ears.client.connected else await server.ears(cast.ana)
            said = await ears.ask_raw(op.socket, text.decode())
            count += 1
            closed += said.code == "closed"
            if said.code != "closed" and not fits(op, kind, said.code):
                wrong.append((what, said))
    assert not wrong
    assert (await bystander.ask("resume", {"rooms": []})).code == ""
    assert not bystander.all("receive_message")
    print(f"poisoned events: {count}, of which {closed} ended their connection")
    assert count > 200


async def test_poison_that_json_may_hold_reaches_no_database_as_a_fault(every_app: App) -> None:
    """The same once more directly, where the kinds of database differ in what they store."""
    ana = await principal(every_app, await register(every_app, "Ana"))
    room_id = (await do(every_app, ana, "rooms.create", name="Tea"))["id"]
    wrong = []
    for op in operations.values():
        if not op.takes_input:
            continue
        for what, kind, text in cases(op):
            if kind not in PERHAPS:
                continue
            code = await _ask(every_app, ana, op, text.replace(ROOM.encode(), room_id.encode()))
            if not fits(op, kind, code):
                wrong.append((what, code))
    assert not wrong


async def _ask(app: App, who: Any, op: Operation, text: bytes) -> str:
    try:
        await answer(dispatch(Context(app.kernel, who), op, lambda: op.decode_strict(text)))
    except Problem as problem:
        return problem.code
    return ""


async def test_a_cursor_of_a_list_holds_an_id_or_is_refused(every_app: App) -> None:
    ana = await principal(every_app, await register(every_app, "Ana"))
    good = "01900000-0000-7000-8000-00000000000a"
    for key in (
        "",
        "\0",
        "x",
        "'",
        "%",
        "9" * 80,
        good[:-1],
        good + "0",
        good.upper(),
        f"{{{good}}}",
        good + "\n",
    ):
        with pytest.raises(Problem) as refused:
            await do(every_app, ana, "rooms.list", cursor=page.encode("r", key))
        assert (key, refused.value.code) == (key, "bad_cursor")
    assert (await do(every_app, ana, "rooms.list", cursor=page.encode("r", good)))["rooms"] == []
