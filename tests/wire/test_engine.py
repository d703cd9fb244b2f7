"""Engine.IO packets, payloads and the rules of a request (C4, C10)."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatroom.wire.engine_packet import decode_binary, open_frame, split_payload
from chatroom.wire.engine_request import Refusal, Request, parse_query, verify
from chatroom.wire.errors import ProtocolError
from chatroom.wire.strict_json import check_json


def test_the_open_packet_speaks_in_milliseconds() -> None:
    frame = open_frame("s", ["websocket"], interval=25, timeout=0.2, max_payload=9)
    assert json.loads(frame.packet[1:]) == {
        "sid": "s",
        "upgrades": ["websocket"],
        "pingInterval": 25000,
        "pingTimeout": 200,
        "maxPayload": 9,
    }


def test_a_payload_is_split_at_its_separators() -> None:
    assert split_payload("4é\x1e3\x1ebAQ==".encode()) == ["4é".encode(), b"3", b"bAQ=="]
    for bad in (b"", b"\xff"):
        with pytest.raises(ProtocolError):
            split_payload(bad)


def test_binary_packets_of_a_payload_are_base64() -> None:
    assert decode_binary(b"bAQIDBA==") == b"\x01\x02\x03\x04"
    assert decode_binary(b"b") == b""
    assert decode_binary(b"4b") is None
    assert decode_binary(b"") is None
    for bad in (b"bAQ", b"b*", b"bAQ_-", b"b AQ=="):
        with pytest.raises(ProtocolError):
            decode_binary(bad)


POLLING = {"EIO": "4", "transport": "polling"}
SOCKET = {"EIO": "4", "transport": "websocket"}
ROWS: list[tuple[str, dict[str, str], bool, str | None, Refusal | None]] = [
    ("GET", POLLING, False, None, None),
    ("GET", SOCKET, True, None, None),
    ("GET", {}, False, None, Refusal.TRANSPORT_UNKNOWN),
    ("GET", {"EIO": "4", "transport": "webtransport"}, False, None, Refusal.TRANSPORT_UNKNOWN),
    ("GET", {"EIO": "4", "transport": "constructor"}, False, None, Refusal.TRANSPORT_UNKNOWN),
    ("GET", {**POLLING, "sid": "x"}, False, None, Refusal.SESSION_UNKNOWN),
    ("GET", {**POLLING, "sid": "x"}, False, "polling", None),
    ("POST", {**POLLING, "sid": "x"}, False, "polling", None),
    ("GET", {"transport": "polling", "sid": "x"}, False, "polling", None),
    ("GET", {**POLLING, "sid": "x"}, False, "websocket", Refusal.BAD_REQUEST),
    ("GET", {**SOCKET, "sid": "x"}, False, "polling", Refusal.BAD_REQUEST),
    ("GET", {**SOCKET, "sid": "x"}, True, "polling", None),
    ("GET", {**SOCKET, "sid": "x"}, True, "websocket", None),
    ("POST", POLLING, False, None, Refusal.BAD_METHOD),
    ("PUT", POLLING, False, None, Refusal.BAD_METHOD),
    ("GET", SOCKET, False, None, Refusal.BAD_REQUEST),
    ("GET", POLLING, True, None, Refusal.BAD_REQUEST),
    ("GET", {**POLLING, "EIO": "3"}, False, None, Refusal.UNSUPPORTED_VERSION),
    ("GET", {**POLLING, "EIO": "abc"}, False, None, Refusal.UNSUPPORTED_VERSION),
    ("GET", {"transport": "polling"}, False, None, Refusal.UNSUPPORTED_VERSION),
    (
        "GET",
        {"EIO": "3", "transport": "polling", "j": "0", "b64": "1"},
        False,
        None,
        Refusal.UNSUPPORTED_VERSION,
    ),
]


@pytest.mark.parametrize(("method", "query", "websocket", "session", "refusal"), ROWS)
def test_a_request_is_verified_in_the_order_of_the_reference(
    method: str, query: dict[str, str], websocket: bool, session: str | None, refusal: Refusal | None
) -> None:
    assert verify(Request(method, query, "", websocket), session) is refusal


def test_an_origin_with_control_characters_is_a_bad_request() -> None:
    assert verify(Request("GET", POLLING, "http://a\x00", websocket=False), None) is Refusal.BAD_REQUEST


def test_refusals_have_the_codes_of_the_protocol() -> None:
    assert [json.loads(refusal.body)["code"] for refusal in list(Refusal)[:6]] == [0, 1, 2, 3, 4, 5]
    assert (Refusal.FORBIDDEN.status, Refusal.TOO_LARGE.status) == (403, 413)
    assert Refusal.BAD_REQUEST.message == "Bad request"


def test_the_first_of_repeated_parameters_counts_and_too_many_are_none() -> None:
    assert parse_query(b"a=1&a=2&b=&c=%C3%A9") == {"a": "1", "b": "", "c": "é"}
    assert parse_query(b"&".join(b"k%d=v" % number for number in range(100))) == {}


@given(st.binary(max_size=200))
def test_any_query_is_parsed(query: bytes) -> None:
    assert isinstance(parse_query(query), dict)


def test_json_is_bounded_in_depth_and_digits() -> None:
    check_json(b"[" * 64 + b"]" * 64, 64, 100)
    check_json(b'["' + b"[" * 100 + b'"]', 64, 100)
    check_json(b'["\\"' + b"[" * 100 + b'"]', 64, 100)
    check_json(b"[" + b"[]," * 100 + b"[]]", 64, 100)
    check_json(b"1" * 100, 64, 100)
    for bad in (b"[" * 65, b'{"a":' * 65, b"1" * 101, b'["' + b"1" * 200 + b'",' + b"2" * 101 + b"]"):
        with pytest.raises(ProtocolError):
            check_json(bad, 64, 100)
